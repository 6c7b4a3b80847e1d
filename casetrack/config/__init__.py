"""The settings: read once, from a TOML file and a few variables, and refused before anything starts if one is wrong.

Each setting's line says what is allowed; `config.example.toml` says what it is for. Addresses and the passphrase may
come from variables, which outrank the file, so that the file need hold no secret.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints
from urllib.parse import urlsplit

from casetrack.config.checks import (
    OneOf,
    Several,
    Text,
    Whole,
    address,
    facts_version,
    instead,
    place,
    place_or_none,
    yes_or_no,
)
from casetrack.config.opening import FAMILY, Opening, ReadingOpening
from casetrack.config.providers import FAMILIES, HolderSettings, ReadingProviders, TokenSettings

FILE_VARIABLE: Final = "CASETRACK_CONFIG"
PASSPHRASE_VARIABLE: Final = "CASETRACK_PASSPHRASE"  # noqa: S105 - the name of a variable

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_NAMED: Final[Mapping[str, tuple[str, ...]]] = {"keys": FAMILIES, "hours": (FAMILY,)}
"""The tables that hold tables which are named by whoever writes them."""


class ConfigRefused(Exception):
    """The settings cannot be used; `faults` has one sentence for each wrong one, which names it and what is allowed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Service:
    """Who this deployment is. Its name is part of every seal and of the log's origin, so it never changes."""

    name: Annotated[str, Text(r"[a-z0-9][a-z0-9.-]{0,99}", "small letters, digits, dots, hyphens")] = (
        "casetrack.example"
    )


@dataclass(frozen=True)
class Folder:
    """Where this deployment keeps its files."""

    data: Annotated[Path, place] = Path("var")


@dataclass(frozen=True)
class Database:
    """Whose PostgreSQL: none named means the embedded one. Each address has the role that it is used for."""

    url: Annotated[str, address, "CASETRACK_DATABASE_URL"] = field(default="", repr=False)
    owner_url: Annotated[str, address, "CASETRACK_DATABASE_OWNER_URL"] = field(default="", repr=False)
    sequencer_url: Annotated[str, address, "CASETRACK_DATABASE_SEQUENCER_URL"] = field(default="", repr=False)
    jobs_url: Annotated[str, address, "CASETRACK_DATABASE_JOBS_URL"] = field(default="", repr=False)
    auditor_url: Annotated[str, address, "CASETRACK_DATABASE_AUDITOR_URL"] = field(default="", repr=False)
    keeper_url: Annotated[str, address, "CASETRACK_DATABASE_KEEPER_URL"] = field(default="", repr=False)
    statement_timeout_ms: Annotated[int, Whole(100, 600_000)] = 20_000

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the one in the data folder."""
        return not self.url


@dataclass(frozen=True)
class Keys:
    """The key file and what opens it; `passphrase` is from the variable or the file, or None where neither is given.

    `tokens` and `holders` are of the organisations whose root keys are elsewhere, by the names of their tables.
    """

    file: Annotated[Path | None, place_or_none] = None
    passphrase_file: Annotated[Path | None, place_or_none] = None
    passphrase: str | None = field(default=None, repr=False)
    tokens: Mapping[str, TokenSettings] = field(default_factory=dict)
    holders: Mapping[str, HolderSettings] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """How the pages are served."""

    host: Annotated[str, Text(r"[A-Za-z0-9.:-]{1,253}", "a host name or an IP address")] = "127.0.0.1"
    port: Annotated[int, Whole(1, 65535)] = 8000
    workers: Annotated[int, Whole(0, 256)] = 0
    timeout_s: Annotated[int, Whole(5, 300)] = 30
    trusted_proxies: Annotated[int, Whole(0, 5)] = 0
    hosts: Annotated[tuple[str, ...], Several(Text(r"[a-z0-9.-]{1,253}", "a host name in small letters"))] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a request may ask for: those by which people reach the site, and this machine's own."""
        return (*self.hosts, *_LOOPBACK)

    def workers_on(self, cores: int) -> int:
        """How many worker processes to run on a machine of so many cores."""
        return self.workers or 2 * cores + 1


@dataclass(frozen=True)
class Sessions:
    """How long a sign-in lasts."""

    idle_minutes: Annotated[int, Whole(1, 240)] = 20
    absolute_hours: Annotated[int, Whole(1, 24)] = 12


@dataclass(frozen=True)
class Reveal:
    """How long names stay open: one identity, and the names of a worker's own caseload; and how many in an hour."""

    minutes: Annotated[int, Whole(1, 60)] = 5
    shift_hours: Annotated[int, Whole(1, 24)] = 12
    per_hour: Annotated[int, Whole(1, 1000)] = 60
    opened_per_hour: Annotated[int, Whole(100, 100_000)] = 2000


@dataclass(frozen=True)
class Facts:
    """Which version of the field's facts: the milestones, their clocks, the forces, the code lists."""

    version: Annotated[str, facts_version] = "2026-11-21"


@dataclass(frozen=True)
class Log:
    """How the running program speaks of itself; not the audit log."""

    json: Annotated[bool, yes_or_no] = True
    level: Annotated[str, OneOf(("debug", "info", "warning", "error"))] = "info"


@dataclass(frozen=True)
class Audit:
    """Which witnesses cosign the audit log, in the form of c2sp.org/tlog-policy; none where no file is named."""

    policy: Annotated[Path | None, place_or_none] = None


@dataclass(frozen=True)
class Sequencer:
    """How the audit log takes in new entries."""

    batch: Annotated[int, Whole(1, 10_000)] = 500
    interval_ms: Annotated[int, Whole(10, 60_000)] = 200


@dataclass(frozen=True)
class Cookies:
    """Whether the browser may send the session over an encrypted connection only."""

    secure: Annotated[bool, yes_or_no] = True


@dataclass(frozen=True)
class Backups:
    """How long a copy of the database is kept: what was erased is gone when the last copy from before then is."""

    keep_days: Annotated[int, Whole(1, 3650)] = 35

    @property
    def keep(self) -> timedelta:
        """The same, as a stretch of time."""
        return timedelta(days=self.keep_days)


@dataclass(frozen=True)
class Config:
    """Every setting. Paths are absolute; no secret is in its `repr`."""

    service: Service = field(default_factory=Service)
    folder: Folder = field(default_factory=Folder)
    database: Database = field(default_factory=Database)
    keys: Keys = field(default_factory=Keys)
    server: Server = field(default_factory=Server)
    sessions: Sessions = field(default_factory=Sessions)
    reveal: Reveal = field(default_factory=Reveal)
    hours: Opening = field(default_factory=Opening)
    facts: Facts = field(default_factory=Facts)
    log: Log = field(default_factory=Log)
    audit: Audit = field(default_factory=Audit)
    sequencer: Sequencer = field(default_factory=Sequencer)
    cookies: Cookies = field(default_factory=Cookies)
    backups: Backups = field(default_factory=Backups)

    @property
    def key_file(self) -> Path:
        """The key file: the one named, or else the one in the data folder."""
        return self.keys.file or self.folder.data / "keys.json"

    @property
    def embedded_folder(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.folder.data / "postgres"


_TABLES: Final[Mapping[str, Any]] = get_type_hints(Config)


@dataclass(frozen=True)
class Setting:
    """One line of the file: what is allowed, what holds where it is absent, and the variable that outranks it."""

    table: str
    key: str
    check: Callable[[object], object]
    usual: object
    variable: str | None

    @property
    def name(self) -> str:
        """As a person finds it in the file."""
        return f"[{self.table}] {self.key}"


def settings() -> Iterator[Setting]:
    """Every setting that a file may hold, in order: each field above whose line says what is allowed."""
    for name, table in _TABLES.items():
        usual = {each.name: each.default for each in fields(table)}
        for key, hint in get_type_hints(table, include_extras=True).items():
            check, *variable = getattr(hint, "__metadata__", (None,))
            if check is not None:
                yield Setting(name, key, check, usual[key], variable[0] if variable else None)


def find_config(environ: Mapping[str, str], folder: Path) -> Path | None:
    """The file that the variable names, or else `config.toml` in that folder if there is one."""
    named = environ.get(FILE_VARIABLE)
    path = folder / (named or "config.toml")
    return path if named or path.is_file() else None


def read_config(path: Path | None, environ: Mapping[str, str]) -> Config:
    """What the variables say, else that file, else what is usual. A path is taken from the folder of the file.

    Raises `ConfigRefused`, which has a sentence for each setting that cannot be used.
    """
    given = _toml(path)
    reading = _Reading(given, environ, path.absolute().parent if path else Path.cwd())
    config = reading.config()
    together = [f"{names[0]}: {fault}" for names, fault in _together(config) if reading.refused.isdisjoint(names)]
    if faults := [*_unknown(given), *_misspelt(environ, reading.variables), *reading.faults, *together]:
        raise ConfigRefused(faults)
    return config


class _Reading:
    """One pass over the settings, which goes on after a fault so that all are found."""

    def __init__(self, given: Mapping[str, Any], environ: Mapping[str, str], home: Path) -> None:
        self.given = given
        self.environ = environ
        self.home = home
        self.faults: list[str] = []
        self.refused: set[str] = set()
        self.variables: list[str] = []
        """The variables that the file names."""

    def config(self) -> Config:
        """Every setting; in place of a value that is refused stands the usual one."""
        values: dict[str, dict[str, object]] = {}
        for setting in settings():
            values.setdefault(setting.table, {})[setting.key] = self._value(setting)
        read = Config(**{name: table(**values[name]) for name, table in _TABLES.items()})
        return replace(read, keys=self._keys(read.keys), hours=self._hours(read.hours))

    def _keys(self, keys: Keys) -> Keys:
        """The same with what is secret, and with the providers of organisations that have their own."""
        reading = ReadingProviders(self.given.get("keys"), self.environ, self.home)
        tokens, holders = reading.tokens(), reading.holders()
        self.faults += reading.faults
        self.variables += reading.variables
        return replace(keys, passphrase=self._passphrase(keys), tokens=tokens, holders=holders)

    def _hours(self, hours: Opening) -> Opening:
        """The same with the organisations that work at other hours."""
        reading = ReadingOpening(self.given.get("hours"), hours)
        holders = reading.holders()
        self.faults += reading.faults
        return replace(hours, holders=holders)

    def _passphrase(self, keys: Keys) -> str | None:
        """What opens the key file; a file of it may end in one new line, which is no part of it."""
        if said := self.environ.get(PASSPHRASE_VARIABLE):
            return said
        if keys.passphrase_file is None:
            return None
        held = ""
        with suppress(OSError, UnicodeDecodeError):
            held = keys.passphrase_file.read_text(encoding="utf-8").removesuffix("\n")
        if not held:
            self.faults.append("[keys] passphrase_file: this is not a file that can be read and has a passphrase in it")
        return held or None

    def _value(self, setting: Setting) -> object:
        table = self.given.get(setting.table)
        said = self.environ.get(setting.variable or "")
        value = setting.usual
        try:
            if said:
                value = setting.check(said)
            elif isinstance(table, dict) and setting.key in table:
                value = setting.check(table[setting.key])
        except ValueError as fault:
            self.refused.add(setting.name)
            self.faults.append(f"{setting.variable if said else setting.name}: {fault}")
        return self.home / value if isinstance(value, Path) else value


def _together(config: Config) -> Iterator[tuple[tuple[str, ...], str]]:
    """What each setting allows alone and not beside another: the settings concerned, the one to change first."""
    database, server = config.database, config.server
    keys = ("url", "owner_url", "sequencer_url", "jobs_url", "auditor_url", "keeper_url")
    urls = {f"[database] {key}": getattr(database, key) for key in keys}
    roles = [urlsplit(url).username for url in urls.values() if url]
    if 0 < len(roles) < len(urls):
        missing = sorted(urls, key=lambda name: bool(urls[name]))
        yield tuple(missing), "this is missing: give all six addresses, or none for the embedded PostgreSQL"
    if len(set(roles)) < len(roles):
        yield tuple(urls), "this and the five beside it each need a role of their own"
    if config.sessions.idle_minutes > config.sessions.absolute_hours * 60:
        yield ("[sessions] idle_minutes", "[sessions] absolute_hours"), "this is longer than absolute_hours"
    if database.statement_timeout_ms > server.timeout_s * 1000:
        yield ("[database] statement_timeout_ms", "[server] timeout_s"), "this is longer than [server] timeout_s"
    for name, token in config.keys.tokens.items():
        if token.timeout_s > server.timeout_s:
            yield (f"[keys.tokens.{name}] timeout_s", "[server] timeout_s"), "this is longer than [server] timeout_s"
    if not config.cookies.secure and server.host not in _LOOPBACK:
        yield ("[cookies] secure", "[server] host"), f"false needs [server] host to be one of {', '.join(_LOOPBACK)}"


def _toml(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as refused:
        raise ConfigRefused([f"{path}: this file cannot be read: {refused.strerror}"]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as malformed:
        # A decoder's own words may repeat the file, which may hold a password.
        where = re.search(r"at line \d+, column \d+", str(malformed))
        raise ConfigRefused([f"{path}: this is not TOML{' ' + where[0] if where else ''}"]) from None


def _unknown(given: Mapping[str, Any]) -> Iterator[str]:
    known = {name: [setting.key for setting in settings() if setting.table == name] for name in _TABLES}
    for name, table in given.items():
        if not isinstance(table, dict):
            yield f"{name}: a setting stands in a table; the tables are {', '.join(known)}"
        elif name not in known:
            yield f"[{name}]: there is no such table; {instead(name, known)}"
        else:
            for key in sorted(table.keys() - {*known[name], *_NAMED.get(name, ())}):
                yield f"[{name}] {key}: there is no such setting; {instead(key, known[name])}"


def _misspelt(environ: Mapping[str, str], named: Iterable[str]) -> Iterator[str]:
    """A variable that looks like one of ours and is not: without it the embedded database would start, unasked."""
    ours = [
        FILE_VARIABLE,
        PASSPHRASE_VARIABLE,
        *named,
        *(setting.variable for setting in settings() if setting.variable),
    ]
    for name in environ:
        if name not in ours and (near := get_close_matches(name, ours, n=1, cutoff=0.9)):
            yield f"{name}: there is no such variable; did you mean {near[0]}?"
