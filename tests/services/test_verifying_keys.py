"""Verifying the keys names whatever is not where it should be, or does not open."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import pytest

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.providers import Root, Roots
from casetrack.domain.ids import CaseId
from casetrack.services import verifying_keys
from casetrack.services.keysets import renew_keyset
from casetrack.services.verifying_keys import Wrong
from tests.memory.kept import Kept
from tests.services.acts import accepted, kept, offered, opened
from tests.services.keeping import Away, findings, keeper, with_roots
from tests.world import EAST, NORTH, SOUTH, World


def a_world() -> World:
    """One case that was handed over, and one that is being offered."""
    world = World.in_memory()
    accepted(world, offered(world, opened(world), SOUTH))
    offered(world, opened(world), SOUTH)
    return world


def change_a_wrap(kept: Kept, *, of_offer: bool = False, **changes: object) -> None:
    chosen = next(wrap for wrap in kept.wraps if (wrap.number == OFFER) is of_offer)
    kept.wraps = tuple(replace(wrap, **changes) if wrap is chosen else wrap for wrap in kept.wraps)  # type: ignore[arg-type]  # fields by name


def drop_a_wrap(kept: Kept, *, of_offer: bool) -> None:
    chosen = next(wrap for wrap in kept.wraps if (wrap.number == OFFER) is of_offer)
    kept.wraps = tuple(wrap for wrap in kept.wraps if wrap is not chosen)


def plant_a_wrap(kept: Kept, *, of_offer: bool) -> None:
    chosen = next(wrap for wrap in kept.wraps if (wrap.number == OFFER) is of_offer)
    kept.wraps = (*kept.wraps, replace(chosen, recipient=EAST.code))


def bring_back_a_key(kept: Kept) -> None:
    """A wrap stands again that went when its key was retired."""
    retired = next(key for key in kept.keys.values() if key.retired)
    kept.wraps = (*kept.wraps, replace(kept.wraps[0], case=retired.case, number=retired.number))


def swap_private_halves(kept: Kept) -> None:
    one, other = kept.keysets[NORTH.code, 1], kept.keysets[SOUTH.code, 1]
    kept.keysets[NORTH.code, 1] = replace(one, sealed=other.sealed)


def plant_a_public_half(kept: Kept) -> None:
    one, other = kept.keysets[NORTH.code, 1], kept.keysets[SOUTH.code, 1]
    public = replace(one.public, kem_public=other.public.kem_public)
    kept.keysets[NORTH.code, 1] = replace(one, public=public)


def plant_a_later_version(kept: Kept) -> None:
    """A second version of an organisation's keys, which its first has not certified."""
    one = kept.keysets[NORTH.code, 1]
    kept.keysets[NORTH.code, 2] = replace(one, public=replace(one.public, version=2))


def swap_two_wraps(kept: Kept) -> None:
    """The keys of two parts of a case, each in the other's place."""
    one, other = [wrap for wrap in kept.wraps if wrap.number != OFFER][:2]
    kept.wraps = tuple(
        {id(one): replace(one, sealed=other.sealed), id(other): replace(other, sealed=one.sealed)}.get(id(wrap), wrap)
        for wrap in kept.wraps
    )


def drop_keys(kept: Kept) -> None:
    del kept.keysets[EAST.code, 1]


def promise_another_key(kept: Kept) -> None:
    key = next(key for key in kept.keys.values() if not key.retired)
    kept.keys[CaseId(key.case), key.number] = replace(key, commitment=bytes(32))


TAMPERED: Final[Mapping[str, tuple[Callable[[Kept], object], Wrong]]] = {
    "a wrap dropped": (partial(drop_a_wrap, of_offer=False), Wrong.MISSING),
    "a wrap of an offer dropped": (partial(drop_a_wrap, of_offer=True), Wrong.MISSING),
    "a wrap planted": (partial(plant_a_wrap, of_offer=False), Wrong.TO_SPARE),
    "a wrap of an offer planted": (partial(plant_a_wrap, of_offer=True), Wrong.TO_SPARE),
    "a retired key brought back": (bring_back_a_key, Wrong.RETIRED),
    "private halves swapped": (swap_private_halves, Wrong.PRIVATE_HALF),
    "a public half planted": (plant_a_public_half, Wrong.NOT_CERTIFIED),
    "a later version planted": (plant_a_later_version, Wrong.NOT_CERTIFIED),
    "two wraps swapped": (swap_two_wraps, Wrong.DOES_NOT_OPEN),
    "another key promised": (promise_another_key, Wrong.COMMITMENT),
    "another commitment": (partial(change_a_wrap, commitment=bytes(32)), Wrong.COMMITMENT),
    "another of an offer": (partial(change_a_wrap, of_offer=True, commitment=bytes(32)), Wrong.COMMITMENT),
    "a sender that is not known": (partial(change_a_wrap, sender_version=9), Wrong.SENDER),
    "a signature": (partial(change_a_wrap, signature=bytes(64)), Wrong.DOES_NOT_OPEN),
    "a signature of an offer": (partial(change_a_wrap, of_offer=True, signature=bytes(64)), Wrong.DOES_NOT_OPEN),
    "keys dropped": (drop_keys, Wrong.NO_KEYS),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_named(what: str) -> None:
    tamper, wrong = TAMPERED[what]
    world = a_world()
    assert not findings(world)
    tamper(kept(world))

    assert wrong in {finding.wrong for finding in findings(world)}


def test_what_is_wrong_is_said_with_its_name() -> None:
    world = a_world()
    drop_a_wrap(kept(world), of_offer=True)
    (finding,) = findings(world)

    assert str(finding) == f"{finding.name}: {Wrong.MISSING.value}"


def test_of_keys_out_of_reach_it_is_said_that_they_were_not_seen_to_open() -> None:
    world = a_world()
    found = findings(with_roots(world, Away()))

    assert {finding.wrong for finding in found} == {Wrong.OUT_OF_REACH}
    assert len(found) == len(kept(world).holders)


class Leaving(Away):
    """A provider that answers for the keysets, and is gone before the wraps."""

    def __init__(self, before: Roots, answers: int) -> None:
        self._before = before
        self._left = answers

    def root(self, holder: str) -> Root:
        self._left -= 1
        return self._before.root(holder) if self._left >= 0 else super().root(holder)


def test_a_provider_that_leaves_in_the_middle_is_named_and_nothing_else_is() -> None:
    world = a_world()
    before = world.deployment.keyring._roots  # noqa: SLF001 - a provider is put over it
    found = findings(with_roots(world, Leaving(before, len(kept(world).keysets))))

    assert {finding.wrong for finding in found} == {Wrong.OUT_OF_REACH}
    assert {finding.name for finding in found} == {NORTH.code, SOUTH.code}


def test_many_wraps_are_opened_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying_keys, "AT_A_TIME", 2)
    world = a_world()
    assert not findings(world)
    change_a_wrap(kept(world), signature=bytes(64))

    assert [finding.wrong for finding in findings(world)] == [Wrong.DOES_NOT_OPEN]


def test_a_renewal_in_its_middle_is_nothing_wrong() -> None:
    world = a_world()
    renew_keyset(keeper(world), NORTH.code)

    assert not findings(world)
