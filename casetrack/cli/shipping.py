"""`casetrack audit ship`: the log as lines for a log shipper, in the Elastic Common Schema, and pseudonymous."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

import click

from casetrack.app import key_folder
from casetrack.audit.succession import LogKeys
from casetrack.cli.commands import Surroundings, example, here
from casetrack.cli.house import database, house_at
from casetrack.cli.worker import stopping
from casetrack.config import Config
from casetrack.exchange import ecs
from casetrack.gateways.line_file import LineFile
from casetrack.persistence.installing import engine_at
from casetrack.persistence.log import SqlLog
from casetrack.persistence.work import begin_log
from casetrack.services.shipping import ShipmentDiffers, check_shipped, note_shipment, told_next

LOOKED_EVERY_S: Final = 1.0
"""How often somebody who follows looks for more."""
PRINTED: Final = "-"
"""The name that a file has by convention which is standard output. A file of that name is ./- to a command line."""


@dataclass(frozen=True)
class Sink:
    """Where the lines go: what is there already ends with the line of `last`, if anything is."""

    last: ecs.Place | None
    add: Callable[[bytes], None]


@click.command(epilog=example("casetrack audit ship --out casetrack.ndjson --follow"))
@click.option("--out", default=PRINTED, metavar="FILE", help="Add to FILE, not print; - prints, as without it.")
@click.option("--follow", is_flag=True, help="Go on with what is signed later, until this is stopped.")
@here
def ship(around: Surroundings, out: str, *, follow: bool) -> None:
    """Print every entry of the log that a signed checkpoint covers as a line of JSON, for a log shipper.

    The lines are of the Elastic Common Schema: who did what when, by ids and codes alone. With --out they go to a file,
    and go on where that ends, so that it has each entry once, however often this was stopped. That it was begun, and
    after which entry, is on the log each time.
    """
    config = around.config
    timeout_ms = config.database.statement_timeout_ms
    with (
        _sink(None if out == PRINTED else around.folder / out) as sink,
        database(config) as addresses,
        engine_at(addresses.auditor, statement_timeout_ms=timeout_ms) as engine,
    ):
        shipping = Shipping(config, partial(begin_log, engine))
        start = shipping.after(sink.last)
        # Before the first line leaves; and the keys that this needs are shut again while the log is followed.
        with house_at(config, addresses) as at, at.work("audit ship") as work:
            note_shipment(work, start)
        with stopping(None) as stop:
            count = _shipped(shipping, start, sink, stop, follow=follow)
    click.echo(f"{count} entries of {key_folder(config).chain().of(config.service.name).origin}.", err=True)


@dataclass(frozen=True)
class Shipping:
    """The log, as it is shipped: of which deployment, and how it is read."""

    config: Config
    begin: Callable[[], AbstractContextManager[SqlLog]]

    @contextmanager
    def read(self) -> Iterator[tuple[SqlLog, LogKeys]]:
        """The log that the deployment has now, and its keys that are believed now: they may be renewed meanwhile."""
        chain = key_folder(self.config).chain()
        with self.begin() as every:
            yield every.since(chain.base), chain.of(self.config.service.name)

    def after(self, last: ecs.Place | None) -> int:
        """The index that comes after that place, which must be of this log."""
        if last is None:
            return 0
        with self.read() as (log, keys):
            if last.origin != keys.origin:
                raise ShipmentDiffers
            check_shipped(log, keys, last.index, last.event)
        return last.index + 1

    def lines(self, start: int) -> Sequence[bytes]:
        """The lines of the next few entries from that index on; none if no checkpoint covers more."""
        with self.read() as (log, keys):
            told = told_next(log, keys, start)
        return [ecs.line(each, self.config.service.name, keys.origin) for each in told]


def _shipped(shipping: Shipping, start: int, sink: Sink, stop: Event, *, follow: bool) -> int:
    """Everything from there on is where it goes, or somebody said to stop; gives how many entries that are in all."""
    index = start
    while not stop.is_set():
        lines = shipping.lines(index)
        if lines:
            sink.add(b"".join(lines))
            index += len(lines)
        elif not follow or stop.wait(LOOKED_EVERY_S):
            break
    return index


@contextmanager
def _sink(out: Path | None) -> Iterator[Sink]:
    if out is None:
        yield Sink(None, _print)
        return
    with LineFile.adding_to(out, ecs.BEGINNING) as file:
        yield Sink(file.last(ecs.read_place), file.add)


def _print(lines: bytes) -> None:
    """Those lines are printed. A pipe whose reader has gone ends the command as it ends any other."""
    try:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as refused:
        # What could not be written would be tried again as the process ends, and Python would tell of that in its way.
        with suppress(OSError):
            sys.stdout.close()
        message = f"Standard output takes no more lines ({refused.strerror}). Mend that, and run this again."
        raise click.ClickException(message) from None
