"""Several questions, one after the other, whose answers are kept as a draft until they are checked and sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from marshmallow import Schema, ValidationError

from casetrack.schemas.said import Said
from casetrack.web.forms import Form, answers_in, in_words, read

CHECK: Final = "check"
"""The page after the last question, with every answer; and in the address of a question, that it came from there."""

Draft = Mapping[str, Mapping[str, Any]]
"""What was typed, by question."""


@dataclass(frozen=True)
class Step:
    """One question: where it is, what is asked, and what reads the answer."""

    name: str
    title: str
    schema: type[Said]


def after(steps: Sequence[Step], name: str) -> str:
    """The question after that one; or the check, for whoever came back from there to change one answer."""
    names = [step.name for step in steps]
    place = names.index(name) + 1
    return CHECK if request.args.get(CHECK) or place == len(names) else names[place]


def typed_in(steps: Sequence[Step], draft: Draft) -> dict[str, Any]:
    """What was typed in answer to each of the questions."""
    return {name: value for step in steps for name, value in draft[step.name].items()}


def whole(schema: Schema, typed: Mapping[str, Any], *, version: str | None = None) -> Form:
    """Every answer, read as one form."""
    try:
        return Form(values=typed, said=read(schema, answers_in(schema, typed)), version=version)
    except ValidationError as refused:
        return Form(values=typed, errors=in_words(refused.messages_dict), version=version)
