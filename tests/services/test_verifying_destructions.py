"""Verifying what was destroyed: a private half that is gone without two people, and one that came back."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import pytest

from casetrack.domain.proposals import ProposalState
from casetrack.services.destructions import destroy_keyset
from casetrack.services.evidence import KeptDestruction
from tests.services import destroying
from tests.services.everything import Everything
from tests.services.keeping import keeper
from tests.world import ACCOUNTS, EAST, World

STRANGER = UUID(int=7)
GONE = "Their private half is gone, and the journal does not say that it was destroyed so."
NOT_AGREED = "Their private half is gone, and two people have not agreed to that."
BACK = "The journal says that their private half was destroyed, and it is there."


@cache
def lived() -> World:
    """A world in which an old version of keys was destroyed; no test changes it."""
    world = World.in_memory()
    destroying.agreed(world)
    destroy_keyset(keeper(world), EAST.code, 1)
    return world


def rows() -> Everything:
    return Everything.of(lived())


def test_what_two_people_destroyed_is_no_fault() -> None:
    assert rows().findings(lived()) == []


def test_a_private_half_that_somebody_took_away_is_named() -> None:
    everything = rows()
    everything.gone.append(KeptDestruction("north", 1, None))
    assert everything.findings(lived()) == [f"Keys north 1: {GONE}", f"Keys north 1: {NOT_AGREED}"]


def test_the_agreement_of_another_version_is_none() -> None:
    everything = rows()
    (gone,) = everything.gone
    everything.gone.append(replace(gone, version=2))
    assert everything.findings(lived()) == [f"Keys east 2: {GONE}", f"Keys east 2: {NOT_AGREED}"]


def test_a_private_half_that_came_back_is_named() -> None:
    everything = rows()
    everything.gone = []
    assert everything.findings(lived()) == [f"Keys east 1: {BACK}"]


@pytest.mark.parametrize("change", ["proposer", "approver", "state", "gone", "subject", "one"])
def test_one_to_which_two_people_have_not_agreed_is_named(change: str) -> None:
    everything = rows()
    (agreed,) = everything.proposed
    proposal = agreed.proposal
    edited = {
        "proposer": replace(proposal, proposed_by=ACCOUNTS["worker"].id),
        "approver": replace(proposal, decided_by=ACCOUNTS["worker"].id),
        "one": replace(proposal, decided_by=proposal.proposed_by),
        "state": replace(proposal, state=ProposalState.REFUSED),
        "subject": replace(proposal, subject=STRANGER),
    }
    everything.proposed = [replace(agreed, proposal=edited[change])] if change in edited else []
    assert f"Keys east 1: {NOT_AGREED}" in everything.findings(lived())


def test_an_event_that_does_not_say_which_keys_says_nothing_of_any() -> None:
    everything = rows()
    place = everything.event("KeysetDestroyed")
    garbled = everything.journal[place].payload.replace(b'"version":1', b'"version":"x"')
    everything.change_event(place, payload=garbled)
    assert f"Keys east 1: {GONE}" in everything.findings(lived())
