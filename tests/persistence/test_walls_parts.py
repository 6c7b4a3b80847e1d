"""The second wall, part by part: with no rule of ours in the way, each sees and changes exactly what is theirs.

Every statement here is SQL in the application's own role. What is expected is worked out from the rules, row by row.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Final

import pytest
from sqlalchemy import Connection, create_engine, text

from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Holdings, Strand
from casetrack.domain.ids import HolderCode
from casetrack.persistence.roles import APP
from casetrack.services.people import Account
from casetrack.services.ports import KeptTransfer
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NORTHMARCH, RIVERWATCH, actor_of, after, scope_of
from tests.persistence.scenes import STANDING, Scene, key_of
from tests.persistence.walls import ABOUT_CASES, ACCEPT, INSUFFICIENT_PRIVILEGE, Walled, act_as, as_, refused
from tests.persistence.worlds import BOTH, handed_off

SUPPORT, INVESTIGATION = (Strand.SUPPORT,), (Strand.INVESTIGATION,)


def seen(connection: Connection, table: str) -> set[str]:
    """Every row of the table that whoever acts can see."""
    return set(connection.scalars(text(f"SELECT {key_of(table)} FROM {table}")))  # noqa: S608 - a table of ours


@pytest.mark.parametrize("who", STANDING)
def test_each_sees_exactly_the_rows_that_are_theirs(scene: Scene, who: str) -> None:
    holder = STANDING[who]

    with as_(scene.database, scene.people[holder]) as connection:
        found = {table: seen(connection, table) for table in ABOUT_CASES}

    assert found == {table: scene.expected(holder, table) for table in ABOUT_CASES}


def test_the_scene_has_a_row_of_every_kind_for_somebody_and_not_for_everybody(scene: Scene) -> None:
    for table in ABOUT_CASES:
        each = [scene.expected(holder, table) for holder in STANDING.values()]
        assert any(each), table
        assert not all(each), table


@pytest.mark.parametrize("view", ["stubs", "case_names", "cases_left", "value_digests", "case_references"])
@pytest.mark.parametrize("who", STANDING)
def test_what_cases_go_by_is_known_to_those_who_have_had_or_are_offered_them(scene: Scene, who: str, view: str) -> None:
    has = {"who leads the support", "who leads the investigation"}
    knows: Mapping[str, set[str]] = {
        "stubs": {"a former holder"},
        "cases_left": {"a former holder"},
        "value_digests": has,
        "case_names": has | {"a former holder", "the receiver of an open offer"},
        "case_references": has | {"a former holder", "the receiver of an open offer"},
    }
    column = "id" if view in {"case_names", "case_references"} else "case_id"

    with as_(scene.database, scene.people[STANDING[who]]) as connection:
        found = set(connection.scalars(text(f"SELECT {column} FROM {view}")))  # noqa: S608 - a view of ours

    assert (scene.case.id in found) is (who in knows[view])


OTHERS_PARTS: Final[Mapping[str, str]] = {
    "overwrite the notes of the support": "UPDATE sealed_values SET stored = 'x' WHERE part = 'support'",
    "overwrite the safe address": "UPDATE sealed_values SET stored = 'x' WHERE part = 'safe-address'",
    "end the notes of the support": "UPDATE sealed_values SET superseded = 9 WHERE part = 'support'",
    "take away the wraps of the support": (
        "DELETE FROM wraps WHERE number = (SELECT number FROM case_keys WHERE part = 'support')"
    ),
    "retire the key of the support": "UPDATE case_keys SET retired = true WHERE part = 'support'",
    "retire the key of the safe address": "UPDATE case_keys SET retired = true WHERE part = 'safe-address'",
    "end the holdings of the support": "UPDATE holdings SET until = now(), pseudonym = 'x' WHERE part = 'support'",
    "end every holding": "UPDATE holdings SET until = now(), pseudonym = 'x'",
}
PLANTED: Final[Mapping[str, str]] = {
    "a note of the support": (
        "INSERT INTO sealed_values (id, case_id, part, label_table, label_column, subject, stored, version) "
        "VALUES (gen_random_uuid(), :case, 'support', 'x', 'y', :case, 'x', 1)"
    ),
    "a key of the support": (
        "INSERT INTO case_keys (case_id, number, part, commitment, retired) "
        "VALUES (:case, 99, 'support', sha256('x'), true)"
    ),
    "a wrap of the key of the support": (
        "INSERT INTO wraps (id, case_id, number, commitment, recipient, recipient_version, sender, sender_version, "
        "sealed, signature) VALUES (gen_random_uuid(), :case, 3, sha256('x'), :holder, 1, :holder, 1, '', '')"
    ),
    "a file of the support": (
        "INSERT INTO file_chunks (file_id, number, case_id, part, sealed) "
        "VALUES (gen_random_uuid(), 0, :case, 'support', decode(repeat('00', 74), 'hex'))"
    ),
    "a holding of the support": (
        "INSERT INTO holdings (case_id, position, part, holder, number, since, seal_holder, seal_keyset, "
        "seal_signature) VALUES (:case, 99, 'support', :holder, 1, now(), :holder, 1, '')"
    ),
}


@pytest.mark.parametrize("attack", OTHERS_PARTS)
@pytest.mark.parametrize("who", [who for who in STANDING if who != "who leads the support"])
def test_nobody_but_who_has_a_part_changes_anything_in_it(scene: Scene, who: str, attack: str) -> None:
    with as_(scene.database, scene.people[STANDING[who]]) as connection:
        statement = f"WITH changed AS ({OTHERS_PARTS[attack]} RETURNING case_id) SELECT case_id FROM changed"  # noqa: S608 - statements of ours
        changed = set(connection.scalars(text(statement)))
        connection.rollback()

    assert scene.case.id not in changed


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("who", [who for who in STANDING if who != "who leads the support"])
def test_nobody_but_who_has_a_part_puts_anything_there(scene: Scene, who: str, planted: str) -> None:
    account = scene.people[STANDING[who]]
    told = {"case": scene.case.id, "holder": account.holder}

    with as_(scene.database, account) as connection:
        assert refused(connection, PLANTED[planted], **told) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("account", ["sender", "receiver"])
def test_a_strand_is_offered_only_by_whoever_leads_it(walled: Walled, account: str) -> None:
    """Otherwise one lead could give away what the other has, to somebody who is in it with them."""
    world, database = walled
    case = world.case()
    world.take(case, world.offer(case, NORTHMARCH, INVESTIGATION))
    offer = (
        "INSERT INTO transfers (id, case_id, version, from_holder, to_holder, moves_support, moves_investigation, "
        "reason, state, case_version, already_moved, high_risk, sent_by, sent_at, commitment, preview, seal_digest, "
        "seal_previous, seal_holder, seal_keyset, seal_signature) SELECT gen_random_uuid(), id, 1, :mine, :to, "
        ":support, :investigation, 'x', 'sent', 1, false, false, :by, now(), '', '', seal_digest, seal_previous, "
        ":mine, 1, '' FROM cases"
    )
    by: Account = getattr(world, account)
    led = {world.sender.holder: "support", world.receiver.holder: "investigation"}[by.holder]

    with as_(database, by) as connection:
        for strand in ("support", "investigation"):
            told = {"mine": by.holder, "to": LANTERN.code, "by": by.id}
            moves = {each: each == strand for each in ("support", "investigation")}
            if strand == led:
                assert connection.execute(text(offer), told | moves).rowcount == 1
                connection.rollback()
                act_as(connection, scope_of(by))
            else:
                assert refused(connection, offer, **told, **moves) == INSUFFICIENT_PRIVILEGE
                act_as(connection, scope_of(by))


# What acceptance opens


def test_who_accepts_reads_of_the_case_what_the_hand_off_needs_and_only_in_that_transaction(scene: Scene) -> None:
    account = scene.people[LANTERN.code]
    before = {table: scene.expected(LANTERN.code, table) for table in ABOUT_CASES}

    with as_(scene.database, account) as connection:
        connection.execute(ACCEPT, {"id": scene.offer.transfer.id})
        found = {table: seen(connection, table) for table in ABOUT_CASES}
        connection.rollback()
        act_as(connection, scope_of(account))
        assert {table: seen(connection, table) for table in ABOUT_CASES} == before

    for table in ("cases", "holdings", "milestone_records", "case_keys"):
        assert found[table] == before[table] | scene.expected(EASTMARCH.code, table), "to check the seal over all of it"
    for table in ("sealed_values", "wraps"):
        moving = {key for key in scene.expected(EASTMARCH.code, table) if scene.part_of(table, key) is not None}
        assert found[table] == before[table] | moving
        assert {scene.part_of(table, key) for key in moving} == {"support", "safe-address", "identity"}
    for table in ("transfers", "file_chunks", "index_tags"):
        assert found[table] == before[table], "these are read once the part is held"
    assert found["events"] >= {key for key, row in scene.rows("events").items() if row["case_id"] == scene.case.id}


def test_once_the_transaction_that_accepted_has_ended_an_acceptance_opens_nothing(walled: Walled) -> None:
    scene = Scene.begin(*walled)
    account = scene.people[LANTERN.code]
    before = {table: scene.expected(LANTERN.code, table) for table in ABOUT_CASES}
    with as_(scene.database, account) as connection:
        connection.execute(ACCEPT, {"id": scene.offer.transfer.id})
        connection.commit()

    with as_(scene.database, account) as connection:
        assert {table: seen(connection, table) for table in ABOUT_CASES} == before


def test_information_that_was_accepted_opens_nothing(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case, LANTERN, ())

    with as_(database, world.partner) as connection:
        connection.execute(ACCEPT, {"id": offer.transfer.id})
        for table in ("cases", "holdings", "milestone_records", "case_keys", "sealed_values"):
            assert seen(connection, table) == set(), table
        end = text("UPDATE holdings SET until = now(), pseudonym = 'x'")
        assert connection.execute(end).rowcount == 0


Offered = tuple[Case, KeptTransfer, Account]
TAKEN: Final[Mapping[str, tuple[tuple[Strand, ...], tuple[Strand, ...], tuple[Strand, ...]]]] = {
    "all of it": (BOTH, (), BOTH),
    "the support, of both": (BOTH, (), SUPPORT),
    "the investigation, of both": (BOTH, (), INVESTIGATION),
    "the only strand, support": (SUPPORT, (), SUPPORT),
    "the only strand, investigation": (INVESTIGATION, (), INVESTIGATION),
    "an investigation that there was not": (SUPPORT, (), INVESTIGATION),
    "an investigation that there was not, with the support": (SUPPORT, (), BOTH),
    "the support, from one of two leads": (BOTH, INVESTIGATION, SUPPORT),
    "the investigation, from one of two leads": (BOTH, SUPPORT, INVESTIGATION),
}
"""The strands of the case, those that another has by then, and those that are offered."""


@pytest.mark.parametrize("to", [NORTHMARCH, RIVERWATCH], ids=["to the other lead", "to a third"])
@pytest.mark.parametrize("taken", TAKEN)
def test_the_database_says_of_an_offer_that_it_moves_what_the_rules_say(walled: Walled, taken: str, to: Holder) -> None:
    world, database = walled
    strands, moved_before, offered = TAKEN[taken]
    case = world.case(strands=strands)
    if moved_before:
        case = world.take(case, world.offer(case, NORTHMARCH, moved_before))
    offer = world.offer(case, to, offered)
    receiver = world.receiver if to is NORTHMARCH else builders.new_account(to)
    if to is not NORTHMARCH:
        with world.begin(builders.NOBODY) as stores:
            stores.accounts.add(receiver)
    after_it = handed_off(case, offer.transfer.accept(by=actor_of(receiver), at=after(3)), receiver.id, hour=3)

    with as_(database, receiver) as connection:
        connection.execute(ACCEPT, {"id": offer.transfer.id})
        said = connection.execute(text("SELECT part, from_holder, ends FROM parts_taken")).all()
    assert {part for part, _, _ in said} == {part.value for part in case.holdings.moved_parts(after_it.holdings)}
    assert {holder for _, holder, _ in said} == {EASTMARCH.code}
    assert {part for part, _, ends in said if ends} >= _lost(case.holdings, after_it.holdings)
    assert {part for part, _, ends in said if not ends} & _lost(case.holdings, after_it.holdings) == set()


def _lost(before: Holdings, now: Holdings) -> set[str]:
    """The parts that the sender has no more."""
    return {part.value for part in before.parts_of(EASTMARCH.code) - now.parts_of(EASTMARCH.code)}


# Many at once


def test_threads_that_share_a_pool_each_see_exactly_what_is_theirs(scene: Scene) -> None:
    tables = ("cases", "holdings", "sealed_values", "wraps", "transfers", "events")
    expected = {holder: {table: scene.expected(holder, table) for table in tables} for holder in STANDING.values()}
    engine = create_engine(scene.database.url(APP), pool_size=4, max_overflow=0)

    def look(holder: HolderCode) -> bool:
        with engine.connect() as connection:
            act_as(connection, scope_of(scene.people[holder]))
            return {table: seen(connection, table) for table in tables} == expected[holder]

    try:
        with ThreadPoolExecutor(32) as threads:
            assert all(threads.map(look, islice(cycle(STANDING.values()), 320)))
    finally:
        engine.dispose()
