"""`casetrack token`: the keys by which programs use the API in an account's name."""

from datetime import timedelta

import click
from rich.markup import escape
from rich.table import Table

from casetrack.cli.accounts import id_of
from casetrack.cli.commands import Commands, Surroundings, example, here, show
from casetrack.cli.house import house
from casetrack.domain.calendars import london_date
from casetrack.schemas.accounts import LONGEST_LIFE
from casetrack.services.accounts import create_token, revoke_token, view_account


@click.group(cls=Commands, epilog=example("casetrack token list a.worker"))
def token() -> None:
    """Make, revoke or list the tokens by which programs act for an account."""


@token.command(epilog=example("casetrack token create a.worker nightly-report --days 30"))
@click.argument("sign_in_name")
@click.argument("name")
@click.option("--days", required=True, type=click.IntRange(1, LONGEST_LIFE), help="After how many days it ends.")
@here
def create(around: Surroundings, sign_in_name: str, name: str, days: int) -> None:
    """Let the program called NAME act for SIGN_IN_NAME's account. The token is shown this once."""
    with house(around.config) as place, place.work("token create") as work:
        made = create_token(work, id_of(work, sign_in_name), name, timedelta(days=days))
    click.echo(made)


@token.command(epilog=example("casetrack token revoke a.worker nightly-report"))
@click.argument("sign_in_name")
@click.argument("name")
@here
def revoke(around: Surroundings, sign_in_name: str, name: str) -> None:
    """End the tokens of SIGN_IN_NAME's account that are called NAME."""
    with house(around.config) as place, place.work("token revoke") as work:
        kept = work.stores.accounts.tokens(id_of(work, sign_in_name))
        named = [each for each in kept if each.name == name and each.revoked_at is None]
        for each in named:
            revoke_token(work, each.account, each.id)
    if not named:
        raise click.ClickException(f"{sign_in_name} has no token called {name}.")
    click.echo(f"{name} opens nothing any more.")


@token.command("list", epilog=example("casetrack token list a.worker"))
@click.argument("sign_in_name")
@here
def list_(around: Surroundings, sign_in_name: str) -> None:
    """List the tokens of SIGN_IN_NAME's account; never the tokens themselves, which are not kept."""
    table = Table("Name", "Until", "Revoked")
    with house(around.config) as place, place.work("token list") as work:
        for each in view_account(work, id_of(work, sign_in_name))[1]:
            revoked = london_date(each.revoked_at).isoformat() if each.revoked_at else ""
            table.add_row(escape(each.name), london_date(each.until).isoformat(), revoked)
    show(table)
