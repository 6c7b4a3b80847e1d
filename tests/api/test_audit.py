"""The log over the API: searched and checked by auditors' programs, and each time for a use that is on it too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from casetrack.http.house import EXTENSION
from casetrack.services.journal import read_payload
from casetrack.services.verifying_journal import LATE
from tests.api.door import Door
from tests.services.acts import kept
from tests.services.evidence import MemoryEvidence, inspecting
from tests.world import ACCOUNTS, START


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


def test_how_far_the_log_is_and_how_long_events_wait_is_told(door: Door) -> None:
    memory = kept(door.world)
    memory.signed = (7, door.world.now)
    told = door.caller("auditor").get("/audit/log?use=integrity").json
    assert (told["size"], told["late"], told["waited"]) == (7, False, 60)
    assert told["waiting"] == len((*memory.founding, *memory.entries)), "the look itself is on the log"
    assert (door.entries()[-1].action.value, read_payload(door.entries()[-1].payload)["purpose"]) == (
        "audit:view",
        "integrity",
    )
    door.world.now = START + LATE + timedelta(seconds=1)
    late = door.caller("auditor").get("/audit/log?use=integrity").json
    assert late["late"]
    assert late["waited"] > LATE.total_seconds()


def test_who_was_at_a_case_is_told_by_account_and_by_organisation(door: Door) -> None:
    reference = door.caller("worker").open_case()
    door.caller("worker").get(f"/cases/{reference}")
    door.caller("scottish-lead").get(f"/cases/{reference}")
    told = door.caller("auditor").get(f"/audit/cases/{reference}?use=lawfulness").json
    assert told["everybody"] == {"holder": None, "people": 2, "looked": 1, "changed": 3, "refused": 1}
    assert {each["account"]: (each["looked"], each["changed"], each["refused"]) for each in told["people"]} == {
        str(ACCOUNTS["worker"].id): (1, 3, 0),
        str(ACCOUNTS["scottish-lead"].id): (0, 0, 1),
    }
    assert [each["holder"] for each in told["organisations"]] == ["north", "east"]
    assert (told["entries"]["total"], told["entries"]["page"], len(told["entries"]["items"])) == (5, 1, 5)
    assert "Invented" not in str(told)
    empty = door.caller("auditor").get(f"/audit/cases/{reference}?use=lawfulness&page=2").json
    assert (empty["entries"]["total"], empty["entries"]["items"]) == (5, [])


def test_who_could_have_opened_it_is_told_as_at_an_instant(door: Door) -> None:
    reference = door.caller("worker").open_case()
    asked = f"/audit/cases/{reference}/as-at?use=lawfulness&at={door.world.now:%Y-%m-%dT%H:%M:%S}Z"
    told = door.caller("auditor").get(asked).json
    (north,) = told["responsible"]
    assert (told["known"], told["journal_agrees"], told["passed_on"]) == (True, True, [])
    assert (north["holder"], north["strands"]) == ("north", ["investigation", "support"])
    people = {each["account"]: (each["role"], each["parts"]) for each in north["people"]}
    every = ["identity", "investigation", "safe-address", "support"]
    assert people[str(ACCOUNTS["lead"].id)] == ("lead", every)
    assert len(people) == 3
    early = door.caller("auditor").get(f"/audit/cases/{reference}/as-at?use=lawfulness&at=2020-01-01").json
    assert (early["known"], early["responsible"]) == (True, [])
    elsewhere = door.caller("receiver").open_case(home="south")
    none = door.caller("north-auditor").get(f"/audit/cases/{elsewhere}/as-at?use=lawfulness&at=2026-11-20").json
    assert (none["known"], none["responsible"], none["journal_agrees"]) == (False, [], None)


def test_what_one_account_did_is_told(door: Door) -> None:
    reference = door.caller("worker").open_case()
    account = ACCOUNTS["worker"].id
    told = door.caller("north-auditor").get(f"/audit/accounts/{account}?use=self-monitoring").json
    assert (told["account"], told["holder"], told["own"]) == (str(account), "north", True)
    assert [(each["reference"], each["changed"]) for each in told["cases"]] == [(reference, 3)]
    assert (told["number_of_cases"], told["entries"]["total"], told["sign_ins"]["opened"]) == (1, 3, 0)
    absent = door.caller("north-auditor").get(f"/audit/accounts/{ACCOUNTS['receiver'].id}?use=self-monitoring")
    assert absent.status_code == 404
    assert "Invented" not in str(told)


def test_a_search_by_purpose_finds_what_was_done_for_it(door: Door) -> None:
    door.caller("worker").open_case()
    casework = door.caller("auditor").get("/audit/entries?use=integrity&purpose=casework").json
    assert casework["total"] == 3
    looks = door.caller("auditor").get("/audit/entries?use=integrity&purpose=integrity").json
    assert [each["action"] for each in looks["items"]] == ["audit:search"]
    refused = door.caller("auditor").get("/audit/entries?use=integrity&purpose=curiosity")
    assert (refused.status_code, "purpose" in refused.text) == (422, True)


def test_the_log_is_held_against_an_older_checkpoint(checked: Door) -> None:
    checked.caller("worker").open_case()
    caller = checked.caller("auditor")
    held = caller.send("POST", "/audit/verifications", {"use": "integrity"}).json["checkpoint"]
    asked = {"use": "integrity", "checkpoint": held, "words": "The copy of Monday."}
    said = caller.send("POST", "/audit/comparisons", asked).json
    size = int(held.splitlines()[1])
    assert (said["verdict"], said["size"], said["entries"] > size, said["why"]) == ("holds", size, True, "")
    opened = checked.entries()[-1]
    assert (opened.action.value, opened.words is None) == ("audit:verify", False)
    for wrong in (held.replace("/audit", "/other"), "words", ""):
        refused = caller.send("POST", "/audit/comparisons", {"use": "integrity", "checkpoint": wrong})
        assert refused.status_code == 422
    kept(checked.world).entries = ()
    assert caller.send("POST", "/audit/comparisons", asked).json["verdict"] == "rolled-back"


def test_where_nothing_can_be_held_against_anything_that_is_said(door: Door) -> None:
    (note,) = MemoryEvidence(door.world).checkpoints()
    asked = {"use": "integrity", "checkpoint": note}
    assert door.caller("auditor").send("POST", "/audit/comparisons", asked).status_code == 503


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_the_desk_is_the_auditors_alone(door: Door, name: str) -> None:
    caller = door.caller(name)
    about = f"/audit/cases/{door.caller('worker').open_case()}"
    for path in ("/audit/log", about, f"{about}/as-at", f"/audit/accounts/{ACCOUNTS['worker'].id}"):
        assert (
            caller.get(f"{path}?use=integrity{'&at=2026-11-20' if path.endswith('as-at') else ''}").status_code == 403
        )
