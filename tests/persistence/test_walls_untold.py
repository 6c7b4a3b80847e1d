"""The second wall: nothing that is recorded changes without its event, whoever acts and by whatever way.

The statements here are a superuser's, whom no policy binds. Each is asked about as its transaction would end.
"""

from collections.abc import Mapping
from typing import Final

import pytest
from sqlalchemy import text

from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import APP, KEEPER
from tests.persistence.databases import TABLES, Database
from tests.persistence.walls import SEE, UNTOLD, WRITE, Full, as_, now_alone, refused, written

THE_END: Final = text("SET CONSTRAINTS ALL IMMEDIATE")
CASE: Final = "(SELECT id FROM cases LIMIT 1)"
ACCOUNT: Final = "(SELECT id FROM accounts ORDER BY id LIMIT 1)"
OTHER: Final = "(SELECT id FROM accounts ORDER BY id DESC LIMIT 1)"
EMPTY: Final = "decode(repeat('00', 32), 'hex')"
CHANGED: Final = (
    "UPDATE cases SET version = version + 1",
    "UPDATE cases SET status = status",
    "UPDATE holdings SET pseudonym = pseudonym",
    "UPDATE case_keys SET retired = true",
    "UPDATE sealed_values SET stored = stored",
    "UPDATE sealed_values SET superseded = version",
    "DELETE FROM wraps WHERE number IS NOT NULL",
    "DELETE FROM wraps WHERE number IS NULL",
    "UPDATE transfers SET decline_reason = decline_reason",
    "UPDATE transfers SET version = version + 1",
    "UPDATE accounts SET epoch = epoch + 1",
    "UPDATE accounts SET role = 'lead' WHERE NOT national",
    "UPDATE keysets SET certificate = certificate",
)
MADE: Final[Mapping[str, str]] = {
    "milestone_records": """
        SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), 'position', 99))).*
        FROM milestone_records r LIMIT 1
    """,
    "case_keys": f"SELECT {CASE}, 99, 'support', {EMPTY}, false",
    "file_chunks": f"SELECT gen_random_uuid(), 0, {CASE}, 'support', decode(repeat('00', 74), 'hex')",
    "legal_holds": f"""
        SELECT gen_random_uuid(), {CASE}, 1, 'complaint', 'eastmarch', {ACCOUNT}, now(), NULL, NULL, {EMPTY}, {EMPTY},
               'eastmarch', 1, ''
    """,
    "proposals": f"""
        SELECT gen_random_uuid(), 'erasure', {CASE}, {CASE}, 1, 'proposed', 'order', 'review', 1, 'eastmarch',
               'eastmarch', {ACCOUNT}, now(), NULL, NULL, NULL, {EMPTY}, {EMPTY}, {EMPTY}, 'eastmarch', 1, ''
    """,
    "tombstones": f"""
        SELECT gen_random_uuid(), 2, 2, false, {EMPTY}, '{{}}', gen_random_uuid(), 'order', 'review', {ACCOUNT}, 'mine',
               now(), {OTHER}, 'mine', now(), '{{}}', {EMPTY}, {EMPTY}, 'mine', 1, ''
    """,
    "tokens": f"SELECT gen_random_uuid(), 'mine', {EMPTY}, {ACCOUNT}, 0, now(), NULL, 1, ''",
    "shifts": f"SELECT {ACCOUNT}, 'contact-person', now()",
    "quota_raises": f"SELECT gen_random_uuid(), {ACCOUNT}, {OTHER}, now(), now() + interval '1 hour'",
}
"""A row that nobody told of, by its table."""
CHANGES: Final = (*CHANGED, *(f"INSERT INTO {table} {row}" for table, row in MADE.items()))
UNASKED: Final = {
    **dict.fromkeys(("events", "event_shown"), "is what tells"),
    **dict.fromkeys(("failures", "answers", "quota_uses"), "counts and remembers requests, and is nothing of a case"),
    "sessions": "lets in whoever signed in, which is an event; that it was used, or ran out, is none",
    "links": "is made with the account or its new password, which is an event",
    "drafts": "is what somebody has not kept yet",
    "index_tags": "follows from what is sealed, and is made anew from that",
    "holders": "comes with the keys of each, which are an event",
}
"""What the application or the keeper of the keys may write without an event, and why."""


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_without_its_event(full: Full, change: str) -> None:
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        assert connection.execute(text(change)).rowcount > 0
        assert refused(connection, str(THE_END)) == UNTOLD


def test_where_a_past_is_told_nothing_is_asked(full: Full) -> None:
    with full.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text(CHANGES[0]))
        connection.execute(THE_END)
        connection.rollback()


def test_what_is_told_may_change(full: Full) -> None:
    world, database, case = full
    with now_alone(database), as_(database, world.receiver) as connection:
        seen = connection.execute(text(f"{SEE} RETURNING version"), {"id": _offer(database)}).scalar_one()
        step = written(world.receiver, action="transfer:see", case=case.id, aggregate=_offer(database), step=seen)
        connection.execute(text(WRITE), step)
        connection.execute(THE_END)
        connection.rollback()


def test_the_event_of_another_step_tells_nothing_of_this_one(full: Full) -> None:
    world, database, _ = full
    with now_alone(database), as_(database, world.receiver) as connection:
        connection.execute(text(SEE), {"id": _offer(database)})
        connection.execute(text(WRITE), written(world.receiver, action="transfer:see"))
        assert refused(connection, str(THE_END)) == UNTOLD


def test_an_event_of_before_tells_nothing_of_now(full: Full) -> None:
    """The case is at that version already, and its event is there: of the transaction in which it came to be."""
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text("UPDATE cases SET high_risk = NOT high_risk"))
        assert refused(connection, str(THE_END)) == UNTOLD


def test_when_somebody_last_signed_in_is_no_event_of_the_account(full: Full) -> None:
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text("UPDATE accounts SET signed_in_at = now()"))
        connection.execute(THE_END)
        connection.rollback()


@pytest.mark.parametrize("role", [APP, KEEPER])
def test_of_every_table_that_a_role_may_write_it_is_asked_or_said_why_not(migrated: Database, role: str) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        asked = set(
            connection.scalars(
                text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'nothing_untold'"),
            )
        )
        written_by = {
            table
            for table in TABLES
            if connection.scalar(
                text(
                    "SELECT has_any_column_privilege(:role, :table, 'INSERT, UPDATE') "
                    "OR has_table_privilege(:role, :table, 'DELETE')"
                ),
                {"role": role, "table": table},
            )
        }
    assert written_by - asked - UNASKED.keys() == set()
    assert asked & UNASKED.keys() == set()
    tried = {*MADE, *(change.split()[2 if change.startswith("DELETE") else 1] for change in CHANGED)}
    assert tried == asked


def _offer(database: Database) -> object:
    with database.engine(SUPERUSER).connect() as connection:
        return connection.scalar(text("SELECT id FROM transfers"))
