"""Where an instant lies on a figure's line of time, and the dates written beneath it.

Days begin at midnight in London: that is where the people who read the figure are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from casetrack.domain.calendars import LONDON

ONE_HOUR: Final = timedelta(hours=1)
SHORTEST: Final = timedelta(days=1)
"""A journey of an hour is drawn on a line of a day."""


class Precision(StrEnum):
    """How much of a date its tick is labelled with."""

    DAY = "day"
    DAY_AND_YEAR = "day-and-year"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Tick:
    """A date on the line of time."""

    x: float
    on: date
    precision: Precision


@dataclass(frozen=True)
class Step:
    """How far apart ticks are: so many days, or so many months."""

    days: int = 0
    months: int = 0

    @property
    def shortest(self) -> timedelta:
        """How long the step is at the least: a month has 28 days or more, and one day in spring has 23 hours."""
        return timedelta(days=self.days + 28 * self.months) - ONE_HOUR

    def dates(self, first: date, last: date) -> Iterator[date]:
        """The dates of the step from `first` to `last`, both included. Weeks begin on Monday, months on the first."""
        on = self._at_or_before(first)
        while on <= last:
            if on >= first:
                yield on
            on = self._next(on)

    def _at_or_before(self, on: date) -> date:
        if self.months:
            month = _months(on)
            return _first_of(month - month % self.months)
        return on - timedelta(days=(on - date.min).days % self.days)

    def _next(self, on: date) -> date:
        return _first_of(_months(on) + self.months) if self.months else on + timedelta(days=self.days)


def _months(on: date) -> int:
    return on.year * 12 + on.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


STEPS: Final = (
    *(Step(days=days) for days in (1, 2, 7, 14)),
    *(Step(months=months) for months in (1, 2, 3, 6, 12, 24, 60, 120)),
)
"""From the finest to the coarsest."""


@dataclass(frozen=True)
class Timescale:
    """A straight line of time: `since` lies at `left` and `until` at `right`."""

    since: datetime
    until: datetime
    left: float
    right: float

    @classmethod
    def over(cls, since: datetime, until: datetime, *, left: float, right: float) -> "Timescale":
        """The line over those instants, and over a day at the least."""
        return cls(since, max(until, since + SHORTEST), left, right)

    def x(self, at: datetime) -> float:
        """Where the instant lies; an instant beyond either end lies at that end."""
        share = (at - self.since) / (self.until - self.since)
        return round(self.left + min(max(share, 0.0), 1.0) * (self.right - self.left), 1)

    def ticks(self, *, apart: float) -> tuple[Tick, ...]:
        """The dates to write, at least `apart` from each other."""
        room = (self.until - self.since) * (apart / (self.right - self.left))
        step = next((step for step in STEPS if step.shortest >= room), STEPS[-1])
        first = self.since.astimezone(LONDON).date() + timedelta(days=1)
        last = self.until.astimezone(LONDON).date()
        dates = tuple(step.dates(first, last))
        return tuple(self._tick(on, step, dates[index - 1] if index else None) for index, on in enumerate(dates))

    def _tick(self, on: date, step: Step, before: date | None) -> Tick:
        x = self.x(datetime.combine(on, time.min, LONDON))
        if step.months:
            return Tick(x, on, Precision.YEAR if step.months % 12 == 0 else Precision.MONTH)
        same_year = before is not None and before.year == on.year
        return Tick(x, on, Precision.DAY if same_year else Precision.DAY_AND_YEAR)
