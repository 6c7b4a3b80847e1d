"""What left, through the API: recorded by a token and shown to none; and the register, for auditors' programs."""

from typing import Any

import pytest

from casetrack.services.disclosures import list_disclosures
from tests.api.door import Caller, Door

SAID = {
    "kind": "council",
    "on": "2026-11-01",
    "reason": "housing",
    "parts": ["support"],
    "words": "The housing desk, by telephone.",
}
DESK = "/audit/disclosures?use=lawfulness"


def record(caller: Caller, reference: str, **said: object) -> Any:  # noqa: ANN401 - what the test client answers
    tag = caller.get(f"/cases/{reference}").headers["ETag"]
    return caller.send("POST", f"/cases/{reference}/disclosures", SAID | said, If_Match=tag)


def test_what_was_told_is_recorded_and_its_words_are_in_no_answer(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    answer = record(caller, reference)
    assert answer.status_code == 201
    assert "housing desk" not in answer.text
    assert door.last_action() == "disclosure:record"
    with door.world.work("worker") as work:
        (left,) = list_disclosures(work, reference, page=1).page.items  # type: ignore[arg-type]  # as it was answered
    assert left.words == SAID["words"]


def test_no_token_is_shown_what_left_of_a_case(door: Door) -> None:
    caller = door.caller("worker")
    answer = caller.get(f"/cases/{caller.open_case()}/disclosures")
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/needs-step-up")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"kind": "rumour"}, "/kind"),
        ({"kind": "organisation"}, "/recipient"),
        ({"recipient": "south"}, "/recipient"),
        ({"parts": ["shoes"]}, "/parts/0"),
        ({"on": "tomorrow"}, "/on"),
        ({"basis": "whim"}, "/basis"),
        ({"words": ""}, "/words"),
    ],
)
def test_what_does_not_fit_is_pointed_at(door: Door, said: dict[str, object], pointer: str) -> None:
    caller = door.caller("worker")
    answer = record(caller, caller.open_case(), **said)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_an_auditor_reads_the_register_by_codes(door: Door) -> None:
    caller = door.caller("worker")
    reference = caller.open_case()
    record(caller, reference, kind="organisation", recipient="charity")
    shown = door.caller("auditor").get(f"{DESK}&kind=organisation&recipient=charity&since=2026-11-01")
    (item,) = shown.json["items"]
    told = {name: item[name] for name in ("event", "on", "reference", "sender", "recipient", "kind", "reason", "parts")}
    assert told == {
        "event": "Disclosed",
        "on": "2026-11-01",
        "reference": reference,
        "sender": "north",
        "recipient": "charity",
        "kind": "organisation",
        "reason": "housing",
        "parts": ["support"],
    }
    assert (item["basis"], item["from_regime"], item["to_regime"]) == (None, "dpa-part-3", "uk-gdpr")
    assert "words" not in item


@pytest.mark.parametrize("asked", ["", "?use=curiosity", "?use=integrity&kind=rumour", "?use=integrity&page=x"])
def test_what_does_not_fit_is_refused(door: Door, asked: str) -> None:
    assert door.caller("auditor").get(f"/audit/disclosures{asked}").status_code == 422


def test_nobody_else_reads_it(door: Door) -> None:
    assert door.caller("lead").get(DESK).status_code == 403
