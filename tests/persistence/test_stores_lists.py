"""Lists of cases: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from casetrack.domain.case import Case, Status
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.services.lists import CaseQuery, Due, Sort, WorkCounts
from casetrack.services.people import Account
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NORTHMARCH, actor_of, after
from tests.persistence.worlds import World

TODAY = date(2026, 11, 2)
YESTERDAY, TOMORROW, NEXT_MONTH = TODAY - timedelta(1), TODAY + timedelta(1), TODAY + timedelta(30)
SUPPORT = (Strand.SUPPORT,)


def query(holder: HolderCode = EASTMARCH.code, **narrowed: Any) -> CaseQuery:  # noqa: ANN401 - the fields of a query
    return CaseQuery(holder=holder, today=TODAY, soon=TODAY + timedelta(7), **narrowed)


def found(world: World, asked: CaseQuery, account: Account | None = None) -> list[object]:
    with world.as_(account or world.sender) as stores:
        page = stores.cards.find(asked)
    assert page.total == len(page.items)
    return [card.id for card in page.items]


def passed_on(world: World) -> Case:
    case = world.case()
    return world.take(case, world.offer(case))


def test_a_card_says_what_a_list_shows_of_a_case(world: World) -> None:
    outlook = replace(builders.outlook(TOMORROW, YESTERDAY), phase="referral", waiting=True, high_risk=True)
    case = world.case(outlook=outlook)
    world.offer(case)

    with world.as_(world.sender) as stores:
        (card,) = stores.cards.find(query()).items
    assert (card.id, card.reference, card.pseudonym) == (case.id, case.reference, case.pseudonym)
    assert (card.status, card.leads) == (Status.OPEN, dict.fromkeys(Strand, EASTMARCH.code))
    assert (card.worker, card.worker_name) == (world.sender.id, world.sender.display_name)
    assert (card.phase, card.due, card.milestone, card.do_now) == ("referral", YESTERDAY, "crime-recorded", False)
    assert (card.held, card.waiting, card.high_risk) == (True, True, True)
    assert (card.opened_on, card.offered_to) == (date(2026, 11, 2), NORTHMARCH.code)


def test_a_list_has_what_the_holder_has_and_nothing_else(world: World) -> None:
    mine = world.case()
    world.case(world.stranger, builders.HARBOUR, SUPPORT)
    gone = passed_on(world)

    assert found(world, query()) == [mine.id]
    assert found(world, query(NORTHMARCH.code), world.receiver) == [gone.id]
    assert found(world, query(LANTERN.code), world.partner) == []


def test_what_is_only_being_offered_is_in_the_inbox_and_in_no_list(world: World) -> None:
    world.offer(world.case())

    assert found(world, query(NORTHMARCH.code), world.receiver) == []
    assert found(world, query(NORTHMARCH.code, passed_on=True), world.receiver) == []


def test_what_was_passed_on_is_a_stub_in_a_list_of_its_own(world: World) -> None:
    world.case()
    gone = passed_on(world)

    with world.as_(world.sender) as stores:
        (stub,) = stores.cards.find(query(passed_on=True)).items
    assert (stub.id, stub.held) == (gone.id, False)
    assert stub.leads == dict.fromkeys(Strand, NORTHMARCH.code)
    assert (stub.worker, stub.worker_name, stub.phase, stub.due) == (None, "", "", None)
    assert (stub.waiting, stub.high_risk, stub.do_now, stub.offered_to) == (False, False, False, None)


def test_a_stub_cannot_be_told_apart_by_a_filter(world: World) -> None:
    passed_on(world)

    for narrowed in ({"phase": "support"}, {"waiting": True}, {"offered": True}, {"due": Due.SOON}):
        assert found(world, query(passed_on=True, **narrowed)) == []


def test_other_holders_holders_and_other_holders_queries_show_nothing(world: World) -> None:
    world.case()

    assert found(world, query(), world.stranger) == []
    assert found(world, query(), world.auditor) == []


def test_what_is_due_is_what_is_due_in_the_strands_that_the_holder_leads(world: World) -> None:
    case = world.case(outlook=builders.outlook(TOMORROW, YESTERDAY))
    offer = world.offer(case, NORTHMARCH, (Strand.INVESTIGATION,))
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    taken = case.hand_off(accepted, to=NORTHMARCH, worker=world.receiver.id, by=actor_of(world.receiver), at=after(2))
    with world.as_(world.receiver) as stores:
        outlook = builders.outlook(TOMORROW, YESTERDAY)
        stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        builders.keep_change(stores, taken, case, by=NORTHMARCH.code, outlook_now=outlook)

    with world.as_(world.sender) as stores:
        (mine,) = stores.cards.find(query()).items
        mine_counted = stores.cards.counts(query())
    with world.as_(world.receiver) as stores:
        (theirs,) = stores.cards.find(query(NORTHMARCH.code)).items
        theirs_counted = stores.cards.counts(query(NORTHMARCH.code))
    assert (mine.due, mine.milestone, mine.worker) == (TOMORROW, "risk-assessed", world.sender.id)
    assert (theirs.due, theirs.milestone, theirs.worker) == (YESTERDAY, "crime-recorded", world.receiver.id)
    assert (mine_counted, theirs_counted) == (WorkCounts(0, 1, 0, 0), WorkCounts(1, 0, 0, 0))


def test_a_list_is_narrowed_by_what_is_due(world: World) -> None:
    late = world.case(outlook=builders.outlook(YESTERDAY))
    today = world.case(outlook=builders.outlook(TODAY))
    soon = world.case(outlook=builders.outlook(None, TODAY + timedelta(7)))
    at_once = world.case(outlook=replace(builders.outlook(), do_now_investigation=True))
    both = world.case(outlook=replace(builders.outlook(YESTERDAY), do_now_support=True))
    later = world.case(outlook=replace(builders.outlook(NEXT_MONTH), do_now_support=True))
    world.case(outlook=builders.outlook(NEXT_MONTH))
    world.case()

    assert set(found(world, query(due=Due.OVERDUE))) == {late.id, both.id}
    assert found(world, query(due=Due.SOON)) == [later.id, at_once.id, today.id, soon.id]


def test_where_nothing_has_a_date_a_card_names_what_is_to_be_done_at_once(world: World) -> None:
    new = replace(builders.outlook(), do_now_support=True, milestone_support="encounter")
    world.case(strands=SUPPORT, outlook=new)
    world.case(outlook=replace(builders.outlook(), do_now_investigation=True, milestone_investigation="encounter"))
    world.case(outlook=replace(builders.outlook(None, TOMORROW), do_now_support=True))

    with world.as_(world.sender) as stores:
        cards = stores.cards.find(query(due=Due.SOON)).items
    assert sorted((card.due is None, card.milestone) for card in cards) == [
        *[(False, "crime-recorded")],
        *[(True, "encounter"), (True, "encounter")],
    ]


def test_a_list_is_narrowed_by_each_of_its_filters(world: World) -> None:
    plain = world.case()
    waiting = world.case(outlook=replace(builders.outlook(), waiting=True))
    referral = world.case(outlook=replace(builders.outlook(), phase="referral"))
    offered = world.case()
    world.offer(offered)
    closed = world.case()
    with world.as_(world.sender) as stores:
        closing = closed.close("support-ended", by=actor_of(world.sender), at=after(1))
        builders.keep_change(stores, closing, closed, by=EASTMARCH.code)

    assert found(world, query(waiting=True)) == [waiting.id]
    assert found(world, query(phase="referral")) == [referral.id]
    assert found(world, query(offered=True)) == [offered.id]
    assert found(world, query(status=Status.CLOSED)) == [closed.id]
    assert set(found(world, query(status=None))) == {each.id for each in (plain, waiting, referral, offered, closed)}
    assert set(found(world, query(lead=EASTMARCH.code))) == {each.id for each in (plain, waiting, referral, offered)}
    assert found(world, query(lead=NORTHMARCH.code)) == []


def test_a_list_is_narrowed_by_the_worker_of_a_strand_that_the_holder_leads(world: World) -> None:
    colleague = builders.new_account(EASTMARCH)
    with world.begin(builders.NOBODY) as stores:
        stores.accounts.add(colleague)
    world.case()
    theirs = world.case(colleague)

    assert found(world, query(worker=colleague.id)) == [theirs.id]
    assert found(world, query(worker=world.stranger.id)) == []


@pytest.mark.parametrize("told", [str, str.upper, str.lower])
def test_a_case_is_listed_by_its_whole_name_in_capitals_or_not(world: World, told: Any) -> None:  # noqa: ANN401 - a way to write
    case = world.case()
    world.case()

    assert found(world, query().named(told(case.reference))) == [case.id]
    assert found(world, query().named(told(case.pseudonym))) == [case.id]
    assert found(world, query().named(told(case.pseudonym[:-1]))) == []


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_a_list_is_in_the_order_that_was_asked_for(world: World, sort: Sort, descending: bool) -> None:  # noqa: FBT001 - a parameter of the test
    outlooks = [
        replace(builders.outlook(due), phase=phase, do_now_support=at_once)
        for due, phase, at_once in (
            (TOMORROW, "referral", False),
            (None, "support", False),
            (YESTERDAY, "decision", False),
            (NEXT_MONTH, "arrival", True),
        )
    ]
    cases = {world.case(outlook=each).id: each for each in outlooks}
    with world.as_(world.sender) as stores:
        cards = stores.cards.find(query(sort=sort, descending=descending)).items

    orders: dict[Sort, list[Any]] = {
        Sort.REFERENCE: [card.reference for card in cards],
        Sort.PSEUDONYM: [card.pseudonym for card in cards],
        Sort.OPENED: [(card.opened_on, card.reference) for card in cards],
        Sort.PHASE: [card.phase for card in cards],
        Sort.DUE: [card.due for card in cards if card.due and not card.do_now],
    }
    assert orders[sort] == sorted(orders[sort], reverse=descending)
    if sort is Sort.DUE:
        assert [cases[card.id].do_now_support for card in cards].index(True) == (3 if descending else 0)
        assert cards[2 if descending else 3].due is None


def test_a_long_list_comes_in_pages_that_say_how_much_there_is(world: World) -> None:
    cases = {world.case().id for _ in range(5)}
    seen = set()
    for number, expected in ((1, 2), (2, 2), (3, 1), (4, 0)):
        with world.as_(world.sender) as stores:
            page = stores.cards.find(query(page=number, size=2))
        assert (page.total, page.pages, page.number, len(page.items)) == (5, 3, number, expected)
        seen |= {card.id for card in page.items}
    assert seen == cases


def test_my_work_counts_what_its_lists_list(world: World) -> None:
    world.case(outlook=replace(builders.outlook(YESTERDAY), waiting=True, do_now_support=True))
    world.case(outlook=builders.outlook(TOMORROW))
    world.offer(world.case())
    passed_on(world)
    world.case(world.stranger, builders.HARBOUR, SUPPORT, outlook=builders.outlook(YESTERDAY))

    with world.as_(world.sender) as stores:
        counts = stores.cards.counts(query())
    assert counts == WorkCounts(overdue=1, due_soon=1, waiting=1, transfers=1)
    assert counts.overdue == len(found(world, query(due=Due.OVERDUE)))
    assert counts.due_soon == len(found(world, query(due=Due.SOON)))
    assert counts.waiting == len(found(world, query(waiting=True)))
    assert counts.transfers == len(found(world, query(offered=True)))
    with world.as_(world.sender) as stores:
        assert stores.cards.counts(query(worker=world.sender.id)) == counts
        assert stores.cards.counts(query(worker=world.receiver.id)) == WorkCounts(0, 0, 0, 0)
