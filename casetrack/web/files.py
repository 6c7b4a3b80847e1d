"""The pages of files: which a case has, one more attached, and one given out, once that is on the journal."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext

from casetrack.domain.actions import Action
from casetrack.domain.files import FORMS, MOST_BYTES, FileKind
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import FileId
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.http.identity import current_actor, leaves, serves
from casetrack.http.uploads import Fingerprinted, Upload, takes_file, uploaded
from casetrack.http.work import begin
from casetrack.schemas.files import AttachFile
from casetrack.services.cases import overview_of, prepare
from casetrack.services.files import NewFile, OpenedFile, attach_file, list_files, open_file, read_file
from casetrack.services.history import changed_meanwhile
from casetrack.services.repeats import Answered, done_before, remember_answer, request_digest
from casetrack.web.around import around, done
from casetrack.web.forms import Form, new_name, submitted

pages = Blueprint("files", __name__)

AT: Final = "/cases/<reference:reference>/files"
KINDS: Final[Mapping[FileKind, str]] = {
    FileKind.PDF: N_("PDF"),
    FileKind.JPEG: N_("Picture (JPEG)"),
    FileKind.PNG: N_("Picture (PNG)"),
    FileKind.TEXT: N_("Text"),
    FileKind.MP3: N_("Sound (MP3)"),
    FileKind.MP4: N_("Film or sound (MP4)"),
    FileKind.OGG: N_("Sound (OGG)"),
}
ENDINGS: Final = ",".join(sorted(f".{each}" for form in FORMS.values() for each in form.extensions))
"""What a browser offers first when it asks for a file."""
KILO: Final = 1024
APART: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""Whatever a browser makes of a file, it does it in a place that has nothing to do with this one."""


@pages.route(AT)
@serves(Action.FILE_LIST)
def list(reference: Reference) -> ResponseReturnValue:  # noqa: A001 - the verb of the action, as the other pages have it
    """The files of the strands that one's organisation has."""
    with begin() as work:
        found = list_files(work, reference)
        overview = overview_of(work, found.case)
    rows = [(card, gettext(KINDS[card.kind]), size_words(card.seal.size)) for card in found.cards]
    return render_template("files/list.html", **around(overview), rows=rows, names=found.names)


@pages.route(f"{AT}/attach", methods=["GET", "POST"])
@serves(Action.FILE_ATTACH)
@takes_file(MOST_BYTES)
@leaves(GET=[Action.CASE_VIEW])
def attach(reference: Reference) -> ResponseReturnValue:
    """Attach a file, which is sealed as it comes."""
    form = submitted(AttachFile())
    if form.said is not None and (upload := uploaded()) is not None:
        return _attached(reference, form, form.said["strand"], upload)
    if form.said is not None:
        form = replace(form, errors={"file": gettext("Choose a file.")})
    with begin() as work:
        overview = prepare(work, reference, Action.FILE_ATTACH)
    led = sorted(overview.case.holdings.led_by(current_actor().holder))
    given = {"led": led, "endings": ENDINGS, "single": new_name()}
    return render_template("files/attach.html", **around(overview), **form.given, **given), form.status


@pages.route(f"{AT}/<uuid:file>", endpoint="open")
@serves(Action.FILE_OPEN)
def give(reference: Reference, file: UUID) -> ResponseReturnValue:
    """The file, as a download: that it was opened is kept before the first byte of it leaves."""
    with begin() as work:
        opened = open_file(work, reference, FileId(file))
    answer = Response(stream_with_context(_pieces(opened)), mimetype=opened.card.kind.media_type)
    answer.headers.set("Content-Disposition", "attachment", **_named(opened.card.name))
    answer.headers["Content-Security-Policy"] = APART
    answer.content_length = opened.card.seal.size
    return answer


def size_words(size: int) -> str:
    """A number of bytes, as people's own machines put it."""
    kilobytes = max(1, round(size / KILO))
    if kilobytes < KILO:
        return gettext("%(number)s KB", number=format_decimal(kilobytes))
    return gettext("%(number)s MB", number=format_decimal(round(size / KILO / KILO, 1)))


def _attached(reference: Reference, form: Form, strand: Strand, upload: Upload) -> ResponseReturnValue:
    pieces, notice = Fingerprinted(upload), ""
    new = NewFile(strand=strand, name=upload.name, declared=upload.declared, pieces=iter(pieces))

    def asked() -> str:
        return request_digest(request.path, strand, upload.name, upload.declared, pieces.digest())

    with begin() as work:
        if not done_before(work, form.single, asked):
            case, card = attach_file(work, reference, new, seen=form.seen)
            remember_answer(work, form.single, Answered(asked(), str(card.id)))
            notice = done(gettext("The file is attached."), changed_meanwhile(work, case))
    flash(notice or gettext("The file was attached already, and is attached once."))
    return redirect(url_for("files.list", reference=reference), HTTPStatus.SEE_OTHER)


def _named(name: str) -> dict[str, str]:
    """The name whole and, for a browser that does not read that, in the letters of ASCII (RFC 6266, appendix D)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} | ({} if plain == name else {"filename*": f"UTF-8''{quote(name, safe='')}"})


def _pieces(opened: OpenedFile) -> Iterator[bytes]:
    with begin() as work:
        yield from read_file(work, opened)
