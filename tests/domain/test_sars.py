"""Subject access requests: each step in its turn, and nothing given that was not checked with the person alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casetrack.domain.calendars import Nation, WorkingDays
from casetrack.domain.disclosures import Regime
from casetrack.domain.errors import RuleBroken
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import SarId
from casetrack.domain.notes import NoteKind
from casetrack.domain.sars import (
    AnsweredLater,
    Asker,
    Checked,
    Decision,
    Delivery,
    GroundDoesNotFit,
    Interpreter,
    InterpreterNotIndependent,
    Item,
    MandateNotConfirmed,
    NoExtension,
    NotAgreedAlone,
    NotAskedAlone,
    NothingLeft,
    NothingRestricted,
    NotItsTurn,
    Restriction,
    Sar,
    SarState,
    controllers,
    due_on,
)
from casetrack.gateways.bank_holidays import LibraryBankHolidays
from tests.domain.made import CASE_HOLDERS, EASTMARCH, LANTERN, NINE, SUPPORT, after, moved, number, opened, refused_by

TODAY = date(2026, 11, 20)
DAYS = WorkingDays(LibraryBankHolidays())
GENERAL, LAW = Regime.GENERAL, Regime.LAW_ENFORCEMENT
WHY = Restriction("others-general", "It tells of a friend.")
ALONE = Checked(way="in-person", alone=True, interpreter=Interpreter.NONE, mandate=False)
GIVEN = Delivery(way="handed-over", on=TODAY, agreed_alone=True)


def sar(**changes: object) -> Sar:
    made = Sar(
        id=SarId(number(5)),
        strand=Strand.SUPPORT,
        asker=Asker.PERSON,
        received=TODAY,
        due=date(2026, 12, 21),
        regime=GENERAL,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # each by its own name


CHECKED = sar().check(ALONE)
DECIDED = CHECKED.decide(Decision.GIVE, [NoteKind.ACCOUNT], TODAY)


def test_a_request_is_checked_decided_on_and_answered() -> None:
    answered = DECIDED.deliver(GIVEN, TODAY)
    assert (answered.state, answered.delivery, answered.notes) == (
        SarState.ANSWERED,
        GIVEN,
        frozenset({NoteKind.ACCOUNT}),
    )
    assert answered.given == set(Item)


@pytest.mark.parametrize(
    ("asker", "changes", "refusal"),
    [
        (Asker.PERSON, {"alone": False}, NotAskedAlone),
        (Asker.PERSON, {"interpreter": Interpreter.NOT_INDEPENDENT}, InterpreterNotIndependent),
        (Asker.REPRESENTATIVE, {}, MandateNotConfirmed),
        (Asker.REPRESENTATIVE, {"mandate": True}, None),
        (Asker.PERSON, {"interpreter": Interpreter.INDEPENDENT}, None),
    ],
)
def test_who_asks_is_found_out_with_the_person_alone(
    asker: Asker, changes: Mapping[str, object], refusal: type[RuleBroken] | None
) -> None:
    checked = replace(ALONE, **changes)  # type: ignore[arg-type]  # each by its own name
    assert refused_by(lambda: sar(asker=asker).check(checked)) is refusal


@pytest.mark.parametrize(
    ("of", "today", "refusal"),
    [
        (sar(), TODAY, None),
        (CHECKED, date(2026, 12, 21), None),
        (sar(), date(2026, 12, 22), NoExtension),
        (sar(regime=LAW), TODAY, NoExtension),
        (sar(extension="complex"), TODAY, NoExtension),
        (DECIDED, TODAY, NotItsTurn),
    ],
)
def test_only_a_body_under_the_uk_gdpr_extends_once_within_the_first_month(
    of: Sar, today: date, refusal: type[RuleBroken] | None
) -> None:
    later = date(2027, 2, 22)
    assert refused_by(lambda: of.extend("many", later, today)) is refusal
    if refusal is None:
        assert (of.extend("many", later, today).due, of.state) == (later, of.state)


def test_what_is_restricted_has_a_ground_of_its_own_law_and_can_be_given_after_all() -> None:
    without = CHECKED.restrict(Item.LOOKS, WHY, GENERAL)
    assert without.given == set(Item) - {Item.LOOKS}
    assert without.restrict(Item.LOOKS, None, None) == CHECKED
    assert refused_by(lambda: CHECKED.restrict(Item.LOOKS, WHY, LAW)) is GroundDoesNotFit
    assert refused_by(lambda: CHECKED.restrict(Item.LOOKS, WHY, None)) is GroundDoesNotFit
    assert refused_by(lambda: DECIDED.restrict(Item.LOOKS, None, None)) is NotItsTurn


def test_all_is_refused_only_with_a_ground_and_something_is_given_if_anything_is() -> None:
    assert refused_by(lambda: CHECKED.decide(Decision.REFUSE, [], TODAY)) is NothingRestricted
    every = CHECKED
    for item in Item:
        every = every.restrict(item, WHY, GENERAL)
    assert refused_by(lambda: every.decide(Decision.GIVE, [], TODAY)) is NothingLeft
    refused = every.decide(Decision.REFUSE, [NoteKind.FACT], TODAY)
    assert (refused.state, refused.notes) == (SarState.DECIDED, frozenset())
    assert refused_by(refused.check_copying) is NotItsTurn
    assert refused_by(CHECKED.check_copying) is NotItsTurn
    assert refused_by(DECIDED.check_copying) is None
    assert refused_by(DECIDED.deliver(GIVEN, TODAY).check_copying) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"agreed_alone": False}, NotAgreedAlone),
        ({"on": TODAY - timedelta(days=1)}, AnsweredLater),
        ({"on": TODAY + timedelta(days=1)}, AnsweredLater),
    ],
)
def test_the_answer_is_given_as_was_agreed_alone(changes: Mapping[str, object], refusal: type[RuleBroken]) -> None:
    delivery = replace(GIVEN, **changes)  # type: ignore[arg-type]  # each by its own name
    assert refused_by(lambda: DECIDED.deliver(delivery, TODAY)) is refusal
    assert refused_by(lambda: replace(DECIDED, decided=None).deliver(GIVEN, TODAY)) is AnsweredLater


def test_it_is_overdue_after_its_last_day_while_it_is_open() -> None:
    assert not sar().is_overdue(date(2026, 12, 21))
    assert sar().is_overdue(date(2026, 12, 22))
    assert not sar().withdraw().is_overdue(date(2026, 12, 22))


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        (date(2026, 9, 3), 1, date(2026, 10, 5)),  # The 3rd is a Saturday.
        (date(2026, 11, 20), 1, date(2026, 12, 21)),  # The 20th is a Sunday.
        (date(2026, 11, 25), 1, date(2026, 12, 29)),  # Christmas Day, Saturday, Sunday, and Boxing Day's substitute.
        (date(2026, 3, 31), 1, date(2026, 4, 30)),  # April has no 31st.
        (date(2026, 11, 20), 3, date(2027, 2, 22)),  # The 20th is a Saturday.
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_next_working_day(received: date, months: int, last: date) -> None:
    assert due_on(received, months, Nation.ENGLAND, DAYS) == last


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.sampled_from(Nation))
def test_the_last_day_is_a_working_day_within_five_weeks(received: date, nation: Nation) -> None:
    last = due_on(received, 1, nation, DAYS)
    assert DAYS.is_working(last, nation)
    assert timedelta(days=28) <= last - received <= timedelta(days=37)


def test_who_was_a_controller_of_what_follows_from_who_was_responsible() -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    periods = controllers(case.holdings, Holders.of(CASE_HOLDERS))
    told = [(each.holder, each.regime, each.parts, each.since, each.until) for each in periods]
    assert told == [
        (
            *(EASTMARCH.code, LAW, frozenset({Part.SAFE_ADDRESS, Part.SUPPORT})),
            *(NINE, after(2)),
        ),
        (EASTMARCH.code, LAW, frozenset({Part.IDENTITY, Part.INVESTIGATION}), NINE, None),
        (LANTERN.code, GENERAL, frozenset({Part.IDENTITY, Part.SAFE_ADDRESS, Part.SUPPORT}), after(2), None),
    ]


class Asked(RuleBasedStateMachine):
    """Anything is tried with one request, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.sar = sar()
        self.steps: list[str] = []

    @initialize(asker=st.sampled_from(Asker), regime=st.sampled_from(Regime))
    def begin(self, asker: Asker, regime: Regime) -> None:
        self.sar = sar(asker=asker, regime=regime)

    def tried(self, name: str, step: object) -> None:
        assert callable(step)
        try:
            self.sar = step()
        except RuleBroken:
            return
        self.steps.append(name)

    @rule(alone=st.booleans(), interpreter=st.sampled_from(Interpreter), mandate=st.booleans())
    def check(self, alone: bool, interpreter: Interpreter, mandate: bool) -> None:  # noqa: FBT001 - Hypothesis draws it by its name
        checked = Checked(way="in-person", alone=alone, interpreter=interpreter, mandate=mandate)
        self.tried("check", lambda: self.sar.check(checked))

    @rule()
    def extend(self) -> None:
        self.tried("extend", lambda: self.sar.extend("many", date(2027, 2, 22), TODAY))

    @rule(item=st.sampled_from(Item), of=st.sampled_from(Regime), lift=st.booleans())
    def restrict(self, item: Item, of: Regime, lift: bool) -> None:  # noqa: FBT001 - Hypothesis draws it by its name
        self.tried("restrict", lambda: self.sar.restrict(item, None if lift else WHY, of))

    @rule(decision=st.sampled_from(Decision), notes=st.sets(st.sampled_from(NoteKind)))
    def decide(self, decision: Decision, notes: set[NoteKind]) -> None:
        self.tried("decide", lambda: self.sar.decide(decision, notes, TODAY))

    @rule(agreed=st.booleans())
    def deliver(self, agreed: bool) -> None:  # noqa: FBT001 - Hypothesis draws it by its name
        self.tried("deliver", lambda: self.sar.deliver(replace(GIVEN, agreed_alone=agreed), TODAY))

    @rule()
    def withdraw(self) -> None:
        self.tried("withdraw", self.sar.withdraw)

    @invariant()
    def nothing_is_decided_that_was_not_checked_alone(self) -> None:
        if self.sar.state in (SarState.DECIDED, SarState.ANSWERED):
            assert self.sar.checked is not None
            assert self.sar.checked.alone
            assert self.sar.checked.interpreter is not Interpreter.NOT_INDEPENDENT
            assert self.sar.asker is Asker.PERSON or self.sar.checked.mandate

    @invariant()
    def each_step_is_taken_once_and_nothing_follows_the_end(self) -> None:
        assert all(self.steps.count(once) <= 1 for once in ("check", "extend", "decide", "deliver", "withdraw"))
        ends = [at for at, step in enumerate(self.steps) if step in ("deliver", "withdraw")]
        assert not ends or ends == [len(self.steps) - 1]
        assert self.sar.state.is_open is not bool(ends)

    @invariant()
    def part_3_knows_no_extension_and_an_answer_was_agreed_alone(self) -> None:
        assert self.sar.extension is None or self.sar.regime is GENERAL
        assert self.sar.delivery is None or self.sar.delivery.agreed_alone

    @invariant()
    def all_is_refused_only_for_a_ground(self) -> None:
        assert self.sar.decision is not Decision.REFUSE or self.sar.restrictions


TestAsked = Asked.TestCase
