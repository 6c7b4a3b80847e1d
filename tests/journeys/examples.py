"""One request of each page of a case or an offer, or a few, that does what the page is for."""

from collections.abc import Callable
from itertools import chain
from typing import Final

from casetrack.domain.calendars import london_date
from casetrack.domain.case import Case
from casetrack.domain.ids import SarId
from casetrack.domain.transfer import Transfer
from tests.journeys import story
from tests.journeys.asking import KEPT, NEW, RING, Example, Place, Prepare, Request, ask, look, posted, send
from tests.journeys.pages import Answers
from tests.journeys.site import PERSONAS
from tests.journeys.stage import KNOWN_AS, SUPPORT, Stage

CASE: Final = "/cases/<reference:reference>"
OFFER: Final = "/transfers/<uuid:transfer_id>"
MANCHESTER: Final = PERSONAS["receiving lead"].holder
REVEAL: Final = {"purpose": "contact-person", "words": RING}


def at(address: str) -> Prepare:
    """That address, which is about no case."""
    return lambda _: Place(address)


def full(path: str = "") -> Prepare:
    """That page of the case with everything in it."""
    return lambda stage: Place(f"/cases/{stage.full.reference}{path}", stage.full.id)


def fresh(path: str, make: Callable[[Stage], Case] = Stage.case) -> Prepare:
    """That page of a case of its own."""

    def prepare(stage: Stage) -> Place:
        case = make(stage)
        return Place(f"/cases/{case.reference}{path}", case.id)

    return prepare


def offer(address: str, make: Callable[[Stage], Transfer]) -> Prepare:
    """That page of an offer of its own."""

    def prepare(stage: Stage) -> Place:
        made = make(stage)
        return Place(address.format(made.id), made.case)

    return prepare


def today(stage: Stage, name: str) -> Answers:
    """Today, as a form's three fields have it."""
    day = london_date(stage.site.clock())
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


# Cases


def _one_strand(stage: Stage) -> Case:
    return stage.case(strands=SUPPORT)


def _assigned(stage: Stage) -> Place:
    case = stage.case()
    return Place(f"/cases/{case.reference}/assign", case.id, {"worker": str(stage.actor("lead").account)})


def _searched(stage: Stage) -> Place:
    visitor = stage.visitor("worker")
    visitor.go("/cases")
    visitor.answer({"name": stage.full.pseudonym})
    return Place(visitor.address)


def _to_find(stage: Stage) -> Place:
    return Place("/cases", answers={"name": stage.full.pseudonym})


def _recorded(stage: Stage, path: str) -> Place:
    case = stage.case()
    return Place(f"/cases/{case.reference}/milestones/encounter{path}", case.id, today(stage, "happened"))


def _to_reopen(stage: Stage) -> Place:
    place = _recorded(stage, "")
    visitor = stage.visitor("worker")
    visitor.go(place.address)
    visitor.answer({"state": "met", **place.answers})
    return Place(f"{place.address}/reopen", place.about)


CASES: Final = (
    look("/work", "worker", at("/work")),
    look("/cases", "worker", at("/cases")),
    look("/cases", "worker", _searched, also="of a search"),
    look("/cases/find", "worker", at("/cases/find")),
    send("/cases/find", "worker", _to_find),
    look(CASE, "worker", full()),
    look(CASE, "worker", fresh("", Stage.passed_on), also="of a stub"),
    look(f"{CASE}/opened", "worker", full("/opened")),
    look(f"{CASE}/journey", "worker", full("/journey")),
    look(f"{CASE}/history", "worker", full("/history")),
    *ask(f"{CASE}/place", "worker", fresh("/place"), {"home": "kent"}),
    *ask(f"{CASE}/assign", "lead", _assigned, {"strand": "support"}),
    *ask(f"{CASE}/close", "worker", fresh("/close"), {"reason": "person-asked", "words": RING}, KEPT),
    *ask(f"{CASE}/reopen", "lead", fresh("/reopen", Stage.closed), {"words": RING}, KEPT),
    *ask(f"{CASE}/begin", "worker", fresh("/begin", _one_strand), {"reason": "person-agreed", "words": RING}, KEPT),
    look(f"{CASE}/milestones", "worker", full("/milestones")),
    *ask(
        f"{CASE}/milestones/<code>",
        "worker",
        lambda stage: _recorded(stage, ""),
        {"state": "met", "note": RING},
        KEPT,
    ),
    *ask(f"{CASE}/milestones/<code>/reopen", "worker", _to_reopen, {"words": RING}, KEPT),
)


# A case that is opened: the answers wait between the questions.


def _begun(to: str) -> Prepare:
    """The questions are answered until that one comes."""

    def prepare(stage: Stage) -> Place:
        visitor, address = stage.visitor("lead"), f"/cases/new/{to}"
        story.begin_case(visitor)
        answers: tuple[Answers, ...] = ({"strands": ["support"]}, {"age_group": "adult"}, {})
        for each in (*answers, story.SOMEBODY, story.REACHED):
            if visitor.address == address:
                break
            visitor.answer(each)
        return Place(address, NEW)

    return prepare


def _begun_before(stage: Stage) -> Place:
    _begun("age")(stage)
    return Place("/cases/new")


OPENING: Final = (
    look("/cases/new", "lead", _begun_before),
    send("/cases/new", "lead", _begun_before),
    look("/cases/new/<step>", "lead", _begun("identity")),
    send("/cases/new/<step>", "lead", _begun("age"), {"age_group": "adult"}),
    send("/cases/new/<step>", "lead", _begun("check"), also="check"),
    send(f"{CASE}/another", "supervisor", full("/opened")),
)


# What is sealed


def _revealed(what: str) -> Prepare:
    def prepare(stage: Stage) -> Place:
        visitor = stage.visitor("worker")
        address = f"/cases/{stage.full.reference}/{what}"
        visitor.go(address)
        if "words" in visitor.page.forms[-1]:
            posted(visitor, visitor.page.form("words"), REVEAL, beside=KEPT).send()
        return Place(address, stage.full.id)

    return prepare


def _named(stage: Stage) -> Place:
    visitor = stage.visitor("worker")
    visitor.go("/caseload/names")
    if "words" in visitor.page.forms[-1]:
        visitor.answer({"purpose": "contact-person", "words": "To ring them."})
    return Place("/caseload/names")


def _sought(stage: Stage) -> Place:
    visitor = stage.visitor("worker")
    stage.case()
    story.find(visitor, {"name": KNOWN_AS, "birth-year": "1991"})
    return Place(visitor.address)


def _note(path: str) -> Prepare:
    def prepare(stage: Stage) -> Place:
        case = stage.case()
        note = stage.note_on(case)
        version = 4
        return Place(f"/cases/{case.reference}/notes/{note}/{path.format(version)}", case.id)

    return prepare


def _file(stage: Stage) -> Place:
    case = stage.case()
    return Place(f"/cases/{case.reference}/files/{stage.file_on(case).id}", case.id)


def _attaching(stage: Stage) -> Request:
    case, visitor = stage.case(), stage.visitor("worker")
    visitor.go(f"/cases/{case.reference}/files/attach")
    form = visitor.page.form("strand")
    edge = "edge-of-a-part"
    answers = {**dict(form.filled()), "strand": "support"}
    parts = [f'form-data; name="{key}"\r\n\r\n{value}' for key, value in answers.items() if key != "file"]
    parts.append('form-data; name="file"; filename="letter.txt"\r\nContent-Type: text/plain\r\n\r\nA letter.')
    body = "".join(f"--{edge}\r\nContent-Disposition: {part}\r\n" for part in parts) + f"--{edge}--\r\n"
    return Request(
        visitor,
        "POST",
        f"/cases/{case.reference}/files/attach",
        body.encode(),
        {"content_type": f"multipart/form-data; boundary={edge}"},
        by=stage.actor("worker").account,
        about=case.id,
    )


SAR: Final = f"{CASE}/access-requests/<uuid:sar>"


def _asked(path: str, make: Callable[[Stage], tuple[Case, SarId]] = Stage.asked) -> Prepare:
    """That page of a request of its own."""

    def prepare(stage: Stage) -> Place:
        case, sar = make(stage)
        return Place(f"/cases/{case.reference}/access-requests/{sar}/{path}", case.id)

    return prepare


def _waiting(stage: Stage) -> Place:
    stage.asked()
    return Place("/access-requests")


def _delivered(stage: Stage) -> Place:
    case, sar = stage.decided()
    today = london_date(stage.site.clock())
    answers = {"on-day": str(today.day), "on-month": str(today.month), "on-year": str(today.year)}
    return Place(f"/cases/{case.reference}/access-requests/{sar}/deliver", case.id, answers)


def _copied(stage: Stage) -> Place:
    case, sar = stage.decided()
    address = f"/cases/{case.reference}/access-requests/{sar}/copy"
    visitor = stage.visitor("lead")
    visitor.go(address)
    posted(visitor, visitor.page.form("words"), {"words": RING}, beside=KEPT).send()
    return Place(address, case.id)


WRITTEN: Final = {"kind": "fact", "words": RING}
TOLD: Final = {
    "kind": "council",
    "reason": "housing",
    "parts": "support",
    "words": RING,
    "on-day": "20",
    "on-month": "11",
    "on-year": "2026",
}
SEALED: Final = (
    *ask(
        f"{CASE}/identity/record",
        "worker",
        fresh("/identity/record"),
        {"identity": "given", "nationality": "Ruritanian"},
    ),
    look(f"{CASE}/identity", "worker", _revealed("identity")),
    look(f"{CASE}/identity", "supervisor", full("/identity"), also="before why is said"),
    send(f"{CASE}/identity/hide", "worker", _revealed("identity")),
    send(f"{CASE}/identity", "lead", full("/identity"), REVEAL, beside=KEPT),
    *ask(f"{CASE}/contacts/record", "worker", fresh("/contacts/record"), {"times": "Before noon."}),
    look(f"{CASE}/contacts", "worker", _revealed("contacts")),
    look(f"{CASE}/contacts", "supervisor", full("/contacts"), also="before why is said"),
    send(f"{CASE}/contacts/hide", "worker", _revealed("contacts")),
    send(f"{CASE}/contacts", "lead", full("/contacts"), REVEAL, beside=KEPT),
    look("/caseload/names", "worker", _named),
    send("/caseload/names", "lead", at("/caseload/names"), {"purpose": "contact-person", "words": "To ring them."}),
    look("/find/<search>", "worker", _sought),
    look(f"{CASE}/notes", "worker", full("/notes")),
    look(f"{CASE}/notes/<uuid:note>/<int:version>", "worker", _note("{}")),
    *ask(f"{CASE}/notes/write", "worker", fresh("/notes/write"), {"strand": "support", **WRITTEN}, KEPT),
    *ask(f"{CASE}/notes/<uuid:note>/correct", "worker", _note("correct"), WRITTEN, KEPT),
    look(f"{CASE}/disclosures", "worker", full("/disclosures")),
    *ask(f"{CASE}/disclosures/record", "worker", fresh("/disclosures/record"), TOLD, KEPT),
    look("/access-requests", "lead", _waiting),
    look(f"{CASE}/access-requests", "lead", full("/access-requests")),
    *ask(
        f"{CASE}/access-requests/record",
        "lead",
        fresh("/access-requests/record"),
        {
            "asker": "person",
            "words": RING,
            "received-day": "20",
            "received-month": "11",
            "received-year": "2026",
        },
        KEPT,
    ),
    *ask(
        f"{SAR}/check",
        "lead",
        _asked("check"),
        {"way": "in-person", "alone": "yes", "interpreter": "none", "words": RING},
        KEPT,
    ),
    *ask(f"{SAR}/extend", "charity lead", _asked("extend", Stage.charity_asked), {"reason": "complex"}),
    *ask(
        f"{SAR}/restrict",
        "lead",
        _asked("restrict"),
        {"item": "looks", "ground": "crime", "words": RING},
        KEPT,
    ),
    *ask(f"{SAR}/decide", "lead", _asked("decide", Stage.checked), {"decision": "give", "notes": "account"}),
    look(f"{SAR}/copy", "lead", _copied),
    look(f"{SAR}/copy", "supervisor", _asked("copy", Stage.decided), also="before why is said"),
    send(f"{SAR}/copy", "lead", _asked("copy", Stage.decided), {"words": RING}, beside=KEPT),
    *ask(
        f"{SAR}/deliver",
        "lead",
        _delivered,
        {"way": "handed-over", "agreed_alone": "yes", "words": RING},
        KEPT,
    ),
    *ask(f"{SAR}/withdraw", "lead", _asked("withdraw")),
    look(f"{CASE}/files", "worker", full("/files")),
    look(f"{CASE}/files/attach", "worker", fresh("/files/attach")),
    Example(f"POST {CASE}/files/attach", _attaching),
    look(f"{CASE}/files/<uuid:file>", "worker", _file),
)


# Transfers


def _offering(to: str) -> Prepare:
    """An offer of a case is answered until that question comes."""

    def prepare(stage: Stage) -> Place:
        case = stage.case()
        visitor = stage.visitor("worker")
        visitor.go(f"/cases/{case.reference}/transfer/new")
        answers: tuple[Answers, ...] = (
            {"kind": "information_only"},
            {"to": MANCHESTER},
            {**story.WHY, "tonight": RING},
            KEPT,
            story.SHARED,
        )
        for each in answers:
            if visitor.address.endswith(f"/{to}"):
                break
            visitor.answer(each)
        return Place(f"/cases/{case.reference}/transfer/new/{to}", case.id)

    return prepare


def _waiting_offer(stage: Stage) -> Place:
    place = _offering("where")(stage)
    return Place(place.address.removesuffix("/where"), place.about)


def _to_accept(stage: Stage) -> Place:
    made = stage.seen()
    visitor, address = stage.visitor(RECEIVER), f"/transfers/{made.id}/accept"
    visitor.go(address)
    confirmed = visitor.page.form("confirmed").choices("confirmed")
    answers = {"worker": str(stage.actor(RECEIVER).account), "confirmed": confirmed, **today(stage, "contact_on")}
    return Place(address, made.case, answers)


RECEIVER: Final = "receiving lead"
TRANSFERS: Final = (
    look("/inbox", RECEIVER, at("/inbox")),
    look("/inbox", "worker", at("/inbox?box=sent"), also="sent"),
    look(OFFER, "worker", offer("/transfers/{}", Stage.offered)),
    *ask("/inbox/<uuid:transfer_id>", RECEIVER, offer("/inbox/{}", Stage.offered)),
    *ask(f"{OFFER}/accept", RECEIVER, _to_accept, {"words": RING}, KEPT),
    *ask(
        f"{OFFER}/decline",
        RECEIVER,
        offer("/transfers/{}/decline", Stage.seen),
        {"reason": "not-our-area", "words": RING},
        KEPT,
    ),
    *ask(f"{OFFER}/withdraw", "worker", offer("/transfers/{}/withdraw", Stage.offered)),
    look(f"{CASE}/transfer/new", "worker", _waiting_offer),
    send(f"{CASE}/transfer/new", "worker", _waiting_offer),
    look(f"{CASE}/transfer/new/<step>", "worker", _offering("why")),
    send(f"{CASE}/transfer/new/<step>", "worker", _offering("where"), {"to": MANCHESTER}),
    send(f"{CASE}/transfer/new/<step>", "worker", _offering("check"), {"accurate": "yes"}, beside=KEPT, also="check"),
)


PAGES: Final[tuple[Example, ...]] = tuple(chain(CASES, OPENING, SEALED, TRANSFERS))
