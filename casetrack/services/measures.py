"""What the rules of unusual access say of some days before the log is asked which accesses are unusual.

When each organisation was open, who opened how much, and, for the audit desk alone, who was shown a person of their own
surname: each from one question or none. So what is asked in the end is one question too, however long the log is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from casetrack.domain.calendars import Nation
from casetrack.domain.ids import AccountId, EventId, HolderCode, Instant
from casetrack.domain.unusual_access import LEAST, LEAST_NAMED, WORKED, days_in_volume
from casetrack.domain.working_hours import WorkingHours, day_bounds, days_between
from casetrack.services.desk_letters import is_of_desk, open_words
from casetrack.services.occasions import Measures, UnusualQuery, Volume
from casetrack.services.surnames import same_in
from casetrack.services.work import UnitOfWork

MOST_COMPARED: Final = 5000
"""Comparisons of surnames that are opened for one question: each takes a part of a millisecond."""


@dataclass(frozen=True)
class Surnames:
    """How far surnames were compared for a question: for the audit desk alone."""

    is_told: bool = False
    is_whole: bool = True
    """False where there were more than are opened at a time, and the oldest were left out."""
    unread: int = 0
    """How many say nothing: they are not as they were sealed."""


def measure(work: UnitOfWork, query: UnusualQuery) -> tuple[Measures, Surnames]:
    """What the rules say of the days of that query, and how far surnames were compared for it."""
    calendars = _Calendars(work)
    days = day_bounds(query.since, query.until)
    shared, surnames = _shared(work, query, days[0], days[-1])
    measures = Measures(
        days=days,
        calendars=calendars.bounds(query.since, query.until),
        calendar_of=calendars.number_of,
        volumes=tuple(_every_volume(work, query, calendars)) if query.asks_of_days else (),
        shared=shared,
    )
    return measures, surnames


class _Calendars:
    """When the organisations work: those with the same hours in the same nation have one calendar."""

    def __init__(self, work: UnitOfWork) -> None:
        self._working_days = work.deployment.working_days
        numbers: dict[tuple[WorkingHours, Nation], int] = {}
        self.number_of: dict[HolderCode, int] = {}
        for holder in work.deployment.holders.by_code.values():
            kind = (work.deployment.hours.of(holder.code), Nation.named(holder.nation))
            self.number_of[holder.code] = numbers.setdefault(kind, len(numbers))
        self._kinds = tuple(numbers)

    def bounds(self, since: date, until: date) -> tuple[tuple[Instant, ...], ...]:
        return tuple(hours.bounds(since, until, nation, self._working_days) for hours, nation in self._kinds)

    def worked_before(self, day: date, number: int) -> tuple[date, ...]:
        """The last days on which those of that calendar worked, as many as an account is measured by."""
        hours, nation = self._kinds[number]
        return hours.last_worked(day, WORKED, nation, self._working_days)

    def first_worked(self, day: date) -> date:
        """The first day that any account is measured by before that one."""
        return min(self.worked_before(day, number)[-1] for number in range(len(self._kinds)))


def _every_volume(work: UnitOfWork, query: UnusualQuery, calendars: _Calendars) -> Iterator[Volume]:
    """Who opened, and who was shown by lists and searches, an unusual number on which of the days: each by itself."""
    yield from _volumes(work, query, calendars, LEAST, of_many=False)
    yield from _volumes(work, query, calendars, LEAST_NAMED, of_many=True)


def _volumes(
    work: UnitOfWork, query: UnusualQuery, calendars: _Calendars, least: int, *, of_many: bool
) -> Iterator[Volume]:
    """Of whom the number is unusual on which of the days, each measured by the days before it."""
    first, days = calendars.first_worked(query.since), tuple(days_between(query.since, query.until))
    before = (query.since - first).days
    opened: dict[AccountId, dict[int, int]] = defaultdict(dict)
    calendar_of: dict[AccountId, int] = {}
    bounds = day_bounds(first, query.until)
    for each in work.stores.unusual.opened(query, bounds, since=before, least=least, of_many=of_many):
        opened[each.account][each.day] = each.cases
        calendar_of[each.account] = calendars.number_of[each.holder]
    worked: dict[int, Mapping[int, tuple[int, ...]]] = {
        number: {
            (day - first).days: tuple((each - first).days for each in calendars.worked_before(day, number))
            for day in days
        }
        for number in set(calendar_of.values())
    }
    for account, numbers in opened.items():
        for day, usual in days_in_volume(numbers, worked[calendar_of[account]], least=least).items():
            yield Volume(account, day - before, numbers[day], usual, of_many)


def _shared(
    work: UnitOfWork, query: UnusualQuery, since: Instant, until: Instant
) -> tuple[tuple[tuple[EventId, int], ...], Surnames]:
    """Which entries showed somebody of the account's own surname; nothing but to the audit desk."""
    if not is_of_desk(work):
        return (), Surnames()
    found = work.stores.unusual.comparisons(query, since, until, most=MOST_COMPARED + 1)
    compared = found[:MOST_COMPARED]
    words = open_words(work, [(each.id, each.letter) for each in compared])
    shared = tuple((each.entry, place) for each in compared for place in same_in(words.get(each.id, "")))
    return shared, Surnames(is_told=True, is_whole=len(found) <= MOST_COMPARED, unread=len(compared) - len(words))
