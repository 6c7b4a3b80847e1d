"""London dates and working days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.calendars import Nation, WorkingDays, end_of, london_date
from tests.domain.milestones import NO_HOLIDAYS, TableBankHolidays

EASTER = WorkingDays(
    TableBankHolidays(
        {
            Nation.ENGLAND: frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
            Nation.SCOTLAND: frozenset({date(2026, 4, 3)}),
        }
    )
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
HOLIDAYS = st.frozensets(DAYS, max_size=60).map(
    lambda days: WorkingDays(TableBankHolidays({Nation.ENGLAND: days, Nation.WALES: frozenset()}))
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 11, 21, 1, 0, tzinfo=timezone(timedelta(hours=2))), date(2026, 11, 20)),
    ],
)
def test_a_date_is_the_one_that_a_calendar_in_london_shows(at: datetime, expected: date) -> None:
    assert london_date(at) == expected


def test_an_instant_without_a_time_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        london_date(datetime(2026, 11, 21, 12))  # noqa: DTZ001 - that is the mistake


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 29, 0, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 23, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 26, 0, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_london_also_when_the_clocks_change(day: date, expected: datetime) -> None:
    assert end_of(day) == expected


@pytest.mark.parametrize(
    ("day", "n", "nation", "expected"),
    [
        (date(2026, 4, 1), 1, Nation.ENGLAND, date(2026, 4, 2)),
        (date(2026, 4, 2), 1, Nation.ENGLAND, date(2026, 4, 7)),
        (date(2026, 4, 2), 1, Nation.SCOTLAND, date(2026, 4, 6)),
        (date(2026, 4, 2), 1, Nation.WALES, date(2026, 4, 3)),
        (date(2026, 4, 4), 2, Nation.ENGLAND, date(2026, 4, 8)),
        (date(2026, 4, 1), 0, Nation.ENGLAND, date(2026, 4, 1)),
    ],
)
def test_working_days_are_those_of_the_nation(day: date, n: int, nation: Nation, expected: date) -> None:
    assert EASTER.add(day, n, nation) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 2), True),
        (date(2026, 4, 3), False),
        (date(2026, 4, 4), False),
        (date(2026, 4, 5), False),
        (date(2026, 4, 6), False),
        (date(2026, 4, 7), True),
    ],
)
def test_saturday_sunday_and_a_bank_holiday_are_no_working_days(day: date, *, expected: bool) -> None:
    assert EASTER.is_working(day, Nation.ENGLAND) is expected


@given(working_days=HOLIDAYS, day=DAYS, n=st.integers(1, 40))
def test_the_nth_working_day_is_one_and_there_are_n_up_to_it(working_days: WorkingDays, day: date, n: int) -> None:
    last = working_days.add(day, n, Nation.ENGLAND)

    assert working_days.is_working(last, Nation.ENGLAND)
    assert working_days.between(day, last, Nation.ENGLAND) == n
    assert last >= working_days.add(day, n, Nation.WALES)


def test_there_are_no_working_days_between_a_day_and_an_earlier_one() -> None:
    assert NO_HOLIDAYS.between(date(2026, 4, 2), date(2026, 4, 1), Nation.ENGLAND) == 0


@pytest.mark.parametrize(
    ("name", "nation"),
    [
        ("England", Nation.ENGLAND),
        ("Wales", Nation.WALES),
        ("Scotland", Nation.SCOTLAND),
        ("Northern Ireland", Nation.NORTHERN_IRELAND),
        ("Great Britain", Nation.ENGLAND),
        ("United Kingdom", Nation.ENGLAND),
    ],
)
def test_every_nation_that_the_forces_name_has_a_calendar(name: str, nation: Nation) -> None:
    assert Nation.named(name) is nation


def test_a_nation_that_nobody_knows_has_no_calendar() -> None:
    with pytest.raises(ValueError, match="Ruritania"):
        Nation.named("Ruritania")
