"""Subject access requests: each step kept, sealed and journalled; read by those who look after the person alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import Case
from casetrack.domain.disclosures import Regime
from casetrack.domain.errors import (
    BelongsElsewhere,
    CasetrackError,
    IntegrityBroken,
    NeedsStepUp,
    NotFound,
    NotOurPart,
    NotOursToClose,
    NotPermitted,
    PassedOn,
    ReasonNeeded,
    Stale,
    UnknownChoice,
)
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import SarId
from casetrack.domain.sars import (
    Asker,
    Decision,
    GroundDoesNotFit,
    Item,
    NoExtension,
    NotAskedAlone,
    NotItsTurn,
    OneIsOpen,
    ReceivedLater,
    Restriction,
    SarState,
)
from casetrack.services.cases import close_case
from casetrack.services.disclosures import list_disclosures
from casetrack.services.fields import SARS
from casetrack.services.history import view_history
from casetrack.services.register import PERSON, RIGHT_OF_ACCESS
from casetrack.services.sars import (
    check_sar,
    decide_sar,
    deliver_sar,
    extend_sar,
    list_sars,
    prepare_sar,
    record_sar,
    restrict_sar,
    withdraw_sar,
)
from casetrack.services.sealing import seal_fields
from casetrack.services.work import UnitOfWork
from tests.domain.made import a_step
from tests.services import acts
from tests.services import sars as steps
from tests.services.acts import BOTH, INVESTIGATION, SUPPORT, kept
from tests.services.sars import ALONE, ASKED, GIVEN, TODAY, WHY, standing
from tests.world import CHARITY, NORTH, SOUTH, World

NOBODYS = SarId(acts.account("worker"))
DOING: dict[str, Callable[[UnitOfWork, Case, SarId], object]] = {
    "sar:record": lambda work, case, _: record_sar(work, case.reference, Asker.PERSON, TODAY, ASKED, seen=None),
    "sar:check": lambda work, case, sar: check_sar(work, case.reference, sar, ALONE, seen=None),
    "sar:extend": lambda work, case, sar: extend_sar(work, case.reference, sar, "complex", seen=None),
    "sar:restrict": lambda work, case, sar: restrict_sar(work, case.reference, sar, Item.LOOKS, WHY, seen=None),
    "sar:decide": lambda work, case, sar: decide_sar(work, case.reference, sar, Decision.GIVE, [], seen=None),
    "sar:deliver": lambda work, case, sar: deliver_sar(work, case.reference, sar, GIVEN, seen=None),
    "sar:withdraw": lambda work, case, sar: withdraw_sar(work, case.reference, sar, seen=None),
    "sar:list": lambda work, case, _: list_sars(work, case.reference),
}


def refused(world: World, case: Case, action: str, sar: SarId, by: str = "lead") -> type[CasetrackError]:
    """The refusal; and that nothing is kept but that it was refused."""
    before = kept(world).copy()
    with pytest.raises(CasetrackError) as error, world.work(by) as work:
        DOING[action](work, case, sar)
    assert replace(kept(world), entries=before.entries) == before
    return type(error.value)


def test_a_request_is_there_as_it_stands_after_each_step() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    steps.answered(world, case, Item.LOOKS)
    sar = standing(world, case)
    assert (sar.state, sar.words, sar.checked, sar.delivery) == (SarState.ANSWERED, ASKED, ALONE, GIVEN)
    assert (sar.received, sar.due, sar.regime) == (TODAY, date(2026, 12, 21), Regime.LAW_ENFORCEMENT)
    assert sar.restrictions == {Item.LOOKS: WHY}
    events = acts.names_of(acts.journalled(world, 0))
    assert [name for name in events if name.startswith("Sar")] == [
        *("SarRecorded", "SarChecked", "SarRestricted", "SarDecided", "SarDelivered")
    ]


def test_what_was_typed_is_in_no_event() -> None:
    world = World.in_memory()
    steps.answered(world, acts.opened(world), Item.LOOKS)
    for words in (ASKED, ALONE.words, WHY.words, GIVEN.words):
        assert not [entry for entry in kept(world).entries if words.encode() in entry.payload]


def test_the_answer_is_in_the_register_with_what_was_given() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    steps.answered(world, case, Item.LOOKS)
    with world.work("lead") as work:
        (left,) = list_disclosures(work, case.reference, page=1).page.items
    assert (left.kind, left.reason, left.sender, left.on) == (PERSON, RIGHT_OF_ACCESS, NORTH.code, TODAY)
    assert set(left.items) == set(Item) - {Item.LOOKS}
    assert (left.from_regime, left.to_regime) == (Regime.LAW_ENFORCEMENT, None)


def test_a_request_that_was_refused_gives_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    steps.answered(world, case, Item.LOOKS, decision=Decision.REFUSE)
    with world.work("lead") as work:
        (left,) = list_disclosures(work, case.reference, page=1).page.items
    assert left.items == ()


def test_controllers_are_told_by_period() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    with world.work("charity-lead") as work:
        found = list_sars(work, case.reference)
    assert found.sars == ()
    assert [(each.holder, each.regime, each.until is None) for each in found.periods] == [
        (NORTH.code, Regime.LAW_ENFORCEMENT, False),
        (NORTH.code, Regime.LAW_ENFORCEMENT, True),
        (CHARITY.code, Regime.GENERAL, True),
    ]


def test_a_charity_extends_by_two_months_and_rests_on_its_own_law() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-lead", SUPPORT)
    sar = steps.recorded(world, case, "charity-lead")
    with world.work("charity-lead") as work:
        extend_sar(work, case.reference, sar, "complex", seen=None)
    found = standing(world, case, "charity-lead")
    assert (found.due, found.extension, found.regime) == (date(2027, 2, 22), "complex", Regime.GENERAL)
    assert refused(world, case, "sar:restrict", sar, "charity-lead") is GroundDoesNotFit
    steps.restricted(world, case, sar, Item.LOOKS, Restriction("others-general", "A friend."), "charity-lead")
    steps.restricted(world, case, sar, Item.LOOKS, None, "charity-lead")
    assert standing(world, case, "charity-lead").restrictions == {}


def test_a_police_body_does_not_extend() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    assert refused(world, case, "sar:extend", steps.recorded(world, case)) is NoExtension


def test_one_request_is_open_at_a_time_and_the_newest_is_first() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = steps.recorded(world, case, on=TODAY - timedelta(days=3))
    assert refused(world, case, "sar:record", first) is OneIsOpen
    with world.work("lead") as work:
        withdraw_sar(work, case.reference, first, seen=None)
    second = steps.recorded(world, case)
    with world.work("lead") as work:
        assert [sar.id for sar in list_sars(work, case.reference).sars] == [second, first]


def test_what_does_not_fit_is_refused() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(ReceivedLater):
        steps.recorded(world, case, on=TODAY + timedelta(days=1))
    sar = steps.recorded(world, case)
    assert refused(world, case, "sar:decide", sar) is NotItsTurn
    wrong: list[tuple[type[CasetrackError], Callable[[UnitOfWork], object]]] = [
        (NotAskedAlone, lambda work: check_sar(work, case.reference, sar, replace(ALONE, alone=False), seen=None)),
        (UnknownChoice, lambda work: check_sar(work, case.reference, sar, replace(ALONE, way="by post"), seen=None)),
        (UnknownChoice, lambda work: extend_sar(work, case.reference, sar, "busy", seen=None)),
        (UnknownChoice, lambda work: _restrict(work, case, sar, Restriction("whim", "Because."))),
        (ReasonNeeded, lambda work: _restrict(work, case, sar, Restriction("crime", " "))),
        (BelongsElsewhere, lambda work: _restrict(work, case, sar, Restriction("crime", "Ring 07700 900123."))),
        (UnknownChoice, lambda work: deliver_sar(work, case.reference, sar, replace(GIVEN, way="post"), seen=None)),
        (Stale, lambda work: extend_sar(work, case.reference, sar, "many", seen=99)),
    ]
    for refusal, attempt in wrong:
        with pytest.raises(refusal), world.work("lead") as work:
            attempt(work)


def _restrict(work: UnitOfWork, case: Case, sar: SarId, why: Restriction) -> Case:
    return restrict_sar(work, case.reference, sar, Item.LOOKS, why, seen=None)


@pytest.mark.parametrize("action", sorted(DOING))
def test_a_worker_a_stranger_and_whoever_does_not_look_after_the_person_do_none_of_it(action: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sar = steps.checked(world, case)
    assert refused(world, case, action, sar, "worker") is NotPermitted
    assert refused(world, case, action, sar, "scottish-lead") is NotFound
    case = acts.moved(world, case, CHARITY, SUPPORT)
    assert refused(world, case, action, sar, "lead") is NotOurPart
    passed = acts.moved(world, acts.opened(world), SOUTH, BOTH)
    assert refused(world, passed, action, sar, "lead") is PassedOn
    with pytest.raises(NotOursToClose), world.work("lead") as work:
        close_case(work, case.reference, "person-asked", seen=None)


@pytest.mark.parametrize("action", sorted(DOING))
def test_a_token_does_none_of_it(action: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sar = steps.recorded(world, case)
    by = replace(world.actor("lead"), auth=Auth.TOKEN)
    with pytest.raises(NeedsStepUp), acts.acting(world, by) as work:
        DOING[action](work, case, sar)


@pytest.mark.parametrize("action", sorted(DOING.keys() - {"sar:record", "sar:list"}))
def test_nothing_is_done_with_a_request_that_there_is_not(action: str) -> None:
    world = World.in_memory()
    assert refused(world, acts.opened(world), action, NOBODYS) is NotFound


def test_a_request_goes_where_the_support_goes_and_others_are_told_nothing_of_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    steps.recorded(world, case)
    case = acts.moved(world, case, CHARITY, SUPPORT)
    assert standing(world, case, "charity-lead").words == ASKED
    for by, told in (("charity-lead", True), ("lead", False)):
        with world.work(by) as work:
            history = view_history(work, case.reference, page=1)[1]
        assert any(card.action is Action.SAR_RECORD for card in history.items) is told


def test_where_there_is_only_an_investigation_the_request_lies_with_that() -> None:
    world = World.in_memory()
    case = acts.opened(world, "lead", INVESTIGATION)
    steps.recorded(world, case)
    assert standing(world, case).strand is Strand.INVESTIGATION


def test_a_person_whose_case_is_closed_may_ask_too() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("lead") as work:
        close_case(work, case.reference, "person-asked", seen=None)
    steps.answered(world, case)
    assert standing(world, case).state is SarState.ANSWERED


def test_the_page_of_a_step_says_what_it_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sar = steps.recorded(world, case)
    before = len(kept(world).entries)
    with world.work("lead") as work:
        assert prepare_sar(work, case.reference, sar, Action.SAR_CHECK)[1].id == sar
    (looked,) = acts.journalled(world, before)
    assert (looked["action"], looked["detail"]["labels"]) == ("case:view", ["support-request"])


@pytest.mark.parametrize("said", ["a request", {"strand": "support"}, {"strand": "sports"}])
def test_what_is_sealed_there_and_is_no_request_is_broken(said: str | dict[str, str]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    sar = steps.recorded(world, case)
    with world.work("lead") as work:
        again = work.open(case.reference, to=Action.SAR_CHECK)
        seal_fields(work, again, {SARS[Strand.SUPPORT]: said}, subject=sar)
        step = replace(a_step(again, acts.account("lead")), at=work.now)
        work.save(again.take_step(step, strand=Strand.SUPPORT, by=work.actor))
    with pytest.raises(IntegrityBroken):
        standing(world, case)
