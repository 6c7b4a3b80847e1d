"""`casetrack doctor`: what is wrong with this installation, and how to mend it."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from casetrack.app import PassphraseMissing, key_folder, open_deployment, utc_now
from casetrack.audit.checkpoint import open_checkpoint
from casetrack.audit.errors import LogRefused
from casetrack.audit.verify import verify_frontier
from casetrack.cli.backups import read_stamps
from casetrack.cli.commands import FORESEEN, Surroundings, example, here
from casetrack.cli.house import Addresses, among_stores, database
from casetrack.config import Config
from casetrack.domain.errors import CasetrackError
from casetrack.gateways.keyfolder import KeyFolder
from casetrack.persistence.diagnosis import Examined, examine
from casetrack.persistence.installing import engine_at
from casetrack.persistence.work import begin_log
from casetrack.services.checkpoints import CheckpointVerifier, origin_of

OLDEST_COPY: Final = timedelta(days=2)
OLDEST_PROOF: Final = timedelta(days=31)
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

MENDING: Final = {
    Examined.MIGRATIONS: ("The database has this version's tables", "Run: casetrack db upgrade"),
    Examined.DURABILITY: ("What is acknowledged outlives a crash", "Turn the settings on in postgresql.conf"),
    Examined.ROLES: (
        "No role is above row-level security",
        "Take the attribute from the role: ALTER ROLE … NOBYPASSRLS",
    ),
    Examined.WALLS: (
        "Row-level security is forced",
        "ALTER TABLE … FORCE ROW LEVEL SECURITY, and find out who took it off",
    ),
    Examined.FOR_EVER: (
        "The log cannot be rewritten",
        "ALTER TABLE … ENABLE ALWAYS TRIGGER, and find out who turned it off",
    ),
    Examined.CLOCK: ("The clocks agree", "Run a time service on both machines"),
    Examined.QUEUE: ("Events reach the log at once", "Run: casetrack worker"),
}
"""What each examination of the database is about, and how to mend what it finds."""


@dataclass(frozen=True)
class Result:
    """One thing that was looked at, what is wrong with it (or nothing), and how to mend that."""

    name: str
    wrong: str = ""
    mend: str = ""


@click.command(epilog=example("casetrack doctor"))
@here
def doctor(around: Surroundings) -> None:
    """Say what is wrong with this installation and how to mend it; ends with 1 if anything is."""
    table = Table("Looked at", "Found", "How to mend it")
    wrong = 0
    for result in look(around.config):
        wrong += bool(result.wrong)
        table.add_row(result.name, f"[red]{result.wrong}[/]" if result.wrong else "[green]well[/]", result.mend)
    Console().print(table)
    if wrong:
        raise click.ClickException(f"{wrong} to mend.")


def look(config: Config) -> Iterator[Result]:
    """Everything that is looked at, from the ground up; what stands on something that is broken is not."""
    try:
        keys = key_folder(config)
    except PassphraseMissing as missing:
        yield Result("The passphrase is known", str(missing), "Set it where only this account can read it")
        return
    opened = _tried("The key files open", "Put the key files back, or give the right passphrase", partial(_open, keys))
    yield opened
    yield _private(config.key_file)
    yield from _copies(config)
    if opened.wrong:
        return
    try:
        with database(config) as addresses:
            yield from _database(config, keys, addresses)
    except (*FORESEEN, CasetrackError) as refused:
        yield Result("The database answers", _sentence(refused), "Start it, or correct [database] in the settings")


def _database(config: Config, keys: KeyFolder, addresses: Addresses) -> Iterator[Result]:
    with engine_at(addresses.auditor, statement_timeout_ms=config.database.statement_timeout_ms) as engine:
        for examined, wrong in examine(engine, utc_now()):
            name, mend = MENDING[examined]
            yield Result(name, wrong, mend if wrong else "")
            if examined is Examined.MIGRATIONS and wrong:
                return

        def deployment() -> None:
            with among_stores(config, addresses.app):
                open_deployment(config, keys)

        def log() -> None:
            with begin_log(engine) as kept:
                note, frontier = kept.newest_checkpoint(), kept.frontier()
            if note is not None:
                verifier = CheckpointVerifier(origin_of(config.service.name), keys.log_public())
                verify_frontier(frontier, open_checkpoint(note, verifier))

        yield _tried("The organisations' keys are the service's own", "Run: casetrack db upgrade", deployment)
        yield _tried("The head of the log is signed", "Stop the worker, and run: casetrack audit verify", log)


def _copies(config: Config) -> Iterator[Result]:
    """A copy that was never put back is a hope."""
    stamps, now = read_stamps(config), utc_now()
    for name, what, oldest, mend in (
        ("There is a copy of the database", "made", OLDEST_COPY, "Run: casetrack backup make FILE, every night"),
        ("A copy was put back", "restored", OLDEST_PROOF, "Run: casetrack backup verify FILE, every month"),
    ):
        at = datetime.fromisoformat(stamps[what]) if what in stamps else None
        wrong = "never, as far as this machine knows" if at is None else ""
        if at is not None and now - at > oldest:
            wrong = f"{(now - at).days} days ago"
        yield Result(name, wrong, mend if wrong else "")


def _private(file: Path) -> Result:
    others = file.exists() and bool(file.stat().st_mode & FOR_OTHERS)
    wrong = "other accounts of this machine may read it" if others else ""
    return Result("The key file is this account's alone", wrong, f"chmod 600 {file}" if wrong else "")


def _open(keys: KeyFolder) -> None:
    keys.roots()
    keys.log_key()


def _tried(name: str, mend: str, attempt: Callable[[], object]) -> Result:
    try:
        attempt()
    except (*FORESEEN, CasetrackError, LogRefused, OSError) as refused:
        return Result(name, _sentence(refused), mend)
    return Result(name)


def _sentence(refused: BaseException) -> str:
    return refused.sentence if isinstance(refused, CasetrackError) else str(refused)
