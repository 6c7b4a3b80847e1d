"""Telling of the past: in a demonstration while it is built, and in tests, events may say another time than it is.

A setting of the database itself says so, which a superuser or whoever owns the database makes: no role of ours can.
What a session says of itself is never asked (`past_is_told` of the seventh migration).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NullPool, TextClause, create_engine, text

from casetrack.persistence.refusals import refusing

_HERE: Final = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {}', current_database()); END $$"
_TELL: Final[TextClause] = text(_HERE.format("SET casetrack.past = told"))
_TELL_NO_MORE: Final[TextClause] = text(_HERE.format("RESET casetrack.past"))


def tell_past(connection: Connection) -> None:
    """From the end of this transaction events may say any time."""
    connection.execute(_TELL)


def tell_no_past(connection: Connection) -> None:
    """From the end of this transaction events tell of now again."""
    connection.execute(_TELL_NO_MORE)


@contextmanager
def telling_past(superuser_url: str) -> Iterator[None]:
    """Inside the block events of that database may say any time."""
    engine = create_engine(superuser_url, poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        tell_past(connection)
    try:
        yield
    finally:
        with refusing(), engine.begin() as connection:
            tell_no_past(connection)
