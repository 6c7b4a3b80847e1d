"""When a limit ends, and by what right it is one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.calendars import Nation, WorkingDays, london_date
from casetrack.domain.catalogue import Limit, LimitKind, MilestoneRule, Unit
from casetrack.domain.clocks import Due, Standing, due, duty_standing, limit_standing
from tests.domain.milestones import CATALOGUE, NO_HOLIDAYS, TableBankHolidays, rule_of

HOLIDAYS = WorkingDays(
    TableBankHolidays(
        {
            Nation.ENGLAND: frozenset({date(2026, 12, 25), date(2026, 12, 28)}),
            Nation.SCOTLAND: frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 1, 4)}),
            Nation.NORTHERN_IRELAND: frozenset({date(2027, 3, 17)}),
        }
    )
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the third


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def ends(rule: MilestoneRule, started: datetime, nation: Nation = Nation.ENGLAND) -> Due:
    found = due(rule, started, nation, HOLIDAYS)
    assert found is not None
    return found


def limit_of(rule: MilestoneRule) -> Limit:
    assert rule.limit is not None
    return rule.limit


@pytest.mark.parametrize(
    ("value", "unit", "counting", "started", "expected"),
    [
        ("5", "calendar_days", "day_after", "2026-11-02", "2026-11-07"),
        ("5", "calendar_days", "beginning_with", "2026-11-02", "2026-11-06"),
        ("1", "calendar_days", "beginning_with", "2026-11-02", "2026-11-02"),
        ("30", "calendar_days", "beginning_with", "2026-02-10", "2026-03-11"),
        ("5", "working_days", "day_after", "2026-11-02", "2026-11-09"),
        ("5", "working_days", "day_after", "2026-11-07", "2026-11-13"),
        ("5", "working_days", "beginning_with", "2026-11-02", "2026-11-06"),
        ("5", "working_days", "beginning_with", "2026-11-07", "2026-11-13"),
        ("2", "working_days", "day_after", "2026-12-23", "2026-12-29"),
        ("2", "weeks", "day_after", "2026-11-02", "2026-11-16"),
        ("2", "weeks", "beginning_with", "2026-11-02", "2026-11-15"),
        ("1", "months", "day_after", "2026-01-15", "2026-02-15"),
        ("1", "months", "day_after", "2026-01-31", "2026-02-28"),
        ("1", "months", "day_after", "2028-01-31", "2028-02-29"),
        ("1", "months", "beginning_with", "2026-01-15", "2026-02-14"),
        ("1", "months", "beginning_with", "2026-01-31", "2026-02-28"),
        ("1", "months", "beginning_with", "2026-03-01", "2026-03-31"),
        ("2", "months", "beginning_with", "2026-01-31", "2026-03-30"),
        ("3", "months", "day_after", "2026-11-30", "2027-02-28"),
        ("12", "months", "day_after", "2026-12-31", "2027-12-31"),
        ("2", "years", "day_after", "2026-11-02", "2028-11-02"),
        ("1", "years", "day_after", "2028-02-29", "2029-02-28"),
        ("2", "years", "beginning_with", "2026-11-02", "2028-11-01"),
    ],
)
def test_a_limit_ends_on_the_day_that_its_counting_says(
    value: str, unit: str, counting: str, started: str, expected: str
) -> None:
    rule = rule_of(limit_value=value, limit_unit=unit, limit_counting=counting)

    found = ends(rule, at(started))

    assert found.on == date.fromisoformat(expected)
    assert found.at is None
    assert (found.value, found.unit) == (int(value), Unit(unit))


@pytest.mark.parametrize(
    ("started", "nation", "expected"),
    [
        ("2026-12-24", Nation.ENGLAND, "2026-12-29"),
        ("2026-12-31", Nation.ENGLAND, "2027-01-01"),
        ("2026-12-31", Nation.SCOTLAND, "2027-01-05"),
        ("2027-03-16", Nation.NORTHERN_IRELAND, "2027-03-18"),
        ("2027-03-16", Nation.WALES, "2027-03-17"),
        ("2026-12-24", Nation.WALES, "2026-12-25"),
    ],
)
def test_working_days_are_those_of_the_nation(started: str, nation: Nation, expected: str) -> None:
    rule = rule_of(limit_value="1", limit_unit="working_days")

    assert ends(rule, at(started), nation).on == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("started", "expected", "london"),
    [
        (at("2026-03-28"), at("2026-03-29"), "2026-03-29"),
        (at("2026-10-24", 22), at("2026-10-25", 22), "2026-10-25"),
        (at("2026-06-29", 23), at("2026-06-30", 23), "2026-07-01"),
    ],
)
def test_hours_run_from_the_instant_through_a_change_of_the_clocks(
    started: datetime, expected: datetime, london: str
) -> None:
    found = ends(rule_of(limit_value="24", limit_unit="hours"), started)

    assert found.at == expected
    assert found.ends_at == expected
    assert found.on == date.fromisoformat(london)


def test_a_day_begins_and_ends_in_london() -> None:
    rule = rule_of(limit_value="1", limit_unit="calendar_days")

    found = ends(rule, at("2026-06-30", 23))

    assert found.on == date(2026, 7, 2)
    assert found.ends_at == at("2026-07-02", 23)
    assert not found.passed(at("2026-07-02", 22))
    assert found.passed(at("2026-07-02", 23))


def test_a_limit_in_hours_has_passed_after_its_instant() -> None:
    found = ends(rule_of(limit_value="4", limit_unit="hours"), at("2026-11-02", 10))

    assert not found.passed(at("2026-11-02", 14))
    assert found.passed(at("2026-11-02", 14) + timedelta(seconds=1))


def test_no_hours_is_do_now() -> None:
    assert ends(rule_of(limit_value="0", limit_unit="hours"), at("2026-11-02")).do_now
    assert not ends(rule_of(limit_value="1", limit_unit="hours"), at("2026-11-02")).do_now


@pytest.mark.parametrize("kind", LimitKind)
def test_every_kind_of_limit_is_counted_alike_and_says_its_kind(kind: LimitKind) -> None:
    found = ends(rule_of(limit_kind=kind), at("2026-11-02"))

    assert (found.on, found.kind) == (date(2026, 11, 4), kind)
    assert found.is_minimum is (kind is LimitKind.MIN)


def test_a_rule_without_a_limit_is_never_due() -> None:
    assert due(CATALOGUE.rules["encounter"], at("2026-11-02"), Nation.ENGLAND, HOLIDAYS) is None


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (at("2022-12-12"), None),
        (at("2022-12-13"), date(2023, 1, 11)),
        (at("2023-01-29"), date(2023, 2, 27)),
        (at("2023-01-30"), None),
    ],
)
def test_a_rule_counts_for_clocks_that_start_while_it_is_in_force(started: datetime, expected: date | None) -> None:
    found = due(CATALOGUE.rules["recovery-ew-2022"], started, Nation.ENGLAND, HOLIDAYS)

    assert (found and found.on) == expected


def test_high_risk_has_the_shorter_limit_and_it_is_our_aim() -> None:
    rule = rule_of(high_risk_limit_hours="4", limit_basis="law", limit_verified="yes", limit_kind="max")

    found = due(rule, at("2026-11-02", 10), Nation.ENGLAND, HOLIDAYS, high_risk=True)

    assert found == Due(
        date(2026, 11, 2), at("2026-11-02", 14), LimitKind.TARGET, Standing.OUR_AIM, value=4, unit=Unit.HOURS
    )
    assert ends(rule, at("2026-11-02", 10)).standing is Standing.LAW


def test_high_risk_changes_nothing_where_the_rule_has_no_shorter_limit() -> None:
    rule = rule_of()

    assert due(rule, at("2026-11-02"), Nation.ENGLAND, HOLIDAYS, high_risk=True) == ends(rule, at("2026-11-02"))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"limit_basis": "law", "limit_verified": "yes"}, Standing.LAW),
        ({"limit_basis": "law", "limit_verified": "secondary"}, Standing.LAW),
        ({"limit_basis": "statutory_guidance", "limit_verified": "yes"}, Standing.GUIDANCE),
        ({"limit_basis": "standard", "limit_verified": "secondary"}, Standing.STANDARD),
        ({"limit_basis": "contract", "limit_verified": "secondary"}, Standing.CONTRACT),
        ({"limit_basis": "our_aim", "limit_verified": "no"}, Standing.OUR_AIM),
    ],
)
def test_a_limit_is_law_or_guidance_only_if_somebody_read_it_there(
    columns: Mapping[str, str], expected: Standing
) -> None:
    rule = rule_of(**columns)

    assert limit_standing(limit_of(rule)) is expected
    assert ends(rule, at("2026-11-02")).standing is expected


def test_a_duty_in_law_may_have_our_number() -> None:
    rule = CATALOGUE.rules["nrm-referral-adult"]

    assert duty_standing(rule) is Standing.LAW
    assert limit_standing(limit_of(rule)) is Standing.OUR_AIM


def test_no_unverified_limit_of_the_catalogue_stands_as_anything_but_our_aim() -> None:
    limits = [rule.limit for rule in CATALOGUE.rules.values() if rule.limit is not None]

    assert {limit_standing(limit) for limit in limits if limit.verified == "no"} == {Standing.OUR_AIM}
    assert Standing.OUR_AIM not in {limit_standing(limit) for limit in limits if limit.verified != "no"}


@given(
    started=INSTANTS,
    value=st.integers(1, 400),
    unit=st.sampled_from([unit for unit in Unit if unit is not Unit.HOURS]),
    nation=st.sampled_from(Nation),
)
def test_beginning_with_never_ends_later_and_no_limit_ends_before_its_day(
    started: datetime, value: int, unit: Unit, nation: Nation
) -> None:
    after, beginning = (
        due(rule_of(limit_value=str(value), limit_unit=unit, limit_counting=counting), started, nation, NO_HOLIDAYS)
        for counting in ("day_after", "beginning_with")
    )

    assert after is not None
    assert beginning is not None
    assert london_date(started) <= beginning.on <= after.on
    assert not beginning.passed(started)


@given(started=INSTANTS, hours=st.integers(0, 1000))
def test_hours_are_hours_whatever_the_clocks_on_the_wall_do(started: datetime, hours: int) -> None:
    found = ends(rule_of(limit_value=str(hours), limit_unit="hours"), started)

    assert found.at is not None
    assert found.at - started == timedelta(hours=hours)
