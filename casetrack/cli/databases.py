"""`casetrack db`: the database is taken up to this version, and the deployment begins in it."""

import click

from casetrack.app import deployment_in, key_folder, utc_now
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import among_stores, database, keep_command_line
from casetrack.config import Config
from casetrack.crypto.keyring import Keyring
from casetrack.domain.factfiles import read_facts
from casetrack.domain.holders import SERVICE, Holder
from casetrack.gateways.keyfolder import KeyFolder
from casetrack.gateways.service_file import ServiceFile
from casetrack.persistence import schema
from casetrack.persistence.installing import revision_of, take_down, take_up
from casetrack.persistence.work import begin
from casetrack.resources import facts
from casetrack.services.founding import forces, journal_keysets, keep_holders, make_keysets
from casetrack.services.sessions import NOBODY
from casetrack.services.trust import Trust


@click.group("db", cls=Commands, epilog=example("casetrack db status"))
def db() -> None:
    """Make, update or look at the database."""


@db.command(epilog=example("casetrack db upgrade"))
@here
def upgrade(around: Surroundings) -> None:
    """Bring the database to this version, and begin in it what has not begun.

    The tables are made or changed, the key files are made, every organisation of the facts is kept and has keys.
    Running it again changes nothing.
    """
    config = around.config
    keys = key_folder(config)
    with database(config, new=True) as addresses:
        take_up(addresses.owner)
        begun = found(config, addresses.app, addresses.keeper, keys)
    click.echo(f"The database is at revision {schema.head()}. New organisations with keys: {begun}.")


@db.command(epilog=example("casetrack db downgrade base --yes"))
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
@here
def downgrade(around: Surroundings, revision: str, *, yes: bool) -> None:
    """Take the database back to REVISION ("base" is before the first). What later ones kept is gone."""
    if not yes:
        click.confirm(f"Everything that was kept since revision {revision} will be gone. Go on?", abort=True)
    with database(around.config) as addresses:
        take_down(addresses.owner, revision)
    click.echo(f"The database is at revision {revision}.")


@db.command(epilog=example("casetrack db status"))
@here
def status(around: Surroundings) -> None:
    """Say which revision the database is at; ends with 1 if it is not this version's."""
    with database(around.config) as addresses:
        current = revision_of(addresses.app)
    newest = schema.head()
    click.echo(f"The database is at revision {current or 'base'}, and this version has {newest}.")
    if current != newest:
        raise click.ClickException("The database is behind. Run: casetrack db upgrade")


def found(config: Config, app_url: str, keeper_url: str, keys: KeyFolder, *, invented: tuple[Holder, ...] = ()) -> int:
    """The deployment has begun: key files, organisations, a keyset each, on the journal; how many keysets are new.

    The organisations are those of the facts; of a demonstration, those that are invented come first. They and their
    keys are the keeper's to make: what serves pages cannot.
    """
    keys.found()
    roots = keys.roots()
    keyring = Keyring(config.service.name, roots)
    police = forces(read_facts(facts(), config.facts.version).forces.values())
    with among_stores(config, keeper_url), begin(NOBODY) as stores:
        keep_holders(stores, (*invented, *police))
        file = ServiceFile.beside(config.key_file)
        made = make_keysets(stores, keyring, roots, known=file.chain())
        deployment = deployment_in(stores, config, keyring, keys)
        journal_keysets(stores, deployment, made, utc_now())
        service = Trust(stores.keys, deployment).chain(SERVICE)
    file.keep(service)
    with among_stores(config, app_url), begin(NOBODY) as stores:
        keep_command_line(stores, deployment, utc_now())
    return len(made)
