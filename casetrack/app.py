"""The only place that joins the rooms: settings, keys, facts and stores become an application."""

import secrets
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import structlog
from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

from casetrack import api, resources, web
from casetrack.audit.errors import LogRefused
from casetrack.audit.export_errors import PolicyMissing
from casetrack.audit.policy import Policy
from casetrack.config import Config, ConfigRefused, Server
from casetrack.config.providers import ENVIRONMENT, PKCS11
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keyring import Keyring, SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.providers import GivenRoot, Roots
from casetrack.crypto.roots import RootKey
from casetrack.crypto.tokens import SessionBox
from casetrack.crypto.wraps import check_suite
from casetrack.domain.calendars import WorkingDays
from casetrack.domain.errors import CasetrackError, LogKeysRefused
from casetrack.domain.factfiles import read_facts
from casetrack.domain.holders import SERVICE, Holders
from casetrack.domain.ids import Instant
from casetrack.domain.wordlists import read_wordlists
from casetrack.gateways.bank_holidays import LibraryBankHolidays
from casetrack.gateways.erasure_file import ErasureFile
from casetrack.gateways.evidence_archive import EvidenceArchive
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.gateways.hsm import Token, TokenRoots
from casetrack.gateways.keyfolder import KeyFolder
from casetrack.gateways.service_file import ServiceFile
from casetrack.http import converters, headers, identity, sessions
from casetrack.http.hosts import KnownHosts
from casetrack.http.house import EXTENSION, House
from casetrack.persistence import db as database
from casetrack.persistence import watching
from casetrack.persistence.extracts import SqlSource
from casetrack.persistence.inspection import SqlEvidence, inspecting
from casetrack.persistence.installing import engine_at, engine_for
from casetrack.persistence.work import begin
from casetrack.services.bundles import Giving
from casetrack.services.deployment import Chance, Deployment
from casetrack.services.exporting import NO_WITNESSES
from casetrack.services.lifetimes import SessionLimits
from casetrack.services.limits import Limits
from casetrack.services.ports import Stores
from casetrack.services.sessions import NOBODY
from casetrack.services.verifying_journal import Believed, earlier_logs
from casetrack.web import demo
from casetrack.web.demo import Demonstration

LOG = structlog.get_logger()
CHANCE = Chance(below=secrets.randbelow, uuid=uuid4, bytes=secrets.token_bytes)
LARGEST_REQUEST = 1024 * 1024
LONGEST_CHECK = timedelta(seconds=20)
"""How long an auditor's page goes on checking everything, if a request may take half as long again at the least."""


class NotFounded(Exception):
    """The database has no keys of the service yet, so nothing in it could be believed."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This installation has not begun. Run: casetrack db upgrade")


class ServiceKeysBehind(Exception):
    """The key folder knows of keys of the service that the database does not have."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The database does not have the newest keys of casetrack itself: it is an older copy, or they were taken "
            "away from it. Run: casetrack backup replay"
        )


class ServiceKeysDiffer(Exception):
    """The key folder and the database have different keys of the service under one number."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The keys of casetrack itself in the database are not those in the key folder, so the two do not belong "
            "together. Bring back the key folder of this database, or a copy of the database of these keys."
        )


class PassphraseMissing(Exception):
    """Nothing says what opens the key files."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The key files need their passphrase. Set CASETRACK_PASSPHRASE, or [keys] passphrase_file.")


def utc_now() -> Instant:
    """This instant. The one clock: everything else is told the time."""
    return datetime.now(UTC)  # noqa: TID251 - the one place where time comes from


def create_app(
    config: Config,
    database_url: str,
    *,
    auditor_url: str = "",
    clock: Callable[[], Instant] = utc_now,
    demonstration: Callable[[Deployment], Demonstration] | None = None,
) -> Flask:
    """casetrack, ready to serve; with the pages of a demonstration only where there is one.

    `auditor_url` is where an auditor's page reads everything to verify it; without it, that page says how else.

    `NotFounded` if the database is empty; `CannotOpen` if the keys do not open; `SuiteUnsupported` if this machine
    cannot wrap one.
    """
    check_suite()
    app = bare_app(config, database_url)
    keys = key_folder(config)
    with app.app_context():
        deployment = open_deployment(config, keys)
    inspect = inspection(config, keys, deployment, auditor_url, clock, waits=True) if auditor_url else None
    app.secret_key = keys.web_secret("forms")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions[EXTENSION] = House(
        begin=begin,
        deployment=deployment,
        clock=clock,
        sessions=SessionLimits(
            idle=timedelta(minutes=config.sessions.idle_minutes),
            absolute=timedelta(hours=config.sessions.absolute_hours),
        ),
        reveal_for=timedelta(minutes=config.reveal.minutes),
        shift=timedelta(hours=config.reveal.shift_hours),
        secure_cookies=config.cookies.secure,
        client_key=keys.web_secret("clients"),
        before_sign_in=SessionBox(keys.web_secret("before-sign-in").hex()),
        troubles=lambda: watching.troubles(clock()),
        counts=lambda: watching.counts(clock()),
        promise=HeldCheckpoint.beside(config.key_file).keep,
        is_demo=demonstration is not None,
        inspect=inspect,
        giving=_giving(config, inspect, database_url) if inspect else None,
        check_for=min(LONGEST_CHECK, timedelta(seconds=config.server.timeout_s) * 2 / 3),
    )
    app.url_map.converters["reference"] = converters.ReferenceConverter
    app.session_interface = sessions.SealedSessions()
    headers.init_app(app, secure=config.cookies.secure)
    identity.init_app(app)
    web.init_app(app)
    if demonstration is not None:
        demo.init_app(app, demonstration(deployment))
    api.init_app(app)
    app.register_error_handler(CasetrackError, lambda refusal: _door().refused(refusal))
    app.register_error_handler(HTTPException, lambda error: _door().failed(error))
    app.register_error_handler(Exception, _broken)
    behind_proxies(app, config.server)
    return app


def behind_proxies(app: Flask, server: Server) -> None:
    """Whose word is taken for where a request came from, and whether by HTTPS: the proxies' that the settings count.

    With more than there are, callers could choose their own address; with fewer, all would have the proxy's.
    """
    if count := server.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]  # how Flask is wrapped
    app.wsgi_app = KnownHosts(app.wsgi_app, server.names)  # type: ignore[method-assign]  # how Flask is wrapped


Inspect = Callable[[], AbstractContextManager[tuple[SqlEvidence, Believed]]]
"""Gives everything that is kept and signed, and what is believed of the log."""


def _waits_ms(config: Config) -> int:
    """How long a statement may take for which a request waits: a quarter of what that may take, at most."""
    return min(config.database.statement_timeout_ms, config.server.timeout_s * 250)


def inspection(
    config: Config,
    keys: KeyFolder,
    deployment: Deployment,
    auditor_url: str,
    clock: Callable[[], Instant],
    *,
    waits: bool = False,
) -> Inspect:
    """Everything that is kept and signed, read by the role that may read that and change nothing.

    Where a request waits for it, no statement takes longer than a quarter of what that may take; otherwise each takes
    as long as it needs. Which keys of the log are believed is read each time: its key may have been renewed meanwhile.
    """
    name = deployment.name
    timeout_ms = _waits_ms(config) if waits else 0

    @contextmanager
    def inspect() -> Iterator[tuple[SqlEvidence, Believed]]:
        try:
            chain = keys.chain()
            log, earlier = chain.of(name), earlier_logs(chain, name)
            held = HeldCheckpoint.beside(config.key_file).note()
        except (LogRefused, CannotOpen) as refused:
            raise LogKeysRefused(why=str(refused)) from refused
        engine = engine_for(auditor_url, statement_timeout_ms=timeout_ms)
        try:
            with inspecting(engine) as evidence:
                yield evidence, Believed(name, deployment.service, log, clock(), chain.base, earlier, held)
        finally:
            engine.dispose()

    return inspect


def _giving(config: Config, inspect: Inspect, database_url: str) -> Giving:
    """How a page gives out the log: of the same evidence, as the log goes on now."""

    @contextmanager
    def reading() -> Iterator[tuple[SqlSource, Believed]]:
        timeout_ms = _waits_ms(config)
        with inspect() as (evidence, believed), engine_at(database_url, statement_timeout_ms=timeout_ms) as walled:
            yield SqlSource(evidence, believed.base, walled), believed

    return Giving(
        reading=reading,
        witnesses=lambda: witnesses(config),
        pack=EvidenceArchive,
    )


def witnesses(config: Config) -> Policy:
    """The witnesses that the settings ask for; `PolicyMissing` if there is no such file."""
    file = config.audit.policy
    if file is None:
        return NO_WITNESSES
    try:
        return Policy.parse(file.read_bytes())
    except OSError:
        raise PolicyMissing from None


def _door() -> ModuleType:
    """Which of the two doors answers this request."""
    return api if request.path.startswith(identity.API) else web


def _broken(error: Exception) -> ResponseReturnValue:
    """A fault of ours: its kind and place are logged, never its words, and nobody is shown a traceback."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    LOG.error("fault", kind=type(error).__name__, file=Path(place.filename).name, line=place.lineno)
    answer: ResponseReturnValue = _door().failed(InternalServerError())
    return answer


def bare_app(config: Config, database_url: str) -> Flask:
    """An application with stores and no doors: what the command line works in."""
    app = Flask("casetrack", template_folder=str(resources.templates()), static_folder=None)
    database.init_app(app, database_url, statement_timeout_ms=config.database.statement_timeout_ms)
    return app


def key_folder(config: Config) -> KeyFolder:
    """The key files that the settings name; `PassphraseMissing` if nothing says what opens them."""
    if config.keys.passphrase is None:
        raise PassphraseMissing
    return KeyFolder(config.key_file, config.keys.passphrase, key_providers(config))


def key_providers(config: Config) -> dict[str, Roots]:
    """The key providers of the holders that have their own, by code; no token is asked anything yet."""
    tokens = {
        name: Token(told.library, told.label, told.pin, timeout_s=told.timeout_s)
        for name, told in config.keys.tokens.items()
    }
    providers: dict[str, Roots] = {}
    for code, told in config.keys.holders.items():
        if told.provider == ENVIRONMENT:
            providers[code] = GivenRoot(RootKey(code, told.root))
        elif told.provider == PKCS11:
            providers[code] = TokenRoots(code, tokens[told.token], told.key)
    return providers


def open_deployment(config: Config, keys: KeyFolder) -> Deployment:
    """What every unit of work stands on, with the service's keysets believed because our own root opens them."""
    keyring = keys.keyring(config.service.name)
    with begin(NOBODY) as stores:
        return deployment_in(stores, config, keyring, keys)


def deployment_in(stores: Stores, config: Config, keyring: Keyring, keys: KeyFolder) -> Deployment:
    """The same, in a transaction that has begun.

    `ServiceKeysBehind` if the key folder knows of keys of ours that the database has not, or not as they were;
    `ServiceKeysDiffer` if the two do not belong together.
    """
    service = stores.keys.keysets(SERVICE)
    if not service:
        raise NotFounded
    missing = missing_service(service, config)
    if any(keyset.public.version not in {each.public.version for each in service} for keyset in missing):
        raise ServiceKeysBehind
    try:
        proved = keyring.all_proved(service)
    except CannotOpen:
        if missing:
            raise ServiceKeysBehind from None
        if ServiceFile.beside(config.key_file).chain():
            raise ServiceKeysDiffer from None
        raise
    return deployment_of(stores, config, keyring, keys, proved)


def missing_service(service: Sequence[SealedKeyset], config: Config) -> tuple[SealedKeyset, ...]:
    """The service's keysets in the key folder that are not among these, or not as they are there.

    `ServiceKeysDiffer` if these have other keys under one number.
    """
    there = {keyset.public.version: keyset for keyset in service}
    known = ServiceFile.beside(config.key_file).chain()
    for keyset in known:
        mine = there.get(keyset.public.version, keyset)
        if mine.public.digest != keyset.public.digest:
            raise ServiceKeysDiffer
    return tuple(keyset for keyset in known if there.get(keyset.public.version) != keyset)


def deployment_of(
    stores: Stores, config: Config, keyring: Keyring, keys: KeyFolder, service: tuple[PublicKeyset, ...]
) -> Deployment:
    """The deployment, whose service's keysets were proved; `ConfigRefused` of hours of an organisation that is none."""
    holders = Holders.of(stores.holders.all())
    if unknown := sorted(config.hours.holders.keys() - holders.by_code.keys()):
        raise ConfigRefused([f"[hours.holders.{code}]: there is no organisation of that code" for code in unknown])
    return Deployment(
        name=config.service.name,
        keyring=keyring,
        service=service,
        rows=keys.row_key(),
        facts=read_facts(resources.facts(), config.facts.version),
        words=read_wordlists(resources.facts() / "words"),
        holders=holders,
        working_days=WorkingDays(LibraryBankHolidays()),
        chance=CHANCE,
        limits=Limits(reveals=config.reveal.per_hour, opened=config.reveal.opened_per_hour),
        hours=config.hours.hours,
        providers={code: told.provider for code, told in config.keys.holders.items()},
        erasures=ErasureFile.beside(config.key_file),
    )
