"""Several questions, one after the other, whose answers are kept as a draft until they are checked and sent.

Each page carries the mark of the answers that it was made from: what is sent from it is taken only while they stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for
from flask_babel import gettext
from marshmallow import Schema, ValidationError

from casetrack.domain.errors import DraftSent
from casetrack.schemas.said import Said
from casetrack.services.drafts import Begun, hold_draft, view_draft
from casetrack.services.work import UnitOfWork
from casetrack.web.forms import Form, answers_in, in_words, named, read

CHECK: Final = "check"
"""The page after the last question, with every answer; and in the address of a question, that it came from there."""

NEW_CASE: Final = "case"
"""The kind of the answers from which a case is opened; those of an offer have a kind for each case."""

Draft = Mapping[str, Mapping[str, Any]]
"""What was typed, by question."""


@dataclass(frozen=True)
class Step:
    """One question: where it is, what is asked, and what reads the answer."""

    name: str
    title: str
    schema: type[Said]


def begun(work: UnitOfWork, kind: str) -> Begun:
    """The answers so far; for a form that was sent, held, and those that its page was made from."""
    if request.method == "POST":
        return hold_draft(work, kind, seen=mark_sent())
    return view_draft(work, kind)


def mark_sent() -> str:
    """The mark of the answers that the page of this form was made from; nothing if there were none."""
    return request.form.get("draft", "")


def made_of(sent: DraftSent) -> tuple[str, str]:
    """What was made of answers that were sent, in words, and its address: a case that was opened, or an offer."""
    made = str(sent.facts["sent"])
    if sent.facts["draft"] == NEW_CASE:
        return gettext("Go to the case"), url_for("cases.opened", reference=made)
    return gettext("Go to the offer"), url_for("transfers.view", transfer_id=made)


def in_words_of_fields(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Each answer of the draft, with the name of its field, in words."""
    answers = (each for step in draft.values() for each in step.items())
    said = ((name, ", ".join(value) if isinstance(value, list) else str(value)) for name, value in answers)
    return tuple((named(name), answer) for name, answer in said if answer.strip())


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
