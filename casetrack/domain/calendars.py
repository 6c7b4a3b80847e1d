"""Days as the field counts them: London dates, bank holidays and the working days of each nation.

A working day is not a Saturday, a Sunday or a bank holiday of the nation that matters.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


class Nation(StrEnum):
    """A nation of the United Kingdom; each has its own bank holidays and some limits of its own."""

    ENGLAND = "England"
    WALES = "Wales"
    SCOTLAND = "Scotland"
    NORTHERN_IRELAND = "Northern Ireland"

    @classmethod
    def named(cls, name: str) -> "Nation":
        """The nation of that name; a body of Great Britain or of the whole kingdom counts by England's calendar."""
        return cls.ENGLAND if name in BODIES_OF_MORE_THAN_ONE else cls(name)


BODIES_OF_MORE_THAN_ONE: Final = frozenset({"Great Britain", "United Kingdom"})


class BankHolidays(Protocol):
    """Knows the bank holidays of each nation."""

    def on(self, nation: Nation, year: int) -> frozenset[date]:
        """The nation's bank holidays in that year, substitute days among them."""


def london_date(at: datetime) -> date:
    """The date that a calendar in London shows at that instant."""
    if at.tzinfo is None:
        raise ValueError("an instant must say its time zone")
    return at.astimezone(LONDON).date()


def end_of(day: date) -> datetime:
    """The instant, in London time, at which the day is over."""
    return datetime.combine(day + ONE_DAY, time(), LONDON)


@dataclass(frozen=True)
class WorkingDays:
    """Counts working days by the bank holidays that it is given."""

    bank_holidays: BankHolidays

    def is_working(self, day: date, nation: Nation) -> bool:
        """True if people are at work in that nation on that day."""
        return day.weekday() < SATURDAY and day not in self.bank_holidays.on(nation, day.year)

    def add(self, day: date, n: int, nation: Nation) -> date:
        """The n-th working day after the day, which is day 0 whether or not it is a working day itself."""
        left = n
        while left:
            day += ONE_DAY
            left -= self.is_working(day, nation)
        return day

    def between(self, day: date, last: date, nation: Nation) -> int:
        """How many working days there are after the day, up to and including the last."""
        days = (day + timedelta(days=number) for number in range(1, (last - day).days + 1))
        return sum(self.is_working(each, nation) for each in days)
