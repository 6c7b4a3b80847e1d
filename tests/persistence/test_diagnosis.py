"""What the doctor finds wrong with a database: each thing that somebody could loosen, and nothing when nobody did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from casetrack.app import utc_now
from casetrack.audit.entry import commit
from casetrack.domain.errors import Unavailable
from casetrack.persistence.diagnosis import Examined, examine
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import engine_at, engine_for
from casetrack.persistence.roles import APP, AUDITOR, create_roles
from casetrack.persistence.schema import head
from tests.persistence.databases import Database
from tests.persistence.walls import now_alone

LOOSENED = {
    Examined.DURABILITY: (
        f"ALTER ROLE {AUDITOR} SET synchronous_commit = off",
        f"ALTER ROLE {AUDITOR} RESET synchronous_commit",
    ),
    Examined.ROLES: (f"ALTER ROLE {APP} BYPASSRLS", f"ALTER ROLE {APP} NOBYPASSRLS"),
    Examined.SETTINGS: (
        f"ALTER ROLE {APP} SET statement_timeout = 0",
        f"ALTER ROLE {APP} SET statement_timeout = '20s'",
    ),
    Examined.WALLS: ("ALTER TABLE wraps NO FORCE ROW LEVEL SECURITY", "ALTER TABLE wraps FORCE ROW LEVEL SECURITY"),
    Examined.FOR_EVER: (
        "ALTER TABLE leaves DISABLE TRIGGER leaves_are_for_ever",
        "ALTER TABLE leaves ENABLE ALWAYS TRIGGER leaves_are_for_ever",
    ),
}


@pytest.fixture(autouse=True)
def of_now(migrated: Database) -> Iterator[None]:
    """The database tells of no past, as where people work."""
    with now_alone(migrated):
        yield


def wrong_with(engine: Engine, now: datetime | None = None) -> dict[Examined, str]:
    return {examined: wrong for examined, wrong in examine(engine, now or utc_now()) if wrong}


@contextmanager
def loosened(database: Database, loosen: str, tighten: str) -> Iterator[Engine]:
    """Somebody has loosened this; an engine of the role that looks."""
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(loosen))
    try:
        with engine_at(database.url(AUDITOR), statement_timeout_ms=20_000) as engine:
            yield engine
    finally:
        with database.engine(SUPERUSER).begin() as connection:
            connection.execute(text(tighten))


def test_everything_is_looked_at_and_nothing_is_wrong(database: Database) -> None:
    with engine_at(database.url(AUDITOR), statement_timeout_ms=20_000) as engine:
        assert dict(examine(engine, utc_now())) == dict.fromkeys(Examined, "")


@pytest.mark.parametrize("examined", LOOSENED)
def test_what_somebody_loosened_is_found(database: Database, examined: Examined) -> None:
    with loosened(database, *LOOSENED[examined]) as engine:
        assert wrong_with(engine).keys() == {examined}


def test_a_role_that_serves_and_owns_a_table_is_found(database: Database) -> None:
    give = f"CREATE TABLE strays (); ALTER TABLE strays OWNER TO {APP}"
    with loosened(database, give, "DROP TABLE strays") as engine:
        assert "strays" in wrong_with(engine)[Examined.ROLES]


def test_what_a_role_set_for_itself_in_this_database_alone_is_found(database: Database) -> None:
    """PostgreSQL has no way to forbid it."""
    here = f"ALTER ROLE {APP} IN DATABASE casetrack"
    with database.engine(APP).begin() as connection:
        connection.execute(text(f"{here} SET lock_timeout = 0"))
    with loosened(database, "SELECT 1", f"{here} RESET lock_timeout") as engine:
        assert wrong_with(engine) == {Examined.SETTINGS: f"not as it was given: {APP} lock_timeout"}


def test_that_events_may_say_any_time_is_found(database: Database) -> None:
    """As a demonstration that was not built to the end leaves its database."""
    past = f"ALTER DATABASE {database.name}"
    with loosened(database, f"{past} SET casetrack.past = told", f"{past} RESET casetrack.past") as engine:
        assert wrong_with(engine) == {Examined.SETTINGS: "an event may say any time (casetrack.past)"}


def test_a_role_that_may_keep_the_sequencer_waiting_is_found(database: Database) -> None:
    lock = "EXECUTE ON FUNCTION pg_advisory_lock(bigint)"
    with loosened(database, f"GRANT {lock} TO PUBLIC", f"REVOKE {lock} FROM PUBLIC") as engine:
        found = wrong_with(engine)[Examined.ROLES]
    assert found == "casetrack_app, casetrack_auditor, casetrack_keeper may take the lock of the log"


@pytest.mark.parametrize("what", ["UPDATE", "UPDATE (payload)", "DELETE", "TRUNCATE"])
def test_a_role_that_may_rewrite_the_log_is_found(database: Database, what: str) -> None:
    with loosened(database, f"GRANT {what} ON events TO {APP}", f"REVOKE {what} ON events FROM {APP}") as engine:
        assert wrong_with(engine)[Examined.FOR_EVER] == "a role that serves may change the log"


@pytest.mark.parametrize("minutes", [-2, 2])
def test_a_clock_that_is_wrong_is_found(database: Database, minutes: int) -> None:
    with engine_at(database.url(AUDITOR), statement_timeout_ms=20_000) as engine:
        now = utc_now() + timedelta(minutes=minutes)
        assert wrong_with(engine, now)[Examined.CLOCK].startswith(("119", "120"))


@pytest.mark.parametrize(
    ("waited", "said"),
    [
        ([119], ""),
        ([180], "1 event waits, and has waited 180 seconds; the limit is 120"),
        ([1, 180, 5], "3 events wait, the oldest of which has waited 180 seconds; the limit is 120"),
    ],
)
def test_events_that_wait_too_long_are_found(database: Database, waited: list[int], said: str) -> None:
    queued = "UPDATE log_queue SET queued_at = now() - :waited * interval '1 second' WHERE event = :event"
    with database.engine(SUPERUSER).begin() as connection:
        now = connection.scalar(text("SELECT now()"))
        for seconds in waited:
            event = uuid4()
            connection.execute(
                text(
                    "INSERT INTO events (id, at, time_ms, action, aspect, holders_then, payload, salt, commitment)"
                    " VALUES (:id, now(), 1, 'x:y', '', '{}', '{}', :salt, :commitment)"
                ),
                {"id": event, "salt": bytes(32), "commitment": commit(b"{}", bytes(32))},
            )
            connection.execute(text(queued), {"event": event, "waited": seconds})
    with engine_at(database.url(AUDITOR), statement_timeout_ms=20_000) as engine:
        assert wrong_with(engine, now).get(Examined.QUEUE, "") == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "1 times in 24 hours, 1 times in 30 days"), (25, "0 times in 24 hours, 1 times in 30 days"), (24 * 31, "")],
)
def test_what_was_refused_because_it_is_not_what_was_sealed_is_counted(
    database: Database, hours: int, said: str
) -> None:
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (id, at, time_ms, action, aspect, refusal, holders_then, payload, salt, commitment)"
                " VALUES (gen_random_uuid(), :at, 1, 'x:y', '', 'IntegrityBroken', '{}', '{}', :salt, :commitment)"
            ),
            {"at": utc_now() - timedelta(hours=hours), "salt": bytes(32), "commitment": commit(b"{}", bytes(32))},
        )
    with engine_at(database.url(AUDITOR), statement_timeout_ms=20_000) as engine:
        assert wrong_with(engine).get(Examined.INTEGRITY, "") == said


def test_of_a_database_without_tables_only_that_is_said(cluster: EmbeddedCluster) -> None:
    cluster.create_database("no_tables")
    bare = Database(cluster, "no_tables")
    with bare.engine(SUPERUSER).begin() as connection:
        create_roles(connection)
    with engine_at(bare.url(AUDITOR), statement_timeout_ms=20_000) as engine:
        assert list(examine(engine, utc_now())) == [(Examined.MIGRATIONS, f"at base, and this version has {head()}")]
    bare.dispose()


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    engine = engine_for("postgresql+psycopg://x@127.0.0.1:1/x", statement_timeout_ms=1000)
    with pytest.raises(Unavailable):
        list(examine(engine, datetime(2026, 11, 21, tzinfo=UTC)))
