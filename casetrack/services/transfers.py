"""Transfers: sent, seen, accepted, declined, withdrawn. Acceptance is the hand-off: holder and keys change together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.events import Consulted
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.cases import check_worker
from casetrack.services.lists import OfferCard, Page
from casetrack.services.sealing import hand_over_keys, open_answer, open_preview, seal_answer, seal_offer
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class NewOffer:
    """What the sender offers, to whom and why; `preview` is what the receiver may read before it answers."""

    to: HolderCode
    strands: frozenset[Strand]
    reason: str
    already_moved: bool
    preview: Mapping[str, Any]


@dataclass(frozen=True)
class Offer:
    """An offer as one of its sides sees it. What the case goes by was sealed into it, to be known afterwards."""

    transfer: Transfer
    case: Case | None
    """The case, for as long as this side may know of it: a receiver that did not take it no longer does."""
    reference: Reference
    pseudonym: Pseudonym
    preview: Mapping[str, Any]
    answer: str
    case_changed: bool
    """The case has changed since the offer was sent."""


def list_transfers(work: UnitOfWork, *, page: int, sent: bool = False) -> Page[OfferCard]:
    """The offers that wait for the actor's holder, or those that it sent; whose cases they are is journalled."""
    work.require(Action.TRANSFER_LIST)
    find = work.stores.transfers.sent if sent else work.stores.transfers.inbox
    offers = find(work.actor.holder, page=page)
    shown = tuple(dict.fromkeys(card.case for card in offers.items))
    work.note(Consulted(action=Action.TRANSFER_LIST, at=work.now, by=work.actor.account, cases=shown))
    return offers


def send_transfer(work: UnitOfWork, reference: Reference, new: NewOffer, *, seen: int | None) -> Transfer:
    """The offer, with the least preview, waits for the receiver; the sender stays responsible."""
    case = work.open(reference, to=Action.TRANSFER_SEND, seen=seen)
    work.no_open_offer(case)
    work.deployment.check_code("transfer_reasons", new.reason)
    sent = Transfer.send(
        id=TransferId(work.deployment.chance.uuid()),
        case=case,
        strands=new.strands,
        to=work.deployment.holders.receiving(new.to, work.today),
        reason=new.reason,
        already_moved=new.already_moved,
        by=work.actor,
        at=work.now,
    )
    offer = seal_offer(work, sent, {**new.preview, "reference": case.reference, "pseudonym": case.pseudonym})
    kept = work.save_transfer(sent, case=case, commitment=offer.commitment, preview=offer.preview)
    work.stores.keys.add_wraps(offer.wraps)
    return kept


def view_transfer(work: UnitOfWork, transfer_id: TransferId) -> Offer:
    """Where the offer stands, with what was shared and answered."""
    transfer, case = work.look_at_transfer(transfer_id)
    return _offer(work, transfer, case)


def see_transfer(work: UnitOfWork, transfer_id: TransferId) -> Offer:
    """The receiver has the preview in front of it; the first time, the sender is shown that it was seen."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_SEE)
    return _offer(work, _keep(work, transfer.see(by=work.actor, at=work.now), case), case)


def accept_transfer(work: UnitOfWork, transfer_id: TransferId, *, worker: AccountId, seen: int | None) -> Case:
    """The receiving holder becomes responsible, and its keys open what moved; its words go to the sender too."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_ACCEPT, seen=seen)
    accepted = transfer.accept(by=work.actor, at=work.now)
    answer = seal_answer(work, transfer, work.purpose.words) if work.purpose.words else None
    if accepted.strands:
        check_worker(work, worker)
        to = work.deployment.holders.receiving(accepted.to_holder, work.today)
        after = case.hand_off(accepted, to=to, worker=worker, by=work.actor, at=work.now)
        hand_over_keys(work, case, after, accepted)
        case = work.save(after)
    _keep(work, accepted, case, answer)
    return case


def decline_transfer(work: UnitOfWork, transfer_id: TransferId, reason: str, *, seen: int | None) -> Transfer:
    """The receiving holder does not take what was offered; its words, this work's purpose, go to the sender too."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_DECLINE, seen=seen)
    work.deployment.check_code("decline_reasons", reason)
    declined = transfer.decline(reason, by=work.actor, at=work.now)
    answer = seal_answer(work, transfer, work.purpose.words) if work.purpose.words else None
    return _keep(work, declined, case, answer)


def withdraw_transfer(work: UnitOfWork, transfer_id: TransferId, *, seen: int | None) -> Transfer:
    """The sender has taken the offer back."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_WITHDRAW, seen=seen)
    return _keep(work, transfer.withdraw(by=work.actor, at=work.now), case)


def _keep(work: UnitOfWork, transfer: Transfer, case: Case, answer: bytes | None = None) -> Transfer:
    kept = work.kept_transfer(transfer.id)
    return work.save_transfer(
        transfer, case=case, commitment=kept.commitment, preview=kept.preview, answer=answer or kept.answer
    )


def _offer(work: UnitOfWork, transfer: Transfer, case: Case | None) -> Offer:
    preview = open_preview(work, transfer)
    return Offer(
        transfer,
        case,
        Reference(str(preview.pop("reference"))),
        Pseudonym(str(preview.pop("pseudonym"))),
        preview,
        open_answer(work, transfer),
        case_changed=case is not None and case.version != transfer.case_version,
    )
