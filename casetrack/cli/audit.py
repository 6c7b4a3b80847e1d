"""`casetrack audit`: whether the log and everything beneath it is what was recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from casetrack.app import inspection, key_folder, open_deployment, utc_now
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.exports import A_FILE, text_of, verify_folder
from casetrack.cli.house import among_stores, database
from casetrack.services.certificates import verify_certificate
from casetrack.services.evidence import Evidence
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_erasures import count_erased
from casetrack.services.verifying_journal import Believed, verify_checkpoints, verify_kept


@click.group(cls=Commands, epilog=example("casetrack audit verify"))
def audit() -> None:
    """Verify the tamper-evident log, give it to others, and keep what they say of it."""


@audit.command(epilog=example("casetrack audit verify --database"))
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--database", "whole", is_flag=True, help="Also every event, case, holding and transfer beneath the log.")
@click.option("--policy", type=A_FILE, metavar="FILE", help="Of FOLDER: which log and which witnesses you believe.")
@click.option("--maker", metavar="KEY", help="Of FOLDER: by which verifier key its manifest must be signed.")
@click.option("--held", type=A_FILE, multiple=True, metavar="CHECKPOINT", help="A checkpoint that you kept.")
@here
def verify(
    around: Surroundings,
    folder: Path | None,
    policy: Path | None,
    maker: str | None,
    held: tuple[Path, ...],
    *,
    whole: bool,
) -> None:
    """Say whether the log is what was recorded; ends with 1 if anything is wrong, and names it.

    With FOLDER it is about an export, and needs neither settings nor a database nor keys; without, about the log here.
    What is signed is read with public keys alone: nothing about a person is opened.
    """
    if folder is not None and not whole:
        verify_folder(around.folder / folder, policy and around.folder / policy, maker, _beside(around, held))
        return
    if folder or policy or maker:
        message = (
            "FOLDER is an export: --policy and --maker are about one, and --database is about the log that is here."
        )
        raise click.UsageError(message)
    _verify_here(around, _beside(around, held), whole=whole)


def _verify_here(around: Surroundings, held: tuple[Path, ...], *, whole: bool) -> None:
    with _evidence(around) as (evidence, believed):
        findings = erased = 0
        if whole:
            erased = count_erased(evidence)
            for finding in verify_database(evidence, believed):
                findings += 1
                click.secho(str(finding), fg="red", err=True)
        if findings:
            raise click.ClickException(f"{findings} found that {'is' if findings == 1 else 'are'} not as recorded.")
        verified = verify_checkpoints(evidence, believed)
        for each in held:
            verify_kept(text_of(each), evidence, believed)
        click.echo(
            f"The log holds: {verified.entries} entries, {verified.checkpoints} checkpoints, "
            f"{verified.unsigned} not yet signed."
        )
        if whole:
            click.echo("Every event, case, holding and transfer is as it was recorded.")
            click.echo(f"Cases that two people have agreed to erase, and of which nothing else is left: {erased}.")


@audit.command(epilog=example("casetrack audit certificate certificate.json"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@here
def certificate(around: Surroundings, file: Path) -> None:
    """Say whether FILE is a certificate of an erasure that holds, and what it certifies; ends with 1 if not.

    It needs no database and no keys. Compare the fingerprint with the one that the service gave you another way.
    """
    held = verify_certificate((around.folder / file).read_bytes())
    stone = held.stone
    lines = {
        "Deployment": held.deployment,
        "Case": stone.case,
        "Erased at": stone.erased_at.isoformat(),
        "Under the rule": f"{stone.rule}, because of {stone.reason}",
        "Proposed by": f"{stone.proposed_by} of {stone.proposed_holder}, at {stone.proposed_at.isoformat()}",
        "Approved by": f"{stone.approved_by} of {stone.approved_holder}",
        "Lost": ", ".join(f"{number} {kind}" for kind, number in sorted(stone.lost.items())),
        "Place in the log": "not yet given" if held.entry is None else held.entry,
        "Signed by": held.signer,
        "The service's fingerprint": held.fingerprint,
    }
    for name, said in lines.items():
        click.echo(f"{name}: {said}")


@audit.command("keys", epilog=example("casetrack audit keys"))
@here
def log_keys(around: Surroundings) -> None:
    """Print the log's first key, and each statement by which another followed it or an old one ended.

    Whoever believes that first key can check each statement with it, and so come to believe the key of now.
    """
    chain = key_folder(around.config).chain()
    click.echo(chain.of(around.config.service.name).spans[0].key.format())
    for statement in chain.statements:
        click.echo(f"\n{statement}", nl=False)


def _beside(around: Surroundings, held: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(around.folder / each for each in held)


@contextmanager
def _evidence(around: Surroundings) -> Iterator[tuple[Evidence, Believed]]:
    config, keys = around.config, key_folder(around.config)
    with database(config) as addresses:
        with among_stores(config, addresses.app):
            deployment = open_deployment(config, keys)
        with inspection(config, keys, deployment, addresses.auditor, utc_now)() as found:
            yield found
