"""Whether a database is fit to be used: it has the schema of this version, and it keeps what it acknowledges."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, text

from casetrack.persistence import schema

DURABILITY: Final = ("fsync", "full_page_writes", "synchronous_commit")
"""With any of these off a crash loses acknowledged changes, and leaves signed checkpoints of a log that is gone."""

_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(hashtext('casetrack migrations'))")


class NotDurable(Exception):
    """The database may lose what it has acknowledged; the message names the settings to change."""


def upgrade(owner_url: str, to: str = "head") -> None:
    """The schema is at that revision, the newest unless another is named; a failure leaves it as it was."""
    with _alone(owner_url) as connection:
        schema.upgrade(connection, to)


def downgrade(owner_url: str, to: str) -> None:
    """The schema is back at that revision ("base" is before the first); a failure leaves it as it was."""
    with _alone(owner_url) as connection:
        schema.downgrade(connection, to)


def current(url: str) -> str | None:
    """The revision that the database is at, which any role may ask; None before the first."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return schema.current(connection)


def check_durability(connection: Connection) -> None:
    """What is committed on this connection outlives a crash, or `NotDurable` says which settings let it be lost."""
    found = connection.scalars(
        text("SELECT name FROM pg_settings WHERE name = ANY(:names) AND setting = 'off' ORDER BY name"),
        {"names": list(DURABILITY)},
    )
    if off := found.all():
        raise NotDurable(
            f"PostgreSQL runs with {' and '.join(off)} off, so a crash can lose what it has acknowledged. "
            "Turn this on in postgresql.conf, and for the role and the database, before casetrack uses it."
        )


@contextmanager
def _alone(owner_url: str) -> Iterator[Connection]:
    """One transaction. Of two commands that do this at once the second waits, and then finds nothing left to do."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(_TAKE_TURNS)
        yield connection
