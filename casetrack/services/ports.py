"""What the use cases need of the world: protocols, nothing to inherit. PostgreSQL in life, dictionaries in tests."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.seals import AggregateSeal, Seal
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Holding, Part
from casetrack.domain.ids import AccountId, CaseId, EventId, FileId, HolderCode, Instant, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.approvals import LegalHolds, Proposals, Tombstones
from casetrack.services.desk import Desk
from casetrack.services.limits import Quotas
from casetrack.services.lists import CaseCard, CaseQuery, EventCard, LogQuery, OfferCard, Page, Unseen, WorkCounts
from casetrack.services.occasions import UnusualAccesses
from casetrack.services.people import Accounts, Doors
from casetrack.services.register import Register
from casetrack.services.traces import Traces
from casetrack.services.unsent import Drafts


@dataclass(frozen=True)
class Scope:
    """What row-level security is told of the actor: the account, its role and its holder."""

    account: AccountId | None
    role: Role | None
    holder: HolderCode | None
    national: bool = False
    session: UUID | None = None
    """The session or token that the actor comes by: if it has ended, nothing begins (`SessionEnded`)."""


@dataclass(frozen=True)
class SealedValue:
    """One sealed value of a case. A changed value is a new row; the old one stays, with the version that ended it.

    That something was cleared is a row of its own, of nothing, which ended at the version that brought it.
    """

    id: UUID
    case: CaseId
    part: Part
    label: FieldLabel
    subject: UUID
    """What it is a value of: the case itself, or one record of a milestone."""
    stored: bytes
    version: int
    superseded: int | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is stored and of what it is said to be: 32 bytes, which the seal of the case covers."""
        said = f"{self.part.value}/{self.label.table}/{self.label.column}/".encode()
        return sha256(said + self.subject.bytes + self.version.to_bytes(4, "big") + self.stored).digest()


@dataclass(frozen=True)
class CaseKey:
    """That a part of a case has a data key of this number, and the commitment to it; never the key."""

    case: CaseId
    part: Part
    number: int
    commitment: bytes
    retired: bool = False


@dataclass(frozen=True)
class IndexTag:
    """A tag of a value in one index: made by one version of a holder's keyset, and the same wherever the value is."""

    index: str
    holder: HolderCode
    keyset_version: int
    tag: bytes


@dataclass(frozen=True)
class KeyRows:
    """How many keys one version of a holder's keyset opens, data keys of cases and keys of offers; and its tags."""

    data_keys: int = 0
    offer_keys: int = 0
    tags: int = 0
    """How many tags were made by it, by which the holder finds people."""
    doors: int = 0
    """How many accounts and tokens it sealed: the service's own keyset alone does."""

    @property
    def both(self) -> int:
        """Every row that is wrapped for it."""
        return self.data_keys + self.offer_keys


@dataclass(frozen=True)
class Outlook:
    """What lists show of a case's milestones: derived from the case whenever it is saved, kept and sealed with it."""

    phase: str
    due_support: date | None
    due_investigation: date | None
    milestone_support: str | None
    """The code of what is due then."""
    milestone_investigation: str | None
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
    """The id, digest and superseding version of each sealed value, in the order of the ids."""
    outlook: Outlook

    @property
    def version(self) -> int:
        """The version of the case that was kept."""
        return self.case.version


@dataclass(frozen=True)
class KeptHolding:
    """A holding as it was kept: with its own seal, its place among those of its case, and what the case goes by."""

    case: CaseId
    reference: Reference
    opened_at: Instant
    position: int
    holding: Holding
    pseudonym: Pseudonym | None
    """What the case was called when the holding ended; None of one that is open."""
    seal: Seal


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

    @property
    def version(self) -> int:
        """The version of the transfer that was kept."""
        return self.transfer.version


@dataclass(frozen=True)
class NamedCase:
    """Which case, and the reference that people know it by."""

    case: CaseId
    reference: Reference


class CaseStore(Protocol):
    """Where cases are kept."""

    def find(self, reference: Reference) -> CaseId | None:
        """The case of that reference, if the actor's holder has any of it."""

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:
        """The case, if the actor's holder has any of it or has accepted an offer of it in this transaction.

        Locked until the end of the transaction if it is to be changed.
        """

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        """The same for many cases, in the same number of statements whatever theirs."""

    def stub(self, reference: Reference) -> tuple[KeptHolding, ...]:
        """What the actor's holder still knows of a case that it passed on: its own holdings, and who leads now.

        Nothing of any other case.
        """

    def audited(self, reference: Reference) -> tuple[KeptHolding, ...]:
        """Who was responsible for the case, each holding as it was sealed, for an auditor.

        One of a single organisation is told of the times at which that was responsible too.
        """

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """A new case is kept, with its holdings, each under the seal of its own that `changed` gives."""

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        """The case is kept as it stands, with the holdings that began or ended.

        `Stale` if its kept version is not the one loaded.
        """

    def lock_if_free(self, case: CaseId) -> bool:
        """The case, which the actor's holder has, is nobody else's to change until the end; False if it is already."""

    def begun_under(self, holder: HolderCode, before: int, *, of: CaseId | None = None) -> tuple[NamedCase, ...]:
        """The cases of which the holder, the actor's own, came by a part that it has under a version before that one.

        With `of`, that one alone, if it is among them.
        """

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        """True if an open case, anywhere, goes by that name."""


class CaseCards(Protocol):
    """Lists of cases: one statement each, no keys, and only what the actor may know of."""

    def find(self, query: CaseQuery) -> Page[CaseCard]:
        """One page of the cases that match."""

    def counts(self, query: CaseQuery) -> WorkCounts:
        """How many of the holder's open cases, or of its worker's, are overdue, soon due, waiting, or being offered."""


class TransferStore(Protocol):
    """Where transfers are kept."""

    def get(self, transfer: TransferId, *, lock: bool) -> KeptTransfer | None:
        """The transfer; locked until the end of the transaction if it is to be changed."""

    def add(self, kept: KeptTransfer) -> None:
        """A new transfer is kept; `OfferOpen` if the case has one that is open."""

    def put(self, kept: KeptTransfer) -> None:
        """The transfer is kept as it stands; `Stale` if its kept version is not the one that was loaded."""

    def of_case(self, case: CaseId) -> tuple[KeptTransfer, ...]:
        """Every transfer of the case that the actor may know of, oldest first, as it is kept."""

    def inbox(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The open offers to the holder: high risk first, then the oldest."""

    def sent(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The offers that the holder sent, the newest first."""


class SealedValues(Protocol):
    """Where sealed values are kept."""

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """The values of the part that stand: no other has superseded them, and they were not cleared."""

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        """The same for many cases, in one statement."""

    def all_of(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """Every value of the part, superseded ones too."""

    def cases_with(self, labels: Collection[FieldLabel], holder: HolderCode) -> tuple[CaseId, ...]:
        """The cases in which a value of one of those labels stands in a part that the holder has, in one statement."""

    def add(self, values: Iterable[SealedValue]) -> None:
        """New values are kept, and each of the same case, label and subject before them is superseded."""

    def reseal(self, values: Iterable[SealedValue]) -> None:
        """The same values, under new keys."""


class IndexTags(Protocol):
    """Where the tags of sealed values are kept, by which those who hold a part find a person in it."""

    def replace(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        """These are the part's tags, for each of its holders, in the place of all that it had."""

    def replace_own(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        """These are the part's tags for the actor's own holder; those of its other holders stay."""

    def forget(self, case: CaseId, part: Part) -> None:
        """The part has no tags any more, whoever's they were."""

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[CaseId, ...]:
        """Some cases with tags of the holder, the actor's own, by versions before that one.

        Nobody else is changing those cases now, nor may until the end.
        """

    def left(self, holder: HolderCode, version: int) -> int:
        """How many tags the holder, the actor's own, has by versions before that one."""

    def versions(self, holder: HolderCode, *, up_to: int) -> tuple[int, ...]:
        """By which versions of its keyset the holder, which is the actor's own, has tags; none after that one."""

    def cases(self, sought: Sequence[IndexTag], *, most: int) -> tuple[CaseId, ...]:
        """The cases that have any of these tags in a part that the actor's holder has, at most so many.

        One statement, however many tags are sought and whatever is found.
        """


class Files(Protocol):
    """Where the chunks of attached files are kept, in the order in which they were sealed. None is ever changed."""

    def add(self, case: CaseId, part: Part, file: FileId, chunks: Iterable[bytes]) -> None:
        """The chunks are kept as they come, one held at a time, for whoever has that part of the case."""

    def hashes(self, file: FileId) -> tuple[bytes, ...]:
        """The SHA-256 of each chunk; none if the actor's holder does not have the part that the file lies with."""

    def chunks(self, file: FileId) -> Iterator[bytes]:
        """The chunks, one held at a time."""


class Keysets(Protocol):
    """Where keysets are read."""

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        """Every version of the holder's keyset, oldest first."""


class Keys(Keysets, Protocol):
    """Where key rows are kept: public halves, sealed halves and wraps; never a key."""

    def rows(self) -> Mapping[tuple[str, int], KeyRows]:
        """How many wraps and tags there are for each version of each holder's keyset; none of a version without any."""

    def hold_service(self) -> None:
        """Nobody else makes first keys, or the service's next, until this transaction ends."""

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
    aggregate: UUID | None
    """What it is about beside a case: a transfer, a proposal, a legal hold, another entry."""
    case_version: int | None
    step: int | None
    """Which version of that it made."""
    aspect: str
    refusal: str | None
    """By which rule it was refused; None of what was done."""
    attempted: Reference | None
    """Of a refused attempt, the reference that was asked for, whether or not there is such a case."""
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
    """The newest change of a case, or the newest step of what has steps beside it, in the journal."""

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
    holder: HolderCode | None = None
    """Whose account it is."""


class Journal(Protocol):
    """Where events are kept for the tamper-evident log. What is written is never changed."""

    def write(self, entry: JournalEntry) -> None:
        """The event is kept, in this transaction, and queued for the log."""

    def last_changes(self, cases: Sequence[CaseId]) -> Mapping[CaseId, LastChange]:
        """The newest change of each of the cases."""

    def last_steps(self, aggregates: Sequence[UUID]) -> Mapping[UUID, LastChange]:
        """The newest step of each of them, in one statement; those without any are left out."""

    def last_step(self, aggregate: UUID) -> LastChange | None:
        """The newest step of the transfer, the proposal or the hold."""

    def changes(self, case: CaseId, since: int) -> tuple[Change, ...]:
        """The changes of the case after that version, oldest first."""

    def begun(self, case: CaseId, by: Action) -> frozenset[UUID]:
        """What began by that action beside the case: of each, its first step was journalled."""

    def place_of(self, event: EventId) -> int | None:
        """The place of the event in the log; None until it is sequenced."""

    def history(self, case: CaseId, *, page: int, unseen: Unseen) -> Page[EventCard]:
        """What changed on the case and what has steps beside it, newest first; never who looked, nor what is unseen."""

    def search(self, query: LogQuery) -> Page[EventCard]:
        """The entries that match, newest first, within the auditor's scope."""

    def case_keys_renewed(self, holder: HolderCode, *, of: CaseId | None = None) -> Mapping[CaseId, int]:
        """The cases of which the holder has renewed the data keys, each with the newest version by which it did.

        With `of`, that one alone.
        """

    def keysets_made(self) -> Mapping[tuple[str, int], Instant]:
        """When each version of each holder's keyset was made."""


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
    tags: IndexTags
    files: Files
    keys: Keys
    journal: Journal
    unusual: UnusualAccesses
    desk: Desk
    traces: Traces
    register: Register
    accounts: Accounts
    doors: Doors
    quotas: Quotas
    drafts: Drafts
    holders: HolderStore
    proposals: Proposals
    holds: LegalHolds
    tombstones: Tombstones
