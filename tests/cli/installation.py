"""An installation to run commands in: a folder, settings, and an embedded database that stays up between commands."""

import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from casetrack.cli.commands import Surroundings
from casetrack.cli.root import casetrack
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from casetrack.persistence.past import tell_no_past, tell_past

PASSPHRASE: Final = "only for tests"


@dataclass
class Installation:
    """Where commands are run."""

    folder: Path
    environ: dict[str, str] = field(default_factory=lambda: {"CASETRACK_PASSPHRASE": PASSPHRASE})

    def __post_init__(self) -> None:
        """There is a file of settings, so that every path is taken from the folder and none from where tests run."""
        self.folder.joinpath("config.toml").touch()

    def run(self, line: str, typed: str = "") -> Result:
        """What came of a command line, which begins with casetrack."""
        _, *arguments = shlex.split(line)
        around = Surroundings(self.environ, self.folder)
        # A command that fails otherwise than in one line is a fault of ours: its error is not caught.
        return CliRunner().invoke(casetrack, arguments, obj=around, input=typed, catch_exceptions=False)

    def done(self, line: str, typed: str = "") -> str:
        """What a command said that went well."""
        result = self.run(line, typed)
        assert result.exit_code == 0, result.output
        return result.output

    def refused(self, line: str, typed: str = "") -> str:
        """What a command said that was refused: a line for each thing that is wrong, and no traceback."""
        result = self.run(line, typed)
        assert result.exit_code != 0, result.output
        assert "Traceback" not in result.output
        return result.stderr

    def command(self, line: str) -> list[str]:
        """The command line as a process of its own runs it."""
        return [sys.executable, "-m", "casetrack", *shlex.split(line)[1:]]


@contextmanager
def running_in(folder: Path) -> Iterator[Installation]:
    """An installation whose embedded server runs until the end of the block, whichever command starts and stops."""
    with EmbeddedCluster(folder / "var" / "postgres"):
        yield Installation(folder)


def edited(here: Installation, *statements: str) -> None:
    """A superuser has done this, who has the database ask of no change whether it was told."""
    engine = create_engine(superuser_url(here))
    with engine.begin() as connection:
        tell_past(connection)
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        tell_no_past(connection)
    engine.dispose()


def superuser_url(here: Installation) -> str:
    """Where the database is, for its superuser."""
    return EmbeddedCluster(here.folder / "var" / "postgres").url(SUPERUSER, DATABASE)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
