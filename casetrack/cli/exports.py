"""`casetrack audit export | prove | checkpoint | witnessed`: the log for others, and what they say of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import click
from rich.progress import Progress

from casetrack.app import key_folder, utc_now, witnesses
from casetrack.audit import export as form
from casetrack.audit.errors import NoCheckpoint
from casetrack.audit.export import Examined, Export, verify_export
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.policy import Policy
from casetrack.cli.commands import Surroundings, example, here
from casetrack.cli.house import House, house
from casetrack.config import Config
from casetrack.domain.calendars import end_of
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import EventId, HolderCode
from casetrack.domain.references import read_reference
from casetrack.gateways.evidence_folder import EvidenceFolder, writing
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.persistence.extracts import SqlSource
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.work import begin_log
from casetrack.services.audit import Use
from casetrack.services.checkpoints import require_promised, verifier_of
from casetrack.services.exporting import (
    NO_WITNESSES,
    Maker,
    cosign_checkpoint,
    export_log,
    newest_witnessed,
    note_export,
    prove,
    submission,
)
from casetrack.services.extracts import Extract
from casetrack.services.findings import visible
from casetrack.services.reopening import Reopener, reopen_log
from casetrack.services.verifying_journal import Believed, earlier_logs

ONE_DAY: Final = timedelta(days=1)
DAY: Final = click.DateTime(["%Y-%m-%d"])
A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A file that is there."""
MOST_NAMED: Final = 20
"""Files that are named of those that lie in an export and are not part of it."""


@click.command(epilog=example("casetrack audit export --out evidence --use integrity"))
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="FOLDER")
@click.option(
    "--use", type=click.Choice([use.value for use in Use]), required=True, help="What the log is given out for."
)
@click.option("--case", "reference", metavar="REFERENCE", help="Disclose only what is about that case.")
@click.option("--holder", metavar="CODE", help="Disclose only what an auditor of that organisation may see.")
@click.option("--from", "since", type=DAY, metavar="DAY", help="Disclose nothing of before that day.")
@click.option("--to", "until", type=DAY, metavar="DAY", help="Disclose nothing of after that day.")
@click.option("--since", "older", type=A_FILE, metavar="CHECKPOINT", help="Disclose only what came after a checkpoint.")
@here
def export(
    around: Surroundings,
    folder: Path,
    use: str,
    reference: str | None,
    holder: str | None,
    since: datetime | None,
    until: datetime | None,
    older: Path | None,
) -> None:
    """Write the log into FOLDER, for somebody who has neither this database nor casetrack, and check what was written.

    The whole tree goes with it, and says nothing of anybody; options say of which entries the payloads do. That it was
    given out, and what for, is on the log. A later export into the same folder adds what is new.
    """
    if since and until and since > until:
        message = "Name a last day (--to) that is not before the first (--from)."
        raise click.UsageError(message)
    with _reading(around.config) as (at, source, believed):
        extract = Extract(
            case=source.case_named(read_reference(reference)) if reference else None,
            reference=read_reference(reference) if reference else None,
            holder=HolderCode(holder) if holder else None,
            since=end_of(since.date() - ONE_DAY) if since else None,
            until=end_of(until.date()) if until else None,
            after=believed.log.open(text_of(around.folder / older)).size if older else 0,
        )
        _require_known(at, extract)
        total = newest_witnessed(source, believed, witnesses(around.config))[1].size
        with writing(around.folder / folder) as made, Progress(transient=True) as progress:
            task = progress.add_task("Entries", total=total)
            with at.work("audit export") as work:
                maker = Maker.of(work)
            examined = export_log(
                *(source, believed, extract, made),
                maker=maker,
                witnesses=witnesses(around.config),
                step=lambda entries: progress.advance(task, entries),
            )
            with at.work("audit export") as work:
                note_export(work, extract, examined, made.read(form.MANIFEST_FILE) or b"", Use(use))
                # Within the transaction: the log must not say of what could not be promised that it was given out.
                HeldCheckpoint.beside(at.config.key_file).keep((made.read(form.CHECKPOINT) or b"").decode())
            made.finish()
    click.echo(f"{folder}: {told(examined)}")
    click.echo(f"Signed by {examined.signer.format()}")


@click.command("prove", epilog=example("casetrack audit prove --entry 0"))
@click.option("--event", type=click.UUID, metavar="ID", help="The event, by its id.")
@click.option("--entry", type=click.IntRange(0), metavar="INDEX", help="The event, by the place of its entry.")
@here
def prove_event(around: Surroundings, event: UUID | None, entry: int | None) -> None:
    """Print a proof that an event is in the log, which anybody can check without the log (c2sp.org/tlog-proof).

    What it proves is the entry: an event's payload and salt stand in an export, or are shown to whoever may see them.
    """
    match event, entry:
        case UUID() as id_, None:
            which: EventId | int = EventId(id_)
        case None, int(index):
            which = index
        case _:
            message = "Name the event: by --event, or by --entry."
            raise click.UsageError(message)
    with _reading(around.config) as (at, source, believed):
        try:
            proof, _ = prove(source, believed, which, witnesses(around.config))
        except NotFound:
            message = "There is no such event in the log, or no checkpoint counts it yet."
            raise click.ClickException(message) from None
        HeldCheckpoint.beside(at.config.key_file).keep(proof.checkpoint)
    click.echo(proof.format(), nl=False)


@click.command(epilog=example("casetrack audit checkpoint --since 0"))
@click.option(
    "--since", type=click.IntRange(0), metavar="SIZE", help="Print what a witness is asked that cosigned SIZE."
)
@here
def checkpoint(around: Surroundings, since: int | None) -> None:
    """Print the newest signed checkpoint, to be kept where nobody who runs this can reach it.

    Whoever holds one can show later whether the log still begins with the same entries. For a witness, --since adds the
    proof that the log goes on from what it cosigned last: 0 the first time.
    """
    with _reading(around.config) as (at, source, believed):
        note = newest_witnessed(source, believed, NO_WITNESSES)[0]
        said = note if since is None else submission(source, believed, since).format()
        HeldCheckpoint.beside(at.config.key_file).keep(note)
    click.echo(said, nl=False)


@click.command(epilog=example("casetrack audit witnessed cosigned-checkpoint"))
@click.argument("file", type=A_FILE)
@here
def witnessed(around: Surroundings, file: Path) -> None:
    """Keep what witnesses of the policy say of a checkpoint: FILE is what `casetrack witness cosign` printed.

    From then on casetrack goes on with no database that is older than that checkpoint.
    """
    note, policy = Note.parse(text_of(around.folder / file)), witnesses(around.config)
    with _reading(around.config) as (at, _, believed):
        said = believed.log.open(note.format())
        names = policy.require_witnessed(note, verifier_of)
        known = {(policy.witnesses[name].name, policy.witnesses[name].key_id): policy.witnesses[name] for name in names}
        if not known:
            message = "No witness of the policy has cosigned this. Name the policy in the settings: [audit] policy"
            raise click.ClickException(message)
        with engine_at(at.sequencer_url, statement_timeout_ms=0) as engine, begin_log(engine) as every:
            log = every.since(believed.base)
            require_promised(log, believed.log, believed.held)
            kept = log.checkpoint_of(said.size)
            if kept is None or Note.parse(kept).text != note.text:
                message = "The log that is here never signed this checkpoint. Run: casetrack audit verify --database"
                raise click.ClickException(message)
            of_witnesses = [each for each in note.signatures if (each.name, each.key_id) in known]
            added = [each for each in of_witnesses if log.add_cosignature(said.size, each, utc_now())]
        with at.work("audit witnessed") as work:
            for each in added:
                cosign_checkpoint(work, said.size, known[each.name, each.key_id])
        HeldCheckpoint.beside(at.config.key_file).keep(note.format())
    click.echo(f"Cosigned by {', '.join(names)}: the first {said.size} entries.")


def verify_folder(folder: Path, policy: Path | None, maker: str | None, held: tuple[Path, ...]) -> None:
    """Says whether the export in that folder is what was signed; a `LogRefused` names the first thing that is not.

    What else lies there is named too, and refuses nothing: what was signed holds.
    """
    files = EvidenceFolder(folder)
    examined = verify_export(
        Export(files.read, lambda: files.lines(form.DISCLOSURES)),
        verifier_of,
        policy=Policy.parse(policy.read_bytes()) if policy else None,
        maker=VerifierKey.parse(maker) if maker else None,
        held=[text_of(each) for each in held],
    )
    click.echo(f"The export holds: {told(examined)}")
    if not policy:
        click.echo(f"Believed because the export says so, so compare: {examined.log.format()}")
    if not maker:
        click.echo(f"The manifest is signed by, so compare: {examined.signer.format()}")
    unsigned = sorted(set(files.paths()) - examined.manifest.paths())
    for path in unsigned[:MOST_NAMED]:
        click.echo(f"Not part of what was signed: {visible(path)}")
    if len(unsigned) > MOST_NAMED:
        click.echo(f"Not part of what was signed: {len(unsigned) - MOST_NAMED} more.")


def told(examined: Examined) -> str:
    """What an export is, in a line."""
    by = f"cosigned by {', '.join(examined.witnesses)}" if examined.witnesses else "no witness"
    return (
        f"{examined.checkpoint.size} entries of {examined.checkpoint.origin}, {examined.disclosed} disclosed "
        f"({examined.manifest.scope}); {by}."
    )


@contextmanager
def _reading(config: Config) -> Iterator[tuple[House, SqlSource, Believed]]:
    """The house, with everything that is given out, as of one instant, and what is believed of the log."""
    with (
        house(config) as at,
        engine_at(at.app_url, statement_timeout_ms=0) as walled,
        engine_at(at.auditor_url, statement_timeout_ms=0) as engine,
    ):
        chain, name = key_folder(config).chain(), at.deployment.name
        log, earlier = chain.of(name), earlier_logs(chain, name)
        held = HeldCheckpoint.beside(config.key_file).note()
        believed = Believed(name, at.deployment.service, log, at.now, chain.base, earlier, held)
        try:
            with inspecting(engine) as found:
                yield at, SqlSource(found, chain.base, walled), believed
        except NoCheckpoint:
            message = "There is no checkpoint yet. Is casetrack worker running?"
            raise click.ClickException(message) from None


def _require_known(at: House, extract: Extract) -> None:
    if extract.reference is not None and extract.case is None:
        message = "There is no case of that reference."
        raise click.ClickException(message)
    if extract.holder is not None and extract.holder not in at.deployment.holders.by_code:
        message = f"There is no organisation with the code {extract.holder!r}."
        raise click.ClickException(message)


def text_of(file: Path) -> str:
    """The text of a file that somebody was given. What is no text is no signed note either.

    A program that saved it may have marked it as UTF-8, or ended its lines as Windows does: neither is of the text.
    """
    return file.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")


@click.command(epilog=example("casetrack audit reopen --yes"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@here
def reopen(around: Surroundings, *, yes: bool) -> None:
    """Have the log go on under a new name, where the database is older than a checkpoint that others hold.

    Only if there is no newer copy of the database: what is lost stays lost, and who holds checkpoints of the old name
    sees that it ended. The first entry under the new name commits to what is left of the old. Stop casetrack first, and
    tell everybody who holds a checkpoint, and every witness, the new name and key that are printed.
    """
    config = around.config
    if not yes:
        click.confirm("Is there no newer copy of the database, anywhere?", abort=True)
    with (
        house(config) as at,
        engine_at(at.sequencer_url, statement_timeout_ms=0) as log,
        engine_at(at.keeper_url, statement_timeout_ms=0) as keys,
    ):
        keeper = at.keeper("audit reopen", partial(keeping, keys))
        held = HeldCheckpoint.beside(config.key_file).note()
        begun = reopen_log(Reopener(keeper, key_folder(config), partial(begin_log, log), held))
    click.echo(f"The log goes on as {begun.origin}, from its first entry. Its key:")
    click.echo(begun.spans[0].key.format())
