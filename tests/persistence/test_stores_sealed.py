"""Sealed values and key rows as they are kept: the same over dictionaries and over PostgreSQL."""

import secrets
from dataclasses import replace
from uuid import UUID

import pytest

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.fields import FieldLabel
from casetrack.domain.case import Case
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.services.people import Account
from casetrack.services.ports import SealedValue
from tests import builders
from tests.builders import (
    EASTMARCH,
    FAMILY_NAME,
    HARBOUR,
    LANTERN,
    NORTHMARCH,
    actor_of,
    after,
    digest_of,
    new_value,
)
from tests.persistence.worlds import World

REQUEST = FieldLabel("sar", "support-request")
SUBJECT = UUID(int=83)


def keep(world: World, *values: SealedValue, by: Account | None = None) -> None:
    with world.as_(by or world.sender) as stores:
        stores.values.add(values)


def test_a_value_is_read_again_as_it_was_sealed(world: World) -> None:
    case = world.case()
    given, family = new_value(case), new_value(case, label=FAMILY_NAME)
    keep(world, given, family)

    with world.as_(world.sender) as stores:
        assert set(stores.values.current(case.id, Part.IDENTITY)) == {given, family}
        assert stores.values.current(case.id, Part.SUPPORT) == ()


def test_a_changed_value_supersedes_the_one_before_which_stays(world: World) -> None:
    case = world.case()
    before, other = new_value(case), new_value(case, label=FAMILY_NAME)
    keep(world, before, other)
    now = new_value(case, version=4)
    keep(world, now)

    superseded = replace(before, superseded=4)
    with world.as_(world.sender) as stores:
        assert set(stores.values.current(case.id, Part.IDENTITY)) == {now, other}
        assert set(stores.values.all_of(case.id, Part.IDENTITY)) == {superseded, now, other}


def test_the_cases_with_a_value_that_stands_are_told_to_whoever_has_its_part(world: World) -> None:
    asked, cleared, other, theirs = world.case(), world.case(), world.case(), world.case(world.receiver, NORTHMARCH)

    def request(case: Case, version: int = 1) -> SealedValue:
        return replace(new_value(case, label=REQUEST, version=version, subject=SUBJECT), part=Part.SUPPORT)

    keep(world, request(asked), replace(request(asked), subject=asked.id))
    keep(world, request(cleared), new_value(other))
    keep(world, replace(request(cleared, 2), superseded=2))
    keep(world, request(theirs), by=world.receiver)

    def told(account: Account, *labels: FieldLabel, holder: HolderCode = EASTMARCH.code) -> set[CaseId]:
        with world.as_(account) as stores:
            found = stores.values.cases_with(labels, holder)
        assert list(found) == sorted(set(found))
        return set(found)

    both = (REQUEST, FieldLabel("sar", "investigation-request"))
    assert told(world.sender, *both) == told(world.sender, REQUEST) == {asked.id}
    assert told(world.sender, builders.GIVEN_NAMES) == {other.id}
    assert told(world.sender, both[1]) == set()
    assert told(world.receiver, *both, holder=NORTHMARCH.code) == {theirs.id}
    assert told(world.receiver, *both) == told(world.stranger, *both) == told(world.auditor, *both) == set()


def test_the_cases_with_a_value_go_with_the_part_that_it_lies_in(world: World) -> None:
    case = world.case()
    keep(world, replace(new_value(case, label=REQUEST, subject=SUBJECT), part=Part.SUPPORT))
    world.take(case, world.offer(case, strands=(Strand.SUPPORT,)))
    found = []
    for account in (world.sender, world.receiver):
        with world.as_(account) as stores:
            found += [stores.values.cases_with([REQUEST], holder) for holder in (EASTMARCH.code, NORTHMARCH.code)]
    # The one that has passed the support on still has the investigation, and the other can see that.
    assert found == [(), (), (), (case.id,)]


def test_a_value_that_was_cleared_is_no_longer_current_and_both_rows_of_it_stay(world: World) -> None:
    case = world.case()
    before = new_value(case)
    keep(world, before)
    cleared = replace(new_value(case, version=4), superseded=4)
    keep(world, cleared)

    with world.as_(world.sender) as stores:
        assert stores.values.current(case.id, Part.IDENTITY) == ()
        assert set(stores.values.all_of(case.id, Part.IDENTITY)) == {replace(before, superseded=4), cleared}


def test_a_value_supersedes_nothing_of_another_subject_or_case(world: World) -> None:
    case, other_case = world.case(), world.case()
    others = (new_value(case, subject=builders.new_account().id), new_value(other_case))
    keep(world, new_value(case), *others)
    now = new_value(case, version=2)
    keep(world, now)

    with world.as_(world.sender) as stores:
        found = set(stores.values.current_of([case.id, other_case.id], Part.IDENTITY))
    assert found == {now, *others}


def test_a_value_that_is_sealed_anew_is_otherwise_the_same(world: World) -> None:
    case = world.case()
    before = new_value(case)
    keep(world, before)
    anew = replace(before, stored=secrets.token_bytes(60))
    with world.as_(world.sender) as stores:
        stores.values.reseal([anew])

    with world.as_(world.sender) as stores:
        assert stores.values.all_of(case.id, Part.IDENTITY) == (anew,)


def test_the_case_comes_with_the_hashes_that_its_seal_covers(world: World) -> None:
    case = world.case()
    values = [new_value(case), new_value(case, label=FAMILY_NAME)]
    keys = [builders.new_key(case, 1), builders.new_key(case, 2, Part.SUPPORT)]
    keep(world, *values)
    with world.as_(world.sender) as stores:
        for key in keys:
            stores.keys.add(key)

    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.values == tuple(sorted(digest_of(value) for value in values))
    assert kept.keys == tuple(keys)


def sealed_and_handed_off(world: World) -> tuple[Case, SealedValue]:
    case = world.case()
    value = new_value(case)
    keep(world, value)
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case))
        stores.keys.add_wraps([builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code)])
    return world.take(case, world.offer(case)), value


def test_a_former_holder_is_left_with_nothing_that_is_sealed(world: World) -> None:
    case, _ = sealed_and_handed_off(world)

    with world.as_(world.sender) as stores:
        assert stores.cases.get(case.id, lock=False) is None
        assert stores.values.all_of(case.id, Part.IDENTITY) == ()
        assert stores.values.current_of([case.id], Part.IDENTITY) == ()
        assert stores.keys.wraps([case.id], EASTMARCH.code) == ()


def test_a_stranger_and_an_auditor_read_nothing_that_is_sealed(world: World) -> None:
    case = world.case()
    keep(world, new_value(case))
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case))
        stores.keys.add_wraps([builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code)])

    for account in (world.receiver, world.stranger, world.auditor, world.national):
        with world.as_(account) as stores:
            assert stores.values.all_of(case.id, Part.IDENTITY) == ()
            assert stores.keys.wraps([case.id], EASTMARCH.code) == ()


def test_the_receiver_of_an_offer_reads_what_it_moves_once_it_has_accepted_and_nothing_else_of_the_case(
    world: World,
) -> None:
    case = world.case()
    moving, staying = (
        replace(new_value(case, label=FieldLabel("notes", part.value)), part=part)
        for part in (Part.SUPPORT, Part.INVESTIGATION)
    )
    keep(world, moving, staying)
    wraps = [builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code, number=number) for number in (1, 2)]
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case, 1, Part.SUPPORT))
        stores.keys.add(builders.new_key(case, 2, Part.INVESTIGATION))
        stores.keys.add_wraps(wraps)
    offer = world.offer(case, strands=(Strand.SUPPORT,))
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))

    with world.as_(world.receiver) as stores:
        assert [stores.values.all_of(case.id, part) for part in Part] == [()] * 4
        assert stores.keys.wraps([case.id], EASTMARCH.code) == ()
        stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
        assert stores.values.all_of(case.id, Part.SUPPORT) == (moving,)
        assert stores.values.all_of(case.id, Part.INVESTIGATION) == ()
        assert stores.keys.wraps([case.id], EASTMARCH.code) == (wraps[0],)


def test_the_receiver_of_an_open_offer_changes_nothing_that_is_sealed_before_it_takes_it(world: World) -> None:
    case = world.case()
    value, wrap = new_value(case), builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code)
    keep(world, value)
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case))
        stores.keys.add_wraps([wrap])
    world.offer(case)

    with pytest.raises(NotPermitted):
        keep(world, new_value(case, version=2), by=world.receiver)
    with pytest.raises(NotPermitted), world.as_(world.receiver) as stores:
        stores.keys.add(builders.new_key(case, 2))
    with world.as_(world.receiver) as stores:
        stores.values.reseal([replace(value, stored=b"planted")])
        stores.keys.retire(case.id, [1])
    with world.as_(world.sender) as stores:
        assert stores.values.current(case.id, Part.IDENTITY) == (value,)
        assert stores.keys.wraps([case.id], EASTMARCH.code) == (wrap,)


@pytest.mark.parametrize("who", ["stranger", "auditor"])
def test_nobody_seals_anything_in_a_case_that_they_do_not_have(world: World, who: str) -> None:
    case = world.case()
    account: Account = getattr(world, who)

    with pytest.raises(NotPermitted):
        keep(world, new_value(case), by=account)
    with pytest.raises(NotPermitted), world.as_(account) as stores:
        stores.keys.add(builders.new_key(case))
    offer = builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,)).id
    planted = builders.new_wrap(case, account.holder, by=account.holder, number=OFFER, transfer=offer)
    with pytest.raises(NotPermitted), world.as_(account) as stores:
        stores.keys.add_wraps([planted])


def test_a_former_holder_changes_nothing_that_is_sealed(world: World) -> None:
    case, value = sealed_and_handed_off(world)

    with pytest.raises(NotPermitted):
        keep(world, new_value(case, version=9))
    with world.as_(world.sender) as stores:
        stores.values.reseal([replace(value, stored=b"planted")])
        stores.keys.retire(case.id, [1])
    with world.as_(world.receiver) as stores:
        kept = stores.cases.get(case.id, lock=False)
        assert stores.values.current(case.id, Part.IDENTITY) == (value,)
    assert kept is not None
    assert not kept.keys[0].retired


def test_the_wraps_of_a_holder_come_for_many_cases_at_once(world: World) -> None:
    cases = [world.case() for _ in range(3)]
    wraps = [builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code) for case in cases]
    with world.as_(world.sender) as stores:
        for case in cases:
            stores.keys.add(builders.new_key(case))
        stores.keys.add_wraps(wraps)

    with world.as_(world.sender) as stores:
        found = stores.keys.wraps([case.id for case in cases[:2]], EASTMARCH.code)
    assert found == tuple(sorted(wraps[:2], key=lambda wrap: wrap.case))


def test_a_key_is_wrapped_for_nobody_who_does_not_have_its_part(world: World) -> None:
    case = world.case()
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case))

    with pytest.raises(NotPermitted), world.as_(world.sender) as stores:
        stores.keys.add_wraps([builders.new_wrap(case, LANTERN.code, by=EASTMARCH.code)])


def test_an_offers_key_is_wrapped_by_its_sender_for_its_two_sides_alone(world: World) -> None:
    case = world.case()
    offer = world.offer(case).transfer

    def wrapped(account: Account, recipient: HolderCode) -> None:
        with world.as_(account) as stores:
            wrap = builders.new_wrap(case, recipient, by=account.holder, number=OFFER, transfer=offer.id)
            stores.keys.add_wraps([wrap])

    for account, recipient in ((world.sender, LANTERN.code), (world.receiver, NORTHMARCH.code)):
        with pytest.raises(NotPermitted):
            wrapped(account, recipient)


def test_nobody_wraps_a_key_in_anothers_name(world: World) -> None:
    case = world.case()
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case))

    with pytest.raises(NotPermitted), world.as_(world.sender) as stores:
        stores.keys.add_wraps([builders.new_wrap(case, EASTMARCH.code, by=NORTHMARCH.code)])


def test_a_retired_key_has_no_wraps_and_keeps_its_number(world: World) -> None:
    case = world.case()
    kept_on = builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code, number=2)
    with world.as_(world.sender) as stores:
        stores.keys.add(builders.new_key(case, 1))
        stores.keys.add(builders.new_key(case, 2, Part.SUPPORT))
        stores.keys.add_wraps([builders.new_wrap(case, EASTMARCH.code, by=EASTMARCH.code), kept_on])
        stores.keys.add(builders.new_key(case, 3))
        stores.keys.retire(case.id, [1])
        stores.keys.retire(case.id, [])

    with world.as_(world.sender) as stores:
        assert stores.keys.wraps([case.id], EASTMARCH.code) == (kept_on,)
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert [(key.number, key.retired) for key in kept.keys] == [(1, True), (2, False), (3, False)]


def test_an_offers_key_is_wrapped_for_its_two_sides_and_for_nobody_else(world: World) -> None:
    case = world.case()
    offer = world.offer(case)

    for account in (world.sender, world.receiver):
        with world.as_(account) as stores:
            wrap = stores.keys.offer_wrap(offer.transfer.id, account.holder)
            assert stores.keys.wraps([case.id], account.holder) == ()
        assert wrap is not None
        assert (wrap.number, wrap.recipient, wrap.transfer) == (OFFER, account.holder, offer.transfer.id)
    with world.as_(world.stranger) as stores:
        assert stores.keys.offer_wrap(offer.transfer.id, HARBOUR.code) is None
        assert stores.keys.offer_wrap(offer.transfer.id, NORTHMARCH.code) is None
    with world.as_(world.sender) as stores:
        assert stores.keys.offer_wrap(offer.transfer.id, NORTHMARCH.code) is None


def test_what_was_offered_can_be_read_by_its_two_sides_after_the_answer(world: World) -> None:
    case = world.case()
    offer = world.offer(case)
    world.take(case, offer)

    for account in (world.sender, world.receiver):
        with world.as_(account) as stores:
            assert stores.keys.offer_wrap(offer.transfer.id, account.holder) is not None


def test_the_keysets_of_a_holder_come_oldest_first(world: World) -> None:
    second = builders.new_keyset(EASTMARCH.code, 2)
    with world.founding(builders.NOBODY) as stores:
        stores.keys.add_keyset(second)

    with world.begin(builders.NOBODY) as stores:
        keysets = stores.keys.keysets(EASTMARCH.code)
    assert [keyset.public.version for keyset in keysets] == [1, 2]
    assert keysets[1] == second
