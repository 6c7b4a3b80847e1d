"""What still stands of what was recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.records import Recorded, RecordState, in_effect
from tests.domain.milestones import fact, reopened, said

OUTCOMES = st.sampled_from(["positive", "negative", None])


def outcomes(records: tuple[Recorded, ...]) -> list[str | None]:
    return [record.outcome for record in records]


def test_records_stand_in_the_order_in_which_they_happened() -> None:
    later = said("rg-decision", "positive", day=9, written=1)
    earlier = said("rg-decision", "negative", day=3, written=2)

    assert in_effect([later, earlier]) == (earlier, later)


def test_reopening_takes_away_the_latest_of_what_had_been_recorded() -> None:
    records = [
        said("rg-decision", "negative", day=1),
        said("rg-decision", "positive", day=5),
        reopened("rg-decision", day=6),
    ]

    assert outcomes(in_effect(records)) == ["negative"]


def test_what_is_recorded_after_the_reopening_stands_though_it_happened_before() -> None:
    mistaken = said("rg-decision", "positive", day=5)
    right = said("rg-decision", "negative", day=5, written=7)

    assert in_effect([right, reopened("rg-decision", day=6), mistaken]) == (right,)


def test_two_reopenings_take_away_two_records_and_a_third_nothing_more() -> None:
    records = [said("a", day=1), said("a", day=2), reopened("a", day=3), reopened("a", day=4), reopened("a", day=5)]

    assert in_effect(records) == ()


def test_a_reopening_comes_after_what_was_written_at_the_same_instant() -> None:
    again, met = reopened("a", day=1), said("a", day=1)

    assert in_effect([again, met]) == ()


def test_of_two_that_happened_at_once_the_one_written_last_is_taken_away() -> None:
    first, second = said("a", "x", day=1, written=2), said("a", "y", day=1, written=3)

    assert in_effect([second, first, reopened("a", day=4)]) == (first,)


def test_a_dated_fact_can_be_taken_back_too() -> None:
    assert in_effect([fact("police-report"), reopened("police-report", day=1)]) == ()


@given(
    days=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=12),
    order=st.data(),
)
def test_the_order_in_which_records_are_handed_in_does_not_matter(
    days: list[tuple[int, int, bool]], order: st.DataObject
) -> None:
    records = [reopened("a", day=day) if again else said("a", day=day, written=day + late) for day, late, again in days]

    assert in_effect(records) == in_effect(order.draw(st.permutations(records)))


@pytest.mark.parametrize("state", [RecordState.MET, RecordState.NOT_APPLICABLE, RecordState.DECLINED, RecordState.FACT])
def test_everything_but_a_reopening_stands(state: RecordState) -> None:
    record = said("a", state=state)

    assert in_effect([record]) == (record,)
