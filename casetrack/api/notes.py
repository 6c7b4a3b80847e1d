"""Notes of a case: written and corrected here; shown to people who sign in, and never to a token."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, url_for

from casetrack.api import repeats
from casetrack.api.answers import case_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import NoteId
from casetrack.domain.references import Reference
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.notes import CorrectNote, WriteNote
from casetrack.schemas.shown import CaseShown
from casetrack.services.journal import CASEWORK
from casetrack.services.notes import NewNote, write_note
from casetrack.services.work import UnitOfWork

calls = Calls("notes", __name__, "Notes of a case: written, and never shown.")


@calls.get("/cases/<reference:reference>/notes", Action.NOTE_LIST, shows=CaseShown)
def list_(reference: Reference) -> Response:
    """Ask for the notes of a case. A token is refused (403): it has no step-up yet, and they are sealed."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.NOTE_LIST))


@calls.get("/cases/<reference:reference>/notes/<uuid:note>", Action.NOTE_OPEN, shows=CaseShown)
def open_(reference: Reference, note: UUID) -> Response:  # noqa: ARG001 - refused whichever note it is
    """Ask for a note. A token is refused (403): it has no step-up yet, and notes are sealed."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.NOTE_OPEN))


@calls.make("/cases/<reference:reference>/notes", Action.NOTE_WRITE, shows=CaseShown, reads=WriteNote)
@leaves(POST=[Action.NOTE_WRITE, may(Action.NOTE_WRITE)])
def write(said: Mapping[str, Any], reference: Reference) -> Response:
    """Write a note. Where something in it seems to belong elsewhere it is refused, unless `keep` says why it stays."""
    return _written(reference, said, said["strand"], None)


@calls.make(
    "/cases/<reference:reference>/notes/<uuid:note>/correction", Action.NOTE_WRITE, shows=CaseShown, reads=CorrectNote
)
@leaves(POST=[Action.NOTE_WRITE, may(Action.NOTE_WRITE)])
def correct(said: Mapping[str, Any], reference: Reference, note: UUID) -> Response:
    """Write another wording, which takes the place of the note; the one before stays to be read."""
    return _written(reference, said, Strand.SUPPORT, NoteId(note))


def _written(reference: Reference, said: Mapping[str, Any], strand: Strand, corrects: NoteId | None) -> Response:
    """A correction stays with the strand of what it corrects, whichever is named."""
    version, key = seen(), repeats.key()
    new = NewNote(strand=strand, kind=said["kind"], sensitivity=said["sensitivity"], words=said["words"])

    def written(work: UnitOfWork) -> Response:
        case, note = write_note(work, reference, new, seen=version, corrects=corrects)
        made = case_answer(work, case, HTTPStatus.CREATED)
        made.headers["Location"] = url_for("api.notes.open", reference=reference, note=note)
        return made

    with begin(replace(CASEWORK, keeping=said["keep"])) as work:
        return repeats.once(work, key, lambda: written(work))
