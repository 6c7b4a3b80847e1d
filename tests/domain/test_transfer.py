"""An offer: sent, seen, answered by the receiver or taken back by the sender; once, and changing no case by itself."""

import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from casetrack.domain.actors import Actor
from casetrack.domain.case import Case
from casetrack.domain.errors import (
    CaseIsClosed,
    CasetrackError,
    NoPendingTransfer,
    NotHeld,
    OwnOffer,
    SameHolder,
    StrandNeedsForce,
)
from casetrack.domain.events import (
    Event,
    TransferAccepted,
    TransferDeclined,
    TransferSeen,
    TransferSent,
    TransferWithdrawn,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Strand
from casetrack.domain.transfer import OPEN_STATES, Transfer, TransferKind, TransferState
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    INFORMATION_ONLY,
    INVESTIGATION,
    LANTERN,
    NORTHMARCH,
    RIVERWATCH,
    SUPPORT,
    actor,
    after,
    closed,
    differing,
    met,
    moved,
    number,
    offered,
    only_event,
    opened,
)

SENDER, RECEIVER, STRANGER = actor(EASTMARCH), actor(NORTHMARCH, account=2), actor(RIVERWATCH, account=3)
NOON = after(3)

Step = Callable[[Transfer, Actor], Transfer]

STEPS: dict[str, Step] = {
    "see": lambda offer, by: offer.see(by=by, at=NOON),
    "accept": lambda offer, by: offer.accept(by=by, at=NOON),
    "decline": lambda offer, by: offer.decline("not-our-area", by=by, at=NOON),
    "withdraw": lambda offer, by: offer.withdraw(by=by, at=NOON),
}
BY_RECEIVER = ("see", "accept", "decline")

SENT = offered(opened(), NORTHMARCH)
SEEN = SENT.see(by=RECEIVER, at=after(2))
STANDING: dict[TransferState, Transfer] = {
    TransferState.SENT: SENT,
    TransferState.SEEN: SEEN,
    TransferState.ACCEPTED: SEEN.accept(by=RECEIVER, at=after(2)),
    TransferState.DECLINED: SEEN.decline("not-our-area", by=RECEIVER, at=after(2)),
    TransferState.WITHDRAWN: SEEN.withdraw(by=SENDER, at=after(2)),
}
"""An offer as it stands in each state."""

REACHED: dict[str, tuple[TransferState, type[Event], set[str]]] = {
    "see": (TransferState.SEEN, TransferSeen, {"seen_at"}),
    "accept": (TransferState.ACCEPTED, TransferAccepted, {"seen_at", "answered_at", "answered_by"}),
    "decline": (
        TransferState.DECLINED,
        TransferDeclined,
        {"seen_at", "answered_at", "answered_by", "decline_reason"},
    ),
    "withdraw": (TransferState.WITHDRAWN, TransferWithdrawn, {"answered_at", "answered_by"}),
}
"""Where each step leads from an offer that nobody has seen yet, its event, and the fields that it fills in."""


def allowed_to(step: str) -> Actor:
    return RECEIVER if step in BY_RECEIVER else SENDER


# Sending


def test_an_offer_waits_for_the_receiver_with_what_its_sender_saw() -> None:
    case = replace(opened().record(met("risk-assessed", "high"), by=SENDER), events=())
    offer = offered(case, LANTERN, SUPPORT)

    assert offer.state is TransferState.SENT
    assert (offer.case, offer.from_holder, offer.to_holder) == (case.id, EASTMARCH.code, LANTERN.code)
    assert (offer.version, offer.loaded_version, offer.case_version) == (1, 0, 2)
    assert (offer.high_risk, offer.already_moved) == (True, False)
    assert (offer.sent_by, offer.sent_at) == (SENDER.account, after(1))
    assert (offer.seen_at, offer.answered_at, offer.answered_by, offer.decline_reason) == (None, None, None, None)


def test_sending_is_one_event_that_says_to_whom() -> None:
    assert SENT.events == (
        TransferSent(
            case=opened().id,
            transfer=SENT.id,
            at=after(1),
            by=SENDER.account,
            to_holder=NORTHMARCH.code,
            strands=frozenset(BOTH),
            reason="relocated-for-safety",
            already_moved=False,
        ),
    )
    assert SENT.events[0].recipients == {NORTHMARCH.code}


@pytest.mark.parametrize(
    ("strands", "expected"),
    [
        (BOTH, TransferKind.FULL),
        (SUPPORT, TransferKind.SUPPORT),
        (INVESTIGATION, TransferKind.INVESTIGATION),
        (INFORMATION_ONLY, TransferKind.INFORMATION_ONLY),
    ],
)
def test_what_an_offer_moves_has_one_word(strands: frozenset[Strand], expected: TransferKind) -> None:
    assert offered(opened(), NORTHMARCH, strands).kind is expected


@pytest.mark.parametrize(
    ("case", "to", "strands", "by", "refused"),
    [
        pytest.param(opened(), EASTMARCH, SUPPORT, EASTMARCH, SameHolder, id="to oneself"),
        pytest.param(opened(), EASTMARCH, INFORMATION_ONLY, EASTMARCH, SameHolder, id="information, to oneself"),
        pytest.param(opened(), LANTERN, SUPPORT, NORTHMARCH, NotHeld, id="what one does not hold"),
        pytest.param(moved(opened(), LANTERN, SUPPORT), NORTHMARCH, SUPPORT, EASTMARCH, NotHeld, id="the other's"),
        pytest.param(opened(), LANTERN, INVESTIGATION, EASTMARCH, StrandNeedsForce, id="an investigation to a partner"),
        pytest.param(closed(opened()), LANTERN, SUPPORT, EASTMARCH, CaseIsClosed, id="a closed case"),
    ],
)
def test_what_cannot_be_offered(
    case: Case, to: Holder, strands: frozenset[Strand], by: Holder, refused: type[CasetrackError]
) -> None:
    with pytest.raises(refused):
        offered(case, to, strands, by=by)


# Steps


def test_every_step_of_an_offer_is_known_here() -> None:
    made = {
        name
        for name, method in inspect.getmembers(Transfer, inspect.isfunction)
        if inspect.signature(method).return_annotation == "Transfer" and not name.startswith("_")
    }

    assert made == STEPS.keys() == REACHED.keys()
    assert STANDING.keys() == set(TransferState)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_an_open_offer_takes_each_step_with_one_event_and_one_version(state: TransferState, step: str) -> None:
    before = STANDING[state]
    now = STEPS[step](before, allowed_to(step))
    reached, kind, touched = REACHED[step]
    event = only_event(now, before)
    again = {"state"} if now.state is state else set()
    seen_before = {"seen_at"} if before.seen_at else set()

    assert now.state is reached
    assert type(event) is kind
    assert (event.case, event.transfer, event.at, event.by) == (before.case, before.id, NOON, allowed_to(step).account)
    assert not event.changes_case
    assert differing(now, before) == ({"state", "version", "events"} | touched) - again - seen_before
    assert now.loaded_version == before.loaded_version


@pytest.mark.parametrize("state", sorted({*TransferState} - OPEN_STATES))
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("by", [SENDER, RECEIVER])
def test_what_was_answered_or_taken_back_stays_so(state: TransferState, step: str, by: Actor) -> None:
    with pytest.raises(NoPendingTransfer):
        STEPS[step](STANDING[state], by)


@pytest.mark.parametrize("step", BY_RECEIVER)
@pytest.mark.parametrize("state", sorted(OPEN_STATES))
@pytest.mark.parametrize("by", [SENDER, STRANGER])
def test_only_the_receiver_sees_and_answers(state: TransferState, step: str, by: Actor) -> None:
    with pytest.raises(OwnOffer):
        STEPS[step](STANDING[state], by)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
@pytest.mark.parametrize("by", [RECEIVER, STRANGER])
def test_only_the_sender_takes_an_offer_back(state: TransferState, by: Actor) -> None:
    with pytest.raises(NotHeld):
        STEPS["withdraw"](STANDING[state], by)


@pytest.mark.parametrize("state", TransferState)
def test_an_offer_is_open_until_it_is_answered_or_taken_back(state: TransferState) -> None:
    assert state.is_open is (state in {"sent", "seen"})
    assert STANDING[state].state is state


def test_the_sender_is_shown_the_first_time_that_it_was_seen() -> None:
    again = SEEN.see(by=RECEIVER, at=NOON)

    assert SEEN.seen_at == again.seen_at == after(2)
    assert [event.detail() for event in again.events[1:]] == [{"first": True}, {"first": False}]


@pytest.mark.parametrize("step", ["accept", "decline"])
def test_whoever_answers_an_offer_has_seen_it(step: str) -> None:
    assert STEPS[step](SENT, RECEIVER).seen_at == NOON
    assert STEPS[step](SEEN, RECEIVER).seen_at == after(2)


def test_an_offer_that_was_taken_back_unseen_was_never_seen() -> None:
    assert STEPS["withdraw"](SENT, SENDER).seen_at is None


@pytest.mark.parametrize("step", ["accept", "decline", "withdraw"])
def test_who_ended_an_offer_and_when_is_kept(step: str) -> None:
    now = STEPS[step](SEEN, allowed_to(step))

    assert (now.answered_at, now.answered_by) == (NOON, allowed_to(step).account)


def test_a_declined_offer_has_its_reason_by_code() -> None:
    now = STEPS["decline"](SENT, RECEIVER)

    assert now.decline_reason == "not-our-area"
    assert now.events[-1].detail() == {"reason": "not-our-area"}


def test_accepting_information_alone_is_said_to_move_nothing() -> None:
    now = offered(opened(), LANTERN, INFORMATION_ONLY).accept(by=actor(LANTERN), at=NOON)

    assert now.state is TransferState.ACCEPTED
    assert now.events[-1].detail() == {"strands": []}


def test_the_sender_stays_responsible_until_the_offer_is_accepted_and_handed_off() -> None:
    case = opened()
    offer = offered(case, NORTHMARCH).see(by=RECEIVER, at=after(2))

    assert offer.accept(by=RECEIVER, at=NOON).state is TransferState.ACCEPTED
    assert case.holdings.leads == dict.fromkeys(Strand, EASTMARCH.code)


def test_an_offer_is_never_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        SENT.to_holder = LANTERN.code  # type: ignore[misc]  # what mypy refuses is refused when it runs, too


def test_two_offers_that_stand_alike_are_the_same_whatever_led_there() -> None:
    assert replace(SEEN, events=()) == SEEN
    assert offered(opened(), NORTHMARCH, offer=21).id == number(21)
