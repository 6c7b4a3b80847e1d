"""Refusals as problems (RFC 9457): a stable type, a title, the sentence of the refusal, and nothing about a person."""

import contextlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, json, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from casetrack.domain.errors import CasetrackError, Stale
from casetrack.domain.references import Reference
from casetrack.http.errors import headers_of, status_of
from casetrack.http.problems import BY_STATUS, TYPES, kind_of, title_of
from casetrack.http.work import begin
from casetrack.schemas.fields import whole_number
from casetrack.schemas.shown import ChangeShown
from casetrack.services.history import changes_since

PROBLEM: Final = "application/problem+json"
ABOUT_BLANK: Final = "about:blank"
"""The type of a problem of which nothing more can be said than its status (RFC 9457, section 4.2.1)."""
BODY: Final = "json"


def refused(refusal: CasetrackError) -> Response:
    """The refusal of a rule, as a problem. A change that would go over somebody else's says what they changed."""
    status, more = status_of(refusal), {}
    if isinstance(refusal, Stale):
        status = HTTPStatus.PRECONDITION_FAILED if "If-Match" in request.headers else HTTPStatus.CONFLICT
        more = {"changes": _changes()}
    answer = _problem(status, kind_of(type(refusal)), gettext(refusal.sentence, **refusal.facts), **more)
    answer.headers.update(headers_of(refusal))
    return answer


def failed(error: HTTPException) -> Response:
    """What HTTP refuses, as a problem; of a body or a query, each thing that does not fit."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    kind, sentence = BY_STATUS.get(status) or ("", error.name)
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
    known = {"type": TYPES + kind, "title": title_of(kind)} if kind else {"type": ABOUT_BLANK, "title": detail}
    body = {**known, "status": int(status), "detail": detail, **more}
    return Response(json.dumps(body), status=status, mimetype=PROBLEM)


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
    seen = next((number for tag in request.if_match.as_set() if (number := whole_number(tag)) is not None), None)
    if reference is None or seen is None:
        return []
    with contextlib.suppress(CasetrackError), begin() as work:
        shown: list[dict[str, Any]] = ChangeShown(many=True).dump(changes_since(work, reference, seen).made)
        return shown
    return []
