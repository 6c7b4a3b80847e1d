"""Cases: opened, viewed, placed, assigned, closed and reopened."""

from collections.abc import Mapping
from dataclasses import dataclass

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState
from casetrack.domain.errors import NameTaken, UnknownWorker
from casetrack.domain.events import Consulted
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId
from casetrack.domain.references import Pseudonym, Reference, new_pseudonym, new_reference
from casetrack.services.contacts import contact_values
from casetrack.services.identity import identity_values
from casetrack.services.lists import CaseCard, CaseQuery, Page
from casetrack.services.sealing import begin_parts, seal_fields
from casetrack.services.work import UnitOfWork

TRIES = 100


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What is known when a case is opened; a name is never needed."""

    strands: frozenset[Strand]
    age_group: AgeGroup
    areas: Areas
    identity: IdentityState
    names: Mapping[str, Value]
    contact: Mapping[str, Value]


def list_cases(work: UnitOfWork, query: CaseQuery) -> Page[CaseCard]:
    """One page of the cases of the actor's holder; whom it showed is journalled."""
    work.require(Action.CASE_LIST)
    page = work.stores.cards.find(query)
    shown = tuple(card.id for card in page.items)
    work.note(
        Consulted(action=Action.CASE_LIST, at=work.now, by=work.actor.account, cases=shown, filters=query.filters)
    )
    return page


def find_case(work: UnitOfWork, name: str, query: CaseQuery) -> Page[CaseCard]:
    """The cases that go by that reference or pseudonym, among those that the actor's holder has."""
    work.require(Action.CASE_FIND)
    page = work.stores.cards.find(query.named(name))
    shown = tuple(card.id for card in page.items)
    work.note(Consulted(action=Action.CASE_FIND, at=work.now, by=work.actor.account, cases=shown))
    return page


def open_case(work: UnitOfWork, new: NewCase) -> Case:
    """The person has a case, and the actor's holder is responsible for its strands from this instant."""
    work.require(Action.CASE_OPEN)
    case = Case.open(
        id=CaseId(work.deployment.chance.uuid()),
        reference=new_reference(work.deployment.chance.below),
        pseudonym=_free_pseudonym(work),
        strands=new.strands,
        by=work.actor,
        holder=work.deployment.holders.receiving(work.actor.holder, work.today),
        at=work.now,
        age_group=new.age_group,
        areas=new.areas,
    )
    work.begin_case(case)
    begin_parts(work, case, case.holdings.parts_of(work.actor.holder))
    names = identity_values(new.identity, new.names)
    seal_fields(work, case, names)
    case = case.record_identity(new.identity, (field.name for field in names), by=work.actor, at=work.now)
    if contact := contact_values(new.contact):
        seal_fields(work, case, contact)
        case = case.record_contact((field.name for field in contact), by=work.actor, at=work.now)
    return work.save(case)


def view_case(work: UnitOfWork, reference: Reference) -> Case:
    """The case, to be looked at."""
    return work.open(reference, to=Action.CASE_VIEW)


def place_case(work: UnitOfWork, reference: Reference, areas: Areas, *, seen: int | None) -> Case:
    """The areas of exploitation, home and encounter are as recorded."""
    case = work.open(reference, to=Action.CASE_PLACE, seen=seen)
    for area in filter(None, (areas.exploitation, areas.home, areas.encounter)):
        work.deployment.holders.area(area)
    return work.save(case.place(areas, by=work.actor, at=work.now))


def assign_case(work: UnitOfWork, reference: Reference, strand: Strand, worker: AccountId, *, seen: int | None) -> Case:
    """The worker has the strand."""
    case = work.open(reference, to=Action.CASE_ASSIGN, seen=seen)
    check_worker(work, worker)
    return work.save(case.assign(strand, worker, by=work.actor, at=work.now))


def close_case(work: UnitOfWork, reference: Reference, reason: str, *, seen: int | None) -> Case:
    """Nobody works on the case any more."""
    case = work.open(reference, to=Action.CASE_CLOSE, seen=seen)
    work.no_open_offer(case)
    return work.save(case.close(reason, by=work.actor, at=work.now))


def reopen_case(work: UnitOfWork, reference: Reference, *, seen: int | None) -> Case:
    """The case is open again."""
    case = work.open(reference, to=Action.CASE_REOPEN, seen=seen)
    return work.save(case.reopen(by=work.actor, at=work.now))


def check_worker(work: UnitOfWork, worker: AccountId) -> None:
    """The worker is one of the actor's holder who can have cases."""
    if worker not in {account.id for account in work.stores.accounts.workers(work.actor.holder)}:
        raise UnknownWorker


def _free_pseudonym(work: UnitOfWork) -> Pseudonym:
    """Two words by which no open case goes."""
    words = (work.deployment.words.first, work.deployment.words.second)
    for _ in range(TRIES):
        pseudonym = new_pseudonym(words, work.deployment.chance.below)
        if not work.stores.cases.pseudonym_is_taken(pseudonym):
            return pseudonym
    raise NameTaken
