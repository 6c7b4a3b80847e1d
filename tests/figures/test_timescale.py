"""Where instants lie on the line of time, and the dates beneath it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.figures.timescale import Precision, Timescale

START = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of a strategy are naive
APART = 92.0


def over(days: float) -> Timescale:
    return Timescale.over(START, START + timedelta(days=days), left=36, right=912)


@pytest.mark.parametrize(
    ("days", "dates"),
    [
        (0, ["2026-11-22"]),
        (3, ["2026-11-22", "2026-11-23", "2026-11-24"]),
        (20, ["2026-11-23", "2026-11-30", "2026-12-07"]),
        (80, ["2026-11-23", "2026-12-07", "2026-12-21", "2027-01-04", "2027-01-18", "2027-02-01"]),
        (212, ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01", "2027-06-01"]),
        (900, ["2027-01-01", "2027-07-01", "2028-01-01", "2028-07-01", "2029-01-01"]),
        (5000, ["2028-01-01", "2030-01-01", "2032-01-01", "2034-01-01", "2036-01-01", "2038-01-01", "2040-01-01"]),
    ],
)
def test_the_dates_are_days_then_mondays_then_firsts_of_months_then_years(days: float, dates: list[str]) -> None:
    assert [tick.on.isoformat() for tick in over(days).ticks(apart=APART)] == dates


@pytest.mark.parametrize(("days", "precision"), [(100, Precision.DAY), (300, Precision.MONTH), (5000, Precision.YEAR)])
def test_a_date_is_written_as_precisely_as_the_line_is(days: float, precision: Precision) -> None:
    assert over(days).ticks(apart=APART)[1].precision is precision


def test_a_day_is_written_with_its_year_at_first_and_when_the_year_changes() -> None:
    ticks = over(60).ticks(apart=APART)
    with_year = [tick.on for tick in ticks if tick.precision is Precision.DAY_AND_YEAR]
    assert with_year == [date(2026, 11, 23), date(2027, 1, 4)]


def test_a_day_begins_at_midnight_in_london_also_in_summer() -> None:
    summer = Timescale.over(
        datetime(2026, 6, 1, 23, tzinfo=UTC), datetime(2026, 6, 3, 23, tzinfo=UTC), left=0, right=480
    )
    assert [tick.x for tick in summer.ticks(apart=60)] == [240.0, 480.0]


def test_the_short_day_of_spring_brings_no_two_dates_too_near() -> None:
    before = datetime(2027, 3, 25, 12, tzinfo=UTC)
    spring = Timescale.over(before, before + timedelta(days=9.3), left=36, right=912)
    places = [tick.x for tick in spring.ticks(apart=APART)]
    assert all(after - before >= APART for before, after in pairwise(places))


def test_what_lies_beyond_an_end_is_drawn_at_that_end() -> None:
    scale = over(10)
    assert scale.x(START - timedelta(days=1)) == 36
    assert scale.x(START + timedelta(days=11)) == 912


@given(MOMENTS, MOMENTS, st.floats(40, 120))
def test_dates_stand_in_order_inside_the_line_and_never_on_each_other(
    one: datetime, other: datetime, apart: float
) -> None:
    scale = Timescale.over(min(one, other), max(one, other), left=36, right=912)
    places = [tick.x for tick in scale.ticks(apart=apart)]
    assert all(36 <= x <= 912 for x in places)
    assert all(after - before > apart - 1 for before, after in pairwise(places))


@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_what_happened_later_is_never_drawn_earlier(
    one: datetime, other: datetime, first: datetime, then: datetime
) -> None:
    scale = Timescale.over(min(one, other), max(one, other), left=36, right=912)
    assert scale.x(min(first, then)) <= scale.x(max(first, then))
