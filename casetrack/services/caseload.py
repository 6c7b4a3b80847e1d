"""My work: what waits in one's own cases, or all of one's holder's; and once a shift the names behind one's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from casetrack.crypto.fields import Value
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Role
from casetrack.domain.calendars import Nation
from casetrack.domain.errors import ReasonNeeded
from casetrack.domain.events import Consulted, NamesShown
from casetrack.domain.ids import CaseId
from casetrack.services.approvals import ProposalCard
from casetrack.services.fields import IDENTITY, named
from casetrack.services.identity import SURNAME, check_reason
from casetrack.services.journal import Purpose
from casetrack.services.lists import CaseCard, CaseQuery, Due, OfferCard, Page, WorkCounts
from casetrack.services.quotas import spend
from casetrack.services.sealing import open_across
from casetrack.services.surnames import compare_surnames
from casetrack.services.work import UnitOfWork

SOON = 5
"""How many working days ahead count as soon."""
FIRST_FEW = 10


class Whose(StrEnum):
    """Whose cases My work is about."""

    MINE = "mine"
    ALL = "all"
    """Every case of the holder's."""


@dataclass(frozen=True)
class Caseload:
    """What My work shows: four counts, the first few of what is late or due, and the offers that wait."""

    whose: Whose
    counts: WorkCounts
    overdue: Page[CaseCard]
    due_soon: Page[CaseCard]
    inbox: Page[OfferCard]
    proposals: tuple[ProposalCard, ...]
    """What waits for the actor as its second person; nothing for a role that decides on none."""


def everything(work: UnitOfWork) -> CaseQuery:
    """The open cases of the actor's holder; the start of every list."""
    nation = Nation.named(work.deployment.holders[work.actor.holder].nation)
    soon = work.deployment.working_days.add(work.today, SOON, nation)
    return CaseQuery(holder=work.actor.holder, today=work.today, soon=soon)


def usually(actor: Actor) -> Whose:
    """Whose cases somebody in that role looks at first: a worker their own, whoever answers for a team everybody's."""
    return Whose.MINE if actor.role is Role.SUPPORT_WORKER else Whose.ALL


def view_caseload(work: UnitOfWork, whose: Whose | None = None) -> Caseload:
    """What is overdue, due soon or waiting among those cases, and every offer that waits for the actor's holder."""
    work.require(Action.CASELOAD_VIEW)
    asked = whose or usually(work.actor)
    query = replace(everything(work), worker=work.actor.account if asked is Whose.MINE else None)
    overdue = work.stores.cards.find(replace(query, due=Due.OVERDUE, size=FIRST_FEW))
    due_soon = work.stores.cards.find(replace(query, due=Due.SOON, size=FIRST_FEW))
    inbox = work.stores.transfers.inbox(work.actor.holder, page=1)
    proposals = _to_decide(work)
    shown = (
        *(card.id for card in (*overdue.items, *due_soon.items)),
        *(card.case for card in inbox.items),
        *(card.proposal.case for card in proposals if card.proposal.case is not None),
    )
    unique = tuple(dict.fromkeys(shown))
    work.note(Consulted(action=Action.CASELOAD_VIEW, at=work.now, by=work.actor.account, cases=unique))
    counts = work.stores.cards.counts(query)
    return Caseload(asked, counts, overdue, due_soon, inbox, proposals)


def _to_decide(work: UnitOfWork) -> tuple[ProposalCard, ...]:
    """What expires first of what the actor can decide on."""
    if not access.may(work.actor, Action.PROPOSAL_APPROVE):
        return ()
    waiting = work.stores.proposals.waiting(work.actor.holder, work.now, page=1)
    return tuple(card for card in waiting.items if card.proposal.decidable_by(work.actor))


def begin_shift(work: UnitOfWork) -> None:
    """The actor may open the names of their own caseload until the shift ends; why is journalled."""
    work.require(Action.CASELOAD_NAME)
    check_reason(work)
    work.stores.doors.keep_shift(work.actor.account, work.purpose.code, work.now)
    work.note(Consulted(action=Action.CASELOAD_NAME, at=work.now, by=work.actor.account))


def shift_is_open(work: UnitOfWork, shift: timedelta) -> bool:
    """True if the actor gave the purpose for this shift already."""
    return _purpose_of(work, shift) is not None


def name_caseload(
    work: UnitOfWork, *, page: int, shift: timedelta
) -> tuple[Page[CaseCard], Mapping[CaseId, dict[str, Value]], frozenset[CaseId]]:
    """One page of the actor's own cases with the names of the people, for the purpose of the shift.

    The third is which of them are not as they were sealed: nothing of those is opened, and each is journalled as
    refused. `ReasonNeeded` unless the shift has begun. Each page counts as a reveal, and whose names it shows is
    journalled before it is given.
    """
    work.require(Action.CASELOAD_NAME)
    purpose = _purpose_of(work, shift)
    if purpose is None:
        raise ReasonNeeded
    spend(work, reveals=1)
    work.purpose = Purpose(purpose)
    cards = work.stores.cards.find(replace(everything(work), worker=work.actor.account, page=page))
    fields = named(IDENTITY)
    taken = work.take_all([card.id for card in cards.items])
    opened = open_across(work, taken, (fields["given_names"], fields[SURNAME]))
    work.refuse_each(opened.broken, Action.CASELOAD_NAME)
    # One that went away since the list was read is on it no more.
    there = tuple(card for card in cards.items if card.id in opened.cases or card.id in opened.broken)
    shown = tuple(card.id for card in there if card.id in opened.cases)
    entry = work.note(NamesShown(at=work.now, by=work.actor.account, cases=shown, page=page))
    if shown:
        compare_surnames(work, entry, [opened.values.get(case, {}).get(SURNAME) for case in shown], ())
    return replace(cards, items=there), opened.values, frozenset(opened.broken)


def _purpose_of(work: UnitOfWork, shift: timedelta) -> str | None:
    begun = work.stores.doors.shift(work.actor.account)
    return begun[0] if begun is not None and work.now - begun[1] < shift else None
