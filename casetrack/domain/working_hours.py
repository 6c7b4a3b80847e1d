"""When an organisation works: on which days of the week, between which hours of London's clock.

Hours are kept as the clock shows them and asked as instants, so that a change of the clocks is looked at here and
nowhere else. In the hour that comes twice in autumn an organisation opens with the first and closes with the second; in
the one that is left out in spring it does so as the clocks go forward.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from casetrack.domain.calendars import LONDON, ONE_DAY, SATURDAY, Nation, WorkingDays, end_of
from casetrack.domain.ids import HolderCode, Instant

MONDAY_TO_FRIDAY: Final = frozenset(range(SATURDAY))


@dataclass(frozen=True)
class WorkingHours:
    """The hours of an organisation. One that closes no later than it opens works through the night."""

    days: frozenset[int] = MONDAY_TO_FRIDAY
    """Days of the week on which it opens; 0 is Monday."""
    opens: time = time(7)
    closes: time = time(19)
    on_bank_holidays: bool = False
    round_the_clock: bool = False
    """It never closes, whatever the rest says."""

    def works_on(self, day: date, nation: Nation, working_days: WorkingDays) -> bool:
        """True if it opens on that day, by the bank holidays of its nation."""
        if self.round_the_clock:
            return True
        is_free = day in working_days.bank_holidays.on(nation, day.year)
        return day.weekday() in self.days and (self.on_bank_holidays or not is_free)

    def bounds(self, since: date, until: date, nation: Nation, working_days: WorkingDays) -> tuple[Instant, ...]:
        """When it opens and closes in those days, by turns, each instant later than the one before."""
        if self.round_the_clock:
            return (_midnight(since), _midnight(until + ONE_DAY))
        bounds: list[Instant] = []
        # What opened the night before may be open still.
        for day in days_between(since - ONE_DAY, until):
            if not self.works_on(day, nation, working_days):
                continue
            opens, closes = self._hours_of(day)
            if bounds and opens <= bounds[-1]:
                bounds[-1] = max(closes, bounds[-1])
            elif opens < closes:
                bounds += [opens, closes]
        return tuple(bounds)

    def last_worked(self, day: date, number: int, nation: Nation, working_days: WorkingDays) -> tuple[date, ...]:
        """So many days on which it opened, the last before that day, the newest first."""
        found: list[date] = []
        while len(found) < number:
            day -= ONE_DAY
            if self.works_on(day, nation, working_days):
                found.append(day)
        return tuple(found)

    def _hours_of(self, day: date) -> tuple[Instant, Instant]:
        until = day if self.opens < self.closes else day + ONE_DAY
        return _instant(day, self.opens, fold=0), _instant(until, self.closes, fold=1)


def is_within(at: Instant, bounds: Sequence[Instant]) -> bool:
    """True at an instant between an opening and the closing after it."""
    return bisect_right(bounds, at) % 2 == 1


def days_between(since: date, until: date) -> Iterator[date]:
    """Each day from the first to the last."""
    while since <= until:
        yield since
        since += ONE_DAY


def day_bounds(since: date, until: date) -> tuple[Instant, ...]:
    """When each of those days begins in London, and when the last is over."""
    return tuple(map(_midnight, days_between(since, until + ONE_DAY)))


def _midnight(day: date) -> Instant:
    return end_of(day - ONE_DAY).astimezone(UTC)


def _instant(day: date, clock: time, *, fold: int) -> Instant:
    """When the clock shows that time on that day: the first or the second time, or as it leaves that time out."""
    shown = datetime.combine(day, clock, LONDON)
    at = shown.astimezone(UTC)
    if at.astimezone(LONDON).time() != clock:
        return at.replace(minute=0, second=0)  # In London the clocks change on the hour.
    return shown.replace(fold=fold).astimezone(UTC)


@dataclass(frozen=True)
class Hours:
    """The hours of every organisation: its own where it has said them, and the usual ones."""

    usual: WorkingHours = field(default_factory=WorkingHours)
    by_holder: Mapping[HolderCode, WorkingHours] = field(default_factory=dict)

    def of(self, holder: HolderCode) -> WorkingHours:
        """The hours of that organisation."""
        return self.by_holder.get(holder, self.usual)
