"""Bank holidays of the four nations, against the dates that were published for them."""

from datetime import date

import pytest

from casetrack.domain.calendars import Nation
from casetrack.gateways.bank_holidays import LibraryBankHolidays

ENGLAND, WALES, SCOTLAND, NORTHERN_IRELAND = Nation
EVERYWHERE = frozenset(Nation)
NOT_SCOTLAND = EVERYWHERE - {SCOTLAND}

# Source: the lists at www.gov.uk/bank-holidays, Open Government Licence v3.0.
PUBLISHED = [
    (date(2022, 1, 3), EVERYWHERE),  # New Year's Day, substitute
    (date(2022, 1, 4), {SCOTLAND}),  # 2 January, substitute
    (date(2022, 5, 30), set()),  # moved to 2 June for the Platinum Jubilee
    (date(2022, 6, 2), EVERYWHERE),  # spring bank holiday
    (date(2022, 6, 3), EVERYWHERE),  # Platinum Jubilee
    (date(2022, 9, 19), EVERYWHERE),  # state funeral
    (date(2022, 12, 27), EVERYWHERE),  # Christmas Day, substitute
    (date(2023, 1, 2), EVERYWHERE),  # New Year's Day, substitute; 2 January in Scotland
    (date(2023, 1, 3), {SCOTLAND}),  # New Year's Day, substitute
    (date(2023, 5, 8), EVERYWHERE),  # coronation
    (date(2024, 1, 2), {SCOTLAND}),
    (date(2024, 3, 18), {NORTHERN_IRELAND}),  # Saint Patrick's Day, substitute
    (date(2024, 12, 2), {SCOTLAND}),  # Saint Andrew's Day, substitute
    (date(2025, 4, 18), EVERYWHERE),  # Good Friday
    (date(2025, 4, 21), NOT_SCOTLAND),  # Easter Monday
    (date(2025, 5, 5), EVERYWHERE),  # early May
    (date(2025, 7, 14), {NORTHERN_IRELAND}),  # Battle of the Boyne, substitute
    (date(2025, 8, 4), {SCOTLAND}),  # summer, Scotland
    (date(2025, 8, 25), NOT_SCOTLAND),  # summer
    (date(2025, 12, 26), EVERYWHERE),
    (date(2026, 1, 2), {SCOTLAND}),
    (date(2026, 3, 17), {NORTHERN_IRELAND}),
    (date(2026, 7, 13), {NORTHERN_IRELAND}),  # Battle of the Boyne, substitute
    (date(2026, 11, 30), {SCOTLAND}),
    (date(2026, 12, 28), EVERYWHERE),  # Boxing Day, substitute
    (date(2027, 1, 4), {SCOTLAND}),  # 2 January, substitute
    (date(2027, 7, 12), {NORTHERN_IRELAND}),
    (date(2027, 12, 27), EVERYWHERE),  # Christmas Day, substitute
    (date(2027, 12, 28), EVERYWHERE),  # Boxing Day, substitute
    (date(2026, 11, 20), set()),
]


@pytest.mark.parametrize(("day", "nations"), PUBLISHED)
def test_a_published_bank_holiday_is_one_where_it_was_published(day: date, nations: set[Nation]) -> None:
    holidays = LibraryBankHolidays()

    assert {nation for nation in Nation if day in holidays.on(nation, day.year)} == nations


@pytest.mark.parametrize("nation", Nation)
def test_a_year_holds_only_its_own_days(nation: Nation) -> None:
    days = LibraryBankHolidays().on(nation, 2026)

    assert {day.year for day in days} == {2026}
    assert len([day for day in days if day.weekday() < 5]) >= 8
