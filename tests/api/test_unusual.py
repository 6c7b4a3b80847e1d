"""Unusual accesses over the API: listed and reviewed by auditors' programs, for a use that is on the log each time."""

from dataclasses import replace
from uuid import uuid4

import pytest

from casetrack.domain.holders import AUDIT_DESK
from casetrack.services.journal import read_payload
from tests.api.door import Door
from tests.services import acts
from tests.services.unusual import looked, revealed
from tests.world import ACCOUNTS

LIST = "/audit/unusual?use=integrity"
SAID = {"use": "integrity", "disposition": "expected", "words": "She covered for a colleague."}


@pytest.fixture
def looked_at(door: Door) -> str:
    """The reference of a case that a lead has looked at who has nothing to do with it."""
    case = acts.opened(door.world)
    looked(door.world, case, "lead")
    return case.reference


def test_each_is_told_with_why_and_with_the_entry_that_it_began_with(door: Door, looked_at: str) -> None:
    found = door.caller("auditor").get(LIST)
    (item,) = found.json["items"]
    assert (item["reference"], item["reasons"], item["of_day"]) == (looked_at, ["relationship"], False)
    assert (item["volume"], item["review"]) == (None, None)
    assert item["entries"] == [item["first"]["id"]]
    assert (item["first"]["action"], item["first"]["account"]) == ("case:view", str(ACCOUNTS["lead"].id))
    opened = door.entries()[-1]
    assert (opened.action.value, read_payload(opened.payload)["detail"]["use"]) == ("unusual:list", "integrity")


@pytest.mark.parametrize(
    ("asked", "number"),
    [("reason=relationship", 1), ("reason=hours", 0), ("stands=not-reviewed", 1), ("holder=south", 0), ("page=2", 0)],
)
def test_it_is_narrowed_as_the_page_is(door: Door, looked_at: str, asked: str, number: int) -> None:
    found = door.caller("auditor").get(f"{LIST}&{asked}").json["items"]
    assert [item["reference"] for item in found] == [looked_at] * number


def test_how_much_was_opened_is_told_with_what_is_usual(door: Door) -> None:
    for _ in range(20):
        looked(door.world, acts.opened(door.world))
    (item,) = door.caller("auditor").get(f"{LIST}&reason=volume").json["items"]
    assert (item["of_day"], item["volume"], len(item["entries"])) == (
        True,
        {"opened": 20, "usual": 0.0, "of_many": False},
        20,
    )


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("", "use"),
        ("?use=curiosity", "use"),
        ("?use=integrity&reason=any", "reason"),
        ("?use=integrity&since=2026-01-01", "until"),
        ("?use=integrity&since=2026-11-20&until=2026-11-19", "until"),
    ],
)
def test_what_cannot_be_asked_is_named(door: Door, asked: str, named: str) -> None:
    refused = door.caller("auditor").get(f"/audit/unusual{asked}")
    assert refused.status_code == 422
    assert named in refused.text
    assert not [entry for entry in door.entries() if entry.action.value == "unusual:list"]


def test_what_came_of_it_is_recorded(door: Door, looked_at: str) -> None:
    auditor = door.caller("auditor")
    (item,) = auditor.get(LIST).json["items"]
    reviewed = auditor.send("POST", f"/audit/unusual/{item['first']['id']}/reviews", SAID)
    assert (reviewed.status_code, reviewed.json["reference"]) == (200, looked_at)
    review = reviewed.json["review"]
    assert (review["disposition"], review["entries"]) == ("expected", 1)
    assert review["account"] == str(ACCOUNTS["auditor"].id)
    assert auditor.get(LIST).json["items"][0]["review"] == review
    assert [entry.action.value for entry in door.entries()[-3:-1]] == ["unusual:review", "unusual:review"]
    assert SAID["words"] not in reviewed.text


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"use": None}, "use"), ({"disposition": "guilty"}, "disposition"), ({"words": ""}, "words"), ({"who": 1}, "who")],
)
def test_what_is_missing_from_a_review_is_named(
    door: Door, looked_at: str, changed: dict[str, object], named: str
) -> None:
    auditor = door.caller("auditor")
    (item,) = auditor.get(LIST).json["items"]
    assert item["reference"] == looked_at
    refused = auditor.send("POST", f"/audit/unusual/{item['first']['id']}/reviews", SAID | changed)
    assert (refused.status_code, [error["pointer"] for error in refused.json["errors"]]) == (422, [f"/{named}"])


def test_what_is_not_there_is_not_found_and_nobody_reviews_their_own(door: Door, looked_at: str) -> None:
    auditor = door.caller("auditor")
    assert auditor.send("POST", f"/audit/unusual/{uuid4()}/reviews", SAID).status_code == 404
    door.caller("auditor").get(f"/cases/{looked_at}/milestones")
    own = next(
        item for item in auditor.get(LIST).json["items"] if item["first"]["account"] == str(ACCOUNTS["auditor"].id)
    )
    refused = auditor.send("POST", f"/audit/unusual/{own['first']['id']}/reviews", SAID)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/own-access")


def test_no_program_is_told_of_surnames_not_even_the_desks_own(door: Door) -> None:
    case = acts.opened(door.world)
    revealed(door.world, case)
    of_desk = replace(ACCOUNTS["auditor"], holder=AUDIT_DESK)
    acts.keep_account(door.world, of_desk)
    assert door.caller("auditor").get(LIST).json["items"] == []


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_nobody_else_is_told(door: Door, looked_at: str, name: str) -> None:
    (item,) = door.caller("auditor").get(LIST).json["items"]
    assert item["reference"] == looked_at
    caller = door.caller(name)
    assert caller.get(LIST).status_code == 403
    assert caller.send("POST", f"/audit/unusual/{item['first']['id']}/reviews", SAID).status_code == 403
