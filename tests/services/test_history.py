"""What changed, when, and by whom; never who looked."""

from collections.abc import Mapping
from typing import Any

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Strand
from casetrack.services.cases import place_case, view_case
from casetrack.services.contacts import record_contact
from casetrack.services.files import attach_file
from casetrack.services.history import Changes, changed_meanwhile, changes_since, view_history
from casetrack.services.notes import write_note
from casetrack.services.transfers import see_transfer
from tests.services import acts
from tests.services.acts import SUPPORT
from tests.services.deeds import a_file, a_note
from tests.world import ACCOUNTS, CHARITY, NORTH, SOUTH, World


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
    told = ["HandedOff", "TransferSeen", "TransferSent", "MilestoneRecorded", "IdentityRecorded"]
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


def lived_apart(world: World) -> Case:
    """A case in which each organisation did something in its strand, and South recorded how to reach the person."""
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, SUPPORT)
    acts.recorded(world, case, "voluntary-return", "returned", by="receiver")
    acts.recorded(world, case, "vc-bail-update", "told")
    with world.work("receiver") as work:
        record_contact(work, case.reference, {"times": "After nine."}, seen=None)
    for name, strand in (("receiver", Strand.SUPPORT), ("worker", Strand.INVESTIGATION)):
        with world.work(name) as work:
            attach_file(work, case.reference, a_file(strand), seen=None)
        with world.work(name) as work:
            write_note(work, case.reference, a_note(strand), seen=None)
    return case


@pytest.mark.parametrize(
    ("by", "own", "contacts"),
    [("worker", "investigation", 0), ("receiver", "support", 2)],
    ids=["the investigation", "the support"],
)
def test_what_lies_in_a_part_of_others_is_not_in_the_history(by: str, own: str, contacts: int) -> None:
    world = World.in_memory()
    case = lived_apart(world)

    with world.work(by) as work:
        _, page = view_history(work, case.reference, page=1)

    told: list[Mapping[str, Any]] = [card.payload for card in page.items]
    lying = [each["detail"]["strand"] for each in told if each["event"] in ("NoteWritten", "FileAttached")]
    recorded = [each["detail"]["code"] for each in told if each["event"] == "MilestoneRecorded"]
    assert lying == [own, own]
    assert recorded == [{"investigation": "vc-bail-update", "support": "voluntary-return"}[own]]
    assert [each["event"] for each in told].count("ContactRecorded") == contacts
    assert page.total == len(page.items)


@pytest.mark.parametrize(("by", "account"), [("worker", "worker"), ("receiver", "receiver")])
def test_nor_is_it_told_to_those_who_work_beside_them(by: str, account: str) -> None:
    world = World.in_memory()
    case = lived_apart(world)

    with world.work(by) as work:
        told = changes_since(work, case.reference, case.version)

    lying = [change for change in told.made if change.action in (Action.NOTE_WRITE, Action.FILE_ATTACH)]
    assert [change.account for change in lying] == [ACCOUNTS[account].id] * 2
    milestones = [change.aspect for change in told.made if change.action is Action.MILESTONE_RECORD]
    assert milestones == [f"milestone:{'vc-bail-update' if by == 'worker' else 'voluntary-return'}"]
    assert ("contact" in {change.aspect for change in told.made}) is (by == "receiver")


def test_whoever_takes_the_strand_reads_its_history_too() -> None:
    world = World.in_memory()
    case = lived_apart(world)
    acts.moved(world, case, NORTH, SUPPORT, by="receiving-lead")

    with world.work("worker") as work:
        _, page = view_history(work, case.reference, page=1)

    written: list[Mapping[str, Any]] = [card.payload for card in page.items if card.action is Action.NOTE_WRITE]
    assert [each["detail"]["strand"] for each in written] == ["investigation", "support"]
