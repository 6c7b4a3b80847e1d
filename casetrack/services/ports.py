"""What the use cases need of the world: protocols, nothing to inherit. PostgreSQL in life, dictionaries in tests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.seals import Seal
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Holding, Part
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, Instant, SessionId, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.lists import AccountCard, CaseCard, CaseQuery, EventCard, LogQuery, OfferCard, Page, WorkCounts


@dataclass(frozen=True)
class Scope:
    """What row-level security is told of the actor: the account, its role and its holder."""

    account: AccountId | None
    role: Role | None
    holder: HolderCode | None
    national: bool = False


@dataclass(frozen=True)
class AggregateSeal:
    """The signature under an aggregate as it stands at one version: over `digest`, which follows on `previous`."""

    digest: bytes
    previous: bytes
    seal: Seal


@dataclass(frozen=True)
class SealedValue:
    """One sealed value of a case. A changed value is a new row; the old one stays, with the version that ended it."""

    id: UUID
    case: CaseId
    part: Part
    label: FieldLabel
    subject: UUID
    """What it is a value of: the case itself, or one record of a milestone."""
    stored: bytes
    version: int
    superseded: int | None = None


@dataclass(frozen=True)
class CaseKey:
    """That a part of a case has a data key of this number, and the commitment to it; never the key."""

    case: CaseId
    part: Part
    number: int
    commitment: bytes
    retired: bool = False


@dataclass(frozen=True)
class Outlook:
    """What lists show of a case's milestones: kept beside the case whenever it is saved, and derived from it alone."""

    phase: str
    due_support: date | None
    due_investigation: date | None
    do_now_support: bool
    """Something is to be done at once; it has no date, and is never overdue. Lists put it before what is due."""
    do_now_investigation: bool
    waiting: bool
    """Somebody else's decision is awaited."""
    high_risk: bool


@dataclass(frozen=True)
class KeptCase:
    """A case as it was kept: with its seal and what the seal covers besides the case itself."""

    case: Case
    seal: AggregateSeal
    keys: tuple[CaseKey, ...]
    values: tuple[tuple[UUID, bytes, int | None], ...]
    """The id, SHA-256 and superseding version of each sealed value, in the order of the ids."""


@dataclass(frozen=True)
class KeptTransfer:
    """A transfer as it was kept, with its seal, its sealed preview and the seal's own digest of that."""

    transfer: Transfer
    seal: AggregateSeal
    commitment: bytes
    """The commitment to the offer key."""
    preview: bytes
    answer: bytes | None
    """What the receiver wrote when it answered, under the offer key."""


class CaseStore(Protocol):
    """Where cases are kept."""

    def find(self, reference: Reference) -> CaseId | None:
        """The case of that reference, if this actor may know of it."""

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:
        """The case; locked until the end of the transaction if it is to be changed."""

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]], outlook: Outlook) -> None:
        """A new case is kept, with its holdings, each under the seal of its own that `changed` gives."""

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]], outlook: Outlook) -> None:
        """The case is kept as it stands, with the holdings that began or ended.

        `Stale` if its kept version is not the one loaded.
        """

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        """True if an open case, anywhere, goes by that name."""


class CaseCards(Protocol):
    """Lists of cases: one statement each, no keys, and only what the actor may know of."""

    def find(self, query: CaseQuery) -> Page[CaseCard]:
        """One page of the cases that match."""

    def counts(self, holder: HolderCode, today: date, soon: date) -> WorkCounts:
        """How many of the holder's open cases are overdue, due soon, waiting on others, or in an open transfer."""


class TransferStore(Protocol):
    """Where transfers are kept."""

    def get(self, transfer: TransferId, *, lock: bool) -> KeptTransfer | None:
        """The transfer; locked until the end of the transaction if it is to be changed."""

    def add(self, kept: KeptTransfer) -> None:
        """A new transfer is kept; `OfferOpen` if the case has one that is open."""

    def put(self, kept: KeptTransfer) -> None:
        """The transfer is kept as it stands; `Stale` if its kept version is not the one that was loaded."""

    def of_case(self, case: CaseId) -> tuple[Transfer, ...]:
        """Every transfer of the case that the actor may know of, oldest first."""

    def inbox(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The open offers to the holder: high risk first, then the oldest."""

    def sent(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The offers that the holder sent, the newest first."""


class SealedValues(Protocol):
    """Where sealed values are kept."""

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """The values of the part that no other has superseded."""

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        """The same for many cases, in one statement."""

    def all_of(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """Every value of the part, superseded ones too."""

    def add(self, values: Iterable[SealedValue]) -> None:
        """New values are kept, and each of the same case, label and subject before them is superseded."""

    def reseal(self, values: Iterable[SealedValue]) -> None:
        """The same values, under new keys."""


class Keys(Protocol):
    """Where key rows are kept: public halves, sealed halves and wraps; never a key."""

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset, oldest first."""

    def add_keyset(self, keyset: SealedKeyset) -> None:
        """A new version of a holder's keyset is kept."""

    def add(self, key: CaseKey) -> None:
        """A part of a case has a new data key."""

    def retire(self, case: CaseId, numbers: Iterable[int]) -> None:
        """The data keys open nothing any more: every wrap of them is deleted."""

    def wraps(self, cases: Sequence[CaseId], holder: HolderCode) -> tuple[Wrap, ...]:
        """The wraps of the cases' data keys for the holder."""

    def offer_wrap(self, transfer: TransferId, holder: HolderCode) -> Wrap | None:
        """The wrap of the offer's key for the holder."""

    def add_wraps(self, wraps: Iterable[Wrap]) -> None:
        """New wraps are kept."""


@dataclass(frozen=True)
class JournalEntry:
    """An event as the log keeps it: the exact payload, its salt, and the columns by which it is found."""

    id: EventId
    at: Instant
    action: Action
    account: AccountId | None
    holder: HolderCode | None
    case: CaseId | None
    transfer: TransferId | None
    case_version: int | None
    aspect: str
    holders_then: tuple[HolderCode, ...]
    payload: bytes
    salt: bytes
    commitment: bytes
    words: bytes | None
    """What a person typed as a reason, sealed to the audit desk."""
    shown: tuple[tuple[CaseId, bytes], ...]
    """The cases that a list showed, each with the salt of its place in the payload."""


@dataclass(frozen=True)
class LastChange:
    """The newest change of a case in the journal."""

    event: EventId
    version: int
    seal_digest: bytes


@dataclass(frozen=True)
class Change:
    """One change of a case: which part of it was touched, by whom and when."""

    version: int
    action: Action
    aspect: str
    account: AccountId | None
    at: Instant


class Journal(Protocol):
    """Where events are kept for the tamper-evident log. What is written is never changed."""

    def write(self, entry: JournalEntry) -> None:
        """The event is kept, in this transaction, and queued for the log."""

    def last_change(self, case: CaseId) -> LastChange | None:
        """The newest change of the case."""

    def changes(self, case: CaseId, since: int) -> tuple[Change, ...]:
        """The changes of the case after that version, oldest first."""

    def history(self, case: CaseId, *, page: int) -> Page[EventCard]:
        """What changed on the case and its transfers, newest first; never who looked."""

    def search(self, query: LogQuery) -> Page[EventCard]:
        """The entries that match, newest first, within the auditor's scope."""


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in: one role, for one holder."""

    id: AccountId
    sign_in_name: str
    display_name: str
    role: Role
    holder: HolderCode
    password: str
    """An Argon2id hash."""
    national: bool = False
    closed_at: Instant | None = None
    epoch: int = 0
    """Raised when every session and token of the account must end."""


@dataclass(frozen=True)
class Session:
    """A signed-in browser: only the digest of its token is kept, and its contents are sealed under the token itself."""

    id: SessionId
    token: bytes
    account: AccountId | None
    auth: str
    epoch: int
    since: Instant
    seen: Instant
    sealed: bytes


@dataclass(frozen=True)
class Token:
    """A program's key to the API: only its digest is kept."""

    id: UUID
    name: str
    digest: bytes
    account: AccountId
    epoch: int
    until: Instant
    revoked_at: Instant | None = None


class Accounts(Protocol):
    """Where accounts and their tokens are kept."""

    def get(self, account: AccountId) -> Account | None:
        """The account."""

    def named(self, sign_in_name: str) -> Account | None:
        """The account that signs in by that name."""

    def names(self, accounts: Iterable[AccountId]) -> Mapping[AccountId, str]:
        """What colleagues call them, in one statement."""

    def workers(self, holder: HolderCode) -> tuple[Account, ...]:
        """The holder's accounts that can hold cases, by name."""

    def list(self, holder: HolderCode | None, *, page: int) -> Page[AccountCard]:
        """The accounts of a holder, or of all."""

    def add(self, account: Account) -> None:
        """A new account is kept; `NameTaken` if somebody signs in by that name."""

    def put(self, account: Account) -> None:
        """The account is kept as it stands."""

    def add_token(self, token: Token) -> None:
        """A new token is kept."""

    def token(self, digest: bytes) -> Token | None:
        """The token of that digest."""

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        """The account's tokens, newest first."""

    def revoke_token(self, token: UUID, at: Instant) -> None:
        """The token opens nothing any more."""


@dataclass(frozen=True)
class Failures:
    """How often signing in has failed of late, for one throttle."""

    count: int
    last: Instant


class Doors(Protocol):
    """What is asked before anybody is known: sessions, throttles, one-time links. No row here speaks of a case."""

    def session(self, token_digest: bytes) -> Session | None:
        """The session of that token."""

    def keep_session(self, session: Session) -> None:
        """The session is kept as it stands."""

    def end_session(self, session: SessionId) -> None:
        """The session is gone."""

    def end_sessions(self, account: AccountId) -> None:
        """Every session of the account is gone."""

    def failures(self, throttle: bytes, since: Instant) -> Failures | None:
        """The failures of that throttle after that instant."""

    def add_failure(self, throttle: bytes, at: Instant) -> None:
        """One more failure is counted."""

    def clear_failures(self, throttle: bytes) -> None:
        """Signing in succeeded: nothing counts any more."""

    def keep_link(self, digest: bytes, account: AccountId, until: Instant) -> None:
        """A one-time link opens a session for the account."""

    def use_link(self, digest: bytes, at: Instant) -> AccountId | None:
        """The account that the link was for, once; None if it was used, ended or never made."""

    def shift(self, account: AccountId) -> tuple[str, Instant] | None:
        """The purpose for which the account last opened the names of its caseload, and when."""

    def keep_shift(self, account: AccountId, purpose: str, at: Instant) -> None:
        """The account has opened the names of its caseload for this shift."""

    def remembered(self, key: bytes, account: AccountId) -> bytes | None:
        """The answer that was kept for an idempotency key."""

    def remember(self, key: bytes, account: AccountId, answer: bytes, at: Instant) -> None:
        """The answer to a request that may be sent again."""


@dataclass(frozen=True)
class Draft:
    """Answers of a wizard that were not sent yet, sealed to the account's own holder."""

    account: AccountId
    kind: str
    sealed: bytes
    at: Instant


class Drafts(Protocol):
    """Where half-finished answers survive a time-out."""

    def get(self, account: AccountId, kind: str) -> Draft | None:
        """The account's draft of that kind."""

    def keep(self, draft: Draft) -> None:
        """The draft takes the place of the one before."""

    def discard(self, account: AccountId, kind: str) -> None:
        """The draft is gone."""


class HolderStore(Protocol):
    """Where holders are kept."""

    def all(self) -> tuple[Holder, ...]:
        """Every holder, past and present."""

    def add(self, holders: Iterable[Holder]) -> None:
        """New holders are kept; those that are there already stay as they are."""


@dataclass(frozen=True)
class Stores:
    """Everything that is kept, in one transaction."""

    cases: CaseStore
    cards: CaseCards
    transfers: TransferStore
    values: SealedValues
    keys: Keys
    journal: Journal
    accounts: Accounts
    doors: Doors
    drafts: Drafts
    holders: HolderStore
