"""What somebody does in an invented life: each act is one unit of work, of one worker, at one moment of the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from casetrack.crypto.fields import Value
from casetrack.domain.actors import Role
from casetrack.domain.calendars import LONDON
from casetrack.domain.case import AgeGroup, Areas, BeginReason, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode, Instant
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.records import RecordState
from casetrack.domain.unusual_access import Disposition


@dataclass(frozen=True, order=True)
class Desk:
    """Where somebody works: an organisation, a role there, and which of those who have it."""

    holder: HolderCode
    role: Role
    number: int = 1


@dataclass(frozen=True, order=True)
class Moment:
    """So many days before today, at so many minutes past midnight in London."""

    days_ago: int
    minute: int

    def at(self, today: date) -> Instant:
        """The instant, in UTC."""
        midnight = datetime.combine(today - timedelta(days=self.days_ago), time(), LONDON)
        return (midnight + timedelta(minutes=self.minute)).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that one worker does."""

    when: Moment
    by: Desk


@dataclass(frozen=True, kw_only=True)
class Open(Act):
    """A case is opened for the person."""

    strands: frozenset[Strand]
    age_group: AgeGroup
    areas: Areas
    identity: IdentityState
    names: Mapping[str, Value]
    contact: Mapping[str, Value]


@dataclass(frozen=True)
class Entry:
    """One line of a record: a milestone or a dated fact, and how long before it was written down it happened."""

    code: str
    outcome: str | None = None
    state: RecordState = RecordState.MET
    before: timedelta = timedelta()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Record(Act):
    """What happened is written down, at one sitting."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Reopen(Act):
    """A milestone is opened again, for a reason."""

    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Write(Act):
    """A note is written; or another wording, in the place of the last that was."""

    strand: Strand
    kind: NoteKind
    sensitivity: Sensitivity
    words: str
    corrects: bool = False


@dataclass(frozen=True, kw_only=True)
class Assign(Act):
    """A colleague takes over a strand."""

    strand: Strand
    worker: Desk


@dataclass(frozen=True, kw_only=True)
class Begin(Act):
    """The strand that the case lacks is begun; an investigation on a ground, and without agreement for a reason."""

    strand: Strand
    reason: BeginReason | None
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Look(Act):
    """The case is opened and read."""


@dataclass(frozen=True, kw_only=True)
class Pry(Act):
    """Somebody who has nothing to do with the case tries to open it, and is refused."""


@dataclass(frozen=True, kw_only=True)
class Reveal(Act):
    """Who the person is, or how to reach them, is shown for a reason."""

    purpose: str
    words: str
    address: bool = False


@dataclass(frozen=True, kw_only=True)
class Review(Act):
    """An auditor records what came of what somebody did with the case, which was unusual, so many days before."""

    of: Desk
    days: int
    disposition: Disposition
    words: str


@dataclass(frozen=True, kw_only=True)
class Disclose(Act):
    """That somebody outside casetrack was told something is put into the register of what left."""

    strand: Strand
    kind: str
    reason: str
    basis: str | None
    words: str


@dataclass(frozen=True, kw_only=True)
class RequestAccess(Act):
    """The person's own request for what is held of them, which came so many days before, is written down."""

    days: int
    words: str


@dataclass(frozen=True, kw_only=True)
class CheckAccess(Act):
    """It was found out with the person alone that it is they who ask."""

    way: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Enquire(Act):
    """An auditor asks whether the person of that name and birth was looked up over the last so many days, and why."""

    names: tuple[str, ...]
    born: date
    days: int
    words: str


@dataclass(frozen=True, kw_only=True)
class AgreeToEnquiry(Act):
    """A second auditor asks the same, so that both may read the answer."""


@dataclass(frozen=True, kw_only=True)
class Find(Act):
    """Somebody who has only a name as they heard it, and a year of birth, looks for whose it is."""

    name: str
    year: int
    purpose: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Send(Act):
    """Strands are offered to another organisation."""

    to: HolderCode
    strands: frozenset[Strand]
    reason: str
    already_moved: bool
    preview: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class See(Act):
    """The receiver opens the preview."""


@dataclass(frozen=True, kw_only=True)
class Accept(Act):
    """The receiver becomes responsible, and names who will work on the case."""

    worker: Desk


@dataclass(frozen=True, kw_only=True)
class Decline(Act):
    """The receiver does not take it, and says why."""

    reason: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Withdraw(Act):
    """The sender takes its offer back."""


@dataclass(frozen=True, kw_only=True)
class Close(Act):
    """Nobody works on the case any more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ReopenCase(Act):
    """The case is open again, for a reason."""

    words: str


@dataclass(frozen=True, kw_only=True)
class SetHold(Act):
    """A legal hold stands on the case, for a reason."""

    reason: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ProposeErasure(Act):
    """That the case be erased waits for a second person."""

    rule: str
    reason: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Approve(Act):
    """A second person agrees to what was proposed, and it is done."""


@dataclass(frozen=True)
class Journey:
    """The plan of one invented life in casetrack, from the opening of the case to yesterday."""

    number: int
    acts: tuple[Act, ...]
