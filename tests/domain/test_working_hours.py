"""When an organisation works: hours as the clock in London shows them, through both changes of it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.calendars import LONDON, Nation, WorkingDays
from casetrack.domain.ids import HolderCode
from casetrack.domain.working_hours import Hours, WorkingHours, day_bounds, days_between, is_within

ENGLAND, SCOTLAND = Nation.ENGLAND, Nation.SCOTLAND
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
"""The clocks go forward at 01:00 UTC on the one, and back at 01:00 UTC on the other."""


class NewYear:
    """Bank holidays: New Year's Day everywhere, and the day after in Scotland."""

    def on(self, nation: Nation, year: int) -> frozenset[date]:
        first = date(year, 1, 1)
        return frozenset({first, first + timedelta(days=1)} if nation is SCOTLAND else {first})


WORKING_DAYS = WorkingDays(NewYear())
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))
TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))
HOURS = st.builds(
    WorkingHours,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    opens=TIMES,
    closes=TIMES,
    on_bank_holidays=st.booleans(),
    round_the_clock=st.booleans(),
)


def london(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def is_open(hours: WorkingHours, at: datetime, nation: Nation = ENGLAND) -> bool:
    day = at.astimezone(LONDON).date()
    return is_within(at, hours.bounds(day, day, nation, WORKING_DAYS))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (london(date(2026, 11, 20), 6, 59), False),
        (london(date(2026, 11, 20), 7), True),
        (london(date(2026, 11, 20), 18, 59), True),
        (london(date(2026, 11, 20), 19), False),
        (london(date(2026, 11, 21), 12), False),
        (london(date(2026, 7, 20), 7), True),
        (datetime(2026, 7, 20, 18, 30, tzinfo=UTC), False),
        (london(date(2026, 1, 1), 12), False),
        (london(date(2026, 1, 2), 12), True),
    ],
)
def test_where_nobody_says_otherwise_it_is_from_seven_to_seven_on_working_days(at: datetime, *, expected: bool) -> None:
    assert is_open(WorkingHours(), at) is expected


def test_bank_holidays_are_those_of_the_nation_and_some_work_on_them() -> None:
    at = london(date(2026, 1, 2), 12)
    assert (is_open(WorkingHours(), at, SCOTLAND), is_open(WorkingHours(), at)) == (False, True)
    assert is_open(WorkingHours(on_bank_holidays=True), at, SCOTLAND)


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [(21, 20, False), (22, 20, True), (5, 21, True), (6, 21, False), (5, 20, True), (22, 21, False), (5, 23, False)],
)
def test_who_closes_no_later_than_they_open_works_through_the_night(hour: int, day: int, *, expected: bool) -> None:
    night = WorkingHours(opens=time(22), closes=time(6))
    assert is_open(night, london(date(2026, 11, day), hour)) is expected


def test_who_works_round_the_clock_never_closes() -> None:
    always = WorkingHours(days=frozenset(), round_the_clock=True)
    since, until = date(2026, 12, 31), date(2027, 1, 3)
    assert always.bounds(since, until, ENGLAND, WORKING_DAYS) == (london(since, 0), london(date(2027, 1, 4), 0))
    assert always.works_on(date(2027, 1, 1), ENGLAND, WORKING_DAYS)


def test_who_opens_as_they_close_is_open_in_between() -> None:
    all_day = WorkingHours(opens=time(9), closes=time(9))
    monday, friday = date(2026, 11, 16), date(2026, 11, 20)
    bounds = all_day.bounds(monday, friday, ENGLAND, WORKING_DAYS)
    assert bounds == (london(monday, 9), london(date(2026, 11, 21), 9))


@pytest.mark.parametrize(
    ("opens", "closes", "day", "expected"),
    [
        (time(1, 30), time(3), FORWARD, ("2026-03-29T01:00Z", "2026-03-29T02:00Z")),
        (time(0), time(1, 30), FORWARD, ("2026-03-29T00:00Z", "2026-03-29T01:00Z")),
        (time(1, 10), time(1, 50), FORWARD, ()),
        (time(1, 30), time(3), BACK, ("2026-10-25T00:30Z", "2026-10-25T03:00Z")),
        (time(0), time(1, 30), BACK, ("2026-10-24T23:00Z", "2026-10-25T01:30Z")),
    ],
)
def test_the_clocks_change_within_the_hours(opens: time, closes: time, day: date, expected: tuple[str, ...]) -> None:
    sundays = WorkingHours(days=frozenset({6}), opens=opens, closes=closes)
    bounds = sundays.bounds(day, day, ENGLAND, WORKING_DAYS)
    assert bounds == tuple(map(datetime.fromisoformat, expected))


@given(HOURS, DATES, st.integers(0, 40), st.sampled_from([ENGLAND, SCOTLAND]))
def test_opening_and_closing_take_turns_and_never_turn_back(
    hours: WorkingHours, since: date, length: int, nation: Nation
) -> None:
    bounds = hours.bounds(since, since + timedelta(days=length), nation, WORKING_DAYS)
    assert len(bounds) % 2 == 0
    assert all(before < after for before, after in pairwise(bounds))


@given(HOURS, DATES, TIMES, st.sampled_from([ENGLAND, SCOTLAND]))
def test_it_is_open_when_the_clock_says_so(hours: WorkingHours, day: date, clock: time, nation: Nation) -> None:
    """Worked out from the clock alone; the hour that comes twice, and the one that does not come, are tested above."""
    at = datetime.combine(day, clock, LONDON).astimezone(UTC)
    if day in (FORWARD, BACK, date(2027, 3, 28), date(2027, 10, 31)):
        return
    today, yesterday = (hours.works_on(each, nation, WORKING_DAYS) for each in (day, day - timedelta(days=1)))
    if hours.opens < hours.closes:
        expected = today and hours.opens <= clock < hours.closes
    else:
        expected = (today and clock >= hours.opens) or (yesterday and clock < hours.closes)
    assert is_within(at, hours.bounds(day, day, nation, WORKING_DAYS)) is (hours.round_the_clock or expected)


@given(HOURS, DATES, st.integers(1, 30))
def test_the_last_days_of_work_are_the_nearest_without_a_gap(hours: WorkingHours, day: date, number: int) -> None:
    last = hours.last_worked(day, number, ENGLAND, WORKING_DAYS)
    assert len(last) == number
    every = [each for each in days_between(last[-1], day) if each < day]
    assert sorted(last) == [each for each in every if hours.works_on(each, ENGLAND, WORKING_DAYS)]


@given(DATES, st.integers(0, 40))
def test_days_begin_at_midnight_in_london(since: date, length: int) -> None:
    bounds = day_bounds(since, since + timedelta(days=length))
    assert len(bounds) == length + 2
    assert [each.astimezone(LONDON).time() for each in bounds] == [time()] * len(bounds)


def test_an_organisation_that_said_nothing_has_the_usual_hours() -> None:
    own = WorkingHours(round_the_clock=True)
    hours = Hours(WorkingHours(opens=time(8)), {HolderCode("kent"): own})
    assert (hours.of(HolderCode("kent")), hours.of(HolderCode("essex")).opens) == (own, time(8))
