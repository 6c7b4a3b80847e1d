"""`casetrack keys destroy`: an old version of an organisation's keys goes, on the word of two people."""

from functools import partial

import click

from casetrack.cli.commands import Surroundings, example, here
from casetrack.cli.house import house
from casetrack.domain.ids import HolderCode
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.services.destructions import destroy_keyset, plan_destruction


@click.command(epilog=example("casetrack keys destroy kent 1 --dry-run"))
@click.argument("code")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Say what stands in the way, and do nothing.")
@here
def destroy(around: Surroundings, code: str, version: int, *, dry_run: bool) -> None:
    """Destroy the private half of VERSION of the keys of the organisation CODE, for ever.

    An administrator proposes it on the page Keys, and another one of the organisation agrees, within 30 days. It is
    not done while anything opens with that version alone: rotate holder and rotate index come first. The public half
    stays, for old seals.

    Private halves are in the database alone: a key file or a token has the root that they are sealed under, which
    stays. Backups from before, and pages and write-ahead logs that the server has not written over yet, still have
    it: it is gone for good when the last of them is.
    """
    timeout_ms = around.config.database.statement_timeout_ms
    with house(around.config) as at, engine_at(at.keeper_url, statement_timeout_ms=timeout_ms) as engine:
        keeper = at.keeper("Keys destroyed", partial(keeping, engine))
        if not dry_run:
            done = destroy_keyset(keeper, HolderCode(code), version)
            click.echo(f"Version {done.version} of the keys of {code} is destroyed. Its public half stays:")
            click.echo(done.fingerprint)
            click.echo("Backups made before now still have it. They must expire too.")
            return
        planned = plan_destruction(keeper, HolderCode(code), version)
    click.echo(planned.public.fingerprint)
    for obstacle in planned.obstacles:
        click.echo(f"In the way: {obstacle.said}")
    would = "could not be destroyed now" if planned.obstacles else "would be destroyed"
    click.echo(f"Version {version} of the keys of {code} {would}. Nothing was done.")
