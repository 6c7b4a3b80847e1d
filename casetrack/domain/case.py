"""One person's journey: the strands and who is responsible for them, the milestones, the pseudonym.

A case never changes: a change is a new `Case`, made by `_after`, which cannot make one without the
event that says what happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from casetrack.domain.actors import Actor
from casetrack.domain.calendars import london_date
from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.disclosures import Disclosure
from casetrack.domain.errors import (
    AgreementUnknown,
    CaseIsClosed,
    CaseIsOpen,
    NoLongerHeld,
    NoPendingTransfer,
    NoStrand,
    NotAccepted,
    NotHeld,
    OwnOffer,
    StrandExists,
    StrandNeedsForce,
)
from casetrack.domain.events import (
    CaseClosed,
    CaseOpened,
    CasePlaced,
    CaseReopened,
    ContactRecorded,
    Event,
    FileAttached,
    HandedOff,
    IdentityRecorded,
    MilestoneRecorded,
    MilestoneReopened,
    NoteWritten,
    StrandBegun,
    WorkerAssigned,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import STRAND_PARTS, Holdings, Part, Strand
from casetrack.domain.ids import AccountId, CaseId, FileId, HolderCode, Instant, NoteId, RecordId
from casetrack.domain.key_events import CaseKeysRenewed
from casetrack.domain.proposal_refusals import NotClosed
from casetrack.domain.records import Recorded, RecordState, in_effect
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer, TransferState

AGE_CONSIDERED = "age-considered"
RISK_ASSESSED = "risk-assessed"


class Status(StrEnum):
    """Whether somebody is working on the case."""

    OPEN = "open"
    CLOSED = "closed"


class AgeGroup(StrEnum):
    """Which rules of age apply now. An age in doubt is treated as a child's (Modern Slavery Act 2015 s.51)."""

    ADULT = "adult"
    CHILD = "child"
    IN_DOUBT = "in-doubt"

    @property
    def treated_as(self) -> str:
        """Adult or child, as the catalogue of milestones asks."""
        return "adult" if self is AgeGroup.ADULT else "child"


AGES: Mapping[str | None, AgeGroup] = {"adult": AgeGroup.ADULT, "child": AgeGroup.CHILD}
"""What considering the person's age may come to; anything else leaves it in doubt."""


class IdentityState(StrEnum):
    """Why a name is or is not recorded; each is an answer."""

    GIVEN = "given"
    NOT_GIVEN = "not-given"
    WITHHELD = "withheld"
    NOT_YET_ASKED = "not-yet-asked"


class BeginReason(StrEnum):
    """On what ground an investigation begins in a case that lacked one: somebody who wants no police has none.

    It says what the person wants, and is not the police's ground in law (Data Protection Act 2018 s.35(2)(b)).
    """

    AGREED = "person-agreed"
    WITHOUT_AGREEMENT = "without-agreement"


@dataclass(frozen=True)
class Areas:
    """The police force areas of a case. The responsible one is not here: the holdings say who is responsible."""

    exploitation: HolderCode | None = None
    home: HolderCode | None = None
    encounter: HolderCode | None = None

    @property
    def investigating(self) -> HolderCode | None:
        """The force that the competent authority would choose to investigate (statutory guidance 2020, 11.2)."""
        return self.exploitation or self.home or self.encounter


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands at one version, with the events that happened since it was loaded."""

    id: CaseId
    reference: Reference
    pseudonym: Pseudonym
    version: int
    status: Status
    close_reason: str | None
    opened_at: Instant
    nation: str
    age_group: AgeGroup
    identity: IdentityState
    areas: Areas
    holdings: Holdings
    workers: Mapping[Strand, AccountId]
    records: tuple[Recorded, ...]
    events: tuple[Event, ...] = field(default=(), compare=False)

    @classmethod
    def open(  # noqa: PLR0913 - what is known of a case from its first instant; each is named
        cls,
        *,
        id: CaseId,  # noqa: A002 - it is the id of a case, and called so everywhere
        reference: Reference,
        pseudonym: Pseudonym,
        strands: Iterable[Strand],
        by: Actor,
        holder: Holder,
        at: Instant,
        age_group: AgeGroup,
        areas: Areas,
    ) -> "Case":
        """The opener's own holder is responsible from this instant; nobody else's can be given a case by opening it."""
        wanted = frozenset(strands)
        if not wanted:
            raise NoStrand
        if holder.code != by.holder:
            raise NotHeld
        _may_lead(holder, wanted)
        blank = cls(
            id=id,
            reference=reference,
            pseudonym=pseudonym,
            version=0,
            status=Status.OPEN,
            close_reason=None,
            opened_at=at,
            nation=holder.nation,
            age_group=age_group,
            identity=IdentityState.NOT_YET_ASKED,
            areas=areas,
            holdings=Holdings.begun(wanted, holder.code, at),
            workers=dict.fromkeys(sorted(wanted), by.account),
            records=(),
        )
        return blank._after(
            CaseOpened(
                case=id,
                at=at,
                by=by.account,
                strands=frozenset(wanted),
                holder=holder.code,
                nation=holder.nation,
                age_group=age_group,
            )
        )

    @property
    def loaded_version(self) -> int:
        """The version that the store keeps: this one, less what has happened since."""
        return self.version - len(self.events)

    @property
    def is_high_risk(self) -> bool:
        """True while the last assessment of risk that stands says so: a named person's decision, never a score."""
        return _last_outcome(self.records, RISK_ASSESSED) == "high"

    def place(self, areas: Areas, *, by: Actor, at: Instant) -> "Case":
        """The areas of exploitation, home and encounter are as recorded, each apart from the others."""
        self._open_and_held(by)
        event = CasePlaced(
            case=self.id,
            at=at,
            by=by.account,
            exploitation=areas.exploitation,
            home=areas.home,
            encounter=areas.encounter,
        )
        return self._after(event, areas=areas)

    def assign(self, strand: Strand, worker: AccountId, *, by: Actor, at: Instant) -> "Case":
        """The worker, of the organisation that is responsible for the strand, has it."""
        self._open_and_held(by)
        if strand not in self.holdings.led_by(by.holder):
            raise NotHeld
        event = WorkerAssigned(case=self.id, at=at, by=by.account, strand=strand, worker=worker)
        return self._after(event, workers={**self.workers, strand: worker})

    def record_identity(
        self, state: IdentityState, labels: Iterable[str], *, by: Actor, at: Instant, cleared: Iterable[str] = ()
    ) -> "Case":
        """What is known of who the person is, or why it is not, is as recorded; what was `cleared` is so no more."""
        self._open_and_held(by, Part.IDENTITY)
        changed, lost = tuple(sorted(labels)), tuple(sorted(cleared))
        event = IdentityRecorded(case=self.id, at=at, by=by.account, state=state, labels=changed, cleared=lost)
        return self._after(event, identity=state)

    def record_contact(self, labels: Iterable[str], *, by: Actor, at: Instant, cleared: Iterable[str] = ()) -> "Case":
        """The safe way to contact the person is as recorded; of what was `cleared`, nothing is recorded any more."""
        self._open_and_held(by, Part.SAFE_ADDRESS)
        changed, lost = tuple(sorted(labels)), tuple(sorted(cleared))
        return self._after(ContactRecorded(case=self.id, at=at, by=by.account, labels=changed, cleared=lost))

    def record(self, entry: Recorded, *, by: Actor) -> "Case":
        """The milestone or the fact is on the record. A past fact is recorded, never refused."""
        self._open_and_held(by)
        event = MilestoneRecorded(
            case=self.id,
            at=entry.recorded_at,
            by=by.account,
            record=RecordId(entry.id),
            code=entry.code,
            state=entry.state,
            outcome=entry.outcome,
            happened=entry.at,
        )
        return self._recorded(event, entry)

    def reopen_milestone(self, code: str, *, id: UUID, by: Actor, at: Instant) -> "Case":  # noqa: A002 - the id of a record
        """The milestone is open again; what was recorded before stays on the record."""
        self._open_and_held(by)
        entry = Recorded(code=code, state=RecordState.REOPENED, outcome=None, at=at, recorded_at=at, id=id)
        event = MilestoneReopened(case=self.id, at=at, by=by.account, record=RecordId(id), code=code)
        return self._recorded(event, entry)

    def attach(self, file: FileId, strand: Strand, digest: bytes, *, by: Actor, at: Instant) -> "Case":
        """The file lies with the strand, and goes where the strand goes."""
        self.check_attaching(strand, by)
        event = FileAttached(case=self.id, at=at, by=by.account, file=file, strand=strand, digest=digest.hex())
        return self._after(event)

    def check_attaching(self, strand: Strand, by: Actor) -> None:
        """An open case of which the actor's holder has the strand; refused otherwise."""
        self._open_and_held(by, STRAND_PARTS[strand])

    def write_note(self, note: NoteId, strand: Strand, *, corrects: int | None, by: Actor, at: Instant) -> "Case":
        """The note lies with the strand, and goes where the strand goes; the wording that it corrects stays too."""
        self._open_and_held(by, STRAND_PARTS[strand])
        return self._after(NoteWritten(case=self.id, at=at, by=by.account, note=note, strand=strand, corrects=corrects))

    def disclose(self, disclosure: Disclosure, *, by: Actor, at: Instant) -> "Case":
        """It is recorded what the actor's organisation told somebody, of an open case or a closed one."""
        for part in (STRAND_PARTS[disclosure.strand], *sorted(disclosure.parts)):
            self._held(by, part)
        disclosure.check(by.holder, london_date(at))
        said = {each.name: getattr(disclosure, each.name) for each in fields(disclosure) if each.name != "id"}
        return self._after(Disclosed(case=self.id, at=at, by=by.account, disclosure=disclosure.id, **said))

    def take_step(self, step: Event, *, strand: Strand, by: Actor) -> "Case":
        """A request of the person goes a step further, by whoever looks after them, of an open case or a closed one."""
        self._held(by, STRAND_PARTS[strand])
        self._looked_after(by)
        return self._after(step)

    def close(self, reason: str, *, by: Actor, at: Instant) -> "Case":
        """Nobody works on the case any more, as whoever looks after the person says; it can be read, and reopened."""
        self._open_and_held(by)
        self._looked_after(by)
        return self._after(
            CaseClosed(case=self.id, at=at, by=by.account, reason=reason), status=Status.CLOSED, close_reason=reason
        )

    def reopen(self, *, by: Actor, at: Instant, pseudonym: Pseudonym | None = None) -> "Case":
        """The case is open again with the organisations that were responsible when it closed.

        It goes by a new pseudonym if another open case has its old one by now.
        """
        if self.status is Status.OPEN:
            raise CaseIsOpen
        self._looked_after(by)
        event = CaseReopened(case=self.id, at=at, by=by.account)
        name = pseudonym or self.pseudonym
        return self._after(event, status=Status.OPEN, close_reason=None, pseudonym=name)

    def renew_keys(self, keyset: int, *, by: Actor, at: Instant) -> "Case":
        """What the actor's holder has of the case is under new data keys, wrapped by that version of its keyset.

        Of a closed case too: what is closed can be read, and is to be kept as well.
        """
        self._held(by)
        parts = self.holdings.parts_of(by.holder)
        event = CaseKeysRenewed(
            case=self.id, at=at, by=by.account, holder=by.holder, keyset=keyset, parts=frozenset(parts)
        )
        return self._after(event)

    def check_erasing(self, by: Actor) -> None:
        """A closed case that the actor's holder has; refused otherwise."""
        if self.status is Status.OPEN:
            raise NotClosed
        self._held(by)

    def begin_strand(
        self, strand: Strand, reason: BeginReason | None, *, holder: Holder, by: Actor, at: Instant
    ) -> "Case":
        """The actor's own holder, which leads the one strand of the case, leads the other too from this instant."""
        self.check_beginning(strand, holder, by)
        if strand is Strand.INVESTIGATION and reason is None:
            raise AgreementUnknown
        event = StrandBegun(case=self.id, at=at, by=by.account, strand=strand, holder=holder.code, reason=reason)
        return self._after(
            event,
            holdings=self.holdings.passed({strand}, to=holder.code, at=at, via=None),
            workers={**self.workers, strand: by.account},
        )

    def check_beginning(self, strand: Strand, holder: Holder, by: Actor) -> None:
        """An open case that lacks the strand, led by the actor's own holder, which could lead it; refused otherwise."""
        if self.status is Status.CLOSED:
            raise CaseIsClosed
        if holder.code != by.holder or not self.holdings.led_by(by.holder):
            raise NotHeld
        if strand not in self.holdings.lacking:
            raise StrandExists
        _may_lead(holder, frozenset({strand}))

    def hand_off(self, transfer: Transfer, *, to: Holder, worker: AccountId, by: Actor, at: Instant) -> "Case":
        """The receiving holder is responsible for the offered strands from this instant."""
        self._accepted(transfer, to, by)
        holdings = self.holdings.passed(transfer.strands, to=to.code, at=at, via=transfer.id)
        moved = self.holdings.moved_parts(holdings)
        event = HandedOff(
            case=self.id,
            transfer=transfer.id,
            at=at,
            by=by.account,
            strands=frozenset(transfer.strands),
            from_holder=transfer.from_holder,
            to_holder=to.code,
            parts=frozenset(moved),
            worker=worker,
        )
        return self._after(
            event,
            holdings=holdings,
            workers={**self.workers, **dict.fromkeys(sorted(transfer.strands), worker)},
            nation=to.nation if Part.SAFE_ADDRESS in moved else self.nation,
        )

    def check_offer(self, strands: frozenset[Strand], to: Holder, by: Actor) -> None:
        """An open case, and what the actor's holder can offer, to a holder that could lead it; refused otherwise."""
        self._open_and_held(by)
        if not strands <= self.offerable_by(by.holder):
            raise NotHeld
        _may_lead(to, strands)

    def beginnable_by(self, holder: Holder) -> frozenset[Strand]:
        """What the holder may begin for itself: the strand that a case of its own lacks, if it could lead that."""
        if not self.holdings.led_by(holder.code):
            return frozenset()
        return frozenset(strand for strand in self.holdings.lacking if _can_lead(holder, strand))

    def offerable_by(self, holder: HolderCode) -> frozenset[Strand]:
        """What the holder may offer: the strands that it leads, and the investigation of a case that has none yet."""
        led = self.holdings.led_by(holder)
        if Strand.SUPPORT in led and self.holdings.lead(Strand.INVESTIGATION) is None:
            return led | {Strand.INVESTIGATION}
        return led

    def _recorded(self, event: Event, entry: Recorded) -> "Case":
        """Considering the person's age decides which rules of age apply; with that open again, the age is in doubt."""
        records, age_group = (*self.records, entry), self.age_group
        if entry.code == AGE_CONSIDERED and entry.state in (RecordState.MET, RecordState.REOPENED):
            age_group = AGES.get(_last_outcome(records, AGE_CONSIDERED), AgeGroup.IN_DOUBT)
        return self._after(event, records=records, age_group=age_group)

    def _accepted(self, transfer: Transfer, to: Holder, by: Actor) -> None:
        """An open case, and an accepted offer of it, to the actor's holder, by one that still has what it offered."""
        if self.status is Status.CLOSED:
            raise CaseIsClosed
        if (transfer.case, transfer.to_holder, transfer.state) != (self.id, to.code, TransferState.ACCEPTED):
            raise NotAccepted
        if by.holder != to.code:
            raise OwnOffer
        if self.holdings.came_by(transfer.id):
            raise NoPendingTransfer
        if not transfer.strands:
            raise NoStrand
        if not transfer.strands <= self.offerable_by(transfer.from_holder):
            raise NoLongerHeld
        _may_lead(to, transfer.strands)

    def _open_and_held(self, by: Actor, part: Part | None = None) -> None:
        if self.status is Status.CLOSED:
            raise CaseIsClosed
        self._held(by, part)

    def _looked_after(self, by: Actor) -> None:
        """The actor's holder looks after the person: no other ends, or begins again, what is done for them."""
        if by.holder != self.holdings.looks_after:
            raise NotHeld

    def _held(self, by: Actor, part: Part | None = None) -> None:
        parts = self.holdings.parts_of(by.holder)
        if not parts or (part is not None and part not in parts):
            raise NotHeld

    def _after(self, event: Event, **changes: Any) -> "Case":  # noqa: ANN401 - the fields of a Case, as `replace` takes them
        """The only way a case changes: no change without its event."""
        return replace(self, version=self.version + 1, events=(*self.events, event), **changes)


def _last_outcome(records: Iterable[Recorded], code: str) -> str | None:
    """What the milestone was last met with: what was reopened does not count, nor the order of writing down."""
    standing = in_effect(entry for entry in records if entry.code == code)
    return next((entry.outcome for entry in reversed(standing) if entry.state is RecordState.MET), None)


def _may_lead(holder: Holder, strands: frozenset[Strand]) -> None:
    if not all(_can_lead(holder, strand) for strand in strands):
        raise StrandNeedsForce


def _can_lead(holder: Holder, strand: Strand) -> bool:
    return strand is not Strand.INVESTIGATION or holder.kind.is_police
