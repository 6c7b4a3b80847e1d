"""What every call of the API has: what it serves, reads and shows, and its description in OpenAPI.

Bodies and queries are read by the terms of today, by the same schemas as the pages' forms.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

from flask import Request, Response
from flask_smorest import blueprint
from marshmallow import Schema, fields
from webargs.flaskparser import FlaskParser, abort

from casetrack.domain.actions import Action
from casetrack.domain.words import N_
from casetrack.http.identity import serves
from casetrack.http.terms import terms
from casetrack.http.uploads import takes_file
from casetrack.schemas.shown import PageShown
from casetrack.schemas.terms import ReadingBy

View = TypeVar("View", bound=Callable[..., Response])
Asked: TypeAlias = type[Schema] | Schema
Described: TypeAlias = Mapping[str, Any]

IF_MATCH: Final[Described] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "examples": ['"17"']},
    "description": "The ETag of the version that you were looking at. A change is refused (412) where somebody has "
    "changed the same part since; elsewhere it succeeds, and says what else changed.",
}


KEY: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
KEY_PARAMETER: Final[Described] = {
    "in": "header",
    "name": KEY,
    "required": True,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "A name of your own for this request. The same key with the same request has the same answer, and "
    "what it asks for is done once; with another request it is refused (422). While the first is still being answered "
    "the second waits for it, or is told so (409, still-answering) and when to send it again (Retry-After).",
}


NO_JSON: Final = N_("This is not JSON that can be read.")


CALLED: Final[Described] = {
    "in": "header",
    "name": "Content-Disposition",
    "required": True,
    "schema": {"type": "string", "examples": ["attachment; filename*=UTF-8''letter.pdf"]},
    "description": "What the file is called (RFC 8187); it is sealed with the file, and stands in no address.",
}
NOTHING_MORE: Final[Described] = {}


class Reading(FlaskParser):
    """Reads bodies and queries, and refuses what their schemas do not name."""

    def parse(self, *asked: Any, **options: Any) -> Any:  # noqa: ANN401 - the parser's own options
        """What was said, by the codes and the organisations that are in force today."""
        with ReadingBy(terms()):
            return super().parse(*asked, **options)

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401 - JSON is of any type
        """What the body says; a body that no program could mean, however it is none, is refused as no JSON."""
        try:
            return super()._raw_load_json(req)
        except (ValueError, RecursionError):
            abort(HTTPStatus.BAD_REQUEST, messages={"json": [NO_JSON]})


class Calls:
    """The calls of one noun."""

    def __init__(self, noun: str, module: str, says: str) -> None:
        """Name the noun, and say what it is."""
        self.noun = noun
        self.says = says
        make: Any = blueprint.Blueprint  # The library ships no types: what is asked of it is asked here alone.
        self.blueprint = make(noun, module)
        self.blueprint.ARGUMENTS_PARSER = Reading(unknown=None)  # Each schema says what it refuses.

    def get(
        self, rule: str, *actions: Action, shows: type[Schema], asks: Asked | None = None
    ) -> Callable[[View], View]:
        """A call that looks: `asks` reads its query, `shows` names what it answers."""
        return self._call("GET", rule, actions, shows, read=("query", asks))

    def put(self, rule: str, *actions: Action, shows: type[Schema], reads: Asked) -> Callable[[View], View]:
        """A call that puts something in the place of what was there: `reads` reads its body."""
        return self._call("PUT", rule, actions, shows, read=("json", reads), header=IF_MATCH)

    def post(
        self,
        rule: str,
        *actions: Action,
        shows: type[Schema],
        reads: Asked | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        header: Described | None = IF_MATCH,
    ) -> Callable[[View], View]:
        """A call that does something: `reads` reads its body, and `header` is what it asks for beside it."""
        return self._call("POST", rule, actions, shows, read=("json", reads), status=status, header=header)

    def make(
        self, rule: str, action: Action, *, shows: type[Schema], reads: Asked, header: Described | None = IF_MATCH
    ) -> Callable[[View], View]:
        """A call that makes something, once for each key: `reads` reads its body."""
        more = {"parameters": [KEY_PARAMETER]}
        return self._call(
            "POST",
            rule,
            (action,),
            shows,
            read=("json", reads),
            status=HTTPStatus.CREATED,
            header=header,
            more=more,
        )

    def take(
        self, rule: str, action: Action, *, shows: type[Schema], asks: Asked, media_types: Iterable[str], most: int
    ) -> Callable[[View], View]:
        """A call whose body is a file of one of those kinds, of at most so many bytes: `asks` reads its query."""
        body = {"requestBody": {"required": True, "content": {kind: {} for kind in sorted(media_types)}}}

        def declare(view: View) -> View:
            called = self._call(
                "POST",
                rule,
                (action,),
                shows,
                read=("query", asks),
                status=HTTPStatus.CREATED,
                header=IF_MATCH,
                more={"parameters": [CALLED, KEY_PARAMETER], **body},
            )
            return called(takes_file(most)(view))

        return declare

    def give(self, rule: str, action: Action, *, reads: Asked, media_type: str) -> Callable[[View], View]:
        """A call whose answer is a file of that kind: `reads` reads its body."""

        def declare(view: View) -> View:
            named = {"schema": {"type": "string"}, "description": "What the file is called."}
            described = self.blueprint.response(
                HTTPStatus.OK,
                {"type": "string", "format": "binary"},
                content_type=media_type,
                headers={"Content-Disposition": named},
            )
            return self._declared("POST", rule, (action,), view, described(view), read=("json", reads))

        return declare

    def _call(
        self,
        method: str,
        rule: str,
        actions: tuple[Action, ...],
        shows: type[Schema],
        *,
        read: tuple[str, Asked | None],
        status: HTTPStatus = HTTPStatus.OK,
        header: Described | None = None,
        more: Described = NOTHING_MORE,
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            answered = self.blueprint.response(status, shows, headers=_headers(shows))(view)
            return self._declared(method, rule, actions, view, answered, read=read, header=header, more=more)

        return declare

    def _declared(
        self,
        method: str,
        rule: str,
        actions: tuple[Action, ...],
        view: View,
        made: Any,  # noqa: ANN401 - the library ships no types
        *,
        read: tuple[str, Asked | None],
        header: Described | None = None,
        more: Described = NOTHING_MORE,
    ) -> View:
        """The view is served at that rule, as `made` of it, which says already what it answers."""
        name = view.__name__.rstrip("_")
        location, schema = read
        if schema is not None:
            made = self.blueprint.arguments(schema, location=location)(made)
        described: dict[str, Any] = {"operationId": f"{self.noun}.{name}", **more}
        if header is not None:
            described["parameters"] = [header, *more.get("parameters", ())]
        described["parameters"] = [dict(each) for each in described.get("parameters", ())]
        made = serves(*actions)(self.blueprint.doc(**described)(made))
        self.blueprint.add_url_rule(rule, name, made, methods=[method], tags=[self.noun])
        return view


def _headers(shows: type[Schema]) -> dict[str, Any] | None:
    """What the description says of an answer's headers: links to the pages of a list, or a version."""
    if issubclass(shows, PageShown):
        return {"Link": {"schema": {"type": "string"}, "description": "The first, previous, next and last page."}}
    if isinstance(shows().fields.get("version"), fields.Integer):
        return {"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match and If-None-Match."}}
    return None


def unfit(header: str, sentence: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> NoReturn:
    """What was sent in a header is refused, with the sentence that says what to do."""
    abort(status, messages={"header": {header: [sentence]}})
