"""A day in which everything happens that the journal has a kind of event for, with a list of all that was typed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import AgeGroup, Areas, BeginReason, Case, IdentityState
from casetrack.domain.errors import NotFound, SignInFailed
from casetrack.domain.finding import Birth, Known
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import SessionId, TransferId
from casetrack.domain.misplaced import Keeping
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.records import RecordState
from casetrack.domain.sars import Item
from casetrack.domain.unusual_access import Disposition
from casetrack.services.accounts import (
    NewAccount,
    close_account,
    create_account,
    create_token,
    reset_account,
    revoke_token,
)
from casetrack.services.audit import Use, begin_verifying, search_audit
from casetrack.services.caseload import begin_shift, everything, name_caseload, view_caseload
from casetrack.services.cases import (
    NewCase,
    assign_case,
    begin_strand,
    close_case,
    find_case,
    list_cases,
    open_case,
    place_case,
    reopen_case,
    view_case,
)
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.destructions import destroy_keyset
from casetrack.services.disclosures import list_disclosures, look_at_disclosures, record_disclosure
from casetrack.services.exporting import Maker, cosign_checkpoint
from casetrack.services.extracts import Extract
from casetrack.services.files import NewFile, attach_file, list_files, open_file
from casetrack.services.finding import Sought, find_people
from casetrack.services.founding import journal_keysets
from casetrack.services.history import view_history
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.journeys import view_journey
from casetrack.services.keysets import list_keysets, renew_keyset, reseal_keyset
from casetrack.services.lists import LogQuery
from casetrack.services.log_keys import end_log_key, renew_log_key
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone, reopen_milestone
from casetrack.services.notes import NewNote, NoteQuery, list_notes, open_note, write_note
from casetrack.services.occasions import UnusualQuery
from casetrack.services.passwords import change_password, set_password
from casetrack.services.people import Session
from casetrack.services.quotas import raise_quota, view_quotas
from casetrack.services.register import RIGHT_OF_ACCESS, RegisterQuery
from casetrack.services.renewing_case_keys import plan_case_keys, renew_case_keys
from casetrack.services.renewing_tags import remake_tags
from casetrack.services.reopening import reopen_log
from casetrack.services.sar_copies import copy_sar
from casetrack.services.sars import extend_sar, withdraw_sar
from casetrack.services.sessions import NOBODY, actor_of, check_credentials, close_session, open_session
from casetrack.services.shipping import note_shipment
from casetrack.services.transfers import (
    NewOffer,
    accept_transfer,
    decline_transfer,
    list_transfers,
    see_transfer,
    send_transfer,
    view_transfer,
    withdraw_transfer,
)
from casetrack.services.unusual import list_unusual, review_unusual, view_unusual
from casetrack.services.vouching import vouched_session
from casetrack.services.work import UnitOfWork
from tests.services import acts, destroying, sars
from tests.services.deeds import told
from tests.services.exported import exported
from tests.services.keeping import case_keeper, keeper, moved, renewed_service, rewrapped
from tests.services.log_keys import LogPlace
from tests.world import EAST, NORTH, SOUTH, START, World

TYPED = (
    *("Quetzala", "Nightingalesdottir", "Zibeline", "1999-04-17", "01632 960444", "14 Marzipan Yard"),
    *("She hums while she waits.", "I must ring her sister.", "Somebody follows her.", "Our flats are full."),
    *("Ottoline Invented", "ottoline.invented", "a-very-long-invented-password", "The night shift's program"),
    "Periwinkle recollections",
)
"""Everything that somebody typed in the course of the day."""
(
    GIVEN,
    FAMILY,
    OTHER,
    BORN,
    PHONE,
    ADDRESS,
    NOTE,
    REASON,
    RISK,
    ANSWER,
    DISPLAYED,
    SIGN_IN,
    PASSWORD,
    PROGRAM,
    FILE,
) = TYPED

AT_ANOTHER_COST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""How passwords were kept once."""
WHY = Purpose("contact-person", REASON)
NO = Purpose("casework", ANSWER)


@dataclass(frozen=True)
class Day:
    """The world at the end of the day, and the case that it was all about."""

    world: World
    case: Case
    session: SessionId


@cache
def a_full_day() -> Day:
    """Everything that the journal has a kind of event for, once or more."""
    world = World.in_memory()
    case = _opened(world)
    for doing in (_casework, _transfers, _oversight):
        doing(world, case)
    _doors(world)
    _keys(world)
    session = _signed_in(world)
    return Day(world, acts.kept_case(world, case).case, session)


def did(world: World, name: str, doing: Callable[[UnitOfWork], object], purpose: Purpose = WHY) -> None:
    """Somebody has done it, in a unit of work of their own."""
    with world.work(name, purpose) as work:
        doing(work)


def _opened(world: World) -> Case:
    new = NewCase(
        strands=acts.SUPPORT,
        age_group=AgeGroup.ADULT,
        areas=Areas(exploitation=SOUTH.code, home=NORTH.code),
        identity=IdentityState.GIVEN,
        names={
            "given_names": GIVEN,
            "family_name": FAMILY,
            "other_names": OTHER,
            "birth_date": date.fromisoformat(BORN),
        },
        contact={"phone": PHONE, "address": ADDRESS},
    )
    with world.work("worker") as work:
        return open_case(work, new)


def _casework(world: World, case: Case) -> None:
    reference = case.reference
    met = NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=START, note=NOTE)
    inquiry, unagreed = Strand.INVESTIGATION, BeginReason.WITHOUT_AGREEMENT
    did(world, "worker", lambda work: begin_strand(work, reference, inquiry, unagreed, seen=None))
    did(world, "worker", lambda work: place_case(work, reference, Areas(encounter=NORTH.code), seen=None))
    did(world, "lead", lambda work: assign_case(work, reference, Strand.SUPPORT, acts.account("lead"), seen=None))
    given = IdentityState.GIVEN
    did(world, "worker", lambda work: record_identity(work, reference, given, {"other_names": OTHER}, seen=None))
    did(world, "worker", lambda work: record_contact(work, reference, {"phone": PHONE, "voicemail": OTHER}, seen=None))
    did(world, "worker", lambda work: record_milestone(work, reference, met, seen=None))
    did(world, "worker", lambda work: reopen_milestone(work, reference, "encounter", seen=None))
    _files(world, case)
    _notes(world, case)
    _disclosures(world, case)
    _asked_for(world, case)
    _finding(world, case)
    did(world, "lead", lambda work: close_case(work, reference, "support-complete", seen=None))
    did(world, "lead", lambda work: reopen_case(work, reference, seen=None))
    did(world, "worker", lambda work: view_case(work, reference))
    did(world, "worker", lambda work: list_milestones(work, reference))
    did(world, "worker", lambda work: view_journey(work, reference))
    did(world, "worker", lambda work: reveal_identity(work, reference))
    did(world, "worker", lambda work: reveal_contact(work, reference))
    did(world, "worker", lambda work: view_history(work, reference, page=1))
    did(world, "worker", lambda work: list_cases(work, everything(work)))
    did(world, "worker", lambda work: find_case(work, case.pseudonym, everything(work)))
    did(world, "worker", view_caseload)
    did(world, "worker", begin_shift)
    did(world, "worker", lambda work: name_caseload(work, page=1, shift=timedelta(hours=10)))
    with pytest.raises(NotFound):
        did(world, "receiver", lambda work: view_case(work, reference))


def _files(world: World, case: Case) -> None:
    new = NewFile(
        strand=Strand.SUPPORT, name=f"{FILE}.txt", declared="text/plain", pieces=[f"{FILE}, invented.".encode()]
    )
    with world.work("worker") as work:
        file = attach_file(work, case.reference, new, seen=None)[1].id
    did(world, "worker", lambda work: list_files(work, case.reference))
    did(world, "worker", lambda work: open_file(work, case.reference, file))


def _notes(world: World, case: Case) -> None:
    """A note that is sensitive, and that somebody is shown; and one in which a number stays for a reason."""
    new = NewNote(
        strand=Strand.SUPPORT, kind=NoteKind.ACCOUNT, sensitivity=Sensitivity.SENSITIVE, words=f"{NOTE} {PHONE}"
    )
    with world.work("worker", replace(CASEWORK, keeping=Keeping.NEEDED_HERE)) as work:
        note = write_note(work, case.reference, new, seen=None)[1]
    did(world, "worker", lambda work: list_notes(work, case.reference, NoteQuery()))
    did(world, "worker", lambda work: open_note(work, case.reference, note))


def _disclosures(world: World, case: Case) -> None:
    did(world, "worker", lambda work: record_disclosure(work, case.reference, told(work, case), seen=None))
    did(world, "worker", lambda work: list_disclosures(work, case.reference, page=1))
    did(world, "auditor", lambda work: look_at_disclosures(work, RegisterQuery(), Use.LAWFULNESS))


def _asked_for(world: World, case: Case) -> None:
    """The person asks and is given a copy; asks again and does not want it any more. A charity is asked too."""
    sar = sars.answered(world, case, Item.LOOKS)
    did(world, "lead", lambda work: copy_sar(work, case.reference, sar), Purpose(RIGHT_OF_ACCESS, REASON))
    again = sars.recorded(world, case)
    did(world, "lead", lambda work: withdraw_sar(work, case.reference, again, seen=None))
    theirs = acts.opened(world, "charity-lead", frozenset({Strand.SUPPORT}))
    asked = sars.recorded(world, theirs, "charity-lead")
    did(world, "charity-lead", lambda work: extend_sar(work, theirs.reference, asked, "complex", seen=None))


def _finding(world: World, case: Case) -> None:
    """Somebody looks for the person, finds them, and is allowed to look for more."""
    known = Known((GIVEN, FAMILY), Birth.on(date.fromisoformat(BORN)), phones=(PHONE,))
    did(world, "worker", lambda work: find_people(work, Sought(known, case.pseudonym)))
    did(world, "supervisor", view_quotas)
    did(world, "supervisor", lambda work: raise_quota(work, acts.account("worker"), timedelta(hours=1)))


def _transfers(world: World, case: Case) -> None:
    """One offer that is taken back, one that is declined and one that is accepted, each after it was looked at."""
    withdrawn = _offered(world, case)
    did(world, "worker", lambda work: withdraw_transfer(work, withdrawn, seen=None))
    declined = _offered(world, case)
    did(world, "receiving-lead", lambda work: decline_transfer(work, declined, "duplicate", seen=None), NO)
    taken = _offered(world, case)
    new = acts.account("receiver")
    did(world, "receiving-lead", lambda work: accept_transfer(work, taken, worker=new, seen=None))


def _offered(world: World, case: Case) -> TransferId:
    new = NewOffer(
        to=SOUTH.code,
        strands=frozenset({Strand.SUPPORT}),
        reason="relocated-for-safety",
        already_moved=False,
        preview={"risks": RISK},
    )
    with world.work("worker", WHY) as work:
        offer = send_transfer(work, case.reference, new, seen=None).id
    did(world, "receiver", lambda work: list_transfers(work, page=1))
    did(world, "receiver", lambda work: see_transfer(work, offer))
    did(world, "worker", lambda work: view_transfer(work, offer))
    return offer


def _oversight(world: World, case: Case) -> None:
    query = LogQuery(reference=case.reference)
    did(world, "auditor", lambda work: search_audit(work, query, Use.LAWFULNESS))
    did(world, "auditor", lambda work: begin_verifying(work, Use.INTEGRITY))
    exported(world, Extract(case=case.id))
    did(world, "auditor", lambda work: cosign_checkpoint(work, 1, Maker.of(work).key))
    did(world, "auditor", lambda work: note_shipment(work, 0))
    days = UnusualQuery(since=START.date(), until=START.date())
    with world.work("auditor") as work:
        occasion, *_ = list_unusual(work, days, Use.LAWFULNESS).page.items
    did(world, "auditor", lambda work: view_unusual(work, occasion.first.id, Use.LAWFULNESS, of_day=False))
    expected, entry = Disposition.EXPECTED, occasion.first.id
    did(world, "auditor", lambda work: review_unusual(work, entry, expected, Use.LAWFULNESS, of_day=False))
    with world.begin(NOBODY) as stores:
        journal_keysets(stores, world.deployment, stores.keys.keysets(NORTH.code), world.now)


def _doors(world: World) -> None:
    """Somebody is given an account, chooses a password, signs in, changes it, makes a token; and all of it is ended."""
    new = NewAccount(sign_in_name=SIGN_IN, display_name=DISPLAYED, role=Role.LEAD, holder=NORTH.code)
    with world.work("administrator") as work:
        set_up = create_account(work, new)
    chosen = set_password(world.begin, world.deployment, token_digest(set_up.link), PASSWORD, world.now)
    actor, made = actor_of(chosen, Auth.PASSWORD, None), chosen.id
    acts.keep_account(world, replace(chosen, password=AT_ANOTHER_COST.hash(PASSWORD)))
    check_credentials(world.begin, world.deployment, SIGN_IN, PASSWORD, source="here", now=world.now)
    with acts.acting(world, actor) as work:
        change_password(work, f"{PASSWORD}-changed")
    with acts.acting(world, actor) as work:
        create_token(work, made, PROGRAM, timedelta(days=30))
        (token,) = work.stores.accounts.tokens(made)
    did(world, "administrator", lambda work: revoke_token(work, made, token.id))
    did(world, "administrator", lambda work: reset_account(work, made))
    did(world, "administrator", lambda work: close_account(work, made))
    with pytest.raises(SignInFailed):
        check_credentials(world.begin, world.deployment, SIGN_IN, PASSWORD, source="here", now=world.now)


def _destroyed(world: World) -> None:
    """Two administrators agree that the first keys of an organisation be destroyed, and they are."""
    destroying.renewed(world)
    destroying.approved(world, destroying.proposed(world, WHY))
    destroy_keyset(keeper(world), EAST.code, 1)


def _keys(world: World) -> None:
    """The keys of one organisation are renewed, and sealed again under a root of their own; then the log's."""
    with world.work("administrator") as work:
        list_keysets(work)
    renew_keyset(keeper(world), NORTH.code)
    rewrapped(world, NORTH.code)
    renew_case_keys(case_keeper(world), plan_case_keys(case_keeper(world))[0])
    remake_tags(case_keeper(world))
    renewed_service(world)
    _destroyed(world)
    reseal_keyset(keeper(moved(world)), NORTH.code)
    log = LogPlace(world)
    renew_log_key(log.by())
    log.sign(1)
    end_log_key(log.by())
    reopen_log(log.reopener(log.promised(2)))


def _signed_in(world: World) -> SessionId:
    """Somebody signed in, at a browser that is known by a hash of its address, and out again."""
    id_ = SessionId(uuid4())
    actor = replace(world.actor("worker"), client=bytes(range(16)))
    session = Session(
        id=id_, token=bytes(32), account=actor.account, auth=Auth.PASSWORD, epoch=0, since=START, seen=START, sealed=b""
    )
    with acts.acting(world, actor) as work:
        open_session(work, vouched_session(session, world.deployment))
    with acts.acting(world, replace(actor, session=id_)) as work:
        close_session(work, id_)
    return id_
