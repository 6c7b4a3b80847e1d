"""Refusals as problems (RFC 9457)."""

from dataclasses import replace

import pytest
from werkzeug.exceptions import Gone, default_exceptions

from casetrack import api
from casetrack.http.house import EXTENSION
from casetrack.http.problems import BY_STATUS, TYPES, problems
from tests.api.door import NEW_CASE, Door
from tests.services.locks import out_of_reach
from tests.world import NORTH

FOREIGN = "/cases/{reference}"
ABSENT = "CT-0000-0000"


def test_a_problem_has_a_type_a_title_its_status_and_what_to_do(door: Door) -> None:
    answer = door.caller("worker").get(f"/cases/{ABSENT}")
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing here that you can open. "
        "Check the reference, or ask a colleague who works on the case.",
    }


@pytest.mark.parametrize(
    "path", ["", "/milestones", "/history", "/journey", "/transfers", "/identity", "/contact"], ids=str
)
def test_another_organisations_case_is_answered_as_one_that_there_is_not(door: Door, path: str) -> None:
    reference = door.caller("worker").open_case()
    stranger = door.caller("scottish-lead")
    foreign, absent = (stranger.get(f"/cases/{each}{path}") for each in (reference, ABSENT))
    assert (foreign.status_code, foreign.data) == (absent.status_code, absent.data)
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/areas", {"home": "north"}),
        ("PUT", "/identity", {"identity": "withheld"}),
        ("PUT", "/contact", {"times": "Mornings"}),
        ("PUT", "/workers/support", {"worker": "00000000-0000-0000-0000-000000000000"}),
        ("POST", "/closing", {"reason": "duplicate"}),
        ("POST", "/reopening", {"words": "It goes on."}),
        ("POST", "/milestones", {"code": "encounter", "happened": "2026-11-01"}),
        ("POST", "/milestones/encounter/reopening", {"words": "It was wrong."}),
    ],
)
def test_a_change_to_another_organisations_case_is_answered_so_too(
    door: Door, method: str, path: str, body: dict[str, str]
) -> None:
    reference = door.caller("worker").open_case()
    stranger = door.caller("scottish-lead")
    foreign, absent = (
        stranger.send(method, f"/cases/{each}{path}", body, If_Match='"1"') for each in (reference, ABSENT)
    )
    assert (foreign.status_code, foreign.data) == (absent.status_code, absent.data)
    assert foreign.status_code == 404


def test_a_refused_attempt_is_on_the_journal(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("scottish-lead").get(f"/cases/{reference}")
    last = door.entries()[-1]
    assert b'"outcome":"refused"' in last.payload
    assert b'"refusal":"NotFound"' in last.payload


def test_each_thing_that_does_not_fit_is_pointed_at(door: Door) -> None:
    worker = door.caller("worker")
    answer = worker.send("POST", "/cases", {"strands": ["housing"], "hat/size": 7}, Idempotency_Key="k")
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/not-valid"
    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert {"/strands/0", "/age_group", "/identity", "/hat~1size"} <= pointers
    assert all(error["detail"] for error in answer.json["errors"])


def test_an_unknown_parameter_of_a_query_is_named(door: Door) -> None:
    answer = door.caller("worker").get("/cases?colour=blue")
    assert answer.json["errors"] == [{"parameter": "colour", "detail": "This was not asked for."}]


def test_a_method_that_is_not_served_says_which_are(door: Door) -> None:
    answer = door.caller("worker").send("DELETE", "/cases")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
    assert answer.json["type"] == "/problems/method-not-allowed"


def test_an_address_that_is_none_and_a_mistyped_reference_are_alike(door: Door) -> None:
    worker = door.caller("worker")
    bodies = {worker.get(path).data for path in ("/nothing", "/cases/CT-0000-0001", f"/cases/{ABSENT}")}
    assert len(bodies) == 1


def test_a_rule_of_the_field_is_a_problem_of_its_own(door: Door) -> None:
    charity = door.caller("charity-worker")
    answer = charity.send(
        "POST",
        "/cases",
        {"strands": ["investigation"], "age_group": "adult", "identity": "withheld"},
        Idempotency_Key="k",
    )
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/strand-needs-force"


def test_keys_that_cannot_be_reached_are_said_to_be_whose_they_are_and_when_to_try_again(door: Door) -> None:
    worker = door.caller("worker")
    out_of_reach(door.world)
    house = door.app.extensions[EXTENSION]
    door.app.extensions[EXTENSION] = replace(house, deployment=door.world.deployment)
    answer = worker.send("POST", "/cases", NEW_CASE, Idempotency_Key="k")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json["type"] == "/problems/keys-unavailable"
    assert answer.json["detail"].startswith(f"The keys of {NORTH.name} cannot be reached just now.")


def test_nothing_that_was_sent_comes_back_in_a_problem(door: Door) -> None:
    answer = door.caller("worker").send(
        "POST", "/cases", {"given_names": "Canary", "age_group": "Canary", "birth_date": "Canary"}, Idempotency_Key="k"
    )
    assert answer.status_code == 422
    assert b"Canary" not in answer.data


def test_what_has_no_meaning_of_its_own_is_told_by_its_status_alone(door: Door) -> None:
    with door.app.test_request_context("/api/v1/cases"):
        answer = api.failed(Gone())
    assert answer.get_json() == {"type": "about:blank", "title": "Gone", "status": 410, "detail": "Gone"}


@pytest.mark.parametrize("status", sorted(BY_STATUS))
def test_every_problem_of_http_has_a_page_of_its_type(door: Door, status: int) -> None:
    with door.app.test_request_context("/api/v1/cases"):
        answer = api.failed(default_exceptions[status]())
    assert answer.get_json()["type"].removeprefix(TYPES) in problems()
