"""A look in the middle of which somebody else changes the case: it is read again, and nobody is accused of anything."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import CasetrackError, IntegrityBroken, Stale
from casetrack.domain.ids import CaseId
from casetrack.services.cases import view_held
from casetrack.services.ports import KeptCase
from tests.services import acts
from tests.services.watched import Watched
from tests.world import World


def changed(world: World) -> tuple[Case, KeptCase]:
    """A case that was changed, and how it was kept before."""
    case = acts.opened(world)
    before = acts.kept_case(world, case)
    acts.recorded(world, case)
    return case, before


def looked(world: World, case: Case, *before: KeptCase) -> int:
    """The version that somebody is shown whose first reads give that."""
    with world.work("worker") as work:
        work.stores = replace(work.stores, cases=Watched(work.stores.cases, before=list(before)))
        return view_held(work, case.reference).version


def refusals(world: World) -> list[str]:
    return [str(payload["detail"]["refusal"]) for payload in acts.events(world, "Refused")]


def test_what_was_read_of_two_versions_is_read_again() -> None:
    world = World.in_memory()
    case, before = changed(world)
    now = acts.kept_case(world, case)
    of_two = replace(before, case=replace(now.case, version=before.case.version), values=now.values)
    assert looked(world, case, of_two) == looked(world, case, before) == now.case.version
    assert refusals(world) == []


def test_an_older_row_that_stays_is_refused_and_on_the_log() -> None:
    world = World.in_memory()
    case, before = changed(world)
    with pytest.raises(IntegrityBroken):
        looked(world, case, *[before] * 3)
    assert refusals(world) == ["IntegrityBroken"]


class Overtaken(Watched):
    """The cases of a store, each of which somebody has changed since it was read first."""

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        return tuple(
            replace(kept, case=replace(kept.case, version=kept.case.version + 1)) for kept in super().all_of(cases)
        )


class Unreadable(Watched):
    """The cases of a store, which cannot be read a second time."""

    def all_of(self, _: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        raise IntegrityBroken


def unfit(world: World, case: Case, cases: type[Watched]) -> None:
    """Something of the case does not fit what was read of it before."""
    with world.work("worker") as work:
        view_held(work, case.reference)
        work.stores = replace(work.stores, cases=cases(work.stores.cases))
        raise IntegrityBroken


@pytest.mark.parametrize(
    ("cases", "refused"), [(Overtaken, Stale), (Watched, IntegrityBroken), (Unreadable, IntegrityBroken)]
)
def test_what_does_not_fit_is_out_of_date_only_if_somebody_changed_the_case_meanwhile(
    cases: type[Watched], refused: type[CasetrackError]
) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(refused):
        unfit(world, case, cases)
    assert refusals(world) == [refused.__name__]
