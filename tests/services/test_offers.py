"""The offers of a case are read as they were sealed, wherever something follows from them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, OfferOpen
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.cases import close_case, overview_of, view_held
from casetrack.services.journeys import view_journey
from casetrack.services.milestones import list_milestones
from casetrack.services.work import UnitOfWork
from tests.services import acts, agreed
from tests.services.acts import kept
from tests.world import SOUTH, World

LOOKS: dict[str, Callable[[UnitOfWork, Case], object]] = {
    "the case": lambda work, case: overview_of(work, view_held(work, case.reference)),
    "its milestones": lambda work, case: list_milestones(work, case.reference),
    "its journey": lambda work, case: view_journey(work, case.reference),
    "its end": lambda work, case: close_case(work, case.reference, "support-complete", seen=None),
}


def refused(world: World, case: Case, look: str) -> None:
    """It is refused, and that is on the journal once."""
    before = len(kept(world).entries)
    with pytest.raises(IntegrityBroken), world.work("lead") as work:
        LOOKS[look](work, case)
    (payload,) = acts.journalled(world, before)
    assert (payload["event"], payload["refusal"]) == ("Refused", "IntegrityBroken")


def offered(world: World) -> tuple[Case, Transfer]:
    case = acts.opened(world)
    return case, acts.offered(world, case, SOUTH)


@pytest.mark.parametrize("look", LOOKS)
def test_an_offer_that_was_edited_is_shown_and_reckoned_with_nowhere(look: str) -> None:
    world = World.in_memory()
    case, offer = offered(world)
    before = kept(world).transfers[offer.id]
    withdrawn = replace(before.transfer, state=TransferState.WITHDRAWN)
    kept(world).transfers[offer.id] = replace(before, transfer=withdrawn)
    refused(world, case, look)


@pytest.mark.parametrize("look", LOOKS)
def test_an_offer_that_was_taken_out_of_the_table_is_missed(look: str) -> None:
    world = World.in_memory()
    case, offer = offered(world)
    del kept(world).transfers[offer.id]
    refused(world, case, look)


def test_a_case_in_an_open_offer_is_not_closed() -> None:
    world = World.in_memory()
    case, _ = offered(world)
    with pytest.raises(OfferOpen), world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)


def test_a_hold_and_a_proposal_that_were_edited_are_not_shown_with_the_case() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    hold = agreed.held(world, case)
    proposal = agreed.lifting(world, case, hold)
    sealed_hold, sealed = kept(world).holds[hold.id], kept(world).proposals[proposal.id]

    kept(world).holds[hold.id] = replace(sealed_hold, hold=replace(sealed_hold.hold, reason="inquest"))
    refused(world, case, "the case")
    kept(world).holds[hold.id] = sealed_hold
    kept(world).proposals[proposal.id] = replace(sealed, proposal=replace(sealed.proposal, reason="another"))
    refused(world, case, "the case")


def test_that_something_is_broken_is_told_even_where_the_keys_of_the_audit_desk_are() -> None:
    """What somebody typed cannot be sealed to the desk then: the entry goes without it."""
    world = World.in_memory()
    case = acts.opened(world)
    first = kept(world).keysets["audit-desk", 1]
    kept(world).keysets["audit-desk", 1] = replace(first, public=replace(first.public, certificate=bytes(64)))
    before = len(kept(world).entries)

    with pytest.raises(IntegrityBroken), world.work("lead", agreed.WHY) as work:
        view_held(work, case.reference)
    (payload,) = acts.journalled(world, before)
    assert (payload["refusal"], payload["words"]) == ("IntegrityBroken", None)
