"""What the tests of the second wall share: who asks, of which tables, and how the database refuses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

import pytest
import rfc8785
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from casetrack.app import utc_now
from casetrack.audit.entry import commit
from casetrack.domain.case import Case
from casetrack.domain.events import Refused
from casetrack.domain.holdings import Part
from casetrack.domain.ids import FileId
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.past import tell_no_past, tell_past
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, ERASER, JOBS, KEEPER, OWNER, SEQUENCER
from casetrack.persistence.work import ACT_AS
from casetrack.services.people import Account
from casetrack.services.ports import Scope
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
    "index_tags",
    "file_chunks",
    "events",
    "event_shown",
)
VIEWS = (
    *("parts_held", "cases_held", "parts_taken", "parts_at_hand", "cases_at_hand", "keys_held", "keys_at_hand"),
    *("cases_left", "stubs", "case_names", "value_digests", "case_references", "transfer_cases", "case_ties"),
    *("holdings_audited", "held_when"),
)
"""What the policies, and the application, ask who may see what."""
WITHIN = ("offers_to_me", "offers_taken")
"""What nothing asks but those views."""
OF_TWO_PEOPLE = ("proposals", "legal_holds", "tombstones")
"""What stays, or may, when the case that it is about is erased: `test_erasing` is about these."""
ELSEWHERE = {
    *("holders", "keysets", "accounts", "tokens", "sessions", "failures", "links", "shifts", "answers", "drafts"),
    *("quota_uses", "quota_raises"),
    *("log_queue", "leaves", "checkpoints", "cosignatures"),
}
ROLES = (OWNER, APP, SEQUENCER, JOBS, AUDITOR, KEEPER, DEFINER, ERASER)
INSUFFICIENT_PRIVILEGE, NO_SCOPE, FOR_EVER, UNTOLD = "42501", "CT001", "CT002", "CT005"

ACCEPT = text(
    "UPDATE transfers SET state = 'accepted', seen_at = sent_at, answered_at = sent_at, "
    "answered_by = coalesce(nullif(current_setting('casetrack.account', true), '')::uuid, sent_by) WHERE id = :id"
)

SEE: Final = "UPDATE transfers SET state = 'seen', seen_at = sent_at, version = version + 1 WHERE id = :id"
DECLINE: Final = (
    "UPDATE transfers SET state = 'declined', decline_reason = 'duplicate', seen_at = sent_at, answered_at = sent_at, "
    "answered_by = scope_account(), version = version + 1 WHERE id = :id"
)

WRITE: Final = (
    "INSERT INTO events (id, at, time_ms, action, account, holder, case_id, aggregate_id, case_version, step, aspect, "
    "refusal, attempted, holders_then, payload, salt, commitment) VALUES (gen_random_uuid(), :at, "
    "coalesce(CAST(:time_ms AS bigint), floor(extract(epoch FROM CAST(:at AS timestamptz)) * 1000)), :action, "
    ":account, :holder, :case, :aggregate, :version, :step, '', :refusal, :attempted, '{}', :payload, :salt, "
    ":commitment)"
)

IDS: Final = {"actor": "account", "case": "case", "transfer": "aggregate"}
"""By which member a payload says what stands in which column."""

Walled = tuple[World, Database]


class Full(NamedTuple):
    """A world, the database beneath it, and a case with a row in every table that is about cases."""

    world: World
    database: Database
    case: Case


def act_as(connection: Connection, scope: Scope) -> None:
    connection.execute(
        ACT_AS,
        {
            "account": str(scope.account or ""),
            "role": scope.role.value if scope.role else "",
            "holder": scope.holder or "",
            "national": "yes" if scope.national else "",
            "session": str(scope.session or ""),
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


def written(
    by: Account,
    *,
    payload: bytes | None = None,
    commitment: bytes | None = None,
    later: timedelta = timedelta(),
    detail: Mapping[str, Any] | None = None,
    **said: object,
) -> dict[str, Any]:
    """An event of now in that account's name, unless another time or name is said; what is signed says the same."""
    salt = bytes(32)
    nothing = dict.fromkeys(("time_ms", "case", "aggregate", "version", "step", "refusal", "attempted"))
    of_them = {"at": utc_now() + later, "action": "case:view", "account": by.id, "holder": by.holder}
    row: dict[str, Any] = {**of_them, **nothing, **said}
    payload = rfc8785.dumps(signed(row, detail or {})) if payload is None else payload
    return {**row, "payload": payload, "salt": salt, "commitment": commitment or commit(payload, salt)}


def signed(row: Mapping[str, Any], detail: Mapping[str, Any]) -> dict[str, Any]:
    """What the payload of such a row says of it."""
    attempt = {"reference": row["attempted"]} if row["attempted"] else {}
    return {
        "event": Refused.__name__ if row["attempted"] else "",
        "at": row["at"].isoformat(),
        "action": row["action"],
        **{name: str(row[column]) if row[column] else None for name, column in IDS.items()},
        "holder": row["holder"],
        "case_version": row["version"],
        "step": row["step"],
        "refusal": row["refusal"],
        "holders_then": [],
        "words": None,
        "detail": {**attempt, **detail},
    }


@contextmanager
def now_alone(database: Database) -> Iterator[None]:
    """Inside the block the database tells of no past, as where people work."""
    with database.engine(SUPERUSER).begin() as connection:
        tell_no_past(connection)
    try:
        yield
    finally:
        with database.engine(SUPERUSER).begin() as connection:
            tell_past(connection)


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
        stores.tags.replace(case.id, Part.IDENTITY, [builders.new_tag(world.sender.holder)])
        stores.files.add(case.id, Part.SUPPORT, FileId(uuid4()), builders.new_chunks())
        stores.journal.write(builders.new_entry(builders.listed([case], world.sender), world.sender))
    world.offer(kept)
    return kept


def rows(connection: Connection, table: str) -> int:
    count = connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table of ours
    return int(count or 0)
