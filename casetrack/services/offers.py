"""The offers of a case, read as they were sealed: whatever follows from them is shown or done by no other."""

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, OfferOpen
from casetrack.domain.transfer import Transfer
from casetrack.services.work import UnitOfWork


def transfers_of(work: UnitOfWork, case: Case) -> tuple[Transfer, ...]:
    """Every offer of the case, oldest first, each as it was sealed; `IntegrityBroken` if one that was sent is gone."""
    kept = work.stores.transfers.of_case(case.id)
    newest = work.stores.journal.last_steps([each.transfer.id for each in kept])
    for each in kept:
        work.check(each, newest.get(each.transfer.id))
    if {each.transfer.id for each in kept} != work.stores.journal.begun(case.id, Action.TRANSFER_SEND):
        raise IntegrityBroken
    return tuple(each.transfer for each in kept)


def no_open_offer(work: UnitOfWork, case: Case) -> None:
    """The case is in no open transfer; otherwise `OfferOpen`, which names the offer to its two sides."""
    offer = next((each for each in transfers_of(work, case) if each.state.is_open), None)
    if offer is not None:
        raise OfferOpen(**({"transfer": str(offer.id)} if access.side(work.actor, offer) else {}))
