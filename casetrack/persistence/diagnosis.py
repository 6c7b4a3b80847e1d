"""What is wrong with a database, as the role that verifies sees it: how it keeps things, and who may do what."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, TextClause, text

from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.ids import Instant
from casetrack.persistence import schema
from casetrack.persistence.ready import NotDurable, check_durability
from casetrack.persistence.refusals import refusing
from casetrack.persistence.roles import APP, AUDITOR, JOBS, KEEPER, OWNER, SEQUENCER, SETTINGS
from casetrack.services.verifying_journal import LATE


class Examined(StrEnum):
    """What is looked at."""

    MIGRATIONS = "migrations"
    DURABILITY = "durability"
    ROLES = "roles"
    SETTINGS = "settings"
    WALLS = "walls"
    FOR_EVER = "for-ever"
    CLOCK = "clock"
    QUEUE = "queue"
    INTEGRITY = "integrity"


SKEW: Final = timedelta(seconds=5)
LATELY: Final = timedelta(hours=24)
COUNTED: Final = timedelta(days=30)

_SERVE: Final = (APP, AUDITOR, JOBS, KEEPER, SEQUENCER)
_MIGHTY: Final = text(
    "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND (rolsuper OR rolbypassrls OR rolcreaterole)"
)
_OWNED: Final = text(
    "SELECT relname FROM pg_class JOIN pg_roles r ON r.oid = relowner WHERE r.rolname = ANY(:roles) ORDER BY relname"
)
_LOCKING: Final = text(
    """
    SELECT DISTINCT r.rolname FROM pg_roles r, pg_proc p
    WHERE r.rolname = ANY(:roles) AND p.pronamespace = 'pg_catalog'::regnamespace AND p.proname LIKE 'pg\\_%advisory%'
      AND has_function_privilege(r.oid, p.oid, 'EXECUTE') ORDER BY r.rolname
    """
)
_TAKE_NO_TURNS: Final = (APP, AUDITOR, KEEPER)
_SET: Final = text(
    """
    SELECT r.rolname, unnest(s.setconfig) AS setting
    FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY s.setdatabase
    """
)
"""What each role begins with; what is set for this database alone comes last, and counts."""
_TOLD: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database() AND s.setrole = 0 AND 'casetrack.past=told' = ANY (s.setconfig)
    )
    """
)
"""Whether a past is told here: asked of the catalogue, as `past_is_told` asks it."""
_OPEN_WALLS: Final = text(
    """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      AND c.relname = ANY(:tables) ORDER BY c.relname
    """
)
_WALLED: Final = (
    *("cases", "holdings", "milestone_records", "transfers", "case_keys", "wraps", "sealed_values", "file_chunks"),
    *("index_tags", "events", "event_shown", "proposals", "legal_holds", "tombstones"),
)
_ALWAYS: Final = text("SELECT count(*) FROM pg_trigger WHERE tgname = ANY(:triggers) AND tgenabled = 'A'")
_TRIGGERS: Final = (
    *("events_are_for_ever", "shown_is_for_ever", "records_are_for_ever", "leaves_are_for_ever"),
    *("checkpoints_are_for_ever", "events_are_queued", "tombstones_are_for_ever", "stones_stand_for_ever"),
)
_REWRITES: Final = text(
    """
    SELECT count(*) FROM unnest(CAST(:roles AS text[])) AS role, unnest(CAST(:tables AS text[])) AS kept
    WHERE has_any_column_privilege(role, kept, 'UPDATE') OR has_table_privilege(role, kept, 'DELETE, TRUNCATE')
    """
)
_KEPT: Final = ("events", "event_shown", "milestone_records", "leaves", "checkpoints", "tombstones")
_QUEUED: Final = text("SELECT count(*) AS number, min(queued_at) AS since FROM log_queue")
_BROKEN: Final = text(
    """
    SELECT count(*) FILTER (WHERE at > :yesterday) AS lately, count(*) AS counted
    FROM events WHERE refusal = :refusal AND at > :since
    """
)
_NOW: Final = text("SELECT clock_timestamp()")


def examine(engine: Engine, now: Instant) -> Iterator[tuple[Examined, str]]:
    """Each thing that was looked at, with what is wrong with it; an empty text if nothing is.

    `Unavailable` if the database does not answer.
    """
    with refusing(), engine.connect() as connection:
        current, head = schema.current(connection), schema.head()
        yield Examined.MIGRATIONS, "" if current == head else f"at {current or 'base'}, and this version has {head}"
        if current is None:
            return
        yield Examined.DURABILITY, _durability(connection)
        yield Examined.ROLES, _roles(connection)
        yield Examined.SETTINGS, _settings(connection)
        walls = _names(connection, _OPEN_WALLS, tables=list(_WALLED))
        yield Examined.WALLS, walls and f"row-level security is not forced on {walls}"
        yield Examined.FOR_EVER, _for_ever(connection)
        found = connection.scalar(_NOW)
        skew = abs(found - now) if isinstance(found, datetime) else timedelta()
        yield Examined.CLOCK, "" if skew <= SKEW else f"{skew.total_seconds():.0f} seconds from the database's clock"
        yield Examined.QUEUE, _late(connection, now)
        yield Examined.INTEGRITY, _broken(connection, now)


def _late(connection: Connection, now: Instant) -> str:
    """How long events wait for their place in the log, if that is longer than they may."""
    waiting = connection.execute(_QUEUED).one()
    waited = now - waiting.since if waiting.since is not None else timedelta()
    if waited <= LATE:
        return ""
    seconds, limit = waited.total_seconds(), LATE.total_seconds()
    wait = "event waits, and has" if waiting.number == 1 else "events wait, the oldest of which has"
    return f"{waiting.number} {wait} waited {seconds:.0f} seconds; the limit is {limit:.0f}"


def _broken(connection: Connection, now: Instant) -> str:
    """How often something was refused because what is stored is not what was sealed."""
    asked = {"yesterday": now - LATELY, "since": now - COUNTED, "refusal": IntegrityBroken.__name__}
    found = connection.execute(_BROKEN, asked).one()
    return f"{found.lately} times in 24 hours, {found.counted} times in 30 days" if found.counted else ""


def _durability(connection: Connection) -> str:
    try:
        check_durability(connection)
    except NotDurable as refused:
        return str(refused)
    return ""


def _roles(connection: Connection) -> str:
    """None of our roles is above the rules, and those that serve own nothing."""
    mighty = _names(connection, _MIGHTY, roles=[OWNER, *_SERVE])
    owned = _names(connection, _OWNED, roles=list(_SERVE))
    locking = _names(connection, _LOCKING, roles=list(_TAKE_NO_TURNS))
    wrong = (
        mighty and f"{mighty} may bypass row-level security",
        owned and f"a role that serves owns {owned}",
        locking and f"{locking} may take the lock of the log",
    )
    return "; ".join(filter(None, wrong))


def _settings(connection: Connection) -> str:
    """Each role begins with what it was given. PostgreSQL lets every role change its own, so somebody has to look."""
    begins: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(_SET):
        name, _, value = row.setting.partition("=")
        begins[row.rolname][name] = value
    wrong = (
        f"{role} {name}"
        for role, settings in SETTINGS.items()
        for name, value in settings.items()
        if begins[role].get(name) != value
    )
    changed = ", ".join(wrong)
    told = connection.scalar(_TOLD)
    found = (changed and f"not as it was given: {changed}", told and "an event may say any time (casetrack.past)")
    return "; ".join(filter(None, found))


def _for_ever(connection: Connection) -> str:
    """Nobody may change what is kept for ever, and the triggers that refuse it are on for everybody."""
    triggers = connection.scalar(_ALWAYS, {"triggers": list(_TRIGGERS)})
    rewrites = connection.scalar(_REWRITES, {"roles": list(_SERVE), "tables": list(_KEPT)})
    if triggers != len(_TRIGGERS):
        return "a trigger that keeps the log from being changed is off"
    return "a role that serves may change the log" if rewrites else ""


def _names(connection: Connection, question: TextClause, **asked: list[str]) -> str:
    return ", ".join(str(name) for name in connection.scalars(question, asked))
