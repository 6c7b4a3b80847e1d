"""What commands do about the keys of casetrack itself: keep them in the key folder too, and bring them to a copy."""

from functools import partial

import click

from casetrack.app import copied_deployment, key_folder, utc_now
from casetrack.cli.house import AT_THE_COMMAND_LINE, among_stores, purpose_of
from casetrack.config import Config
from casetrack.domain.holders import SERVICE
from casetrack.gateways.service_file import ServiceFile
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.work import begin
from casetrack.services.deployment import Deployment
from casetrack.services.keysets import Enter, Keeper
from casetrack.services.renewing_service import renew_service, reseal_doors
from casetrack.services.sessions import NOBODY
from casetrack.services.verifying_trust import Misfits, find_misfits


def misfits(url: str, deployment: Deployment, *, timeout_ms: int) -> Misfits:
    """What the service's keys vouch for in that database and should not; the role reads all that is signed."""
    with engine_at(url, statement_timeout_ms=timeout_ms) as engine, inspecting(engine) as evidence:
        return find_misfits(evidence, deployment.service, deployment.name)


def say_apart(apart: Misfits) -> None:
    """Each is named for whoever runs this."""
    for finding in apart.findings:
        click.secho(str(finding), fg="red", err=True)


def keep_service(config: Config, enter: Enter) -> None:
    """The key folder has every version of the service's keys that the database has."""
    with enter() as room:
        ServiceFile.beside(config.key_file).keep(room.keysets(SERVICE))


def caught_up(config: Config, superuser: str) -> Misfits | None:
    """An older copy of the database has the service's keys that the key folder has, as if they were renewed in it.

    What did not fit is left as it is, and given; None if there was nothing to do. Whatever stops it, it goes on.
    """
    known, timeout_ms = ServiceFile.beside(config.key_file).chain(), config.database.statement_timeout_ms
    with engine_at(superuser, statement_timeout_ms=timeout_ms) as engine:
        enter = partial(keeping, engine)
        with enter() as room:
            there = len(room.keysets(SERVICE))
        if there == 0 or not known[there:]:
            return None
        keys = key_folder(config)
        with among_stores(config, superuser), begin(NOBODY) as stores:
            deployment = copied_deployment(stores, config, keys.keyring(config.service.name), keys)
        apart = misfits(superuser, deployment, timeout_ms=timeout_ms)
        what = purpose_of("The service's keys brought to an older copy")
        keeper = Keeper(enter, deployment, AT_THE_COMMAND_LINE, utc_now(), what)
        # The copy may have been made in the middle of a renewal, which comes first.
        _reseal(keeper, apart)
        for keyset in known[there:]:
            renew_service(keeper, apart, keyset)
            _reseal(keeper, apart)
        return apart


def _reseal(keeper: Keeper, apart: Misfits) -> None:
    while reseal_doors(keeper, apart) is not None:
        """Some are left."""
