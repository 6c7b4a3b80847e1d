"""`casetrack backup`: sealed copies of the database, and the proof that one can be put back.

The key files are not in a copy: whoever finds one with its passphrase still opens nothing about a person. Copy them
apart, and keep them apart.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import click

from casetrack.app import utc_now
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.house import database
from casetrack.config import Config, address
from casetrack.crypto.parcels import ParcelWriter, open_parcel
from casetrack.persistence.backups import BackupRefused, Contents, copying, put_back
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE, install

Taken = TypeVar("Taken")

STAMPS: Final = "backups.json"
VERSION: Final = 1
LENGTH: Final = 4

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds the passphrase of the copy and nothing else, instead of asking for it.",
)


def _address(context: click.Context, parameter: click.Parameter, given: str | None) -> str:  # noqa: ARG001 - click's own shape
    """An address of PostgreSQL, or nothing."""
    try:
        return address(given or "")
    except ValueError as fault:
        raise click.BadParameter(str(fault)) from None


as_option = click.option(
    "--as",
    "url",
    callback=_address,
    envvar="CASETRACK_BACKUP_URL",
    show_envvar=True,
    metavar="ADDRESS",
    help="The address of a superuser of your own PostgreSQL. The embedded one needs none.",
)


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself, sealed with it."""

    deployment: str
    made_at: str
    contents: Contents


@click.group(cls=Commands, epilog=example("casetrack backup make casetrack.backup --passphrase-file backup-passphrase"))
def backup() -> None:
    """Make a sealed copy of the database, prove it, or put it back.

    The key files are not in the copy: copy them apart, and keep them apart.
    """


@backup.command(epilog=example("casetrack backup make casetrack.backup --passphrase-file backup-passphrase"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
@as_option
@here
def make(around: Surroundings, file: Path, passphrase_file: Path | None, url: str) -> None:
    """Make a sealed copy of the database in FILE, while others work in it, and read it back.

    The copy is of one instant. A passphrase of its own opens it: without that, nobody does.
    """
    target, config = around.folder / file, around.config
    if target.exists():
        raise click.ClickException(f"{file} is there already.")
    passphrase = _passphrase(passphrase_file, confirm=True)
    partial = target.with_name(target.name + ".part")
    try:
        with _superuser(config, url) as address, partial.open("xb") as out:
            partial.chmod(0o600)
            manifest = _write(out, passphrase, config, address)
        with partial.open("rb") as made:
            _read(made, passphrase, lambda copy: sum(map(len, copy)))
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    _stamp(config, "made")
    click.echo(f"{file} holds {_told(manifest.contents)}. Prove it with: casetrack backup verify {file}")


@backup.command(epilog=example("casetrack backup verify casetrack.backup --passphrase-file backup-passphrase"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
@here
def verify(around: Surroundings, file: Path, passphrase_file: Path | None) -> None:
    """Prove that FILE can be put back: it is, into a PostgreSQL of its own that is gone again afterwards."""
    passphrase = _passphrase(passphrase_file)
    with (
        tempfile.TemporaryDirectory(prefix="casetrack-") as folder,
        EmbeddedCluster(Path(folder) / "server") as cluster,
    ):
        install(cluster)
        manifest = _put_back(around.folder / file, passphrase, cluster.url(SUPERUSER, DATABASE))
    _stamp(around.config, "restored")
    click.echo(f"{file} can be put back. It was made at {manifest.made_at} and holds {_told(manifest.contents)}.")


@backup.command(epilog=example("casetrack backup restore casetrack.backup --passphrase-file backup-passphrase"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
@as_option
@here
def restore(around: Surroundings, file: Path, passphrase_file: Path | None, url: str) -> None:
    """Put FILE back into the database of the settings, which must be empty.

    The key files of the time are needed to open what it holds. Anything that was done after the copy was made is not
    in it: compare the newest checkpoint that anybody holds before you go on.
    """
    passphrase = _passphrase(passphrase_file)
    with _superuser(around.config, url, new=True) as address:
        manifest = _put_back(around.folder / file, passphrase, address)
    click.echo(f"The database holds {_told(manifest.contents)}, as at {manifest.made_at}.")


def _write(out: BinaryIO, passphrase: str, config: Config, address: str) -> Manifest:
    """The copy is in the file, sealed, with what it says of itself before it."""
    with copying(address) as (contents, copy):
        manifest = Manifest(config.service.name, utc_now().isoformat(timespec="seconds"), contents)
        said = json.dumps({"v": VERSION, **asdict(manifest)}).encode()
        parcel = ParcelWriter(out, passphrase)
        for piece in chain((len(said).to_bytes(LENGTH), said), copy):
            parcel.write(piece)
    parcel.close()
    out.flush()
    os.fsync(out.fileno())
    return manifest


def _put_back(file: Path, passphrase: str, address: str) -> Manifest:
    """The copy is in the database, and the database holds exactly what the copy says that it holds."""
    with file.open("rb") as source:
        manifest, found = _read(source, passphrase, lambda copy: put_back(address, copy))
    if found != manifest.contents:
        raise BackupRefused("What was put back is not what the copy says that it holds.")
    return manifest


def _read(source: BinaryIO, passphrase: str, take: Callable[[Iterator[bytes]], Taken]) -> tuple[Manifest, Taken]:
    """What the copy says of itself, and what came of taking the rest of it."""
    pieces = open_parcel(source, passphrase)
    first = next(pieces)
    end = LENGTH + int.from_bytes(first[:LENGTH])
    try:
        said = json.loads(first[LENGTH:end])
        version = said["v"]
        manifest = Manifest(said["deployment"], said["made_at"], Contents(**said["contents"]))
    except (ValueError, KeyError, TypeError):
        raise BackupRefused("What is sealed here is not a copy of a casetrack database.") from None
    if version != VERSION:
        raise BackupRefused("The copy was made by another version of casetrack: use that one.")
    return manifest, take(chain((first[end:],), pieces))


@contextmanager
def _superuser(config: Config, url: str, *, new: bool = False) -> Iterator[str]:
    """The address of a role that reads and writes everything."""
    if config.database.is_embedded:
        with database(config, new=new) as addresses:
            yield addresses.superuser
    elif url:
        yield url
    else:
        raise click.ClickException(
            "Your own PostgreSQL needs the address of a superuser: --as, or CASETRACK_BACKUP_URL."
        )


def _passphrase(file: Path | None, *, confirm: bool = False) -> str:
    if file is None:
        return str(click.prompt("Passphrase of the copy", hide_input=True, confirmation_prompt=confirm))
    held = file.read_text(encoding="utf-8").removesuffix("\n")
    if not held:
        raise click.ClickException(f"{file} is empty.")
    return held


def _told(contents: Contents) -> str:
    return f"{contents.rows['cases']} cases and {contents.rows['events']} events, at revision {contents.revision}"


def _stamp(config: Config, what: str) -> None:
    """That a copy was made, or put back, is remembered for `casetrack doctor`."""
    file = config.folder.data / STAMPS
    config.folder.data.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({**read_stamps(config), what: utc_now().isoformat(timespec="seconds")}), encoding="utf-8"
    )


def read_stamps(config: Config) -> dict[str, str]:
    """When a copy was last `made` and last `restored`, so far as this machine knows."""
    file = config.folder.data / STAMPS
    held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return dict(held)
