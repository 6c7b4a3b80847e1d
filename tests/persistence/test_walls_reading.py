"""The second wall, read against: who sees which rows, whatever the program forgets to ask."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text

from casetrack.domain.actors import Role
from casetrack.persistence.roles import APP, OWNER
from tests import builders
from tests.builders import NORTHMARCH, scope_of
from tests.persistence.databases import Database
from tests.persistence.walls import (
    ABOUT_CASES,
    NO_SCOPE,
    VIEWS,
    Full,
    Walled,
    act_as,
    as_,
    refused,
    rows,
)


@pytest.mark.parametrize("table", ABOUT_CASES)
def test_to_a_strange_holder_every_table_is_empty(full: Full, table: str) -> None:
    with as_(full.database, full.world.stranger) as connection:
        assert rows(connection, table) == 0
    with as_(full.database, full.world.sender) as connection:
        assert rows(connection, table) > 0


@pytest.mark.parametrize("table", ABOUT_CASES)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_work_with_cases_sees_only_entries_of_the_log(full: Full, table: str, role: Role) -> None:
    account = builders.new_account(role=role)

    with as_(full.database, account) as connection:
        seen = rows(connection, table)
    assert (seen > 0) is (role is Role.AUDITOR and table in {"events", "event_shown"})


@pytest.mark.parametrize("table", ABOUT_CASES)
def test_the_owner_of_the_tables_reads_no_row_of_them(full: Full, table: str) -> None:
    with full.database.engine(OWNER).connect() as connection:
        assert rows(connection, table) == 0


@pytest.mark.parametrize("table", ABOUT_CASES)
def test_without_a_scope_nothing_about_a_case_is_answered(full: Full, table: str) -> None:
    with full.database.engine(APP).connect() as connection:
        assert refused(connection, f"SELECT count(*) FROM {table}") == NO_SCOPE  # noqa: S608 - a table of ours
        act_as(connection, builders.NOBODY)
        assert refused(connection, f"SELECT count(*) FROM {table}") == NO_SCOPE  # noqa: S608 - a table of ours


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_scope_no_view_is_answered(full: Full, view: str) -> None:
    with full.database.engine(APP).connect() as connection:
        assert refused(connection, f"SELECT count(*) FROM {view}") == NO_SCOPE  # noqa: S608 - a view of ours
    with as_(full.database, full.world.stranger) as connection:
        assert rows(connection, view) == 0


@pytest.mark.parametrize(
    "asked", ["setting('role')", "account()", "role()", "holder()", "caseworker()", "is_national()"]
)
def test_nobody_acts_until_somebody_said_who(migrated: Database, asked: str) -> None:
    with migrated.engine(APP).connect() as connection:
        assert refused(connection, f"SELECT scope_{asked}") == NO_SCOPE


def test_a_scope_ends_with_its_transaction_and_does_not_leak_over_a_pool(full: Full) -> None:
    engine = create_engine(full.database.url(APP), pool_size=1, max_overflow=0)
    try:
        for end in ("commit", "rollback"):
            with engine.connect() as connection:
                act_as(connection, scope_of(full.world.sender))
                assert rows(connection, "cases") == 1
                getattr(connection, end)()
            with engine.connect() as connection:
                assert refused(connection, "SELECT count(*) FROM cases") == NO_SCOPE
    finally:
        engine.dispose()


def test_threads_that_share_a_pool_each_see_their_own_holders_cases(walled: Walled) -> None:
    world, database = walled
    mine = {world.case().id for _ in range(3)}
    theirs = {world.case(world.receiver, NORTHMARCH).id for _ in range(2)}
    engine = create_engine(database.url(APP), pool_size=2, max_overflow=0)

    def seen(number: int) -> bool:
        account, expected = ((world.sender, mine), (world.receiver, theirs))[number % 2]
        with engine.connect() as connection:
            act_as(connection, scope_of(account))
            return set(connection.scalars(text("SELECT id FROM cases"))) == expected

    try:
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(seen, range(200)))
    finally:
        engine.dispose()
