"""The list of erasures: every one that happened is on it, and whatever was done to it is noticed."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import rfc8785

from casetrack.domain.case import Case
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import CaseId
from casetrack.services.approvals import Place
from casetrack.services.erasure_list import (
    Ending,
    ErasureContradicted,
    ErasureListBroken,
    Listed,
    Trace,
    list_erasure,
    settle,
    standing_erasures,
)
from tests.memory.two_people import MemoryErasureList
from tests.services import agreed
from tests.services.acts import kept
from tests.services.keeping import renewed_service
from tests.world import NAME, NORTH, World


def listed(world: World) -> tuple[Listed, ...]:
    """What stands on the world's list."""
    return standing_erasures(world.deployment.erasures.lines(), world.deployment.service, NAME)


def of(world: World) -> MemoryErasureList:
    """The world's list itself."""
    assert isinstance(world.deployment.erasures, MemoryErasureList)
    return world.deployment.erasures


@dataclass(frozen=True)
class Said:
    """What a database answers."""

    ended: Callable[[Place], Ending]
    traced: Callable[[CaseId], Trace]


def nothing(_: CaseId) -> Trace:
    """The database has nothing of the erasing of any case."""
    return Trace.NONE


def settled(
    world: World, how: Callable[[Place], Ending], traced: Callable[[CaseId], Trace] = nothing
) -> tuple[Listed, ...]:
    """What stands once somebody has asked how the transactions ended, and what there is of the erasures."""
    with world.work("supervisor") as work:
        return settle(world.deployment.erasures, work.trust, world.deployment, Said(how, traced))


def two() -> tuple[World, Case, Case]:
    """A world in which two cases were erased."""
    world = World.in_memory()
    return world, agreed.erased(world)[0], agreed.erased(world)[0]


def test_every_erasure_is_on_the_list_with_what_was_signed() -> None:
    world, first, second = two()
    found = listed(world)
    assert [each.kept.stone.case for each in found] == [first.id, second.id]
    assert [each.number for each in found] == [0, 1]
    assert found[0].kept.stone.lost["sealed_values"] > 0
    assert first.reference.encode() not in b"".join(of(world).lines())


def renewed(world: World) -> World:
    """The service's keys were renewed, and a process began since: which sees the world so."""
    renewed_service(world)
    public = [keyset.public for (holder, _), keyset in sorted(kept(world).keysets.items()) if holder == SERVICE]
    return replace(world, deployment=replace(world.deployment, service=tuple(public)))


def test_each_line_is_sealed_by_the_newest_keys_even_of_a_process_that_began_before() -> None:
    world = World.in_memory()
    erased = [agreed.erased(world)[0]]
    again = renewed(world)
    erased += [agreed.erased(each)[0] for each in (world, again)]
    erased += [agreed.erased(renewed(world))[0]]
    assert [json.loads(line)["seal"]["keyset"] for line in of(world).lines()] == [1, 2, 2, 3]
    assert [each.kept.stone.case for each in listed(renewed(world))] == [case.id for case in erased]


def test_keys_that_were_renewed_add_nothing_to_a_list_that_newer_keys_have_gone_on_with() -> None:
    world = World.in_memory()
    agreed.erased(world)
    again = renewed(world)
    agreed.erased(again)
    *_, newest = lines = of(world).lines()
    body: dict[str, int | str] = {
        "v": 1,
        "number": 2,
        "previous": hashlib.sha256(newest).hexdigest(),
        "kind": "void",
        "line": 1,
    }
    for version, is_believed in ((2, True), (1, False)):
        seal = world.deployment.keyring.seal(kept(world).keysets[SERVICE, version], rfc8785.dumps(body))
        line = rfc8785.dumps({"line": body, "seal": {"keyset": version, "signature": seal.signature.hex()}})
        if is_believed:
            assert len(standing_erasures((*lines, line), again.deployment.service, NAME)) == 1
        else:
            with pytest.raises(ErasureListBroken):
                standing_erasures((*lines, line), again.deployment.service, NAME)


def test_a_list_that_newer_keys_than_those_of_the_copy_have_gone_on_with_is_refused() -> None:
    world = World.in_memory()
    agreed.erased(renewed(world))
    with pytest.raises(ErasureListBroken):
        listed(world)


def test_what_came_to_nothing_is_marked_so_once() -> None:
    world, first, second = two()
    undone = listed(world)[0].place.transaction

    def how(place: Place) -> Ending:
        return Ending.UNDONE if place.transaction == undone else Ending.DONE

    assert [each.kept.stone.case for each in settled(world, how)] == [second.id]
    assert len(of(world).lines()) == 3
    assert [each.kept.stone.case for each in listed(world)] == [second.id]
    settled(world, how)
    assert len(of(world).lines()) == 3
    assert first.id not in {each.kept.stone.case for each in listed(world)}


@pytest.mark.parametrize(("how", "stands"), [(Ending.UNKNOWN, 2), (Ending.DONE, 2), (Ending.GOING_ON, 0)])
def test_what_may_have_happened_stands_and_what_goes_on_is_left_alone(how: Ending, stands: int) -> None:
    world, _, _ = two()
    assert len(settled(world, lambda _: how)) == stands
    assert len(of(world).lines()) == 2


def undone(*places: Place) -> Callable[[Place], Ending]:
    """The database says that those transactions came to nothing, and the others did not."""
    return lambda place: Ending.UNDONE if place in places else Ending.DONE


def test_what_left_a_trace_is_not_marked_whatever_the_database_says_of_its_transaction() -> None:
    world, first, second = two()
    happened = {first.id: Trace.NONE, second.id: Trace.ERASED}
    with pytest.raises(ErasureContradicted) as refused:
        settled(world, lambda _: Ending.UNDONE, happened.__getitem__)
    assert str(refused.value) == (
        "The database contradicts itself about the erasure in line 2 of the list of erasures: "
        "run casetrack audit verify --database"
    )
    assert len(of(world).lines()) == 2
    assert [each.kept.stone.case for each in listed(world)] == [first.id, second.id]


def test_an_erasure_that_was_repeated_in_an_older_copy_stands_though_its_own_transaction_is_undone_there() -> None:
    world, first, second = two()
    how = undone(listed(world)[0].place)
    standing = settled(world, how, {first.id: Trace.REPEATED}.__getitem__)
    assert [each.kept.stone.case for each in standing] == [first.id, second.id]
    assert len(of(world).lines()) == 2


@pytest.mark.parametrize("happened", [0, 1])
def test_of_a_case_that_was_tried_again_the_line_that_came_to_nothing_is_marked_and_the_other_stands(
    happened: int,
) -> None:
    world = World.in_memory()
    agreed.erased(world)
    (first,) = listed(world)
    again = replace(first.place, transaction=first.place.transaction + 1)
    with world.work("supervisor") as work:
        list_erasure(world.deployment.erasures, work.trust, world.deployment, first.kept, again)
    both = listed(world)
    standing = settled(world, undone(both[1 - happened].place), lambda _: Trace.ERASED)
    assert standing == (both[happened],) == listed(world)
    with pytest.raises(ErasureContradicted, match=f"line {happened + 1} "):
        settled(world, undone(both[happened].place), lambda _: Trace.ERASED)
    assert listed(world) == standing


def edited(line: bytes, **changes: object) -> bytes:
    said = json.loads(line)
    said["line"] |= changes
    return json.dumps(said).encode()


BROKEN: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "first-taken-away": lambda lines: lines[1:],
    "swapped": lambda lines: [lines[1], lines[0]],
    "twice": lambda lines: [lines[0], lines[0]],
    "edited": lambda lines: [edited(lines[0], kind="void"), lines[1]],
    "another-place": lambda lines: [edited(lines[0], place=["x", 1, "1"]), lines[1]],
    "no-json": lambda lines: [b"{", lines[1]],
    "no-line": lambda lines: [b"{}", lines[1]],
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_list_that_was_tampered_with_is_refused(how: str) -> None:
    world, _, _ = two()
    lines = BROKEN[how](list(of(world).lines()))
    with pytest.raises(ErasureListBroken, match="bring back the whole list"):
        standing_erasures(lines, world.deployment.service, NAME)


def test_a_line_of_another_deployment_or_another_service_is_refused() -> None:
    world, _, _ = two()
    lines = of(world).lines()
    with pytest.raises(ErasureListBroken):
        standing_erasures(lines, world.deployment.service, "elsewhere.test")
    another = replace(kept(world).keysets[NORTH.code, 1].public, holder=SERVICE)
    with pytest.raises(ErasureListBroken):
        standing_erasures(lines, (another,), NAME)


def test_a_line_that_voids_what_is_not_there_is_refused() -> None:
    world, _, _ = two()
    settled(world, lambda _: Ending.UNDONE)
    lines = of(world).lines()
    assert listed(world) == ()
    assert len(lines) == 4
    with pytest.raises(ErasureListBroken):
        standing_erasures((*lines[:2], lines[2], lines[2]), world.deployment.service, NAME)


def test_an_empty_list_says_nothing() -> None:
    world = World.in_memory()
    assert listed(world) == ()
    assert settled(world, lambda _: Ending.UNDONE) == ()
