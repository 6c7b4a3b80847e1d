"""The canonical forms that seals are made over (docs/formats/sealing.md): what a signature of the acting holder covers.

Each form holds every value that a rule of access reads, the SHA-256 of every sealed value, the
aggregate's version, and the digest of the form before it. It is RFC 8785 JSON with a version of its
own, so that a form once signed can be made again for ever.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC
from typing import Any
from uuid import UUID

import rfc8785

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import Seal, check_seal, digest
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holdings import Holding
from casetrack.domain.ids import CaseId, Instant
from casetrack.domain.records import Recorded
from casetrack.domain.transfer import Transfer
from casetrack.services.ports import AggregateSeal, CaseKey, KeptCase, KeptTransfer

FIRST = bytes(32)
"""What the first form of an aggregate follows on."""


def canonical_case(
    case: Case, keys: Iterable[CaseKey], values: Iterable[tuple[UUID, bytes, int | None]], previous: bytes
) -> bytes:
    """The case as a seal covers it; `values` are the id, SHA-256 and superseding version of each sealed value."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "case",
            "id": str(case.id),
            "version": case.version,
            "previous": previous.hex(),
            "reference": case.reference,
            "pseudonym": case.pseudonym,
            "status": case.status.value,
            "close_reason": case.close_reason,
            "opened_at": _instant(case.opened_at),
            "nation": case.nation,
            "age_group": case.age_group.value,
            "identity": case.identity.value,
            "areas": [case.areas.exploitation, case.areas.home, case.areas.encounter],
            "workers": {strand.value: str(worker) for strand, worker in case.workers.items()},
            "holdings": sorted((_holding(row) for row in case.holdings.rows), key=rfc8785.dumps),
            "records": sorted(_record(entry) for entry in case.records),
            "keys": sorted([key.number, key.part.value, key.commitment.hex(), key.retired] for key in keys),
            "values": sorted(([str(row), found.hex(), superseded or 0] for row, found, superseded in values), key=str),
        }
    )


def canonical_holding(case: CaseId, holding: Holding) -> bytes:
    """One holding as its own seal covers it, so that an edited one can be named."""
    return rfc8785.dumps({"v": 1, "kind": "holding", "case": str(case), "holding": _holding(holding)})


def canonical_transfer(
    transfer: Transfer, commitment: bytes, preview: bytes, answer: bytes | None, previous: bytes
) -> bytes:
    """The transfer as a seal covers it."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "transfer",
            "id": str(transfer.id),
            "case": str(transfer.case),
            "version": transfer.version,
            "previous": previous.hex(),
            "from": transfer.from_holder,
            "to": transfer.to_holder,
            "strands": sorted(strand.value for strand in transfer.strands),
            "reason": transfer.reason,
            "state": transfer.state.value,
            "case_version": transfer.case_version,
            "already_moved": transfer.already_moved,
            "high_risk": transfer.high_risk,
            "sent": [str(transfer.sent_by), _instant(transfer.sent_at)],
            "seen": _instant(transfer.seen_at),
            "answered": [str(transfer.answered_by or ""), _instant(transfer.answered_at), transfer.decline_reason],
            "commitment": commitment.hex(),
            "preview": hashlib.sha256(preview).hexdigest(),
            "answer": hashlib.sha256(answer).hexdigest() if answer is not None else None,
        }
    )


def form_of(kept: KeptCase | KeptTransfer) -> bytes:
    """The canonical form of what was kept."""
    if isinstance(kept, KeptCase):
        return canonical_case(kept.case, kept.keys, kept.values, kept.seal.previous)
    return canonical_transfer(kept.transfer, kept.commitment, kept.preview, kept.answer, kept.seal.previous)


def check_kept(kept: KeptCase | KeptTransfer, deployment: str, sealer: PublicKeyset) -> None:
    """What was kept is what its sealer signed, who might; `IntegrityBroken` if a single value differs."""
    if kept.seal.seal.holder not in _may_seal(kept):
        raise IntegrityBroken
    check_form(form_of(kept), kept.seal, deployment, sealer)


def _may_seal(kept: KeptCase | KeptTransfer) -> frozenset[str]:
    """Whoever has any of a case made its newest version; one of its two sides, that of an offer."""
    if isinstance(kept, KeptCase):
        return frozenset(kept.case.holdings.holders)
    return frozenset({kept.transfer.from_holder, kept.transfer.to_holder})


def check_form(form: bytes, kept: AggregateSeal, deployment: str, sealer: PublicKeyset) -> None:
    """The form is the one that was signed, by that keyset."""
    if digest(form) != kept.digest:
        raise IntegrityBroken
    check_signature(form, kept.seal, deployment, sealer)


def check_signature(form: bytes, seal: Seal, deployment: str, sealer: PublicKeyset) -> None:
    """The seal is that keyset's over that form."""
    try:
        check_seal(seal, deployment=deployment, canonical=form, by=sealer)
    except CannotOpen:
        raise IntegrityBroken from None


def _holding(row: Holding) -> list[Any]:
    number = row.number or 0
    return [row.part.value, row.holder, number, _instant(row.since), _instant(row.until), str(row.via or "")]


def _record(entry: Recorded) -> list[str]:
    return [
        str(entry.id),
        entry.code,
        entry.state.value,
        entry.outcome or "",
        _instant(entry.at),
        _instant(entry.recorded_at),
    ]


def _instant(at: Instant | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
