"""The second wall as it stands: the roles, the policies and the grants of the database."""

import pytest
from sqlalchemy import text

from casetrack.domain.holdings import Strand
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, ERASER, JOBS, OWNER, SEQUENCER
from tests import builders
from tests.persistence.databases import TABLES, Database
from tests.persistence.walls import (
    ABOUT_CASES,
    ELSEWHERE,
    FOR_EVER,
    INSUFFICIENT_PRIVILEGE,
    OF_TWO_PEOPLE,
    ROLES,
    VIEWS,
    WITHIN,
    Walled,
    as_,
    full_case,
    refused,
    rows,
)

SWEPT = {"sessions", "links", "failures", "drafts", "answers", "quota_uses", "quota_raises"}
SWEPT_BY_THEIR_TIME = ("at FROM failures", "at FROM drafts", "at FROM answers", "at FROM quota_uses")


def test_every_table_is_about_cases_or_known_not_to_be() -> None:
    assert set(TABLES) == {*ABOUT_CASES, *OF_TWO_PEOPLE, *ELSEWHERE}


def test_row_level_security_is_forced_on_everything_that_is_about_a_case(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        forced = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        ).all()
    assert set(forced) == {*ABOUT_CASES, *OF_TWO_PEOPLE}


NARROWER = {
    *("events_write_nothing_of_keys", "events_write_of_now", "events_write_of_known_cases", "events_write_of_access"),
    *("events_of_the_desk", "events_write_as_signed", "events_write_of_changes"),
}
"""Takes something from what others allow, and allows nothing."""


def test_no_policy_is_for_everybody(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        for policy, roles, permissive in connection.execute(
            text("SELECT policyname, roles, permissive FROM pg_policies")
        ):
            assert "public" not in roles, policy
            assert permissive == ("RESTRICTIVE" if policy in NARROWER else "PERMISSIVE"), policy


def test_no_role_passes_the_wall_and_the_application_owns_nothing(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        attributes = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolinherit "
                "FROM pg_roles WHERE rolname = ANY(:roles)"
            ),
            {"roles": list(ROLES)},
        ).all()
        owned = connection.scalars(
            text(
                "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                "UNION SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc "
                "WHERE pronamespace = 'public'::regnamespace"
            )
        ).all()
        members = connection.execute(
            text(
                "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members "
                "WHERE member::regrole::text = ANY(:roles)"
            ),
            {"roles": list(ROLES)},
        ).all()
    assert {row.rolname for row in attributes} == set(ROLES)
    for row in attributes:
        assert (row.rolsuper, row.rolbypassrls, row.rolcreaterole, row.rolcreatedb) == (False, False, False, False)
        assert (row.rolcanlogin, row.rolinherit) == (row.rolname not in (DEFINER, ERASER), False)
    assert set(owned) == {OWNER, DEFINER, ERASER}
    assert set(map(tuple, members)) == {(DEFINER, OWNER), (ERASER, OWNER)}


def test_what_the_definer_owns_is_what_says_who_may_see_what(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        definers = connection.execute(
            text(
                "SELECT proname, pg_get_userbyid(proowner), proconfig FROM pg_proc WHERE prosecdef "
                "AND pronamespace = 'public'::regnamespace"
            )
        ).all()
        views = connection.scalars(
            text("SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewowner = :definer"),
            {"definer": DEFINER},
        ).all()
        others = connection.scalar(
            text("SELECT count(*) FROM pg_views WHERE schemaname = 'public' AND viewowner <> :definer"),
            {"definer": DEFINER},
        )
    assert {(name, owner) for name, owner, _ in definers} == {
        ("pseudonym_is_taken", DEFINER),
        ("may_begin", DEFINER),
        ("queue_event", DEFINER),
        ("forget_tags", DEFINER),
        ("forget_own_tags", DEFINER),
        ("integrity_failures", DEFINER),
        ("knows_of_case", DEFINER),
        ("makes_version", DEFINER),
        ("refuse_untold", DEFINER),
        ("change_is_told", DEFINER),
        ("case_is_untouched", DEFINER),
        ("cases_enquired", DEFINER),
        *((f"require_{what}", DEFINER) for what in ("change", "last_change", "case", "case_or_offer", "step")),
        *((f"require_{what}", DEFINER) for what in ("act", "act_of_door")),
        ("erase_case", ERASER),
        ("forget_case", ERASER),
        ("require_tombstone", ERASER),
        ("destroy_keyset", ERASER),
        ("keyset_needs", ERASER),
    }
    assert all(settings == ["search_path=pg_catalog, pg_temp"] for _, _, settings in definers)
    assert set(views) == {*VIEWS, *WITHIN, "key_rows", "keysets_made", "tag_rows"}
    assert others == 0


def test_nothing_that_an_asker_wrote_is_tried_on_a_row_before_a_view_has_settled_whose_it_is(
    migrated: Database,
) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        leaky = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' "
                "AND NOT coalesce(reloptions, '{}') @> '{security_barrier=true}'"
            )
        ).all()
    assert leaky == []


def test_nothing_is_granted_to_everybody_and_nobody_may_truncate(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        grants = connection.execute(
            text(
                "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants "
                "WHERE table_schema = 'public' AND grantee <> grantor"
            )
        ).all()
        functions = connection.scalars(
            text(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
                "AND has_function_privilege('public', oid, 'EXECUTE')"
            )
        ).all()
        usable = connection.scalar(text("SELECT has_schema_privilege('public', 'public', 'USAGE')"))
    assert {grant.grantee for grant in grants} <= set(ROLES)
    assert {grant.privilege_type for grant in grants} <= {"SELECT", "INSERT", "DELETE"}, "UPDATE is by column"
    assert {grant.table_name for grant in grants if grant.privilege_type == "DELETE" and grant.grantee == APP} == {
        *("sessions", "failures", "drafts", "wraps")
    }
    assert functions == []
    assert usable is False


def test_no_trigger_can_be_slept_through(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        triggers = connection.execute(
            text("SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal")
        ).all()
    assert {enabled for _, _, enabled in triggers} == {"A"}
    assert sorted(table for table, name, _ in triggers if name != "nothing_untold") == [
        *(
            "cases",
            "checkpoints",
            "cosignatures",
            "event_shown",
            "events",
            "events",
            "keysets",
            "leaves",
            "milestone_records",
            "tombstones",
        )
    ]


def test_what_the_owner_makes_later_is_for_nobody_until_it_is_granted(migrated: Database) -> None:
    with migrated.engine(OWNER).connect() as connection:
        connection.execute(text("CREATE FUNCTION later() RETURNS integer LANGUAGE sql AS 'SELECT 1'"))
        assert not connection.scalar(text("SELECT has_function_privilege('public', 'later()', 'EXECUTE')"))
        connection.rollback()


@pytest.mark.parametrize("role", [APP, OWNER, SEQUENCER, JOBS, AUDITOR])
@pytest.mark.parametrize("table", ["cases", "events", "leaves"])
def test_nobody_truncates(database: Database, role: str, table: str) -> None:
    with database.engine(role).connect() as connection:
        assert refused(connection, f"TRUNCATE {table} CASCADE") in {INSUFFICIENT_PRIVILEGE, FOR_EVER}


def test_the_sequencer_reads_of_an_event_what_its_leaf_is_made_of(walled: Walled) -> None:
    world, database = walled
    full_case(world)

    with database.engine(SEQUENCER).connect() as connection:
        assert len(connection.execute(text("SELECT id, time_ms, commitment FROM events")).all()) > 0
        for column in ("payload", "salt", "words", "account", "case_id", "holders_then"):
            assert refused(connection, f"SELECT {column} FROM events") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - names of ours
        for table in ("cases", "holdings", "wraps", "sealed_values", "accounts", "keysets", "event_shown"):
            assert refused(connection, f"SELECT * FROM {table}") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - names of ours


def test_the_sweeper_reads_when_something_ends_and_never_whose_it_is_or_what_it_says(walled: Walled) -> None:
    world, database = walled
    full_case(world)

    with database.engine(JOBS).connect() as connection:
        for seen in (
            "since, seen FROM sessions",
            "until, used_at FROM links",
            "until FROM quota_raises",
            *SWEPT_BY_THEIR_TIME,
        ):
            connection.execute(text(f"SELECT {seen}"))
        for column in ("account FROM sessions", "sealed FROM sessions", "digest FROM links", "throttle FROM failures"):
            assert refused(connection, f"SELECT {column}") == INSUFFICIENT_PRIVILEGE
        for table in set(TABLES) - SWEPT:
            assert refused(connection, f"SELECT * FROM {table}") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - names of ours
            assert refused(connection, f"DELETE FROM {table}") == INSUFFICIENT_PRIVILEGE  # noqa: S608 - names of ours
        for table in SWEPT:
            assert refused(connection, f"INSERT INTO {table} DEFAULT VALUES") == INSUFFICIENT_PRIVILEGE


def test_who_verifies_reads_all_that_is_signed_and_changes_nothing(walled: Walled) -> None:
    world, database = walled
    full_case(world)

    with database.engine(AUDITOR).connect() as connection:
        for table in set(ABOUT_CASES) - {"wraps", "index_tags"}:
            assert rows(connection, table) > 0, table
        for secret in (
            "SELECT * FROM wraps",
            "SELECT * FROM index_tags",
            "SELECT sealed FROM keysets",
            "SELECT password FROM accounts",
        ):
            assert refused(connection, secret) == INSUFFICIENT_PRIVILEGE
        for change in ("UPDATE cases SET phase = ''", "DELETE FROM events", "INSERT INTO holders DEFAULT VALUES"):
            assert refused(connection, change) == INSUFFICIENT_PRIVILEGE


def test_an_auditor_looks_up_references_of_its_own_holders_cases_and_nothing_else(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    elsewhere = world.case(world.stranger, builders.HARBOUR, (Strand.SUPPORT,))
    references = text("SELECT id FROM case_references")

    with as_(database, world.auditor) as connection:
        assert set(connection.scalars(references)) == {case.id}
        assert list(connection.execute(text("SELECT * FROM case_references")).keys()) == ["id", "reference"]
    with as_(database, world.national) as connection:
        assert set(connection.scalars(references)) == {case.id, elsewhere.id}
