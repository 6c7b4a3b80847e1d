"""What an offer says is still to be done is what its sender saw when it was sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from casetrack.domain.case import Case
from casetrack.domain.progress import Row, Status
from casetrack.domain.transfer import Transfer
from casetrack.services.milestones import list_milestones
from casetrack.services.outstanding import Standing, read_standings, standings
from casetrack.services.transfers import Offer, decline_transfer, see_transfer, send_transfer, view_transfer
from tests.services import acts
from tests.services.acts import SUPPORT, an_offer
from tests.world import CHARITY, SOUTH, World

NAMED: Final = ("language-needs", "crime-review-at-rg")
"""One that both strands see, and one that only the investigation sees."""


def offered(world: World, case: Case, by: str = "worker") -> Transfer:
    preview: Mapping[str, Any] = {**acts.PREVIEW, "outstanding": list(NAMED)}
    with world.work(by) as work:
        return send_transfer(work, case.reference, replace(an_offer(SOUTH, SUPPORT), preview=preview), seen=None)


def shown(world: World, offer: Transfer, by: str) -> Offer:
    with world.work(by) as work:
        return view_transfer(work, offer.id)


def rows_of(world: World, case: Case) -> dict[str, Row]:
    with world.work("worker") as work:
        return {row.rule.code: row for row in list_milestones(work, case.reference).rows}


@pytest.fixture
def world() -> World:
    """Everything in memory."""
    return World.in_memory()


@pytest.fixture
def case(world: World) -> Case:
    """A case in which a good deal is to be done."""
    case = acts.opened(world)
    acts.recorded(world, case)
    return acts.recorded(world, case, "rg-decision", "positive")


@pytest.mark.parametrize(
    ("code", "what"),
    [("urgent-medical", "due_at"), ("legal-advice", "due_on"), ("recovery-ew", "not_before"), ("money", "")],
)
def test_a_milestone_is_kept_with_the_one_date_that_it_has(world: World, case: Case, code: str, what: str) -> None:
    rows = rows_of(world, case)
    (stood,) = read_standings(standings(rows.values(), {code})).values()
    dates = {name: value for name, value in vars(stood).items() if name != "status" and value is not None}
    assert dates == ({what: getattr(rows[code], what)} if what else {})
    assert stood.status is rows[code].status


def test_what_is_done_and_what_gives_a_sealed_date_away_is_kept_with_nothing(world: World, case: Case) -> None:
    rows = rows_of(world, case)
    birthday = replace(rows["legal-advice"], sealed=True)
    assert standings((rows["encounter"], birthday), {"encounter", "legal-advice"}) == {}


def test_while_an_offer_is_open_both_sides_read_how_it_stood_and_not_what_came_after(world: World, case: Case) -> None:
    due = rows_of(world, case)["crime-review-at-rg"].due_at
    offer = offered(world, case)
    acts.recorded(world, case, "language-needs", "no_interpreter")
    world.now += timedelta(days=30)

    with world.work("receiver") as work:
        seen = see_transfer(work, offer.id).standings
    assert seen == shown(world, offer, "worker").standings
    assert seen["language-needs"].status is Status.DO_NOW
    assert seen["crime-review-at-rg"] == Standing(Status.DUE, due_at=due)


def test_what_the_sender_does_not_see_itself_it_tells_nothing_of(world: World, case: Case) -> None:
    acts.moved(world, case, CHARITY, SUPPORT)
    offer = offered(world, case, "charity-worker")
    with world.work("receiver") as work:
        assert set(see_transfer(work, offer.id).standings) == {"language-needs"}


def test_once_it_is_answered_neither_side_reads_where_anything_stands(world: World, case: Case) -> None:
    declined = offered(world, case)
    with world.work("receiving-lead") as work:
        decline_transfer(work, declined.id, "duplicate", seen=None)
    taken = offered(world, case)
    acts.accepted(world, taken)
    acts.recorded(world, case, "language-needs", "no_interpreter", by="receiver")

    for offer in (declined, taken):
        for side in ("worker", "receiver"):
            read = shown(world, offer, side)
            assert (read.standings, read.case_changed) == ({}, None)
            assert read.preview["outstanding"] == list(NAMED)
