"""`casetrack witness`: any organisation watches the log of another, offline: it needs no database and no network."""

from pathlib import Path
from typing import Final

import click

from casetrack.app import utc_now
from casetrack.audit.policy import Policy
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.exports import A_FILE, text_of
from casetrack.cli.passphrases import passphrase_option, read_passphrase
from casetrack.gateways.witness_files import WitnessFiles

NEW: Final = "casetrack witness new kent.example/witness --state witness --passphrase-file witness-passphrase"
COSIGN: Final = "casetrack witness cosign request --state witness --policy policy --passphrase-file witness-passphrase"

state_option = click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="What the witness keeps. Its key is beside it, in FILE.key. Keep copies of both, and cosign from one place.",
)


@click.group(cls=Commands, epilog=example(NEW))
def witness() -> None:
    """Watch a log: cosign that it goes on from what you saw of it before, so that nobody can be shown another."""


@witness.command(epilog=example(NEW))
@click.argument("name")
@state_option
@passphrase_option
@here
def new(around: Surroundings, name: str, state: Path, passphrase_file: Path | None) -> None:
    """Make a witness called NAME with a key of its own, and print its verifier key, which you give to those who ask.

    A name is usually a domain and a path that are yours, such as kent.example/witness. A passphrase seals the key.
    """
    passphrase = read_passphrase(passphrase_file, "the witness", confirm=True)
    try:
        key = WitnessFiles(around.folder / state).new(name, passphrase)
    except FileExistsError:
        raise click.ClickException(f"{state} is there already.") from None
    click.echo(key.format())


@witness.command(epilog=example(COSIGN))
@click.argument("request", type=A_FILE)
@state_option
@click.option("--policy", type=A_FILE, required=True, metavar="FILE", help="Which logs you believe: lines of log.")
@passphrase_option
@here
def cosign(around: Surroundings, request: Path, state: Path, policy: Path, passphrase_file: Path | None) -> None:
    """Print the checkpoint in REQUEST, cosigned, if its log goes on from what this witness cosigned before.

    REQUEST is what `casetrack audit checkpoint --since SIZE` prints where the log is. What is printed goes back there,
    into `casetrack audit witnessed`. If the log is refused, something is wrong with it: keep REQUEST, it is the proof.
    """
    cosigned = WitnessFiles(around.folder / state).cosign(
        text_of(around.folder / request),
        Policy.parse((around.folder / policy).read_bytes()),
        read_passphrase(passphrase_file, "the witness"),
        int(utc_now().timestamp()),
    )
    click.echo(cosigned, nl=False)
