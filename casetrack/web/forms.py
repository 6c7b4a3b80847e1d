"""Forms: read by the same schemas as the API's bodies, and never lost.

A form that is refused comes back with what was typed. What a rule of the field refuses travels up as a
refusal; the form is then held in the session, sealed, and its page shows it again with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import abort, request, session
from flask_babel import gettext
from marshmallow import Schema, ValidationError, fields

from casetrack.domain.calendars import london_date
from casetrack.http.house import house
from casetrack.http.sessions import HELD_FORM, NEVER_HELD
from casetrack.schemas.terms import ReadingBy, Terms

NO_ANSWER = frozenset({"csrf_token", "seen"})
LONGEST_NUMBER: Final = 9
NEVER_SHOWN = NEVER_HELD | NO_ANSWER


@dataclass(frozen=True)
class Form:
    """A form as its page has it: what was typed, what was wrong with it, and what it says if nothing was."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] | None = None
    """What the schema read: None until the form was sent and nothing in it was wrong."""
    version: str | None = None
    """The version that the person was looking at when they began to type."""

    @property
    def status(self) -> HTTPStatus:
        """422 where something has to be put right."""
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    @property
    def seen(self) -> int:
        """The version that the person was looking at; a form that does not say so is not one of ours."""
        if self.version is None or not self.version.isdecimal():
            abort(HTTPStatus.BAD_REQUEST)
        return int(self.version)

    @property
    def given(self) -> dict[str, Any]:
        """What a template is given of it: its errors too, which the layout sums up."""
        return {"form": self, "errors": self.errors}

    def beginning(self, start: Mapping[str, Any]) -> "Form":
        """The same form, which starts with those values if nothing was typed yet."""
        return self if self.values or self.errors else replace(self, values=start)

    def seen_or(self, version: int) -> str:
        """The version to send with the form: what the person saw first, however often it came back since."""
        return self.version if self.version is not None else str(version)


def terms() -> Terms:
    """What is in force today."""
    place = house()
    return Terms(place.deployment.facts, place.deployment.holders, london_date(place.clock()))


def submitted(schema: Schema) -> Form:
    """The form of this request: read if it was sent, held from before if it was refused, or else empty."""
    if request.method != "POST":
        return _held(schema) or Form()
    typed = _by_field(schema, {key: request.form.getlist(key) for key in request.form})
    shown = {key: value for key, value in typed.items() if key not in NEVER_SHOWN}
    version = request.form.get("seen")
    try:
        return Form(values=shown, said=read(schema, answers_in(typed)), version=version)
    except ValidationError as refused:
        return Form(values=shown, errors=in_words(refused.messages_dict), version=version)


def answers_in(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered: an empty field is no answer."""
    return {key: value for key, value in typed.items() if key not in NO_ANSWER and value not in ("", [])}


def read(schema: Schema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the answers say, by the terms of today; `ValidationError` if they do not fit."""
    with ReadingBy(terms()):
        said: dict[str, Any] = schema.load(answers)
    return said


def page_asked() -> int:
    """The number of the page that the address asks for; the first, if it asks for none."""
    asked = request.args.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1


def in_words(errors: Any) -> Any:  # noqa: ANN401 - sentences in lists in dictionaries, as deep as the schema is
    """The sentences of a refused form in the reader's language."""
    if isinstance(errors, Mapping):
        return {name: in_words(said) for name, said in errors.items()}
    if isinstance(errors, list):
        return [in_words(said) for said in errors]
    return gettext(errors)


def parts_of(name: str, on: date | None) -> dict[str, str]:
    """A date as its form shows it, in three parts."""
    if on is None:
        return {}
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def _held(schema: Schema) -> Form | None:
    kept = session.get(HELD_FORM)
    if kept is None or kept["path"] != request.path:
        return None
    del session[HELD_FORM]
    values = _by_field(schema, kept["typed"])
    errors = {"_schema": [kept["sentence"]]} if kept["sentence"] else {}
    return Form(values=values, errors=errors, version=values.pop("seen", None))


def _by_field(schema: Schema, typed: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was typed, by field; a field that takes several answers has a list of them."""
    several = {name for name, each in schema.load_fields.items() if isinstance(each, fields.List)}
    return {key: values if key in several else values[0] for key, values in typed.items() if values}
