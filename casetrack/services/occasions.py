"""Unusual accesses as they are listed: occasions, what came of each, and the port where they are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Protocol

from casetrack.domain.ids import AccountId, EventId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.services.lists import PAGE_SIZE, EventCard, Page


class Stands(StrEnum):
    """What came of an occasion so far: nothing yet, or the newest disposition."""

    NOT_REVIEWED = "not-reviewed"
    EXPECTED = Disposition.EXPECTED.value
    SPOKEN_TO = Disposition.SPOKEN_TO.value
    PROFESSIONAL_STANDARDS = Disposition.PROFESSIONAL_STANDARDS.value
    NO_FURTHER_ACTION = Disposition.NO_FURTHER_ACTION.value
    STILL_LOOKING = Disposition.STILL_LOOKING.value


@dataclass(frozen=True, kw_only=True)
class UnusualQuery:
    """Which occasions an auditor asks for, of the days from the first to the last."""

    since: date
    until: date
    reason: Reason | None = None
    stands: Stands | None = None
    account: AccountId | None = None
    holder: HolderCode | None = None
    entry: EventId | None = None
    """The one that this entry is of."""
    of_day: bool = False
    """Of that, the one that is about how much was opened on the whole day."""
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def filters(self) -> tuple[str, ...]:
        """What was asked for, in codes, as the journal keeps it."""
        return tuple(
            f"{each.name}={value}"
            for each in fields(self)
            if each.name not in ("page", "size") and (value := getattr(self, each.name))
        )

    @property
    def asks_of_days(self) -> bool:
        """False where no occasion about how much was opened on a whole day can match."""
        return self.reason in (None, Reason.VOLUME) and (self.entry is None or self.of_day)


@dataclass(frozen=True)
class Opened:
    """How many cases an account opened on a day."""

    account: AccountId
    holder: HolderCode
    day: int
    """Which of the days that were asked about, from 0."""
    cases: int


@dataclass(frozen=True)
class Volume:
    """On a day an account opened an unusual number of cases, and what is usual of it."""

    account: AccountId
    day: int
    """Which of the days of the query, from 0."""
    opened: int
    usual: float
    of_many: bool = False
    """What was counted are the people of whom lists and searches showed something."""


@dataclass(frozen=True)
class Comparison:
    """That surnames were compared: of which entry, and the letter to the audit desk that says what was found."""

    id: EventId
    entry: EventId
    letter: bytes


@dataclass(frozen=True)
class Measures:
    """What the rules say of the days of a query before it is asked."""

    days: tuple[Instant, ...]
    """When each day begins, and when the last is over."""
    calendars: tuple[tuple[Instant, ...], ...]
    """When organisations open and close in those days, by turns."""
    calendar_of: Mapping[HolderCode, int]
    """Which of those is whose."""
    volumes: tuple[Volume, ...]
    shared: tuple[tuple[EventId, int], ...]
    """The entries that showed somebody of the account's own surname, and which of those whom each showed, from 0."""


@dataclass(frozen=True)
class Review:
    """What an auditor said came of an occasion."""

    id: EventId
    at: Instant
    account: AccountId
    account_name: str
    disposition: Disposition | None
    """None of what cannot be read: whoever can edit the table can leave anything there."""
    entries: int
    """How many entries the occasion had then."""
    letter: bytes | None = None
    """Why, sealed to the audit desk: of one that is looked at by itself."""


@dataclass(frozen=True)
class Occasion:
    """What one account did with one case on one day, or how much on the whole day, where that is unusual."""

    first: EventCard
    """The entry that it began with."""
    reference: Reference | None
    """Of the case, where the reader may know it; or what was asked for in vain."""
    entries: tuple[EventId, ...]
    reasons: frozenset[Reason]
    volume: Volume | None
    """Of one that is about the whole day."""
    review: Review | None
    """The newest."""
    is_reopened: bool = False
    """Something of it came after that, so that it is to be reviewed again."""


class UnusualAccesses(Protocol):
    """Where unusual accesses are found, within the auditor's scope."""

    def opened(
        self, query: UnusualQuery, days: Sequence[Instant], *, since: int, least: int, of_many: bool
    ) -> tuple[Opened, ...]:
        """How many cases were opened on each day by each account that opened at least so many on one of the last days.

        Or, `of_many`, of how many people lists and searches showed it something.

        `days` are when each begins and the last is over, and the last ones those from number `since` on. Of the
        accounts that the query asks for, as far as all of their accesses are in the auditor's scope.
        """

    def comparisons(self, query: UnusualQuery, since: Instant, until: Instant, *, most: int) -> tuple[Comparison, ...]:
        """The newest comparisons of surnames from the one instant to the other, no more than so many.

        Of the accounts that the query asks for.
        """

    def find(self, query: UnusualQuery, measures: Measures) -> Page[Occasion]:
        """One page of the occasions that match, the newest first; in one statement, whatever their number."""

    def entry(self, entry: EventId) -> tuple[AccountId | None, Instant] | None:
        """Whose that entry is, and when it was written; None of one that is not in the auditor's scope."""

    def reviews(self, entries: Sequence[EventId], *, of_day: bool) -> tuple[Review, ...]:
        """What was said of an occasion that has those entries, the newest first, each with its letter."""
