"""One request of each call of the API that does what the call is for."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from casetrack.domain.case import Case
from casetrack.domain.notes import Sensitivity
from casetrack.domain.transfer import Transfer
from tests.journeys.asking import API, KEPT, NEW, RING, Example, Place, Prepare, Request, call
from tests.journeys.site import PERSONAS
from tests.journeys.stage import SUPPORT, Stage

CASE: Final = "/cases/<reference:reference>"
OFFER: Final = "/transfers/<uuid:transfer>"
HAPPENED: Final = datetime(2026, 11, 1, 9, tzinfo=UTC).isoformat()
WRITTEN: Final = {"kind": "fact", "sensitivity": "ordinary", "words": RING, **KEPT}
TOLD: Final = {
    "kind": "council",
    "on": "2026-11-01",
    "reason": "housing",
    "parts": ["support"],
    "words": RING,
    **KEPT,
}
PERSON: Final = {
    "strands": ["support"],
    "age_group": "adult",
    "identity": "given",
    "given_names": "Testa Maria",
    "birth_date": "1990-02-03",
    "phone": "01632 960001",
}
OFFERED: Final = {
    "kind": "information_only",
    "to": PERSONAS["receiving lead"].holder,
    "reason": "moved-home",
    "already_moved": True,
    "tonight": RING,
    "phone": "01632 960000",
    "risks": "None is known.",
    "language": "sq",
    "unsafe_areas": "None is known.",
    "accurate": True,
    **KEPT,
}


def at(address: str) -> Prepare:
    """That address, which is about no case."""
    return lambda _: Place(address)


def full(path: str = "") -> Prepare:
    """That address of the case with everything in it."""
    return lambda stage: Place(f"/cases/{stage.full.reference}{path}", stage.full.id)


def fresh(path: str, make: Callable[[Stage], Case] = Stage.case) -> Prepare:
    """That address of a case of its own, as it is now."""

    def prepare(stage: Stage) -> Place:
        case = make(stage)
        return Place(f"/cases/{case.reference}{path}", case.id, tag=f"/cases/{case.reference}")

    return prepare


def offer(path: str, make: Callable[[Stage], Transfer] = Stage.offered) -> Prepare:
    """That address of an offer of its own, as it is now."""

    def prepare(stage: Stage) -> Place:
        made = make(stage)
        return Place(f"/transfers/{made.id}{path}", made.case, tag=f"/transfers/{made.id}")

    return prepare


def _assigned(stage: Stage) -> Place:
    case = stage.case()
    answers = {"worker": str(stage.actor("lead").account)}
    return Place(f"/cases/{case.reference}/workers/support", case.id, answers=answers, tag=f"/cases/{case.reference}")


def _recorded(stage: Stage) -> Place:
    case = stage.case()
    stage.record_on(case)
    path = f"/cases/{case.reference}"
    return Place(f"{path}/milestones/encounter/reopening", case.id, tag=path)


def _noted(stage: Stage) -> Place:
    case = stage.case()
    note, path = stage.note_on(case, Sensitivity.ORDINARY), f"/cases/{case.reference}"
    return Place(f"{path}/notes/{note}/correction", case.id, tag=path)


def _accepted(stage: Stage) -> Place:
    made = stage.seen()
    answers = {"worker": str(stage.actor("receiving lead").account)}
    return Place(f"/transfers/{made.id}/accept", made.case, answers, f"/transfers/{made.id}")


def _proposed(stage: Stage) -> Place:
    case, proposal = stage.erasing()
    return Place(f"/proposals/{proposal.id}", case.id)


def _erased(stage: Stage) -> Place:
    case = stage.erased()
    return Place(f"/erasures/{case.id}", case.id)


def _one_strand(stage: Stage) -> Case:
    return stage.case(strands=SUPPORT)


def _attaching(stage: Stage) -> Request:
    case, token = stage.case(), stage.token("worker")
    program, path = stage.visitor(""), f"{API}/cases/{case.reference}"
    headers = {"authorization": f"Bearer {token}", "idempotency_key": str(uuid4()), "content_type": "text/plain"}
    headers["content_disposition"] = 'attachment; filename="letter.txt"'
    headers["if_match"] = program.request("GET", path, authorization=headers["authorization"]).headers["ETag"]
    by = stage.actor("worker").account
    return Request(program, "POST", f"{path}/files?strand=support", b"A letter.", headers, by, case.id)


def _audited(path: str = "", asked: str = "") -> Prepare:
    return lambda stage: Place(f"/audit/cases/{stage.full.reference}{path}?use=integrity{asked}")


def _account_audited(stage: Stage) -> Place:
    return Place(f"/audit/accounts/{stage.actor('worker').account}?use=integrity")


def _compared(stage: Stage) -> Place:
    return Place("/audit/comparisons", answers={"checkpoint": stage.checkpoint()})


CALLS: Final = (
    call("GET", "/caseload", "worker", at("/caseload")),
    call("GET", "/cases", "worker", at("/cases")),
    call("POST", "/cases", "worker", lambda _: Place("/cases", NEW), PERSON),
    call("GET", CASE, "worker", full()),
    call("PUT", f"{CASE}/areas", "worker", fresh("/areas"), {"home": "kent"}),
    call("PUT", f"{CASE}/workers/<any(support, investigation):strand>", "lead", _assigned),
    call("POST", f"{CASE}/closing", "worker", fresh("/closing"), {"reason": "person-asked", "words": RING, **KEPT}),
    call("POST", f"{CASE}/reopening", "lead", fresh("/reopening", Stage.closed), {"words": RING, **KEPT}),
    call(
        "POST",
        f"{CASE}/strands",
        "worker",
        fresh("/strands", _one_strand),
        {"strand": "investigation", "reason": "person-agreed", "words": RING, **KEPT},
    ),
    call("GET", f"{CASE}/identity", "worker", full("/identity"), is_refused=True),
    call("PUT", f"{CASE}/identity", "worker", fresh("/identity"), {"identity": "given", "given_names": "Testa"}),
    call("GET", f"{CASE}/contact", "worker", full("/contact"), is_refused=True),
    call("PUT", f"{CASE}/contact", "worker", fresh("/contact"), {"times": "Before noon."}),
    call("GET", f"{CASE}/milestones", "worker", full("/milestones")),
    call(
        "POST",
        f"{CASE}/milestones",
        "worker",
        fresh("/milestones"),
        {"code": "encounter", "happened": HAPPENED, "note": RING, **KEPT},
    ),
    call("POST", f"{CASE}/milestones/<code>/reopening", "worker", _recorded, {"words": RING, **KEPT}),
    call("GET", f"{CASE}/notes", "worker", full("/notes"), is_refused=True),
    call("GET", f"{CASE}/notes/<uuid:note>", "worker", full(f"/notes/{NEW}"), is_refused=True),
    call("POST", f"{CASE}/notes", "worker", fresh("/notes"), {"strand": "support", **WRITTEN}),
    call("POST", f"{CASE}/notes/<uuid:note>/correction", "worker", _noted, WRITTEN),
    call("GET", f"{CASE}/disclosures", "worker", full("/disclosures"), is_refused=True),
    call("POST", f"{CASE}/disclosures", "worker", fresh("/disclosures"), TOLD),
    call("GET", f"{CASE}/files", "worker", full("/files"), is_refused=True),
    call("GET", f"{CASE}/files/<uuid:file>", "worker", full(f"/files/{NEW}"), is_refused=True),
    Example(f"POST {API}{CASE}/files", _attaching),
    call("GET", f"{CASE}/journey", "worker", full("/journey")),
    call("GET", f"{CASE}/history", "worker", full("/history")),
    call("GET", f"{CASE}/holds", "worker", full("/holds")),
    call("GET", f"{CASE}/transfers", "worker", full("/transfers")),
    call("POST", f"{CASE}/transfers", "worker", fresh("/transfers"), OFFERED),
    call("GET", "/transfers", "receiving lead", at("/transfers")),
    call("GET", OFFER, "worker", offer("")),
    call("POST", f"{OFFER}/seen", "receiving lead", offer("/seen"), is_refused=True),
    call("POST", f"{OFFER}/accept", "receiving lead", _accepted, is_refused=True),
    call(
        "POST",
        f"{OFFER}/decline",
        "receiving lead",
        offer("/decline", Stage.seen),
        {"reason": "not-our-area", "words": RING, **KEPT},
    ),
    call("POST", f"{OFFER}/withdraw", "worker", offer("/withdraw")),
    call("GET", "/proposals", "supervisor", at("/proposals")),
    call("GET", "/proposals/<uuid:proposal>", "supervisor", _proposed),
    call("GET", "/erasures", "supervisor", at("/erasures")),
    call("GET", "/erasures/<uuid:case>", "lead", _erased),
    call(
        "POST",
        "/find",
        "worker",
        at("/find"),
        {"purpose": "contact-person", "words": "They rang.", "name": "Testa", "birth": "1990"},
        is_refused=True,
    ),
    call("GET", "/accounts", "administrator", at("/accounts")),
    call("GET", "/audit/log", "auditor", at("/audit/log?use=integrity")),
    call("GET", "/audit/entries", "auditor", at("/audit/entries?use=integrity")),
    call("GET", "/audit/cases/<reference:reference>", "auditor", _audited()),
    call("GET", "/audit/cases/<reference:reference>/as-at", "auditor", _audited("/as-at", "&at=2026-11-20T12:00:00Z")),
    call("GET", "/audit/accounts/<uuid:account>", "auditor", _account_audited),
    call("POST", "/audit/comparisons", "auditor", _compared, {"use": "integrity"}),
    call("POST", "/audit/verifications", "auditor", at("/audit/verifications"), {"use": "integrity"}),
    call(
        *("POST", "/audit/exports", "auditor", at("/audit/exports")),
        {"use": "integrity", "since": "2026-11-01", "until": "2026-11-30"},
    ),
    call("GET", "/audit/disclosures", "auditor", at("/audit/disclosures?use=integrity")),
    call("GET", "/audit/erasures", "auditor", at("/audit/erasures?use=integrity")),
    call("GET", "/audit/unusual", "auditor", at("/audit/unusual?use=integrity")),
    call(
        "POST",
        "/audit/unusual/<uuid:entry>/reviews",
        "auditor",
        lambda stage: Place(f"/audit/unusual/{stage.looked()}/reviews"),
        {"use": "integrity", "disposition": "expected", "words": RING},
    ),
    call("GET", "/holders", "worker", at("/holders")),
    call("GET", "/codes", "worker", at("/codes")),
    call("GET", "/milestones", "worker", at("/milestones")),
)
