"""What the tests of the second wall share: who asks, of which tables, and how the database refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from casetrack.domain.case import Case
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, OWNER, SEQUENCER
from casetrack.persistence.work import ACT_AS
from casetrack.services.ports import Account, Scope
from tests import builders
from tests.builders import FAMILY_NAME, scope_of
from tests.persistence.databases import Database
from tests.persistence.worlds import World

ABOUT_CASES = (
    "cases",
    "holdings",
    "milestone_records",
    "transfers",
    "case_keys",
    "wraps",
    "sealed_values",
    "events",
    "event_shown",
)
ELSEWHERE = {
    *("holders", "keysets", "accounts", "tokens", "sessions", "failures", "links", "shifts", "answers", "drafts"),
    *("log_queue", "leaves", "checkpoints"),
}
ROLES = (OWNER, APP, SEQUENCER, AUDITOR, DEFINER)
INSUFFICIENT_PRIVILEGE, NO_SCOPE, FOR_EVER = "42501", "CT001", "CT002"

Walled = tuple[World, Database]


def act_as(connection: Connection, scope: Scope) -> None:
    connection.execute(
        ACT_AS,
        {
            "account": str(scope.account or ""),
            "role": scope.role.value if scope.role else "",
            "holder": scope.holder or "",
            "national": "yes" if scope.national else "",
        },
    )


@contextmanager
def as_(database: Database, account: Account, role: str = APP) -> Iterator[Connection]:
    with database.engine(role).connect() as connection:
        act_as(connection, scope_of(account))
        yield connection


def refused(connection: Connection, statement: str, **parameters: object) -> str:
    """The condition by which the database refuses it."""
    with pytest.raises(DBAPIError) as error:
        connection.execute(text(statement), parameters)
    connection.rollback()
    return str(getattr(error.value.orig, "sqlstate", ""))


def full_case(world: World) -> Case:
    """A case with a row in every table that is about cases."""
    by = builders.actor_of(world.sender)
    case = builders.new_case(world.sender)
    case = case.reopen_milestone("risk-assessed", id=builders.new_account().id, by=by, at=builders.NINE)
    with world.as_(world.sender) as stores:
        kept = builders.keep_case(stores, case)
        builders.journal_changes(stores, case, world.sender)
        stores.keys.add(builders.new_key(case))
        stores.keys.add_wraps([builders.new_wrap(case, by=world.sender.holder, recipient=world.sender.holder)])
        stores.values.add([builders.new_value(case), builders.new_value(case, label=FAMILY_NAME)])
        stores.journal.write(builders.new_entry(builders.listed([case], world.sender), world.sender))
    world.offer(kept)
    return kept


def rows(connection: Connection, table: str) -> int:
    count = connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table of ours
    return int(count or 0)
