"""What a case's records, and its transfers, say about a rule."""

import pytest

from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue import AppliesTo
from casetrack.domain.ledger import EarlierNation, Ledger, Scope
from casetrack.domain.progress import Row, Status
from tests.domain.milestones import CATALOGUE, fact, on_day, reopened, rows_of, said, transferred


def case(*states: tuple[str, float], day: float = 20) -> dict[str, Row]:
    """The rows of a case whose transfer went through these states."""
    events = [transferred(state, day=when) for state, when in states]
    return rows_of(CATALOGUE, said("encounter"), day=day, transfer_events=events)


def test_an_offer_waits_to_be_seen_and_decided() -> None:
    rows = case(("sent", 1), day=1.1)

    assert rows["transfer-sent"].status is Status.MET
    assert rows["transfer-seen"].status is Status.DUE
    assert rows["transfer-decision"].status is Status.DUE
    assert rows["victim-told-transfer"].status is Status.NOT_STARTED


def test_an_offer_that_was_seen_still_waits_to_be_decided() -> None:
    rows = case(("sent", 1), ("seen", 2), day=9)

    assert rows["transfer-seen"].status is Status.MET
    assert rows["transfer-decision"].status is Status.OVERDUE


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_whoever_answers_has_seen_the_offer(answer: str) -> None:
    rows = case(("sent", 1), (answer, 2))

    assert rows["transfer-seen"].status is Status.MET
    assert rows["transfer-seen"].outcome is None
    assert rows["transfer-decision"].status is Status.MET
    assert rows["transfer-decision"].outcome == answer


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_an_offer_that_was_taken_back_need_not_be_seen_any_more(end: str) -> None:
    rows = case(("sent", 1), (end, 2))

    assert rows["transfer-seen"].status is Status.NOT_APPLICABLE
    assert rows["transfer-decision"].outcome == end


def test_an_offer_that_was_seen_and_taken_back_was_seen() -> None:
    assert case(("sent", 1), ("seen", 2), ("withdrawn", 3))["transfer-seen"].status is Status.MET


def test_the_hand_off_starts_the_clocks_of_both_sides() -> None:
    rows = case(("sent", 1), ("seen", 1), ("accepted", 2), day=2.1)

    assert rows["victim-told-transfer"].status is Status.DUE
    assert rows["first-contact-new"].status is Status.DUE
    assert rows["safety-plan-review"].status is Status.DUE


def test_a_second_offer_is_a_second_turn() -> None:
    rows = case(("sent", 1), ("declined", 2), ("sent", 5), day=5.1)

    assert (rows["transfer-decision"].turn, rows["transfer-decision"].status) == (2, Status.DUE)


def test_what_a_transfer_said_is_in_no_history_of_a_milestone() -> None:
    assert case(("sent", 1))["transfer-sent"].history == ()


def test_the_ledger_keeps_what_has_happened_in_the_order_of_writing() -> None:
    late, early = said("asked", day=1, written=9), said("asked", day=2)
    ledger = Ledger([late, early, said("asked", day=11)], [], on_day(10))

    assert ledger.history == {"asked": [early, late]}
    assert ledger.of("asked") == (late, early)
    assert ledger.of("unheard-of") == ()


def test_the_18th_birthday_is_the_one_that_stands_once_it_has_come() -> None:
    wrong, right = fact("birth-date-18", day=9, written=1), fact("birth-date-18", day=5, written=3)
    records = [wrong, reopened("birth-date-18", day=2), right]

    assert Ledger(records, [], on_day(10)).turned_18 == on_day(5)
    assert Ledger(records, [], on_day(4)).turned_18 is None


def test_the_nation_of_an_instant_is_the_one_that_the_case_was_in() -> None:
    earlier = [EarlierNation(Nation.ENGLAND, on_day(10)), EarlierNation(Nation.WALES, on_day(20))]
    scope = Scope(AppliesTo.ADULT, Nation.SCOTLAND, earlier, turned_18=None)

    assert [scope.nation_at(on_day(day)) for day in (9, 10, 19, 20)] == [
        Nation.ENGLAND,
        Nation.WALES,
        Nation.WALES,
        Nation.SCOTLAND,
    ]


def test_the_age_group_of_an_instant_is_child_until_the_birthday() -> None:
    scope = Scope(AppliesTo.ADULT, Nation.ENGLAND, (), turned_18=on_day(10))

    assert [scope.age_at(on_day(day)) for day in (9, 10)] == [AppliesTo.CHILD, AppliesTo.ADULT]
