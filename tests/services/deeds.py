"""What anybody may try with a case or an offer, and what the rules of the field, beside permission, say against it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.case import Areas, BeginReason, Case, IdentityState
from casetrack.domain.errors import (
    CasetrackError,
    NoIdentity,
    NotFound,
    NotHeld,
    OfferOpen,
    SameHolder,
    StrandExists,
    StrandNeedsForce,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import FileId, NoteId, TransferId
from casetrack.domain.milestone_refusals import NothingToReopen
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.records import RecordState, in_effect
from casetrack.services.cases import assign_case, begin_strand, close_case, place_case, reopen_case, view_case
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.disclosures import NewDisclosure, list_disclosures, record_disclosure
from casetrack.services.files import NewFile, attach_file, list_files, open_file
from casetrack.services.history import view_history
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journeys import view_journey
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone, reopen_milestone
from casetrack.services.notes import NewNote, NoteQuery, list_notes, open_note, write_note
from casetrack.services.transfers import (
    accept_transfer,
    decline_transfer,
    see_transfer,
    send_transfer,
    view_transfer,
    withdraw_transfer,
)
from casetrack.services.work import UnitOfWork
from tests.domain.made import lacking
from tests.services.acts import an_offer
from tests.world import CHARITY, START

Refusal: TypeAlias = type[CasetrackError]
Doing: TypeAlias = Callable[[UnitOfWork], object]
Reasons: TypeAlias = frozenset[Refusal]

CODE: Final = "encounter"
NO_REASON: Final[Reasons] = frozenset()


@dataclass(frozen=True)
class Deed:
    """One thing that is done with a case: how, which aspect of it that changes, and what rules may stand against it."""

    do: Callable[[UnitOfWork, Case, int | None], object]
    touches: str = ""
    against: Callable[[Case, Actor, bool], Reasons] = lambda _case, _by, _offered: NO_REASON
    """Of a case, an actor and whether an offer of the case is open."""
    changes: Callable[[Case, Actor], bool] = lambda _case, _by: True
    """False where the case is so already, as that actor would have it: then it is looked at alone."""


def led(case: Case, by: Actor) -> Strand:
    """A strand that the actor's organisation leads, if it leads any."""
    return next(iter(sorted(case.holdings.led_by(by.holder))), Strand.SUPPORT)


def _against_beginning(case: Case, by: Actor, offered: bool) -> Reasons:  # noqa: FBT001 - as every deed is asked
    reasons = {
        OfferOpen: offered,
        StrandExists: not case.holdings.lacking,
        StrandNeedsForce: by.holder == CHARITY.code and lacking(case) is Strand.INVESTIGATION,
    }
    return frozenset(reason for reason, stands in reasons.items() if stands)


def a_file(strand: Strand) -> NewFile:
    """A short text, to lie with that strand."""
    return NewFile(strand=strand, name="chat.txt", declared="text/plain", pieces=[b"An invented conversation."])


def a_note(strand: Strand) -> NewNote:
    """A short note, to lie with that strand."""
    return NewNote(
        strand=strand, kind=NoteKind.FACT, sensitivity=Sensitivity.ORDINARY, words="Nothing that belongs elsewhere."
    )


def told(work: UnitOfWork, case: Case) -> NewDisclosure:
    """That the council was told of something that the actor's organisation has; of the identity, if it has nothing."""
    held = sorted(case.holdings.parts_of(work.actor.holder))
    return NewDisclosure(
        on=work.today,
        kind="council",
        recipient=None,
        reason="housing",
        basis="public-task" if work.actor.holder == CHARITY.code else None,
        parts=frozenset(held[:1] or [Part.IDENTITY]),
        words="The housing desk, on the telephone.",
    )


def name_at(version: int) -> str:
    """The family name that the change after that version records; every fourth time, the name is taken back."""
    return "" if version % 4 == 0 else f"Invented the {version}th"


def _record_identity(work: UnitOfWork, case: Case, seen: int | None) -> object:
    name = name_at(case.version)
    state = IdentityState.GIVEN if name else IdentityState.WITHHELD
    return record_identity(work, case.reference, state, {"family_name": name}, seen=seen)


def _record(work: UnitOfWork, case: Case, seen: int | None) -> object:
    new = NewRecord(code=CODE, state=RecordState.MET, outcome=None, at=START, note=f"Note {case.version}.")
    return record_milestone(work, case.reference, new, seen=seen)


def _stands(case: Case) -> bool:
    return bool(in_effect([entry for entry in case.records if entry.code == CODE]))


DEEDS: Final[Mapping[Action, Deed]] = {
    Action.CASE_VIEW: Deed(lambda work, case, _: view_case(work, case.reference)),
    Action.MILESTONE_LIST: Deed(lambda work, case, _: list_milestones(work, case.reference)),
    Action.JOURNEY_VIEW: Deed(lambda work, case, _: view_journey(work, case.reference)),
    Action.HISTORY_VIEW: Deed(lambda work, case, _: view_history(work, case.reference, page=1)),
    Action.CONTACT_REVEAL: Deed(lambda work, case, _: reveal_contact(work, case.reference)),
    Action.IDENTITY_REVEAL: Deed(
        lambda work, case, _: reveal_identity(work, case.reference),
        against=lambda case, _by, _: NO_REASON if case.identity is IdentityState.GIVEN else frozenset({NoIdentity}),
    ),
    Action.CASE_PLACE: Deed(
        lambda work, case, seen: place_case(work, case.reference, Areas(home=case.areas.encounter), seen=seen),
        "areas",
        changes=lambda case, _: case.areas != Areas(home=case.areas.encounter),
    ),
    Action.CASE_ASSIGN: Deed(
        lambda work, case, seen: assign_case(
            work, case.reference, led(case, work.actor), work.actor.account, seen=seen
        ),
        "worker",
        lambda case, by, _: NO_REASON if case.holdings.led_by(by.holder) else frozenset({NotHeld}),
        lambda case, by: case.workers.get(led(case, by)) != by.account,
    ),
    Action.CASE_CLOSE: Deed(
        lambda work, case, seen: close_case(work, case.reference, "person-asked", seen=seen),
        "status",
        lambda _case, _by, offered: frozenset({OfferOpen}) if offered else NO_REASON,
    ),
    Action.CASE_REOPEN: Deed(lambda work, case, seen: reopen_case(work, case.reference, seen=seen), "status"),
    Action.STRAND_BEGIN: Deed(
        lambda work, case, seen: begin_strand(work, case.reference, lacking(case), BeginReason.AGREED, seen=seen),
        "holdings",
        _against_beginning,
    ),
    Action.IDENTITY_RECORD: Deed(
        _record_identity,
        "identity",
        changes=lambda case, _: bool(name_at(case.version)) or case.identity is not IdentityState.WITHHELD,
    ),
    Action.CONTACT_RECORD: Deed(
        lambda work, case, seen: record_contact(work, case.reference, {"times": f"At {case.version}"}, seen=seen),
        "contact",
    ),
    Action.MILESTONE_RECORD: Deed(_record, f"milestone:{CODE}"),
    Action.MILESTONE_REOPEN: Deed(
        lambda work, case, seen: reopen_milestone(work, case.reference, CODE, seen=seen),
        f"milestone:{CODE}",
        lambda case, _by, _: NO_REASON if _stands(case) else frozenset({NothingToReopen}),
    ),
    Action.FILE_LIST: Deed(lambda work, case, _: list_files(work, case.reference)),
    Action.FILE_ATTACH: Deed(
        lambda work, case, seen: attach_file(work, case.reference, a_file(led(case, work.actor)), seen=seen),
        "file:new",
        lambda case, by, _: NO_REASON if case.holdings.led_by(by.holder) else frozenset({NotHeld}),
    ),
    Action.NOTE_LIST: Deed(lambda work, case, _: list_notes(work, case.reference, NoteQuery())),
    Action.NOTE_WRITE: Deed(
        lambda work, case, seen: write_note(work, case.reference, a_note(led(case, work.actor)), seen=seen),
        "note:new",
        lambda case, by, _: NO_REASON if case.holdings.led_by(by.holder) else frozenset({NotHeld}),
    ),
    Action.DISCLOSURE_LIST: Deed(lambda work, case, _: list_disclosures(work, case.reference, page=1)),
    Action.DISCLOSURE_RECORD: Deed(
        lambda work, case, seen: record_disclosure(work, case.reference, told(work, case), seen=seen),
        "disclosure:new",
    ),
    Action.NOTE_OPEN: Deed(
        lambda work, case, _: open_note(work, case.reference, NoteId(case.id)),
        against=lambda _case, _by, _: frozenset({NotFound}),
    ),
    Action.FILE_OPEN: Deed(
        lambda work, case, _: open_file(work, case.reference, FileId(case.id)),
        against=lambda _case, _by, _: frozenset({NotFound}),
    ),
}

STEPS: Final[Mapping[Action, Callable[[UnitOfWork, TransferId, int | None], object]]] = {
    Action.TRANSFER_VIEW: lambda work, offer, _: view_transfer(work, offer),
    Action.TRANSFER_SEE: lambda work, offer, _: see_transfer(work, offer),
    Action.TRANSFER_ACCEPT: lambda work, offer, seen: accept_transfer(
        work, offer, worker=work.actor.account, seen=seen
    ),
    Action.TRANSFER_DECLINE: lambda work, offer, seen: decline_transfer(work, offer, "duplicate", seen=seen),
    Action.TRANSFER_WITHDRAW: lambda work, offer, seen: withdraw_transfer(work, offer, seen=seen),
}


def revealing(case: Case) -> Doing:
    """Who the person is, is shown."""
    return lambda work: reveal_identity(work, case.reference)


def offering(case: Case, to: Holder, strands: frozenset[Strand], seen: int | None) -> Doing:
    """The case is offered to that organisation."""
    return lambda work: send_transfer(work, case.reference, an_offer(to, strands), seen=seen)


def against_offering(case: Case, by: Actor, to: Holder, strands: frozenset[Strand], *, offered: bool) -> Reasons:
    """Why the strands cannot be offered to that organisation."""
    reasons = {
        OfferOpen: offered,
        SameHolder: to.code == by.holder,
        NotHeld: not strands <= case.offerable_by(by.holder),
        StrandNeedsForce: Strand.INVESTIGATION in strands and not to.kind.is_police,
    }
    return frozenset(reason for reason, stands in reasons.items() if stands)
