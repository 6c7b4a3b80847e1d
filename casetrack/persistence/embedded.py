"""The embedded PostgreSQL: a server of one's own in a local folder, for a demo, a test or one small service.

It listens on a socket in that folder and never on a network. Whoever runs as the account that the folder belongs to,
or as root, may connect as any role; nobody else may connect. The command that started the server stops it. If that
command is killed the server stays, and the next command to start it takes it over.

    <folder>/cluster   PostgreSQL's files, its log (server.log) among them; only the server's account may enter
    <folder>/socket    where it listens; a link to a short temporary folder where this path is too long for a socket
    <folder>/starter   locked while the command runs that will stop the server
    <folder>/server    locked while any process of the server runs
"""

import fcntl
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import URL

from casetrack.persistence.programs import MAJOR, EmbeddedRefused, OsAccount, account_for, programs_for, run

SUPERUSER: Final = "postgres"

SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "casetrack",
}
"""Nothing acknowledged is lost, and the log holds no statement and no value of a row or parameter.

They stand on the server's command line, which outranks its files and ALTER SYSTEM.
"""

_NEW: Final = (
    f"--username={SUPERUSER}",
    "--auth-local=peer",
    "--auth-host=reject",
    "--data-checksums",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
"""Texts sort by code point and by PostgreSQL's own rules: no update of the machine's libraries disorders an index."""

_PORT: Final = 5432
_SOCKET_FILES: Final = (f".s.PGSQL.{_PORT}", f".s.PGSQL.{_PORT}.lock")
_LONGEST_SOCKET: Final = 100
"""Bytes; the kernel takes 107."""

_HERE: Final = "/proc/self/cwd"
"""The server knows its folder by this name alone, so the folders above may be closed to the account it runs as."""

_PATIENCE_S: Final = 60
_PAUSE_S: Final = 0.1
_PRIVATE: Final = 0o700
_PASSABLE: Final = 0o711


class EmbeddedCluster:
    """One PostgreSQL server in one folder, started by whoever comes first and shared by all who come while it runs."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made or started yet."""
        self.folder = folder.absolute()
        self._cluster = self.folder / "cluster"
        self._socket = self.folder / "socket"
        self._starter: int | None = None

    def __enter__(self) -> Self:
        """The server runs, and stops at the end of the block if it was started here."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_starter(self) -> bool:
        """Whether this object started the server, or took it over, and so will stop it."""
        return self._starter is not None

    def is_running(self) -> bool:
        """Whether the server answers."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """The server answers: a new one, one that another command runs, or one whose starter was killed.

        Raises `EmbeddedRefused`, which says why, if it can be neither started nor reached.
        """
        try:
            self._start()
        except OSError as refused:
            self._release()
            raise EmbeddedRefused(
                f"This account cannot make or enter the embedded database in {self.folder}: {refused.strerror}. "
                "Run casetrack as the account that the folder belongs to."
            ) from refused
        except BaseException:
            self._release()
            raise

    def stop(self) -> None:
        """The server has ended well, if it was started here; a server that others started still runs."""
        if not self.is_starter:
            return
        try:
            if self._server_lives():
                self._shut_down()
            if self._socket.is_symlink():
                self._clear_socket()
        finally:
            self._release()

    def url(self, role: str, database: str) -> str:
        """Where that database is for that role. The socket asks which account calls, so it holds no secret."""
        query = {"host": self._host(), "port": str(_PORT)}
        return URL.create("postgresql+psycopg", username=role, database=database, query=query).render_as_string()

    def create_database(self, name: str) -> None:
        """There is a database of that name; a new one belongs to the superuser."""
        with self._connect() as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _host(self) -> str:
        return str(self._socket.readlink() if self._socket.is_symlink() else self._socket)

    def _connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(
            host=self._host(), port=_PORT, user=SUPERUSER, dbname=SUPERUSER, connect_timeout=5, autocommit=True
        )

    def _start(self) -> None:
        """Wait for a server that is starting, recovering or stopping, and launch one as soon as there is none."""
        self.folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        until = time.monotonic() + _PATIENCE_S
        self._become_starter()
        while not self.is_running():
            if time.monotonic() > until:
                raise EmbeddedRefused(f"PostgreSQL runs in {self.folder} and does not answer: {self._last_words()}")
            self._become_starter()
            server = self._lock("server") if self.is_starter else None
            if server is None:
                time.sleep(_PAUSE_S)
                continue
            try:
                self._launch(server)
            finally:
                os.close(server)

    def _become_starter(self) -> None:
        if self._starter is None:
            self._starter = self._lock("starter")

    def _lock(self, name: str) -> int | None:
        """An open file with the one lock on it, or None. The lock ends with its last holder, however that ends."""
        lock = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            place = self.folder.stat()
            os.fchown(lock, place.st_uid, place.st_gid)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _release(self) -> None:
        if self._starter is not None:
            os.close(self._starter)
            self._starter = None

    def _server_lives(self) -> bool:
        """Whether any process of the server is left: each has held the lock since it began."""
        lock = self._lock("server")
        if lock is not None:
            os.close(lock)
        return lock is None

    def _launch(self, server: int) -> None:
        """The server answers, and its processes hold the lock `server` from now on."""
        account = account_for(self._cluster)
        programs = programs_for(account)
        if not self._cluster.exists():
            self._make(programs, account)
        found = (self._cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise EmbeddedRefused(
                f"The database in {self.folder} was made by PostgreSQL {found} and this is {MAJOR}: "
                "restore it from a backup."
            )
        # No process of the server is left. If its number is some other program's by now, PostgreSQL would not start.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = {**SETTINGS, "unix_socket_directories": self._place_for_socket(account)}
        options = shlex.join(f"--{name}={value}" for name, value in settings.items())
        arguments = ["start", "-D", _HERE, "-w", "-t", str(_PATIENCE_S), "-l", "server.log", "-o", options]
        started = run(programs / "pg_ctl", arguments, account=account, folder=self._cluster, keeps=[server])
        if started.returncode != 0:
            raise EmbeddedRefused(f"PostgreSQL did not start in {self.folder}: {self._last_words()}")

    def _shut_down(self) -> None:
        """No process of the server is left; what was not yet committed is undone."""
        account = account_for(self._cluster)
        arguments = ["stop", "-D", _HERE, "-m", "fast", "-w", "-t", str(_PATIENCE_S)]
        run(programs_for(account) / "pg_ctl", arguments, account=account, folder=self._cluster)
        until = time.monotonic() + _PATIENCE_S
        while self._server_lives():
            if time.monotonic() > until:
                raise EmbeddedRefused(f"PostgreSQL did not stop in {self.folder}: {self._last_words()}")
            time.sleep(_PAUSE_S)

    def _make(self, programs: Path, account: OsAccount) -> None:
        """A new cluster appears whole or not at all; what an interrupted beginning left is cleared away."""
        making = self.folder / "cluster.making"
        if making.exists():
            shutil.rmtree(making)
        _private_folder(making, account)
        made = run(programs / "initdb", ["-D", _HERE, *_NEW], account=account, folder=making)
        if made.returncode != 0:
            raise EmbeddedRefused(f"PostgreSQL could not make a database in {self.folder}: {_last_line(made.stderr)}")
        _write_over(making / "pg_hba.conf", "local all all peer map=casetrack\n")
        callers = sorted({account.name, "root"})
        _write_over(making / "pg_ident.conf", "".join(f"casetrack {caller} all\n" for caller in callers))
        making.rename(self._cluster)

    def _place_for_socket(self, account: OsAccount) -> str:
        """Where the server is to listen, as the server says it; the place is empty and the server's alone."""
        self._clear_socket()
        if max(len(os.fsencode(self._socket / name)) for name in _SOCKET_FILES) <= _LONGEST_SOCKET:
            _private_folder(self._socket, account)
            if not account.is_ours:
                self.folder.chmod(_PASSABLE)
            return "../socket"
        short = Path(tempfile.mkdtemp(prefix="casetrack-"))
        _hand_over(short, account)
        self._socket.symlink_to(short)
        return str(short)

    def _clear_socket(self) -> None:
        """What a server that was killed left behind is gone."""
        place = Path(self._host())
        if place.is_dir():
            for name in _SOCKET_FILES:
                (place / name).unlink(missing_ok=True)
            place.rmdir()
        if self._socket.is_symlink():
            self._socket.unlink()

    def _last_words(self) -> str:
        log = self._cluster / "server.log"
        return _last_line(log.read_text(errors="replace")) if log.exists() else "it wrote no log"


def _private_folder(folder: Path, account: OsAccount) -> None:
    folder.mkdir(mode=_PRIVATE)
    _hand_over(folder, account)


def _hand_over(folder: Path, account: OsAccount) -> None:
    if not account.is_ours:
        os.chown(folder, account.uid, account.gid)


def _write_over(path: Path, text: str) -> None:
    """The file holds that text and belongs to whom it did; a link in its place is refused."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "w", encoding="utf-8") as file:
        file.write(text)


def _last_line(text: str) -> str:
    """The last line that says what went wrong, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (wrong or lines or ["it said nothing"])[-1]
