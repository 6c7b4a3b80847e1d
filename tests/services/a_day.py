"""A day in which everything happens that the journal has a kind of event for, with a list of all that was typed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from uuid import uuid4

import pytest

from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState
from casetrack.domain.errors import NotFound, SignInFailed
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import SessionId, TransferId
from casetrack.domain.records import RecordState
from casetrack.services.accounts import NewAccount, close_account, create_account, create_token, revoke_token
from casetrack.services.audit import Use, begin_verifying, search_audit
from casetrack.services.caseload import begin_shift, everything, name_caseload, view_caseload
from casetrack.services.cases import (
    NewCase,
    assign_case,
    close_case,
    find_case,
    list_cases,
    open_case,
    place_case,
    reopen_case,
    view_case,
)
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.founding import journal_keysets
from casetrack.services.history import view_history
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.journeys import view_journey
from casetrack.services.lists import LogQuery
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone, reopen_milestone
from casetrack.services.ports import Session
from casetrack.services.sessions import NOBODY, check_credentials, close_session, open_session
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
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.world import NORTH, SOUTH, START, World

TYPED = (
    *("Quetzala", "Nightingalesdottir", "Zibeline", "1999-04-17", "01632 960444", "14 Marzipan Yard"),
    *("She hums while she waits.", "I must ring her sister.", "Somebody follows her.", "Our flats are full."),
    *("Ottoline Invented", "ottoline.invented", "a-very-long-invented-password", "The night shift's program"),
)
"""Everything that somebody typed in the course of the day."""
(GIVEN, FAMILY, OTHER, BORN, PHONE, ADDRESS, NOTE, REASON, RISK, ANSWER, DISPLAYED, SIGN_IN, PASSWORD, PROGRAM) = TYPED

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
    session = _signed_in(world)
    return Day(world, acts.kept_case(world, case).case, session)


def did(world: World, name: str, doing: Callable[[UnitOfWork], object], purpose: Purpose = WHY) -> None:
    """Somebody has done it, in a unit of work of their own."""
    with world.work(name, purpose) as work:
        doing(work)


def _opened(world: World) -> Case:
    new = NewCase(
        strands=frozenset(Strand),
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
    did(world, "worker", lambda work: place_case(work, reference, Areas(encounter=NORTH.code), seen=None))
    did(world, "lead", lambda work: assign_case(work, reference, Strand.SUPPORT, acts.account("worker"), seen=None))
    given = IdentityState.GIVEN
    did(world, "worker", lambda work: record_identity(work, reference, given, {"other_names": OTHER}, seen=None))
    did(world, "worker", lambda work: record_contact(work, reference, {"phone": PHONE, "voicemail": OTHER}, seen=None))
    did(world, "worker", lambda work: record_milestone(work, reference, met, seen=None))
    did(world, "worker", lambda work: reopen_milestone(work, reference, "encounter", seen=None))
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
    with world.begin(NOBODY) as stores:
        journal_keysets(stores, world.deployment, stores.keys.keysets(NORTH.code), world.now)


def _doors(world: World) -> None:
    new = NewAccount(sign_in_name=SIGN_IN, display_name=DISPLAYED, role=Role.LEAD, holder=NORTH.code, password=PASSWORD)
    with world.work("administrator") as work:
        made = create_account(work, new).id
    with world.work("administrator") as work:
        create_token(work, made, PROGRAM, timedelta(days=30))
        (token,) = work.stores.accounts.tokens(made)
    did(world, "administrator", lambda work: revoke_token(work, made, token.id))
    did(world, "administrator", lambda work: close_account(work, made))
    with pytest.raises(SignInFailed):
        check_credentials(world.begin, world.deployment, SIGN_IN, PASSWORD, source="here", now=world.now)


def _signed_in(world: World) -> SessionId:
    """Somebody signed in, at a browser that is known by a hash of its address, and out again."""
    id_ = SessionId(uuid4())
    actor = replace(world.actor("worker"), session=id_, client=bytes(range(16)))
    session = Session(
        id=id_, token=bytes(32), account=actor.account, auth=Auth.PASSWORD, epoch=0, since=START, seen=START, sealed=b""
    )
    with acts.acting(world, actor) as work:
        open_session(work, session)
    with acts.acting(world, actor) as work:
        close_session(work, id_)
    return id_
