"""The job itself, step by step, for whichever browser: each function is what one person does at one sitting.

`Guest` is what both browsers of these tests are: `Visitor`, which runs no script and costs little, and `Person`, which
is Chromium.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from tests.journeys.pages import Answers, Page

REFERENCE: Final = re.compile(r"CT-[0-9A-Z]{4}-[0-9A-Z]{4}")
TRANSFER: Final = re.compile(r"/transfers/([0-9a-f-]{36})")
TOKEN: Final = re.compile(r"(?<![\w-])[\w-]{40,}(?![\w-])")
SOMEBODY: Final[Answers] = {
    "identity": "given",
    "given_names": "Zoribeth Anouk",
    "family_name": "ap Quillan-Invented",
    "birth_date-day": "3",
    "birth_date-month": "2",
    "birth_date-year": "1991",
    "nationality": "Ruritanian",
}
REACHED: Final[Answers] = {
    "phone": "07700 900456",
    "address": "5 Harbour Wall, Nowhere-on-Sea",
    "times": "Before noon, by text message",
}
SHARED: Final[Answers] = {"risks": "None known.", "unsafe_areas": "The old harbour.", "language": "en"}
WHY: Final[Answers] = {
    "reason": "moved-home",
    "already_moved": "no",
    "tonight": "A night worker",
    "phone": "01632 960100",
}


class Guest(Protocol):
    """Somebody with a browser."""

    @property
    def page(self) -> Page:
        """What the browser shows."""

    @property
    def address(self) -> str:
        """The path of the page that it shows, with its query."""

    def go(self, address: str) -> None:
        """The page at that address is shown, or the one that it leads to."""

    def follow(self, words: str) -> None:
        """The page is shown that the first link with these words leads to."""

    def answer(self, answers: Answers, button: str = "") -> None:
        """The one form that asks for all of this is filled in and sent."""


def open_case(
    worker: Guest,
    strands: Sequence[str] = ("support", "investigation"),
    who: Answers = SOMEBODY,
    reached: Answers = REACHED,
) -> str:
    """A case is open, for a person who gave a name; gives its reference. A partner is not asked for strands."""
    begin_case(worker)
    if strands:
        worker.answer({"strands": strands})
    worker.answer({"age_group": "adult"})
    worker.answer({"encounter": "west-yorkshire", "exploitation": "greater-manchester"})
    worker.answer(who)
    worker.answer(reached)
    worker.answer({})
    return reference_on(worker.page)


def begin_case(worker: Guest) -> None:
    """The first question is shown; what was begun before and not sent is gone."""
    worker.go("/cases/new")
    if worker.address == "/cases/new":
        worker.answer({})


def record(worker: Guest, reference: str, code: str, answers: Answers) -> None:
    """A milestone, or a dated fact, is on the record."""
    worker.go(f"/cases/{reference}/milestones/{code}")
    worker.answer(answers)


def reveal(worker: Guest, reference: str, words: str, *, what: str = "identity") -> None:
    """The identity, or the safe contact, is shown, for a reason."""
    worker.go(f"/cases/{reference}/{what}")
    worker.answer({"purpose": "contact-person", "words": words})


def find(worker: Guest, known: Answers, words: str = "Somebody rang for them.") -> None:
    """Who matches is shown, among the cases that one may open."""
    worker.go("/find")
    worker.answer({"purpose": "contact-person", "words": words, **known})


def offer(
    worker: Guest,
    reference: str,
    to: str,
    *,
    kind: str = "full",
    why: Answers = WHY,
    shared: Answers = SHARED,
    words: str = "",
) -> str:
    """The case is offered to that organisation, with `words` on each point of the checklist; gives the offer's id."""
    worker.go(f"/cases/{reference}/transfer/new")
    worker.answer({"kind": kind})
    worker.answer({"to": to})
    worker.answer(why)
    worker.answer(shared)
    if "checklist" in worker.address:
        worker.answer(_each_point(worker.page, words))
    worker.answer({"accurate": "yes"})
    found = TRANSFER.search(worker.address)
    if found is None:
        raise LookupError(f"the offer was not sent: {worker.page.title!r} {worker.page.text[:400]}")
    return found[1]


def see(lead: Guest, transfer: str) -> None:
    """The offer has been opened, and its sender is shown that it was."""
    lead.go(f"/inbox/{transfer}")
    lead.answer({})


def accept(lead: Guest, transfer: str, day: Answers, words: str = "") -> None:
    """The lead's organisation is responsible from now. `day` is when somebody first speaks to the person."""
    lead.go(f"/transfers/{transfer}/accept")
    answer_acceptance(lead, day, words)


def answer_acceptance(lead: Guest, day: Answers, words: str = "") -> None:
    """The form of acceptance that is shown is filled in and sent."""
    form = lead.page.form("worker")
    worker = next(choice for choice in form.choices("worker") if choice)
    lead.answer({"confirmed": form.choices("confirmed"), "worker": worker, "words": words, **day})


def make_token(guest: Guest) -> str:
    """A token with which a program may act for the guest's own account."""
    guest.go("/account/tokens/new")
    guest.answer({"name": "a test"})
    found = TOKEN.search(guest.page.text)
    if found is None:
        raise LookupError(f"{guest.page.title!r} shows no token: {guest.page.text[:400]}")
    return found[0]


def reference_on(page: Page) -> str:
    """The first reference of a case that a page says."""
    found = REFERENCE.search(page.text)
    if found is None:
        raise LookupError(f"{page.title!r} says no reference: {page.text[:400]}")
    return found[0]


def _each_point(page: Page, words: str) -> Answers:
    """The first answer to each point of the checklist."""
    form = page.form()
    names = dict.fromkeys(control.name for control in form.controls if control.name.startswith("checklist-"))
    return {name: form.choices(name)[0] for name in names} | dict.fromkeys(form.texts(), words)
