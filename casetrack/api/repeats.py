"""Requests that make something, sent under a key of the caller's own: once made, the same key has the same answer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Response, json, request

from casetrack.api.calls import KEY, LONGEST_KEY, unfit
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.services.cases import view_case
from casetrack.services.repeats import Answered, remember_answer, request_digest, take_turn
from casetrack.services.work import UnitOfWork

KEY_NEEDED: Final = N_("Send a key of your own, of 255 characters or fewer, so that the request can be sent again.")
KEY_REUSED: Final = N_("This key was sent with another request. Send a new key.")
KEPT: Final = "Location", "ETag"
"""What is kept of an answer beside its body."""


def key() -> str:
    """The caller's own name for the request (draft-ietf-httpapi-idempotency-key-header); 400 without one."""
    sent = request.headers.get(KEY, "").strip()
    if not sent or len(sent) > LONGEST_KEY:
        unfit(KEY, KEY_NEEDED, HTTPStatus.BAD_REQUEST)
    return sent


def asked_as_json() -> str:
    """The digest of this request: where it was sent, and the body."""
    return request_digest(request.path, request.get_json())


def once(
    work: UnitOfWork, key: str, make: Callable[[], Response], *, asked: Callable[[], str] = asked_as_json
) -> Response:
    """What is made, the first time; after that the answer that it had then, to whoever may look at the case still.

    422 if the key came with another request, as `asked` tells them apart once the body has been read. `StillAnswering`
    if the first is on its way for long.
    """
    before = take_turn(work, key)
    if before is None:
        made = make()
        remember_answer(work, key, Answered(asked(), _kept(made)))
        return made
    if before.request != asked():
        unfit(KEY, KEY_REUSED)
    kept = json.loads(before.answer)
    view_case(work, Reference((request.view_args or {}).get("reference") or json.loads(kept["body"])["reference"]))
    return Response(kept["body"], HTTPStatus.CREATED, kept["headers"], mimetype="application/json")


def _kept(made: Response) -> str:
    headers = {name: made.headers[name] for name in KEPT if name in made.headers}
    return json.dumps({"body": made.get_data(as_text=True), "headers": headers})
