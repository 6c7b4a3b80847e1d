"""The list of the API's modules, what holds for all of its calls, and the description of it that anybody may read."""

from http import HTTPStatus
from typing import Any, Final

from flask import Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import blueprint

from casetrack.api import (
    accounts,
    audit,
    caseload,
    cases,
    catalogue,
    contacts,
    disclosures,
    erasures,
    files,
    history,
    holders,
    holds,
    identity,
    journeys,
    milestones,
    notes,
    persons,
    proposals,
    transfers,
    unusual,
)
from casetrack.api.openapi import describe, document
from casetrack.http.identity import public

VERSION: Final = "/api/v1"
ROOMS: Final = (
    *(cases, persons, identity, contacts, milestones, notes, files, journeys, disclosures, history),
    *(transfers, proposals, holds, erasures, caseload, holders, catalogue, audit, unusual, accounts),
)
"""Every module of calls; each has a blueprint called `calls`."""


def init_app(app: Flask) -> None:
    """The API is served. It reads no cookie, so no other site can ride on one: its calls carry no form token."""
    make: Any = blueprint.Blueprint  # the library ships no types
    every = make("api", __name__, url_prefix=VERSION)
    every.before_request(json_only)
    description = describe(app)
    for room in ROOMS:
        every.register_blueprint(room.calls.blueprint)
        app.extensions["csrf"].exempt(room.calls.blueprint)
        description.spec.tag({"name": room.calls.noun, "description": room.calls.says})
    app.register_blueprint(every)
    every.register_views_in_doc(description, app, description.spec, name=every.name, parameters=None)
    described = document(description)

    @public
    def openapi() -> ResponseReturnValue:
        return jsonify(described)

    app.add_url_rule(f"{VERSION}/openapi.json", "openapi", openapi)


def json_only() -> None:
    """Whatever is sent is JSON, or a file where one is taken: a browser's form cannot be a call."""
    sends = request.content_length or "Transfer-Encoding" in request.headers
    takes_file = hasattr(current_app.view_functions.get(request.endpoint or ""), "takes_bytes")
    if sends and not request.is_json and not takes_file:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
