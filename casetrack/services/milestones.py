"""Milestones: listed as they stand, recorded, and reopened with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.catalogue import MilestoneRule, Side
from casetrack.domain.errors import ReasonNeeded
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import Instant
from casetrack.domain.milestone_refusals import (
    UnknownMilestone,
    check_record,
    check_reopening,
    check_strand,
    recordable,
)
from casetrack.domain.progress import Row
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Reference
from casetrack.services.fields import NOTES
from casetrack.services.offers import transfers_of
from casetrack.services.outlook import milestones_of, seen_by
from casetrack.services.sealing import open_rows, rows_of, seal_fields
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Milestones:
    """A case's milestones as they stand, and the notes on them that the actor may read, by record."""

    case: Case
    rows: tuple[Row, ...]
    notes: Mapping[UUID, str]


@dataclass(frozen=True, kw_only=True)
class NewRecord:
    """What somebody records of a milestone or a dated fact."""

    code: str
    state: RecordState
    outcome: str | None
    at: Instant
    note: str = ""


def list_milestones(work: UnitOfWork, reference: Reference) -> Milestones:
    """Every milestone that the workers of the actor's strands see, as it stands now."""
    case = work.open(reference, to=Action.MILESTONE_LIST)
    notes, transfers, strands = look_at_milestones(work, case), transfers_of(work, case), strands_seen(work, case)
    every = milestones_of(case, work.deployment, work.now, transfers=transfers, strands=strands)
    return Milestones(case, seen_by(every, strands), notes)


def look_at_milestones(work: UnitOfWork, case: Case) -> Mapping[UUID, str]:
    """The notes on the milestones of a case that was opened, which the actor may read, by record. Journalled here."""
    sealed = rows_of(work, case, NOTES.values() if access.may(work.actor, Action.NOTE_LIST) else ())
    work.look(case, Action.MILESTONE_LIST, sealed)
    return {row.subject: str(note) for row, note in zip(sealed, open_rows(work, case, sealed), strict=True)}


def record_milestone(work: UnitOfWork, reference: Reference, new: NewRecord, *, seen: int | None) -> Case:
    """The milestone or the fact is on the record, with its note sealed beside it."""
    case = work.open(reference, to=Action.MILESTONE_RECORD, seen=seen)
    about = recordable(work.deployment.facts.catalogue, new.code)
    _check_visible(work, case, new.code)
    is_milestone = isinstance(about, MilestoneRule)
    state = new.state if is_milestone else RecordState.FACT
    check_record(about, new.outcome, new.at, work.now, state)
    entry = Recorded(new.code, state, new.outcome, new.at, work.now, work.deployment.chance.uuid())
    if new.note:
        check_words(work, case, Action.MILESTONE_RECORD, new.note)
        seal_fields(work, case, {NOTES[_author_strand(work, case)]: new.note}, subject=entry.id)
    return work.save(case.record(entry, by=work.actor))


def reopen_milestone(work: UnitOfWork, reference: Reference, code: str, *, seen: int | None) -> Case:
    """The milestone is open again, for the reason that is this unit of work's purpose."""
    case = work.open(reference, to=Action.MILESTONE_REOPEN, seen=seen)
    if not work.purpose.words.strip():
        raise ReasonNeeded
    _check_visible(work, case, code)
    check_reopening(code, case.records)
    check_words(work, case, Action.MILESTONE_REOPEN)
    return work.save(case.reopen_milestone(code, id=work.deployment.chance.uuid(), by=work.actor, at=work.now))


def check_ours(work: UnitOfWork, case: Case, code: str) -> None:
    """The milestone, if the actor's strand sees it, is one that the actor's organisation records."""
    if code not in hidden_codes(work, case):
        check_strand(recordable(work.deployment.facts.catalogue, code), strands_seen(work, case))


def strands_seen(work: UnitOfWork, case: Case) -> frozenset[Strand]:
    """The strands whose milestones the actor's holder sees: those whose part it holds."""
    parts = case.holdings.parts_of(work.actor.holder)
    return frozenset(strand for strand in Strand if Part(strand.value) in parts)


def hidden_codes(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The milestones that only the workers of a strand see which the actor's holder does not have."""
    sides = {Side.BOTH, *(Side(strand) for strand in strands_seen(work, case))}
    rules = work.deployment.facts.catalogue.rules
    return frozenset(code for code, rule in rules.items() if rule.visible_to not in sides)


def _author_strand(work: UnitOfWork, case: Case) -> Strand:
    """A note belongs to the author's strand: nobody else's keys open it."""
    return Strand.SUPPORT if Strand.SUPPORT in strands_seen(work, case) else Strand.INVESTIGATION


def _check_visible(work: UnitOfWork, case: Case, code: str) -> None:
    """What the actor's strand does not see does not exist for it; what it sees of another's is that one's to record."""
    if code in hidden_codes(work, case):
        raise UnknownMilestone(code=code)
    check_ours(work, case, code)
