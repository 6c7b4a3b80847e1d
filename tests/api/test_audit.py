"""The log over the API: searched and checked by auditors' programs, and each time for a use that is on it too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from casetrack.http.house import EXTENSION
from casetrack.services.journal import read_payload
from tests.api.door import Door
from tests.services.acts import kept
from tests.services.evidence import inspecting


@pytest.fixture
def checked(door: Door) -> Iterator[Door]:
    """A door behind which everything can be checked."""
    house = door.app.extensions[EXTENSION]
    door.app.extensions[EXTENSION] = replace(house, inspect=partial(inspecting, door.world))
    yield door
    door.app.extensions[EXTENSION] = house


def test_what_was_done_to_a_case_is_found_by_an_auditor_who_says_what_for(door: Door) -> None:
    reference = door.caller("worker").open_case()
    found = door.caller("auditor").get(f"/audit/entries?use=integrity&reference={reference}&action=case:open")
    (entry,) = found.json["items"]
    assert (entry["action"], entry["reference"], entry["holder"]) == ("case:open", reference, "north")
    assert entry["payload"]["event"] == "CaseOpened"
    assert "Invented" not in found.text
    opened = door.entries()[-1]
    assert (opened.action.value, read_payload(opened.payload)["detail"]["use"]) == ("audit:search", "integrity")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("", "use"),
        ("use=curiosity", "use"),
        ("use=integrity&reference=CT-0", "reference"),
        ("use=integrity&holder=nobody", "holder"),
        ("use=integrity&since=2026-11-20&until=2026-11-19", "until"),
    ],
)
def test_what_cannot_be_asked_is_named(door: Door, asked: str, named: str) -> None:
    refused = door.caller("auditor").get(f"/audit/entries?{asked}")
    assert refused.status_code == 422
    assert named in refused.text
    assert not [entry for entry in door.entries() if entry.action.value == "audit:search"]


def test_an_auditor_of_one_organisation_finds_nothing_of_anothers(door: Door) -> None:
    door.caller("receiver").open_case(home="south")
    found = door.caller("north-auditor").get("/audit/entries?use=integrity&holder=south")
    assert found.json["items"] == []


def test_everything_is_as_it_was_recorded(checked: Door) -> None:
    checked.caller("worker").open_case()
    said = checked.caller("auditor").send("POST", "/audit/verifications", {"use": "integrity"}).json
    assert (said["holds"], said["whole"], said["findings"], said["unsigned"]) == (True, True, [], 0)
    assert said["entries"] == len((*kept(checked.world).founding, *checked.entries()))
    assert said["checkpoint"].startswith("casetrack.test/audit\n")


@pytest.mark.parametrize(("auditor", "is_told"), [("auditor", True), ("north-auditor", False)])
def test_a_case_that_was_edited_is_found_and_named_to_whoever_may_look_at_any(
    checked: Door, auditor: str, *, is_told: bool
) -> None:
    reference = checked.caller("worker").open_case()
    cases = kept(checked.world).cases
    ((id_, case),) = cases.items()
    cases[id_] = replace(case, case=replace(case.case, nation="S"))
    said = checked.caller(auditor).send("POST", "/audit/verifications", {"use": "integrity"}).json
    (finding,) = said["findings"]
    assert not said["holds"]
    assert (finding["about"], finding["name"]) == ("case", reference if is_told else None)


def test_what_there_was_no_time_for_is_not_said_to_hold(checked: Door) -> None:
    house = checked.app.extensions[EXTENSION]
    checked.app.extensions[EXTENSION] = replace(house, check_for=timedelta())
    said = checked.caller("auditor").send("POST", "/audit/verifications", {"use": "integrity"}).json
    assert said == {
        "holds": None,
        "whole": False,
        "findings": [],
        "entries": None,
        "unsigned": None,
        "checkpoint": "",
    }
    assert checked.entries()[-1].action.value == "audit:verify"


def test_where_nothing_can_be_checked_from_here_that_is_said(door: Door) -> None:
    assert door.caller("auditor").send("POST", "/audit/verifications", {"use": "integrity"}).status_code == 503


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_nobody_else_opens_the_log(door: Door, name: str) -> None:
    caller = door.caller(name)
    assert caller.get("/audit/entries?use=integrity").status_code == 403
    assert caller.send("POST", "/audit/verifications", {"use": "integrity"}).status_code == 403
