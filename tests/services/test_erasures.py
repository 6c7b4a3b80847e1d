"""Erasing: two people, one transaction, and nothing left but a tombstone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import Case
from casetrack.domain.errors import (
    IntegrityBroken,
    NeedsStepUp,
    NotFound,
    NotHeld,
    NotPermitted,
    ReasonNeeded,
    Stale,
    UnknownChoice,
)
from casetrack.domain.ids import CaseId, ProposalId
from casetrack.domain.proposal_refusals import (
    CaseChangedSince,
    HoldStands,
    NoPendingProposal,
    NotClosed,
    OtherHolderDecides,
    ProposalExpired,
    ProposalStands,
    SecondPersonNeeded,
)
from casetrack.domain.proposals import ProposalState
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, reopen_case, view_case
from casetrack.services.certificates import reference_digest
from casetrack.services.erasures import list_erasures, prepare_erasure, propose_erasure, view_erasure
from casetrack.services.proposals import (
    approve_proposal,
    list_proposals,
    refuse_proposal,
    view_proposal,
    withdraw_proposal,
)
from tests.services import acts, agreed
from tests.services.acts import INVESTIGATION, SUPPORT, kept
from tests.services.agreed import REASON, RULE, WHY
from tests.services.everything import Everything
from tests.world import ACCOUNTS, CHARITY, NORTH, SOUTH, World


def test_what_two_people_agree_to_erase_is_gone_and_the_log_says_who_agreed() -> None:
    world = World.in_memory()
    other = acts.opened(world)
    case, proposal = agreed.erased(world)
    rest = kept(world)

    assert proposal.state is ProposalState.APPROVED
    assert list(rest.cases) == [other.id]
    assert not [value for value in rest.values.values() if value.case == case.id]
    assert not [wrap for wrap in rest.wraps if wrap.case == case.id]
    assert not [key for key in rest.keys.values() if key.case == case.id]
    assert {each.case for each in rest.wraps} == {other.id}
    assert rest.proposals[proposal.id].words is None
    approved, erased = acts.events(world, "ProposalApproved", "CaseErased")
    assert (erased["operations"], erased["case_version"]) == (["erasure"], case.version + 1)
    assert approved["actor"] == erased["actor"] == str(ACCOUNTS["supervisor"].id)
    assert erased["seal_digest"] == rest.tombstones[case.id].seal.digest.hex()


def test_an_erased_case_is_absent_to_everybody_by_its_reference() -> None:
    world = World.in_memory()
    case, _ = agreed.erased(world)

    for name in ("worker", "lead", "supervisor", "receiver"):
        with pytest.raises(NotFound), world.work(name) as work:
            view_case(work, case.reference)
        with world.work(name) as work:
            assert list_cases(work, replace(everything(work), status=None)).items == ()


def test_all_of_it_verifies() -> None:
    world = World.in_memory()
    hold_case = agreed.closed(world)
    hold = agreed.held(world, hold_case)
    agreed.approved(world, agreed.lifting(world, hold_case, hold))
    agreed.held(world, acts.opened(world), "civil-claim")
    agreed.proposed(world, agreed.closed(world))
    moved = agreed.closed(world, acts.moved(world, acts.opened(world), SOUTH), by="receiving-lead")
    assert moved.holdings.holders == {SOUTH.code}
    agreed.erased(world)
    again = agreed.proposed(world, hold_case)
    agreed.approved(world, again)

    assert Everything.of(world).findings(world) == []


def test_the_supervisor_of_who_was_responsible_last_has_a_line_of_it_and_the_two_people_the_certificate() -> None:
    world = World.in_memory()
    case, _ = agreed.erased(world)

    with world.work("supervisor") as work:
        (line,) = list_erasures(work, page=1).items
    with world.work("lead") as work:
        shown = view_erasure(work, case.id)
    assert line.stone == shown.stone
    assert shown.stone.holders == (NORTH.code,)
    assert shown.stone.reference_digest == reference_digest(case.id, case.reference)
    assert case.reference not in str(shown.certificate)
    assert shown.names == {
        ACCOUNTS["lead"].id: ACCOUNTS["lead"].display_name,
        ACCOUNTS["supervisor"].id: ACCOUNTS["supervisor"].display_name,
    }
    with pytest.raises(NotPermitted), world.work("lead") as work:
        list_erasures(work, page=1)
    with pytest.raises(NotFound), world.work("receiving-lead") as work:
        view_erasure(work, case.id)
    with pytest.raises(NotPermitted), world.work("worker") as work:
        view_erasure(work, case.id)
    with pytest.raises(NotFound), world.work("supervisor") as work:
        view_erasure(work, CaseId(ACCOUNTS["lead"].id))


def test_nobody_approves_what_they_proposed_themselves() -> None:
    world = World.in_memory()
    proposal = agreed.proposed(world, agreed.closed(world))

    with pytest.raises(SecondPersonNeeded), world.work("lead") as work:
        approve_proposal(work, proposal.id, seen=1)
    with pytest.raises(SecondPersonNeeded), world.work("lead") as work:
        refuse_proposal(work, proposal.id, seen=1)


def test_a_worker_neither_proposes_nor_approves_and_a_token_does_neither() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    with pytest.raises(NotPermitted), world.work("worker", WHY) as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=None)
    proposal = agreed.proposed(world, case)
    with pytest.raises(NotPermitted), world.work("worker") as work:
        approve_proposal(work, proposal.id, seen=1)
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor("supervisor", Auth.TOKEN)) as work:
        approve_proposal(work, proposal.id, seen=1)


def test_a_stranger_is_told_that_there_is_no_such_proposal() -> None:
    world = World.in_memory()
    proposal = agreed.proposed(world, agreed.closed(world))

    for name in ("receiving-lead", "auditor", "administrator"):
        with pytest.raises(NotFound), world.work(name) as work:
            view_proposal(work, proposal.id)
    with pytest.raises(NotFound), world.work("supervisor") as work:
        approve_proposal(work, ProposalId(proposal.subject), seen=None)


def shared(world: World) -> Case:
    """A closed case that two organisations are responsible for."""
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    assert case.holdings.leads == {"support": CHARITY.code, "investigation": NORTH.code}
    return agreed.closed(world, case, by="charity-lead")


def test_where_two_organisations_are_responsible_each_has_one_of_the_two_people() -> None:
    world = World.in_memory()
    case = shared(world)
    proposal = agreed.proposed(world, case)

    assert (proposal.from_holder, proposal.to_holder) == (NORTH.code, CHARITY.code)
    with pytest.raises(OtherHolderDecides), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    with world.work("supervisor") as work:
        assert view_proposal(work, proposal.id).words == ""
    with world.work("charity-lead") as work:
        assert view_proposal(work, proposal.id).words == WHY.words
    agreed.approved(world, proposal, by="charity-lead")
    assert case.id not in kept(world).cases
    assert kept(world).tombstones[case.id].stone.holders == (CHARITY.code, NORTH.code)
    assert Everything.of(world).findings(world) == []


def test_who_would_propose_it_sees_what_would_be_lost_and_is_refused_then_what_would_be_refused_anyway() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NotClosed), world.work("lead") as work:
        prepare_erasure(work, case.reference)
    agreed.closed(world, case)
    with world.work("lead") as work:
        overview, lost = prepare_erasure(work, case.reference)
    assert overview.case.id == case.id
    assert (lost.values, lost.offers, lost.holds) == (len(acts.values_of(world, case)), 0, ())


def test_the_second_person_reads_why_and_what_would_be_lost() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)

    with world.work("supervisor") as work:
        view = view_proposal(work, proposal.id)
    assert (view.words, view.names[proposal.proposed_by]) == (WHY.words, ACCOUNTS["lead"].display_name)
    assert view.losing is not None
    assert (view.losing.values, view.losing.holds) == (len(acts.values_of(world, case)), ())
    assert view.may == {Action.PROPOSAL_VIEW, Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, Action.PROPOSAL_WITHDRAW}
    with world.work("lead") as work:
        assert view_proposal(work, proposal.id).may == {Action.PROPOSAL_VIEW, Action.PROPOSAL_WITHDRAW}


def test_what_waits_is_listed_for_both_people_until_it_is_decided_or_expires() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)

    for name in ("lead", "supervisor"):
        with world.work(name) as work:
            (card,) = list_proposals(work, page=1).items
        assert (card.proposal, card.reference) == (proposal, case.reference)
    assert acts.events(world, "Consulted")[-1]["action"] == "proposal:list"
    with world.work("receiving-lead") as work:
        assert list_proposals(work, page=1).items == ()
    world.now = proposal.until
    with world.work("supervisor") as work:
        assert list_proposals(work, page=1).items == ()


def test_a_proposal_expires_after_thirty_days_and_can_be_made_again() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    world.now = proposal.proposed_at + timedelta(days=30)

    for decide in (approve_proposal, refuse_proposal):
        with pytest.raises(ProposalExpired), world.work("supervisor") as work:
            decide(work, proposal.id, seen=None)
    agreed.approved(world, agreed.proposed(world, case))
    assert case.id not in kept(world).cases
    assert list(kept(world).proposals) == [kept(world).tombstones[case.id].stone.proposal]


def test_what_was_decided_is_decided_once() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    with pytest.raises(ProposalStands), world.work("supervisor", WHY) as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=None)
    with world.work("supervisor", WHY) as work:
        assert refuse_proposal(work, proposal.id, seen=1).state is ProposalState.REFUSED
    with pytest.raises(NoPendingProposal), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=1)
    second = agreed.proposed(world, case)
    with world.work("supervisor") as work:
        withdraw_proposal(work, second.id, seen=None)
    with pytest.raises(NoPendingProposal), world.work("supervisor") as work:
        approve_proposal(work, second.id, seen=None)
    with pytest.raises(Stale), world.work("supervisor") as work:
        approve_proposal(work, second.id, seen=9)
    assert case.id in kept(world).cases


def test_the_other_organisation_does_not_take_a_proposal_back() -> None:
    world = World.in_memory()
    proposal = agreed.proposed(world, shared(world))

    with pytest.raises(NotHeld), world.work("charity-lead") as work:
        withdraw_proposal(work, proposal.id, seen=None)


def test_only_a_closed_case_is_erased_and_only_as_both_have_seen_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NotClosed), world.work("lead", WHY) as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=None)
    case = agreed.closed(world, case)
    proposal = agreed.proposed(world, case)
    with world.work("lead") as work:
        reopen_case(work, case.reference, seen=None)
    with pytest.raises(NotClosed), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    agreed.closed(world, case)
    with pytest.raises(CaseChangedSince), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    assert case.id in kept(world).cases


def test_a_proposal_is_about_what_its_proposer_saw() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case)
    agreed.closed(world, case)

    with pytest.raises(Stale), world.work("lead", WHY) as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=case.version)


def test_a_rule_and_a_reason_are_of_their_lists_and_words_are_needed() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    for rule, reason in (("made-up", REASON), (RULE, "made-up")):
        with pytest.raises(UnknownChoice), world.work("lead", WHY) as work:
            propose_erasure(work, case.reference, rule, reason, seen=None)
    with pytest.raises(ReasonNeeded), world.work("lead") as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=None)


def test_while_a_legal_hold_stands_nothing_is_erased_whoever_agrees() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    hold = agreed.held(world, case)

    with pytest.raises(HoldStands), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    with pytest.raises(HoldStands), world.work("supervisor", WHY) as work:
        propose_erasure(work, case.reference, RULE, REASON, seen=None)
    agreed.approved(world, agreed.lifting(world, case, hold))
    agreed.approved(world, proposal)
    assert case.id not in kept(world).cases


def test_a_hold_that_somebody_took_away_from_the_database_is_missed_before_anything_is_erased() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    agreed.held(world, case)
    kept(world).holds.clear()

    with pytest.raises(IntegrityBroken), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    assert case.id in kept(world).cases


def test_a_proposal_that_somebody_edited_is_believed_by_nobody() -> None:
    world = World.in_memory()
    proposal = agreed.proposed(world, agreed.closed(world))
    row = kept(world).proposals[proposal.id]
    edited = replace(row, proposal=replace(row.proposal, proposed_by=ACCOUNTS["worker"].id))
    kept(world).proposals[proposal.id] = edited

    with pytest.raises(IntegrityBroken), world.work("lead") as work:
        approve_proposal(work, proposal.id, seen=None)


def test_words_that_somebody_swapped_are_not_shown() -> None:
    world = World.in_memory()
    first = agreed.proposed(world, agreed.closed(world))
    second = agreed.proposed(world, agreed.closed(world))
    rows = kept(world).proposals
    rows[first.id] = replace(rows[first.id], words=rows[second.id].words)

    with pytest.raises(IntegrityBroken), world.work("supervisor") as work:
        view_proposal(work, first.id)


def test_what_cannot_be_listed_outside_is_not_erased() -> None:
    world = World.in_memory()
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)

    class Full:
        def append(self, _: object) -> None:
            raise OSError(28, "No space left on device")

        def lines(self) -> tuple[bytes, ...]:
            return ()

    world.deployment = replace(world.deployment, erasures=Full())
    with pytest.raises(OSError, match="No space"), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    assert case.id in kept(world).cases
    assert kept(world).proposals[proposal.id].proposal.state is ProposalState.PROPOSED


def test_a_case_of_an_investigation_alone_is_erased_too() -> None:
    world = World.in_memory()
    case = agreed.closed(world, acts.opened(world, strands=INVESTIGATION))
    agreed.approved(world, agreed.proposed(world, case))

    assert case.id not in kept(world).cases
