"""casetrack itself on a port of this machine: a database, keys, invented people, the sequencer, and a clock of its own.

with Site.of(cluster, folder) as site:
visitor = site.visitor(site.persona("worker"))
visitor.get("/work")
"""

import gc
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import structlog
from flask import Flask
from sqlalchemy import create_engine, event, text
from werkzeug.serving import WSGIRequestHandler, make_server

from casetrack import resources
from casetrack.app import bare_app, create_app, key_folder, open_deployment, utc_now
from casetrack.cli.databases import found
from casetrack.cli.demo.accounts import ADMINISTRATOR, colleagues
from casetrack.cli.demo.acts import Desk, Journey
from casetrack.cli.demo.build import Builder
from casetrack.cli.demo.endings import ENDINGS
from casetrack.cli.demo.journeys import AUDITOR, plan_lives
from casetrack.cli.demo.partners import CHARITY
from casetrack.cli.demo.personas import demonstration_of
from casetrack.cli.demo.world import LEEDS, MANCHESTER, World, read_world
from casetrack.cli.house import AT_THE_COMMAND_LINE
from casetrack.config import Config, Cookies, Folder, Keys, Sequencer, Service
from casetrack.crypto.passwords import hash_password
from casetrack.domain.actors import Role
from casetrack.domain.calendars import london_date
from casetrack.domain.factfiles import read_facts
from casetrack.domain.ids import AccountId
from casetrack.gateways.keyfolder import LogSigning
from casetrack.jobs.sequencer import Sequencer as LogSequencer
from casetrack.persistence import roles, schema
from casetrack.persistence.db import db
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import forget_connections
from casetrack.persistence.keeping import keeping
from casetrack.persistence.work import begin, begin_log
from casetrack.services.accounts import add_account
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose
from casetrack.services.keysets import Keeper, renew_keyset, rewrap_keyset
from casetrack.services.people import Account
from casetrack.services.work import at_work
from tests.journeys.seeded import Seeded
from tests.journeys.visitor import Visitor
from tests.persistence.databases import Database

NAME: Final = "casetrack.journeys.test"
SEED: Final = "journeys"
PASSWORD: Final = "an invented password for tests"
LIVES: Final = tuple(sorted({*range(20), *range(40, 60), *range(60, 68), 84, 193, 271, 308, 380, *ENDINGS}))
"""Each kind of offer in each state, from Leeds and to Leeds; then each phase.

And of Leeds a case that lacks a strand, one that is closed, and one in which a strand began later; of Manchester one
with notes, and one that lacks a strand. One that is held, one that somebody has proposed to erase, and one that was.
"""
PERSONAS: Final[Mapping[str, Desk]] = {
    "worker": Desk(LEEDS, Role.SUPPORT_WORKER),
    "lead": Desk(LEEDS, Role.LEAD),
    "supervisor": Desk(LEEDS, Role.SUPERVISOR),
    "receiving worker": Desk(MANCHESTER, Role.SUPPORT_WORKER),
    "receiving lead": Desk(MANCHESTER, Role.LEAD),
    "receiving supervisor": Desk(MANCHESTER, Role.SUPERVISOR),
    "charity worker": Desk(CHARITY, Role.SUPPORT_WORKER),
    "charity lead": Desk(CHARITY, Role.LEAD),
    "auditor": AUDITOR,
    "administrator": ADMINISTRATOR,
}


class Clock:
    """What time it is on the site: as it is, or for a while later."""

    def __init__(self) -> None:
        self._later = timedelta()

    def __call__(self) -> datetime:
        """This instant."""
        return utc_now() + self._later

    @contextmanager
    def ahead(self, later: timedelta) -> Iterator[None]:
        """So much time has gone by, inside the block. The database's own clock knows nothing of it."""
        self._later = later
        try:
            yield
        finally:
            self._later = timedelta()


@cache
def password() -> str:
    """The hash of everybody's password: slow to make, and tested elsewhere."""
    return hash_password(PASSWORD)


@dataclass
class Site:
    """casetrack, answering on a port."""

    app: Flask
    port: int
    database: Database
    config: Config
    clock: Clock
    accounts: Mapping[Desk, AccountId]
    names: Mapping[AccountId, str]
    """What each account signs in by."""
    lives: tuple[Journey, ...]
    log: StringIO
    """Everything that casetrack and its server said."""

    host: str = field(default="127.0.0.1")

    @classmethod
    @contextmanager
    def of(cls, cluster: EmbeddedCluster, folder: Path, name: str, lives: tuple[int, ...] = LIVES) -> Iterator["Site"]:
        """A site with a database of that name, which answers until the end of the block."""
        config = Config(
            service=Service(NAME),
            folder=Folder(folder),
            keys=Keys(passphrase="only for tests"),
            sequencer=Sequencer(interval_ms=250),
            cookies=Cookies(secure=False),
        )
        database = Database.create(cluster, name)
        today = london_date(utc_now())
        world = read_world(read_facts(resources.facts(), config.facts.version), today)
        begin_site(config, database, world)
        accounts, names, plans = populate(config, database, world, lives)
        clock, log = Clock(), StringIO()
        app = create_app(
            config,
            database.url(roles.APP),
            auditor_url=database.url(roles.AUDITOR),
            clock=clock,
            demonstration=partial(demonstration_of, SEED),
        )
        with _sequenced(config, database), _listened_to(log), _served(app, log) as port:
            yield cls(app, port, database, config, clock, accounts, names, plans, log)
        with app.app_context():
            forget_connections()
        database.dispose()

    @property
    def address(self) -> str:
        """Where the site is."""
        return f"http://{self.host}:{self.port}"

    def visitor(self, persona: str | Desk | None = None) -> Visitor:
        """A browser, in which that persona has signed in; nobody if none is named."""
        visitor = Visitor(self.host, self.port)
        if persona is None:
            return visitor
        desk = PERSONAS[persona] if isinstance(persona, str) else persona
        visitor.get("/sign-in")
        answers = {"name": self.names[self.accounts[desk]], "password": PASSWORD}
        visitor.send(visitor.page.form("password"), answers)
        return visitor

    def seeded(self) -> Seeded:
        """What the invented people said of themselves; not what workers are called, who are named alike."""
        with self.database.engine(SUPERUSER).connect() as connection:
            workers = list(connection.scalars(text("SELECT display_name FROM accounts")))
        return Seeded(self.lives, workers)

    def contents(self) -> Mapping[str, str]:
        """A digest of the rows of each table, in no order: where it differs, a row was added, changed or lost."""
        digest = "SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {} t"
        with self.database.engine(SUPERUSER).connect() as connection:
            return {table: connection.scalars(text(digest.format(table))).one() for table in schema.METADATA.tables}

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Every statement that the application sends to its database inside the block."""
        sent: list[str] = []

        def listen(*about: Any) -> None:  # noqa: ANN401 - what SQLAlchemy tells of a statement
            sent.append(about[2])

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listen)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", listen)


def begin_site(config: Config, database: Database, world: World) -> None:
    """Every organisation is kept and has keys, as the demonstration's command leaves the database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # A command leaves its connections to the end of its process.
        urls = (database.url(roles.APP), database.url(roles.KEEPER))
        found(config, *urls, key_folder(config), invented=world.invented)
        gc.collect()


def populate(
    config: Config, database: Database, world: World, numbers: tuple[int, ...]
) -> tuple[Mapping[Desk, AccountId], Mapping[AccountId, str], tuple[Journey, ...]]:
    """Invented workers sit at their desks, and the lives of those numbers have been lived until yesterday."""
    with bare_app(config, database.url(roles.APP)).app_context():
        deployment = open_deployment(config, key_folder(config))
        accounts, names = _seat(deployment, world)
        lives = tuple(plan_lives(world, SEED, numbers))
        Builder(deployment, accounts, seed=SEED, today=world.today).live(lives, lambda _: None)
        _renew_keys(deployment, database)
        forget_connections()
    return accounts, names, lives


def _renew_keys(deployment: Deployment, database: Database) -> None:
    """The keys of one organisation are renewed, so that it has an old version, which nothing needs."""
    enter = partial(keeping, database.engine(roles.KEEPER))
    keeper = Keeper(enter, deployment, AT_THE_COMMAND_LINE, utc_now(), Purpose("command-line"))
    renew_keyset(keeper, CHARITY)
    while rewrap_keyset(keeper, CHARITY) is not None:
        """Some are left."""


def _seat(deployment: Deployment, world: World) -> tuple[Mapping[Desk, AccountId], Mapping[AccountId, str]]:
    accounts: dict[Desk, AccountId] = {}
    names: dict[AccountId, str] = {}
    with at_work(begin, deployment, AT_THE_COMMAND_LINE, utc_now(), Purpose("command-line")) as work:
        for each in colleagues(world.organisations, SEED):
            account = AccountId(deployment.chance.uuid())
            desk = each.desk
            national = desk.role in {Role.AUDITOR, Role.ADMINISTRATOR}
            name = each.display_name
            add_account(work, Account(account, each.sign_in_name, name, desk.role, desk.holder, password(), national))
            accounts[desk], names[account] = account, each.sign_in_name
    return accounts, names


@contextmanager
def _sequenced(config: Config, database: Database) -> Iterator[None]:
    engine = create_engine(database.url(roles.SEQUENCER), pool_size=1)
    keys = LogSigning(key_folder(config), config.service.name)
    sequencer = LogSequencer(lambda: begin_log(engine), keys, batch=config.sequencer.batch, clock=utc_now)
    stop = Event()
    interval_s = config.sequencer.interval_ms / 1000
    thread = Thread(target=sequencer.run, args=(stop,), kwargs={"interval_s": interval_s}, name="sequencer")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        engine.dispose()


@contextmanager
def _served(app: Flask, log: StringIO) -> Iterator[int]:
    """The site answers; the server writes a line for each request, as one before it would."""

    class Answering(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            log.write(f"{self.command} {self.path} {code} {size}\n")

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Answering)
    thread = Thread(target=server.serve_forever, name="server")
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _listened_to(log: StringIO) -> Iterator[None]:
    """What casetrack and the server say goes to `log`, down to what is said for those who look for faults."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log), cache_logger_on_first_use=False)
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        structlog.configure(**before)
