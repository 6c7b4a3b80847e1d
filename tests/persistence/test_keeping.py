"""The keeper of the keys, over PostgreSQL: what it renews, what it waits for, what it may touch."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from casetrack.crypto.keysets import check_certificate
from casetrack.domain.errors import Stale
from casetrack.domain.holders import SERVICE, Holder, HolderKind
from casetrack.domain.ids import HolderCode, TransferId
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.keeping import keeping_still
from casetrack.persistence.roles import APP, AUDITOR, KEEPER
from casetrack.services import keysets, renewing_service
from casetrack.services.cases import open_case
from casetrack.services.deployment import Deployment
from casetrack.services.findings import About
from casetrack.services.founding import make_keysets
from casetrack.services.identity import reveal_identity
from casetrack.services.keysets import (
    keep_next,
    list_keysets,
    plan_renewal,
    renew_keyset,
    reseal_keyset,
    rewrap_keyset,
)
from casetrack.services.renewing_service import plan_service, renew_service, reseal_doors
from casetrack.services.sessions import NOBODY
from casetrack.services.transfers import accept_transfer, send_transfer
from casetrack.services.verifying_keys import KeyFinding, Wrong, verify_keys
from casetrack.services.verifying_trust import Vetted, vet
from tests.persistence.databases import Database
from tests.persistence.keepers import keeper
from tests.persistence.walls import INSUFFICIENT_PRIVILEGE, refused
from tests.services.acts import BOTH, an_offer
from tests.services.evidence import believed
from tests.services.keeping import moved, roots
from tests.world import ACCOUNTS, NORTH, REASON, SOUTH, World, a_new_case


@pytest.fixture
def world(app_engine: Database) -> World:
    """A deployment with real keys: one case that was handed over, one that is being offered, and one more."""
    world = World.over(work.begin, app_engine.founding)
    offer = _offered(world)
    with world.work("receiving-lead") as at:
        accept_transfer(at, offer, worker=ACCOUNTS["receiver"].id, seen=None)
    _offered(world)
    with world.work("worker") as at:
        open_case(at, a_new_case())
    return world


def _offered(world: World) -> TransferId:
    with world.work("worker") as at:
        case = open_case(at, a_new_case())
    with world.work("lead") as at:
        return send_transfer(at, case.reference, an_offer(SOUTH, BOTH), seen=None).id


def findings(world: World, database: Database) -> list[KeyFinding]:
    with keeping_still(database.engine(KEEPER)) as room:
        assert room.size() == 5
        return list(verify_keys(room, world.deployment, lambda: None))


def locked(connection: Connection) -> int:
    """Some of the wraps are held, as a hand-off holds them."""
    held = "SELECT id FROM wraps WHERE recipient = :holder AND number IS NOT NULL ORDER BY id LIMIT 3 FOR UPDATE"
    return len(connection.execute(text(held), {"holder": NORTH.code}).all())


def test_keys_are_renewed_while_everything_goes_on(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keysets, "AT_A_TIME", 4)
    at = keeper(world, database)
    assert not findings(world, database)
    planned = plan_renewal(at, NORTH.code)
    assert (planned.version, planned.left) == (2, 10)
    assert renew_keyset(at, NORTH.code).left == 10

    steps = []
    while (step := rewrap_keyset(at, NORTH.code)) is not None:
        steps.append((step.rows, step.left))
        assert not findings(world, database)
    assert steps == [(4, 6), (4, 2), (2, 0)]
    assert plan_renewal(at, NORTH.code).version == 3


def test_what_is_wrapped_again_still_opens_and_what_the_inventory_counts(world: World, database: Database) -> None:
    at = keeper(world, database)
    with world.work("worker") as doing:
        case = open_case(doing, a_new_case())
    renewed = at.now
    renew_keyset(at, NORTH.code)
    with world.work("administrator") as doing:
        held = {each.holder.code: each for each in list_keysets(doing)}
    assert [(each.rows.data_keys, each.rows.offer_keys) for each in held[NORTH.code].keysets] == [(0, 0), (12, 2)]
    assert (held[NORTH.code].left, held[SOUTH.code].left) == (14, 0)
    assert held[NORTH.code].keysets[0].made == renewed

    rewrap_keyset(at, NORTH.code)
    with world.work("worker", REASON) as doing:
        assert reveal_identity(doing, case.reference)


def test_what_a_hand_off_holds_is_passed_by_and_taken_the_next_time(world: World, database: Database) -> None:
    at = keeper(world, database)
    renew_keyset(at, NORTH.code)
    with database.engine("postgres").connect() as other:
        assert locked(other) == 3
        step = rewrap_keyset(at, NORTH.code)
        assert step is not None
        assert (step.rows, step.left) == (7, 3)
        assert rewrap_keyset(at, NORTH.code) is None
        other.rollback()
    again = rewrap_keyset(at, NORTH.code)
    assert again is not None
    assert (again.rows, again.left) == (3, 0)
    assert not findings(world, database)


def test_a_version_is_made_once(world: World, database: Database) -> None:
    at = keeper(world, database)
    with at.enter() as room:
        (first,) = room.keysets(NORTH.code)
    with pytest.raises(Stale), at.enter() as room:
        room.add_keyset(first)


def test_a_root_is_moved(world: World, database: Database) -> None:
    elsewhere = moved(world)
    renew_keyset(keeper(world, database), NORTH.code)
    assert reseal_keyset(keeper(elsewhere, database), NORTH.code).versions == 2

    assert {finding.wrong for finding in findings(world, database)} == {Wrong.PRIVATE_HALF}
    assert not findings(elsewhere, database)


def test_the_keys_of_the_service_are_renewed_and_everybody_works_on(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing_service, "AT_A_TIME", 3)
    at, asked = keeper(world, database), vetted(world, database)
    sealed = len({*ACCOUNTS, "the command line"})
    assert renew_service(at, asked).left == sealed
    steps = []
    while (step := reseal_doors(at, asked)) is not None:
        steps.append(step.left)
    assert steps == [*range(sealed - 3, 0, -3), 0]
    assert plan_service(at, asked).version == 3

    assert not findings(world, database)
    assert not findings(replace(world, deployment=proved_anew(world, database)), database)
    with world.work("worker") as doing:
        open_case(doing, a_new_case())
    with world.work("administrator") as doing:
        held = {each.holder.code: each for each in list_keysets(doing)}
    assert [each.rows.doors for each in held[SERVICE].keysets] == [sealed, 0]


def test_an_account_that_somebody_changes_is_passed_by_and_taken_the_next_time(
    world: World, database: Database
) -> None:
    at, asked = keeper(world, database), vetted(world, database)
    left = renew_service(at, asked).left
    with database.engine("postgres").connect() as other:
        other.execute(text("SELECT FROM accounts WHERE sign_in_name = 'worker' FOR UPDATE"))
        step = reseal_doors(at, asked)
        assert step is not None
        assert (step.rows, step.left) == (left - 1, 1)
        assert reseal_doors(at, asked) is None
        other.rollback()
    again = reseal_doors(at, asked)
    assert again is not None
    assert (again.rows, again.left) == (1, 0)


def test_an_organisation_that_is_founded_while_the_keys_are_renewed_is_certified_by_the_new_ones(
    world: World, database: Database
) -> None:
    late, at = (
        Holder(HolderCode("late"), "Late Invented Police", HolderKind.TERRITORIAL, "England"),
        keeper(world, database),
    )

    def found() -> None:
        with database.founding(NOBODY) as stores:
            stores.holders.add([late])
            make_keysets(stores, world.deployment.keyring, roots(world))

    with ThreadPoolExecutor(1) as pool:
        with at.enter() as room:
            room.hold_service()
            founding = pool.submit(found)
            while not waiting(database):
                assert not founding.done(), "it waits for its turn"
            (service,) = room.keysets(SERVICE)
            made = world.deployment.keyring.renew(service)
            keep_next(at, room, made)
        founding.result()
    with keeping_still(database.engine(KEEPER)) as room:
        (first,) = room.keysets(late.code)
    check_certificate(world.deployment.name, first.public, made.public)


def waiting(database: Database) -> bool:
    """Somebody waits for a row that somebody else has."""
    with database.engine(SUPERUSER).connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


def vetted(world: World, database: Database) -> Vetted:
    """What comes of asking the journal, all of which waits for its place in the log."""
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = vet(evidence, believed(world))
    assert [finding.about for finding in found.findings] == [About.LOG], "there is no checkpoint yet"
    return found


def test_two_who_renew_the_keys_of_the_service_take_turns(world: World, database: Database) -> None:
    at, asked = keeper(world, database), vetted(world, database)
    with ThreadPoolExecutor(1) as pool:
        with at.enter() as room:
            room.hold_service()
            second = pool.submit(renew_service, at, asked)
            while not waiting(database):
                assert not second.done(), "it waits for its turn"
            keep_next(at, room, world.deployment.keyring.renew(room.keysets(SERVICE)[0]))
        assert (second.result().version, second.result().begun) == (2, True)


def proved_anew(world: World, database: Database) -> Deployment:
    """What a process stands on that begins now."""
    with keeping_still(database.engine(KEEPER)) as room:
        proved = tuple(map(world.deployment.keyring.proved, room.keysets(SERVICE)))
    return replace(world.deployment, service=proved)


def test_a_wrap_that_a_superuser_swapped_is_named(world: World, database: Database) -> None:
    swap = (
        "UPDATE wraps SET sealed = o.sealed FROM wraps o "
        "WHERE wraps.case_id = o.case_id AND wraps.recipient = o.recipient AND o.recipient = :holder "
        "AND wraps.number = 1 AND o.number = 2"
    )
    with database.engine("postgres").begin() as connection:
        assert connection.execute(text(swap), {"holder": NORTH.code}).rowcount == 2
    assert [finding.wrong for finding in findings(world, database)] == [Wrong.DOES_NOT_OPEN] * 2


def test_the_keeper_reads_no_value_and_changes_nothing_but_keys(world: World, database: Database) -> None:
    del world
    with database.engine(KEEPER).connect() as connection:
        for statement in (
            "SELECT stored FROM sealed_values",
            "SELECT pseudonym FROM cases",
            "SELECT preview FROM transfers",
            "SELECT payload FROM events",
            "SELECT password FROM accounts",
            "UPDATE wraps SET recipient = 'south'",
            "UPDATE keysets SET kem_public = ''",
            "UPDATE accounts SET role = 'administrator'",
            "UPDATE tokens SET revoked_at = NULL",
            "INSERT INTO accounts DEFAULT VALUES",
            "UPDATE case_keys SET retired = false",
            "DELETE FROM wraps",
            "DELETE FROM keysets",
            "INSERT INTO holdings DEFAULT VALUES",
        ):
            assert refused(connection, statement) == INSUFFICIENT_PRIVILEGE, statement
        planted = "UPDATE wraps SET sender = 'south', sender_version = 1 WHERE recipient = 'north'"
        assert refused(connection, planted) == INSUFFICIENT_PRIVILEGE


def test_the_application_neither_seals_keysets_again_nor_changes_wraps(world: World, database: Database) -> None:
    del world
    with database.engine(APP).connect() as connection:
        for statement in ("UPDATE keysets SET sealed = ''", "UPDATE wraps SET sealed = ''"):
            assert refused(connection, statement) == INSUFFICIENT_PRIVILEGE
