"""The one door to a case: what is checked, in which order, and what is left when something is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Areas, Case, IdentityState
from casetrack.domain.errors import (
    CaseIsClosed,
    CasetrackError,
    NeedsStepUp,
    NoPendingTransfer,
    NotFound,
    NotPermitted,
    OfferOpen,
    Stale,
)
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import TransferId
from casetrack.domain.records import RecordState
from casetrack.domain.references import Reference
from casetrack.services.cases import (
    assign_case,
    close_case,
    place_case,
    reopen_case,
    view_case,
    view_held,
)
from casetrack.services.contacts import record_contact
from casetrack.services.identity import record_identity
from casetrack.services.milestones import NewRecord, record_milestone
from casetrack.services.transfers import (
    accept_transfer,
    see_transfer,
    view_transfer,
    withdraw_transfer,
)
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import INFORMATION_ONLY, REVEALING, SUPPORT, kept
from tests.services.watched import Watched
from tests.world import CHARITY, EAST, NORTH, SOUTH, START, World

Doing = Callable[[UnitOfWork, Reference, int | None], object]

ABSENT = Reference("CT-0000-0000")
IN_THE_NORTH = Areas(home=NORTH.code)


def recording(code: str) -> Doing:
    def record(work: UnitOfWork, case: Reference, seen: int | None) -> object:
        new = NewRecord(code=code, state=RecordState.MET, outcome=None, at=START)
        return record_milestone(work, case, new, seen=seen)

    return record


CHANGES: dict[str, Doing] = {
    "areas": lambda work, case, seen: place_case(work, case, IN_THE_NORTH, seen=seen),
    "worker": lambda work, case, seen: assign_case(work, case, Strand.SUPPORT, acts.account("lead"), seen=seen),
    "identity": lambda work, case, seen: record_identity(work, case, IdentityState.WITHHELD, {}, seen=seen),
    "contact": lambda work, case, seen: record_contact(work, case, {"times": "Evenings"}, seen=seen),
    "encounter": recording("encounter"),
    "lead-contact": recording("lead-contact"),
}
"""What two colleagues may do at once; each touches an aspect of its own."""
TAKES_ALL: dict[str, Doing] = {
    "close": lambda work, case, seen: close_case(work, case, "support-complete", seen=seen),
    "reopen": lambda work, case, seen: reopen_case(work, case, seen=seen),
}


def did(world: World, name: str, doing: Doing, case: Case, seen: int | None = None) -> object:
    """Somebody has done it, in a unit of work of their own."""
    with world.work(name, REVEALING) as work:
        return doing(work, case.reference, seen)


# Visible, then current, then permitted.


def a_closed_case() -> tuple[World, Case, int]:
    """A case that was closed after the version that somebody is looking at."""
    world = World.in_memory()
    case = acts.opened(world)
    did(world, "lead", TAKES_ALL["close"], case)
    return world, case, case.version


def test_what_one_may_not_know_of_is_absent_before_it_is_stale_or_not_permitted() -> None:
    world, case, old = a_closed_case()

    with pytest.raises(NotFound), world.work("receiver") as work:
        assign_case(work, case.reference, Strand.SUPPORT, acts.account("receiver"), seen=old)


def test_a_case_that_is_only_offered_is_absent_whatever_version_was_seen() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.offered(world, case, SOUTH)

    for seen in (None, 1, case.version, 99):
        with pytest.raises(NotFound), world.work("receiving-lead") as work:
            place_case(work, case.reference, IN_THE_NORTH, seen=seen)


def test_a_page_that_is_out_of_date_is_stale_before_the_role_is_asked_for() -> None:
    world, case, old = a_closed_case()

    with pytest.raises(Stale), world.work("worker") as work:
        assign_case(work, case.reference, Strand.SUPPORT, acts.account("lead"), seen=old)


def test_on_a_page_that_is_current_the_role_decides() -> None:
    world, case, old = a_closed_case()

    with pytest.raises(NotPermitted), world.work("worker") as work:
        assign_case(work, case.reference, Strand.SUPPORT, acts.account("lead"), seen=old + 1)


def test_only_then_is_the_rule_of_the_case_asked() -> None:
    world, case, old = a_closed_case()

    with pytest.raises(CaseIsClosed), world.work("lead") as work:
        assign_case(work, case.reference, Strand.SUPPORT, acts.account("lead"), seen=old + 1)


def test_an_offer_is_absent_to_all_but_its_two_sides() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)

    for name in ("scottish-lead", "charity-lead", "auditor", "administrator"):
        with pytest.raises(NotFound), world.work(name) as work:
            accept_transfer(work, offer.id, worker=acts.account(name), seen=offer.version)


def test_an_offer_that_was_answered_is_so_before_the_role_is_asked_for() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    acts.accepted(world, offer)

    with pytest.raises(NoPendingTransfer), world.work("receiver") as work:
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version)


def test_a_version_that_an_offer_never_had_is_stale_before_the_role_is_asked_for() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)

    with pytest.raises(Stale), world.work("receiver") as work:
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version + 1)


def test_accepting_is_for_a_lead_who_has_just_signed_in() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)

    with pytest.raises(NotPermitted), world.work("receiver") as work:
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version)
    token = world.actor("receiving-lead", Auth.TOKEN)
    with pytest.raises(NeedsStepUp), acts.acting(world, token) as work:
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version)


# Not found.


def refusal(world: World, name: str, reference: Reference) -> tuple[CasetrackError, dict[str, object]]:
    """How the account is refused the case, and what the journal keeps of that, but for what differs each time."""
    with pytest.raises(CasetrackError) as caught, world.work(name) as work:
        view_case(work, reference)
    payload = acts.events(world)[-1]
    return caught.value, {key: value for key, value in payload.items() if key not in {"at", "detail"}}


def test_a_case_of_somebody_elses_and_one_that_there_is_not_are_refused_alike() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    for name in ("receiver", "charity-lead", "auditor", "administrator"):
        theirs, absent = refusal(world, name, case.reference), refusal(world, name, ABSENT)
        assert (type(theirs[0]), theirs[0].args, theirs[0].facts) == (NotFound, ("NotFound",), {})
        assert (type(absent[0]), absent[0].args, absent[0].facts) == (NotFound, ("NotFound",), {})
        assert theirs[1] == absent[1]


def test_a_case_that_is_only_being_offered_is_absent() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.offered(world, case, SOUTH)

    assert isinstance(refusal(world, "receiving-lead", case.reference)[0], NotFound)


def test_an_offer_that_came_to_nothing_is_still_read_and_is_no_way_to_the_case_any_more() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    with world.work("receiver") as work:
        see_transfer(work, offer.id)
    with world.work("lead") as work:
        withdraw_transfer(work, offer.id, seen=None)

    with world.work("receiver") as work:
        looked = view_transfer(work, offer.id)
    assert (looked.reference, looked.preview) == (case.reference, acts.PREVIEW)
    with pytest.raises(NotFound), world.work("receiver") as work:
        view_case(work, case.reference)
    with pytest.raises(NotFound), world.work("receiver") as work:
        view_transfer(work, TransferId(uuid4()))


def test_a_case_that_is_gone_before_it_was_read_is_absent() -> None:
    """Between looking a reference up and reading the case, it may have been passed on, or erased."""
    world = World.in_memory()
    case = acts.opened(world)

    with world.work("worker") as work:
        work.stores = replace(work.stores, cases=Watched(work.stores.cases, gone=True))
        with pytest.raises(NotFound):
            view_case(work, case.reference)


# Current.


@pytest.mark.parametrize("second", CHANGES)
@pytest.mark.parametrize("first", CHANGES)
def test_two_colleagues_get_in_each_others_way_only_on_the_same_thing(first: str, second: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    did(world, "lead", CHANGES[first], case, case.version)

    if first == second:
        before = acts.kept_case(world, case)
        with pytest.raises(Stale):
            did(world, "supervisor", CHANGES[second], case, case.version)
        assert acts.kept_case(world, case) == before
    else:
        did(world, "supervisor", CHANGES[second], case, case.version)
        assert acts.kept_case(world, case).case.version == case.version + 2


def test_whoever_saves_second_is_told_what_else_changed_and_by_whom() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    did(world, "lead", CHANGES["areas"], case, case.version)

    with world.work("supervisor") as work:
        record_contact(work, case.reference, {"times": "Evenings"}, seen=case.version)
        (change,) = work.changed_meanwhile(case.id)

    assert (change.aspect, change.account, change.version) == ("areas", acts.account("lead"), case.version + 1)
    assert change.action is Action.CASE_PLACE


def test_whoever_looks_at_the_newest_version_is_told_of_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with world.work("worker") as work:
        placed = place_case(work, case.reference, IN_THE_NORTH, seen=case.version)
        assert work.changed_meanwhile(placed.id) == ()


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_carries_on_with_a_page_from_before_the_case_was_closed_and_reopened(change: str) -> None:
    world, case, old = a_closed_case()
    did(world, "lead", TAKES_ALL["reopen"], case)

    with pytest.raises(Stale):
        did(world, "lead", CHANGES[change], case, old)


def test_nobody_carries_on_with_a_page_from_before_a_hand_off() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, SUPPORT)

    with pytest.raises(Stale):
        did(world, "lead", CHANGES["areas"], case, case.version)


@pytest.mark.parametrize("seen", [-1, 0, 99])
def test_a_version_that_nobody_can_have_seen_is_stale(seen: int) -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with pytest.raises(Stale):
        did(world, "lead", CHANGES["areas"], case, seen)


def test_whoever_saves_what_was_loaded_before_is_stale_whatever_was_seen() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    def placed_twice(work: UnitOfWork) -> None:
        loaded = work.open(case.reference, to=Action.CASE_PLACE)
        for areas in (IN_THE_NORTH, Areas()):
            work.save(loaded.place(areas, by=work.actor, at=work.now))

    with pytest.raises(Stale), world.work("worker") as work:
        placed_twice(work)
    assert acts.kept_case(world, case).case.version == case.version


def test_accepting_twice_hands_over_once() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    taken = acts.accepted(world, offer)

    for seen in (None, offer.version, offer.version + 1):
        with pytest.raises(NoPendingTransfer), world.work("receiving-lead") as work:
            accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=seen)

    assert acts.kept_case(world, case).case == taken
    assert len(acts.events(world, "HandedOff")) == len(acts.events(world, "TransferAccepted")) == 1


def test_that_a_colleague_saw_the_offer_meanwhile_is_in_nobodys_way() -> None:
    world = World.in_memory()
    offer = acts.offered(world, acts.opened(world), SOUTH)
    with world.work("receiver") as work:
        see_transfer(work, offer.id)

    with world.work("receiving-lead") as work:
        taken = accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version)
    assert taken is not None
    assert set(taken.holdings.leads.values()) == {SOUTH.code}


# The unit itself.


def test_today_is_the_date_in_london() -> None:
    world = World.in_memory()
    world.now = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    with world.work("worker") as work:
        assert work.today == date(2026, 7, 2)


def test_one_unit_of_work_may_change_a_case_more_than_once() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with world.work("lead") as work:
        place_case(work, case.reference, IN_THE_NORTH, seen=None)
        record_contact(work, case.reference, {"times": "Evenings"}, seen=None)
        close_case(work, case.reference, "support-complete", seen=None)

    assert acts.kept_case(world, case).case.version == case.version + 3
    with world.work("worker") as work:
        assert view_held(work, case.reference).areas == IN_THE_NORTH


def test_a_case_has_one_open_offer_at_a_time() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.offered(world, case, SOUTH, INFORMATION_ONLY)

    with pytest.raises(OfferOpen):
        acts.offered(world, case, EAST)
    with pytest.raises(OfferOpen):
        acts.offered(world, case, CHARITY, SUPPORT)


def test_the_store_lets_no_second_offer_in_where_the_rule_was_not_asked() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    second = replace(kept(world).transfers[offer.id].transfer, id=TransferId(uuid4()))

    with pytest.raises(OfferOpen), world.work("lead") as work:
        work.save_transfer(second, case=case, commitment=bytes(32), preview=b"")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_whoever_works_with_no_cases_finds_none(role: Role) -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with pytest.raises(NotFound), acts.acting(world, acts.with_role(world, "lead", role)) as work:
        view_case(work, case.reference)
