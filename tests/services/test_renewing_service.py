"""The keys of casetrack itself are renewed while everybody works on, and who has the old ones is believed no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import HolderKeyset
from casetrack.domain.actors import Role
from casetrack.domain.errors import IntegrityBroken, KeysUnavailable
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.keyset_refusals import NotAsMade
from casetrack.services import renewing_service
from casetrack.services.accounts import close_account, create_token
from casetrack.services.identity import reveal_identity
from casetrack.services.keysets import list_keysets
from casetrack.services.renewing_service import plan_service, renew_service, reseal_doors, vouch_for_copy
from casetrack.services.sessions import NOBODY
from casetrack.services.trust import Trust
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_trust import vet
from casetrack.services.vouching import canonical_account, check_account, check_token, form_digest, sealed_account
from tests.memory.keeping import MemoryKeyRoom
from tests.memory.kept import Kept
from tests.services.acts import REVEALING, accepted, kept, offered, opened, read
from tests.services.evidence import inspecting
from tests.services.keeping import Away, findings, keeper, renewed_service, resealed, vetted, with_roots
from tests.world import ACCOUNTS, NORTH, SOUTH, World, account, sealed

WORKER = ACCOUNTS["worker"]


def begun_again(world: World) -> World:
    """The same world, in a process that begins now."""
    with world.begin(NOBODY) as stores:
        proved = tuple(map(world.deployment.keyring.proved, stores.keys.keysets(SERVICE)))
    return replace(world, deployment=replace(world.deployment, service=proved))


def wrong(world: World) -> list[str]:
    """What verifying finds."""
    with inspecting(world) as (evidence, believed):
        return [finding.name for finding in verify_database(evidence, believed)]


def renewed(times: int = 1) -> World:
    """A world with a token, whose service's keys were renewed so often."""
    world = World.in_memory()
    with world.work("worker") as work:
        create_token(work, WORKER.id, "a program", timedelta(days=30))
    for _ in range(times):
        renewed_service(world)
    return world


def test_everything_goes_on_in_a_process_that_began_before_and_in_one_that_begins_after() -> None:
    world = World.in_memory()
    case = opened(world)
    offer = offered(world, opened(world), SOUTH)
    renew_service(keeper(world), vetted(world))
    for each in (world, begun_again(world)):
        with each.work("worker", REVEALING) as work:
            assert reveal_identity(work, case.reference)
        opened(each)
        assert not findings(each)
    accepted(world, offer)
    assert not findings(begun_again(world))


def test_the_newest_keys_certify_the_first_of_every_organisation_and_the_old_ones_certify_none() -> None:
    world = renewed()
    again = begun_again(world)
    first = kept(world).keysets[NORTH.code, 1]
    (by_the_old,) = world.deployment.keyring.recertify([first.public], kept(world).keysets[SERVICE, 1])
    (by_the_new,) = world.deployment.keyring.recertify([first.public], kept(world).keysets[SERVICE, 2])
    assert first.public == by_the_new

    kept(world).keysets[NORTH.code, 1] = replace(first, public=by_the_old)
    with pytest.raises(IntegrityBroken):
        Trust(MemoryKeyRoom(kept(world)), again.deployment).current(NORTH.code)


def test_a_unit_of_work_that_had_looked_before_believes_what_was_certified_since() -> None:
    world = World.in_memory()
    trust = Trust(MemoryKeyRoom(kept(world)), world.deployment)
    assert trust.current(SERVICE).version == 1
    renew_service(keeper(world), vetted(world))
    assert trust.current(NORTH.code) == kept(world).keysets[NORTH.code, 1].public


def test_every_account_and_token_is_sealed_by_the_newest_and_still_let_in() -> None:
    world = renewed()
    (token,) = kept(world).tokens.values()
    seals = [token.seal, *(account.seal for account in kept(world).accounts.values())]
    assert {seal.keyset_version for seal in seals} == {2}
    for each in (world, begun_again(world)):
        with each.begin(NOBODY) as stores:
            check_account(kept(world).accounts[WORKER.id], stores.keys, each.deployment)
            check_token(token, stores.keys, each.deployment)
    assert not wrong(begun_again(world))
    assert not wrong(world)


@pytest.mark.parametrize(("times", "is_believed"), [(1, True), (2, False)])
def test_an_old_version_lets_nobody_in_once_the_keys_were_renewed_twice(times: int, *, is_believed: bool) -> None:
    world = begun_again(renewed(times))
    form = canonical_account(WORKER, WORKER.password_digest)
    forged = replace(WORKER, seal=world.deployment.keyring.seal(kept(world).keysets[SERVICE, 1], form))
    kept(world).accounts[WORKER.id] = forged
    with world.begin(NOBODY) as stores:
        if is_believed:
            check_account(forged, stores.keys, world.deployment)
        else:
            with pytest.raises(IntegrityBroken):
                check_account(forged, stores.keys, world.deployment)
    assert wrong(world) == ([] if is_believed else [str(WORKER.id)])


def test_the_inventory_counts_what_is_left() -> None:
    world = World.in_memory()
    renew_service(keeper(world), vetted(world))
    for left in (len(ACCOUNTS), 0):
        with world.work("administrator") as work:
            (service,) = (each for each in list_keysets(work) if each.holder.code == SERVICE)
        assert service.doors_left == left
        resealed(world)


def test_a_renewal_that_was_stopped_is_gone_on_with_and_makes_no_further_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renewing_service, "AT_A_TIME", 3)
    world = World.in_memory()
    everybody = len(ACCOUNTS)
    planned = plan_service(keeper(world), vetted(world))
    assert (planned.version, planned.left, planned.begun) == (2, everybody, False)
    assert renew_service(keeper(world), vetted(world)).left == everybody
    step = reseal_doors(keeper(world), vetted(world))
    assert step is not None
    assert (step.rows, step.left) == (3, everybody - 3)

    assert plan_service(keeper(world), vetted(world)).begun
    again = renew_service(keeper(world), vetted(world))
    assert (again.version, again.left, again.begun) == (2, everybody - 3, True)
    assert resealed(world) == everybody - 3
    assert not wrong(world)


def test_each_step_is_on_the_log_and_planning_is_not() -> None:
    world = World.in_memory()
    before = kept(world).copy()
    plan_service(keeper(world), vetted(world))
    assert vars(kept(world)) == vars(before)
    renewed_service(world)

    made, sealed = (read(entry) for entry in kept(world).entries)
    public = kept(world).keysets[SERVICE, 2].public
    assert (made["event"], sealed["event"]) == ("KeysetRenewed", "DoorsSealed")
    assert made["detail"] == {"holder": SERVICE, "version": 2, "fingerprint": public.fingerprint}
    assert sealed["detail"] == {"version": 2, "rows": len(ACCOUNTS), "left": 0}


def test_an_account_that_was_changed_since_the_journal_was_asked_stops_its_batch_and_is_named() -> None:
    world = World.in_memory()
    asked = vetted(world)
    renew_service(keeper(world), asked)
    kept(world).accounts[WORKER.id] = replace(kept(world).accounts[WORKER.id], national=True)
    before = kept(world).copy()
    with pytest.raises(NotAsMade) as refused:
        reseal_doors(keeper(world), asked)
    assert refused.value.said.startswith(f"Account {WORKER.id} is not what the journal says")
    assert vars(kept(world)) == vars(before)
    assert resealed(world) == len(ACCOUNTS) - 1, "what does not fit holds nobody up"


def test_an_account_that_somebody_closed_since_the_journal_was_asked_is_sealed_the_next_time() -> None:
    world = World.in_memory()
    asked = vetted(world)
    renew_service(keeper(world), asked)
    with world.work("administrator") as work:
        close_account(work, WORKER.id)
    with pytest.raises(NotAsMade):
        reseal_doors(keeper(world), asked)
    assert resealed(world) == len(ACCOUNTS)
    assert not wrong(world)


def test_a_copy_in_which_everything_is_sealed_by_the_newest_is_sealed_by_nobody_again() -> None:
    world = renewed()
    again = begun_again(world)
    with keeper(again).enter() as room:
        vouch_for_copy(keeper(again), room, [], vetted(again))
    assert not wrong(again)
    assert read(kept(world).entries[-1])["event"] == "DoorsSealed", "of before"


def test_that_keys_were_brought_back_as_the_key_folder_has_them_is_on_the_journal() -> None:
    world = renewed()
    again = begun_again(world)
    with keeper(again).enter() as room:
        vouch_for_copy(keeper(again), room, [], vetted(again), resealed=1)
    moved = read(kept(again).entries[-1])
    assert (moved["event"], moved["detail"]) == ("RootMoved", {"holder": "service", "provider": "file", "versions": 1})


def test_what_was_planted_since_the_journal_was_asked_is_neither_sealed_nor_certified_anew() -> None:
    world = World.in_memory()
    asked = vetted(world)
    planted = sealed(account("planted", Role.ADMINISTRATOR, NORTH, national=True))
    kept(world).accounts[planted.id] = planted
    renew_service(keeper(world), asked)
    assert resealed(world, asked) == len(ACCOUNTS)
    assert kept(world).accounts[planted.id].seal.keyset_version == 1

    first = kept(world).keysets[SERVICE, 2]
    foreign = world.deployment.keyring.recertify([HolderKeyset.generate(SOUTH.code, 1).public], first)
    asked = vetted(world)
    kept(world).keysets[SOUTH.code, 1] = SealedKeyset(foreign[0], b"invented")
    before = kept(world).copy()
    with pytest.raises(NotAsMade) as refused:
        renew_service(keeper(world), asked)
    assert refused.value.said.startswith("Keys south 1 is not what the journal says")
    assert vars(kept(world)) == vars(before)


def test_what_a_version_too_old_has_sealed_is_not_sealed_anew() -> None:
    world = renewed(2)
    form = canonical_account(WORKER, WORKER.password_digest)
    by_the_old = world.deployment.keyring.seal(kept(world).keysets[SERVICE, 1], form)
    kept(world).accounts[WORKER.id] = replace(WORKER, seal=by_the_old)
    assert resealed(world) == 0
    with pytest.raises(NotAsMade):
        reseal_doors(keeper(world), replace(vetted(world), doors={WORKER.id: form_digest(form)}))
    assert kept(world).accounts[WORKER.id].seal == by_the_old


def test_an_organisation_that_is_not_certified_now_is_not_made_so() -> None:
    world = World.in_memory()
    first = kept(world).keysets[SOUTH.code, 1]
    uncertified = replace(first, public=replace(first.public, certificate=bytes(64)))
    kept(world).keysets[SOUTH.code, 1] = uncertified
    renewed_service(world)
    assert kept(world).keysets[SOUTH.code, 1] == uncertified
    assert kept(world).keysets[NORTH.code, 1].public != first.public


def test_nothing_is_renewed_that_would_leave_the_audit_desk_without_its_keys() -> None:
    world = World.in_memory()
    desk = kept(world).keysets[AUDIT_DESK, 1]
    kept(world).keysets[AUDIT_DESK, 1] = replace(desk, public=replace(desk.public, certificate=bytes(64)))
    before = kept(world).copy()
    with pytest.raises(NotAsMade) as refused:
        renew_service(keeper(world), vetted(world))
    assert refused.value.said.startswith("Keys audit-desk 1 is not what the journal says")
    assert vars(kept(world)) == vars(before)


def test_what_a_thief_of_the_keys_planted_between_two_renewals_is_passed_by_and_believed_no_more() -> None:
    world = begun_again(renewed())
    keyring, service = world.deployment.keyring, kept(world).keysets[SERVICE, 2]
    planted = account("planted", Role.ADMINISTRATOR, NORTH, national=True)
    seal = keyring.seal(service, canonical_account(planted, planted.password_digest))
    kept(world).accounts[planted.id] = replace(planted, seal=seal)
    foreign = HolderKeyset.generate(SOUTH.code, 1).public
    kept(world).keysets[SOUTH.code, 1] = SealedKeyset(keyring.recertify([foreign], service)[0], b"invented")
    asked = vetted(world)
    assert (asked.doors_apart, asked.apart) == (frozenset({planted.id}), frozenset({SOUTH.code}))

    assert renewed_service(world) == len(ACCOUNTS) + 1, "everybody else's, and the token"
    once = begun_again(world)
    with once.begin(NOBODY) as stores, pytest.raises(IntegrityBroken):
        Trust(stores.keys, once.deployment).current(SOUTH.code)
    with once.begin(NOBODY) as stores:
        changed = sealed_account(kept(once).accounts[planted.id], stores.keys, once.deployment)
    assert changed.seal.keyset_version == 2, "it does not outlive the stolen keys by being changed"
    assert renewed_service(once) == len(ACCOUNTS) + 1, "what was left holds nobody up"
    twice = begun_again(once)
    with twice.begin(NOBODY) as stores, pytest.raises(IntegrityBroken):
        check_account(kept(twice).accounts[planted.id], stores.keys, twice.deployment)
    with twice.work("worker") as work:
        assert work.trust.current(NORTH.code).version == 1


def copied(world: World, known: list[SealedKeyset], held: Kept) -> World:
    """What a copy of before is once it has those keys, in a process that begins then."""
    vars(kept(world)).update(vars(held))
    proved = world.deployment.keyring.all_proved([kept(world).keysets[SERVICE, 1], *known])
    again = replace(world, deployment=replace(world.deployment, service=proved))
    with inspecting(again) as (evidence, trusted):
        asked = vet(evidence, trusted, is_copy=True)
    with keeper(again).enter() as room:
        for keyset in known:
            room.add_keyset(keyset)
        vouch_for_copy(keeper(again), room, known, asked)
    return again


def test_an_older_copy_has_the_keys_that_were_made_since_and_everything_in_it_is_vouched_for_by_them() -> None:
    world = World.in_memory()
    case = opened(world)
    with world.work("worker") as work:
        create_token(work, WORKER.id, "a program", timedelta(days=30))
    held = kept(world).copy()
    for _ in range(3):
        renewed_service(world)
    again = copied(world, [kept(world).keysets[SERVICE, version] for version in (2, 3, 4)], held)
    assert not wrong(again)
    assert {each.seal.keyset_version for each in kept(again).accounts.values()} == {4}
    with again.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)
    assert renewed_service(again) == len(ACCOUNTS) + 1


def test_what_was_planted_in_an_older_copy_is_left_as_it_is() -> None:
    world = World.in_memory()
    planted = sealed(account("planted", Role.ADMINISTRATOR, NORTH, national=True))
    kept(world).accounts[planted.id] = planted
    held = kept(world).copy()
    renewed_service(world)
    again = copied(world, [kept(world).keysets[SERVICE, 2]], held)
    assert kept(again).accounts[planted.id] == planted
    assert wrong(again) == [str(planted.id)]


def test_a_provider_that_is_away_stops_a_renewal_before_it_begins() -> None:
    world = World.in_memory()
    before = kept(world).copy()
    with pytest.raises(KeysUnavailable):
        renew_service(keeper(with_roots(world, Away())), vetted(world))
    assert vars(kept(world)) == vars(before)


@pytest.mark.parametrize("changed", [1, 2])
def test_a_version_of_the_service_that_was_changed_is_not_made_up_for_by_another(changed: int) -> None:
    again = begun_again(renewed())
    kept(again).keysets[SERVICE, changed] = replace(kept(again).keysets[AUDIT_DESK, 1])
    with pytest.raises(IntegrityBroken):
        Trust(MemoryKeyRoom(kept(again)), again.deployment).current(SERVICE)


@pytest.mark.parametrize("gone", [1, 2])
def test_a_version_of_the_service_that_is_gone_is_not_made_up_for_by_another(gone: int) -> None:
    again = begun_again(renewed())
    del kept(again).keysets[SERVICE, gone]
    with pytest.raises(IntegrityBroken):
        Trust(MemoryKeyRoom(kept(again)), again.deployment).current(SERVICE)
