"""Copies of the whole database, and what a copy must be found to hold: made and put back by PostgreSQL's own programs.

The programs are those of the embedded server's package; they speak to any server that is not newer than they are.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from casetrack.persistence import schema
from casetrack.persistence.programs import ENVIRONMENT, account_for, programs_for
from casetrack.persistence.refusals import refusing
from casetrack.persistence.repeating import SHUT

PIECE: Final = 1 << 18
TABLES: Final = tuple(sorted(table.name for table in schema.METADATA.sorted_tables))

_ANYTHING: Final = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'alembic_version%'"
)
_EMPTIED: Final = text("DROP TABLE IF EXISTS alembic_version")
"""All that is left of a database that was taken back to before the first revision."""
_CHECKPOINT: Final = text("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")


class BackupRefused(Exception):
    """A copy could not be made or put back; the message says why and what to do."""


@dataclass(frozen=True)
class Contents:
    """What a copy holds, by which whoever puts it back can tell that it is all there."""

    revision: str | None
    rows: Mapping[str, int]
    """How many rows each table has."""
    checkpoint: str | None
    """The newest signed checkpoint of the log."""


@contextmanager
def copying(url: str) -> Iterator[tuple[Contents, Iterator[bytes]]]:
    """What the database holds at this instant, and the bytes of a copy of exactly that.

    The role must be one that row-level security does not bind: a superuser, or one with BYPASSRLS.
    """
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with refusing(), engine.connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        arguments = ["--format=custom", f"--snapshot={snapshot}", f"--dbname={_place(url)}"]
        yield contents_of(connection), _read("pg_dump", arguments, url)


def put_back(url: str, copy: Iterable[bytes]) -> Contents:
    """The database holds what the copy holds, or what it held before: nothing. Gives what it now holds.

    The roles must be there; `BackupRefused` if anything else is. The role must be a superuser. From here on no role of
    ours may connect, before `repeating.let_in`: what was erased since the copy was made is still in it.
    """
    engine = create_engine(url, poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        if connection.scalar(_ANYTHING):
            raise BackupRefused("The database is not empty, and a copy is put back into an empty one alone.")
        connection.execute(_EMPTIED)
        connection.execute(SHUT)
    _write("pg_restore", ["--exit-on-error", "--single-transaction", f"--dbname={_place(url)}"], url, copy)
    with refusing(), engine.connect() as connection:
        return contents_of(connection)


def contents_of(connection: Connection) -> Contents:
    """What the database holds, as this connection sees it."""
    counted = (connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES)  # noqa: S608 - our own tables
    return Contents(
        revision=schema.current(connection),
        rows=dict(zip(TABLES, (found or 0 for found in counted), strict=True)),
        checkpoint=connection.scalar(_CHECKPOINT),
    )


def _read(program: str, arguments: Sequence[str], url: str) -> Iterator[bytes]:
    with _running(program, arguments, url, stdout=subprocess.PIPE) as running:
        if running.stdout is not None:
            while piece := running.stdout.read(PIECE):
                yield piece


def _write(program: str, arguments: Sequence[str], url: str, pieces: Iterable[bytes]) -> None:
    """The program is given every piece. If they end badly so does it, and keeps nothing."""
    with _running(program, arguments, url, stdin=subprocess.PIPE) as running:
        if running.stdin is None:
            return
        try:
            for piece in pieces:
                running.stdin.write(piece)
        except BrokenPipeError:
            pass  # It has ended already, and says below why.
        except BaseException:
            running.kill()
            raise
        with suppress(BrokenPipeError):
            running.stdin.close()


@contextmanager
def _running(
    program: str,
    arguments: Sequence[str],
    url: str,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> Iterator["subprocess.Popen[bytes]"]:
    """The program has run to a good end, or `BackupRefused` says why it did not."""
    path = programs_for(account_for(Path("/nonexistent"))) / program
    environment = {**ENVIRONMENT, "PGPASSWORD": make_url(url).password or "", "PGOPTIONS": "-c statement_timeout=0"}
    with subprocess.Popen(  # noqa: S603 - a program of the package, with arguments that this room writes
        [str(path), *arguments], env=environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    ) as running:
        yield running
        said = _last_line(running.stderr)
        if running.wait() != 0:
            raise BackupRefused(f"PostgreSQL's {program} did not end well: {said}")


def _place(url: str) -> str:
    """The address as libpq has it, without the password, which stands in no list of processes."""
    named = make_url(url)
    host = named.host or str(named.query.get("host", ""))
    port = named.port or str(named.query.get("port", ""))
    return make_conninfo(host=host, port=port, user=named.username, dbname=named.database)


def _last_line(stream: IO[bytes] | None) -> str:
    lines = stream.read().decode(errors="replace").strip().splitlines() if stream else []
    return lines[-1] if lines else "it said nothing"
