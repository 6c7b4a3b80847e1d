"""What the auditors' desk asks of the journal beside its entries, and where it is asked.

Everything is answered within the auditor's scope: what they may not read is in no list and no number.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.services.lists import EventCard, Page

MOST_CASES: Final = 50
"""How many cases of one account are listed, those that it was last at: the entries have them all."""
MOST_TOLD: Final = 100
"""How much of what was done about one account is listed, the newest."""
REVEALING: Final = frozenset(
    {
        Action.IDENTITY_REVEAL,
        Action.CONTACT_REVEAL,
        Action.FILE_OPEN,
        Action.NOTE_OPEN,
        Action.CASELOAD_NAME,
        Action.SAR_COPY,
    }
)
"""By which actions something sealed is asked for by itself."""
ABOUT_ENTERING: Final = frozenset({Action.SESSION_OPEN, Action.PASSWORD_REHASH})
"""What is about an account each time that somebody enters by it: that is counted, and not listed."""


@dataclass(frozen=True)
class PersonAtCase:
    """Somebody who was at a case, and how often: they looked at it, changed it, or were refused."""

    account: AccountId | None
    """None of casetrack itself, and of whoever had not signed in."""
    name: str
    holder: HolderCode | None
    """Whose account it was then."""
    looked: int
    """Also by a list or a search that showed it."""
    changed: int
    refused: int
    first: Instant
    last: Instant


@dataclass(frozen=True)
class CaseOfAccount:
    """A case that somebody was at, and what they did there."""

    case: CaseId
    reference: Reference | None
    """None of one that was erased, or that the auditor may not know by it."""
    opened: int
    """How often a page of it was looked at."""
    revealed: int
    """How often something sealed of it was asked for by itself: the identity, the contact, a name, a file, a note."""
    changed: int
    first: Instant
    last: Instant


@dataclass(frozen=True)
class SignIns:
    """How often an account was signed in to, and how often somebody failed to; and how often it was refused since."""

    opened: int
    failed: int
    first: Instant | None
    last: Instant | None
    refused: int
    """What it tried, once signed in, and was refused."""


@dataclass(frozen=True)
class Told:
    """What an event says, and when it was."""

    at: Instant
    payload: Mapping[str, object]


@dataclass(frozen=True)
class WrittenEntry:
    """An entry of the log, with what was typed when it was written: sealed, and nothing where nothing is kept of it."""

    card: EventCard
    letter: bytes | None


@dataclass(frozen=True)
class LogState:
    """How far the log is: what its newest checkpoint has signed, and what waits for its place."""

    size: int
    """How many entries are signed; 0 before the first checkpoint."""
    signed_at: Instant | None
    waiting: int
    waits_since: Instant | None
    """Since when the oldest waits; None if nothing does."""

    def waited(self, now: Instant) -> timedelta:
        """How long the oldest has waited: the merge delay."""
        return max(timedelta(), now - self.waits_since) if self.waits_since is not None else timedelta()


class Desk(Protocol):
    """Where it is asked. Each is the same number of statements, however much there is."""

    def people_at(self, reference: Reference) -> tuple[PersonAtCase, ...]:
        """Everybody who was at the case, or was refused when they asked for it; whoever was there last comes first."""

    def cases_of(self, account: AccountId) -> Page[CaseOfAccount]:
        """The cases that the account was at, the last first: `MOST_CASES` of them, and how many there are."""

    def sign_ins(self, account: AccountId) -> SignIns:
        """How often it was signed in to."""

    def told_of(self, account: AccountId) -> tuple[EventCard, ...]:
        """What was done about the account, newest first: it was made, closed, its password set; not its signing in."""

    def made_for(self, holders: Collection[HolderCode]) -> tuple[Told, ...]:
        """What the journal says of accounts that were made for those organisations: that they were made, and closed."""

    def became_responsible(self, reference: Reference) -> tuple[Told, ...]:
        """What the journal says of who became responsible for the case, in the order of its versions."""

    def erasures(self, *, page: int) -> Page[EventCard]:
        """One page of the events by which cases were erased, the newest first."""

    def proposed(self, erasures: Collection[EventId]) -> Mapping[EventId, EventCard]:
        """The event by which each of those erasures was proposed."""

    def entry(self, entry: EventId) -> WrittenEntry | None:
        """That entry; None of one that is not in the auditor's scope."""

    def case_of(self, reference: Reference) -> CaseId | None:
        """Which case goes by that reference; None of one that the auditor may not look for."""

    def references(self, cases: Collection[CaseId]) -> Mapping[CaseId, Reference]:
        """By which references those cases go, as far as the auditor may look for them."""

    def log_state(self) -> LogState:
        """How far the log is."""
