"""Who a person is and how to contact them: recorded by a token, and never shown to one."""

import json

import pytest

from tests.api.door import Door
from tests.world import ACCOUNTS

CASEWORKERS = ["worker", "lead", "supervisor"]


@pytest.mark.parametrize("name", CASEWORKERS)
@pytest.mark.parametrize("what", ["identity", "contact"])
def test_no_token_is_shown_who_a_person_is_and_the_answer_says_why(door: Door, name: str, what: str) -> None:
    reference = door.caller("worker").open_case()
    answer = door.caller(name).get(f"/cases/{reference}/{what}")
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/needs-step-up")
    assert "step-up" in answer.json["detail"]


@pytest.mark.parametrize("what", ["identity", "contact"])
def test_the_attempt_is_on_the_journal(door: Door, what: str) -> None:
    worker = door.caller("worker")
    worker.get(f"/cases/{worker.open_case()}/{what}")
    last = door.entries()[-1]
    assert last.action.value == f"{what}:reveal"
    assert b'"refusal":"NeedsStepUp"' in last.payload
    assert b'"auth":"token"' in last.payload
    assert last.account == ACCOUNTS["worker"].id


def test_an_identity_is_recorded_and_its_answer_says_only_whether_there_is_a_name(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case(identity="not-yet-asked", given_names="", family_name="", birth_date=None)
    body = {"identity": "given", "given_names": "Canary", "birth_date": "2001-05-06"}
    answer = worker.send("PUT", f"/cases/{reference}/identity", body, If_Match='"3"')
    assert (answer.status_code, answer.json["identity"], answer.headers["ETag"]) == (200, "given", '"4"')
    assert b"Canary" not in answer.data
    assert door.last_action() == "identity:record"


def test_a_date_of_birth_that_is_still_to_come_is_pointed_at(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    body = {"identity": "given", "given_names": "Canary", "birth_date": "2999-01-01"}
    answer = worker.send("PUT", f"/cases/{reference}/identity", body, If_Match='"3"')
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/birth_date")


def test_null_clears_what_is_left_out_stays(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case(phone="01632 960001", times="Mornings", address=None)
    answer = worker.send("PUT", f"/cases/{reference}/contact", {"phone": None, "address": None}, If_Match='"3"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')
    assert b'"detail":{"cleared":["phone"],"labels":["phone"]}' in door.entries()[-1].payload


def test_null_clears_one_thing_of_an_identity_too(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    body = {"identity": "given", "family_name": None, "birth_date": None, "nrm_reference": None, "other_names": ""}
    answer = worker.send("PUT", f"/cases/{reference}/identity", body, If_Match='"3"')
    assert (answer.status_code, answer.json["identity"]) == (200, "given")
    said = json.loads(door.entries()[-1].payload)["detail"]
    assert said["cleared"] == ["birth_date", "birth_date_is_estimate", "family_name", "turns_18"] == said["labels"]
    nothing = worker.send(
        "PUT", f"/cases/{reference}/identity", {"identity": "given", "given_names": None}, If_Match='"4"'
    )
    assert (nothing.status_code, nothing.json["type"]) == (422, "/problems/no-identity")


def test_a_safe_contact_is_recorded_and_not_answered(door: Door) -> None:
    worker = door.caller("worker")
    reference = worker.open_case()
    answer = worker.send("PUT", f"/cases/{reference}/contact", {"voicemail": "Canary"}, If_Match='"3"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')
    assert b"Canary" not in answer.data
    assert door.last_action() == "contact:record"
