"""`casetrack`: the command that the others are commands of."""

from pathlib import Path

import click

from casetrack import __version__
from casetrack.cli.accounts import account
from casetrack.cli.audit import audit
from casetrack.cli.backups import backup
from casetrack.cli.commands import HELP, Commands, Surroundings, example, here
from casetrack.cli.databases import db
from casetrack.cli.demo.command import demo
from casetrack.cli.destroying import destroy
from casetrack.cli.doctor import doctor
from casetrack.cli.exports import checkpoint, export, prove_event, reopen, witnessed
from casetrack.cli.keys import keys
from casetrack.cli.logs import quiet
from casetrack.cli.serve import serve
from casetrack.cli.shipping import ship
from casetrack.cli.tokens import token
from casetrack.cli.witness import witness
from casetrack.cli.worker import worker


@click.group(cls=Commands, context_settings=HELP, epilog=example("casetrack db status"))
@click.version_option(__version__, message="casetrack %(version)s")
@click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file of settings. Without it: the one that CASETRACK_CONFIG names, or else config.toml in this folder.",
)
@here
def casetrack(around: Surroundings, file: Path | None) -> None:
    """One person's journey through modern slavery support, handed between organisations without a gap."""
    quiet()
    around.file = file and around.folder / file


keys.add_command(destroy)
for command in (export, prove_event, checkpoint, witnessed, reopen, ship):
    audit.add_command(command)
for command in (serve, worker, db, account, token, keys, audit, witness, backup, demo, doctor):
    casetrack.add_command(command)
