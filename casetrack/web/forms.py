"""Forms: read by the same schemas as the API's bodies, and never lost.

A form that is refused comes back with what was typed. What a rule of the field refuses travels up as a
refusal; the form is then held in the session, sealed, and its page shows it again with the reason.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import abort, request, session
from flask_babel import gettext
from marshmallow import Schema, ValidationError, fields

from casetrack.http.house import house
from casetrack.http.sessions import HELD_FORM, NEVER_HELD, OF_THE_PAGE
from casetrack.http.terms import terms
from casetrack.schemas.fields import whole_number
from casetrack.schemas.terms import ReadingBy

NO_ANSWER = OF_THE_PAGE | {"seen"}
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
    found: Sequence[tuple[str, str]] = ()
    """What was typed that seems to belong elsewhere: of which kind each is, and the very words."""

    @property
    def status(self) -> HTTPStatus:
        """422 where something has to be put right."""
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    @property
    def seen(self) -> int:
        """The version that the person was looking at; a form that does not say so is not one of ours."""
        version = whole_number(self.version)
        if version is None:
            abort(HTTPStatus.BAD_REQUEST)
        return version

    @property
    def single(self) -> str:
        """The name under which this form is taken once; one that has none is not one of ours."""
        name = request.form.get("single", "")
        if not name:
            abort(HTTPStatus.BAD_REQUEST)
        return f"form:{name}"

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


def new_name() -> str:
    """A name for one more form that is taken once."""
    return house().deployment.chance.uuid().hex


def submitted(schema: Schema) -> Form:
    """The form of this request: read if it was sent, held from before if it was refused, or else empty."""
    if request.method != "POST":
        return _held(schema) or Form()
    typed = _by_field(schema, {key: request.form.getlist(key) for key in request.form})
    shown = {key: value for key, value in typed.items() if key not in NEVER_SHOWN}
    version = request.form.get("seen")
    try:
        return Form(values=shown, said=read(schema, answers_in(schema, typed)), version=version)
    except ValidationError as refused:
        return Form(values=shown, errors=in_words(refused.messages_dict), version=version)


@dataclass(frozen=True)
class Unsent:
    """A form that was sent and could not be taken: what was typed, and all that it takes to send it again."""

    typed: tuple[tuple[str, str], ...]
    """The name of each field that was answered, in words, and the answer; never a secret."""
    again: tuple[tuple[str, str], ...]
    """The whole form, by the names of its fields; nothing where it had a secret in it, which has to be typed again."""


def unsent() -> Unsent | None:
    """The form that this request came with, to be shown to whoever sent it; None if it came with none."""
    if request.method != "POST" or not request.form:
        return None
    sent = tuple(request.form.items(multi=True))
    typed = tuple((named(name), answer) for name, answer in sent if name not in NEVER_SHOWN and answer.strip())
    has_secret = any(name in NEVER_HELD - NO_ANSWER for name, _ in sent)
    return Unsent(typed, () if has_secret else sent)


def answers_in(schema: Schema, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered. An empty field is no answer; or None, where the schema takes that for one."""
    takes_none = {name for name, each in schema.load_fields.items() if each.allow_none}
    return {
        key: None if value == "" else value
        for key, value in typed.items()
        if key not in NO_ANSWER and value != [] and (value != "" or key in takes_none)
    }


def read(schema: Schema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the answers say, by the terms of today; `ValidationError` if they do not fit."""
    with ReadingBy(terms()):
        said: dict[str, Any] = schema.load(answers)
    return said


def page_asked() -> int:
    """The number of the page that the address asks for; the first, if it asks for none."""
    return max(1, whole_number(request.args.get("page")) or 1)


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


def named(field: str) -> str:
    """`unsafe_areas` is "Unsafe areas"."""
    return re.sub(r"[-_]+", " ", field).capitalize()


def _held(schema: Schema) -> Form | None:
    kept = session.get(HELD_FORM)
    if kept is None or kept["path"] != request.path:
        return None
    del session[HELD_FORM]
    values = _by_field(schema, kept["typed"])
    errors = {"_schema": [kept["sentence"]]} if kept["sentence"] else {}
    return Form(values=values, errors=errors, version=values.pop("seen", None), found=kept.get("found", ()))


def _by_field(schema: Schema, typed: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was typed, by field; a field that takes several answers has a list of them."""
    several = {name for name, each in schema.load_fields.items() if isinstance(each, fields.List)}
    return {key: values if key in several else values[0] for key, values in typed.items() if values}
