"""What lists show: cards and the queries that find them. A card holds nothing sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Final, Generic, TypeVar
from uuid import UUID

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import Status
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import TransferState

Card = TypeVar("Card")

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page(Generic[Card]):
    """One page of a list, and how much there is in all."""

    items: tuple[Card, ...]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class CaseCard:
    """A case as a list shows it."""

    id: CaseId
    reference: Reference
    pseudonym: Pseudonym
    """Of a stub, what it was called when it was passed on."""
    status: Status | None
    """None of a stub, of which nothing is told that came after."""
    leads: Mapping[Strand, HolderCode]
    held: bool
    """False of a stub: a case that the reader's holder passed on."""
    worker: AccountId | None
    worker_name: str
    phase: str
    due: date | None
    milestone: str | None
    """The code of what is due then; where nothing has a date, of what is to be done at once."""
    do_now: bool
    waiting: bool
    high_risk: bool
    opened_on: date
    offered_to: HolderCode | None
    """The receiver of its open offer."""

    @property
    def standing(self) -> "CaseCard":
        """The same, with nothing due in a case that is closed: what is kept for lists may be of an older version."""
        if self.status is not Status.CLOSED:
            return self
        return replace(self, due=None, milestone=None, do_now=False, waiting=False)


class Due(StrEnum):
    """When the next thing is due."""

    OVERDUE = "overdue"
    SOON = "soon"
    """Within five working days, or to be done at once; and nothing of it overdue."""


class Sort(StrEnum):
    """What a list of cases is ordered by."""

    DUE = "due"
    REFERENCE = "reference"
    PSEUDONYM = "pseudonym"
    OPENED = "opened"
    PHASE = "phase"


@dataclass(frozen=True, kw_only=True)
class CaseQuery:
    """Which cases a list shows, in what order."""

    holder: HolderCode
    today: date
    soon: date
    status: Status | None = Status.OPEN
    worker: AccountId | None = None
    phase: str | None = None
    due: Due | None = None
    waiting: bool = False
    offered: bool = False
    """In an open transfer."""
    lead: HolderCode | None = None
    passed_on: bool = False
    """The stubs of what the holder passed on, instead of what it holds; they have no status to ask for."""
    name: str | None = None
    """A reference or a pseudonym, whole."""
    sort: Sort = Sort.DUE
    descending: bool = False
    page: int = 1
    size: int = PAGE_SIZE

    def named(self, name: str) -> "CaseQuery":
        """The same query, for whatever goes by that reference or pseudonym, open or closed."""
        return replace(self, name=name.strip(), status=None, page=1)

    @property
    def filters(self) -> tuple[str, ...]:
        """What the list was narrowed by, in codes, as the journal keeps it."""
        narrowed = (
            f"{each.name}={value}"
            for each in fields(self)
            if each.name in FILTERS and (value := getattr(self, each.name))
        )
        return tuple(sorted(narrowed))


FILTERS = frozenset({"status", "worker", "phase", "due", "waiting", "offered", "lead", "passed_on"})


@dataclass(frozen=True)
class WorkCounts:
    """The four counts of My work."""

    overdue: int
    due_soon: int
    waiting: int
    transfers: int


@dataclass(frozen=True)
class OfferCard:
    """An offer as the inbox, or the list of what was sent, shows it."""

    id: TransferId
    case: CaseId
    reference: Reference
    pseudonym: Pseudonym
    from_holder: HolderCode
    to_holder: HolderCode
    strands: frozenset[Strand]
    state: TransferState
    reason: str
    high_risk: bool
    already_moved: bool
    sent_at: Instant
    answered_at: Instant | None


@dataclass(frozen=True)
class EventCard:
    """An entry of the journal as history and the auditor's search show it; `detail` is its payload, read."""

    id: EventId
    at: Instant
    action: Action | None
    """None of one that there is not: whoever can edit the table can leave anything there."""
    account: AccountId | None
    account_name: str
    holder: HolderCode | None
    case: CaseId | None
    reference: Reference | None
    case_version: int | None
    payload: Mapping[str, object]
    has_words: bool
    leaf: int | None
    """Its place in the log; None until it is sequenced."""


@dataclass(frozen=True)
class Unseen:
    """What of a case's history its reader's organisation is not shown: it lies in a part that is another's."""

    aspects: frozenset[str] = frozenset()
    """Aspects of the case, whole."""
    strands: frozenset[Strand] = frozenset()
    """The strands of the files, notes, disclosures and requests."""


LYING = frozenset(
    {
        *(Action.FILE_ATTACH, Action.NOTE_WRITE, Action.DISCLOSURE_RECORD),
        *(Action.SAR_RECORD, Action.SAR_CHECK, Action.SAR_EXTEND, Action.SAR_RESTRICT),
        *(Action.SAR_DECIDE, Action.SAR_DELIVER, Action.SAR_WITHDRAW),
    }
)
"""What lies with one strand, which the payload names."""


MOST_FOUND: Final = 10_000
"""How many entries of the log one search finds, the newest: whoever wants older ones says of which days."""


class Outcome(StrEnum):
    """What came of what somebody set out to do."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """Which entries of the log an auditor asks for."""

    reference: Reference | None = None
    """What was done to the case, what showed it, and what somebody was refused who asked for it."""
    outcome: Outcome | None = None
    account: AccountId | None = None
    holder: HolderCode | None = None
    action: Action | None = None
    purpose: str | None = None
    """The code of what it was done for."""
    since: date | None = None
    until: date | None = None
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def filters(self) -> tuple[str, ...]:
        """What was asked for, in codes, as the journal keeps it."""
        return tuple(
            f"{each.name}={value}"
            for each in fields(self)
            if each.name not in ("page", "size") and (value := getattr(self, each.name)) is not None
        )


@dataclass(frozen=True)
class AccountCard:
    """An account as the administrator's list shows it."""

    id: AccountId
    sign_in_name: str
    display_name: str
    role: Role
    holder: HolderCode
    closed: bool
    signed_in_at: Instant | None
    """When somebody last signed in to it."""
    tokens: tuple[UUID, ...] = ()


class AccountState(StrEnum):
    """Whether an account can be signed in to."""

    OPEN = "open"
    CLOSED = "closed"


class AccountSort(StrEnum):
    """What a list of accounts is ordered by."""

    SIGN_IN_NAME = "sign-in-name"
    NAME = "name"
    HOLDER = "holder"
    SIGNED_IN = "signed-in"
    """The ones that nobody has signed in to for longest come first, after those that nobody ever has."""


@dataclass(frozen=True, kw_only=True)
class AccountQuery:
    """Which accounts a list shows, in what order."""

    holder: HolderCode | None = None
    state: AccountState | None = None
    sort: AccountSort = AccountSort.SIGN_IN_NAME
    descending: bool = False
    page: int = 1

    @property
    def filters(self) -> tuple[str, ...]:
        """What the list was narrowed by, in codes, as the journal keeps it."""
        narrowed = (("holder", self.holder), ("state", self.state))
        return tuple(f"{name}={value}" for name, value in narrowed if value is not None)
