"""`casetrack account`: who can sign in, in which role, for which organisation."""

import secrets
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import house
from casetrack.domain.actors import Role
from casetrack.domain.ids import HolderCode
from casetrack.domain.wordlists import WordLists
from casetrack.services.accounts import NewAccount, close_account, create_account, list_accounts
from casetrack.services.ports import Account
from casetrack.services.work import UnitOfWork

WORDS_OF_A_PASSWORD: Final = 8
"""Of lists of some 230 words each: 62 bits, so that guessing is out of the question while sign-ins are slowed down."""


@click.group(cls=Commands, epilog=example("casetrack account list"))
def account() -> None:
    """Make, close or list the accounts of people who sign in."""


@account.command(
    epilog=example('casetrack account create a.worker --name "A Worker" --role lead --holder kent --generate')
)
@click.argument("sign_in_name")
@click.option("--name", required=True, help="What colleagues call the person.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What they may do.")
@click.option("--holder", required=True, metavar="CODE", help="The organisation that they work for.")
@click.option("--national", is_flag=True, help="Of every organisation: for an auditor or an administrator alone.")
@click.option("--generate", is_flag=True, help="Make a password and show it once, instead of asking for one.")
@here
def create(
    around: Surroundings, *, sign_in_name: str, name: str, role: str, holder: str, national: bool, generate: bool
) -> None:
    """Let somebody sign in as SIGN_IN_NAME. The password is asked for, and not shown as it is typed."""
    with house(around.config) as place:
        made = _generated(place.deployment.words) if generate else ""
        password = made or click.prompt("Password", hide_input=True, confirmation_prompt=True)
        new = NewAccount(
            sign_in_name=sign_in_name,
            display_name=name,
            role=Role(role),
            holder=HolderCode(holder),
            password=password,
            national=national,
        )
        with place.work("account create") as work:
            kept = create_account(work, new)
    click.echo(f"{kept.sign_in_name} can sign in, as {kept.role.value} of {kept.holder}.")
    if made:
        click.echo(f"The password, which is shown this once: {made}")


@account.command(epilog=example("casetrack account close a.worker"))
@click.argument("sign_in_name")
@here
def close(around: Surroundings, sign_in_name: str) -> None:
    """End SIGN_IN_NAME's account: it signs in no more, and its sessions and tokens have ended."""
    with house(around.config) as place, place.work("account close") as work:
        close_account(work, account_named(work, sign_in_name).id)
    click.echo(f"{sign_in_name} can sign in no more.")


@account.command("list", epilog=example("casetrack account list"))
@here
def list_(around: Surroundings) -> None:
    """List the accounts of every organisation."""
    table = Table("Sign-in name", "Name", "Role", "Organisation", "Closed", "Tokens")
    with house(around.config) as place, place.work("account list") as work:
        pages, page = 1, 1
        while page <= pages:
            found = list_accounts(work, page=page)
            for card in found.items:
                closed, tokens = "closed" if card.closed else "", str(len(card.tokens) or "")
                table.add_row(card.sign_in_name, card.display_name, card.role.value, card.holder, closed, tokens)
            pages, page = found.pages, page + 1
    Console().print(table)


def account_named(work: UnitOfWork, sign_in_name: str) -> Account:
    """The account of that name."""
    found = work.stores.accounts.named(sign_in_name.strip().casefold())
    if found is None:
        raise click.ClickException(f"Nobody signs in as {sign_in_name}.")
    return found


def _generated(words: WordLists) -> str:
    lists = (words.first, words.second)
    return "-".join(secrets.choice(lists[number % 2]) for number in range(WORDS_OF_A_PASSWORD))
