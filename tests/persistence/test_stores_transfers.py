"""Transfers as they are kept: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace
from uuid import uuid4

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import NotPermitted, OfferOpen, Stale
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import TransferId
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.people import Account
from casetrack.services.ports import KeptTransfer
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, NORTHMARCH, actor_of, after
from tests.persistence.worlds import BOTH, World


def answer(world: World, offer: KeptTransfer, answered: Transfer, by: Account) -> KeptTransfer:
    kept = builders.kept_offer(answered, by.holder, b"words", like=offer)
    with world.as_(by) as stores:
        stores.transfers.put(kept)
    return replace(kept, transfer=replace(answered, events=()))


@pytest.mark.parametrize("strands", [BOTH, (Strand.SUPPORT,), (Strand.INVESTIGATION,), ()])
def test_an_offer_is_read_again_as_it_was_sent_by_either_side(world: World, strands: tuple[Strand, ...]) -> None:
    offer = world.offer(world.case(), NORTHMARCH, strands)

    for account in (world.sender, world.receiver):
        with world.as_(account) as stores:
            assert stores.transfers.get(offer.transfer.id, lock=False) == offer
            assert stores.transfers.get(offer.transfer.id, lock=True) == offer


def test_to_whoever_is_on_neither_side_and_has_nothing_of_the_case_an_offer_does_not_exist(world: World) -> None:
    case = world.case()
    offer = world.offer(case)

    for account in (world.stranger, world.partner, world.auditor, world.national):
        with world.as_(account) as stores:
            assert stores.transfers.get(offer.transfer.id, lock=False) is None
            assert stores.transfers.get(offer.transfer.id, lock=True) is None
            assert stores.transfers.of_case(case.id) == ()
    with world.as_(world.sender) as stores:
        assert stores.transfers.get(TransferId(uuid4()), lock=True) is None


def test_the_other_lead_of_the_case_knows_of_its_offers(world: World) -> None:
    case = world.case()
    taken = world.take(case, world.offer(case, NORTHMARCH, (Strand.INVESTIGATION,)))
    offer = world.offer(taken, LANTERN, (Strand.SUPPORT,))

    with world.as_(world.receiver) as stores:
        assert stores.transfers.get(offer.transfer.id, lock=False) == offer


def test_one_offer_of_a_case_is_open_at_a_time(world: World) -> None:
    case = world.case()
    offer = world.offer(case)

    second = builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,))
    with pytest.raises(OfferOpen), world.as_(world.sender) as stores:
        builders.keep_offer(stores, second)
    answer(world, offer, offer.transfer.withdraw(by=actor_of(world.sender), at=after(2)), world.sender)
    with world.as_(world.sender) as stores:
        builders.keep_offer(stores, second)


def test_each_step_of_an_offer_is_kept(world: World) -> None:
    offer = world.offer(world.case())
    receiver = actor_of(world.receiver)
    seen = answer(world, offer, offer.transfer.see(by=receiver, at=after(2)), world.receiver)
    declined = seen.transfer.decline("not-our-area", by=receiver, at=after(3))
    answered = answer(world, seen, declined, world.receiver)

    with world.as_(world.sender) as stores:
        assert stores.transfers.get(offer.transfer.id, lock=False) == answered
    assert (answered.transfer.state, answered.answer) == (TransferState.DECLINED, b"words")
    assert (answered.commitment, answered.preview) == (offer.commitment, offer.preview)


def test_whoever_answers_second_is_stale(world: World) -> None:
    offer = world.offer(world.case())
    answer(world, offer, offer.transfer.withdraw(by=actor_of(world.sender), at=after(2)), world.sender)

    with pytest.raises(Stale):
        answer(world, offer, offer.transfer.accept(by=actor_of(world.receiver), at=after(2)), world.receiver)


def test_what_was_answered_is_never_answered_again(world: World) -> None:
    offer = world.offer(world.case())
    kept = answer(
        world, offer, offer.transfer.decline("duplicate", by=actor_of(world.receiver), at=after(2)), world.receiver
    )
    revived = replace(kept.transfer, state=TransferState.SENT)

    with pytest.raises(Stale):
        answer(world, kept, revived.accept(by=actor_of(world.receiver), at=after(3)), world.receiver)


def forged(case_offer: KeptTransfer, by: Account, state: TransferState) -> Transfer:
    """The offer as somebody says who goes round the rules."""
    transfer = case_offer.transfer
    other_side = replace(actor_of(by), holder=transfer.to_holder)
    steps = {
        TransferState.SEEN: lambda: transfer.see(by=other_side, at=after(2)),
        TransferState.ACCEPTED: lambda: transfer.accept(by=other_side, at=after(2)),
        TransferState.DECLINED: lambda: transfer.decline("duplicate", by=other_side, at=after(2)),
        TransferState.WITHDRAWN: lambda: transfer.withdraw(
            by=replace(actor_of(by), holder=transfer.from_holder), at=after(2)
        ),
    }
    return steps[state]()


@pytest.mark.parametrize("state", [TransferState.SEEN, TransferState.ACCEPTED, TransferState.DECLINED])
def test_a_sender_does_not_answer_its_own_offer(world: World, state: TransferState) -> None:
    offer = world.offer(world.case())

    with pytest.raises(NotPermitted):
        answer(world, offer, forged(offer, world.sender, state), world.sender)


def test_a_receiver_does_not_withdraw_what_it_was_offered(world: World) -> None:
    offer = world.offer(world.case())

    with pytest.raises(NotPermitted):
        answer(world, offer, forged(offer, world.receiver, TransferState.WITHDRAWN), world.receiver)


@pytest.mark.parametrize("state", [TransferState.ACCEPTED, TransferState.WITHDRAWN])
def test_a_stranger_answers_nothing(world: World, state: TransferState) -> None:
    offer = world.offer(world.case())

    with pytest.raises(Stale):
        answer(world, offer, forged(offer, world.stranger, state), world.stranger)


def test_nobody_offers_what_another_holder_has(world: World) -> None:
    case = world.case()
    in_anothers_name = builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,))
    as_ours = replace(in_anothers_name, from_holder=HARBOUR.code)

    for transfer in (in_anothers_name, as_ours):
        with pytest.raises(NotPermitted), world.as_(world.stranger) as stores:
            stores.transfers.add(builders.kept_offer(transfer, HARBOUR.code))


def test_a_former_holder_offers_nothing_of_what_it_passed_on(world: World) -> None:
    case = world.case()
    taken = world.take(case, world.offer(case))

    again = builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,))
    with pytest.raises(NotPermitted), world.as_(world.sender) as stores:
        stores.transfers.add(builders.kept_offer(again, EASTMARCH.code))
    assert taken.holdings.holders == {NORTHMARCH.code}


def test_the_offers_of_a_case_come_oldest_first(world: World) -> None:
    case = world.case()
    first = world.offer(case)
    answer(world, first, first.transfer.withdraw(by=actor_of(world.sender), at=after(2)), world.sender)
    later = replace(builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,)), sent_at=after(3))
    with world.as_(world.sender) as stores:
        builders.keep_offer(stores, later)
        assert [each.transfer.id for each in stores.transfers.of_case(case.id)] == [first.transfer.id, later.id]


def offered_at(world: World, hour: float, *, high_risk: bool = False) -> tuple[Case, Transfer]:
    case = world.case()
    transfer = replace(builders.new_offer(case, world.sender, NORTHMARCH), sent_at=after(hour), high_risk=high_risk)
    with world.as_(world.sender) as stores:
        builders.keep_offer(stores, transfer)
    return case, transfer


def test_an_inbox_has_high_risk_first_and_then_the_oldest(world: World) -> None:
    _, later = offered_at(world, 3)
    _, earlier = offered_at(world, 1)
    case, risky = offered_at(world, 5, high_risk=True)
    _, withdrawn = offered_at(world, 0)
    with world.as_(world.sender) as stores:
        taken_back = replace(withdrawn, events=()).withdraw(by=actor_of(world.sender), at=after(4))
        stores.transfers.put(builders.kept_offer(taken_back, EASTMARCH.code))

    with world.as_(world.receiver) as stores:
        inbox = stores.transfers.inbox(NORTHMARCH.code, page=1)
    assert [card.id for card in inbox.items] == [risky.id, earlier.id, later.id]
    assert inbox.total == 3
    first = inbox.items[0]
    assert (first.case, first.reference, first.pseudonym) == (case.id, case.reference, case.pseudonym)
    assert (first.from_holder, first.to_holder, first.strands) == (EASTMARCH.code, NORTHMARCH.code, frozenset(BOTH))
    assert (first.state, first.high_risk, first.already_moved) == (TransferState.SENT, True, False)
    assert (first.reason, first.sent_at, first.answered_at) == (risky.reason, after(5), None)


def test_what_was_sent_comes_newest_first_answered_or_not(world: World) -> None:
    case, earlier = offered_at(world, 1)
    _, later = offered_at(world, 3)
    with world.as_(world.sender) as stores:
        kept = stores.transfers.get(earlier.id, lock=False)
    assert kept is not None
    world.take(case, kept)

    with world.as_(world.sender) as stores:
        sent = stores.transfers.sent(EASTMARCH.code, page=1)
    assert [(card.id, card.state) for card in sent.items] == [
        (later.id, TransferState.SENT),
        (earlier.id, TransferState.ACCEPTED),
    ]


def test_nobody_reads_anothers_inbox(world: World) -> None:
    world.offer(world.case())

    for account in (world.stranger, world.auditor):
        with world.as_(account) as stores:
            assert stores.transfers.inbox(NORTHMARCH.code, page=1).items == ()
            assert stores.transfers.sent(EASTMARCH.code, page=1).items == ()
