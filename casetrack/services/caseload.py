"""My work: what waits in one's holder's cases, and once a shift the names behind the pseudonyms of one's own."""

from dataclasses import dataclass, replace
from datetime import timedelta

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.calendars import Nation
from casetrack.domain.errors import ReasonNeeded
from casetrack.domain.events import Consulted, NamesShown
from casetrack.domain.ids import CaseId
from casetrack.services.fields import IDENTITY, named
from casetrack.services.journal import Purpose
from casetrack.services.lists import CaseCard, CaseQuery, Due, OfferCard, Page, WorkCounts
from casetrack.services.sealing import open_across
from casetrack.services.work import UnitOfWork

SOON = 5
"""How many working days ahead count as soon."""
FIRST_FEW = 10


@dataclass(frozen=True)
class Caseload:
    """What My work shows: four counts, the first few of what is late or due, and the offers that wait."""

    counts: WorkCounts
    overdue: Page[CaseCard]
    due_soon: Page[CaseCard]
    inbox: Page[OfferCard]


def everything(work: UnitOfWork) -> CaseQuery:
    """The open cases of the actor's holder; the start of every list."""
    nation = Nation.named(work.deployment.holders[work.actor.holder].nation)
    soon = work.deployment.working_days.add(work.today, SOON, nation)
    return CaseQuery(holder=work.actor.holder, today=work.today, soon=soon)


def view_caseload(work: UnitOfWork) -> Caseload:
    """What is overdue, due soon, waiting or offered, among the cases of the actor's holder."""
    work.require(Action.CASELOAD_VIEW)
    query = everything(work)
    overdue = work.stores.cards.find(replace(query, due=Due.OVERDUE, size=FIRST_FEW))
    due_soon = work.stores.cards.find(replace(query, due=Due.SOON, size=FIRST_FEW))
    inbox = work.stores.transfers.inbox(work.actor.holder, page=1)
    shown = (*(card.id for card in (*overdue.items, *due_soon.items)), *(card.case for card in inbox.items))
    unique = tuple(dict.fromkeys(shown))
    work.note(Consulted(action=Action.CASELOAD_VIEW, at=work.now, by=work.actor.account, cases=unique))
    counts = work.stores.cards.counts(work.actor.holder, query.today, query.soon)
    return Caseload(counts, overdue, due_soon, inbox)


def begin_shift(work: UnitOfWork) -> None:
    """The actor may open the names of their own caseload until the shift ends; why is journalled."""
    work.require(Action.CASELOAD_NAME)
    if not work.purpose.words.strip():
        raise ReasonNeeded
    work.deployment.check_code("reveal_purposes", work.purpose.code)
    work.stores.doors.keep_shift(work.actor.account, work.purpose.code, work.now)
    work.note(Consulted(action=Action.CASELOAD_NAME, at=work.now, by=work.actor.account))


def shift_is_open(work: UnitOfWork, shift: timedelta) -> bool:
    """True if the actor gave the purpose for this shift already."""
    return _purpose_of(work, shift) is not None


def name_caseload(
    work: UnitOfWork, *, page: int, shift: timedelta
) -> tuple[Page[CaseCard], dict[CaseId, dict[str, Value]]]:
    """One page of the actor's own cases with the names of the people, for the purpose of the shift.

    `ReasonNeeded` unless the shift has begun. It is journalled before any name is opened.
    """
    work.require(Action.CASELOAD_NAME)
    purpose = _purpose_of(work, shift)
    if purpose is None:
        raise ReasonNeeded
    work.purpose = Purpose(purpose)
    cards = work.stores.cards.find(replace(everything(work), worker=work.actor.account, page=page))
    cases = tuple(card.id for card in cards.items)
    work.note(NamesShown(at=work.now, by=work.actor.account, cases=cases, page=page))
    fields = named(IDENTITY)
    return cards, open_across(work, cases, (fields["given_names"], fields["family_name"]))


def _purpose_of(work: UnitOfWork, shift: timedelta) -> str | None:
    begun = work.stores.doors.shift(work.actor.account)
    return begun[0] if begun is not None and work.now - begun[1] < shift else None
