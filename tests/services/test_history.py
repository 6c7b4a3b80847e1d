"""What changed, when, and by whom; never who looked."""

import pytest

from casetrack.domain.case import Areas
from casetrack.domain.errors import NotPermitted
from casetrack.services.cases import place_case, view_case
from casetrack.services.history import Changes, changed_meanwhile, changes_since, view_history
from casetrack.services.transfers import see_transfer
from tests.services import acts
from tests.services.acts import SUPPORT
from tests.world import CHARITY, NORTH, SOUTH, World


def test_a_history_tells_changes_and_steps_of_offers_the_newest_first_and_no_looks() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world))
    with world.work("lead") as work:
        view_case(work, case.reference)
    offer = acts.offered(world, case, CHARITY, SUPPORT)
    for _ in range(2):
        with world.work("charity-worker") as work:
            see_transfer(work, offer.id)
    acts.accepted(world, offer)

    with world.work("lead") as work:
        shown, page = view_history(work, case.reference, page=1)

    assert shown.version == case.version + 1
    told = ["HandedOff", "TransferSeen", "TransferSent", "MilestoneRecorded", "ContactRecorded", "IdentityRecorded"]
    assert [card.payload["event"] for card in page.items] == [*told, "CaseOpened"]
    assert page.items[0].account_name == "Charity-Lead Invented"


def test_a_history_is_of_a_case_that_one_has() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    with pytest.raises(NotPermitted), world.work("worker") as work:
        view_history(work, case.reference, page=1)


def test_what_changed_since_a_version_is_told_with_the_names_of_those_who_did_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, by="lead")
    acts.recorded(world, case, "lead-contact", by="supervisor")

    with world.work("worker") as work:
        changes = changes_since(work, case.reference, case.version)
        none = changes_since(work, case.reference, case.version + 2)

    assert [change.aspect for change in changes.made] == ["milestone:encounter", "milestone:lead-contact"]
    assert [*changes.names.values()] == ["Lead Invented", "Supervisor Invented"]
    assert none == Changes((), {})


def test_whoever_saves_is_told_what_others_changed_meanwhile() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, by="lead")

    with world.work("worker") as work:
        placed = place_case(work, case.reference, Areas(home=NORTH.code), seen=case.version)
        changes = changed_meanwhile(work, placed)

    assert [change.aspect for change in changes.made] == ["milestone:encounter"]
    assert [*changes.names.values()] == ["Lead Invented"]


def test_a_milestone_of_the_other_strand_is_in_the_history_without_what_it_was() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    moved = acts.moved(world, case, SOUTH, SUPPORT)
    acts.recorded(world, moved, "voluntary-return", "returned", by="receiver")

    with world.work("worker") as work:
        _, page = view_history(work, case.reference, page=1)
        told = changes_since(work, case.reference, case.version)
    newest = page.items[0].payload
    assert (newest["event"], newest["detail"]) == ("MilestoneRecorded", {})
    assert told.made[-1].aspect == "milestone:"
