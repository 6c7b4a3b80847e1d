"""The pages of notes: those of a case, one that is closed until it is asked for, and one more written or corrected."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import NoteId
from casetrack.domain.notes import NoteKind
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.notes import ComposeNote, ListNotes
from casetrack.services.cases import Overview, overview_of, prepare
from casetrack.services.drafts import discard_draft, keep_draft, open_draft
from casetrack.services.history import changed_meanwhile
from casetrack.services.journal import CASEWORK
from casetrack.services.milestones import strands_seen
from casetrack.services.notes import NewNote, NoteQuery, list_notes, open_note, write_note
from casetrack.services.repeats import Answered, done_before, remember_answer, request_digest
from casetrack.services.work import UnitOfWork
from casetrack.web.around import around, done
from casetrack.web.forms import Form, new_name, read, submitted
from casetrack.web.words import STRANDS

pages = Blueprint("notes", __name__)

AT: Final = "/cases/<reference:reference>/notes"
KINDS: Final[Mapping[NoteKind, str]] = {
    NoteKind.FACT: N_("Fact"),
    NoteKind.ACCOUNT: N_("The person\N{RIGHT SINGLE QUOTATION MARK}s account"),
    NoteKind.ASSESSMENT: N_("Assessment"),
}
LEFT_OUT: Final = frozenset({"keep", "later"})
"""What is asked again."""
USUAL: Final[Mapping[str, Any]] = ListNotes().load({})
"""What is asked for by an address that asks for nothing."""


@pages.route(AT, endpoint="list")
@serves(Action.NOTE_LIST)
def show_list(reference: Reference) -> ResponseReturnValue:
    """The notes of the strands that one's organisation has, the newest first."""
    asked = _asked()
    with begin() as work:
        found = list_notes(work, reference, NoteQuery(**asked))
        overview = overview_of(work, found.case)
        strands = strands_seen(work, found.case)

    def link(**changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        said = {**asked, "page": 1, **changes}
        return url_for("notes.list", reference=reference, **{key: said[key] for key in said if said[key] != USUAL[key]})

    return render_template(
        "notes/list.html",
        **around(overview),
        page=found.page,
        names=found.names,
        holders=house().deployment.holders,
        kinds=_kinds(),
        several=len(strands) > 1,
        values={name: code for name, code in asked.items() if code},
        chosen=_chosen(asked, link),
        link=link,
    )


@pages.route(f"{AT}/write", methods=["GET", "POST"])
@serves(Action.NOTE_WRITE)
@leaves(GET=[Action.CASE_VIEW], POST=[Action.NOTE_WRITE, may(Action.NOTE_WRITE)])
def write(reference: Reference) -> ResponseReturnValue:
    """Write a note."""
    return _composed(reference, None)


@pages.route(f"{AT}/<uuid:note>/correct", methods=["GET", "POST"])
@serves(Action.NOTE_WRITE)
@leaves(GET=[Action.CASE_VIEW, may(Action.NOTE_OPEN)], POST=[Action.NOTE_WRITE, may(Action.NOTE_WRITE)])
def correct(reference: Reference, note: UUID) -> ResponseReturnValue:
    """Write another wording of a note, which takes its place; the one before stays to be read."""
    return _composed(reference, NoteId(note))


@pages.route(f"{AT}/<uuid:note>/<int:version>", endpoint="open")
@serves(Action.NOTE_OPEN)
def show(reference: Reference, note: UUID, version: int) -> ResponseReturnValue:
    """One wording of a note, which was closed until now."""
    with begin() as work:
        case, found, name = open_note(work, reference, NoteId(note), version)
        overview = overview_of(work, case)
    given = around(overview) | {"note": found, "names": {found.by: name} if name else {}, "kinds": _kinds()}
    return render_template("notes/open.html", **given, holders=house().deployment.holders)


def _composed(reference: Reference, corrects: NoteId | None) -> ResponseReturnValue:
    """The page on which a note is written: kept, kept as a draft, or shown again.

    Whatever comes of it, what was written is a draft first, for whoever leaves the page to record some of it elsewhere.
    """
    form, draft = submitted(ComposeNote()), _draft(reference, corrects)
    if request.method == "POST":
        with begin() as work:
            work.open(reference, to=Action.NOTE_WRITE, lock=False)
            keep_draft(work, draft, {name: value for name, value in form.values.items() if name not in LEFT_OUT})
    if form.values.get("later"):
        flash(gettext("What you wrote waits here as a draft that nobody else can read."))
        return redirect(url_for("notes.list", reference=reference), HTTPStatus.SEE_OTHER)
    if form.said is not None:
        return _written(reference, form, corrects)
    with begin() as work:
        overview = prepare(work, reference, Action.NOTE_WRITE)
        strands = strands_seen(work, overview.case)
        form = form.beginning(open_draft(work, draft) or _start(work, overview, corrects))
    given = {
        "kinds": _kinds(),
        "strands": sorted(strands),
        "corrects": corrects,
        "path": request.path,
        "single": new_name(),
    }
    return render_template("notes/write.html", **around(overview), **form.given, **given), form.status


def _written(reference: Reference, form: Form, corrects: NoteId | None) -> ResponseReturnValue:
    said = form.said or {}
    new = NewNote(strand=said["strand"], kind=said["kind"], sensitivity=said["sensitivity"], words=said["words"])
    asked, notice = request_digest(request.path, vars(new)), ""
    with begin(replace(CASEWORK, keeping=said["keep"])) as work:
        if not done_before(work, form.single, lambda: asked):
            case, note = write_note(work, reference, new, seen=form.seen, corrects=corrects)
            remember_answer(work, form.single, Answered(asked, str(note)))
            sentence = gettext("The note is corrected.") if corrects else gettext("The note is kept.")
            notice = done(sentence, changed_meanwhile(work, case))
        discard_draft(work, _draft(reference, corrects))
    flash(notice or gettext("The note was kept already, and is kept once."))
    return redirect(url_for("notes.list", reference=reference), HTTPStatus.SEE_OTHER)


def _start(work: UnitOfWork, overview: Overview, corrects: NoteId | None) -> dict[str, Any]:
    """What the page begins with: of a correction, the wording that it is to take the place of."""
    if corrects is None:
        return {"sensitivity": "ordinary"}
    _, note, _ = open_note(work, overview.case.reference, corrects)
    return {"strand": note.strand, "kind": note.kind, "sensitivity": note.sensitivity, "words": note.words}


def _draft(reference: Reference, corrects: NoteId | None) -> str:
    """Each case has a draft of its own, and so has each note that is corrected."""
    return f"note:{reference}:{corrects}" if corrects else f"note:{reference}"


def _asked() -> dict[str, Any]:
    """Which notes the address asks for; all of them, if it asks for what there is not."""
    try:
        asked = read(ListNotes(), {key: value for key, value in request.args.items() if value})
    except ValidationError:
        return dict(USUAL)
    return {**asked, "page": max(1, asked["page"])}


def _chosen(asked: Mapping[str, Any], link: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a function with names of its own
    """Each filter in force, with the address of the list without it."""
    said = {"kind": _kinds().get(asked["kind"]), "strand": _strand(asked["strand"])}
    return [(words, link(**{name: None})) for name, words in said.items() if words]


def _strand(strand: Strand | None) -> str:
    return gettext(STRANDS[strand]).capitalize() if strand else ""


def _kinds() -> dict[Any, str]:
    return {kind: gettext(words) for kind, words in KINDS.items()}
