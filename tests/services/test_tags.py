"""Tags are made with what is sealed, for each holder of the part and under its own keys, and go where the part goes."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import KeysUnavailable, NotFound
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import HolderCode
from casetrack.services.cases import begin_strand, close_case, open_case
from casetrack.services.contacts import record_contact
from casetrack.services.identity import record_identity
from casetrack.services.indexed import entries_of, known_of
from casetrack.services.ports import IndexTag
from tests.services import acts
from tests.services.acts import BOTH, INVESTIGATION, SUPPORT, kept
from tests.world import CHARITY, NORTH, SOUTH, World, a_new_case

GIVEN = IdentityState.GIVEN
NAMES: Mapping[str, Value] = {"given_names": "Testa Maria", "family_name": "Invented"}
PHONE: Mapping[str, Value] = {"phone": "01632 960001"}


def tags(world: World, case: Case, part: Part) -> set[IndexTag]:
    return {tag for about, of, tag in kept(world).tags if (about, of) == (case.id, part)}


def made(world: World, holder: Holder, values: Mapping[str, Value]) -> set[IndexTag]:
    """The tags of those values under that holder's keys."""
    mine = kept(world).keysets[holder.code, 1]
    entries = entries_of(known_of(values))
    by = world.deployment.keyring.tags(mine, entries)
    return {IndexTag(index, HolderCode(holder.code), 1, tag) for (index, _, _), tag in zip(entries, by, strict=True)}


def recorded(world: World, case: Case, by: str = "worker", state: IdentityState = GIVEN, **names: Value) -> None:
    with world.work(by) as work:
        record_identity(work, case.reference, state, names, seen=None)


def test_a_case_that_is_opened_has_the_tags_of_what_is_recorded_of_the_person() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    assert tags(world, case, Part.IDENTITY) == made(world, NORTH, NAMES) != set()
    assert tags(world, case, Part.SAFE_ADDRESS) == made(world, NORTH, PHONE) != set()
    assert {part for _, part, _ in kept(world).tags} == {Part.IDENTITY, Part.SAFE_ADDRESS}


def test_somebody_who_gave_no_name_has_no_tags_of_one() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, a_new_case(identity=IdentityState.WITHHELD))
    assert tags(world, case, Part.IDENTITY) == set()


def test_another_name_or_a_date_is_other_tags_in_the_place_of_those_before() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, family_name="Otherwise", birth_date=date(1999, 5, 14), birth_date_is_estimate="no")

    changed: Mapping[str, Value] = {"family_name": "Otherwise", "birth_date": date(1999, 5, 14)}
    assert tags(world, case, Part.IDENTITY) == made(world, NORTH, {**NAMES, **changed})
    assert not tags(world, case, Part.IDENTITY) & made(world, NORTH, NAMES)


def test_what_was_not_recorded_anew_is_still_tagged() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, document_numbers="BA1234567", crime_references="13/004512/26")

    numbers = {"document_numbers": "BA1234567", "crime_references": "13/004512/26"}
    assert tags(world, case, Part.IDENTITY) == made(world, NORTH, {**NAMES, **numbers})


def test_what_nobody_is_found_by_changes_no_tags() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).tags
    recorded(world, case, nationality="AL")
    acts.recorded(world, case, note="Rang in the morning.")
    with world.work("worker") as work:
        record_contact(work, case.reference, {"address": "14 Invented Street"}, seen=None)
    assert kept(world).tags is before


def test_what_is_cleared_or_taken_back_has_no_tags_any_more() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        record_contact(work, case.reference, {"phone": None, "email": "testa@example.org"}, seen=None)
    assert tags(world, case, Part.SAFE_ADDRESS) == made(world, NORTH, {"email": "testa@example.org"})

    recorded(world, case, state=IdentityState.WITHHELD)
    assert tags(world, case, Part.IDENTITY) == set()


def test_at_a_hand_off_the_tags_of_the_sender_go_and_the_receiver_has_its_own() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)

    assert tags(world, case, Part.IDENTITY) == made(world, SOUTH, NAMES)
    assert tags(world, case, Part.SAFE_ADDRESS) == made(world, SOUTH, PHONE)
    assert not made(world, SOUTH, NAMES) & made(world, NORTH, NAMES)


@pytest.mark.parametrize("to", [CHARITY, SOUTH], ids=["a-partner", "a-force"])
def test_who_each_of_two_leads_has_the_tags_of_what_both_hold_and_one_alone_those_of_the_address(to: Holder) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, to, SUPPORT)

    assert tags(world, case, Part.IDENTITY) == made(world, NORTH, NAMES) | made(world, to, NAMES)
    assert tags(world, case, Part.SAFE_ADDRESS) == made(world, to, PHONE)


def test_what_one_of_two_records_the_other_finds() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    recorded(world, case, "charity-worker", family_name="Otherwise")

    names = {**NAMES, "family_name": "Otherwise"}
    assert tags(world, case, Part.IDENTITY) == made(world, NORTH, names) | made(world, CHARITY, names)


def test_while_the_keys_of_one_of_two_are_away_neither_records_what_the_other_could_not_find() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    before = kept(world).tags
    keyring = world.deployment.keyring
    world.deployment = replace(world.deployment, keyring=acts.without_keys_of(world, CHARITY))

    with pytest.raises(KeysUnavailable) as refused:
        recorded(world, case, family_name="Otherwise")
    assert CHARITY.name in refused.value.said
    recorded(world, case, nationality="AL")
    world.deployment = replace(world.deployment, keyring=keyring)
    assert kept(world).tags is before


def test_whoever_offers_and_is_not_answered_keeps_the_tags() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).tags
    acts.offered(world, case, SOUTH)
    acts.accepted(world, acts.offered(world, acts.opened(world), SOUTH, acts.INFORMATION_ONLY))
    assert before <= kept(world).tags
    assert {tag.holder for _, _, tag in kept(world).tags} == {NORTH.code}


def test_a_case_that_is_closed_or_has_another_strand_keeps_its_tags() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=INVESTIGATION)
    before = kept(world).tags
    with world.work("worker") as work:
        begin_strand(work, case.reference, next(iter(SUPPORT)), None, seen=None)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    assert kept(world).tags is before


def test_a_refused_change_changes_no_tags() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=BOTH)
    before = kept(world).tags
    with suppress(NotFound), world.work("worker") as work:
        record_identity(work, case.reference, GIVEN, {"family_name": "Otherwise"}, seen=None)
        raise NotFound
    assert kept(world).tags == before
