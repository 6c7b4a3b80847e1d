"""Copies of the whole database: of one instant, put back whole into an empty one, or not at all."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from casetrack.domain.errors import NotPermitted
from casetrack.persistence.backups import TABLES, BackupRefused, contents_of, copying, put_back
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.roles import APP, create_roles
from casetrack.persistence.schema import head
from tests.persistence.databases import Database
from tests.persistence.worlds import World


@pytest.fixture
def empty(cluster: EmbeddedCluster) -> Iterator[Database]:
    """A database with the roles and nothing else."""
    name = "put_back"
    cluster.create_database(name)
    database = Database(cluster, name)
    with database.engine(SUPERUSER).begin() as connection:
        create_roles(connection)
    yield database
    database.dispose()
    with Database(cluster, "postgres").engine(SUPERUSER).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def copy_of(database: Database) -> bytes:
    with copying(database.url(SUPERUSER)) as (_, copy):
        return b"".join(copy)


def test_what_is_put_back_is_what_was_copied(walled: tuple[World, Database], empty: Database) -> None:
    world, database = walled
    world.offer(world.case())
    with copying(database.url(SUPERUSER)) as (contents, copy):
        taken = list(copy)

    assert put_back(empty.url(SUPERUSER), taken) == contents
    assert (contents.rows["cases"], contents.rows["transfers"], contents.revision) == (1, 1, head())
    assert contents.rows.keys() == set(TABLES)


def test_what_was_put_back_is_behind_the_same_walls(walled: tuple[World, Database], empty: Database) -> None:
    world, database = walled
    world.case()
    put_back(empty.url(SUPERUSER), [copy_of(database)])

    with empty.engine(SUPERUSER).connect() as connection:
        forced = connection.scalars(
            text("SELECT relforcerowsecurity FROM pg_class WHERE relname IN ('cases', 'holdings', 'events')")
        ).all()
        always = connection.scalar(text("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A'"))
        granted = connection.scalar(text(f"SELECT has_table_privilege('{APP}', 'events', 'UPDATE')"))
    assert (forced, always, granted) == ([True] * 3, 26, False)


def test_what_happens_while_it_is_made_is_not_in_it(walled: tuple[World, Database], empty: Database) -> None:
    world, database = walled
    world.case()
    with copying(database.url(SUPERUSER)) as (contents, copy):
        world.case()
        taken = list(copy)

    assert put_back(empty.url(SUPERUSER), taken).rows["cases"] == contents.rows["cases"] == 1


def test_a_database_with_anything_in_it_is_not_written_over(database: Database) -> None:
    with pytest.raises(BackupRefused, match="not empty"):
        put_back(database.url(SUPERUSER), [copy_of(database)])


def test_a_database_that_was_taken_down_is_empty_enough(database: Database, empty: Database) -> None:
    with empty.engine(SUPERUSER).begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num text PRIMARY KEY)"))

    assert put_back(empty.url(SUPERUSER), [copy_of(database)]).revision == head()


@pytest.mark.parametrize("kept", [0, 100, -100])
def test_a_copy_that_ends_early_leaves_nothing(database: Database, empty: Database, kept: int) -> None:
    with pytest.raises(BackupRefused, match="pg_restore"):
        put_back(empty.url(SUPERUSER), [copy_of(database)[:kept]])
    with empty.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")) == 0


def test_a_copy_that_turns_out_to_be_false_leaves_nothing(database: Database, empty: Database) -> None:
    def read() -> Iterator[bytes]:
        copy = copy_of(database)
        yield copy[: len(copy) // 2]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_back(empty.url(SUPERUSER), read())
    with empty.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")) == 0


def test_a_role_that_cannot_read_everything_makes_no_copy(walled: tuple[World, Database]) -> None:
    _, database = walled
    with pytest.raises(NotPermitted), copying(database.url("casetrack_auditor")) as (_, copy):
        list(copy)


def test_contents_are_counted_table_by_table(walled: tuple[World, Database]) -> None:
    world, database = walled
    world.case()
    with database.engine(SUPERUSER).connect() as connection:
        contents = contents_of(connection)

    assert contents.rows["cases"] == 1
    assert contents.checkpoint is None
