"""An evidence bundle as an answer, from a page and to a program alike: nothing of it leaves before it is on the log."""

from contextlib import ExitStack, closing
from http import HTTPStatus
from typing import Final

from flask import Response, abort

from casetrack.audit import export as form
from casetrack.http.house import house, keep_in_time
from casetrack.http.work import begin
from casetrack.services.bundles import BundleAsked, make_bundle, note_bundle, prepare_bundle
from casetrack.services.journal import Purpose

ZIP: Final = "application/zip"


def given_out(asked: BundleAsked) -> Response:
    """The bundle, as a download: it is whole, was found to hold, and its event is kept before the first byte leaves."""
    place, purpose = house(), Purpose(asked.use.value)
    with begin(purpose) as work:
        extract, maker = prepare_bundle(work, asked)
    giving = place.giving
    if giving is None:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    with ExitStack() as undone:
        pack = undone.enter_context(closing(giving.pack()))
        examined = make_bundle(giving, pack, asked, extract, maker, keep_in_time)
        checkpoint = (pack.read(form.CHECKPOINT) or b"").decode()
        with begin(purpose) as work:
            note_bundle(work, asked, extract, examined, pack)
            # Within the transaction: the log must not say of what could not be promised that it was given out.
            place.promise(checkpoint)
        size = pack.finish()
        answer = Response(pack.pieces(), mimetype=ZIP)
        answer.call_on_close(undone.pop_all().close)
    answer.content_length = size
    name = f"evidence-{examined.checkpoint.size}.zip"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
