"""A database is made ready for casetrack by its superuser, once: the database itself, and the roles that may use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, NullPool, create_engine, text

from casetrack.persistence.db import db, engine_settings
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.ready import check_durability, current, downgrade, upgrade
from casetrack.persistence.refusals import refusing
from casetrack.persistence.roles import create_roles

DATABASE: Final = "casetrack"
"""What the database of an embedded server is called."""


def install(cluster: EmbeddedCluster) -> None:
    """The embedded server has the database and the roles. Doing it again changes nothing."""
    cluster.create_database(DATABASE)
    engine = create_engine(cluster.url(SUPERUSER, DATABASE), poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        create_roles(connection)


def is_installed(cluster: EmbeddedCluster) -> bool:
    """Whether the embedded server has the database."""
    engine = create_engine(cluster.url(SUPERUSER, SUPERUSER), poolclass=NullPool)
    found = text("SELECT count(*) FROM pg_database WHERE datname = :name")
    with refusing(), engine.connect() as connection:
        return bool(connection.scalar(found, {"name": DATABASE}))


def take_up(owner_url: str) -> None:
    """The schema is at the newest revision; `Unavailable` if the database does not answer."""
    with refusing():
        upgrade(owner_url)


def take_down(owner_url: str, to: str) -> None:
    """The schema is back at that revision; `Unavailable` if the database does not answer."""
    with refusing():
        downgrade(owner_url, to)


def revision_of(url: str) -> str | None:
    """The revision that the database is at; None before the first. `Unavailable` if it does not answer."""
    with refusing():
        return current(url)


def engine_for(url: str, *, statement_timeout_ms: int) -> Engine:
    """An engine of its own for a command that works beside the application, with one connection at a time."""
    return create_engine(url, pool_size=1, max_overflow=0, **engine_settings(statement_timeout_ms))


@contextmanager
def engine_at(url: str, *, statement_timeout_ms: int) -> Iterator[Engine]:
    """Such an engine, whose connection is closed at the end of the block."""
    engine = engine_for(url, statement_timeout_ms=statement_timeout_ms)
    try:
        yield engine
    finally:
        engine.dispose()


def require_durability(engine: Engine) -> None:
    """What is committed over the engine outlives a crash; otherwise `NotDurable`."""
    with refusing(), engine.connect() as connection:
        check_durability(connection)


def forget_connections() -> None:
    """The application of this context has no connection open that a process which comes of it could share."""
    db.engine.dispose()
