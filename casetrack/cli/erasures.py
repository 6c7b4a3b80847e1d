"""What commands do about erasures: the list is settled, and what it says is gone is gone from the database too."""

from pathlib import Path

import click

from casetrack.app import deployment_in, key_folder, utc_now
from casetrack.cli.house import COMMAND_LINE, Addresses, among_stores, caller
from casetrack.config import Config
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.ids import CaseId
from casetrack.gateways.erasure_file import ErasureFile
from casetrack.gateways.service_file import ServiceFile
from casetrack.persistence.backups import BackupRefused
from casetrack.persistence.installing import engine_at
from casetrack.persistence.outcomes import outcomes, still_there
from casetrack.persistence.repeating import let_in, repeating
from casetrack.persistence.work import begin
from casetrack.services.erasure_list import Listed, service_of, settle, standing_erasures
from casetrack.services.journal import Purpose
from casetrack.services.repeating import repeat_erasures
from casetrack.services.sessions import NOBODY
from casetrack.services.trust import Trust
from casetrack.services.work import UnitOfWork

SHORT = (
    "The list of erasures lacks {missing} that the copy has: it is not the whole list, {path}. Bring that back first."
)


class ErasuresWaiting(click.ClickException):
    """The database has cases that were erased: it is an older copy that was put back by other means than ours."""

    def __init__(self, count: int) -> None:
        """Say how many, and what to do."""
        super().__init__(
            f"The database holds {count} case{'' if count == 1 else 's'} that were erased, so it is an older copy. "
            "Run: casetrack backup replay"
        )


def list_of(config: Config, instead: Path | None = None) -> ErasureFile:
    """The list of erasures: that of this installation, or another one that was brought here."""
    return ErasureFile(instead) if instead else ErasureFile.beside(config.key_file)


def settled(config: Config, addresses: Addresses) -> tuple[tuple[Listed, ...], frozenset[CaseId]]:
    """The erasures that stand, once those that came to nothing are marked so; and whose cases are there though."""
    erasures = list_of(config)
    if not erasures.lines():
        return (), frozenset()
    keys = key_folder(config)
    keyring = keys.keyring(config.service.name)
    with engine_at(addresses.auditor, statement_timeout_ms=config.database.statement_timeout_ms) as engine:
        with among_stores(config, addresses.app), begin(NOBODY) as stores, outcomes(engine) as found:
            deployment = deployment_in(stores, config, keyring, keys)
            standing = settle(erasures, Trust(stores.keys, deployment), deployment, found)
        return standing, still_there(engine, [each.kept.stone.case for each in standing])


def check_settled(config: Config, addresses: Addresses) -> None:
    """Nothing is there that was erased; `ErasuresWaiting` otherwise, and nobody is served."""
    waiting = settled(config, addresses)[1]
    if waiting:
        raise ErasuresWaiting(len(waiting))


def replayed(config: Config, superuser: str, erasures: ErasureFile, *, whole: bool = True) -> int:
    """What the list says is gone, and our roles may connect from here on; gives how many cases were there.

    `BackupRefused` if the database has an erasure that the list has not, unless it need not be `whole`.
    """
    lines, count = erasures.lines(), 0
    keys = key_folder(config) if lines or ServiceFile.beside(config.key_file).chain() else None
    keyring = keys.keyring(config.service.name) if keys else None
    with repeating(superuser) as (stores, forgets):
        known = forgets.all()
        if keys and keyring:
            deployment = deployment_in(stores, config, keyring, keys)
            trust = Trust(stores.keys, deployment)
            listed = standing_erasures(lines, service_of(trust), deployment.name)
            known -= {each.kept.stone.case for each in listed}
            actor = Actor(COMMAND_LINE.id, COMMAND_LINE.role, COMMAND_LINE.holder, Auth.COMMAND_LINE, national=True)
            purpose = Purpose("command-line", f"a copy put back, by the account {caller()} of the machine")
            count = len(repeat_erasures(UnitOfWork(stores, deployment, actor, utc_now(), purpose), forgets, listed))
        if known and whole:
            raise BackupRefused(SHORT.format(missing=len(known), path=erasures.path))
    let_in(superuser)
    return count
