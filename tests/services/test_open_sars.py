"""Who waits for an answer: every open request that the pages of the cases have, on one list, and on no other's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import AgeGroup, BeginReason, Case
from casetrack.domain.errors import CasetrackError, NeedsStepUp, NotPermitted
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import SarId
from casetrack.domain.sars import Asker
from casetrack.services.cases import begin_strand, close_case
from casetrack.services.fields import SARS
from casetrack.services.sars import OpenSars, list_open_sars, list_sars, withdraw_sar
from casetrack.services.sealing import seal_fields
from tests.domain.made import a_step
from tests.services import acts, sars
from tests.services.acts import INVESTIGATION, SUPPORT, kept
from tests.services.sars import TODAY
from tests.world import CHARITY, SOUTH, World

LEADS = ("lead", "supervisor", "receiving-lead", "scottish-lead", "charity-lead")


def listed(world: World, by: str = "lead") -> OpenSars:
    with world.work(by) as work:
        return list_open_sars(work)


def shown(world: World, by: str = "lead") -> list[SarId]:
    """The requests on the list, where no case is broken."""
    found = listed(world, by)
    assert found.broken == ()
    return [sar.id for _, sar in found.sars]


def on_page(world: World, case: Case, by: str) -> set[SarId]:
    """The open requests on the page of the case; none where it is refused."""
    try:
        with world.work(by) as work:
            return {sar.id for sar in list_sars(work, case.reference).sars if sar.state.is_open}
    except CasetrackError:
        return set()


def test_the_soonest_due_is_first_whatever_came_of_others() -> None:
    world = World.in_memory()
    later, sooner, done, withdrawn, never = (acts.opened(world) for _ in range(5))
    second = sars.recorded(world, later)
    first = sars.recorded(world, sooner, asker=Asker.REPRESENTATIVE, on=TODAY - timedelta(days=9))
    sars.answered(world, done)
    taken_back = sars.recorded(world, withdrawn)
    with world.work("lead") as work:
        withdraw_sar(work, withdrawn.reference, taken_back, seen=None)
    found = listed(world)
    assert [(case.reference, sar.id) for case, sar in found.sars] == [
        (sooner.reference, first),
        (later.reference, second),
    ]
    assert [(sar.asker, sar.due) for _, sar in found.sars] == [
        (Asker.REPRESENTATIVE, date(2026, 12, 11)),
        (Asker.PERSON, date(2026, 12, 21)),
    ]
    assert never.reference not in {case.reference for case, _ in found.sars}


def test_five_working_days_ahead_are_soon_as_on_every_list() -> None:
    world = World.in_memory()
    assert (TODAY, listed(world).soon) == (date(2026, 11, 20), date(2026, 11, 27))


def test_a_request_of_a_person_whose_case_is_closed_waits_too() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sar = sars.recorded(world, case)
    with world.work("lead") as work:
        close_case(work, case.reference, "person-asked", seen=None)
    assert shown(world) == [sar]


def test_a_person_who_was_answered_and_asks_again_waits_again() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sars.answered(world, case)
    assert shown(world) == []
    again = sars.recorded(world, case)
    assert shown(world) == [again]


def test_whom_it_showed_is_one_entry_that_names_them_and_what_was_opened() -> None:
    world = World.in_memory()
    one, other, done = acts.opened(world), acts.opened(world, "lead", INVESTIGATION), acts.opened(world)
    sars.recorded(world, one)
    sars.recorded(world, other, on=TODAY - timedelta(days=9))
    sars.answered(world, done)
    before = len(kept(world).entries)
    listed(world)
    (entry,) = kept(world).entries[before:]
    said = acts.read(entry)
    assert [case for case, _ in entry.shown] == [other.id, one.id]
    assert (said["event"], said["action"], said["case"]) == ("Consulted", "sar:list", None)
    assert (said["detail"]["labels"], said["detail"]["values"]) == (["investigation-request", "support-request"], 2)
    assert said["operations"] == ["consultation"]


def test_an_empty_list_is_on_the_log_too() -> None:
    world = World.in_memory()
    before = len(kept(world).entries)
    assert shown(world) == []
    (entry,) = kept(world).entries[before:]
    assert (acts.read(entry)["action"], entry.shown) == ("sar:list", ())


def test_the_list_has_what_the_pages_of_the_cases_have_wherever_the_strands_went() -> None:
    world = World.in_memory()
    stays, goes, splits, charitys = (
        acts.opened(world),
        acts.opened(world),
        acts.opened(world, "lead", INVESTIGATION),
        acts.opened(world, "charity-lead", SUPPORT),
    )
    wholly = acts.opened(world)
    cases = (stays, goes, splits, charitys, wholly)
    asked = [sars.recorded(world, case, "charity-lead" if case is charitys else "lead") for case in cases]
    acts.moved(world, goes, CHARITY, SUPPORT)
    acts.moved(world, wholly, SOUTH)
    # The request lies with the investigation, which stays; whoever then looks after the person has no key to that.
    with world.work("lead") as work:
        begin_strand(work, splits.reference, Strand.SUPPORT, BeginReason.AGREED, seen=None)
    acts.moved(world, splits, CHARITY, SUPPORT)
    found = {by: set(shown(world, by)) for by in LEADS}
    assert found == {by: set().union(*(on_page(world, case, by) for case in cases)) for by in LEADS}
    assert found == {
        "lead": {asked[0]},
        "supervisor": {asked[0]},
        "receiving-lead": {asked[4]},
        "scottish-lead": set(),
        "charity-lead": {asked[1], asked[3]},
    }


@pytest.mark.parametrize("role", set(Role) - {Role.LEAD, Role.SUPERVISOR})
def test_nobody_else_is_reminded(role: Role) -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), acts.acting(world, acts.with_role(world, "lead", role)) as work:
        list_open_sars(work)


def test_a_token_is_shown_no_list() -> None:
    world = World.in_memory()
    with pytest.raises(NeedsStepUp), acts.acting(world, replace(world.actor("lead"), auth=Auth.TOKEN)) as work:
        list_open_sars(work)


def _edited(world: World, case: Case, _sar: SarId) -> None:
    before = kept(world).cases[case.id]
    kept(world).cases[case.id] = replace(before, case=replace(before.case, age_group=AgeGroup.CHILD))


def _rewritten(world: World, case: Case, sar: SarId) -> None:
    (row,) = (each for each in acts.values_of(world, case, Part.SUPPORT) if each.subject == sar)
    kept(world).values[row.id] = replace(row, stored=row.stored[:-1] + bytes([row.stored[-1] ^ 1]))


def _unwrapped(world: World, case: Case, _sar: SarId) -> None:
    kept(world).wraps = tuple(wrap for wrap in kept(world).wraps if wrap.case != case.id)


def _no_request(world: World, case: Case, sar: SarId) -> None:
    with world.work("lead") as work:
        again = work.open(case.reference, to=a_step(case, acts.account("lead")).action)
        seal_fields(work, again, {SARS[Strand.SUPPORT]: "a request"}, subject=sar)
        step = replace(a_step(again, acts.account("lead")), at=work.now)
        work.save(again.take_step(step, strand=Strand.SUPPORT, by=work.actor))


BREAKING: Mapping[str, tuple[Callable[[World, Case, SarId], None], str]] = {
    "a fact": (_edited, "IntegrityBroken"),
    "the request": (_rewritten, "IntegrityBroken"),
    "no wrap": (_unwrapped, "NotHeld"),
    "what is no request": (_no_request, "IntegrityBroken"),
}


@pytest.mark.parametrize(("tamper", "refusal"), BREAKING.values(), ids=BREAKING)
def test_a_case_that_is_broken_is_named_and_hides_no_other(
    tamper: Callable[[World, Case, SarId], None], refusal: str
) -> None:
    world = World.in_memory()
    one, broken, other = (acts.opened(world) for _ in range(3))
    first, tampered, last = (sars.recorded(world, case) for case in (one, broken, other))
    tamper(world, broken, tampered)
    before = len(kept(world).entries)
    found = listed(world)
    assert {sar.id for _, sar in found.sars} == {first, last}
    assert found.broken == (broken.reference,)
    looked, refused = kept(world).entries[before:]
    assert {case for case, _ in looked.shown} == {one.id, other.id}
    assert (acts.read(refused)["refusal"], acts.read(refused)["action"]) == (refusal, "sar:list")
    assert refused.attempted == broken.reference


def test_those_who_hold_nothing_of_a_broken_case_are_not_told_of_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    _edited(world, case, sars.recorded(world, case))
    assert [listed(world, by).broken for by in ("lead", "scottish-lead", "charity-lead")] == [(case.reference,), (), ()]
