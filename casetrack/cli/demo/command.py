"""`casetrack demo`: a whole casetrack with invented people, on this machine alone."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from casetrack.app import create_app, key_folder, open_deployment, utc_now
from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.tree import Frontier
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.databases import found
from casetrack.cli.demo.accounts import colleagues, keep_colleagues
from casetrack.cli.demo.acts import Moment
from casetrack.cli.demo.folder import Folder
from casetrack.cli.demo.journeys import LIVES, plan_lives
from casetrack.cli.demo.parts import live_all
from casetrack.cli.demo.personas import demonstration_of
from casetrack.cli.demo.world import World, read_world
from casetrack.cli.house import Addresses, House, among_stores, database, undone_here
from casetrack.cli.logs import speak
from casetrack.cli.serve import check_free, run
from casetrack.config import Config, Server
from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.calendars import london_date
from casetrack.domain.factfiles import read_facts
from casetrack.http.house import EXTENSION as HOUSE
from casetrack.persistence.installing import take_up
from casetrack.persistence.past import telling_past
from casetrack.persistence.tampering import rewrite_log, tamper_with
from casetrack.persistence.work import begin
from casetrack.resources import facts
from casetrack.services.deployment import Deployment
from casetrack.services.people import Link, LinkUse
from casetrack.services.sessions import NOBODY
from casetrack.services.vouching import vouched_link
from casetrack.web.demo import EXTENSION, Demonstration

SEED: Final = "casetrack"
LINKS_LAST: Final = timedelta(hours=12)
LETTERS_OF_A_LINK: Final = 16
"""Ninety-six bits: short enough to be read, for somewhere that only this machine reaches."""
STOPS_WITHIN_S: Final = 20
MORNING: Final = 9 * 60


def folder_option(command: click.decorators.FC) -> click.decorators.FC:
    """Where the demonstration is kept."""
    return click.option(
        "--folder",
        envvar="DEMO_DIR",
        show_envvar=True,
        default=".demo",
        show_default=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Where it is kept, and found again the next time.",
    )(command)


@click.group(cls=Commands, invoke_without_command=True, epilog=example("casetrack demo --folder demo"))
@click.option(
    "--port",
    envvar="PORT",
    show_envvar=True,
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where this machine's browsers find it.",
)
@click.option("--lives", default=LIVES, type=click.IntRange(1, LIVES), hidden=True, help="How many people there are.")
@folder_option
@click.pass_context
def demo(context: click.Context, port: int, lives: int, folder: Path) -> None:
    """Run a whole casetrack with invented people, for this machine's browsers alone. Ctrl-C stops it.

    The first time it is built, which takes less than a minute; after that it starts with what was done before.
    """
    if context.invoked_subcommand is not None:
        return
    around = context.ensure_object(Surroundings)
    check_free(Server(port=port), "PORT=")
    kept = Folder(around.folder / folder)
    config = kept.prepare(port)
    speak(config)
    with database(config, new=True) as addresses:
        take_up(addresses.owner)
        world = read_world(read_facts(facts(), config.facts.version), london_date(utc_now()))
        if kept.built_on is None:
            # Before the worker begins, for it begins by opening keys.
            found(config, addresses.app, addresses.keeper, key_folder(config), invented=world.invented)
        with working(kept.settings, around.environ):
            if kept.built_on is None:
                build(kept, config, addresses, world, lives)
            app = create_app(
                config, addresses.app, auditor_url=addresses.auditor, demonstration=partial(demonstration_of, SEED)
            )
            with app.app_context():
                shown = app.extensions[EXTENSION]
                _say(kept, config, shown, _links(shown, app.extensions[HOUSE].deployment))
            run(app, config)


@demo.command(epilog=example("casetrack demo tamper"))
@folder_option
@here
def tamper(around: Surroundings, folder: Path) -> None:
    """Change three rows of the demonstration behind casetrack's back, as a superuser of the database could."""
    kept = Folder(around.folder / folder)
    if kept.built_on is None:
        raise click.ClickException(f"There is no demonstration in {folder}. Run: casetrack demo")
    with database(kept.config) as addresses:
        done = tamper_with(addresses.superuser)
    click.echo(f"Event {done.event}: it is now another account that did this.")
    click.echo(f"Case {done.case}: an adult is now a child, or a child an adult.")
    click.echo(f"Holding {done.holding}: another force now has the safe address.")
    click.echo(f"\nSee the log catch it: casetrack --config {folder / kept.settings.name} audit verify --database")


@demo.command(epilog=example("casetrack demo rewrite"))
@folder_option
@here
def rewrite(around: Surroundings, folder: Path) -> None:
    """Take a look at a name out of the log and sign the log anew with its own key, as whoever has both could.

    Whatever speaks of that look goes with it. Stop the demonstration first. Nothing in its database shows it
    afterwards: only who kept a checkpoint can.
    """
    kept = Folder(around.folder / folder)
    if kept.built_on is None:
        raise click.ClickException(f"There is no demonstration in {folder}. Run: casetrack demo")
    keys = key_folder(kept.config).signing(kept.config.service.name)

    def sign(frontier: Frontier) -> str:
        return keys.signed(Checkpoint(keys.believed.origin, frontier.size, frontier.root()))

    with database(kept.config) as addresses:
        done = rewrite_log(addresses.superuser, sign)
    if done is None:
        message = "Nobody has looked at a case yet, so there is no look to take out."
        raise click.ClickException(message)
    verify = f"casetrack --config {folder / kept.settings.name} audit verify"
    click.echo(
        f"Event {done.event} never happened: entry {done.index} is gone, with whatever spoke of it, and the log is "
        f"{done.entries} shorter. Every checkpoint since is new."
    )
    click.echo(f"\nThe database says that all is well: {verify} --database")
    click.echo(f"A checkpoint that somebody kept says otherwise: {verify} --held CHECKPOINT")


def build(folder: Folder, config: Config, addresses: Addresses, world: World, lives: int) -> None:
    """The lives were lived, and the folder says so."""
    plans = tuple(plan_lives(world, SEED, range(lives)))
    oldest = max(act.when.days_ago for plan in plans for act in plan.acts)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with telling_past(addresses.superuser), Progress(*columns) as progress:
        _hire(config, addresses.app, world, Moment(oldest + 1, MORNING))
        task = progress.add_task(f"Inventing {lives} lives", total=sum(len(plan.acts) for plan in plans))
        live_all(folder.settings, addresses.app, SEED, world.today, lives, partial(progress.advance, task))
    folder.finish(SEED, world.today)


def _hire(config: Config, app_url: str, world: World, when: Moment) -> None:
    """Everybody who works with the lives has an account, since before the first of them."""
    with among_stores(config, app_url):
        deployment = open_deployment(config, key_folder(config))
        with House(config, deployment, when.at(world.today)).work("demo") as work:
            keep_colleagues(work, colleagues(world.organisations, SEED))


@contextmanager
def working(settings: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """A worker sequences the log, as a process of its own with a role and a key of its own, until the block ends.

    No variable of ours reaches it, so that none leads it to another database.
    """
    command = [sys.executable, "-m", "casetrack", "--config", str(settings), "worker", "--beside", str(os.getpid())]
    theirs = {name: value for name, value in environ.items() if not name.startswith("CASETRACK_")}
    worker = subprocess.Popen(command, env=theirs, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - a command of ours alone

    def stop() -> None:
        worker.terminate()
        worker.wait(STOPS_WITHIN_S)

    with undone_here(stop):
        yield


def _links(shown: Demonstration, deployment: Deployment) -> dict[str, str]:
    """A path for each persona that signs in once, by the persona's key."""
    until = utc_now() + LINKS_LAST
    links = {}
    with begin(NOBODY) as stores:
        for persona in shown.personas:
            account, token = stores.accounts.named(persona.sign_in_name), new_token()[:LETTERS_OF_A_LINK]
            if account is not None:
                link = Link(token_digest(token), account.id, LinkUse.DEMO, account.epoch, until)
                stores.doors.keep_link(vouched_link(link, deployment))
                links[persona.key] = f"/demo/link/{token}"
    return links


def _say(folder: Folder, config: Config, shown: Demonstration, links: dict[str, str]) -> None:
    """One screen: where it is, who to be, what awaits each, and how to stop."""
    console = Console(highlight=False, soft_wrap=True)
    place = f"http://{config.server.host}:{config.server.port}"
    for persona in shown.personas:
        console.print(f"[bold]{persona.name}[/], {persona.role}, {persona.organisation}")
        console.print(f"  {persona.waiting}\n  {place}{links[persona.key]}\n")
    console.print(f"casetrack, with invented people: [bold]{place}/demo[/]")
    console.print("Each link above signs in once, as somebody to whom that happens. On that page one click does too.")
    console.print(f"It is kept in {folder.path}, and was built on {folder.built_on}. Ctrl-C stops it.")
