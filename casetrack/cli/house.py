"""What commands work in: the database of the settings, the keys, and the command line as an actor of its own."""

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from casetrack.app import NotFounded, bare_app, key_folder, open_deployment, utc_now
from casetrack.config import Config
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.door_events import AccountCreated
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import AccountId, HolderCode, Instant
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE, engine_at, forget_connections, install, is_installed
from casetrack.persistence.roles import APP, AUDITOR, JOBS, KEEPER, OWNER, SEQUENCER
from casetrack.persistence.work import begin, begin_log
from casetrack.services.checkpoints import require_promised
from casetrack.services.deployment import Deployment
from casetrack.services.founding import FOUNDING
from casetrack.services.journal import Purpose, journal_entry
from casetrack.services.keysets import Enter, Keeper
from casetrack.services.people import Account
from casetrack.services.ports import Stores
from casetrack.services.renewing_case_keys import CaseKeeper
from casetrack.services.vouching import account_form, sealed_account
from casetrack.services.work import UnitOfWork, at_work

COMMAND_LINE: Final = Account(
    id=AccountId(UUID("00000000-0000-4000-8000-000000000001")),
    sign_in_name="command-line",
    display_name="Command line",
    role=Role.ADMINISTRATOR,
    holder=SERVICE,
    password="",
    national=True,
)
"""Whoever may run commands on the server: an administrator of every organisation, who cannot sign in."""


AT_THE_COMMAND_LINE: Final = Actor(
    COMMAND_LINE.id, COMMAND_LINE.role, COMMAND_LINE.holder, Auth.COMMAND_LINE, national=True
)


@dataclass(frozen=True)
class Addresses:
    """Where the database is, for each role that a command works in."""

    app: str
    owner: str
    sequencer: str
    jobs: str
    auditor: str
    keeper: str
    superuser: str = ""
    """Of the embedded server alone."""


@contextmanager
def database(config: Config, *, new: bool = False) -> Iterator[Addresses]:
    """The database of the settings answers inside the block; the embedded one runs at least as long.

    With `new` the embedded one is made if it is not there; without, that is `NotFounded`.
    """
    named = config.database
    if not named.is_embedded:
        yield Addresses(
            *(named.url, named.owner_url, named.sequencer_url),
            *(named.jobs_url, named.auditor_url, named.keeper_url),
        )
        return
    cluster = EmbeddedCluster(config.embedded_folder)
    cluster.start()
    with undone_here(cluster.stop):
        if new:
            install(cluster)
        elif not is_installed(cluster):
            raise NotFounded
        roles = (APP, OWNER, SEQUENCER, JOBS, AUDITOR, KEEPER, SUPERUSER)
        yield Addresses(*(cluster.url(role, DATABASE) for role in roles))


def require_promised_in(config: Config, auditor_url: str) -> None:
    """The log of the database goes on from the newest checkpoint that others hold; `PromiseBroken` otherwise."""
    chain = key_folder(config).chain()
    timeout_ms = config.database.statement_timeout_ms
    with engine_at(auditor_url, statement_timeout_ms=timeout_ms) as engine, begin_log(engine) as log:
        require_promised(
            log.since(chain.base), chain.of(config.service.name), HeldCheckpoint.beside(config.key_file).note()
        )


@contextmanager
def undone_here(undo: Callable[[], None]) -> Iterator[None]:
    """At the end of the block something is undone, once.

    A server's worker processes are copies of the process that began them, and leave its blocks too when they end. They
    undo nothing.
    """
    entered = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == entered:
            undo()


@dataclass(frozen=True)
class House:
    """The deployment at work, for a command: its keys are open, and its stores are reached by `begin`."""

    config: Config
    deployment: Deployment
    now: Instant
    app_url: str = ""
    """Where the database is, for whoever acts for an account."""
    keeper_url: str = ""
    """The same for the keeper of the keys."""
    sequencer_url: str = ""
    """The same for whoever holds the log."""
    auditor_url: str = ""
    """The same for whoever reads everything that is kept and signed."""

    def work(self, what: str) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of the command line; which account of the machine asked is told to the audit desk alone."""
        return at_work(begin, self.deployment, AT_THE_COMMAND_LINE, self.now, purpose_of(what))

    def keeper(self, what: str, enter: Enter) -> Keeper:
        """The command line as the keeper of the keys, among the key rows that `enter` begins with."""
        return Keeper(enter, self.deployment, AT_THE_COMMAND_LINE, self.now, purpose_of(what))

    def case_keeper(self, what: str, holder: HolderCode) -> CaseKeeper:
        """The command line as the keeper of that organisation's cases: what it does is signed with its keys."""
        actor = replace(AT_THE_COMMAND_LINE, holder=holder, national=False)
        return CaseKeeper(begin, self.deployment, actor, utc_now, purpose_of(what))


@contextmanager
def among_stores(config: Config, app_url: str) -> Iterator[None]:
    """Inside the block `begin` begins transactions, on connections that are closed at its end."""
    with bare_app(config, app_url).app_context():
        try:
            yield
        finally:
            forget_connections()


@contextmanager
def house(config: Config) -> Iterator[House]:
    """The deployment of the settings; `NotFounded` before `casetrack db upgrade`."""
    with database(config) as addresses, house_at(config, addresses) as at:
        yield at


@contextmanager
def house_at(config: Config, addresses: Addresses) -> Iterator[House]:
    """The same, where its database answers already. Its keys are open until the end of the block."""
    with among_stores(config, addresses.app):
        deployment = open_deployment(config, key_folder(config))
        roles = (addresses.app, addresses.keeper, addresses.sequencer, addresses.auditor)
        yield House(config, deployment, utc_now(), *roles)


def keep_command_line(stores: Stores, deployment: Deployment, now: Instant) -> None:
    """The command line has its account, and that it was made is on the journal. One that is there stays as it is."""
    if stores.accounts.get(COMMAND_LINE.id) is not None:
        return
    stores.accounts.add(sealed_account(COMMAND_LINE, stores.keys, deployment))
    made = AccountCreated(
        at=now,
        by=None,
        account=COMMAND_LINE.id,
        role=COMMAND_LINE.role.value,
        holder=COMMAND_LINE.holder,
        form=account_form(COMMAND_LINE),
    )
    entry = journal_entry(
        made,
        actor=None,
        purpose=FOUNDING,
        holders_then=(),
        change=None,
        desk=stores.keys.keysets(AUDIT_DESK)[-1].public,
        deployment=deployment.name,
        chance=deployment.chance,
    )
    stores.journal.write(entry)


def purpose_of(what: str) -> Purpose:
    """What a command is for: the audit desk alone is told which account of the machine ran it."""
    return Purpose("command-line", f"{what}, run by the account {caller()} of the machine")


def caller() -> str:
    """The name, or else the number, of the account of the machine that runs this."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
