"""Requests at the auditors' desk: of each page, before it is said what the log is opened for, then, and after."""

from collections.abc import Callable
from typing import Final, TypeAlias

from casetrack.domain.calendars import london_date
from tests.journeys.asking import KEPT, RING, Example, Place, Prepare, Request, look, send
from tests.journeys.pages import Answers
from tests.journeys.stage import Stage

Where: TypeAlias = Callable[[Stage], str]
"""The address of a page of the desk."""

CASE: Final = "/audit/cases/<reference:reference>"
USE: Final = {"use": "lawfulness", "words": RING}
SOME_DAYS: Final = {
    "since-day": "1",
    "since-month": "11",
    "since-year": "2026",
    "until-day": "30",
    "until-month": "11",
    "until-year": "2026",
}


def _opened(where: Where, answers: Callable[[Stage], Answers] | None = None) -> Prepare:
    """The page of an auditor who has said what the log is opened for."""

    def prepare(stage: Stage) -> Place:
        visitor = stage.visitor("auditor")
        visitor.go("/audit")
        if "use" in visitor.page.forms[-1]:
            visitor.answer(USE)
        return Place(where(stage), answers=answers(stage) if answers else {})

    return prepare


def _asked_first(rule: str, where: Where) -> Example:
    def make(stage: Stage) -> Request:
        return Request(stage.site.visitor("auditor"), "GET", where(stage))

    return Example(f"GET {rule}", make, also="before why is said", asks=True)


def page(rule: str, where: Where) -> tuple[Example, Example, Example]:
    """A page of the desk: it asks what for, is looked at, and is told that it is for something else."""

    def again(stage: Stage) -> str:
        address = where(stage)
        return f"{address}{'&' if '?' in address else '?'}again=yes"

    return (
        _asked_first(rule, where),
        look(rule, "auditor", _opened(where)),
        send(rule, "auditor", _opened(again), USE, also="for something else"),
    )


def at(address: str) -> Where:
    """The page of that address."""
    return lambda _: address


def _case(path: str = "") -> Where:
    return lambda stage: f"/audit/cases/{stage.full.reference}{path}"


def _account(stage: Stage) -> str:
    return f"/audit/accounts/{stage.actor('worker').account}"


def _unusual(stage: Stage) -> str:
    return f"/audit/unusual/{stage.looked()}"


def _typed(stage: Stage) -> str:
    return f"/audit/entries/{stage.typed()}/words"


def _by_name(stage: Stage) -> Answers:
    return {"name": stage.account().account.sign_in_name}


def _by_reference(stage: Stage) -> Answers:
    return {"reference": stage.full.reference}


def _checkpoint(stage: Stage) -> Answers:
    return {"checkpoint": stage.checkpoint()}


def _enquired(stage: Stage) -> str:
    return f"/audit/enquiries/{stage.enquired().id}"


def _own_enquiry(stage: Stage) -> str:
    return f"/audit/enquiries/{stage.enquired(by_other=False).id}"


def _answerable(stage: Stage) -> str:
    return f"/audit/enquiries/{stage.answerable().id}/answer"


def _a_document(stage: Stage) -> Answers:
    day = london_date(stage.site.clock())
    parts = {"day": day.day, "month": day.month, "year": day.year}
    days = {f"{name}-{part}": str(value) for name in ("since", "until") for part, value in parts.items()}
    return {"document_number": "QX 48 151 623", "words": RING, **days}


ENQUIRY: Final = "/audit/enquiries/<uuid:enquiry_id>"
DESK: Final[tuple[Example, ...]] = (
    *page("/audit", at("/audit")),
    send("/audit", "auditor", _opened(at("/audit"), _by_name)),
    send("/audit", "auditor", _opened(at("/audit"), _by_reference), also="which leads to the case"),
    *page("/audit/search", at("/audit/search")),
    send("/audit/search", "auditor", _opened(at("/audit/search"), _by_name)),
    *page("/audit/verify", at("/audit/verify")),
    send("/audit/verify", "auditor", _opened(at("/audit/verify")), button="now"),
    send("/audit/verify", "auditor", _opened(at("/audit/verify"), _checkpoint), also="with an older checkpoint"),
    *page(CASE, _case()),
    *page(f"{CASE}/as-at", _case("/as-at?at-day=20&at-month=11&at-year=2026")),
    _asked_first(f"{CASE}/as-at", _case("/as-at")),
    *page("/audit/accounts/<uuid:account_id>", _account),
    *page("/audit/exports", at("/audit/exports")),
    send("/audit/exports", "auditor", _opened(at("/audit/exports"), _by_reference), also="of a case"),
    send("/audit/exports", "auditor", _opened(at("/audit/exports")), SOME_DAYS, also="of some days"),
    *page("/audit/entries/<uuid:entry>/words", _typed),
    send("/audit/entries/<uuid:entry>/words", "auditor", _opened(_typed)),
    *page("/audit/disclosures", at("/audit/disclosures")),
    *page("/audit/erasures", at("/audit/erasures")),
    *page("/audit/unusual", at("/audit/unusual")),
    *page("/audit/unusual/<uuid:entry>", _unusual),
    send("/audit/unusual/<uuid:entry>", "auditor", _opened(_unusual), {"disposition": "expected", "words": RING}),
    *page("/audit/enquiries", at("/audit/enquiries")),
    *page("/audit/enquiries/new", at("/audit/enquiries/new")),
    send("/audit/enquiries/new", "auditor", _opened(at("/audit/enquiries/new"), _a_document), beside=KEPT),
    *page(ENQUIRY, _enquired),
    send(ENQUIRY, "auditor", _opened(_enquired), {"decision": "agree"}, also="to agree"),
    send(
        ENQUIRY, "auditor", _opened(_enquired), {"decision": "refuse", "words": RING}, beside=KEPT, also="not to agree"
    ),
    send(ENQUIRY, "auditor", _opened(_own_enquiry), button="decision", also="to take it back"),
    *page(f"{ENQUIRY}/answer", _answerable),
)
