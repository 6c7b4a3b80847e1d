"""`casetrack keys`: what keys there are, whether each is where it should be, and their renewal while casetrack runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from casetrack.app import key_folder
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import House, house
from casetrack.domain.ids import HolderCode
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping, keeping_still
from casetrack.services.checkpoints import CheckpointVerifier, origin_of
from casetrack.services.keysets import (
    Enter,
    HolderKeys,
    Keeper,
    Reach,
    Renewal,
    list_keysets,
    plan_renewal,
    renew_keyset,
    reseal_keyset,
    rewrap_keyset,
)
from casetrack.services.verifying_keys import Wrong, verify_keys

WIDE: Final = 130
"""How many letters a line of the inventory needs at least: a fingerprint is compared more easily in one line."""
WORDS: Final = {Reach.WORKING: "works", Reach.OUT_OF_REACH: "does not answer", Reach.BROKEN: "broken"}


@click.group(cls=Commands, epilog=example("casetrack keys status"))
def keys() -> None:
    """See, verify and renew the keys of the organisations."""


@keys.command(epilog=example("casetrack keys status --json"))
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the version and the fingerprint of every keyset.")
@here
def status(around: Surroundings, *, as_json: bool) -> None:
    """List every organisation's keys: provider, versions, fingerprints, and how many keys each version opens.

    Ends with 1 if the keys of any do not work. Compare a fingerprint by telephone, with a number that you had before.
    """
    with house(around.config) as at, at.work("The inventory of keys") as work:
        held = list_keysets(work)
    folder = key_folder(around.config)
    log_key = CheckpointVerifier(origin_of(around.config.service.name), folder.log_public()).line()
    if as_json:
        click.echo(json.dumps({"log_key": log_key, "organisations": [_plain(each) for each in held]}, indent=2))
    else:
        _print(held, log_key)
    broken = [each for each in held if each.reach is not Reach.WORKING]
    for each in broken:
        click.echo(f"{each.holder.code}: {each.sentence}", err=True)
    if broken:
        raise click.ClickException(f"The keys of {len(broken)} do not work.")


@keys.command(epilog=example("casetrack keys verify"))
@here
def verify(around: Surroundings) -> None:
    """Check that every key is where it should be, opens, and is nowhere else; ends with 1 if anything is wrong.

    The first of each kind that is wrong is named, by a code, a reference or an id. No value is opened.
    """
    first: dict[Wrong, str] = {}
    found = 0
    with _among_keys(around, still=True) as (at, enter), enter() as room, Progress(console=_console()) as progress:
        size = room.size()
        task = progress.add_task("Cases and offers", total=size)
        for finding in verify_keys(room, at.deployment, partial(progress.advance, task)):
            found += 1
            first.setdefault(finding.wrong, finding.name)
    for wrong, name in first.items():
        click.secho(f"{name}: {wrong.value}", fg="red", err=True)
    if found:
        raise click.ClickException(f"{found} found that {'is' if found == 1 else 'are'} not as it should be.")
    click.echo(f"Every key is where it should be, and opens: {size} cases and offers.")


@keys.group(cls=Commands, epilog=example("casetrack keys rotate holder kent --dry-run"))
def rotate() -> None:
    """Renew keys while casetrack runs."""


@rotate.command(epilog=example("casetrack keys rotate holder kent --dry-run"))
@click.argument("code")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@here
def holder(around: Surroundings, code: str, *, dry_run: bool) -> None:
    """Give the organisation CODE the next version of its keys, and wrap for it what the older ones open.

    Whatever stops it, run it again: it goes on where it was. The older versions stay, for old seals and old terms.
    """
    with _among_keys(around) as (at, enter):
        keeper = at.keeper("Keys renewed", enter)
        if dry_run:
            planned = plan_renewal(keeper, HolderCode(code))
            click.echo(f"{_said(planned)} {planned.left} keys would be wrapped for it. Nothing was done.")
            return
        renewal = renew_keyset(keeper, HolderCode(code))
        click.echo(_said(renewal))
        left = _rewrap(keeper, HolderCode(code), renewal.left)
    if left:
        raise click.ClickException(f"{left} keys are being used by other work, or came meanwhile. Run this again.")
    click.echo(f"Every key of {code} is wrapped for version {renewal.version}.")


@rotate.command(epilog=example("casetrack keys rotate root kent --dry-run"))
@click.argument("code")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@here
def root(around: Surroundings, code: str, *, dry_run: bool) -> None:
    """Seal the keys of the organisation CODE again, under the root that [keys.holders.CODE] names now.

    Restart casetrack with those settings first: until then it would not open what is sealed under the new root.
    """
    with _among_keys(around) as (at, enter):
        if dry_run:
            provider = at.deployment.providers.get(HolderCode(code), "file")
            click.echo(f"The keys of {code} would be sealed under its root of: {provider}. Nothing was done.")
            return
        moved = reseal_keyset(at.keeper("Keys sealed again", enter), HolderCode(code))
    click.echo(f"The keys of {code} are sealed under its root of: {moved.provider}. Versions: {moved.versions}.")


def _rewrap(keeper: Keeper, code: HolderCode, left: int) -> int:
    """Batch after batch is wrapped again; how many are left when nothing more is to be had."""
    with Progress(console=_console()) as progress:
        task = progress.add_task("Keys wrapped again", total=left)
        while (step := rewrap_keyset(keeper, code)) is not None:
            left = step.left
            progress.advance(task, step.rows)
    return plan_renewal(keeper, code).left if left else 0


def _said(renewal: Renewal) -> str:
    begun = "Version {} was begun before, and is gone on with." if renewal.begun else "Version {} is new."
    return begun.format(renewal.version)


@contextmanager
def _among_keys(around: Surroundings, *, still: bool = False) -> Iterator[tuple[House, Enter]]:
    """The deployment, and the way in among the key rows; with `still`, as they are at one instant."""
    timeout_ms = around.config.database.statement_timeout_ms
    with house(around.config) as at, engine_at(at.keeper_url, statement_timeout_ms=timeout_ms) as engine:
        yield at, partial(keeping_still if still else keeping, engine)


def _console() -> Console:
    """Where progress is shown: beside what a command says, never in it."""
    return Console(stderr=True)


def _plain(held: HolderKeys) -> dict[str, Any]:
    return {
        "organisation": held.holder.code,
        "provider": held.provider,
        "works": held.reach is Reach.WORKING,
        "left_under_older_versions": held.left,
        "keysets": [
            {
                "version": keyset.version,
                "fingerprint": keyset.fingerprint,
                "made": keyset.made.isoformat() if keyset.made else None,
                "data_keys": keyset.rows.data_keys,
                "offer_keys": keyset.rows.offer_keys,
            }
            for keyset in held.keysets
        ],
    }


def _print(held: tuple[HolderKeys, ...], log_key: str) -> None:
    table = Table("Organisation", "Provider", "Version", "Made", "Cases' keys", "Offers' keys")
    # It is compared letter by letter with one that came another way, and may be in no two lines.
    table.add_column("Fingerprint", no_wrap=True)
    for each in held:
        name, state = str(each.holder.code), f"{each.provider}: {WORDS[each.reach]}"
        for keyset in each.keysets:
            made = keyset.made.date().isoformat() if keyset.made else ""
            numbers = (str(keyset.rows.data_keys), str(keyset.rows.offer_keys))
            table.add_row(escape(name), escape(state), str(keyset.version), made, *numbers, keyset.fingerprint)
            name = state = ""
        if not each.keysets:
            table.add_row(escape(name), escape(state), "none", "", "", "", "")
    console = Console(width=max(Console().width, WIDE))
    console.print(table)
    console.print(f"The log's key: {log_key}")
