"""What is left to be made anew under the newest keys: the same over dictionaries and over PostgreSQL."""

from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId
from casetrack.services.people import Account
from casetrack.services.ports import IndexTag, NamedCase
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NOBODY, NORTHMARCH, new_tag
from tests.persistence.worlds import World

SUPPORT = (Strand.SUPPORT,)
MOST = 10


def named(case: Case) -> NamedCase:
    return NamedCase(case.id, case.reference)


def begun_under(world: World, before: int, by: Account | None = None) -> set[NamedCase]:
    account = by or world.sender
    with world.as_(account) as stores:
        return set(stores.cases.begun_under(account.holder, before))


def keys_renewed(world: World, case: Case, keyset: int) -> Case:
    """The case, once the sender's organisation has renewed its keys, wrapped by that version."""
    after = case.renew_keys(keyset, by=builders.actor_of(world.sender), at=builders.after(3))
    with world.as_(world.sender) as stores:
        kept = builders.keep_change(stores, after, case, by=world.sender.holder)
        builders.journal_changes(stores, after, world.sender)
    return kept


def tag(world: World, case: Case, *tags: IndexTag, part: Part = Part.IDENTITY) -> None:
    with world.as_(world.sender) as stores:
        stores.tags.replace(case.id, part, tags)


def second_version(world: World) -> IndexTag:
    """A tag of the sender's organisation by a second version of its keys."""
    with world.founding(NOBODY) as kept:
        kept.keys.add_keyset(builders.new_keyset(EASTMARCH.code, 2))
    return replace(new_tag(EASTMARCH.code), keyset_version=2)


def found(world: World, sought: IndexTag, by: Account | None = None) -> tuple[CaseId, ...]:
    with world.as_(by or world.sender) as stores:
        return stores.tags.cases([sought], most=MOST)


def test_what_was_come_by_under_an_older_version_is_told_to_who_has_it(world: World) -> None:
    one, other = world.case(), world.case()
    assert begun_under(world, 2) == {named(one), named(other)}
    assert begun_under(world, 1) == set()
    with world.as_(world.sender) as stores:
        assert stores.cases.begun_under(world.sender.holder, 2, of=one.id) == (named(one),)
        assert stores.cases.begun_under(NORTHMARCH.code, 2) == ()


def test_what_was_passed_on_is_told_to_whoever_has_it_now(world: World) -> None:
    gone, shared = world.case(), world.case()
    world.take(gone, world.offer(gone))
    world.take(shared, world.offer(shared, LANTERN, SUPPORT), world.partner)

    assert begun_under(world, 2) == {named(shared)}
    assert begun_under(world, 2, world.receiver) == {named(gone)}
    assert begun_under(world, 2, world.partner) == {named(shared)}
    assert begun_under(world, 2, world.stranger) == set()


def test_the_newest_version_by_which_the_keys_of_a_case_were_renewed_is_told(world: World) -> None:
    case, other = world.case(), world.case()
    keys_renewed(world, keys_renewed(world, case, 2), 3)
    with world.as_(world.sender) as stores:
        assert stores.journal.case_keys_renewed(EASTMARCH.code) == {case.id: 3}
        assert stores.journal.case_keys_renewed(EASTMARCH.code, of=case.id) == {case.id: 3}
        assert stores.journal.case_keys_renewed(EASTMARCH.code, of=other.id) == {}
        assert stores.journal.case_keys_renewed(LANTERN.code) == {}
    with world.as_(world.stranger) as stores:
        assert stores.journal.case_keys_renewed(EASTMARCH.code) == {}


def test_a_case_is_locked_by_whoever_has_it(world: World) -> None:
    case = world.case()
    with world.as_(world.sender) as stores:
        assert stores.cases.lock_if_free(case.id)
    with world.as_(world.stranger) as stores:
        assert not stores.cases.lock_if_free(case.id)


def test_an_organisations_own_tags_are_replaced_and_those_of_others_stay(world: World) -> None:
    case = world.case()
    world.take(case, world.offer(case, LANTERN, SUPPORT), world.partner)
    mine, theirs, now = new_tag(EASTMARCH.code), new_tag(LANTERN.code, tag=b"theirs"), second_version(world)
    tag(world, case, mine, theirs)
    with world.as_(world.sender) as stores:
        assert (stores.tags.older(EASTMARCH.code, 2, MOST), stores.tags.left(EASTMARCH.code, 2)) == ((case.id,), 1)
        stores.tags.replace_own(case.id, Part.IDENTITY, [now])

    assert found(world, now) == found(world, theirs, world.partner) == (case.id,)
    assert found(world, mine) == ()
    with world.as_(world.sender) as stores:
        assert (stores.tags.older(EASTMARCH.code, 2, MOST), stores.tags.left(EASTMARCH.code, 2)) == ((), 0)
        stores.tags.replace_own(case.id, Part.IDENTITY, [])
    assert found(world, now) == ()
    assert found(world, theirs, world.partner) == (case.id,)


def test_some_of_the_cases_with_older_tags_are_given_at_a_time(world: World) -> None:
    cases = [world.case() for _ in range(3)]
    for case in cases:
        tag(world, case, new_tag(EASTMARCH.code), new_tag(EASTMARCH.code, tag=b"two"))
    with world.as_(world.sender) as stores:
        assert stores.tags.older(EASTMARCH.code, 2, 2) == tuple(sorted(case.id for case in cases))[:2]
        assert stores.tags.left(EASTMARCH.code, 2) == 6
        assert stores.tags.older(EASTMARCH.code, 1, MOST) == ()


@pytest.mark.parametrize("who", ["receiver", "stranger", "auditor", "national"])
def test_nobody_else_is_told_of_older_tags_or_takes_them_away(world: World, who: str) -> None:
    case, account = world.case(), getattr(world, who)
    tag(world, case, new_tag(EASTMARCH.code))
    with world.as_(account) as stores:
        assert (stores.tags.older(EASTMARCH.code, 2, MOST), stores.tags.left(EASTMARCH.code, 2)) == ((), 0)
        stores.tags.replace_own(case.id, Part.IDENTITY, [])
    assert found(world, new_tag(EASTMARCH.code)) == (case.id,)
