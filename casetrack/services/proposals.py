"""What waits for a second person: listed, looked at, approved, refused, withdrawn. What is approved is done at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound
from casetrack.domain.events import Consulted
from casetrack.domain.ids import AccountId, CaseId, ProposalId
from casetrack.domain.proposal_refusals import CaseChangedSince
from casetrack.domain.proposals import Proposal, ProposalKind
from casetrack.services.approvals import KeptProposal, ProposalCard
from casetrack.services.destructions import keys_proposed
from casetrack.services.erasures import Losing, erase_agreed, losing
from casetrack.services.holds import lift_agreed
from casetrack.services.lists import Page
from casetrack.services.proposing import save_proposal, words_of
from casetrack.services.wording import check_words
from casetrack.services.work import UnitOfWork

CARRIED_OUT: Final[Mapping[ProposalKind, Callable[[UnitOfWork, Proposal, Case], None]]] = {
    ProposalKind.ERASURE: erase_agreed,
    ProposalKind.LIFTING: lift_agreed,
}
"""What is done when two people have agreed about a case."""


@dataclass(frozen=True)
class ProposalView:
    """A proposal as its page shows it."""

    proposal: Proposal
    case: Case | None
    """The case that it is about; None once that is erased, or no more the actor's holder's."""
    words: str
    """What the proposer wrote to the second person."""
    names: Mapping[AccountId, str]
    may: frozenset[Action]
    losing: Losing | None
    """What would be lost, of a case that is still there."""
    keys: PublicKeyset | None = None
    """The keys that it is about, if it is about keys."""


def list_proposals(work: UnitOfWork, *, page: int) -> Page[ProposalCard]:
    """What waits for a second person of the actor's holder, or was proposed by one of its people."""
    work.require(Action.PROPOSAL_LIST)
    cards = work.stores.proposals.waiting(work.actor.holder, work.now, page=page)
    work.note(Consulted(action=Action.PROPOSAL_LIST, at=work.now, by=work.actor.account, cases=shown_in(cards)))
    return cards


def shown_in(cards: Page[ProposalCard]) -> tuple[CaseId, ...]:
    """The cases that a list of proposals shows."""
    return tuple(dict.fromkeys(card.proposal.case for card in cards.items if card.proposal.case is not None))


def view_proposal(work: UnitOfWork, proposal_id: ProposalId) -> ProposalView:
    """The proposal, with what the second person needs to decide on it. Journalled here."""
    kept, case = _open(work, proposal_id, to=Action.PROPOSAL_VIEW)
    proposal = kept.proposal
    looked = Consulted(
        action=Action.PROPOSAL_VIEW, at=work.now, by=work.actor.account, case=proposal.case, proposal=proposal_id
    )
    work.note(looked, about=case, sides=proposal.sides)
    people = {account for account in (proposal.proposed_by, proposal.decided_by) if account is not None}
    erases = case is not None and access.reach(work.actor, case) is access.Reach.CASE
    return ProposalView(
        proposal,
        case,
        words_of(work, kept),
        work.stores.accounts.names(people),
        access.permitted_of_two(work.actor, proposal, work.now),
        losing(work, case) if case is not None and erases else None,
        keys_proposed(work, proposal),
    )


def approve_proposal(work: UnitOfWork, proposal_id: ProposalId, *, seen: int | None) -> Proposal:
    """Two people have agreed, and what they agreed to is done: both in this transaction, or neither.

    Keys are destroyed later, from the command line: where their roots are, and when nothing needs them.
    """
    kept, case = _open(work, proposal_id, to=Action.PROPOSAL_APPROVE, seen=seen)
    if case is None and kept.proposal.case is not None:
        raise CaseChangedSince
    check_words(work, case, Action.PROPOSAL_APPROVE)
    approved = save_proposal(work, kept.proposal.approve(by=work.actor, at=work.now), kept, about=case)
    if case is not None:
        CARRIED_OUT[approved.kind](work, approved, case)
    return approved


def refuse_proposal(work: UnitOfWork, proposal_id: ProposalId, *, seen: int | None) -> Proposal:
    """The second person does not agree; why is this work's purpose."""
    kept, case = _open(work, proposal_id, to=Action.PROPOSAL_REFUSE, seen=seen)
    check_words(work, case, Action.PROPOSAL_REFUSE)
    return save_proposal(work, kept.proposal.refuse(by=work.actor, at=work.now), kept, about=case)


def withdraw_proposal(work: UnitOfWork, proposal_id: ProposalId, *, seen: int | None) -> Proposal:
    """The organisation that proposed it has taken it back."""
    kept, case = _open(work, proposal_id, to=Action.PROPOSAL_WITHDRAW, seen=seen)
    return save_proposal(work, kept.proposal.withdraw(by=work.actor, at=work.now), kept, about=case)


def _open(
    work: UnitOfWork, proposal_id: ProposalId, *, to: Action, seen: int | None = None
) -> tuple[KeptProposal, Case | None]:
    """What waits for a second person; `NotFound` of an enquiry, which is decided at the auditors' desk."""
    kept, case = work.open_proposal(proposal_id, to=to, seen=seen)
    if kept.proposal.kind is ProposalKind.ENQUIRY:
        raise NotFound
    return kept, case
