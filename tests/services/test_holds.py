"""Legal holds: one person sets one, two lift it, and it goes where the case goes."""

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound, NotPermitted, ReasonNeeded, UnknownChoice
from casetrack.domain.ids import HoldId
from casetrack.domain.proposal_refusals import (
    CaseChangedSince,
    NoHold,
    ProposalStands,
    SameHoldStands,
    SecondPersonNeeded,
)
from casetrack.services.cases import overview_of, view_held
from casetrack.services.history import view_history
from casetrack.services.holds import lift_hold, prepare_lifting, set_hold
from casetrack.services.proposals import approve_proposal
from tests.services import acts, agreed
from tests.services.acts import kept
from tests.services.agreed import WHY
from tests.services.everything import Everything
from tests.world import SOUTH, World


def standing(world: World, case: Case, by: str = "lead") -> list[str]:
    with world.work(by) as work:
        return [hold.reason for hold in overview_of(work, view_held(work, case.reference)).holds]


def test_a_hold_is_set_by_one_and_lifted_by_two() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    assert standing(world, case) == ["investigation"]

    proposal = agreed.lifting(world, case, hold)
    assert standing(world, case) == ["investigation"]
    with pytest.raises(SecondPersonNeeded), world.work("lead") as work:
        approve_proposal(work, proposal.id, seen=None)
    agreed.approved(world, proposal)
    assert standing(world, case) == []
    assert kept(world).cases[case.id].case.version == case.version
    assert Everything.of(world).findings(world) == []


def test_its_history_is_that_of_the_case() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    agreed.approved(world, agreed.lifting(world, case, agreed.held(world, case)))

    with world.work("worker") as work:
        _, history = view_history(work, case.reference, page=1)
    kinds = {str(card.payload["event"]) for card in history.items}
    assert {"HoldSet", "Proposed", "ProposalApproved", "HoldLifted"} <= kinds


def test_several_holds_stand_for_several_reasons_and_each_is_lifted_by_itself() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    agreed.held(world, case, "inquiry")
    with pytest.raises(SameHoldStands), world.work("supervisor", WHY) as work:
        set_hold(work, case.reference, "investigation")
    agreed.approved(world, agreed.lifting(world, case, hold))
    assert standing(world, case) == ["inquiry"]
    agreed.held(world, case)
    assert sorted(standing(world, case)) == ["inquiry", "investigation"]


def test_a_hold_is_set_by_a_lead_for_a_reason_of_the_list_in_words() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NotPermitted), world.work("worker", WHY) as work:
        set_hold(work, case.reference, "inquiry")
    with pytest.raises(UnknownChoice), world.work("lead", WHY) as work:
        set_hold(work, case.reference, "made-up")
    with pytest.raises(ReasonNeeded), world.work("lead") as work:
        set_hold(work, case.reference, "inquiry")
    with pytest.raises(NotFound), world.work("receiving-lead", WHY) as work:
        set_hold(work, case.reference, "inquiry")


def test_what_does_not_stand_is_not_lifted_and_what_waits_is_not_proposed_twice() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    proposal = agreed.lifting(world, case, hold)
    with pytest.raises(ProposalStands), world.work("supervisor", WHY) as work:
        lift_hold(work, case.reference, hold.id, "not-needed")
    agreed.approved(world, proposal)
    with pytest.raises(NoHold), world.work("lead", WHY) as work:
        lift_hold(work, case.reference, hold.id, "not-needed")
    with pytest.raises(NoHold), world.work("lead") as work:
        prepare_lifting(work, case.reference, hold.id)
    with pytest.raises(NotFound), world.work("lead", WHY) as work:
        lift_hold(work, case.reference, HoldId(case.id), "not-needed")


def test_a_hold_goes_with_the_case_and_only_who_is_responsible_then_lifts_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    proposal = agreed.lifting(world, case, hold)
    acts.moved(world, case, SOUTH)

    assert standing(world, case, "receiving-lead") == ["investigation"]
    with pytest.raises(CaseChangedSince), world.work("supervisor") as work:
        approve_proposal(work, proposal.id, seen=None)
    assert standing(world, case, "receiving-lead") == ["investigation"]
    lifting = agreed.lifting(world, case, hold, by="receiving-lead")
    assert (lifting.from_holder, lifting.to_holder) == (SOUTH.code, SOUTH.code)


def test_the_page_that_lifts_one_has_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    with world.work("lead") as work:
        overview, found = prepare_lifting(work, case.reference, hold.id)
    assert (found, overview.case.id) == (hold, case.id)
    assert acts.events(world, "HoldSet")[0]["action"] == Action.HOLD_SET
