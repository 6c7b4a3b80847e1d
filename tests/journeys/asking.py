"""Requests that are ready to be sent: by somebody who looks at a page, who sends its form, or by a program that calls.

Each is about something of its own that was put on the stage for it, unless it only looks.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.journeys.pages import Answers, Form
from tests.journeys.stage import Stage
from tests.journeys.visitor import FORM, Answer, Visitor

API: Final = "/api/v1"
RING: Final = "Ring 07700 900123 first."
"""What seems to belong elsewhere, so that it is asked why it stays."""
KEPT: Final = {"keep": "needed-here"}
NEW: Final = UUID(int=0)
"""A case that there is not yet: the request makes it."""


@dataclass(frozen=True)
class Request:
    """A request that is ready to be sent, as often as somebody likes."""

    who: Visitor
    method: str
    address: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    by: UUID | None = None
    """The account that acts."""
    about: UUID | None = None
    """The case that its events name."""

    def send(self) -> Answer:
        """What is answered to it; a redirect is not followed."""
        return self.who.request(self.method, self.address, self.body, **self.headers)


Make = Callable[[Stage], Request]


@dataclass(frozen=True)
class Example:
    """A request of one route."""

    route: str
    """The method, and the rule of the address."""
    make: Make
    is_refused: bool = False
    """It is refused to everybody, and that is what its event says."""
    is_used_up: bool = False
    """It is taken once, whatever comes of it."""
    also: str = ""
    """What tells it from others of the same route."""
    asks: bool = False
    """It asks something first, and shows nothing before that is answered."""

    def __str__(self) -> str:
        return f"{self.route} {self.also}".strip()


@dataclass(frozen=True)
class Place:
    """Where a request goes to, and what it is about."""

    address: str
    about: UUID | None = None
    answers: Answers = field(default_factory=dict)
    """What of the answers depends on what was put there."""
    tag: str = ""
    """Where the API says which version is looked at."""


Prepare = Callable[[Stage], Place]


def look(rule: str, persona: str, prepare: Prepare, also: str = "") -> Example:
    """Somebody looks at a page."""

    def make(stage: Stage) -> Request:
        place = prepare(stage)
        by = stage.actor(persona).account if persona else None
        return Request(stage.visitor(persona), "GET", place.address, by=by, about=place.about)

    return Example(f"GET {rule}", make, also=also)


def send(
    rule: str,
    persona: str,
    prepare: Prepare,
    answers: Answers | None = None,
    *,
    button: str = "",
    beside: Answers | None = None,
    also: str = "",
) -> Example:
    """Somebody fills in the form of a page, and sends it; `beside` is what its page asks only in some cases."""

    def make(stage: Stage) -> Request:
        place = prepare(stage)
        visitor = stage.visitor(persona)
        visitor.go(place.address)
        said = {**(answers or {}), **place.answers}
        form = visitor.page.form(*said, *([button] if button else []))
        by = stage.actor(persona).account if persona else None
        return posted(visitor, form, said, button=button, beside=beside, by=by, about=place.about)

    return Example(f"POST {rule}", make, also=also)


def posted(
    visitor: Visitor,
    form: Form,
    said: Answers,
    *,
    by: UUID | None = None,
    about: UUID | None = None,
    button: str = "",
    beside: Answers | None = None,
) -> Request:
    """That form of the page that is shown, with those answers."""
    typed = [*form.filled(said, button), *((beside or {}).items())]
    body, headers = urlencode(typed).encode(), {"content_type": FORM}
    return Request(visitor, "POST", form.action or visitor.address, body, headers, by, about)


def ask(
    rule: str, persona: str, prepare: Prepare, answers: Answers | None = None, beside: Answers | None = None
) -> tuple[Example, Example]:
    """A page that asks, and what is sent from it."""
    return look(rule, persona, prepare), send(rule, persona, prepare, answers, beside=beside)


def call(
    method: str,
    rule: str,
    persona: str,
    prepare: Prepare,
    said: Mapping[str, Any] | None = None,
    *,
    is_refused: bool = False,
) -> Example:
    """A program calls."""

    def make(stage: Stage) -> Request:
        place = prepare(stage)
        program = stage.visitor("")
        headers = {"authorization": f"Bearer {stage.token(persona)}", "idempotency_key": str(uuid4())}
        if place.tag:
            seen = program.request("GET", f"{API}{place.tag}", authorization=headers["authorization"])
            headers["if_match"] = seen.headers["ETag"]
        body = None
        if method != "GET":
            body = json.dumps({**(said or {}), **place.answers}).encode()
            headers["content_type"] = "application/json"
        by, address = stage.actor(persona).account, f"{API}{place.address}"
        return Request(program, method, address, body, headers, by, place.about)

    return Example(f"{method} {API}{rule}", make, is_refused=is_refused)
