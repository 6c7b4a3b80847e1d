"""What can happen. One event for each thing that happened: it is at once the case's history and the audit entry.

An event holds ids, codes and dates only, never what a person wrote and never anything about the
person. Its own fields become the `detail` of the journal entry. Fields cannot be renamed once
released; new ones go at the end, with a default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeAlias

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, RecordId, TransferId

Detail: TypeAlias = str | int | bool | list[str] | None


class Operation(StrEnum):
    """The six kinds of processing that the log keeps (Data Protection Act 2018 s.62(1))."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at an instant; `by` is the account that did it, None for the service itself."""

    operations: ClassVar[tuple[Operation, ...]] = ()
    changes_case: ClassVar[bool] = False
    """True of what changes the case itself, and so is its next version."""
    aspect: ClassVar[str] = ""
    """The part of the case that this touches: people who touch different ones do not get in each other's way."""

    action: Action = field(init=False)
    at: Instant
    by: AccountId | None
    case: CaseId | None = None
    transfer: TransferId | None = None

    @property
    def touches(self) -> str:
        """The aspect of the case that this event changed, narrower than its kind where it can be."""
        return self.aspect

    @property
    def recipients(self) -> frozenset[HolderCode]:
        """The organisations that something was disclosed to (s.62(3))."""
        return frozenset()

    @property
    def shown(self) -> tuple[CaseId, ...]:
        """The cases of the people whom a list or a search showed."""
        return ()

    def detail(self) -> Mapping[str, Detail]:
        """The event's own fields, as the journal keeps them."""
        own = (each.name for each in fields(self) if each.name not in COMMON)
        return {name: _plain(getattr(self, name)) for name in own}


COMMON = frozenset({"action", "at", "by", "case", "transfer", "cases"})
"""What every payload has a place of its own for."""


def _plain(value: object) -> Detail:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | tuple):
        return sorted(str(each) for each in value)
    return str(value)


# What changes a case: each is one version of it.


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """A person has a case, and the opener's holder is responsible for its strands."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    aspect = "status"
    action: Action = field(default=Action.CASE_OPEN, init=False)
    strands: frozenset[str]
    holder: HolderCode
    nation: str
    age_group: str


@dataclass(frozen=True, kw_only=True)
class CasePlaced(Event):
    """The areas of exploitation, home and encounter are as recorded."""

    operations = (Operation.ALTERATION,)
    changes_case = True
    aspect = "areas"
    action: Action = field(default=Action.CASE_PLACE, init=False)
    exploitation: HolderCode | None
    home: HolderCode | None
    encounter: HolderCode | None


@dataclass(frozen=True, kw_only=True)
class WorkerAssigned(Event):
    """One named worker of the responsible organisation has the strand."""

    operations = (Operation.ALTERATION,)
    changes_case = True
    aspect = "worker"
    action: Action = field(default=Action.CASE_ASSIGN, init=False)
    strand: str
    worker: AccountId


@dataclass(frozen=True, kw_only=True)
class IdentityRecorded(Event):
    """What is known of who the person is, or why it is not; `labels` are the sealed fields that changed."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    aspect = "identity"
    action: Action = field(default=Action.IDENTITY_RECORD, init=False)
    state: str
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ContactRecorded(Event):
    """The safe way to contact the person is as recorded."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    aspect = "contact"
    action: Action = field(default=Action.CONTACT_RECORD, init=False)
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MilestoneRecorded(Event):
    """A milestone was met, did not apply or was declined; or a dated fact happened."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    action: Action = field(default=Action.MILESTONE_RECORD, init=False)
    record: RecordId
    code: str
    state: str
    outcome: str | None
    happened: Instant

    @property
    def touches(self) -> str:
        """The one milestone."""
        return f"milestone:{self.code}"


@dataclass(frozen=True, kw_only=True)
class MilestoneReopened(Event):
    """A milestone that was recorded is open again, for a reason."""

    operations = (Operation.ALTERATION,)
    changes_case = True
    action: Action = field(default=Action.MILESTONE_REOPEN, init=False)
    record: RecordId
    code: str

    @property
    def touches(self) -> str:
        """The one milestone."""
        return f"milestone:{self.code}"


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    """The case is closed, for a reason of the list."""

    operations = (Operation.ALTERATION,)
    changes_case = True
    aspect = "status"
    action: Action = field(default=Action.CASE_CLOSE, init=False)
    reason: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(Event):
    """A closed case is open again."""

    operations = (Operation.ALTERATION,)
    changes_case = True
    aspect = "status"
    action: Action = field(default=Action.CASE_REOPEN, init=False)


@dataclass(frozen=True, kw_only=True)
class HandedOff(Event):
    """From this instant the receiving holder is responsible for the strands, and its keys open what moved."""

    operations = (Operation.DISCLOSURE,)
    changes_case = True
    aspect = "holdings"
    action: Action = field(default=Action.TRANSFER_ACCEPT, init=False)
    strands: frozenset[str]
    from_holder: HolderCode
    to_holder: HolderCode
    parts: frozenset[str]

    @property
    def recipients(self) -> frozenset[HolderCode]:
        """The receiving holder."""
        return frozenset({self.to_holder})


# What happens to a transfer. Until acceptance none of it changes the case.


@dataclass(frozen=True, kw_only=True)
class TransferSent(Event):
    """The offer, with its least preview, waits for the receiving holder."""

    operations = (Operation.DISCLOSURE,)
    action: Action = field(default=Action.TRANSFER_SEND, init=False)
    to_holder: HolderCode
    strands: frozenset[str]
    reason: str
    already_moved: bool

    @property
    def recipients(self) -> frozenset[HolderCode]:
        """The holder that the preview was disclosed to."""
        return frozenset({self.to_holder})


@dataclass(frozen=True, kw_only=True)
class TransferSeen(Event):
    """Somebody of the receiving holder has opened the preview, for the first time or again."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.TRANSFER_SEE, init=False)
    first: bool


@dataclass(frozen=True, kw_only=True)
class TransferAccepted(Event):
    """The receiving holder has taken what was offered; without strands, information alone and nothing changed hands."""

    operations = (Operation.COLLECTION,)
    action: Action = field(default=Action.TRANSFER_ACCEPT, init=False)
    strands: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class TransferDeclined(Event):
    """The receiving holder does not take the strands; the sender stays responsible."""

    action: Action = field(default=Action.TRANSFER_DECLINE, init=False)
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferWithdrawn(Event):
    """The sender has taken the offer back."""

    action: Action = field(default=Action.TRANSFER_WITHDRAW, init=False)


# What somebody saw.


@dataclass(frozen=True, kw_only=True)
class Consulted(Event):
    """A page of a case, or a list, was shown; `cases` are those that a list showed."""

    operations = (Operation.CONSULTATION,)
    action: Action
    cases: tuple[CaseId, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[CaseId, ...]:
        """The cases that the list showed."""
        return self.cases


@dataclass(frozen=True, kw_only=True)
class Revealed(Event):
    """Sealed fields of one case were opened and shown."""

    operations = (Operation.CONSULTATION,)
    action: Action
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NamesShown(Event):
    """The names behind the pseudonyms of a caseload were shown, one page of them."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.CASELOAD_NAME, init=False)
    cases: tuple[CaseId, ...]
    page: int

    @property
    def shown(self) -> tuple[CaseId, ...]:
        """The cases whose names were shown."""
        return self.cases


@dataclass(frozen=True, kw_only=True)
class LogOpened(Event):
    """Somebody looked in the log, for one of the four uses that the law allows (s.62(4))."""

    operations = (Operation.CONSULTATION,)
    action: Action
    use: str
    filters: tuple[str, ...] = ()
    entries: int = 0


# Refusals, doors and administration.


@dataclass(frozen=True, kw_only=True)
class Refused(Event):
    """An attempt was refused, by the rule that is named; refused attempts are evidence.

    `reference` is what the actor asked for by name, whether or not there is such a case.
    """

    action: Action
    refusal: str
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """An account has opened a session."""

    action: Action = field(default=Action.SESSION_OPEN, init=False)
    account: AccountId
    auth: str


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """Somebody failed to sign in; which account, if there is such an account."""

    action: Action = field(default=Action.SESSION_OPEN, init=False)
    account: AccountId | None


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A session was ended."""

    action: Action = field(default=Action.SESSION_CLOSE, init=False)


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """A worker can sign in, in one role, for one holder."""

    action: Action = field(default=Action.ACCOUNT_CREATE, init=False)
    account: AccountId
    role: str
    holder: HolderCode


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """The account can no longer sign in; its sessions and tokens have ended."""

    action: Action = field(default=Action.ACCOUNT_CLOSE, init=False)
    account: AccountId


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """A program may act for the account until the token ends."""

    action: Action = field(default=Action.TOKEN_CREATE, init=False)
    account: AccountId
    token: str
    until: date


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """The token no longer opens anything."""

    action: Action = field(default=Action.TOKEN_REVOKE, init=False)
    token: str


@dataclass(frozen=True, kw_only=True)
class KeysetMade(Event):
    """A holder has a new version of its keys."""

    action: Action = field(default=Action.KEYSET_MAKE, init=False)
    holder: HolderCode
    version: int
    fingerprint: str
