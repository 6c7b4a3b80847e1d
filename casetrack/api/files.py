"""Files of a case: attached here, as they come; given out to people who sign in, and never to a token."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Response, request, url_for

from casetrack.api import repeats
from casetrack.api.answers import case_answer, seen
from casetrack.api.calls import Calls, unfit
from casetrack.domain.actions import Action
from casetrack.domain.files import FORMS, MOST_BYTES
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.http.uploads import Fingerprinted, streamed
from casetrack.http.work import begin
from casetrack.schemas.files import AttachFile
from casetrack.schemas.shown import CaseShown
from casetrack.services.files import NewFile, attach_file
from casetrack.services.repeats import request_digest
from casetrack.services.work import UnitOfWork

NAME_NEEDED: Final = N_('Say what the file is called: Content-Disposition: attachment; filename="letter.pdf".')
MEDIA_TYPES: Final = frozenset(media_type for form in FORMS.values() for media_type in form.media_types)

calls = Calls("files", __name__, "Files of a case: attached, and never given out.")


@calls.get("/cases/<reference:reference>/files", Action.FILE_LIST, shows=CaseShown)
def list_(reference: Reference) -> Response:
    """Ask which files a case has. A token is refused (403): it has no step-up yet, and what they are is sealed."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.FILE_LIST))


@calls.get("/cases/<reference:reference>/files/<uuid:file>", Action.FILE_OPEN, shows=CaseShown)
def open_(reference: Reference, file: UUID) -> Response:  # noqa: ARG001 - refused whichever file it is
    """Ask for a file. A token is refused (403): it has no step-up yet."""
    with begin() as work:
        return case_answer(work, work.open(reference, to=Action.FILE_OPEN))


@calls.take(
    "/cases/<reference:reference>/files",
    Action.FILE_ATTACH,
    shows=CaseShown,
    asks=AttachFile,
    media_types=MEDIA_TYPES,
    most=MOST_BYTES,
)
def attach(asked: Mapping[str, Any], reference: Reference) -> Response:
    """Attach a file, the whole of the body, which is sealed as it comes."""
    version, key, upload = seen(), repeats.key(), streamed()
    if not upload.name:
        unfit("Content-Disposition", NAME_NEEDED)
    pieces = Fingerprinted(upload)
    new = NewFile(strand=asked["strand"], name=upload.name, declared=upload.declared, pieces=iter(pieces))

    def attached(work: UnitOfWork) -> Response:
        case, card = attach_file(work, reference, new, seen=version)
        made = case_answer(work, case, HTTPStatus.CREATED)
        made.headers["Location"] = url_for("api.files.open", reference=reference, file=card.id)
        return made

    def said() -> str:
        return request_digest(request.path, new.strand, upload.name, upload.declared, pieces.digest())

    with begin() as work:
        return repeats.once(work, key, lambda: attached(work), asked=said)
