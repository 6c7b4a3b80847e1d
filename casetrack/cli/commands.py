"""What every command has: the settings of where it was started, an example in its help, a plain line for a fault."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.table import Table

from casetrack.app import NotFounded, PassphraseMissing, ServiceKeysBehind, ServiceKeysDiffer
from casetrack.audit.errors import LogRefused
from casetrack.config import Config, ConfigRefused, find_config, read_config
from casetrack.crypto.errors import CannotOpen, KeysOutOfReach, SuiteUnsupported
from casetrack.domain.catalogue_faults import FactsRefused
from casetrack.domain.errors import CasetrackError, Unavailable
from casetrack.gateways.evidence_folder import FolderTaken
from casetrack.gateways.line_file import LinesForeign, LinesTaken
from casetrack.gateways.service_file import NotKept, ServiceFileBroken
from casetrack.gateways.witness_files import StateBroken
from casetrack.persistence.backups import BackupRefused
from casetrack.persistence.programs import EmbeddedRefused
from casetrack.persistence.ready import NotDurable
from casetrack.persistence.refusals import DatabaseRefused
from casetrack.services.certificates import CertificateRefused
from casetrack.services.erasure_list import ErasureContradicted, ErasureListBroken
from casetrack.services.shipping import ShipmentDiffers

Handler = TypeVar("Handler", bound=Callable[..., Any])

FORESEEN: Final = (
    *(NotFounded, PassphraseMissing, CannotOpen, KeysOutOfReach, SuiteUnsupported, FactsRefused),
    *(ServiceKeysBehind, ServiceKeysDiffer, ServiceFileBroken, NotKept),
    *(LogRefused, EmbeddedRefused, NotDurable, DatabaseRefused, BackupRefused),
    *(ErasureListBroken, ErasureContradicted, CertificateRefused, FolderTaken, StateBroken),
    *(LinesForeign, LinesTaken, ShipmentDiffers),
)
"""What can be wrong outside of this program, each with a sentence that says so."""

WHOLE: Final = 10_000
"""Wider than any line of a table is."""
NO_ANSWER: Final = "The database does not answer, or not to this role. Start it, or correct [database] in the settings."


@dataclass
class Surroundings:
    """Where a command was started: the variables and the folder; and which file of settings it was told of."""

    environ: Mapping[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=Path.cwd)
    file: Path | None = None
    _config: Config | None = field(default=None, repr=False)

    @property
    def config(self) -> Config:
        """The settings, read when a command first asks for them."""
        if self._config is None:
            self._config = read_config(self.file or find_config(self.environ, self.folder), self.environ)
        return self._config


def show(table: Table) -> None:
    """The table is printed: as wide as a terminal is, and whole to where no terminal is, such as a file or a pipe."""
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, Console(width=WHOLE).measure(table).maximum)
    console.print(table)


@contextmanager
def plainly() -> Iterator[None]:
    """What can be foreseen to go wrong is said in a line each, without a traceback."""
    try:
        yield
    except ConfigRefused as refused:
        raise Faults(refused.faults) from None
    except Unavailable as refusal:
        raise click.ClickException(NO_ANSWER if type(refusal) is Unavailable else refusal.said) from None
    except CasetrackError as refusal:
        raise click.ClickException(refusal.said) from None
    except FORESEEN as foreseen:
        raise click.ClickException(str(foreseen)) from None


class Faults(click.ClickException):
    """Several things are wrong, and each has a line."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Keep the lines."""
        super().__init__("\n".join(faults))
        self.faults = faults

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click has it
        """Each line says that it is an error."""
        for fault in self.faults:
            click.echo(f"Error: {fault}", file=file, err=file is None)


class Commands(click.Group):
    """A group of commands that ends in one line when something foreseen goes wrong."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """The command's own answer."""
        with plainly():
            return super().invoke(ctx)


def example(line: str) -> str:
    """The end of a command's help; a test runs the line."""
    return f"Example:\n\n\b\n  {line}"


HELP: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

here = click.make_pass_decorator(Surroundings)
"""Hands a command its surroundings."""
