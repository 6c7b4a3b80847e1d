"""Notes of a case: written, corrected and listed, by whoever has their strand.

All that a note says is one sealed value of the strand's part, its kind and its author with its words: nothing of it is
in clear but which strand it lies with, and which change of the case brought it. It goes where the strand goes.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, NotFound
from casetrack.domain.events import NoteOpened
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode, NoteId
from casetrack.domain.notes import Note, NoteKind, Sensitivity
from casetrack.domain.references import Reference
from casetrack.services.fields import ENTRIES
from casetrack.services.lists import Page
from casetrack.services.ports import SealedValue
from casetrack.services.sealing import open_rows, rows_of, seal_fields
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork

Each = TypeVar("Each")

OF_A_PAGE: Final = 50
STRANDS: Final = {field.label: strand for strand, field in ENTRIES.items()}


@dataclass(frozen=True, kw_only=True)
class NewNote:
    """What somebody writes."""

    strand: Strand
    kind: NoteKind
    sensitivity: Sensitivity
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NoteQuery:
    """Which notes of a case; every kind of either strand if nobody says."""

    strand: Strand | None = None
    kind: NoteKind | None = None
    page: int = 1


@dataclass(frozen=True)
class Notes:
    """Some notes of a case, the newest first, and what colleagues call those who wrote them.

    The words of a note that is closed until it is asked for are left out.
    """

    case: Case
    page: Page[Note]
    names: Mapping[AccountId, str]


def write_note(
    work: UnitOfWork, reference: Reference, new: NewNote, *, seen: int | None, corrects: NoteId | None = None
) -> tuple[Case, NoteId]:
    """The note lies with the strand, sealed; or it stands from now on in the place of the one that it corrects.

    `NotFound` of a note to correct that is not there. It stays with the strand that it lay with.
    """
    case = work.open(reference, to=Action.NOTE_WRITE, seen=seen)
    before = _standing(rows_of(work, case, ENTRIES.values()), corrects) if corrects else None
    strand = STRANDS[before.label] if before else new.strand
    note = corrects or NoteId(work.deployment.chance.uuid())
    version = before.version if before else None
    written = case.write_note(note, strand, corrects=version, by=work.actor, at=work.now)
    check_words(work, case, Action.NOTE_WRITE, new.words)
    seal_fields(work, case, {ENTRIES[strand]: _said(work, new)}, subject=note)
    return work.save(written), note


def list_notes(work: UnitOfWork, reference: Reference, query: NoteQuery) -> Notes:
    """One page of the notes of the strands that the actor's holder has; no more are opened than it takes to find it."""
    case = work.open(reference, to=Action.NOTE_LIST)
    every = rows_of(work, case, [ENTRIES[strand] for strand in Strand if query.strand in (None, strand)], past=True)
    newest = sorted(every, key=lambda row: -row.version)
    asked = _page(newest, query.page)
    wanted = newest if query.kind else asked.items
    work.look(case, Action.NOTE_LIST, wanted)
    notes = [note for note in _opened(work, case, wanted, every) if query.kind in (None, note.kind)]
    page = _page(notes, query.page) if query.kind else Page(tuple(notes), asked.number, asked.total, OF_A_PAGE)
    shown = tuple(replace(note, words="") if note.is_closed else note for note in page.items)
    return Notes(case, replace(page, items=shown), work.stores.accounts.names({note.by for note in shown}))


def open_note(
    work: UnitOfWork, reference: Reference, note: NoteId, version: int | None = None
) -> tuple[Case, Note, str]:
    """One wording of a note, with what colleagues call its author, after the showing of it is on the journal.

    The one that stands, if none is named. `NotFound` of one that is not there, or lies with a strand that the actor's
    holder does not have.
    """
    case = work.open(reference, to=Action.NOTE_OPEN, lock=False)
    every = rows_of(work, case, ENTRIES.values(), past=True)
    wordings = [row for row in every if row.subject == note]
    wanted = [row for row in wordings if (row.superseded is None if version is None else row.version == version)]
    if not wanted:
        raise NotFound
    labels = tuple(row.label.column for row in wanted)
    shown = NoteOpened(
        at=work.now, by=work.actor.account, case=case.id, note=note, version=wanted[0].version, labels=labels
    )
    work.note(shown, about=case)
    (found,) = _opened(work, case, wanted, every)
    return case, found, work.stores.accounts.names({found.by}).get(found.by, "")


def standing_notes(work: UnitOfWork, case: Case, strands: Iterable[Strand]) -> list[Note]:
    """Every note that stands of those strands, of a case that was opened for that, the oldest first."""
    rows = sorted(rows_of(work, case, [ENTRIES[strand] for strand in strands]), key=lambda row: row.version)
    return _opened(work, case, rows, rows)


def _page(every: Sequence[Each], asked: int) -> Page[Each]:
    """That page of them, or the last that there is."""
    number = min(asked, max(1, -(-len(every) // OF_A_PAGE)))
    return Page(tuple(every[OF_A_PAGE * (number - 1) : OF_A_PAGE * number]), number, len(every), OF_A_PAGE)


def _standing(rows: Iterable[SealedValue], note: NoteId) -> SealedValue:
    found = next((row for row in rows if row.subject == note), None)
    if found is None:
        raise NotFound
    return found


def _opened(work: UnitOfWork, case: Case, wanted: Sequence[SealedValue], every: Iterable[SealedValue]) -> list[Note]:
    """What those rows say; `every` row of the notes tells which wording stands in the place of which."""
    corrected = {(row.subject, row.superseded): row.version for row in every if row.superseded}
    return [
        _note(row, said, corrected.get((row.subject, row.version)))
        for row, said in zip(wanted, open_rows(work, case, wanted), strict=True)
    ]


def _said(work: UnitOfWork, new: NewNote) -> dict[str, Value]:
    return {
        "kind": new.kind.value,
        "sensitivity": new.sensitivity.value,
        "words": new.words,
        "at": work.now.isoformat(),
        "by": str(work.actor.account),
        "holder": work.actor.holder,
    }


def _note(row: SealedValue, said: Value, corrects: int | None) -> Note:
    # Whoever has the keys may seal anything. An error of reading it would quote it: ours is raised outside its reach.
    if isinstance(said, dict):
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            return Note(
                id=NoteId(row.subject),
                version=row.version,
                strand=STRANDS[row.label],
                kind=NoteKind(said["kind"]),
                sensitivity=Sensitivity(said["sensitivity"]),
                words=str(said["words"]),
                at=datetime.fromisoformat(said["at"]),
                by=AccountId(UUID(said["by"])),
                holder=HolderCode(str(said["holder"])),
                corrects=corrects,
                corrected_by=row.superseded,
            )
    raise IntegrityBroken
