"""What the tests that kill share: an installation, the plug that it can be pulled from, the instant, and what is left.

What runs is killed by a signal that no program is asked about. It may be one process, while the database stays and
gives back what that process had in hand; or everything, PostgreSQL with it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, text

from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from tests.cli.installation import PASSPHRASE, Installation, running_in
from tests.journeys.visitor import Visitor

NOT_SERVED: Final = 9
"""The port that settings name where nobody is served."""
PATIENCE_S: Final = 60
PAUSE_S: Final = 0.05
A_MOMENT_S: Final = 0.001
AT_WORK: Final = "SELECT count(*) FROM pg_stat_activity WHERE usename = :role AND xact_start IS NOT NULL"
IN_HAND: Final = "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'casetrack%' AND xact_start IS NOT NULL"
SETTINGS: Final = """
[service]
name = "casetrack.kill.test"
[folder]
data = {folder}
[keys]
passphrase_file = "passphrase"
[server]
port = {port}
[cookies]
secure = false
[log]
level = "error"
"""


@dataclass
class Power:
    """An installation as its commands make and run it, and the plug that it can be pulled from."""

    folder: Path
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *words: str) -> str:
        """What the command said; it must end well."""
        return subprocess.run(self._line(words), capture_output=True, check=True, text=True).stdout

    def on(self) -> None:
        """Pages and log are served, by processes of their own."""
        for words in (("serve",), ("worker",)):
            self.running.append(subprocess.Popen(self._line(words), start_new_session=True))
            wait_until(self._answers, PAUSE_S)

    def off(self) -> None:
        """Everything that runs is killed: the servers, their workers, and every process of PostgreSQL."""
        doomed = {process.pid for process in self.running}
        with suppress(FileNotFoundError):
            doomed.add(int((self.folder / "data/postgres/cluster/postmaster.pid").read_text().split()[0]))
        doomed |= {child for parent in doomed for child in _children(parent)}
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.running:
            process.wait()
        self.running.clear()

    def _line(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "casetrack", "--config", str(self.folder / "config.toml"), *words]

    def _answers(self) -> bool:
        with suppress(OSError, HTTPException):
            return Visitor("127.0.0.1", self.port).request("GET", "/healthz").status == HTTPStatus.OK
        return False


@contextmanager
def power_in(folder: Path, port: int = NOT_SERVED) -> Iterator[Power]:
    """An installation in that folder with its power off; it is off at the end, and no process is left behind."""
    power = Power(folder, port)
    folder.joinpath("passphrase").write_text(PASSPHRASE)
    settings = SETTINGS.format(folder=json.dumps(str(folder / "data")), port=port)
    folder.joinpath("config.toml").write_text(settings)
    power.command("db", "upgrade")
    yield power
    power.off()
    with EmbeddedCluster(folder / "data" / "postgres"):
        """What was killed is taken over once more, so that it ends well and leaves no process behind."""


@contextmanager
def installed_in(folder: Path) -> Iterator[Installation]:
    """An installation in that folder, whose database stays up; a process of its own finds the passphrase in a file."""
    with running_in(folder) as here:
        folder.joinpath("passphrase").write_text(PASSPHRASE)
        folder.joinpath("config.toml").write_text('[keys]\npassphrase_file = "passphrase"\n')
        here.done("casetrack db upgrade")
        yield here


@dataclass(frozen=True)
class Onlooker:
    """Somebody who sees all of an installation's database at any instant, and waits for nobody."""

    here: Installation
    engine: Engine

    def count(self, question: str, **given: str) -> int:
        """The number that the question asks for."""
        with self.engine.connect() as connection:
            return connection.scalar(text(question), given) or 0

    def sees_at_work(self, role: str) -> bool:
        """Somebody is in a transaction in that role."""
        return self.count(AT_WORK, role=role) > 0

    def wait_for_quiet(self) -> None:
        """Nobody is in a transaction: what somebody had in hand who was killed is committed or undone."""
        wait_until(lambda: self.count(IN_HAND) == 0)


@contextmanager
def looking_on(here: Installation) -> Iterator[Onlooker]:
    """The installation's database, as its superuser sees it."""
    url = EmbeddedCluster(here.folder / "var" / "postgres").url(SUPERUSER, DATABASE)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
    yield Onlooker(here, engine)
    engine.dispose()


def kill(
    onlooker: Onlooker, line: str, *, begun: Callable[[], bool], after_s: float, pause_s: float = A_MOMENT_S
) -> None:
    """The command is killed so long after it has begun what matters, if it has not ended by then."""
    here = onlooker.here
    process = subprocess.Popen(here.command(line), cwd=here.folder, start_new_session=True, stdout=subprocess.DEVNULL)
    wait_until(lambda: process.poll() is not None or begun(), pause_s)
    assert process.poll() in (None, 0), "it was not refused"
    time.sleep(after_s)
    process.kill()
    process.wait()
    onlooker.wait_for_quiet()


def wait_until(true: Callable[[], bool], pause_s: float = A_MOMENT_S) -> None:
    """It is true now; `TimeoutError` if it does not come true."""
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(pause_s)


def all_is_well(here: Installation) -> None:
    """Every key is where it should be, and everything is as the log says that it was recorded."""
    assert "Every key is where it should be" in here.done("casetrack keys verify")
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")


def _children(pid: int) -> Iterator[int]:
    """Every process that came of it, and those that came of them."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(stat.parent.name)
                yield child
                yield from _children(child)
