"""`casetrack doctor`: what is wrong with this installation, and how to mend it."""

import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from casetrack.app import PassphraseMissing, key_folder, open_deployment, utc_now
from casetrack.audit.errors import LogRefused
from casetrack.audit.succession import LogKeys
from casetrack.audit.verify import verify_frontier
from casetrack.cli.backups import read_stamps
from casetrack.cli.commands import FORESEEN, Surroundings, example, here
from casetrack.cli.erasures import settled
from casetrack.cli.house import Addresses, among_stores, database, require_promised_in
from casetrack.config import Config
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import Roots
from casetrack.crypto.wraps import check_suite
from casetrack.domain.errors import CasetrackError
from casetrack.domain.holders import SERVICE
from casetrack.gateways.keyfolder import KeyFolder
from casetrack.gateways.service_file import ServiceFile, ServiceFileBroken
from casetrack.persistence.diagnosis import Examined, examine
from casetrack.persistence.installing import engine_at
from casetrack.persistence.log import SqlLog
from casetrack.persistence.work import begin, begin_log
from casetrack.services.erasure_list import ErasureContradicted
from casetrack.services.ports import Stores
from casetrack.services.sessions import NOBODY

PROVIDER_MEND: Final = "Bring the provider back, or correct [keys.holders.{code}]; then run this again"
KEYSET_MEND: Final = "Bring back the provider, or the key file, that these keys were sealed with"
OLDEST_COPY: Final = timedelta(days=2)
OLDEST_PROOF: Final = timedelta(days=31)
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

MENDING: Final = {
    Examined.MIGRATIONS: ("The database has this version's tables", "Run: casetrack db upgrade"),
    Examined.DURABILITY: ("What is acknowledged outlives a crash", "Turn the settings on in postgresql.conf"),
    Examined.ROLES: (
        "No role is above the rules, or in the way of the log",
        "Take from the role what is named: ALTER ROLE … NOBYPASSRLS, or REVOKE EXECUTE",
    ),
    Examined.SETTINGS: (
        "Each role begins as it was made",
        "ALTER ROLE … SET it as it was, and find out who changed it",
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
    Examined.INTEGRITY: (
        "What is opened is what was sealed",
        "Run: casetrack audit verify --database; put back from a copy what it names, and find out who changed it",
    ),
}
"""What each examination of the database is about, and how to mend what it finds."""


@dataclass(frozen=True)
class Result:
    """One thing that was looked at, what is wrong with it (or nothing), and how to mend that."""

    name: str
    wrong: str = ""
    mend: str = ""
    note: str = ""
    """What is worth knowing of it though nothing is wrong."""


@click.command(epilog=example("casetrack doctor"))
@here
def doctor(around: Surroundings) -> None:
    """Say what is wrong with this installation and how to mend it; ends with 1 if anything is."""
    table = Table("Looked at", "Found", "How to mend it")
    wrong = 0
    for result in look(around.config):
        wrong += bool(result.wrong)
        well = f"[yellow]{escape(result.note)}[/]" if result.note else "[green]well[/]"
        found = f"[red]{escape(result.wrong)}[/]" if result.wrong else well
        table.add_row(escape(result.name), found, escape(result.mend))
    Console().print(table)
    if wrong:
        raise click.ClickException(f"{wrong} to mend.")


def look(config: Config) -> Iterator[Result]:
    """Everything that is looked at, from the ground up; what stands on something that is broken is not."""
    yield _tried("This machine can wrap keys", "Install cryptography 50 or later from a wheel", check_suite)
    try:
        keys = key_folder(config)
    except PassphraseMissing as missing:
        yield Result("The passphrase is known", str(missing), "Set it where only this account can read it")
        return
    mend = "Put the key files back, or give the right passphrase"
    opened = _tried("The key files open", mend, partial(_open, keys, config))
    yield opened
    yield _private(config.key_file)
    yield from _providers(keys)
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
        # The whole examination first: there is one connection, and what waits is asked over it too.
        for examined, wrong in list(examine(engine, utc_now())):
            name, mend = MENDING[examined]
            note = _waiting(partial(begin_log, engine)) if examined is Examined.QUEUE and not wrong else ""
            yield Result(name, wrong, mend if wrong else "", note)
            if examined is Examined.MIGRATIONS and wrong:
                return

        def deployment() -> None:
            with among_stores(config, addresses.app):
                open_deployment(config, keys)

        def log() -> None:
            chain = keys.chain()
            with begin_log(engine) as every:
                kept = every.since(chain.base)
                note, frontier = kept.newest_checkpoint(), kept.frontier()
            if note is not None:
                verify_frontier(frontier, chain.of(config.service.name).open(note))

        yield _tried("The organisations' keys are the service's own", "Run: casetrack db upgrade", deployment)
        with among_stores(config, addresses.app), begin(NOBODY) as stores:
            yield from list(_keysets(stores, keys.keyring(config.service.name), config.keys.holders))
            yield _anchored(stores, config)
        yield from _erasures(config, addresses)
        yield _tried("The head of the log is signed", "Stop the worker, and run: casetrack audit verify", log)
        yield _tried(
            "The log goes on from what others hold of it",
            "Stop everything, and put back a newer copy of the database",
            lambda: require_promised_in(config, addresses.auditor),
        )
        yield _overlap(keys.chain().of(config.service.name))


def _waiting(begin: Callable[[], AbstractContextManager[SqlLog]]) -> str:
    """What waits for its place in the log, though none of it for too long: the merge delay."""
    with begin() as kept:
        number, waited = kept.queue_length(), kept.queue_age(utc_now())
    return f"{number} waiting, the oldest for {waited.total_seconds():.0f} seconds" if number else ""


def _copies(config: Config) -> Iterator[Result]:
    """A copy that was never put back is a hope."""
    stamps, now = read_stamps(config), utc_now()
    for name, what, oldest, mend in (
        ("There is a copy of the database", "made", OLDEST_COPY, "Run: casetrack backup make FILE, every night"),
        ("A copy was put back", "restored", OLDEST_PROOF, "Run: casetrack backup verify FILE, every month"),
    ):
        at = datetime.fromisoformat(stamps.last[what]) if what in stamps.last else None
        wrong = "never, as far as this machine knows" if at is None else ""
        if at is not None and now - at > oldest:
            wrong = f"{(now - at).days} days ago"
        yield Result(name, wrong, mend if wrong else "")


def _erasures(config: Config, addresses: Addresses) -> Iterator[Result]:
    """What was erased is not in the database; and until when it is still in a copy, so far as this machine knows."""
    name, mend = "What was erased is gone", "Run: casetrack backup replay"
    try:
        standing, there = settled(config, addresses)
    except ErasureContradicted as refused:
        yield Result(name, str(refused), "Run: casetrack audit verify --database")
        return
    except (*FORESEEN, CasetrackError) as refused:
        yield Result(name, _sentence(refused), "Bring back the list of erasures, which is beside the key files")
        return
    wrong = f"the database has {len(there)} of the cases: it is an older copy" if there else ""
    yield Result(name, wrong, mend if wrong else "")
    newest = max((each.kept.stone.erased_at for each in standing), default=None)
    before = [
        at for at in read_stamps(config).copies if newest and at < newest and utc_now() - at < config.backups.keep
    ]
    last = max(before, default=None)
    gone = f"{last + config.backups.keep:%d %B %Y}" if last else ""
    note = f"{len(before)} from before the newest erasure, kept until {gone}" if last else ""
    yield Result(
        "No copy is older than an erasure", "", "The erasure is complete once they are gone" if note else "", note
    )


def _overlap(believed: LogKeys) -> Result:
    """While two keys sign the log, whoever has the old one can still sign too."""
    name, lasts = "One key signs the log", len(believed.in_force) > 1
    note = "Two sign, while its key is renewed" if lasts else ""
    return Result(name, "", "Run: casetrack keys rotate log --finish" if lasts else "", note)


def _private(file: Path) -> Result:
    others = file.exists() and bool(file.stat().st_mode & FOR_OTHERS)
    wrong = "other accounts of this machine may read it" if others else ""
    return Result("The key file is this account's alone", wrong, f"chmod 600 {file}" if wrong else "")


def _open(keys: KeyFolder, config: Config) -> None:
    keys.roots()
    keys.signing(config.service.name)


def _providers(keys: KeyFolder) -> Iterator[Result]:
    """Each provider of the settings seals and opens with the root of its organisation."""

    def ask(provider: Roots, code: str) -> None:
        root = provider.root(code)
        root.open("doctor", b"", root.seal("doctor", b"", b""))

    for code, provider in keys.apart.items():
        name = f"The key provider of {code} answers"
        yield _tried(name, PROVIDER_MEND.format(code=code), partial(ask, provider, code))


def _keysets(stores: Stores, keyring: Keyring, told: Iterable[str]) -> Iterator[Result]:
    """The newest keys of each organisation open, and the settings tell of no organisation that there is not."""
    holders = {holder.code: holder for holder in stores.holders.all()}
    for code in sorted(set(told) - holders.keys()):
        yield Result(f"[keys.holders.{code}] is of an organisation", "none has that code", "Correct the settings")
    newest = ((holder.name, keyset) for code, holder in holders.items() for keyset in stores.keys.keysets(code)[-1:])
    tried = [
        _tried(f"The keys of {name} open", KEYSET_MEND, partial(keyring.proved, keyset)) for name, keyset in newest
    ]
    shut = [result for result in tried if result.wrong]
    yield from shut or [Result("The keys of every organisation open")]


def _anchored(stores: Stores, config: Config) -> Result:
    """What is in the key folder is missed when it is taken away from the database."""
    name, service = "The key folder has the keys of casetrack itself", stores.keys.keysets(SERVICE)
    try:
        known = ServiceFile.beside(config.key_file).chain()
    except ServiceFileBroken as broken:
        return Result(name, str(broken), "Bring it back")
    wrong = "" if known[: len(service)] == service else "it does not have the newest"
    return Result(name, wrong, "Run: casetrack db upgrade" if wrong else "")


def _tried(name: str, mend: str, attempt: Callable[[], object]) -> Result:
    try:
        attempt()
    except (*FORESEEN, CasetrackError, LogRefused, OSError) as refused:
        said = _sentence(refused)
        return Result(name, said, "As it says" if "Run: " in said else mend)
    return Result(name)


def _sentence(refused: BaseException) -> str:
    return refused.said if isinstance(refused, CasetrackError) else str(refused)
