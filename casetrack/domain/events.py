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
from uuid import UUID

from casetrack.domain.actions import Action
from casetrack.domain.ids import (
    AccountId,
    CaseId,
    EventId,
    FileId,
    HolderCode,
    HoldId,
    Instant,
    NoteId,
    ProposalId,
    RecordId,
    TransferId,
)

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
    proposal: ProposalId | None = None
    hold: HoldId | None = None
    entry: EventId | None = None

    @property
    def aggregate(self) -> UUID | None:
        """What it is about beside a case: an offer, a proposal or a legal hold, with steps of its own; or an entry."""
        return self.transfer or self.proposal or self.hold or self.entry

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


COMMON = frozenset({"action", "at", "by", "case", "transfer", "proposal", "hold", "entry", "cases"})
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
    """What is known of who the person is, or why it is not; `labels` are the sealed fields that changed.

    Of those that were `cleared`, nothing is recorded any more.
    """

    operations = (Operation.COLLECTION,)
    changes_case = True
    aspect = "identity"
    action: Action = field(default=Action.IDENTITY_RECORD, init=False)
    state: str
    labels: tuple[str, ...]
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContactRecorded(Event):
    """The safe way to contact the person is as recorded; `labels` are the sealed fields that changed.

    Of those that were `cleared`, nothing is recorded any more.
    """

    operations = (Operation.COLLECTION,)
    changes_case = True
    aspect = "contact"
    action: Action = field(default=Action.CONTACT_RECORD, init=False)
    labels: tuple[str, ...]
    cleared: tuple[str, ...] = ()


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
class FileAttached(Event):
    """A file lies with a strand of the case; `digest` is of its chunks as they are kept, and says nothing of it."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    action: Action = field(default=Action.FILE_ATTACH, init=False)
    file: FileId
    strand: str
    digest: str

    @property
    def touches(self) -> str:
        """The one file: two people can attach two files at once."""
        return f"file:{self.file}"


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """A note lies with a strand of the case; or another wording of it, which `corrects` the one of that version."""

    operations = (Operation.COLLECTION,)
    changes_case = True
    action: Action = field(default=Action.NOTE_WRITE, init=False)
    note: NoteId
    strand: str
    corrects: int | None

    @property
    def touches(self) -> str:
        """The one note: two people can write two notes at once, and cannot correct the same."""
        return f"note:{self.note}"


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
    """From this instant the receiving holder is responsible for the strands, and its keys open what moved.

    `worker` has them from then on; older entries do not say who.
    """

    operations = (Operation.DISCLOSURE,)
    changes_case = True
    aspect = "holdings"
    action: Action = field(default=Action.TRANSFER_ACCEPT, init=False)
    strands: frozenset[str]
    from_holder: HolderCode
    to_holder: HolderCode
    parts: frozenset[str]
    worker: AccountId | None = None

    @property
    def recipients(self) -> frozenset[HolderCode]:
        """The receiving holder."""
        return frozenset({self.to_holder})


@dataclass(frozen=True, kw_only=True)
class StrandBegun(Event):
    """From this instant the holder of the one strand is responsible for the other too, which the case lacked.

    `reason` is there for an investigation: the person has agreed to it, or it must begin without that.
    """

    operations = (Operation.ALTERATION,)
    changes_case = True
    aspect = "holdings"
    action: Action = field(default=Action.STRAND_BEGIN, init=False)
    strand: str
    holder: HolderCode
    reason: str | None


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
    """A page of a case, or a list, was shown; `cases` are those that a list showed.

    `labels` are the sealed fields that the page opened, and `values` how many values of them.
    """

    operations = (Operation.CONSULTATION,)
    action: Action
    cases: tuple[CaseId, ...] = ()
    filters: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    values: int = 0

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
class WordsKept(Event):
    """What seems to belong elsewhere stayed in what somebody wrote, for a reason; `found` is what it seems to be."""

    action: Action
    found: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class FileOpened(Event):
    """Somebody was given a file of the case."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.FILE_OPEN, init=False)
    file: FileId


@dataclass(frozen=True, kw_only=True)
class NoteOpened(Event):
    """Somebody was shown a note of the case that is closed until it is asked for; `version` is of its wording."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.NOTE_OPEN, init=False)
    note: NoteId
    version: int
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
class SearchBegun(Event):
    """Somebody is about to look for a person by what is sealed; `indexes` are those that are asked, and why is said."""

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.PERSON_FIND, init=False)
    indexes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PeopleSearched(Event):
    """Somebody looked for a person, in those indexes, and was shown the cases that match.

    `marks` are what only the audit desk can make again of each term; `opened` is how many people were compared.
    """

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.PERSON_FIND, init=False)
    indexes: tuple[str, ...]
    marks: tuple[str, ...]
    opened: int
    cases: tuple[CaseId, ...]

    @property
    def shown(self) -> tuple[CaseId, ...]:
        """The cases that were shown."""
        return self.cases


@dataclass(frozen=True, kw_only=True)
class LogOpened(Event):
    """Somebody looked in the log, for one of the four uses that the law allows (s.62(4))."""

    operations = (Operation.CONSULTATION,)
    action: Action
    use: str
    filters: tuple[str, ...] = ()
    entries: int = 0


# Refusals and limits. What happens at the doors and to keys, and what needs two people, stands in modules of its own.


@dataclass(frozen=True, kw_only=True)
class Refused(Event):
    """An attempt was refused, by the rule that is named; refused attempts are evidence.

    `reference` is what the actor asked for by name, whether or not there is such a case.
    """

    action: Action
    refusal: str
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class QuotaRaised(Event):
    """A supervisor lets the account be shown as much again in an hour, until that instant."""

    action: Action = field(default=Action.QUOTA_RAISE, init=False)
    account: AccountId
    until: Instant
