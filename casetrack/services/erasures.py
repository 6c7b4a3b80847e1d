"""Erasing: proposed by one person, and done when a second agrees, in one transaction; and what is left to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.erasures import Tombstone, check_agreed, check_erasing
from casetrack.domain.errors import IntegrityBroken, NotFound
from casetrack.domain.events import Consulted
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import AccountId, CaseId
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.domain.references import Reference
from casetrack.services.approvals import KeptTombstone
from casetrack.services.cases import Overview, overview_of
from casetrack.services.certificates import certificate, reference_digest
from casetrack.services.erasure_list import list_erasure
from casetrack.services.journal import CaseChange
from casetrack.services.lists import Page
from casetrack.services.offers import transfers_of
from casetrack.services.ports import LastChange
from casetrack.services.proposing import What, holds_on, propose
from casetrack.services.seals import canonical_tombstone
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Losing:
    """What would be lost with a case, in numbers."""

    records: int
    values: int
    offers: int
    holds: tuple[LegalHold, ...]
    """Those that stand: while there is one, nothing is lost."""


@dataclass(frozen=True)
class Erasure:
    """An erasure as its page shows it, with the certificate that is given out."""

    stone: Tombstone
    names: Mapping[AccountId, str]
    """What colleagues call the two people, today."""
    entry: int | None
    """Its place in the log; None until it is sequenced."""
    fingerprint: str
    """Of the service's keyset in the certificate, to be compared over another channel."""
    certificate: Mapping[str, Any]


def propose_erasure(work: UnitOfWork, reference: Reference, rule: str, reason: str, *, seen: int | None) -> Proposal:
    """That the case be erased waits for a second person, who must find it as this one has seen it."""
    case = work.open(reference, to=Action.ERASURE_PROPOSE, seen=seen)
    work.deployment.check_code("erasure_rules", rule)
    work.deployment.check_code("erasure_reasons", reason)
    check_erasing(case, _holds(work, case), by=work.actor)
    return propose(work, case, What(ProposalKind.ERASURE, case.id, rule, reason))


def prepare_erasure(work: UnitOfWork, reference: Reference) -> tuple[Overview, Losing]:
    """The case, and what would be lost, for the page that proposes it; what would be refused anyway is refused now."""
    case = work.open(reference, to=Action.ERASURE_PROPOSE, lock=False)
    work.look(case, Action.CASE_VIEW)
    lost = losing(work, case)
    check_erasing(case, lost.holds, by=work.actor)
    return overview_of(work, case), lost


def losing(work: UnitOfWork, case: Case) -> Losing:
    """What erasing the case, which is in hand, would take."""
    standing = tuple(hold for hold in _holds(work, case) if hold.stands)
    offers = len(transfers_of(work, case))
    return Losing(len(case.records), len(work.in_hand(case.id).all_values()), offers, standing)


def erase_agreed(work: UnitOfWork, approved: Proposal, case: Case) -> None:
    """Nothing is left of the case but its tombstone, which the actor's holder has sealed, and a line outside.

    The line comes last: what it says is then all there, and waits for nothing but the end of the transaction.
    """
    check_erasing(case, _holds(work, case), by=work.actor)
    check_agreed(case, approved)
    hand = work.in_hand(case.id)
    previous = hand.kept.seal.digest if hand.kept else b""
    stone = Tombstone.over(
        case,
        approved,
        lost=work.stores.tombstones.erase(case.id, approved.id),
        reference_digest=reference_digest(case.id, case.reference),
        by=work.actor,
        at=work.now,
    )
    seal = work.seal(canonical_tombstone(stone, previous), previous)
    change = CaseChange(stone.version, seal.digest, hand.last_change)
    kept = KeptTombstone(replace(stone, events=()), seal, stone.version)
    work.stores.tombstones.add(kept)
    for event in stone.events:
        work.note(event, about=case, sides=approved.sides, change=change)
    list_erasure(work.deployment.erasures, work.trust, work.deployment, kept, work.stores.tombstones.place())


def list_erasures(work: UnitOfWork, *, page: int) -> Page[KeptTombstone]:
    """The tombstones of the cases that the actor's holder was the last to be responsible for, the newest first."""
    work.require(Action.ERASURE_LIST)
    stones = work.stores.tombstones.of_holder(work.actor.holder, page=page)
    work.note(Consulted(action=Action.ERASURE_LIST, at=work.now, by=work.actor.account))
    return stones


def view_erasure(work: UnitOfWork, case: CaseId) -> Erasure:
    """The erasure of that case: the tombstone as it was sealed, who the two people were, and the certificate."""
    work.require(Action.ERASURE_VIEW)
    kept = work.stores.tombstones.get(case)
    if kept is None:
        raise NotFound
    access.require_of_tombstone(work.actor, kept.stone)
    last = _last(work, case)
    work.check(kept, last)
    work.note(Consulted(action=Action.ERASURE_VIEW, at=work.now, by=work.actor.account, case=case))
    entry = work.stores.journal.place_of(last.event)
    service, signer = work.trust.certified(kept.seal.seal.holder)
    given = certificate(
        kept,
        work.deployment.name,
        signer=signer,
        service=service,
        event=last.event,
        entry=entry,
    )
    names = work.stores.accounts.names({kept.stone.proposed_by, kept.stone.approved_by})
    return Erasure(kept.stone, names, entry, service.fingerprint, given)


def _holds(work: UnitOfWork, case: Case) -> tuple[LegalHold, ...]:
    return tuple(kept.hold for kept in holds_on(work, case.id))


def _last(work: UnitOfWork, case: CaseId) -> LastChange:
    last = work.stores.journal.last_changes([case]).get(case)
    if last is None:
        raise IntegrityBroken
    return last
