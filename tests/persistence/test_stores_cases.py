"""Cases as they are kept: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from casetrack.domain.case import Areas, BeginReason, Case, IdentityState, Status
from casetrack.domain.errors import NotPermitted, Stale, Unavailable
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.people import Account
from casetrack.services.ports import KeptCase
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NINE, NORTHMARCH, actor_of, after
from tests.persistence.worlds import World


def met(code: str, hour: float) -> Recorded:
    return Recorded(code, RecordState.MET, None, after(hour), after(hour), uuid4())


def test_a_case_is_read_again_as_it_was_kept(world: World) -> None:
    by = actor_of(world.sender)
    case = builders.new_case(world.sender)
    case = case.place(Areas(EASTMARCH.code, NORTHMARCH.code, None), by=by, at=after(1))
    case = case.record_identity(IdentityState.WITHHELD, (), by=by, at=after(1))
    case = case.record(met("risk-assessed", 1), by=by).record(met("nrm-referral", 2), by=by)
    kept = KeptCase(case, builders.aggregate_seal(EASTMARCH.code), (), (), builders.outlook())
    with world.as_(world.sender) as stores:
        stores.cases.add(kept, builders.changed_holdings(case))

    with world.as_(world.sender) as stores:
        assert stores.cases.get(case.id, lock=False) == replace(kept, case=replace(case, events=()))
        assert stores.cases.get(case.id, lock=True) == stores.cases.get(case.id, lock=False)


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_told_in(world: World) -> None:
    at = datetime(2026, 7, 1, 10, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    case = builders.new_case(world.sender, at=at)
    with world.as_(world.sender) as stores:
        builders.keep_case(stores, case)

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case.opened_at == at
    assert kept.case.opened_at.isoformat() in {at.isoformat(), at.astimezone(UTC).isoformat()}


def test_a_case_is_found_by_its_reference(world: World) -> None:
    case = world.case()

    with world.as_(world.sender) as stores:
        assert stores.cases.find(case.reference) == case.id
        assert stores.cases.find(Reference("CT-0000-0000")) is None


def test_to_whoever_never_had_it_a_case_does_not_exist(world: World) -> None:
    case = world.case()

    for account in (world.receiver, world.stranger, world.auditor, world.national):
        with world.as_(account) as stores:
            assert stores.cases.find(case.reference) is None
            assert stores.cases.get(case.id, lock=False) is None
            assert stores.cases.get(case.id, lock=True) is None


def test_a_case_that_nobody_kept_is_none(world: World) -> None:
    with world.as_(world.sender) as stores:
        assert stores.cases.get(CaseId(uuid4()), lock=True) is None


def test_a_changed_case_takes_the_place_of_the_one_before(world: World) -> None:
    case = world.case()
    closed = case.close("support-ended", by=actor_of(world.sender), at=after(1))
    with world.as_(world.sender) as stores:
        builders.keep_change(stores, closed, case, by=EASTMARCH.code)

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case == replace(closed, events=())
    assert (kept.case.status, kept.case.close_reason) == (Status.CLOSED, "support-ended")


def test_whoever_comes_second_with_the_same_version_is_stale(world: World) -> None:
    case = world.case()
    by = actor_of(world.sender)
    with world.as_(world.sender) as stores:
        first = case.place(Areas(home=NORTHMARCH.code), by=by, at=after(1))
        builders.keep_change(stores, first, case, by=EASTMARCH.code)

    second = case.place(Areas(encounter=NORTHMARCH.code), by=by, at=after(2))
    with pytest.raises(Stale), world.as_(world.sender) as stores:
        builders.keep_change(stores, second, case, by=EASTMARCH.code)
    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case == replace(first, events=())


def test_a_holder_that_does_not_have_the_case_changes_nothing_of_it(world: World) -> None:
    case = world.case()
    forged = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(1))

    with pytest.raises(Stale), world.as_(world.stranger) as stores:
        builders.keep_change(stores, forged, case, by=NORTHMARCH.code)


def test_records_are_added_at_the_end_and_stay_in_their_order(world: World) -> None:
    by = actor_of(world.sender)
    before = world.case()
    for hour in (1, 2, 3):
        now = before.record(met(f"milestone-{hour}", hour), by=by)
        with world.as_(world.sender) as stores:
            before = builders.keep_change(stores, now, before, by=EASTMARCH.code)

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(before.id, lock=False)
    assert kept is not None
    assert [record.code for record in kept.case.records] == ["milestone-1", "milestone-2", "milestone-3"]


def test_two_open_cases_never_have_the_same_name_and_a_closed_ones_is_free(world: World) -> None:
    case = world.case()
    namesake = replace(builders.new_case(world.stranger, builders.HARBOUR, (Strand.SUPPORT,)), pseudonym=case.pseudonym)
    with world.as_(world.stranger) as stores:
        assert stores.cases.pseudonym_is_taken(case.pseudonym)
    with pytest.raises(Unavailable), world.as_(world.stranger) as stores:
        builders.keep_case(stores, namesake)

    closed = case.close("support-ended", by=actor_of(world.sender), at=after(1))
    with world.as_(world.sender) as stores:
        builders.keep_change(stores, closed, case, by=EASTMARCH.code)
    with world.as_(world.stranger) as stores:
        assert not stores.cases.pseudonym_is_taken(case.pseudonym)
        builders.keep_case(stores, namesake)


def test_no_two_cases_have_the_same_reference(world: World) -> None:
    case = world.case()
    other = replace(builders.new_case(world.stranger, builders.HARBOUR, (Strand.SUPPORT,)), reference=case.reference)

    with pytest.raises(Unavailable), world.as_(world.stranger) as stores:
        builders.keep_case(stores, other)


def test_nobody_gives_a_case_to_another_holder_by_opening_it(world: World) -> None:
    case = builders.new_case(world.sender, EASTMARCH)

    with pytest.raises(NotPermitted), world.as_(world.stranger) as stores:
        builders.keep_case(stores, case)


def test_a_hand_off_ends_the_holdings_of_the_one_and_begins_those_of_the_other(world: World) -> None:
    case = world.case()
    taken = world.take(case, world.offer(case))

    with world.as_(world.receiver) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case == taken
    assert kept.case.holdings.rows == taken.holdings.rows
    assert kept.case.holdings.holders == {NORTHMARCH.code}
    assert {row.until for row in kept.case.holdings.rows if row.holder == EASTMARCH.code} == {after(2)}


def test_who_passed_a_case_on_is_left_with_its_stub_and_changes_it_no_more(world: World) -> None:
    case = world.case()
    taken = world.take(case, world.offer(case))

    with world.as_(world.sender) as stores:
        assert stores.cases.find(case.reference) is None
        assert stores.cases.get(case.id, lock=True) is None
        stub = stores.cases.stub(case.reference)
    assert {(each.case, each.reference, each.opened_at) for each in stub} == {(case.id, case.reference, case.opened_at)}
    assert [each.holding for each in stub] == [
        row for row in taken.holdings.rows if row.holder == EASTMARCH.code or (row.is_open and row.number)
    ]
    assert {each.pseudonym for each in stub if each.holding.until} == {case.pseudonym}
    assert {each.pseudonym for each in stub if each.holding.is_open} == {None}
    forged = taken.place(Areas(home=EASTMARCH.code), by=actor_of(world.receiver), at=after(3))
    with pytest.raises(Stale), world.as_(world.sender) as stores:
        builders.keep_change(stores, forged, taken, by=EASTMARCH.code)


def test_a_stub_says_nothing_of_what_came_after_but_who_is_responsible(world: World) -> None:
    """The case was passed on twice more, closed, and opened again under another name."""
    case = world.case()
    taken = world.take(case, world.offer(case))
    there = builders.new_offer(taken, world.receiver, LANTERN, (Strand.SUPPORT,))
    with world.as_(world.receiver) as stores:
        offer = builders.keep_offer(stores, there)
    moved = world.take(taken, offer, world.partner)
    by = actor_of(world.partner)
    closed = moved.close("support-ended", by=by, at=after(3))
    again = replace(closed, events=()).reopen(by=by, at=after(4), pseudonym=Pseudonym("another name"))
    with world.as_(world.partner) as stores:
        before = builders.keep_change(stores, closed, moved, by=LANTERN.code)
        builders.keep_change(stores, again, before, by=LANTERN.code)

    with world.as_(world.sender) as stores:
        stub = stores.cases.stub(case.reference)
        (card,) = stores.cards.find(builders.passed_on(EASTMARCH.code)).items
        (sent,) = stores.transfers.sent(EASTMARCH.code, page=1).items
    assert {each.pseudonym for each in stub} == {case.pseudonym, None}
    assert {each.holding.holder for each in stub if each.holding.is_open} == {LANTERN.code, NORTHMARCH.code}
    assert {each.holding.holder for each in stub if not each.holding.is_open} == {EASTMARCH.code}
    assert (card.pseudonym, card.status) == (case.pseudonym, None)
    assert sent.pseudonym == case.pseudonym


def test_of_a_case_that_one_has_or_never_had_there_is_no_stub(world: World) -> None:
    case = world.case()
    world.take(case, world.offer(case, strands=(Strand.SUPPORT,)))

    for account in (world.sender, world.receiver, world.stranger, world.auditor, world.national):
        with world.as_(account) as stores:
            assert stores.cases.stub(case.reference) == ()


def test_an_offered_case_is_its_receivers_to_read_only_once_it_has_accepted(world: World) -> None:
    by = actor_of(world.partner)
    declined, accepted = (world.offer(world.case(), LANTERN, (Strand.SUPPORT,)) for _ in range(2))

    with world.as_(world.partner) as stores:
        assert stores.cases.all_of([declined.transfer.case, accepted.transfer.case]) == ()
    with world.as_(world.partner) as stores:
        no = declined.transfer.decline("not-our-area", by=by, at=after(2))
        stores.transfers.put(builders.kept_offer(no, LANTERN.code, like=declined))
        yes = accepted.transfer.accept(by=by, at=after(2))
        stores.transfers.put(builders.kept_offer(yes, LANTERN.code, like=accepted))
        assert stores.cases.get(declined.transfer.case, lock=True) is None
        assert stores.cases.get(accepted.transfer.case, lock=True) is not None


def test_information_alone_opens_no_case_when_it_is_accepted(world: World) -> None:
    case = world.case()
    offer = world.offer(case, LANTERN, ())
    with world.as_(world.partner) as stores:
        accepted = offer.transfer.accept(by=actor_of(world.partner), at=after(2))
        stores.transfers.put(builders.kept_offer(accepted, LANTERN.code, like=offer))
        assert stores.cases.find(case.reference) is None
        assert stores.cases.get(case.id, lock=True) is None


def test_who_is_being_offered_a_case_changes_nothing_of_it_without_taking_it(world: World) -> None:
    case = world.case()
    offer = world.offer(case)
    placed = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(2))
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))

    with pytest.raises(Stale), world.as_(world.receiver) as stores:
        builders.keep_change(stores, placed, case, by=NORTHMARCH.code)
    with pytest.raises(NotPermitted), world.as_(world.receiver) as stores:  # noqa: PT012 - both, in one transaction
        stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        builders.keep_change(stores, placed, case, by=NORTHMARCH.code)


def test_a_hand_off_is_kept_once_the_offer_is_accepted_and_not_before(world: World) -> None:
    case = world.case()
    offer = world.offer(case)
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    after_it = case.hand_off(
        accepted, to=NORTHMARCH, worker=world.receiver.id, by=actor_of(world.receiver), at=after(2)
    )
    with pytest.raises(Stale), world.as_(world.receiver) as stores:
        builders.keep_change(stores, after_it, case, by=NORTHMARCH.code)
    with world.as_(world.receiver) as stores:
        stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        builders.keep_change(stores, after_it, case, by=NORTHMARCH.code)

    with world.as_(world.receiver) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case.holdings.lead(Strand.SUPPORT) == NORTHMARCH.code


@pytest.mark.parametrize("account", ["auditor", "national"])
def test_only_who_works_with_cases_is_told_which_names_are_taken(world: World, account: str) -> None:
    with pytest.raises(NotPermitted), world.as_(getattr(world, account)) as stores:
        stores.cases.pseudonym_is_taken(Pseudonym("quiet harbour"))


def test_a_strand_that_there_was_none_of_begins_by_an_offer(world: World) -> None:
    case = world.case(world.partner, LANTERN, (Strand.SUPPORT,))
    transfer = builders.new_offer(case, world.partner, NORTHMARCH, (Strand.INVESTIGATION,))
    with world.as_(world.partner) as stores:
        offer = builders.keep_offer(stores, transfer)
    world.take(case, offer)

    with world.as_(world.partner) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case.holdings.leads == {Strand.SUPPORT: LANTERN.code, Strand.INVESTIGATION: NORTHMARCH.code}
    assert kept.case.holdings.holders_of(Part.SUPPORT) == {LANTERN.code}


def begun(case: Case, by: Account, holder: Holder) -> Case:
    """The case, once the account has begun the strand that it lacks, three hours after nine."""
    (strand,) = case.holdings.lacking
    return case.begin_strand(strand, BeginReason.AGREED, holder=holder, by=actor_of(by), at=after(3))


@pytest.mark.parametrize("had", Strand)
def test_a_strand_that_a_case_lacks_begins_with_whoever_leads_the_other(world: World, had: Strand) -> None:
    case = world.case(strands=(had,))
    with world.as_(world.sender) as stores:
        now = builders.keep_change(stores, begun(case, world.sender, EASTMARCH), case, by=EASTMARCH.code)

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case == now
    assert kept.case.holdings.leads == dict.fromkeys(Strand, EASTMARCH.code)
    assert kept.case.workers == dict.fromkeys(Strand, world.sender.id)


def test_a_strand_begins_with_whoever_took_the_other_over(world: World) -> None:
    case = world.case(strands=(Strand.SUPPORT,))
    taken = world.take(case, world.offer(case, strands=(Strand.SUPPORT,)))
    with world.as_(world.receiver) as stores:
        builders.keep_change(stores, begun(taken, world.receiver, NORTHMARCH), taken, by=NORTHMARCH.code)

    with world.as_(world.receiver) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case.holdings.leads == dict.fromkeys(Strand, NORTHMARCH.code)


def test_no_strand_begins_while_an_offer_of_the_case_waits_for_an_answer(world: World) -> None:
    case = world.case(strands=(Strand.SUPPORT,))
    world.offer(case, strands=(Strand.SUPPORT,))

    with pytest.raises(NotPermitted), world.as_(world.sender) as stores:
        builders.keep_change(stores, begun(case, world.sender, EASTMARCH), case, by=EASTMARCH.code)


def test_of_two_who_begin_the_same_strand_at_once_the_first_does(world: World) -> None:
    case = world.case(strands=(Strand.SUPPORT,))
    with world.as_(world.sender) as stores:
        builders.keep_change(stores, begun(case, world.sender, EASTMARCH), case, by=EASTMARCH.code)

    with pytest.raises(Stale), world.as_(world.sender) as stores:
        builders.keep_change(stores, begun(case, world.sender, EASTMARCH), case, by=EASTMARCH.code)


def test_a_transaction_that_does_not_end_well_leaves_nothing(world: World) -> None:
    case = builders.new_case(world.sender)

    def half_done() -> None:
        with world.as_(world.sender) as stores:
            builders.keep_case(stores, case)
            builders.journal_changes(stores, case, world.sender)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with world.as_(world.sender) as stores:
        assert stores.cases.get(case.id, lock=False) is None
        assert stores.journal.last_changes([case.id]) == {}


def test_two_transactions_do_not_begin_at_once(world: World) -> None:
    with world.as_(world.sender), pytest.raises(RuntimeError, match="begun already"), world.as_(world.receiver):
        raise AssertionError


def test_one_transaction_may_act_for_several_in_turn(world: World) -> None:
    case = builders.new_case(world.sender, at=NINE)
    with world.transaction(builders.scope_of(world.sender)) as begun:
        builders.keep_case(begun.stores, case)
        begun.act_as(builders.scope_of(world.stranger))
        assert begun.stores.cases.get(case.id, lock=False) is None
        begun.act_as(builders.scope_of(world.sender))
        assert begun.stores.cases.get(case.id, lock=False) is not None
