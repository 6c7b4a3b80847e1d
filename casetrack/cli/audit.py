"""`casetrack audit`: whether the log and everything beneath it is what was recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from casetrack.app import inspection, key_folder, open_deployment, utc_now
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import among_stores, database
from casetrack.persistence.installing import engine_at
from casetrack.persistence.work import begin_log
from casetrack.services.certificates import verify_certificate
from casetrack.services.checkpoints import origin_of
from casetrack.services.evidence import Evidence
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_erasures import count_erased
from casetrack.services.verifying_journal import Believed, verify_checkpoints


@click.group(cls=Commands, epilog=example("casetrack audit verify"))
def audit() -> None:
    """Verify the tamper-evident log, or show its newest checkpoint."""


@audit.command(epilog=example("casetrack audit verify --database"))
@click.option("--database", "whole", is_flag=True, help="Also every event, case, holding and transfer beneath the log.")
@here
def verify(around: Surroundings, *, whole: bool) -> None:
    """Say whether the log is what was recorded; ends with 1 if anything is wrong, and names it.

    What is signed is read with public keys alone: nothing about a person is opened.
    """
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


@audit.command(epilog=example("casetrack audit checkpoint"))
@here
def checkpoint(around: Surroundings) -> None:
    """Print the newest signed checkpoint, to be kept where nobody who runs this can reach it.

    Whoever holds one can show later whether the log still begins with the same entries.
    """
    config = around.config
    timeout_ms = config.database.statement_timeout_ms
    with (
        database(config) as addresses,
        engine_at(addresses.auditor, statement_timeout_ms=timeout_ms) as engine,
        begin_log(engine) as log,
    ):
        newest = log.newest_checkpoint()
    if newest is None:
        raise click.ClickException("There is no checkpoint yet. Is casetrack worker running?")
    click.echo(newest, nl=False)


@audit.command("keys", epilog=example("casetrack audit keys"))
@here
def log_keys(around: Surroundings) -> None:
    """Print the log's first key, and each statement by which another followed it or an old one ended.

    Whoever believes that first key can check each statement with it, and so come to believe the key of now.
    """
    chain, origin = key_folder(around.config).chain(), origin_of(around.config.service.name)
    click.echo(chain.believed(origin).spans[0].key.format())
    for statement in chain.statements:
        click.echo(f"\n{statement}", nl=False)


@contextmanager
def _evidence(around: Surroundings) -> Iterator[tuple[Evidence, Believed]]:
    config, keys = around.config, key_folder(around.config)
    with database(config) as addresses:
        with among_stores(config, addresses.app):
            deployment = open_deployment(config, keys)
        with inspection(config, keys, deployment, addresses.auditor, utc_now)() as found:
            yield found
