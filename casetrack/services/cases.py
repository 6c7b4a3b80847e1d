"""Cases: opened, viewed, placed, assigned, closed and reopened; and given the strand that they lack."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from casetrack.crypto.fields import Value
from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.case import AgeGroup, Areas, BeginReason, Case, IdentityState, Status
from casetrack.domain.catalogue import Phase, Side
from casetrack.domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    NameTaken,
    NoIdentity,
    ReasonNeeded,
    UnknownChoice,
    UnknownWorker,
)
from casetrack.domain.events import Consulted
from casetrack.domain.factfiles import Code
from casetrack.domain.holders import Holder, Holders
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import AccountId, CaseId
from casetrack.domain.progress import Row, phase_of
from casetrack.domain.proposals import Proposal
from casetrack.domain.references import Pseudonym, Reference, new_pseudonym, new_reference
from casetrack.domain.stub import Stub
from casetrack.domain.transfer import Transfer
from casetrack.services.contacts import contact_values
from casetrack.services.fields import CONTACT
from casetrack.services.identity import identity_values
from casetrack.services.lists import CaseCard, CaseQuery, Page
from casetrack.services.milestones import strands_seen
from casetrack.services.offers import no_open_offer, transfers_of
from casetrack.services.outlook import milestones_of, seen_by
from casetrack.services.proposing import holds_on
from casetrack.services.sealing import begin_parts, seal_fields
from casetrack.services.wording import check_words
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


@dataclass(frozen=True)
class Overview:
    """A case as every page of it has it: how far it has come for the actor's strands, and who works on it."""

    case: Case
    rows: tuple[Row, ...]
    ours: frozenset[str]
    """The codes of those milestones that the actor's organisation records: of no strand that it has not got."""
    phase: Phase
    transfers: tuple[Transfer, ...]
    workers: Mapping[AccountId, str]
    """What colleagues call the worker of each strand."""
    contact: frozenset[str]
    """What is recorded of the safe way to contact the person: the names of the fields, and none of what they say."""
    holds: tuple[LegalHold, ...] = ()
    """The legal holds that stand."""
    proposals: tuple[Proposal, ...] = ()
    """What waits for a second person."""

    @property
    def has_contact(self) -> bool:
        """Whether a safe way to contact the person is recorded; False to those whose keys do not open it."""
        return bool(self.contact)

    @property
    def offer(self) -> Transfer | None:
        """The transfer that waits for an answer."""
        return next((transfer for transfer in self.transfers if transfer.state.is_open), None)


def list_cases(work: UnitOfWork, query: CaseQuery) -> Page[CaseCard]:
    """One page of the cases of the actor's holder; whom it showed is journalled."""
    work.require(Action.CASE_LIST)
    page = work.stores.cards.find(query)
    shown = tuple(card.id for card in page.items)
    work.note(
        Consulted(action=Action.CASE_LIST, at=work.now, by=work.actor.account, cases=shown, filters=query.filters)
    )
    return replace(page, items=tuple(card.standing for card in page.items))


def find_case(work: UnitOfWork, name: str, query: CaseQuery) -> Page[CaseCard]:
    """The cases that go by that reference or pseudonym, among those that the actor's holder has."""
    work.require(Action.CASE_FIND)
    page = work.stores.cards.find(query.named(name))
    shown = tuple(card.id for card in page.items)
    work.note(Consulted(action=Action.CASE_FIND, at=work.now, by=work.actor.account, cases=shown))
    return replace(page, items=tuple(card.standing for card in page.items))


def open_case(work: UnitOfWork, new: NewCase) -> Case:
    """The person has a case, and the actor's holder is responsible for its strands from this instant."""
    work.require(Action.CASE_OPEN)
    _check_areas(work, new.areas)
    case = Case.open(
        id=CaseId(work.deployment.chance.uuid()),
        reference=new_reference(work.deployment.chance.below),
        pseudonym=_free_pseudonym(work),
        strands=new.strands,
        by=work.actor,
        holder=_own_holder(work),
        at=work.now,
        age_group=new.age_group,
        areas=new.areas,
    )
    work.begin_case(case)
    begin_parts(work, case, case.holdings.parts_of(work.actor.holder))
    names = identity_values(new.identity, new.names)
    if new.identity is IdentityState.GIVEN and not names:
        raise NoIdentity
    seal_fields(work, case, names)
    case = case.record_identity(new.identity, (field.name for field in names), by=work.actor, at=work.now)
    if contact := contact_values(new.contact):
        seal_fields(work, case, contact)
        case = case.record_contact((field.name for field in contact), by=work.actor, at=work.now)
    return work.save(case)


def view_case(work: UnitOfWork, reference: Reference) -> Case | Stub:
    """The case, to be looked at; of one that was passed on, what is left of it."""
    return work.view(reference)


def view_held(work: UnitOfWork, reference: Reference) -> Case:
    """The case, to be looked at by whoever has any of it now."""
    return work.open(reference, to=Action.CASE_VIEW)


def consult(work: UnitOfWork, reference: Reference, action: Action) -> Overview:
    """The case, for a page that looks at what is in it."""
    return overview_of(work, work.open(reference, to=action))


def prepare(work: UnitOfWork, reference: Reference, action: Action) -> Overview:
    """The case, for a page that asks what is to be done with it; what would be refused anyway is refused now."""
    case = work.open(reference, to=action, lock=False)
    work.look(case, Action.CASE_VIEW)
    if action not in access.permitted(work.actor, case):
        raise CaseIsClosed if case.status is Status.CLOSED else CaseIsOpen
    return overview_of(work, case)


def prepare_strand(work: UnitOfWork, reference: Reference) -> tuple[Overview, Strand]:
    """The case, and the strand that the actor's holder can begin in it; what would be refused anyway is refused now."""
    case = work.open(reference, to=Action.STRAND_BEGIN, lock=False)
    work.look(case, Action.CASE_VIEW)
    strand = next(iter(case.holdings.lacking), Strand.INVESTIGATION)
    case.check_beginning(strand, _own_holder(work), work.actor)
    no_open_offer(work, case)
    return overview_of(work, case), strand


def permitted_now(actor: Actor, case: Case, holders: Holders) -> frozenset[Action]:
    """The buttons that the case's pages have: what the table permits, and the actor's kind of organisation can do."""
    allowed = access.permitted(actor, case)
    return allowed if case.beginnable_by(holders[actor.holder]) else allowed - {Action.STRAND_BEGIN}


def overview_of(work: UnitOfWork, case: Case) -> Overview:
    """What stands around a case that was opened, without opening anything that is sealed."""
    transfers = transfers_of(work, case)
    strands = strands_seen(work, case)
    every = milestones_of(case, work.deployment, work.now, transfers=transfers, strands=strands)
    names = {field.label: field.name for field in CONTACT}
    contact = work.stores.values.current(case.id, Part.SAFE_ADDRESS)
    return Overview(
        case=case,
        rows=seen_by(every, strands),
        ours=frozenset(row.rule.code for row in every if row.rule.of_strands(strands)),
        phase=phase_of(every),
        transfers=transfers,
        workers=work.stores.accounts.names(case.workers.values()),
        contact=frozenset(names[value.label] for value in contact if value.label in names),
        holds=tuple(kept.hold for kept in holds_on(work, case.id) if kept.hold.stands),
        proposals=_waiting(work, case),
    )


def workers_of(work: UnitOfWork) -> tuple[tuple[AccountId, str], ...]:
    """Those of the actor's holder who can have cases, by name."""
    return tuple((worker.id, worker.display_name) for worker in work.stores.accounts.workers(work.actor.holder))


def place_case(work: UnitOfWork, reference: Reference, areas: Areas, *, seen: int | None) -> Case:
    """The areas of exploitation, home and encounter are as recorded."""
    case = work.open(reference, to=Action.CASE_PLACE, seen=seen)
    _check_areas(work, areas)
    return work.save(case.place(areas, by=work.actor, at=work.now), changes=areas != case.areas)


def assign_case(work: UnitOfWork, reference: Reference, strand: Strand, worker: AccountId, *, seen: int | None) -> Case:
    """The worker has the strand."""
    case = work.open(reference, to=Action.CASE_ASSIGN, seen=seen)
    check_worker(work, worker)
    assigned = case.assign(strand, worker, by=work.actor, at=work.now)
    return work.save(assigned, changes=assigned.workers != case.workers)


def close_case(work: UnitOfWork, reference: Reference, reason: str, *, seen: int | None) -> Case:
    """Nobody works on the case any more."""
    case = work.open(reference, to=Action.CASE_CLOSE, seen=seen)
    no_open_offer(work, case)
    work.deployment.check_code("close_reasons", reason)
    if not _suits(work.deployment.facts.codes["close_reasons"].codes[reason], case):
        raise UnknownChoice
    check_words(work, case, Action.CASE_CLOSE)
    return work.save(case.close(reason, by=work.actor, at=work.now))


def closing_reasons(work: UnitOfWork, case: Case) -> tuple[Code, ...]:
    """The reasons for which the case may be closed today: none is about a strand that it does not have."""
    reasons = work.deployment.facts.codes["close_reasons"]
    return tuple(reason for reason in reasons.offered(work.today) if _suits(reason, case))


def reopen_case(work: UnitOfWork, reference: Reference, *, seen: int | None) -> Case:
    """The case is open again, under a new pseudonym if another open case has taken its own meanwhile."""
    case = work.open(reference, to=Action.CASE_REOPEN, seen=seen)
    is_taken = case.status is Status.CLOSED and work.stores.cases.pseudonym_is_taken(case.pseudonym)
    pseudonym = _free_pseudonym(work) if is_taken else None
    check_words(work, case, Action.CASE_REOPEN)
    return work.save(case.reopen(by=work.actor, at=work.now, pseudonym=pseudonym))


def begin_strand(
    work: UnitOfWork, reference: Reference, strand: Strand, reason: BeginReason | None, *, seen: int | None
) -> Case:
    """The actor's holder leads the strand that the case lacked, and alone has the key of its part.

    Why an investigation must begin without the person's agreement is this unit of work's purpose.
    """
    case = work.open(reference, to=Action.STRAND_BEGIN, seen=seen)
    no_open_offer(work, case)
    if reason is BeginReason.WITHOUT_AGREEMENT and not work.purpose.words.strip():
        raise ReasonNeeded
    begun = case.begin_strand(strand, reason, holder=_own_holder(work), by=work.actor, at=work.now)
    check_words(work, case, Action.STRAND_BEGIN)
    begin_parts(work, begun, {STRAND_PARTS[strand]})
    return work.save(begun)


def check_worker(work: UnitOfWork, worker: AccountId) -> None:
    """The worker is one of the actor's holder who can have cases."""
    if worker not in {account.id for account in work.stores.accounts.workers(work.actor.holder)}:
        raise UnknownWorker


def _waiting(work: UnitOfWork, case: Case) -> tuple[Proposal, ...]:
    """What waits for a second person, each as it was sealed."""
    every = work.stores.proposals.of_case(case.id)
    for kept in filter(None, (work.stores.proposals.get(each.id, lock=False) for each in every)):
        work.check(kept, work.stores.journal.last_step(kept.proposal.id))
    return tuple(each for each in every if each.waits(work.now))


def _suits(reason: Code, case: Case) -> bool:
    return reason.more["of_strand"] in {Side.BOTH.value, *(strand.value for strand in case.holdings.strands)}


def _own_holder(work: UnitOfWork) -> Holder:
    """The actor's own organisation, if it can be responsible for a person today."""
    return work.deployment.holders.receiving(work.actor.holder, work.today)


def _check_areas(work: UnitOfWork, areas: Areas) -> None:
    for area in filter(None, (areas.exploitation, areas.home, areas.encounter)):
        work.deployment.holders.area(area)


def _free_pseudonym(work: UnitOfWork) -> Pseudonym:
    """Two words by which no open case goes."""
    words = (work.deployment.words.first, work.deployment.words.second)
    for _ in range(TRIES):
        pseudonym = new_pseudonym(words, work.deployment.chance.below)
        if not work.stores.cases.pseudonym_is_taken(pseudonym):
            return pseudonym
    raise NameTaken
