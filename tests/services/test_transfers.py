"""Transfers: sent, seen, accepted, declined and withdrawn."""

from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import (
    CaseIsClosed,
    HolderNotInForce,
    NoPendingTransfer,
    NotHeld,
    NotPermitted,
    OwnOffer,
    SameHolder,
    StrandNeedsForce,
    UnknownChoice,
    UnknownHolder,
    UnknownWorker,
)
from casetrack.domain.holders import AUDIT_DESK, Holder, Holders
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.transfer import Transfer, TransferKind, TransferState
from casetrack.services.cases import close_case
from casetrack.services.journal import Purpose
from casetrack.services.transfers import (
    NewOffer,
    Offer,
    accept_transfer,
    decline_transfer,
    list_transfers,
    see_transfer,
    send_transfer,
    view_transfer,
    withdraw_transfer,
)
from tests.services import acts
from tests.services.acts import BOTH, INFORMATION_ONLY, INVESTIGATION, SUPPORT, an_offer, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, World

ANSWER = Purpose("casework", "We have a flat for her from Friday.")


def send(world: World, case: Case, new: NewOffer, by: str = "worker") -> Transfer:
    with world.work(by) as work:
        return send_transfer(work, case.reference, new, seen=None)


def shown(world: World, offer: Transfer, by: str) -> Offer:
    with world.work(by) as work:
        return view_transfer(work, offer.id)


def see(world: World, offer: Transfer, by: str = "receiver") -> Offer:
    with world.work(by) as work:
        return see_transfer(work, offer.id)


def decline(world: World, offer: Transfer, by: str = "receiving-lead", purpose: Purpose = ANSWER) -> Transfer:
    with world.work(by, purpose) as work:
        return decline_transfer(work, offer.id, "duplicate", seen=offer.version)


def withdraw(world: World, offer: Transfer, by: str = "worker") -> Transfer:
    with world.work(by) as work:
        return withdraw_transfer(work, offer.id, seen=offer.version)


def test_an_offer_waits_and_the_sender_stays_responsible() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = send(world, case, an_offer(SOUTH, BOTH))

    assert (offer.state, offer.from_holder, offer.to_holder) == (TransferState.SENT, NORTH.code, SOUTH.code)
    assert (offer.kind, offer.case_version) == (TransferKind.FULL, case.version)
    assert acts.kept_case(world, case).case == case


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (an_offer(NORTH, BOTH), SameHolder),
        (an_offer(CHARITY, BOTH), StrandNeedsForce),
        (replace(an_offer(SOUTH, BOTH), to=AUDIT_DESK), UnknownHolder),
        (replace(an_offer(SOUTH, BOTH), to=HolderCode("nowhere")), UnknownHolder),
        (replace(an_offer(SOUTH, BOTH), reason="because I say so"), UnknownChoice),
    ],
    ids=["oneself", "a charity the investigation", "the desk", "nobody", "no reason of the list"],
)
def test_what_cannot_be_offered_is_not(new: NewOffer, refusal: type[Exception]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(refusal):
        send(world, case, new)
    assert kept(world).transfers == {}
    assert not [wrap for wrap in kept(world).wraps if wrap.transfer]


def test_an_organisation_that_has_ended_is_offered_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    ended = replace(SOUTH, valid_to=world.now.date().replace(day=1))
    others = [holder for holder in world.deployment.holders.by_code.values() if holder.code != SOUTH.code]
    world.deployment = replace(world.deployment, holders=Holders.of([*others, ended]))

    with pytest.raises(HolderNotInForce):
        send(world, case, an_offer(SOUTH, BOTH))


def test_nobody_offers_what_somebody_else_leads() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    with pytest.raises(NotHeld):
        send(world, case, an_offer(SOUTH, SUPPORT))
    with pytest.raises(NotHeld):
        send(world, case, an_offer(SOUTH, INVESTIGATION), "charity-worker")
    assert send(world, case, an_offer(SOUTH, INVESTIGATION)).strands == INVESTIGATION


def test_a_closed_case_is_not_offered_and_a_former_holder_offers_nothing() -> None:
    world = World.in_memory()
    closed, passed = acts.opened(world), acts.opened(world)
    with world.work("lead") as work:
        close_case(work, closed.reference, "support-complete", seen=None)
    acts.moved(world, passed, SOUTH)

    with pytest.raises(CaseIsClosed):
        send(world, closed, an_offer(SOUTH, BOTH))
    with pytest.raises(NotPermitted):
        send(world, passed, an_offer(EAST, BOTH))


def test_the_inbox_has_high_risk_first_and_then_the_oldest_and_what_was_sent_the_newest() -> None:
    world = World.in_memory()
    old, new, risky = (acts.opened(world) for _ in range(3))
    acts.recorded(world, risky, "risk-assessed", "high")
    offers = [send(world, case, an_offer(SOUTH, BOTH)) for case in (old, new, risky)]

    with world.work("receiver") as work:
        inbox = list_transfers(work, page=1)
    with world.work("worker") as work:
        sent = list_transfers(work, page=1, sent=True)

    assert [card.id for card in inbox.items] == [offers[2].id, offers[0].id, offers[1].id]
    assert [card.id for card in sent.items] == [offer.id for offer in reversed(offers)]
    assert {case for case, _ in kept(world).entries[-1].shown} == {old.id, new.id, risky.id}


def test_an_inbox_has_only_what_waits_for_ones_own_organisation() -> None:
    world = World.in_memory()
    withdraw(world, send(world, acts.opened(world), an_offer(SOUTH, BOTH)))
    send(world, acts.opened(world), an_offer(EAST, BOTH))

    with world.work("receiver") as work:
        assert list_transfers(work, page=1).items == ()


def test_an_offer_shows_its_preview_and_if_the_case_has_changed_since() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = send(world, case, an_offer(SOUTH, BOTH))
    before = [shown(world, offer, name) for name in ("worker", "receiver")]
    acts.recorded(world, case)
    after = [shown(world, offer, name) for name in ("worker", "receiver")]

    assert [(each.preview, each.answer) for each in before] == [(acts.PREVIEW, ""), ({}, "")], "it was not opened yet"
    see(world, offer)
    assert shown(world, offer, "receiver").preview == acts.PREVIEW
    assert [each.case_changed for each in before] == [False, None], "the receiver knows nothing of the case"
    assert [each.case_changed for each in after] == [True, None]
    assert before[1].reference == case.reference


def test_the_first_look_at_an_offer_is_told_to_the_sender() -> None:
    world = World.in_memory()
    offer = send(world, acts.opened(world), an_offer(SOUTH, BOTH))
    first, second = see(world, offer), see(world, offer)

    assert first.preview == acts.PREVIEW
    assert (first.transfer.state, first.transfer.seen_at) == (TransferState.SEEN, second.transfer.seen_at)
    assert [payload["detail"]["first"] for payload in acts.events(world, "TransferSeen")] == [True, False]
    assert shown(world, offer, "worker").transfer.seen_at == first.transfer.seen_at


@pytest.mark.parametrize(
    ("strands", "to", "leads"),
    [
        (BOTH, SOUTH, {Strand.SUPPORT: SOUTH.code, Strand.INVESTIGATION: SOUTH.code}),
        (SUPPORT, CHARITY, {Strand.SUPPORT: CHARITY.code, Strand.INVESTIGATION: NORTH.code}),
        (INVESTIGATION, EAST, {Strand.SUPPORT: NORTH.code, Strand.INVESTIGATION: EAST.code}),
        (INFORMATION_ONLY, SOUTH, {Strand.SUPPORT: NORTH.code, Strand.INVESTIGATION: NORTH.code}),
    ],
    ids=["full", "support", "investigation", "information only"],
)
def test_what_was_accepted_has_changed_hands_and_nothing_else(
    strands: frozenset[Strand], to: Holder, leads: dict[Strand, HolderCode]
) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = send(world, case, an_offer(to, strands))
    taken = acts.accepted(world, offer)

    assert taken.holdings.leads == leads
    assert taken.version == case.version + bool(strands)
    assert {strand: taken.workers[strand] for strand in strands} == dict.fromkeys(
        strands, acts.account(acts.LEADS[to.code])
    )
    assert kept(world).transfers[offer.id].transfer.state is TransferState.ACCEPTED
    assert len(acts.events(world, "HandedOff")) == bool(strands)


def test_a_case_goes_to_a_worker_of_the_receiving_organisation() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = send(world, case, an_offer(SOUTH, BOTH))

    for stranger in ("worker", "auditor", "scottish-lead"):
        with pytest.raises(UnknownWorker), world.work("receiving-lead") as work:
            accept_transfer(work, offer.id, worker=acts.account(stranger), seen=None)
    assert acts.kept_case(world, case).case == case
    assert kept(world).transfers[offer.id].transfer == offer


def test_what_the_receiver_answers_goes_to_the_sender_under_the_offers_key_and_to_the_desk() -> None:
    world = World.in_memory()
    offer = send(world, acts.opened(world), an_offer(SOUTH, BOTH))
    with world.work("receiving-lead", ANSWER) as work:
        accept_transfer(work, offer.id, worker=acts.account("receiver"), seen=offer.version)

    assert shown(world, offer, "worker").answer == shown(world, offer, "receiver").answer == ANSWER.words
    assert b"flat" not in (kept(world).transfers[offer.id].answer or b"")
    accepted = acts.events(world, "TransferAccepted")[-1]
    assert accepted["words"] is not None


def test_what_was_declined_says_why_in_a_code_and_in_words_if_there_were_any() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    first = decline(world, send(world, case, an_offer(SOUTH, BOTH)))
    second = decline(world, send(world, case, an_offer(SOUTH, BOTH)), purpose=Purpose("casework"))

    assert (first.state, first.decline_reason) == (TransferState.DECLINED, "duplicate")
    assert shown(world, first, "worker").answer == ANSWER.words
    assert shown(world, second, "worker").answer == ""
    assert acts.kept_case(world, case).case == case
    third = send(world, case, an_offer(SOUTH, BOTH))
    with pytest.raises(UnknownChoice), world.work("receiving-lead") as work:
        decline_transfer(work, third.id, "because I say so", seen=None)


def test_what_was_withdrawn_is_so_for_the_sender() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = withdraw(world, send(world, case, an_offer(SOUTH, BOTH)))

    assert offer.state is TransferState.WITHDRAWN
    assert shown(world, offer, "lead").transfer == offer
    assert send(world, case, an_offer(EAST, BOTH)).state is TransferState.SENT


def test_each_side_does_its_own_part_and_not_the_others() -> None:
    world = World.in_memory()
    offer = send(world, acts.opened(world), an_offer(SOUTH, BOTH))

    with pytest.raises(OwnOffer):
        see(world, offer, "worker")
    with pytest.raises(OwnOffer):
        decline(world, offer, "lead")
    with pytest.raises(NotHeld):
        withdraw(world, offer, "receiver")
    with pytest.raises(NotPermitted):
        decline(world, offer, "receiver")
    assert kept(world).transfers[offer.id].transfer == offer


def test_what_was_answered_is_answered_once() -> None:
    world = World.in_memory()
    offer = send(world, acts.opened(world), an_offer(SOUTH, BOTH))
    acts.accepted(world, offer)

    for again in (decline, withdraw):
        with pytest.raises(NoPendingTransfer):
            again(world, offer)
    with pytest.raises(NoPendingTransfer):
        see(world, offer)


def test_each_step_of_an_offer_is_sealed_by_whoever_took_it_and_follows_on_the_one_before() -> None:
    world = World.in_memory()
    offer = send(world, acts.opened(world), an_offer(SOUTH, BOTH))
    first = kept(world).transfers[offer.id].seal
    see(world, offer)
    second = kept(world).transfers[offer.id].seal
    withdraw(world, offer)
    third = kept(world).transfers[offer.id].seal

    assert [seal.seal.holder for seal in (first, second, third)] == [NORTH.code, SOUTH.code, NORTH.code]
    assert [seal.previous for seal in (first, second, third)] == [bytes(32), first.digest, second.digest]
