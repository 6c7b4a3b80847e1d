"""`casetrack keys`: what keys there are, whether each is where it should be, and their renewal while casetrack runs."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Protocol

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from casetrack.app import key_folder
from casetrack.audit.note import VerifierKey
from casetrack.audit.succession import LogKeys, Span
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import House, house
from casetrack.cli.service_keys import keep_service, say, vetted_in
from casetrack.domain.errors import IntegrityBroken, NotHeld
from casetrack.domain.ids import HolderCode
from casetrack.domain.keyset_refusals import LogKeyAlone
from casetrack.domain.references import Reference, read_reference
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping, keeping_still
from casetrack.persistence.work import begin_log
from casetrack.services.keysets import (
    Enter,
    HolderKeys,
    Reach,
    Renewal,
    list_keysets,
    plan_renewal,
    renew_keyset,
    reseal_keyset,
    rewrap_keyset,
)
from casetrack.services.log_keys import (
    EPOCH,
    MILLISECOND,
    SPEAKING,
    LogKeeper,
    end_log_key,
    plan_log_key,
    renew_log_key,
    statements_in,
)
from casetrack.services.ports import NamedCase
from casetrack.services.renewing_case_keys import (
    CaseKeeper,
    find_holder,
    find_named,
    plan_case_keys,
    renew_case_keys,
)
from casetrack.services.renewing_service import plan_service, renew_service, reseal_doors
from casetrack.services.renewing_tags import plan_tags, remake_tags
from casetrack.services.verifying_keys import Wrong, verify_keys
from casetrack.services.verifying_trust import Vetted

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

    Doors are accounts and tokens, which casetrack itself sealed. Ends with 1 if the keys of any do not work. Compare a
    fingerprint by telephone, with a number that you had before.
    """
    with house(around.config) as at, at.work("The inventory of keys") as work:
        held = list_keysets(work)
    log = key_folder(around.config).chain().of(around.config.service.name)
    if as_json:
        click.echo(json.dumps({**_plain_log(log), "organisations": [_plain(each) for each in held]}, indent=2))
    else:
        _print(held, log)
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
        _work_off("Keys wrapped again", renewal.left, partial(rewrap_keyset, keeper, HolderCode(code)))
        left = _still(plan_renewal(keeper, HolderCode(code)))
    if left:
        raise click.ClickException(f"{left} keys are being used by other work, or came meanwhile. Run this again.")
    click.echo(f"Every key of {code} is wrapped for version {renewal.version}.")


@rotate.command(epilog=example("casetrack keys rotate service --dry-run"))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, though something does not fit.")
@here
def service(around: Surroundings, *, dry_run: bool, yes: bool) -> None:
    """Give casetrack itself the next version of its keys, by which all others are believed.

    It certifies the keys of every organisation anew, and seals accounts and tokens again. Those that the journal does
    not know of, or that are not as they were sealed, are named first, and left as they are: somebody planted them.
    Whatever stops this, run it again: it goes on where it was. Tell whoever compares fingerprints the new one. What the
    version before sealed is believed until the next renewal; casetrack that runs believes older ones until it is
    restarted.
    """
    config = around.config
    with _among_keys(around) as (at, enter):
        ask = partial(vetted_in, at.auditor_url, config, at.deployment)
        vetted = ask()
        say(vetted.findings)
        keeper = at.keeper("The service's keys renewed", enter)
        if dry_run:
            planned = plan_service(keeper, vetted)
            click.echo(f"{_said(planned)} {planned.left} accounts and tokens would be sealed by it. Nothing was done.")
            return
        if vetted.findings and not yes:
            click.confirm(_asked(vetted), abort=True)
        # Before anything is renewed, too: so that whoever may not write there finds out now.
        keep_service(config, at.deployment, enter)
        renewal = renew_service(keeper, vetted)
        keep_service(config, at.deployment, enter)
        click.echo(_said(renewal))
        _work_off("Accounts and tokens sealed again", renewal.left, partial(reseal_doors, keeper, vetted))
        now = ask()
        left = _still(plan_service(keeper, now))
    if left:
        raise click.ClickException(f"{left} accounts and tokens are being used by other work. Run this again.")
    click.echo(f"Every account and token is sealed by version {renewal.version} of the keys of casetrack itself.")
    click.echo("Copy the key folder again, and restart casetrack when you can.")
    click.echo("If older keys were stolen, renew until two further versions are new.")
    if now.findings:
        say(tuple(finding for finding in now.findings if finding not in vetted.findings))
        raise click.ClickException("But for what is named above. Look at it: casetrack audit verify --database")


def _asked(vetted: Vetted) -> str:
    """What becomes of what does not fit, for whoever decides."""
    if not vetted.doors_apart and not vetted.apart:
        return "The journal itself, which was asked what to believe, is not as it should be. Go on?"
    return (
        f"Of what is named above, {len(vetted.doors_apart)} accounts and tokens are let in until the next renewal and "
        f"then no more; {len(vetted.apart)} organisations can do nothing any more once casetrack is restarted. Go on?"
    )


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
        keep_service(around.config, at.deployment, enter)
    click.echo(f"The keys of {code} are sealed under its root of: {moved.provider}. Versions: {moved.versions}.")


@rotate.command("log", epilog=example("casetrack keys rotate log --dry-run"))
@click.option("--finish", is_flag=True, help="End the old key: the new one signs alone from then on.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@here
def rotate_log(around: Surroundings, *, finish: bool, dry_run: bool) -> None:
    """Let a new key sign the log beside the old one; later, with --finish, let the old one sign no more.

    Give the new key to whoever verifies the log with the old one; the journal has what the old one signed of it. The
    worker need not be restarted. Whatever stops this, run it again.
    """
    with _at_the_log(around) as by:
        planned = plan_log_key(by)
        if finish and dry_run and not planned.begun:
            raise LogKeyAlone
        if dry_run:
            click.echo(_planned(planned.keys, finish=finish))
            return
        done = end_log_key(by) if finish else renew_log_key(by)
    if finish:
        click.echo(f"The key of the log is: {done.keys[-1].format()}")
        click.echo("The old one signs no more, and its private half is gone from the key folder.")
        return
    if len(done.keys) == 1:
        click.echo("The old key had ended before, and the journal was not told. It is now.")
        return
    click.echo("The renewal was begun before. Both keys sign:" if done.begun else "Both keys sign from now on:")
    for key in done.keys:
        click.echo(key.format())
    click.echo("End the old one with: casetrack keys rotate log --finish")


def _planned(keys: tuple[VerifierKey, ...], *, finish: bool) -> str:
    old, *others = (key.format() for key in keys)
    if finish:
        return f"{old} would sign no more. Nothing was done."
    would = f"{others[0]} signs beside it already" if others else "A new key would sign beside it"
    return f"{old} signs the log. {would}. Nothing was done."


@contextmanager
def _at_the_log(around: Surroundings) -> Iterator[LogKeeper]:
    """The command line as the keeper of the log's key, who holds the log while that changes."""
    timeout_ms = around.config.database.statement_timeout_ms
    with (
        _among_keys(around) as (at, enter),
        engine_at(at.sequencer_url, statement_timeout_ms=timeout_ms) as sequencer,
        engine_at(at.auditor_url, statement_timeout_ms=timeout_ms) as auditor,
    ):

        def spoken() -> frozenset[str]:
            with inspecting(auditor) as evidence:
                return statements_in(evidence.events_of(SPEAKING))

        keeper = at.keeper("The log's key renewed", enter)
        yield LogKeeper(keeper, key_folder(around.config), partial(begin_log, sequencer), spoken)


@rotate.command("case", epilog=example("casetrack keys rotate case --holder kent --dry-run"))
@click.argument("reference", required=False)
@click.option("--holder", "code", help="The organisation whose part it is: of every case that it has, or of that one.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@here
def rotate_case(around: Surroundings, reference: str | None, code: str | None, *, dry_run: bool) -> None:
    """Seal what an organisation has of the case REFERENCE, or of every case, again: under new data keys.

    Of every case, it is what the organisation came by before the newest version of its keys: begin with rotate holder.
    Whatever stops it, run it again: it goes on where it was. A case that somebody is working on is left for that.
    """
    if reference is None and code is None:
        raise click.UsageError("Name a case, an organisation with --holder, or both.")
    with _among_keys(around) as (at, enter):
        wanted = read_reference(reference) if reference else None
        of = HolderCode(code) if code else find_holder(at.keeper("A case looked for", enter), Reference(str(wanted)))
        keeper = at.case_keeper("The keys of cases renewed", of)
        cases = (find_named(keeper, wanted),) if wanted else plan_case_keys(keeper)
        if dry_run:
            click.echo(f"What {of} has of {len(cases)} cases would be sealed again. Nothing was done.")
            return
        refused = _renew_cases(keeper, cases, anyway=wanted is not None)
        busy = len(plan_case_keys(keeper)) - len(refused) if wanted is None else 0
    for name, said in refused.items():
        click.secho(f"{name}: {said}", fg="red", err=True)
    if refused or busy > 0:
        left = f"Refused: {len(refused)}. Being worked on, or come meanwhile: {max(busy, 0)}. Run this again."
        raise click.ClickException(left)
    click.echo(f"What {of} has of {wanted or 'every case'} is under new data keys. Cases sealed again: {len(cases)}.")


def _renew_cases(keeper: CaseKeeper, cases: Collection[NamedCase], *, anyway: bool) -> dict[str, str]:
    """One case after another is sealed again; those that were refused, and in what words. Nothing of them changed."""
    refused: dict[str, str] = {}
    with Progress(console=_console()) as progress:
        task = progress.add_task("Cases sealed again", total=len(cases))
        for named in cases:
            try:
                done = renew_case_keys(keeper, named, anyway=anyway)
            except (IntegrityBroken, NotHeld) as refusal:
                refused[named.reference] = refusal.said
            else:
                if anyway and done is None:
                    refused[named.reference] = "Somebody is working on it."
            progress.advance(task)
    return refused


@rotate.command("index", epilog=example("casetrack keys rotate index kent --dry-run"))
@click.argument("code")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@here
def rotate_index(around: Surroundings, code: str, *, dry_run: bool) -> None:
    """Make again, under its newest keys, the tags by which the organisation CODE finds people.

    The newest keys come of rotate holder. Whatever stops it, run it again: it goes on where it was. People are found
    meanwhile as before.
    """
    with _among_keys(around) as (at, _):
        keeper = at.case_keeper("Tags made again", HolderCode(code))
        planned = plan_tags(keeper)
        if dry_run:
            click.echo(f"{planned.left} tags would be made again, of version {planned.version}. Nothing was done.")
            return
        _work_off("Tags made again", planned.left, partial(remake_tags, keeper))
        left = plan_tags(keeper).left
    if left:
        raise click.ClickException(f"{left} tags are of cases that somebody is working on. Run this again.")
    click.echo(f"Every tag of {code} is of version {planned.version}.")


class Step(Protocol):
    """A batch that was done."""

    @property
    def left(self) -> int:
        """How many rows were left then."""


def _work_off(what: str, rows: int, step: Callable[[], Step | None]) -> None:
    """Batch after batch is done, until nothing more is to be had."""
    with Progress(console=_console()) as progress:
        task = progress.add_task(what, total=rows)
        while (done := step()) is not None:
            progress.update(task, completed=max(0, rows - done.left))


def _still(planned: Renewal) -> int:
    """How many rows the renewal has left behind."""
    return planned.left if planned.begun else 0


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
        "tags_left_of_older_versions": held.tags_left,
        "doors_left_of_older_versions": held.doors_left,
        "keysets": [
            {
                "version": keyset.version,
                "fingerprint": keyset.fingerprint,
                "made": keyset.made.isoformat() if keyset.made else None,
                "destroyed": keyset.destroyed,
                "data_keys": keyset.rows.data_keys,
                "offer_keys": keyset.rows.offer_keys,
                "tags": keyset.rows.tags,
                "doors": keyset.rows.doors,
            }
            for keyset in held.keysets
        ],
    }


def _plain_log(log: LogKeys) -> dict[str, Any]:
    keys = [
        {"key": span.key.format(), "signs": span.until is None, "since": _since(span), "until_entries": span.until}
        for span in log.spans
    ]
    return {"log_key": log.in_force[-1].format(), "log_keys": keys}


def _since(span: Span) -> str | None:
    """When the key began to sign; the first did when the log began."""
    return None if span.since_ms is None else (EPOCH + span.since_ms * MILLISECOND).isoformat(timespec="seconds")


def _print(held: tuple[HolderKeys, ...], log: LogKeys) -> None:
    table = Table("Organisation", "Provider", "Version", "Made", "Cases' keys", "Offers' keys", "Tags", "Doors")
    # It is compared letter by letter with one that came another way, and may be in no two lines.
    table.add_column("Fingerprint", no_wrap=True)
    for each in held:
        name, state = str(each.holder.code), f"{each.provider}: {WORDS[each.reach]}"
        for keyset in each.keysets:
            made = keyset.made.date().isoformat() if keyset.made else ""
            rows = keyset.rows
            numbers = map(str, (rows.data_keys, rows.offer_keys, rows.tags, rows.doors))
            version = f"{keyset.version}, destroyed" if keyset.destroyed else str(keyset.version)
            table.add_row(escape(name), escape(state), version, made, *numbers, keyset.fingerprint)
            name = state = ""
        if not each.keysets:
            table.add_row(escape(name), escape(state), "none", "", "", "", "", "", "")
    console = Console(width=max(Console().width, WIDE))
    console.print(table)
    for span in log.spans:
        ended = "" if span.until is None else f"; ended when the log had {span.until} entries"
        since = _since(span) or "the log began"
        console.print(f"The log's key: {span.key.format()} (signs since {since}{ended})", markup=False, soft_wrap=True)
