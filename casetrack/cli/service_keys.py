"""What commands do about the keys of casetrack itself: keep them in the key folder too, and bring them to a copy."""

from functools import partial
from typing import Final

import click

from casetrack.app import deployment_of, inspection, key_folder, missing_service, utc_now
from casetrack.cli.house import AT_THE_COMMAND_LINE, among_stores, purpose_of
from casetrack.config import Config
from casetrack.domain.holders import SERVICE
from casetrack.gateways.service_file import ServiceFile
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.work import begin
from casetrack.services.deployment import Deployment
from casetrack.services.findings import Finding
from casetrack.services.keysets import Enter, Keeper
from casetrack.services.renewing_service import vouch_for_copy
from casetrack.services.sessions import NOBODY
from casetrack.services.trust import Trust
from casetrack.services.verifying_trust import Vetted, vet

MOST: Final = 50
"""How many findings a person reads."""


def vetted_in(url: str, config: Config, deployment: Deployment, *, is_copy: bool = False) -> Vetted:
    """What the service's keys vouch for in that database, and whether they should; the role reads all that is signed.

    The whole journal is verified and asked, which takes as long as it takes.
    """
    with inspection(config, key_folder(config), deployment, url, utc_now)() as (evidence, trusted):
        return vet(evidence, trusted, is_copy=is_copy)


def say(findings: tuple[Finding, ...]) -> None:
    """Each is named for whoever runs this, as far as that is of use."""
    for finding in findings[:MOST]:
        click.secho(str(finding), fg="red", err=True)
    if len(findings) > MOST:
        click.secho(f"And {len(findings) - MOST} more. See: casetrack audit verify --database", fg="red", err=True)


def keep_service(config: Config, deployment: Deployment, enter: Enter) -> None:
    """The key folder has every version of the service's keys that the database has, each of which opens."""
    with enter() as room:
        chain = Trust(room, deployment).chain(SERVICE)
    for keyset in chain:
        deployment.keyring.check(keyset)
    ServiceFile.beside(config.key_file).keep(chain)


def caught_up(config: Config, superuser: str) -> Vetted | None:
    """An older copy of the database has the service's keys that the key folder has, and they vouch for what fits in it.

    The same where keys were taken away from a database. What does not fit is left as it is, and is among what is given;
    None if there was nothing to do.
    """
    with engine_at(superuser, statement_timeout_ms=0) as engine:
        enter = partial(keeping, engine)
        with enter() as room:
            holders, there = {holder.code for holder in room.holders()}, room.keysets(SERVICE)
        missing = missing_service(there, config) if SERVICE in holders else ()
        if not missing:
            return None
        keys = key_folder(config)
        keyring = keys.keyring(config.service.name)
        proved = keyring.all_proved(ServiceFile.beside(config.key_file).chain())
        with among_stores(config, superuser), begin(NOBODY) as stores:
            deployment = deployment_of(stores, config, keyring, keys, proved)
        vetted = vetted_in(superuser, config, deployment, is_copy=True)
        what = purpose_of("The service's keys brought to an older copy")
        keeper = Keeper(enter, deployment, AT_THE_COMMAND_LINE, utc_now(), what)
        versions = {keyset.public.version for keyset in there}
        with enter() as room:
            for keyset in missing:
                if keyset.public.version in versions:
                    room.reseal(keyset)
                    room.recertify(keyset.public)
                else:
                    room.add_keyset(keyset)
            added = [each for each in missing if each.public.version not in versions]
            vouch_for_copy(keeper, room, added, vetted, resealed=len(missing) - len(added))
        return vetted_in(superuser, config, deployment)
