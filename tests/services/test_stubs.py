"""Stubs: what a former holder is told of a case, believed only as far as it was sealed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import IntegrityBroken, NotFound, PassedOn, Stale
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.stub import Stub
from casetrack.services.cases import close_case, place_case, reopen_case, view_case, view_held
from casetrack.services.ports import KeptHolding
from tests.domain import made
from tests.services import acts
from tests.services.acts import INVESTIGATION, SUPPORT, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, World


def stub_of(world: World, case: Case, name: str = "worker") -> Stub:
    with world.work(name) as work:
        stub = view_case(work, case.reference)
    assert isinstance(stub, Stub)
    return stub


def test_a_stub_says_what_the_case_was_called_and_who_is_responsible_since_when() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    began = world.now
    taken = acts.moved(world, case, SOUTH)

    stub = stub_of(world, case)

    assert (stub.id, stub.reference, stub.pseudonym) == (case.id, case.reference, case.pseudonym)
    assert (stub.opened_at, stub.had) == (began, (began, taken.holdings.rows[-1].since))
    assert stub.holdings.leads == dict.fromkeys(Strand, SOUTH.code)
    assert set(stub.holdings.led_since.values()) == {taken.holdings.rows[-1].since}


def test_of_what_came_after_a_stub_says_who_is_responsible_and_nothing_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    first = stub_of(world, case)
    acts.recorded(world, case, by="receiver")
    with world.work("receiving-lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    namesake = acts.opened(world, "charity-worker", SUPPORT)
    kept_other = kept(world).cases[namesake.id]
    kept(world).cases[namesake.id] = replace(kept_other, case=replace(kept_other.case, pseudonym=case.pseudonym))
    with world.work("receiving-lead") as work:
        renamed = reopen_case(work, case.reference, seen=None)

    assert renamed.pseudonym != case.pseudonym
    assert stub_of(world, case) == first
    acts.moved(world, renamed, EAST, by="receiving-lead")
    assert stub_of(world, case).holdings.leads == dict.fromkeys(Strand, EAST.code)
    assert {row.holder for row in stub_of(world, case).holdings.rows} == {NORTH.code, EAST.code}


def test_whoever_has_any_of_a_case_has_no_stub_of_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH, SUPPORT)

    with world.work("worker") as work:
        assert isinstance(view_case(work, case.reference), Case)


def test_whoever_gets_a_case_back_has_all_of_it_again() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    taken = acts.moved(world, case, SOUTH)
    stub_of(world, case)
    acts.moved(world, taken, NORTH, by="receiving-lead")

    with world.work("worker") as work:
        assert isinstance(view_case(work, case.reference), Case)
    assert stub_of(world, case, "receiver").holdings.leads == dict.fromkeys(Strand, NORTH.code)


@pytest.mark.parametrize("name", ["scottish-lead", "charity-lead", "auditor", "administrator"])
def test_to_all_others_a_case_that_was_passed_on_is_as_absent_as_one_that_never_was(name: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)

    for reference in (case.reference, Reference("CT-0000-0000")):
        with pytest.raises(NotFound), world.work(name) as work:
            view_case(work, reference)


def test_the_receiver_of_an_open_offer_has_neither_the_case_nor_a_stub() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)
    acts.offered(world, case, SOUTH, SUPPORT, by="charity-lead")

    with pytest.raises(NotFound), world.work("receiving-lead") as work:
        view_case(work, case.reference)


def test_a_former_holder_whose_page_is_from_before_the_hand_off_is_told_that_it_is_old() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)

    with pytest.raises(Stale), world.work("worker") as work:
        place_case(work, case.reference, case.areas, seen=case.version)
    with pytest.raises(PassedOn), world.work("worker") as work:
        place_case(work, case.reference, case.areas, seen=case.version + 1)
    with pytest.raises(PassedOn), world.work("worker") as work:
        place_case(work, case.reference, case.areas, seen=None)
    with pytest.raises(PassedOn), world.work("worker") as work:
        view_held(work, case.reference)


Tamper = Callable[[World, KeptHolding], KeptHolding]
EDITED: Final[Mapping[str, Tamper]] = {
    "who leads": lambda _, row: replace(row, holding=replace(row.holding, holder=CHARITY.code)),
    "since when": lambda _, row: replace(
        row, holding=replace(row.holding, since=row.holding.since - timedelta(days=1))
    ),
    "which strand": lambda _, row: replace(row, holding=replace(row.holding, number=(row.holding.number or 0) + 1)),
    "the reference": lambda _, row: replace(row, reference=Reference("CT-0000-0000")),
    "when it was opened": lambda _, row: replace(row, opened_at=row.opened_at - timedelta(days=1)),
    "what it was called": lambda _, row: replace(row, pseudonym=Pseudonym("another name")),
    "the case": lambda _, row: replace(row, case=CaseId(made.number(7))),
    "who sealed it": lambda _, row: replace(row, seal=replace(row.seal, holder=CHARITY.code)),
    "its seal": lambda _, row: replace(row, seal=replace(row.seal, signature=bytes(64))),
}


@pytest.mark.parametrize(
    ("edited", "which"),
    # One of its own that was made another's, and has ended, is not there: what is left is still as it was sealed.
    [
        (each, which)
        for each in EDITED
        for which in ("its own", "the lead's")
        if (each, which) != ("who leads", "its own")
    ],
)
def test_a_stub_that_anybody_edited_is_not_believed(edited: str, which: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    rows = kept(world).holdings
    owner = NORTH.code if which == "its own" else SOUTH.code
    key = next(key for key, row in rows.items() if row.holding.holder == owner and row.holding.number)
    rows[key] = EDITED[edited](world, rows[key])

    with pytest.raises((IntegrityBroken, NotFound)), world.work("worker") as work:
        view_case(work, case.reference)


def test_the_holdings_of_two_cases_make_no_stub() -> None:
    world = World.in_memory()
    case, other = acts.opened(world), acts.opened(world)
    acts.moved(world, case, SOUTH)
    acts.moved(world, other, SOUTH, INVESTIGATION)
    rows = kept(world).holdings
    led = [key for key, row in rows.items() if row.holding.holder == SOUTH.code and row.holding.number]
    (theirs,) = [rows[key] for key in led if key[0] == other.id]
    (place,) = [key for key in led if key[0] == case.id and rows[key].holding.part == theirs.holding.part]
    rows[place] = theirs

    with pytest.raises(IntegrityBroken), world.work("worker") as work:
        view_case(work, case.reference)
