"""Runs the plan of invented lives through the real use cases, as if each act had happened when the plan says.

Many acts of many workers share one transaction: only what is acknowledged to nobody can be kept so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import singledispatchmethod
from typing import Final

from casetrack.cli.demo.accounts import NATIONAL
from casetrack.cli.demo.acts import (
    Accept,
    Act,
    AgreeToEnquiry,
    Approve,
    Assign,
    Begin,
    CheckAccess,
    Close,
    Decline,
    Desk,
    Disclose,
    Enquire,
    Entry,
    Find,
    Journey,
    Look,
    Open,
    ProposeErasure,
    Pry,
    Record,
    Reopen,
    ReopenCase,
    RequestAccess,
    Reveal,
    Review,
    See,
    Send,
    SetHold,
    Withdraw,
    Write,
)
from casetrack.cli.demo.chance import Stream
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.errors import NotFound
from casetrack.domain.finding import Birth, Known
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.ids import AccountId, NoteId, ProposalId, SarId, TransferId
from casetrack.domain.records import Recorded
from casetrack.domain.references import Reference
from casetrack.domain.sars import Asker, Checked, Interpreter
from casetrack.persistence.batches import Batch, Batches
from casetrack.services.audit import Use
from casetrack.services.cases import NewCase, assign_case, begin_strand, close_case, open_case, reopen_case, view_case
from casetrack.services.contacts import reveal_contact
from casetrack.services.deployment import Deployment
from casetrack.services.disclosures import NewDisclosure, record_disclosure
from casetrack.services.enquiries import Enquired, approve_enquiry, propose_enquiry
from casetrack.services.erasures import propose_erasure
from casetrack.services.fields import NOTES
from casetrack.services.finding import Sought, find_people
from casetrack.services.holds import set_hold
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import reopen_milestone
from casetrack.services.notes import NewNote, write_note
from casetrack.services.occasions import UnusualQuery
from casetrack.services.proposals import approve_proposal
from casetrack.services.sars import check_sar, record_sar
from casetrack.services.sealing import seal_fields
from casetrack.services.sessions import NOBODY
from casetrack.services.transfers import (
    NewOffer,
    accept_transfer,
    decline_transfer,
    see_transfer,
    send_transfer,
    withdraw_transfer,
)
from casetrack.services.unusual import list_unusual, review_unusual
from casetrack.services.work import UnitOfWork, at_work

ACTS_OF_A_TRANSACTION: Final = 250


class Builder:
    """Lives the lives that it is given, in the order in which things happened."""

    def __init__(self, deployment: Deployment, accounts: Mapping[Desk, AccountId], *, seed: str, today: date) -> None:
        """Know the workers, and nobody else yet."""
        self._accounts = accounts
        self._today = today
        self._seed = seed
        self._deployment = deployment
        self._batches = Batches()
        self._deployments: dict[int, Deployment] = {}
        self._references: dict[int, Reference] = {}
        self._offers: dict[int, TransferId] = {}
        self._notes: dict[int, NoteId] = {}
        self._proposals: dict[int, ProposalId] = {}
        self._requests: dict[int, SarId] = {}

    def live(self, journeys: Iterable[Journey], told: Callable[[int], None]) -> None:
        """Everything in the plans has happened; `told` hears how many acts there were, time and again."""
        acts = sorted(
            (
                (act.when.at(self._today), journey.number, place, act)
                for journey in journeys
                for place, act in enumerate(journey.acts)
            ),
            key=lambda each: each[:3],
        )
        for start in range(0, len(acts), ACTS_OF_A_TRANSACTION):
            some = acts[start : start + ACTS_OF_A_TRANSACTION]
            with self._batches.begin(NOBODY) as batch:
                for _, number, _, act in some:
                    self._live(batch, number, act)
            told(len(some))

    def _live(self, batch: Batch, number: int, act: Act) -> None:
        expected = (NotFound,) if isinstance(act, Pry) else ()
        with suppress(*expected), self._at_work(batch, number, act) as work:
            self._do(act, work, number)

    def _at_work(self, batch: Batch, number: int, act: Act) -> AbstractContextManager[UnitOfWork]:
        """The worker at work, with chance that is this life's own."""
        if number not in self._deployments:
            chance = Stream(self._seed, "chance", number).chance()
            self._deployments[number] = replace(self._deployment, chance=chance)
        is_national = act.by.role in NATIONAL
        actor = Actor(self._accounts[act.by], act.by.role, act.by.holder, Auth.DEMO, national=is_national)
        return at_work(batch.begin, self._deployments[number], actor, act.when.at(self._today), _purpose(act))

    def _case(self, number: int) -> Reference:
        return self._references[number]

    @singledispatchmethod
    def _do(self, act: Act, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - what every act is done with
        """The act, by its own use case."""
        raise TypeError(type(act).__name__)

    @_do.register
    def _(self, act: Open, work: UnitOfWork, number: int) -> None:
        case = open_case(
            work,
            NewCase(
                strands=act.strands,
                age_group=act.age_group,
                areas=act.areas,
                identity=act.identity,
                names=act.names,
                contact=act.contact,
            ),
        )
        self._references[number] = case.reference

    @_do.register
    def _(self, act: Record, work: UnitOfWork, number: int) -> None:
        write_down(work, self._case(number), act.entries)

    @_do.register
    def _(self, act: Reopen, work: UnitOfWork, number: int) -> None:
        reopen_milestone(work, self._case(number), act.code, seen=None)

    @_do.register
    def _(self, act: Write, work: UnitOfWork, number: int) -> None:
        new = NewNote(strand=act.strand, kind=act.kind, sensitivity=act.sensitivity, words=act.words)
        corrects = self._notes[number] if act.corrects else None
        _, self._notes[number] = write_note(work, self._case(number), new, seen=None, corrects=corrects)

    @_do.register
    def _(self, act: Assign, work: UnitOfWork, number: int) -> None:
        assign_case(work, self._case(number), act.strand, self._accounts[act.worker], seen=None)

    @_do.register
    def _(self, act: Begin, work: UnitOfWork, number: int) -> None:
        begin_strand(work, self._case(number), act.strand, act.reason, seen=None)

    @_do.register(Look)
    @_do.register(Pry)
    def _(self, act: Act, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - both acts say all by being there
        view_case(work, self._case(number))

    @_do.register
    def _(self, act: Reveal, work: UnitOfWork, number: int) -> None:
        (reveal_contact if act.address else reveal_identity)(work, self._case(number))

    @_do.register
    def _(self, act: Review, work: UnitOfWork, number: int) -> None:
        day = work.today - timedelta(days=act.days)
        query = UnusualQuery(since=day, until=day, account=self._accounts[act.of])
        found = list_unusual(work, query, Use.SELF_MONITORING).page.items
        (one,) = (each for each in found if each.reference == self._case(number) and each.volume is None)
        review_unusual(work, one.first.id, act.disposition, Use.SELF_MONITORING, of_day=False)

    @_do.register
    def _(self, act: Disclose, work: UnitOfWork, number: int) -> None:
        parts = frozenset({STRAND_PARTS[act.strand]})
        new = NewDisclosure(
            on=work.today,
            kind=act.kind,
            recipient=None,
            reason=act.reason,
            basis=act.basis,
            parts=parts,
            words=act.words,
        )
        record_disclosure(work, self._case(number), new, seen=None)

    @_do.register
    def _(self, act: RequestAccess, work: UnitOfWork, number: int) -> None:
        received = work.today - timedelta(days=act.days)
        _, self._requests[number] = record_sar(work, self._case(number), Asker.PERSON, received, act.words, seen=None)

    @_do.register
    def _(self, act: CheckAccess, work: UnitOfWork, number: int) -> None:
        checked = Checked(way=act.way, alone=True, interpreter=Interpreter.NONE, mandate=False, words=act.words)
        check_sar(work, self._case(number), self._requests[number], checked, seen=None)

    @_do.register
    def _(self, act: Enquire, work: UnitOfWork, number: int) -> None:
        known = Known(names=act.names, birth=Birth.on(act.born))
        asked = Enquired(known, work.today - timedelta(days=act.days), work.today)
        self._proposals[number] = propose_enquiry(work, asked, Use.SELF_MONITORING).id

    @_do.register
    def _(self, act: AgreeToEnquiry, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - the act says all by being there
        approve_enquiry(work, self._proposals[number], seen=None)

    @_do.register
    def _(self, act: Find, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - whose life it is, is to be found out
        find_people(work, Sought(Known(names=(act.name,), birth=Birth(act.year))))

    @_do.register
    def _(self, act: Send, work: UnitOfWork, number: int) -> None:
        offer = NewOffer(
            to=act.to, strands=act.strands, reason=act.reason, already_moved=act.already_moved, preview=act.preview
        )
        self._offers[number] = send_transfer(work, self._case(number), offer, seen=None).id

    @_do.register
    def _(self, act: See, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - the act says all by being there
        see_transfer(work, self._offers[number])

    @_do.register
    def _(self, act: Accept, work: UnitOfWork, number: int) -> None:
        accept_transfer(work, self._offers[number], worker=self._accounts[act.worker], seen=None)

    @_do.register
    def _(self, act: Decline, work: UnitOfWork, number: int) -> None:
        decline_transfer(work, self._offers[number], act.reason, seen=None)

    @_do.register
    def _(self, act: Withdraw, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - the act says all by being there
        withdraw_transfer(work, self._offers[number], seen=None)

    @_do.register
    def _(self, act: Close, work: UnitOfWork, number: int) -> None:
        close_case(work, self._case(number), act.reason, seen=None)

    @_do.register
    def _(self, act: ReopenCase, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - its words are the purpose
        reopen_case(work, self._case(number), seen=None)

    @_do.register
    def _(self, act: SetHold, work: UnitOfWork, number: int) -> None:
        set_hold(work, self._case(number), act.reason)

    @_do.register
    def _(self, act: ProposeErasure, work: UnitOfWork, number: int) -> None:
        self._proposals[number] = propose_erasure(work, self._case(number), act.rule, act.reason, seen=None).id

    @_do.register
    def _(self, act: Approve, work: UnitOfWork, number: int) -> None:  # noqa: ARG002 - the act says all by being there
        approve_proposal(work, self._proposals[number], seen=None)


def write_down(work: UnitOfWork, reference: Reference, entries: Sequence[Entry]) -> None:
    """Everything on the sheet is on the record, each line an event of its own, and the case is sealed once."""
    case = work.open(reference, to=Action.MILESTONE_RECORD)
    parts = case.holdings.parts_of(work.actor.holder)
    author = Strand.SUPPORT if Part.SUPPORT in parts else Strand.INVESTIGATION
    for entry in entries:
        happened = work.now - entry.before
        line = Recorded(entry.code, entry.state, entry.outcome, happened, work.now, work.deployment.chance.uuid())
        if entry.note:
            seal_fields(work, case, {NOTES[author]: entry.note}, subject=line.id)
        case = case.record(line, by=work.actor)
    work.save(case)


def _purpose(act: Act) -> Purpose:
    if isinstance(act, Reveal | Find):
        return Purpose(act.purpose, act.words)
    if isinstance(act, Enquire):
        return Purpose(Use.SELF_MONITORING.value, act.words)
    if isinstance(act, Begin | Reopen | ReopenCase | Decline | SetHold | ProposeErasure | Review):
        return Purpose(CASEWORK.code, act.words)
    return CASEWORK
