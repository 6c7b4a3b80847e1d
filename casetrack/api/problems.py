"""Refusals as problems (RFC 9457): a stable type, a title, the sentence of the refusal, and nothing about a person."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, json, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from casetrack.domain.errors import CasetrackError, NotFound, Stale
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.http.errors import status_of
from casetrack.http.work import begin
from casetrack.schemas.shown import ChangeShown
from casetrack.services.history import changes_since

PROBLEM: Final = "application/problem+json"
TYPES: Final = "/problems/"
BODY: Final = "json"

KINDS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("bad-request", N_("casetrack could not read the request. Check that it is JSON.")),
    HTTPStatus.UNAUTHORIZED: ("token-needed", N_("Send a token that has not ended: Authorization: Bearer …")),
    HTTPStatus.FORBIDDEN: ("not-allowed", N_("This cannot be asked from here.")),
    HTTPStatus.NOT_FOUND: ("not-found", NotFound.sentence),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", N_("This cannot be done to that. See the Allow header.")),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("too-large", N_("The request is too large.")),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("json-only", N_("Send JSON, as Content-Type: application/json.")),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("not-valid", N_("Something that was sent does not fit. See errors.")),
    HTTPStatus.PRECONDITION_REQUIRED: (
        "version-needed",
        N_('Send the version that you were looking at, from its ETag: If-Match: "17".'),
    ),
    HTTPStatus.PRECONDITION_FAILED: ("stale", Stale.sentence),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("fault", N_("Something went wrong in casetrack. Nothing was changed.")),
}
"""What HTTP itself refuses: the kind of problem, and what to do."""


def refused(refusal: CasetrackError) -> Response:
    """The refusal of a rule, as a problem. A change that would go over somebody else's says what they changed."""
    status, more = status_of(refusal), {}
    if isinstance(refusal, Stale):
        status = HTTPStatus.PRECONDITION_FAILED if "If-Match" in request.headers else HTTPStatus.CONFLICT
        more = {"changes": _changes()}
    return _problem(status, _kind(type(refusal).__name__), gettext(refusal.sentence), **more)


def failed(error: HTTPException) -> Response:
    """What HTTP refuses, as a problem; of a body or a query, each thing that does not fit."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    kind, sentence = KINDS.get(status) or (_kind(error.name), error.name)
    said = getattr(error, "data", None) or {}
    more = {"errors": list(_errors(said["messages"]))} if "messages" in said else {}
    answer = _problem(status, kind, gettext(sentence), **more)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _challenge()
    return answer


def _problem(status: int, kind: str, detail: str, **more: Any) -> Response:  # noqa: ANN401 - JSON is of any type
    title = kind.replace("-", " ").capitalize()
    body = {"type": TYPES + kind, "title": title, "status": int(status), "detail": detail, **more}
    return Response(json.dumps(body), status=status, mimetype=PROBLEM)


def _kind(name: str) -> str:
    """`OfferOpen` is `offer-open`."""
    return re.sub(r"[\s_]+|(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _challenge() -> str:
    """RFC 6750, section 3: a token that was sent and does not open anything is said to be invalid."""
    return 'Bearer error="invalid_token"' if "Authorization" in request.headers else "Bearer"


def _errors(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Each sentence, with a JSON pointer into the body (RFC 6901) or the name of the parameter that it is about."""
    for location, found in messages.items():
        for path, sentence in _sentences(found):
            where = {"pointer": "".join(f"/{_escaped(step)}" for step in path)}
            if location != BODY:
                where = {"parameter": path[0] if path else location}
            yield where | {"detail": gettext(sentence)}


def _sentences(said: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401 - as deep as the schema is
    if isinstance(said, Mapping):
        for step, more in said.items():
            yield from _sentences(more, *path, *(() if step == "_schema" else (str(step),)))
    else:
        for sentence in [said] if isinstance(said, str) else said:
            yield path, sentence


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _changes() -> list[dict[str, Any]]:
    """What others changed on the case since the version in If-Match: its history was looked at, and is journalled so.

    Somebody whose organisation passed the case on since then may not look, and is told nothing of it.
    """
    reference: Reference | None = (request.view_args or {}).get("reference")
    seen = next((tag for tag in request.if_match.as_set() if tag.isdecimal()), None)
    if reference is None or seen is None:
        return []
    with contextlib.suppress(CasetrackError), begin() as work:
        shown: list[dict[str, Any]] = ChangeShown(many=True).dump(changes_since(work, reference, int(seen)).made)
        return shown
    return []
