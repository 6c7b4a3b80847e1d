"""Tags made anew under the newest keys: the same people are found, by those tags alone, and a stopped one goes on."""

from dataclasses import replace

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, NotPermitted
from casetrack.domain.finding import Known
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.domain.keyset_refusals import NoSuchHolder
from casetrack.services import renewing_tags
from casetrack.services.contacts import record_contact
from casetrack.services.finding import Sought, find_people
from casetrack.services.keysets import list_keysets, renew_keyset
from casetrack.services.renewing_tags import TagsPlanned, plan_tags, remake_tags
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, kept, values_of
from tests.services.everything import Everything
from tests.services.keeping import case_keeper, findings, keeper
from tests.world import CHARITY, NORTH, SOUTH, World

OF_A_CASE = 7
"""The tags that an invented person has: six of three names, and one of the telephone."""


def versions(world: World, of: Holder = NORTH) -> dict[int, int]:
    """How many tags each version of the organisation's keys has made."""
    made = [tag.keyset_version for _, _, tag in kept(world).tags if tag.holder == of.code]
    return {version: made.count(version) for version in sorted(set(made))}


def found(world: World, by: str = "worker") -> set[CaseId]:
    with world.work(by, REVEALING) as work:
        people = find_people(work, Sought(Known(names=("Testa", "Invented"))))
    return {each.case.id for each in people.people}


def renewed(world: World, count: int = 2) -> list[Case]:
    """So many cases, whose organisation has a new version of its keys."""
    cases = [acts.opened(world) for _ in range(count)]
    renew_keyset(keeper(world), NORTH.code)
    return cases


def test_every_tag_is_of_the_newest_version_and_the_same_people_are_found() -> None:
    world = World.in_memory()
    cases = {case.id for case in renewed(world)}
    assert plan_tags(case_keeper(world)) == TagsPlanned(version=2, left=2 * OF_A_CASE)
    step = remake_tags(case_keeper(world))

    assert step is not None
    assert (step.version, step.rows, step.left) == (2, 2 * OF_A_CASE, 0)
    assert versions(world) == {2: 2 * OF_A_CASE}
    assert remake_tags(case_keeper(world)) is None
    assert found(world) == cases
    assert not findings(world)
    assert Everything.of(world).findings(world) == []


def test_a_renewal_that_was_stopped_is_gone_on_with_and_people_are_found_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renewing_tags, "AT_A_TIME", 2)
    world = World.in_memory()
    cases = {case.id for case in renewed(world, 3)}
    assert remake_tags(case_keeper(world)) is not None

    assert versions(world) == {1: OF_A_CASE, 2: 2 * OF_A_CASE}
    assert found(world) == cases
    step = remake_tags(case_keeper(world))
    assert step is not None
    assert (step.rows, step.left) == (OF_A_CASE, 0)
    assert found(world) == cases


def test_what_was_recorded_since_is_of_the_newest_already() -> None:
    world = World.in_memory()
    renewed(world, 1)
    acts.opened(world)

    assert plan_tags(case_keeper(world)).left == OF_A_CASE
    step = remake_tags(case_keeper(world))
    assert step is not None
    assert (step.rows, versions(world)) == (OF_A_CASE, {2: 2 * OF_A_CASE})


def test_the_tags_of_another_holder_stay_and_it_need_not_be_there() -> None:
    world = World.in_memory()
    acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    theirs = {each for each in kept(world).tags if each[2].holder == CHARITY.code}
    renew_keyset(keeper(world), NORTH.code)
    alone = replace(world, deployment=replace(world.deployment, keyring=acts.without_keys_of(world, CHARITY)))
    assert remake_tags(case_keeper(alone)) is not None

    assert {each for each in kept(world).tags if each[2].holder == CHARITY.code} == theirs != set()
    assert set(versions(world)) == {2}
    assert found(world) == found(world, "charity-worker") != set()


def test_somebody_of_whom_nothing_is_left_to_find_them_by_has_no_tag() -> None:
    world = World.in_memory()
    (case,) = renewed(world, 1)
    stale = {each for each in kept(world).tags if each[1] is Part.SAFE_ADDRESS}
    with world.work("worker") as work:
        record_contact(work, case.reference, {"phone": None}, seen=None)
    kept(world).tags |= stale

    assert remake_tags(case_keeper(world)) is not None
    assert {part for _, part, _ in kept(world).tags} == {Part.IDENTITY}


def test_each_step_is_on_the_log_with_what_is_left_and_the_inventory_counts_tags() -> None:
    world = World.in_memory()
    renewed(world)
    with world.work("administrator") as work:
        (north,) = (each for each in list_keysets(work) if each.holder == NORTH)
    assert [keyset.rows.tags for keyset in north.keysets] == [0, 2 * OF_A_CASE]
    remake_tags(case_keeper(world))

    said = acts.events(world)[-1]
    assert (said["event"], said["action"], said["case"]) == ("TagsRemade", "keyset:retag", None)
    assert said["detail"] == {"holder": NORTH.code, "version": 2, "rows": 2 * OF_A_CASE, "left": 0}
    with world.work("administrator") as work:
        (north,) = (each for each in list_keysets(work) if each.holder == NORTH)
    assert [keyset.rows.tags for keyset in north.keysets] == [2 * OF_A_CASE, 0]


def test_a_value_that_was_edited_stops_its_batch_and_nothing_of_it_is_kept() -> None:
    world = World.in_memory()
    case, _ = renewed(world)
    value = values_of(world, case, Part.IDENTITY)[0]
    kept(world).values[value.id] = replace(value, stored=value.stored[:-1] + bytes([value.stored[-1] ^ 1]))
    before = kept(world).copy()

    with pytest.raises(IntegrityBroken):
        remake_tags(case_keeper(world))
    assert kept(world).tags == before.tags


def test_only_the_command_line_makes_tags_anew_and_only_of_organisations_that_there_are() -> None:
    world = World.in_memory()
    renewed(world)
    with pytest.raises(NotPermitted):
        remake_tags(replace(case_keeper(world), actor=world.actor("supervisor")))
    nowhere = replace(case_keeper(world).actor, holder=HolderCode("nowhere"))
    with pytest.raises(NoSuchHolder):
        plan_tags(replace(case_keeper(world), actor=nowhere))
    assert remake_tags(case_keeper(world, SOUTH)) is None
