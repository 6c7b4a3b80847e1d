"""Whether the database can serve, and how much waits in it, for machines that watch. Nothing is about a case."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from casetrack.domain.ids import Instant
from casetrack.persistence.db import db
from casetrack.persistence.log import SqlLog
from casetrack.persistence.schema import head
from casetrack.services.verifying_journal import LATE

INTEGRITY_FAILURES: Final = text("SELECT integrity_failures()")
"""A number, which a function of the definer's counts in `ix_events_integrity`: whoever asks reads no event."""


def troubles(now: Instant) -> tuple[str, ...]:
    """What keeps casetrack from serving, a code for each: `database`, `migrations`, `sequencer`; or nothing."""
    try:
        with db.session.begin():
            current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
            late = SqlLog(db.session()).queue_age(now) > LATE
    except SQLAlchemyError:
        return ("database",)
    finally:
        db.session.remove()
    found = (("migrations", current != head()), ("sequencer", late))
    return tuple(code for code, is_so in found if is_so)


def counts(now: Instant) -> Mapping[str, int]:
    """How much there is of what an operator watches, by name; `integrity_failures` since the log began.

    `log_delay_seconds` is how long the oldest event has waited for its place in the log: the merge delay.
    """
    asked: tuple[tuple[str, Callable[[SqlLog], int]], ...] = (
        ("log_entries", SqlLog.size),
        ("log_queue", SqlLog.queue_length),
        ("log_delay_seconds", lambda log: int(log.queue_age(now).total_seconds())),
    )
    try:
        with db.session.begin():
            log = SqlLog(db.session())
            failures = db.session.scalar(INTEGRITY_FAILURES) or 0
            return {**{name: count(log) for name, count in asked}, "integrity_failures": failures}
    finally:
        db.session.remove()
