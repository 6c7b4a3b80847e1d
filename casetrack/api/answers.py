"""How answers are made: with the version that was shown as their ETag, and links to the other pages of a list."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, request, url_for
from marshmallow import Schema

from casetrack.domain.case import Case
from casetrack.domain.stub import Stub
from casetrack.schemas.fields import whole_number
from casetrack.schemas.shown import OF_A_STUB, CaseShown
from casetrack.services.cases import permitted_now
from casetrack.services.lists import Page
from casetrack.services.work import UnitOfWork


def seen() -> int:
    """The version that the caller was looking at, from If-Match; 428 without one (RFC 6585, section 3).

    The tag names a version of the whole case. It is current (RFC 9110, section 13.1.1) for a part of the case as long
    as nobody has changed that part since, so that two people who work on different things both succeed. `*` names no
    version, and is refused like none.
    """
    tags = request.if_match
    if tags.star_tag or not tags:
        abort(HTTPStatus.PRECONDITION_REQUIRED)
    versions = [version for tag in tags.as_set() if (version := whole_number(tag)) is not None]
    if not versions:
        abort(HTTPStatus.PRECONDITION_FAILED)
    return max(versions)


def answer(
    schema: Schema, facts: object, *, version: int | None = None, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """What the schema names of the facts, with their version as the ETag; 304 to whoever has that version already.

    What was looked at is journalled by then: to ask whether a case has changed is to look at it.
    """
    made: Response = jsonify(schema.dump(facts))
    made.status_code = status
    if version is not None:
        made.set_etag(str(version))
        if request.method == "GET":
            made.make_conditional(request)
    return made


def case_facts(work: UnitOfWork, case: Case) -> dict[str, Any]:
    """What `CaseShown` shows of a case to the actor, with what others changed since the version in If-Match."""
    return {
        "case": case,
        "parts": sorted(case.holdings.parts_of(work.actor.holder)),
        "may": sorted(permitted_now(work.actor, case, work.deployment.holders)),
        "changed_meanwhile": work.changed_meanwhile(case.id),
    }


def case_answer(work: UnitOfWork, case: Case, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """The case as it is now."""
    return answer(CaseShown(), case_facts(work, case), version=case.version, status=status)


def stub_answer(stub: Stub) -> Response:
    """What is left of a case that was passed on."""
    return answer(CaseShown(only=OF_A_STUB), {"case": stub})


def page_answer(schema: Schema, page: Page[Any], items: list[Any] | None = None) -> Response:
    """One page of a list, with links to the first, the previous, the next and the last (RFC 8288)."""
    shown = page.items if items is None else items
    made = answer(schema, {"number": page.number, "pages": page.pages, "total": page.total, "items": shown})
    made.headers["Link"] = ", ".join(f'<{_address(number)}>; rel="{rel}"' for rel, number in _others(page))
    return made


def _others(page: Page[Any]) -> list[tuple[str, int]]:
    there = [("first", 1)]
    if page.number > 1:
        there.append(("prev", min(page.number - 1, page.pages)))
    if page.number < page.pages:
        there.append(("next", page.number + 1))
    return [*there, ("last", page.pages)]


def _address(number: int) -> str:
    asked: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": number}
    return url_for(request.endpoint or "", **asked)
