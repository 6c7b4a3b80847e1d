"""The canonical forms that seals are made over (docs/formats/sealing.md): what a signature of the acting holder covers.

Each form holds every value that a rule of access reads, the SHA-256 of every sealed value, the
aggregate's version, and the digest of the form before it. It is RFC 8785 JSON with a version of its
own, so that a form once signed can be made again for ever.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date
from typing import Any, TypeAlias
from uuid import UUID

import rfc8785

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import AggregateSeal, Seal, check_seal, digest
from casetrack.domain.case import Case
from casetrack.domain.erasures import Tombstone
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holdings import Holding
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import CaseId, Instant
from casetrack.domain.proposals import Proposal
from casetrack.domain.records import Recorded
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.ports import CaseKey, KeptCase, KeptHolding, KeptTransfer, Outlook

FIRST = bytes(32)
"""What the first form of an aggregate follows on."""


def canonical_case(
    case: Case,
    keys: Iterable[CaseKey],
    values: Iterable[tuple[UUID, bytes, int | None]],
    outlook: Outlook,
    previous: bytes,
) -> bytes:
    """The case as a seal covers it; `values` are the id, digest and superseding version of each sealed value."""
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
            "outlook": {name: _listed(value) for name, value in asdict(outlook).items()},
            "values": sorted(([str(row), found.hex(), superseded or 0] for row, found, superseded in values), key=str),
        }
    )


def canonical_holding(case: Case, holding: Holding) -> bytes:
    """A holding of the case, which begins or ends now, as its own seal covers it."""
    pseudonym = None if holding.is_open else case.pseudonym
    return _holding_form(case.id, case.reference, case.opened_at, pseudonym, holding)


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


def canonical_proposal(proposal: Proposal, words_digest: bytes, previous: bytes) -> bytes:
    """The proposal as a seal covers it."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "proposal",
            "id": str(proposal.id),
            "version": proposal.version,
            "previous": previous.hex(),
            "proposes": proposal.kind.value,
            "subject": str(proposal.subject),
            "case": str(proposal.case or ""),
            "case_version": proposal.case_version or 0,
            "state": proposal.state.value,
            "rule": proposal.rule,
            "reason": proposal.reason,
            "from": proposal.from_holder,
            "to": proposal.to_holder,
            "proposed": [str(proposal.proposed_by), _instant(proposal.proposed_at)],
            "decided": [str(proposal.decided_by or ""), _instant(proposal.decided_at)],
            "words": words_digest.hex(),
        }
    )


def canonical_hold(hold: LegalHold, previous: bytes) -> bytes:
    """The legal hold as a seal covers it."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "hold",
            "id": str(hold.id),
            "version": hold.version,
            "previous": previous.hex(),
            "case": str(hold.case),
            "reason": hold.reason,
            "holder": hold.holder,
            "set": [str(hold.set_by), _instant(hold.set_at)],
            "lifted": [str(hold.lifted_by or ""), _instant(hold.lifted_at)],
        }
    )


def canonical_tombstone(stone: Tombstone, previous: bytes) -> bytes:
    """The tombstone as a seal covers it; its id is that of the case."""
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "tombstone",
            "id": str(stone.case),
            "version": stone.version,
            "previous": previous.hex(),
            "reference": stone.reference_digest.hex(),
            "holders": list(stone.holders),
            "proposal": str(stone.proposal),
            "rule": stone.rule,
            "reason": stone.reason,
            "proposed": [str(stone.proposed_by), stone.proposed_holder, _instant(stone.proposed_at)],
            "approved": [str(stone.approved_by), stone.approved_holder, _instant(stone.erased_at)],
            "lost": dict(stone.lost),
        }
    )


Kept: TypeAlias = KeptCase | KeptTransfer | KeptProposal | KeptHold | KeptTombstone


def form_of(kept: Kept) -> bytes:
    """The canonical form of what was kept."""
    previous = kept.seal.previous
    match kept:
        case KeptCase():
            return canonical_case(kept.case, kept.keys, kept.values, kept.outlook, previous)
        case KeptTransfer():
            return canonical_transfer(kept.transfer, kept.commitment, kept.preview, kept.answer, previous)
        case KeptProposal():
            return canonical_proposal(kept.proposal, kept.words_digest, previous)
        case KeptHold():
            return canonical_hold(kept.hold, previous)
    return canonical_tombstone(kept.stone, previous)


def check_kept(kept: Kept, deployment: str, sealer: PublicKeyset) -> None:
    """What was kept is what its sealer signed, who might; `IntegrityBroken` if a single value differs."""
    if kept.seal.seal.holder not in _may_seal(kept):
        raise IntegrityBroken
    check_form(form_of(kept), kept.seal, deployment, sealer)


def check_holding(kept: KeptHolding, deployment: str, sealer: PublicKeyset) -> None:
    """The holding is as it was sealed, with what the case goes by; `IntegrityBroken` otherwise.

    An edited one can be named by it, and a former holder that sees nothing else of the case can tell who leads.
    """
    if kept.holding.is_open and kept.seal.holder != kept.holding.holder:
        raise IntegrityBroken
    form = _holding_form(kept.case, kept.reference, kept.opened_at, kept.pseudonym, kept.holding)
    check_signature(form, kept.seal, deployment, sealer)


def _may_seal(kept: Kept) -> frozenset[str]:
    """Whoever has any of a case made its newest version; one of its two sides, that of an offer or a proposal.

    A hold and a tombstone say themselves whose they are, which is then held against the journal.
    """
    match kept:
        case KeptCase():
            return frozenset(kept.case.holdings.holders)
        case KeptTransfer():
            return frozenset({kept.transfer.from_holder, kept.transfer.to_holder})
        case KeptProposal():
            return frozenset(kept.proposal.sides)
        case KeptHold():
            return frozenset({kept.hold.holder})
    return frozenset({kept.stone.approved_holder})


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


def _holding_form(
    case: CaseId, reference: Reference, opened_at: Instant, pseudonym: Pseudonym | None, holding: Holding
) -> bytes:
    return rfc8785.dumps(
        {
            "v": 1,
            "kind": "holding",
            "case": str(case),
            "reference": reference,
            "opened_at": _instant(opened_at),
            "pseudonym": pseudonym,
            "holding": _holding(holding),
        }
    )


def _holding(row: Holding) -> list[Any]:
    number = row.number or 0
    return [row.part.value, row.holder, number, _instant(row.since), _instant(row.until), str(row.via or "")]


def _listed(value: str | bool | date | None) -> str | bool | None:  # noqa: FBT001 - a value of the outlook
    return value.isoformat() if isinstance(value, date) else value


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
