"""`casetrack account`: who can sign in, in which role, for which organisation."""

import click
from rich.markup import escape
from rich.table import Table

from casetrack.cli.commands import Commands, Surroundings, example, here, show
from casetrack.cli.house import house
from casetrack.config import Config
from casetrack.domain.actors import Role
from casetrack.domain.calendars import london_date
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.services.accounts import (
    NewAccount,
    account_named,
    close_account,
    create_account,
    list_accounts,
    reset_account,
)
from casetrack.services.lifetimes import SET_UP_WAITS
from casetrack.services.lists import AccountQuery
from casetrack.services.work import UnitOfWork


@click.group(cls=Commands, epilog=example("casetrack account list"))
def account() -> None:
    """Make, reset, close or list the accounts of people who sign in."""


@account.command(epilog=example('casetrack account create a.worker --name "A Worker" --role lead --holder kent'))
@click.argument("sign_in_name")
@click.option("--name", required=True, help="What colleagues call the person.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What they may do.")
@click.option("--holder", required=True, metavar="CODE", help="The organisation that they work for.")
@click.option("--national", is_flag=True, help="Of every organisation: for an auditor or an administrator alone.")
@here
def create(around: Surroundings, *, sign_in_name: str, name: str, role: str, holder: str, national: bool) -> None:
    """Make an account for whoever is to sign in as SIGN_IN_NAME.

    They choose the password themselves, by a link that is shown this once.
    """
    new = NewAccount(
        sign_in_name=sign_in_name,
        display_name=name,
        role=Role(role),
        holder=HolderCode(holder),
        national=national,
    )
    with house(around.config) as place, place.work("account create") as work:
        made = create_account(work, new)
    click.echo(f"{made.account.sign_in_name} is made, as {made.account.role.value} of {made.account.holder}.")
    _show_link(around.config, made.link)


@account.command(epilog=example("casetrack account password a.worker"))
@click.argument("sign_in_name")
@here
def password(around: Surroundings, sign_in_name: str) -> None:
    """End SIGN_IN_NAME's password, sessions and tokens. They choose a new one, by a link that is shown this once."""
    with house(around.config) as place, place.work("account password") as work:
        made = reset_account(work, id_of(work, sign_in_name))
    click.echo(f"{sign_in_name} has no password, and is signed in nowhere.")
    _show_link(around.config, made.link)


@account.command(epilog=example("casetrack account close a.worker"))
@click.argument("sign_in_name")
@here
def close(around: Surroundings, sign_in_name: str) -> None:
    """End SIGN_IN_NAME's account: it signs in no more, and its sessions and tokens have ended."""
    with house(around.config) as place, place.work("account close") as work:
        close_account(work, id_of(work, sign_in_name))
    click.echo(f"{sign_in_name} can sign in no more.")


@account.command("list", epilog=example("casetrack account list"))
@here
def list_(around: Surroundings) -> None:
    """List the accounts of every organisation."""
    table = Table("Sign-in name", "Name", "Role", "Organisation", "Last signed in", "Closed", "Tokens")
    with house(around.config) as place, place.work("account list") as work:
        pages, page = 1, 1
        while page <= pages:
            found = list_accounts(work, AccountQuery(page=page))
            for card in found.items:
                last = london_date(card.signed_in_at).isoformat() if card.signed_in_at else "never"
                closed, tokens = "closed" if card.closed else "", str(len(card.tokens) or "")
                table.add_row(
                    escape(card.sign_in_name),
                    escape(card.display_name),
                    card.role.value,
                    card.holder,
                    last,
                    closed,
                    tokens,
                )
            pages, page = found.pages, page + 1
    show(table)


def id_of(work: UnitOfWork, sign_in_name: str) -> AccountId:
    """The account of that name."""
    found = account_named(work, sign_in_name)
    if found is None:
        raise click.ClickException(f"Nobody signs in as {sign_in_name}.")
    return found


def _show_link(config: Config, link: str) -> None:
    """Where somebody chooses their password: by the name that people know the site by, if the settings say one."""
    server = config.server
    place = f"https://{server.hosts[0]}" if server.hosts else f"http://{server.host}:{server.port}"
    click.echo(f"Within {SET_UP_WAITS.days} days, they choose a password at: {place}/set-up/{link}")
