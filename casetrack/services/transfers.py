"""Transfers: sent, seen, accepted, declined, withdrawn. Acceptance is the hand-off: holder and keys change together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.events import Consulted
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.cases import check_worker
from casetrack.services.lists import OfferCard, Page
from casetrack.services.milestones import strands_seen
from casetrack.services.offers import no_open_offer, transfers_of
from casetrack.services.outlook import milestones_of, seen_by
from casetrack.services.outstanding import Standing, read_standings, standings
from casetrack.services.sealing import hand_over_keys, open_answer, open_preview, seal_answer, seal_offer
from casetrack.services.wording import check_words
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
    reference: Reference
    pseudonym: Pseudonym
    preview: Mapping[str, Any]
    standings: Mapping[str, Standing]
    """Where what is still to be done stood when the offer was sent, by code; nothing once it was answered."""
    answer: str
    case_changed: bool | None
    """The case has changed since the offer was sent; None to who has nothing of the case, and once it was answered."""


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
    no_open_offer(work, case)
    work.deployment.check_code("transfer_reasons", new.reason)
    check_words(work, case, Action.TRANSFER_SEND, *shared_words(new.preview))
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
    names = {"reference": case.reference, "pseudonym": case.pseudonym}
    offer = seal_offer(work, sent, {**new.preview, **names, "standings": _standings(work, case, new)})
    kept = work.save_transfer(sent, case=case, commitment=offer.commitment, preview=offer.preview)
    work.stores.keys.add_wraps(offer.wraps)
    return kept


def shared_words(preview: Mapping[str, Any]) -> tuple[str, ...]:
    """What somebody wrote in a preview, or for it, in their own words; the sender's own number is meant to be there."""
    points = preview.get("checklist", {}).values()
    written = [preview.get(name, "") for name in ("risks", "unsafe_areas", "tonight")]
    return tuple(str(text) for text in (*written, *(point.get("words", "") for point in points)))


def view_transfer(work: UnitOfWork, transfer_id: TransferId) -> Offer:
    """Where the offer stands, with what was shared and answered."""
    transfer, case = work.look_at_transfer(transfer_id)
    return _offer(work, transfer, case)


def see_transfer(work: UnitOfWork, transfer_id: TransferId) -> Offer:
    """The receiver has the preview in front of it; the first time, the sender is shown that it was seen."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_SEE)
    return _offer(work, _keep(work, transfer.see(by=work.actor, at=work.now), case), case)


def accept_transfer(work: UnitOfWork, transfer_id: TransferId, *, worker: AccountId, seen: int | None) -> Case | None:
    """The receiving holder becomes responsible, and its keys open what moved; its words go to the sender too.

    Gives the case as the receiver now has it; None where nothing moved but information. That the offer is accepted is
    kept first: until then the receiver knows nothing of the case but the preview, and by it, of what it takes over.
    """
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_ACCEPT, seen=seen)
    check_words(work, case, Action.TRANSFER_ACCEPT, offer=transfer)
    answer = seal_answer(work, transfer, work.purpose.words) if work.purpose.words else None
    accepted = _keep(work, transfer.accept(by=work.actor, at=work.now), case, answer)
    if not accepted.strands:
        return None
    check_worker(work, worker)
    to = work.deployment.holders.receiving(accepted.to_holder, work.today)
    before = work.take_over(accepted)
    after = before.hand_off(accepted, to=to, worker=worker, by=work.actor, at=work.now)
    hand_over_keys(work, before, after, accepted)
    return work.save(after)


def decline_transfer(work: UnitOfWork, transfer_id: TransferId, reason: str, *, seen: int | None) -> Transfer:
    """The receiving holder does not take what was offered; its words, this work's purpose, go to the sender too."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_DECLINE, seen=seen)
    work.deployment.check_code("decline_reasons", reason)
    check_words(work, case, Action.TRANSFER_DECLINE, offer=transfer)
    declined = transfer.decline(reason, by=work.actor, at=work.now)
    answer = seal_answer(work, transfer, work.purpose.words) if work.purpose.words else None
    return _keep(work, declined, case, answer)


def withdraw_transfer(work: UnitOfWork, transfer_id: TransferId, *, seen: int | None) -> Transfer:
    """The sender has taken the offer back."""
    transfer, case = work.open_transfer(transfer_id, to=Action.TRANSFER_WITHDRAW, seen=seen)
    return _keep(work, transfer.withdraw(by=work.actor, at=work.now), case)


def _keep(work: UnitOfWork, transfer: Transfer, case: Case | None, answer: bytes | None = None) -> Transfer:
    kept = work.kept_transfer(transfer.id)
    return work.save_transfer(
        transfer, case=case, commitment=kept.commitment, preview=kept.preview, answer=answer or kept.answer
    )


def _standings(work: UnitOfWork, case: Case, new: NewOffer) -> dict[str, dict[str, str]]:
    """Where what the sender names as still to be done stands at this instant, as far as the sender sees it."""
    strands = strands_seen(work, case)
    transfers = transfers_of(work, case)
    every = milestones_of(case, work.deployment, work.now, transfers=transfers, strands=strands)
    return standings(seen_by(every, strands), new.preview.get("outstanding", ()))


def _offer(work: UnitOfWork, transfer: Transfer, case: Case | None) -> Offer:
    preview = open_preview(work, transfer)
    is_open, is_read = transfer.state.is_open, access.reads_preview(work.actor, transfer)
    stood = read_standings(preview.pop("standings", {}))
    return Offer(
        transfer,
        Reference(str(preview.pop("reference"))),
        Pseudonym(str(preview.pop("pseudonym"))),
        preview if is_read else {},
        stood if is_read and is_open else {},
        open_answer(work, transfer),
        case_changed=_changed_since(work, case, transfer) if case is not None and is_open else None,
    )


def _changed_since(work: UnitOfWork, case: Case, transfer: Transfer) -> bool:
    """Something that is recorded has changed since the offer was sent; new keys change nothing of that."""
    since = work.stores.journal.changes(case.id, transfer.case_version)
    return any(change.action is not Action.DATAKEY_RENEW for change in since)
