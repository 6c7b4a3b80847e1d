"""Asking for a case to be as it is already: a look at it, by which nobody has anything to do with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import CaseIsClosed
from casetrack.domain.holdings import Strand
from casetrack.services.cases import assign_case, close_case, place_case
from casetrack.services.contacts import record_contact
from casetrack.services.identity import record_identity
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import kept
from tests.world import World

CHANGES_NOTHING: Final[Mapping[str, Callable[[UnitOfWork, Case, int | None], Case]]] = {
    "areas": lambda work, case, seen: place_case(work, case.reference, case.areas, seen=seen),
    "worker": lambda work, case, seen: assign_case(
        work, case.reference, Strand.SUPPORT, case.workers[Strand.SUPPORT], seen=seen
    ),
    "identity": lambda work, case, seen: record_identity(work, case.reference, case.identity, {}, seen=seen),
    "contact": lambda work, case, seen: record_contact(work, case.reference, {}, seen=seen),
}


@pytest.mark.parametrize("aspect", CHANGES_NOTHING)
def test_who_asks_for_a_case_as_it_is_has_looked_at_it_and_changed_nothing(aspect: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).cases[case.id]
    with world.work("lead") as work:
        same = CHANGES_NOTHING[aspect](work, case, None)
    assert same == replace(case, events=())
    assert kept(world).cases[case.id] == before
    last = kept(world).entries[-1]
    assert (last.action, last.account, last.case_version) == (Action.CASE_VIEW, acts.account("lead"), None)


@pytest.mark.parametrize("aspect", CHANGES_NOTHING)
def test_what_would_be_refused_of_a_change_is_refused_of_none(aspect: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    with pytest.raises(CaseIsClosed), world.work("lead") as work:
        CHANGES_NOTHING[aspect](work, case, None)
