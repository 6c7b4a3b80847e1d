"""The second wall, tried from below: what each role of the database could do beside reading and writing rows."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from casetrack.audit.entry import commit
from casetrack.domain.actors import Role
from casetrack.domain.ids import HolderCode
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, JOBS, KEEPER, OWNER, SEQUENCER
from tests import builders
from tests.builders import NORTHMARCH, RIVERWATCH, scope_of
from tests.persistence.databases import Database
from tests.persistence.scenes import STANDING, Scene
from tests.persistence.walls import (
    INSUFFICIENT_PRIVILEGE,
    NO_SCOPE,
    WRITE,
    Walled,
    act_as,
    as_,
    full_case,
    refused,
    rows,
    written,
)

SIGN_IN: Final = (APP, KEEPER, SEQUENCER, JOBS, AUDITOR)
CHECK_VIOLATION, NOT_JSON, NOT_UTF8, NOT_TEXT = "23514", "22P02", "22021", "22P05"


# Who may say what on the journal


@pytest.mark.parametrize("who", [who for who in STANDING if not who.startswith("who leads")])
def test_nobody_journals_a_change_of_a_case_that_they_do_not_have(scene: Scene, who: str) -> None:
    """One such row would lock the case for ever: no change could follow, and none that is kept would be the newest."""
    account = scene.people[STANDING[who]]
    change = written(account, case=scene.case.id, version=scene.case.version + 1)

    with as_(scene.database, account) as connection:
        assert refused(connection, WRITE, **change) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("who", ["a former holder", "who leads the investigation", "a stranger"])
def test_nobody_journals_a_step_of_an_offer_that_is_not_theirs(scene: Scene, who: str) -> None:
    account = scene.people[STANDING[who]]
    step = written(account, case=scene.case.id, aggregate=scene.offer.transfer.id, step=2)

    with as_(scene.database, account) as connection:
        assert refused(connection, WRITE, **step) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("who", STANDING)
def test_nobody_takes_the_place_of_a_step_that_there_is_nothing_to_take_of(scene: Scene, who: str) -> None:
    account = scene.people[STANDING[who]]

    with as_(scene.database, account) as connection:
        for aggregate in (scene.case.id, account.id, uuid4()):
            step = written(account, action="transfer:see", case=scene.case.id, aggregate=aggregate, step=1)
            assert refused(connection, WRITE, **step) == INSUFFICIENT_PRIVILEGE
            act_as(connection, scope_of(account))


@pytest.mark.parametrize("action", ["keyset:make", "keyset:renew"])
def test_that_keys_were_made_is_for_the_keeper_to_say(scene: Scene, action: str) -> None:
    world, database = scene.world, scene.database
    with as_(database, world.sender) as connection:
        assert refused(connection, WRITE, **written(world.sender, action=action)) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    ("payload", "condition"),
    [
        (b"", NOT_JSON),
        (b"not json", NOT_JSON),
        (b"\xff", NOT_UTF8),
        (b'"\\u0000"', NOT_TEXT),
        (b"[]", CHECK_VIOLATION),
        (b"7", CHECK_VIOLATION),
        (b"null", CHECK_VIOLATION),
    ],
)
@pytest.mark.parametrize("role", [APP, SUPERUSER])
def test_no_entry_is_kept_that_no_reader_could_read(scene: Scene, role: str, payload: bytes, condition: str) -> None:
    world, database = scene.world, scene.database
    with as_(database, world.sender, role) as connection:
        # The application is refused before the row is looked at: what cannot be read says no action.
        expected = INSUFFICIENT_PRIVILEGE if role == APP else condition
        assert refused(connection, WRITE, **written(world.sender, payload=payload)) == expected


@pytest.mark.parametrize("role", [APP, SUPERUSER])
def test_no_entry_is_kept_that_its_own_commitment_does_not_hold(scene: Scene, role: str) -> None:
    world, database = scene.world, scene.database
    with as_(database, world.sender, role) as connection:
        for wrong in (bytes(32), commit(b"{} ", bytes(32)), commit(b"{}", bytes([1, *bytes(31)]))):
            act_as(connection, scope_of(world.sender))
            assert refused(connection, WRITE, **written(world.sender, commitment=wrong)) == CHECK_VIOLATION
        act_as(connection, scope_of(world.sender))
        long = written(world.sender, detail={"filled": "x" * 70_000})
        assert connection.execute(text(WRITE), long).rowcount == 1


# Keys and organisations


@pytest.mark.parametrize("table", ["keysets", "holders"])
@pytest.mark.parametrize("role", [APP, SEQUENCER, JOBS, AUDITOR])
def test_only_the_keeper_brings_in_organisations_and_keys(migrated: Database, table: str, role: str) -> None:
    """One planted row after a holder's keys stopped all that it had sealed from being believed."""
    again = {
        "keysets": "INSERT INTO keysets SELECT holder, 2, kem_public, sign_public, certificate, sealed FROM keysets",
        "holders": (
            "INSERT INTO holders (code, name, kind, nation, region, phone) "
            "SELECT 'x', 'x', kind, '', '', '' FROM holders"
        ),
    }
    with migrated.engine(role).connect() as connection:
        assert refused(connection, again[table]) == INSUFFICIENT_PRIVILEGE
        assert refused(connection, f"DELETE FROM {table}") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - a table of ours


def test_the_keeper_journals_keys_and_nothing_else(walled: Walled) -> None:
    world, database = walled
    case = full_case(world)
    of_nobody: dict[str, Any] = {"action": "keyset:make", "account": None, "holder": None}
    with database.engine(KEEPER).connect() as connection:
        said: list[dict[str, Any]] = [
            {**of_nobody, "action": "case:view"},
            {**of_nobody, "case": case.id},
            {**of_nobody, "aggregate": uuid4(), "step": 1},
        ]
        for each in said:
            assert refused(connection, WRITE, **written(world.sender, **each)) == INSUFFICIENT_PRIVILEGE
        assert connection.execute(text(WRITE), written(world.sender, **of_nobody)).rowcount == 1
        connection.rollback()
        for table in ("sealed_values", "file_chunks", "events", "milestone_records", "accounts", "sessions"):
            assert refused(connection, f"SELECT * FROM {table}") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - a table of ours


# What answers about cases


@pytest.mark.parametrize("who", [who for who in STANDING if who != "who leads the support"])
@pytest.mark.parametrize("part", ["identity", "safe-address", "support", "investigation"])
def test_whether_something_may_begin_tells_nothing_of_a_case_that_is_not_ones_own(
    scene: Scene, who: str, part: str
) -> None:
    asked = text("SELECT may_begin(:case, :part)")
    with as_(scene.database, scene.people[STANDING[who]]) as connection:
        for case in (scene.case.id, scene.elsewhere.id if who != "the receiver of an open offer" else uuid4(), uuid4()):
            assert connection.scalar(asked, {"case": case, "part": part}) is False


def test_which_names_are_taken_is_told_to_those_alone_who_open_cases(walled: Walled) -> None:
    world, database = walled
    full_case(world)
    asked = "SELECT pseudonym_is_taken('quiet harbour')"
    for account in (world.auditor, builders.new_account(role=Role.ADMINISTRATOR)):
        with as_(database, account) as connection:
            assert refused(connection, asked) == INSUFFICIENT_PRIVILEGE
    with database.engine(APP).connect() as connection:
        assert refused(connection, asked) == NO_SCOPE


# Standing in the way of others


def test_only_those_who_take_turns_take_an_advisory_lock(migrated: Database) -> None:
    """Whoever holds the sequencer's lock stops the log, and nobody would know by whom."""
    with migrated.engine(SUPERUSER).connect() as connection:
        may = connection.execute(
            text(
                "SELECT p.oid::regprocedure::text, r.rolname FROM pg_proc p CROSS JOIN pg_roles r "
                "WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname LIKE 'pg\\_%advisory%' "
                "AND NOT r.rolsuper AND has_function_privilege(r.rolname, p.oid, 'EXECUTE')"
            )
        ).all()
        everybody = connection.scalar(
            text(
                "SELECT count(*) FROM pg_proc WHERE proname LIKE 'pg\\_%advisory%' "
                "AND has_function_privilege('public', oid, 'EXECUTE')"
            )
        )
    assert set(may) == {("pg_advisory_xact_lock(bigint)", role) for role in (OWNER, SEQUENCER, JOBS)}
    assert everybody == 0


@pytest.mark.parametrize("role", [APP, KEEPER, AUDITOR])
@pytest.mark.parametrize("lock", ["pg_advisory_lock(1)", "pg_try_advisory_lock(1, 2)", "pg_advisory_xact_lock(1)"])
def test_the_application_takes_no_advisory_lock(migrated: Database, role: str, lock: str) -> None:
    with migrated.engine(role).connect() as connection:
        assert refused(connection, f"SELECT {lock}") == INSUFFICIENT_PRIVILEGE


# Becoming somebody else


@pytest.mark.parametrize("role", SIGN_IN)
@pytest.mark.parametrize(
    "change",
    [
        f"SET ROLE {OWNER}",
        f"SET ROLE {DEFINER}",
        f"SET SESSION AUTHORIZATION {OWNER}",
        f"ALTER ROLE {OWNER} PASSWORD 'x'",
        f"ALTER ROLE {DEFINER} LOGIN",
        f"GRANT {OWNER} TO {APP}",
        "ALTER TABLE cases DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY all_of_it ON cases USING (true)",
        "ALTER TABLE events DISABLE TRIGGER events_are_for_ever",
        "SET session_replication_role = 'replica'",
        "CREATE TABLE mine ()",
        "CREATE TEMP TABLE mine ()",
        "CREATE FUNCTION public.scope_holder() RETURNS text LANGUAGE sql AS 'SELECT NULL'",
        "CREATE FUNCTION pg_temp.scope_holder() RETURNS text LANGUAGE sql AS 'SELECT NULL'",
        "CREATE VIEW mine AS SELECT * FROM cases",
        "COPY cases TO PROGRAM 'cat'",
        "COPY cases TO '/tmp/cases'",
    ],
)
def test_no_role_that_signs_in_makes_itself_another_or_loosens_anything(
    migrated: Database, role: str, change: str
) -> None:
    with migrated.engine(role).connect() as connection:
        assert refused(connection, change) == INSUFFICIENT_PRIVILEGE


def test_with_row_level_security_turned_off_nothing_is_answered_at_all(walled: Walled) -> None:
    world, database = walled
    full_case(world)
    with as_(database, world.stranger) as connection:
        connection.execute(text("SET LOCAL row_security = off"))
        assert refused(connection, "SELECT count(*) FROM cases") == INSUFFICIENT_PRIVILEGE


# The scope, and what was left on a connection


LEFT: Final[Mapping[str, str]] = {
    "casetrack.scope": "set",
    "casetrack.role": "supervisor",
    "casetrack.national": "yes",
}


def leave(connection: Connection, holder: HolderCode) -> None:
    """Somebody set a scope plainly, so that it outlives the transaction: what `begin` never does."""
    for name, value in {**LEFT, "casetrack.holder": holder}.items():
        connection.execute(text(f"SET {name} = '{value}'"))
    connection.commit()


def test_a_plain_setting_would_leak_to_whoever_has_the_connection_next_and_is_why_ours_are_not_plain(
    walled: Walled,
) -> None:
    world, database = walled
    full_case(world)
    with database.engine(APP).connect() as connection:
        leave(connection, world.sender.holder)
        assert rows(connection, "cases") == 1, "the pitfall"
        connection.rollback()
        act_as(connection, scope_of(world.stranger))
        assert rows(connection, "cases") == 0, "who acts is told anew, all of it, in every transaction"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_what_is_left_of_another_scope_adds_nothing_to_ones_own(walled: Walled, role: Role) -> None:
    world, database = walled
    full_case(world)
    account = builders.new_account(RIVERWATCH, role)
    with database.engine(APP).connect() as connection:
        leave(connection, NORTHMARCH.code)
        act_as(connection, scope_of(account))
        assert connection.scalar(text("SELECT scope_is_national()")) is False
        assert connection.scalar(text("SELECT scope_caseworker()")) is None
        assert rows(connection, "events") == 0
