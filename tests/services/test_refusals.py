"""What is left when something was refused: that it was refused, on the journal, and nothing else."""

from dataclasses import replace

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Areas
from casetrack.domain.errors import NotFound, NotPermitted, OfferOpen, OwnOffer, Unavailable
from casetrack.domain.references import Reference
from casetrack.services.audit import Use, search_audit
from casetrack.services.cases import close_case, place_case, view_case
from casetrack.services.contacts import record_contact
from casetrack.services.lists import LogQuery
from casetrack.services.transfers import accept_transfer
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, kept
from tests.world import NORTH, SOUTH, World

ABSENT = Reference("CT-0000-0000")
IN_THE_NORTH = Areas(home=NORTH.code)


def test_a_refusal_leaves_nothing_but_itself_on_the_journal() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    before = kept(world).copy()

    with pytest.raises(OfferOpen), world.work("lead", REVEALING) as work:
        close_case(work, case.reference, "support-complete", seen=None)

    assert replace(kept(world), entries=before.entries) == before
    (payload,) = acts.journalled(world, len(before.entries))
    assert (payload["event"], payload["outcome"], payload["refusal"]) == ("Refused", "refused", "OfferOpen")
    assert (payload["action"], payload["detail"]["reference"]) == ("case:close", case.reference)
    assert (payload["actor"], payload["purpose"]) == (str(acts.account("lead")), "contact-person")
    assert payload["transfer"] is None
    assert offer.state.is_open


def test_what_was_saved_before_a_refusal_is_rolled_back_with_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).copy()

    def place_and_look_elsewhere(work: UnitOfWork) -> None:
        place_case(work, case.reference, IN_THE_NORTH, seen=None)
        view_case(work, ABSENT)

    with pytest.raises(NotFound), world.work("worker") as work:
        place_and_look_elsewhere(work)

    assert replace(kept(world), entries=before.entries) == before
    assert [payload["detail"]["reference"] for payload in acts.journalled(world, len(before.entries))] == [ABSENT]


def test_a_sender_that_accepts_its_own_offer_is_refused_and_the_journal_says_which_offer() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)

    with pytest.raises(OwnOffer), world.work("lead") as work:
        accept_transfer(work, offer.id, worker=acts.account("worker"), seen=offer.version)

    payload = acts.events(world)[-1]
    assert (payload["action"], payload["refusal"]) == ("transfer:accept", "OwnOffer")
    assert payload["transfer"] == str(offer.id)
    assert acts.kept_case(world, case).case.holdings.holders == {NORTH.code}


def test_what_a_role_never_does_is_refused_and_journalled() -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), world.work("worker") as work:
        search_audit(work, LogQuery(), Use.INTEGRITY)

    payload = acts.events(world)[-1]
    assert (payload["action"], payload["refusal"], payload["detail"]) == (
        "audit:search",
        "NotPermitted",
        {"refusal": "NotPermitted", "reference": None},
    )


def test_a_refusal_before_anything_was_attempted_is_nobodys_attempt() -> None:
    world = World.in_memory()
    with pytest.raises(Unavailable), world.work("worker"):
        raise Unavailable

    assert kept(world).entries == ()


def test_a_fault_leaves_nothing_at_all() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).copy()

    def record_and_stumble(work: UnitOfWork) -> None:
        record_contact(work, case.reference, {"phone": "01632 960002"}, seen=None)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), world.work("worker") as work:
        record_and_stumble(work)

    assert kept(world) == before


def test_a_save_that_fails_leaves_nothing_at_all() -> None:
    """A name that a case elsewhere took meanwhile is found out by the store alone, after all the work was done."""
    world = World.in_memory()
    mine, theirs = acts.opened(world), acts.opened(world, "charity-worker", SUPPORT)
    before = kept(world).copy()

    def record_and_take_their_name(work: UnitOfWork) -> None:
        record_contact(work, mine.reference, {"phone": "01632 960002"}, seen=None)
        case = work.open(mine.reference, to=Action.CASE_PLACE)
        work.save(replace(case.place(IN_THE_NORTH, by=work.actor, at=work.now), pseudonym=theirs.pseudonym))

    with pytest.raises(Unavailable), world.work("worker") as work:
        record_and_take_their_name(work)

    assert replace(kept(world), entries=before.entries) == before
    assert acts.names_of(acts.journalled(world, len(before.entries))) == ["Refused"]
