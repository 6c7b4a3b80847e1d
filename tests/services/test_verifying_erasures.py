"""Verifying what two people did: an erasure nobody agreed to, a hold slipped away, a case that vanished."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import pytest

from casetrack.domain.ids import CaseId
from casetrack.domain.proposals import ProposalState
from casetrack.services.verifying_erasures import count_erased
from tests.services import agreed
from tests.services.everything import Everything
from tests.world import ACCOUNTS, World

STRANGER = UUID(int=7)


@cache
def lived() -> World:
    """A world in which a case was erased, one waits, and a hold stands and one was lifted; no test changes it."""
    world = World.in_memory()
    agreed.erased(world)
    held = agreed.closed(world)
    agreed.approved(world, agreed.lifting(world, held, agreed.held(world, held)))
    agreed.held(world, held, "inquiry")
    agreed.proposed(world, agreed.closed(world))
    return world


def rows() -> Everything:
    return Everything.of(lived())


def test_erased_cases_are_counted_and_what_they_leave_out_is_no_fault() -> None:
    assert rows().findings(lived()) == []
    assert count_erased(rows()) == 1


def test_a_case_that_vanished_without_an_erasure_is_missed() -> None:
    everything = rows()
    gone = everything.files.pop()
    everything.held = [each for each in everything.held if each.case != gone.case.id]
    assert f"Case {gone.case.id}: It is in the journal, and its row is gone." in everything.findings(lived())


def test_a_tombstone_that_was_taken_away_leaves_a_case_that_vanished() -> None:
    everything = rows()
    (stone,) = everything.stones
    everything.stones = []
    assert f"Case {stone.stone.case}: It is in the journal, and its row is gone." in everything.findings(lived())


def test_a_tombstone_for_a_case_that_was_not_erased_is_found_out() -> None:
    everything = rows()
    (stone,) = everything.stones
    robbed = everything.files[0].case
    everything.stones.append(replace(stone, stone=replace(stone.stone, case=CaseId(robbed.id))))
    everything.files = everything.files[1:]
    wrong = [each for each in everything.findings(lived()) if str(robbed.id) in each]
    assert f"Erasure {robbed.id}: It is not what was sealed: a row of it was changed, added or taken away." in wrong
    assert f"Erasure {robbed.id}: The journal does not say that it was erased so." in wrong
    assert f"Erasure {robbed.id}: Two people have not agreed to it." in wrong


@pytest.mark.parametrize("change", ["proposer", "approver", "state", "gone", "subject"])
def test_an_erasure_to_which_two_people_have_not_agreed_is_named(change: str) -> None:
    everything = rows()
    (stone,) = everything.stones
    agreed_to = next(each for each in everything.proposed if each.proposal.id == stone.stone.proposal)
    proposal = agreed_to.proposal
    edited = {
        "proposer": replace(proposal, proposed_by=ACCOUNTS["worker"].id),
        "approver": replace(proposal, decided_by=ACCOUNTS["worker"].id),
        "state": replace(proposal, state=ProposalState.REFUSED),
        "subject": replace(proposal, case=CaseId(STRANGER)),
    }
    everything.proposed.remove(agreed_to)
    if change in edited:
        everything.proposed.append(replace(agreed_to, proposal=edited[change]))
    assert f"Erasure {stone.stone.case}: Two people have not agreed to it." in everything.findings(lived())


def test_one_person_who_is_both_is_named() -> None:
    everything = rows()
    (stone,) = everything.stones
    both = replace(stone.stone, proposed_by=stone.stone.approved_by)
    everything.stones = [replace(stone, stone=both)]
    assert f"Erasure {both.case}: Two people have not agreed to it." in everything.findings(lived())


def test_two_people_of_whom_the_journal_does_not_know_are_no_two_people() -> None:
    everything = rows()
    (stone,) = everything.stones
    agreed_to = next(each for each in everything.proposed if each.proposal.id == stone.stone.proposal)
    another = ACCOUNTS["worker"].id
    everything.proposed.remove(agreed_to)
    everything.proposed.append(replace(agreed_to, proposal=replace(agreed_to.proposal, decided_by=another)))
    everything.stones = [replace(stone, stone=replace(stone.stone, approved_by=another))]
    assert f"Erasure {stone.stone.case}: Two people have not agreed to it." in everything.findings(lived())


def test_a_row_that_is_left_of_an_erased_case_is_found() -> None:
    everything = rows()
    (stone,) = everything.stones
    left = everything.files[0]
    everything.files.append(replace(left, case=replace(left.case, id=stone.stone.case)))
    assert f"Erasure {stone.stone.case}: It was erased, and a row of it is there." in everything.findings(lived())


def test_a_tombstone_of_another_organisation_than_the_one_that_erased_is_named() -> None:
    everything = rows()
    (stone,) = everything.stones
    place = everything.event("CaseErased")
    everything.change_event(place, holder="south")
    wrong = everything.findings(lived())
    assert f"Erasure {stone.stone.case}: It was sealed by another organisation than the one that changed it." in wrong


def test_an_edited_proposal_and_an_edited_hold_are_named() -> None:
    everything = rows()
    waits = next(each for each in everything.proposed if each.proposal.state is ProposalState.PROPOSED)
    everything.proposed.remove(waits)
    everything.proposed.append(replace(waits, proposal=replace(waits.proposal, rule="unlawful")))
    hold = everything.on_hold.pop()
    everything.on_hold.append(replace(hold, hold=replace(hold.hold, reason="complaint")))
    sealed = "It is not what was sealed: a row of it was changed, added or taken away."
    assert {f"Proposal {waits.proposal.id}: {sealed}", f"Legal hold {hold.hold.id}: {sealed}"} == set(
        everything.findings(lived())
    )


def test_a_hold_that_was_taken_away_is_missed_and_an_older_one_is_told() -> None:
    everything = rows()
    lifted = next(each for each in everything.on_hold if not each.hold.stands)
    everything.on_hold.remove(lifted)
    assert everything.findings(lived()) == [f"Legal hold {lifted.hold.id}: It is in the journal, and its row is gone."]
