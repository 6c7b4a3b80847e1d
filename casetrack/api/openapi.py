"""The description of the API (OpenAPI 3.1), made from the schemas that read and show."""

from typing import Any, Final

from flask import Flask
from flask_smorest import Api

from casetrack import __version__
from casetrack.api.problems import PROBLEM
from casetrack.http.converters import ReferenceConverter
from casetrack.schemas.fields import Day, Moment
from casetrack.schemas.problems import ProblemShown
from casetrack.schemas.transfers import Checklist

SAYS: Final = """\
The JSON API of casetrack. It serves the same cases, to the same rules, as the pages do; everything asked here is on the
log. Nothing that is sealed in a case leaves: what is known of who a person is can be recorded, notes written and files
attached, and all of it is shown only to somebody who signs in. Of an offer, the sender's token reads what the sender
shared, and both sides' what was answered. A token cannot accept an offer either. A change names the version that it was
made from, in If-Match. What makes something new is sent under an Idempotency-Key of the caller's own: sent again, it
has the same answer and is done once.
"""


def describe(app: Flask) -> Any:  # noqa: ANN401 - the library ships no types
    """The description of this application's API, empty yet; every refusal in it is a problem (RFC 9457)."""
    make: Any = Api
    description = make()
    description.ERROR_SCHEMA = ProblemShown
    description.init_app(
        app,
        spec_kwargs={
            "title": "casetrack",
            "version": __version__,
            "openapi_version": "3.1.0",
            "info": {"description": SAYS, "license": {"name": "MIT", "identifier": "MIT"}},
            "security": [{"token": []}],
        },
    )
    description.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    description.register_converter(ReferenceConverter, lambda _: {"type": "string", "examples": ["CT-7K3M-92QX"]})
    description.register_field(Day, "string", "date")
    description.register_field(Moment, "string", "date-time")
    description.register_field(Checklist, "object", None)
    return description


def document(description: Any) -> dict[str, Any]:  # noqa: ANN401 - the library ships no types
    """The whole description, for anybody to read."""
    described: dict[str, Any] = description.spec.to_dict()
    described["components"]["schemas"].pop("PaginationMetadata", None)  # the library's own, which nothing here uses
    for refusal in described["components"]["responses"].values():
        for content in list(refusal.pop("content", {}).values()):
            refusal["content"] = {PROBLEM: content}
    return described
