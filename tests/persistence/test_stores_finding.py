"""Tags and quotas as they are kept: the same over dictionaries and over PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId
from casetrack.services.limits import Raise, Spent
from casetrack.services.people import Account
from casetrack.services.ports import IndexTag
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NINE, NOBODY, NORTHMARCH, new_tag
from tests.persistence.worlds import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SUPPORT = (Strand.SUPPORT,)
MOST = 10


def tag(world: World, case: Case, *tags: IndexTag, part: Part = Part.IDENTITY, by: Account | None = None) -> None:
    with world.as_(by or world.sender) as stores:
        stores.tags.replace(case.id, part, tags)


def found(world: World, *sought: IndexTag, by: Account | None = None, most: int = MOST) -> tuple[CaseId, ...]:
    with world.as_(by or world.sender) as stores:
        return stores.tags.cases(sought, most=most)


def test_cases_are_found_by_any_of_the_tags_each_once_and_in_one_order(world: World) -> None:
    cases = [world.case() for _ in range(3)]
    one, other = new_tag(EASTMARCH.code), new_tag(EASTMARCH.code, tag=b"two")
    for case in cases[:2]:
        tag(world, case, one, other)
    tag(world, cases[0], new_tag(EASTMARCH.code, "phone"), part=Part.SAFE_ADDRESS)

    every = tuple(sorted(case.id for case in cases[:2]))
    assert found(world, one, other, new_tag(EASTMARCH.code, "phone")) == every
    assert found(world, one, most=1) == every[:1]
    assert found(world, new_tag(EASTMARCH.code, "phone")) == (cases[0].id,)


@pytest.mark.parametrize(
    "other",
    [
        new_tag(EASTMARCH.code, "phone"),
        new_tag(EASTMARCH.code, tag=b"tug"),
        IndexTag("name", EASTMARCH.code, 2, b"tag"),
    ],
    ids=["another index", "another tag", "another keyset"],
)
def test_nothing_is_found_by_what_only_looks_like_the_tag(world: World, other: IndexTag) -> None:
    case = world.case()
    tag(world, case, new_tag(EASTMARCH.code))
    assert found(world, other) == found(world) == ()


def test_new_tags_take_the_place_of_those_of_the_part_and_of_no_other(world: World) -> None:
    case, other = world.case(), world.case()
    before, now = new_tag(EASTMARCH.code), new_tag(EASTMARCH.code, tag=b"now")
    tag(world, case, before)
    tag(world, other, before)
    tag(world, case, before, part=Part.SAFE_ADDRESS)
    tag(world, case, now, new_tag(EASTMARCH.code, "document"))

    assert found(world, now) == (case.id,)
    assert set(found(world, before)) == {case.id, other.id}
    tag(world, case, part=Part.SAFE_ADDRESS)
    assert found(world, before) == (other.id,)


def test_what_is_forgotten_is_found_no_more(world: World) -> None:
    case = world.case()
    tag(world, case, new_tag(EASTMARCH.code))
    with world.as_(world.sender) as stores:
        stores.tags.forget(case.id, Part.IDENTITY)
    assert found(world, new_tag(EASTMARCH.code)) == ()


def test_the_versions_that_have_tags_are_told(world: World) -> None:
    case = world.case()
    with world.founding(NOBODY) as kept:
        kept.keys.add_keyset(builders.new_keyset(EASTMARCH.code, 2))
    with world.as_(world.sender) as stores:
        assert stores.tags.versions(EASTMARCH.code, up_to=2) == ()
    tag(world, case, new_tag(EASTMARCH.code), IndexTag("name", EASTMARCH.code, 2, b"tag"))
    with world.as_(world.sender) as stores:
        assert stores.tags.versions(EASTMARCH.code, up_to=2) == (1, 2)
        assert stores.tags.versions(EASTMARCH.code, up_to=1) == (1,)
    with world.as_(world.receiver) as stores:
        assert stores.tags.versions(EASTMARCH.code, up_to=2) == ()
        assert stores.tags.versions(NORTHMARCH.code, up_to=2) == ()


def test_each_holder_of_a_part_finds_by_its_own_tags_alone(world: World) -> None:
    case = world.case()
    world.take(case, world.offer(case, LANTERN, SUPPORT), world.partner)
    mine, theirs = new_tag(EASTMARCH.code), new_tag(LANTERN.code, tag=b"theirs")
    tag(world, case, mine, theirs)

    assert found(world, mine) == found(world, theirs, by=world.partner) == (case.id,)
    assert found(world, theirs) == found(world, mine, by=world.partner) == ()
    tag(world, case, new_tag(EASTMARCH.code, tag=b"now"), by=world.partner)
    assert found(world, mine) == found(world, theirs, by=world.partner) == ()


@pytest.mark.parametrize("who", ["receiver", "stranger", "auditor", "national"])
def test_nobody_else_reads_makes_or_takes_away_a_tag(world: World, who: str) -> None:
    case, account = world.case(), getattr(world, who)
    mine = new_tag(EASTMARCH.code)
    tag(world, case, mine)
    if who == "receiver":
        world.offer(case)

    assert found(world, mine, by=account) == ()
    for planted in (new_tag(EASTMARCH.code, tag=b"planted"), new_tag(account.holder, tag=b"planted")):
        with pytest.raises(NotPermitted):
            tag(world, case, planted, by=account)
    with world.as_(account) as stores:
        stores.tags.forget(case.id, Part.IDENTITY)
    assert found(world, mine) == (case.id,)


def test_a_former_holder_finds_nothing_by_what_was_left_behind(world: World) -> None:
    case = world.case()
    mine = new_tag(EASTMARCH.code)
    tag(world, case, mine)
    world.take(case, world.offer(case))

    assert found(world, mine) == ()
    with pytest.raises(NotPermitted):
        tag(world, case, mine)
    tag(world, case, new_tag(NORTHMARCH.code), by=world.receiver)
    assert found(world, new_tag(NORTHMARCH.code), by=world.receiver) == (case.id,)


def test_whoever_has_one_part_has_no_tags_of_another(world: World) -> None:
    case = world.case()
    world.take(case, world.offer(case, LANTERN, SUPPORT), world.partner)
    with pytest.raises(NotPermitted):
        tag(world, case, new_tag(EASTMARCH.code, "phone"), part=Part.SAFE_ADDRESS)
    with pytest.raises(NotPermitted):
        tag(world, case, new_tag(EASTMARCH.code, "phone"), part=Part.SAFE_ADDRESS, by=world.partner)
    tag(world, case, new_tag(LANTERN.code, "phone"), part=Part.SAFE_ADDRESS, by=world.partner)
    assert found(world, new_tag(LANTERN.code, "phone"), by=world.partner) == (case.id,)


# Quotas


def test_what_was_shown_adds_up_for_as_long_as_it_counts(world: World) -> None:
    me, other = world.sender.id, world.receiver.id
    with world.as_(world.sender) as stores:
        for at, spent in ((NINE, Spent(1)), (NINE + MINUTE, Spent(1)), (NINE + MINUTE, Spent(opened=40))):
            stores.quotas.spend(me, spent, at)
        stores.quotas.spend(other, Spent(7), NINE)

        assert stores.quotas.spent(me, since=NINE - MINUTE, now=NINE) == Spent(2, 40)
        assert stores.quotas.spent(me, since=NINE, now=NINE) == Spent(1, 40)
        assert stores.quotas.spent(me, since=NINE + MINUTE, now=NINE) == Spent()
        everybody = stores.quotas.of_all((me, other, world.stranger.id), since=NINE - MINUTE, now=NINE)
    assert everybody == {me: Spent(2, 40), other: Spent(7)}


def test_what_is_allowed_is_in_force_until_it_ends(world: World) -> None:
    me = world.sender.id
    with world.as_(world.sender) as stores:
        for until in (HOUR, 2 * HOUR):
            stores.quotas.allow(Raise(uuid4(), me, world.receiver.id, NINE, NINE + until))
        stores.quotas.spend(me, Spent(1), NINE)

        assert stores.quotas.spent(me, since=NINE - HOUR, now=NINE) == Spent(1, 0, 2)
        assert stores.quotas.spent(me, since=NINE - HOUR, now=NINE + HOUR) == Spent(1, 0, 1)
        assert stores.quotas.of_all((me,), since=NINE, now=NINE + 2 * HOUR) == {}
        assert stores.quotas.of_all((), since=NINE, now=NINE) == {}
