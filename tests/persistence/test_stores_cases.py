"""Cases as they are kept: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from casetrack.domain.case import Areas, IdentityState, Status
from casetrack.domain.errors import NotPermitted, Stale, Unavailable
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Reference
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
    kept = KeptCase(case, builders.aggregate_seal(EASTMARCH.code), (), ())
    with world.as_(world.sender) as stores:
        stores.cases.add(kept, builders.changed_holdings(case), builders.outlook())

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


def test_who_passed_a_case_on_still_knows_of_it_and_changes_it_no_more(world: World) -> None:
    case = world.case()
    taken = world.take(case, world.offer(case))

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=True)
    assert kept is not None
    assert kept.case == taken
    forged = taken.place(Areas(home=EASTMARCH.code), by=actor_of(world.receiver), at=after(3))
    with pytest.raises(Stale), world.as_(world.sender) as stores:
        builders.keep_change(stores, forged, taken, by=EASTMARCH.code)


def test_an_offered_case_is_known_to_its_receiver_until_the_offer_is_answered(world: World) -> None:
    case = world.case()
    offer = world.offer(case, LANTERN, (Strand.SUPPORT,))
    with world.as_(world.partner) as stores:
        assert stores.cases.find(case.reference) == case.id
        declined = offer.transfer.decline("not-our-area", by=actor_of(world.partner), at=after(2))
        stores.transfers.put(builders.kept_offer(declined, LANTERN.code, like=offer))
        assert stores.cases.find(case.reference) == case.id, "the transaction that answers goes on"

    with world.as_(world.partner) as stores:
        assert stores.cases.find(case.reference) is None
        assert stores.cases.get(case.id, lock=False) is None


def test_who_is_being_offered_a_case_changes_nothing_of_it_without_taking_it(world: World) -> None:
    case = world.case()
    world.offer(case)
    placed = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(2))

    with pytest.raises(NotPermitted), world.as_(world.receiver) as stores:
        builders.keep_change(stores, placed, case, by=NORTHMARCH.code)


@pytest.mark.parametrize("case_first", [True, False], ids=["case first", "offer first"])
def test_a_hand_off_is_kept_in_either_order(world: World, case_first: bool) -> None:  # noqa: FBT001 - a parameter of the test
    case = world.case()
    offer = world.offer(case)
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    after_it = case.hand_off(
        accepted, to=NORTHMARCH, worker=world.receiver.id, by=actor_of(world.receiver), at=after(2)
    )
    with world.as_(world.receiver) as stores:
        if not case_first:
            stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        builders.keep_change(stores, after_it, case, by=NORTHMARCH.code)
        if case_first:
            stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))

    with world.as_(world.receiver) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case.holdings.lead(Strand.SUPPORT) == NORTHMARCH.code


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
        assert stores.journal.last_change(case.id) is None


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
