"""The keys of the holders are renewed while everybody works on, and whoever watches over them sees how they are."""

from dataclasses import replace

import pytest

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import GivenRoot
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable, NotPermitted
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.keyset_refusals import NoSuchHolder, RootStays, ServiceKeysApart
from casetrack.services import keysets
from casetrack.services.identity import reveal_identity
from casetrack.services.keysets import (
    Reach,
    list_keysets,
    plan_renewal,
    renew_keyset,
    reseal_keyset,
    rewrap_keyset,
)
from casetrack.services.trust import Trust
from tests.memory.keeping import MemoryKeyRoom
from tests.services.acts import REVEALING, accepted, kept, offered, opened, read
from tests.services.keeping import SPARE, Away, findings, keeper, moved, rewrapped, with_roots
from tests.world import NORTH, SOUTH, World


def test_renewed_keys_open_what_the_old_ones_did_and_what_comes_after() -> None:
    world = World.in_memory()
    case = opened(world)
    renewal = renew_keyset(keeper(world), NORTH.code)

    assert (renewal.version, renewal.left, renewal.begun) == (2, 4, False)
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)
    assert rewrapped(world, NORTH.code) == 4
    assert {(wrap.recipient_version, wrap.sender, wrap.sender_version) for wrap in kept(world).wraps} == {
        (2, NORTH.code, 2)
    }
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)
    assert not findings(world)
    opened(world)
    assert not findings(world)


def test_offers_and_hand_offs_go_on_across_a_renewal() -> None:
    world = World.in_memory()
    offer = offered(world, opened(world), SOUTH)
    renew_keyset(keeper(world), NORTH.code)
    renew_keyset(keeper(world), SOUTH.code)
    rewrapped(world, SOUTH.code)
    accepted(world, offer)
    rewrapped(world, NORTH.code)

    assert not findings(world)
    assert plan_renewal(keeper(world), SOUTH.code).version == 3


def test_a_renewal_that_was_stopped_is_gone_on_with_and_makes_no_further_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keysets, "AT_A_TIME", 3)
    world = World.in_memory()
    opened(world)
    renew_keyset(keeper(world), NORTH.code)
    step = rewrap_keyset(keeper(world), NORTH.code)
    assert step is not None
    assert (step.rows, step.left) == (3, 1)
    assert not findings(world)

    assert plan_renewal(keeper(world), NORTH.code).begun
    again = renew_keyset(keeper(world), NORTH.code)
    assert (again.version, again.left, again.begun) == (2, 1, True)
    assert rewrapped(world, NORTH.code) == 1
    assert max(version for holder, version in kept(world).keysets if holder == NORTH.code) == 2


def test_planning_changes_nothing() -> None:
    world = World.in_memory()
    opened(world)
    before = kept(world).copy()

    planned = plan_renewal(keeper(world), NORTH.code)
    assert (planned.version, planned.left, planned.begun) == (2, 4, False)
    assert vars(kept(world)) == vars(before)


def test_each_step_of_a_renewal_is_on_the_log_with_what_is_left() -> None:
    world = World.in_memory()
    opened(world)
    before = len(kept(world).entries)
    renew_keyset(keeper(world), NORTH.code)
    rewrapped(world, NORTH.code)

    renewed, wrapped = (read(entry) for entry in kept(world).entries[before:])
    public = kept(world).keysets[NORTH.code, 2].public
    assert renewed["detail"] == {"holder": NORTH.code, "version": 2, "fingerprint": public.fingerprint}
    assert wrapped["detail"] == {"holder": NORTH.code, "version": 2, "rows": 4, "left": 0}
    assert (renewed["event"], wrapped["event"]) == ("KeysetRenewed", "KeysRewrapped")
    assert {renewed["purpose"], wrapped["purpose"]} == {"command-line"}


def test_a_wrap_that_does_not_open_stops_its_batch_and_nothing_of_it_is_kept() -> None:
    world = World.in_memory()
    opened(world)
    renew_keyset(keeper(world), NORTH.code)
    first, *others = kept(world).wraps
    kept(world).wraps = (*others, replace(first, sealed=bytes(len(first.sealed))))
    before = kept(world).copy()

    with pytest.raises(IntegrityBroken):
        rewrap_keyset(keeper(world), NORTH.code)
    assert vars(kept(world)) == vars(before)


def test_the_audit_desk_is_renewed_as_an_organisation_is_and_the_service_is_not() -> None:
    world = World.in_memory()
    assert renew_keyset(keeper(world), AUDIT_DESK).version == 2
    opened(world)
    with pytest.raises(ServiceKeysApart):
        renew_keyset(keeper(world), SERVICE)
    with pytest.raises(NoSuchHolder):
        plan_renewal(keeper(world), HolderCode("nowhere"))


def test_a_provider_that_is_away_stops_a_renewal_before_it_begins() -> None:
    world = World.in_memory()
    opened(world)
    away = with_roots(world, Away())
    before = kept(world).copy()

    with pytest.raises(KeysUnavailable):
        renew_keyset(keeper(away), NORTH.code)
    assert vars(kept(world)) == vars(before)


def test_keys_made_since_a_unit_of_work_began_are_believed_by_it() -> None:
    world = World.in_memory()
    trust = Trust(MemoryKeyRoom(kept(world)), world.deployment)
    assert trust.current(NORTH.code).version == 1
    renew_keyset(keeper(world), NORTH.code)

    assert trust.version(NORTH.code, 2).version == 2
    with pytest.raises(IntegrityBroken):
        trust.version(NORTH.code, 3)


def test_a_root_that_was_moved_seals_every_version_and_the_one_before_is_needed_no_more() -> None:
    world = World.in_memory()
    case = opened(world)
    renew_keyset(keeper(world), NORTH.code)
    elsewhere = moved(world)
    event = reseal_keyset(keeper(elsewhere), NORTH.code)

    assert (event.provider, event.versions) == ("environment", 2)
    alone = Keyring(world.deployment.name, GivenRoot(SPARE))
    for version in (1, 2):
        alone.check(kept(world).keysets[NORTH.code, version])
    with elsewhere.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)
    assert not findings(elsewhere)


def test_a_root_in_the_key_file_stays_there() -> None:
    with pytest.raises(RootStays):
        reseal_keyset(keeper(World.in_memory()), NORTH.code)


def test_the_inventory_has_every_version_with_its_fingerprint_and_what_is_left_under_it() -> None:
    world = World.in_memory()
    offered(world, opened(world), SOUTH)
    renewed = world.now
    renew_keyset(keeper(world), NORTH.code)
    with world.work("administrator") as work:
        held = {each.holder.code: each for each in list_keysets(work)}

    north = held[NORTH.code]
    rows = [(each.version, each.rows.data_keys, each.rows.offer_keys) for each in north.keysets]
    assert rows == [(2, 0, 0), (1, 4, 1)]
    assert (north.left, north.provider, north.reach) == (5, "file", Reach.WORKING)
    assert north.tags_left == len(kept(world).tags) > 0
    assert north.keysets[0].made == renewed
    assert north.keysets[0].fingerprint == kept(world).keysets[NORTH.code, 2].public.fingerprint
    assert held[SOUTH.code].keysets[0].rows.offer_keys == 1
    assert read(kept(world).entries[-1])["action"] == "keyset:list"


def test_the_inventory_says_which_keys_do_not_work() -> None:
    world = World.in_memory()
    keyset = kept(world).keysets[SOUTH.code, 1]
    sealed = keyset.sealed or b""
    kept(world).keysets[SOUTH.code, 1] = replace(keyset, sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with world.work("administrator") as work:
        held = {each.holder.code: each.reach for each in list_keysets(work)}
    assert {code for code, reach in held.items() if reach is not Reach.WORKING} == {SOUTH.code}
    assert held[SOUTH.code] is Reach.BROKEN
    planted = replace(keyset.public, certificate=bytes(64))
    kept(world).keysets[SOUTH.code, 1] = replace(keyset, public=planted)
    with world.work("administrator") as work:
        (south,) = (each for each in list_keysets(work) if each.holder == SOUTH)
    assert (south.reach, south.sentence) == (Reach.BROKEN, IntegrityBroken.sentence)
    kept(world).keysets[SOUTH.code, 1] = keyset

    with with_roots(world, Away()).work("administrator") as work:
        away = list_keysets(work)
    assert {each.reach for each in away if each.keysets} == {Reach.OUT_OF_REACH}
    assert {each.sentence for each in away if each.keysets} == {"The token is away."}


def test_only_an_administrator_sees_the_inventory() -> None:
    world = World.in_memory()
    for name in ("worker", "lead", "auditor"):
        with pytest.raises(NotPermitted), world.work(name) as work:
            list_keysets(work)
