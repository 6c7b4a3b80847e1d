"""Surnames compared: at every reveal, told to the audit desk alone, and never by how an entry looks."""

from datetime import timedelta

import pytest

from casetrack.domain.case import Case, IdentityState
from casetrack.domain.holders import AUDIT_DESK
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.contacts import reveal_contact
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.lists import PAGE_SIZE
from casetrack.services.ports import JournalEntry
from casetrack.services.surnames import same_in
from tests.services import acts
from tests.services.acts import SUPPORT, kept
from tests.services.unusual import revealed
from tests.world import CHARITY, REASON, World

SHIFT = timedelta(hours=8)


def opened(world: World, family_name: str = "Invented") -> Case:
    """A case of somebody of that surname; the worker who opens it is called Worker Invented."""
    case = acts.opened(world)
    with world.work("worker") as work:
        return record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": family_name}, seen=None)


def compared(world: World) -> tuple[JournalEntry, ...]:
    return tuple(entry for entry in kept(world).entries if acts.read(entry)["event"] == "SurnamesCompared")


def found(world: World, entry: JournalEntry) -> str:
    assert entry.words is not None
    return world.deployment.keyring.open_letter(kept(world).keysets[AUDIT_DESK, 1], entry.words, entry.id.bytes)


def names_shown(world: World) -> None:
    with world.work("worker", REASON) as work:
        begin_shift(work)
    with world.work("worker") as work:
        name_caseload(work, page=1, shift=SHIFT)


@pytest.mark.parametrize(("family_name", "expected"), [("Invented", "1"), ("ÍNVENTED", "1"), ("Elsewhere", "0")])
def test_every_reveal_is_compared_and_the_letter_alone_says_what_was_found(family_name: str, expected: str) -> None:
    world = World.in_memory()
    case = opened(world, family_name)
    revealed(world, case)
    (entry,) = compared(world)
    payload = acts.read(entry)
    assert found(world, entry) == expected
    assert (payload["action"], payload["detail"], payload["case"]) == ("surname:compare", {}, None)
    assert payload["entry"] == str(kept(world).entries[-2].id)
    assert entry.aggregate == kept(world).entries[-2].id


def test_nothing_about_an_entry_but_its_letter_tells_what_was_found() -> None:
    told = []
    for family_name in ("Invented", "Elsewhere"):
        world = World.in_memory()
        revealed(world, opened(world, family_name))
        (entry,) = compared(world)
        payload = acts.read(entry)
        own = {"words", "entry", "at"}
        told.append(({name: said for name, said in payload.items() if name not in own}, len(entry.words or b"")))
    assert told[0] == told[1]


def test_somebody_without_a_surname_on_record_shares_none() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": None}, seen=None)
    revealed(world, case)
    (entry,) = compared(world)
    assert found(world, entry) == "0"


def test_a_page_of_names_is_one_comparison_in_the_order_of_what_it_showed() -> None:
    world = World.in_memory()
    cases = [opened(world, name) for name in ("Elsewhere", "Invented", "Otherwise")]
    names_shown(world)
    (entry,) = compared(world)
    shown = kept(world).entries[-2]
    order = [case for case, _ in shown.shown]
    assert [order[place] for place in same_in(found(world, entry))] == [cases[1].id]
    assert len(found(world, entry)) == 3


def test_the_letter_of_a_page_is_as_long_as_that_of_one_reveal() -> None:
    world = World.in_memory()
    cases = [opened(world) for _ in range(PAGE_SIZE)]
    revealed(world, cases[0])
    names_shown(world)
    one, page = compared(world)
    assert found(world, page) == "1" * PAGE_SIZE
    assert len(one.words or b"") == len(page.words or b"")


def test_an_empty_caseload_has_nobody_to_compare() -> None:
    world = World.in_memory()
    names_shown(world)
    assert compared(world) == ()


def test_who_is_told_how_to_reach_somebody_is_told_no_name() -> None:
    world = World.in_memory()
    case = opened(world)
    with world.work("worker", REASON) as work:
        reveal_contact(work, case.reference)
    assert compared(world) == ()


def test_a_comparison_is_in_the_scope_of_the_auditors_of_whoever_was_responsible() -> None:
    world = World.in_memory()
    case = opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    with world.work("worker", REASON) as work:
        reveal_identity(work, case.reference)
    (entry,) = compared(world)
    assert entry.holders_then == ("charity", "north")


@pytest.mark.parametrize(("said", "places"), [("", ()), ("0", ()), ("1", (0,)), ("0110", (1, 2)), ("anything", ())])
def test_a_letter_names_places(said: str, places: tuple[int, ...]) -> None:
    assert same_in(said) == places
