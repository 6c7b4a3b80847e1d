"""`casetrack backup`: sealed copies of the database, and the proof that one can be put back.

The key files are not in a copy: whoever finds one with its passphrase still opens nothing about a person. Copy them
apart, and keep them apart.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import click

from casetrack.app import utc_now
from casetrack.cli.commands import Commands, Surroundings, example, here
from casetrack.cli.erasures import list_of, replayed, settled
from casetrack.cli.house import database
from casetrack.cli.passphrases import passphrase_option, read_passphrase
from casetrack.cli.service_keys import caught_up, say
from casetrack.config import Config
from casetrack.config.checks import address
from casetrack.crypto.parcels import open_parcel, seal_parcel
from casetrack.persistence.backups import BackupRefused, Contents, copying, put_back
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE, install

Taken = TypeVar("Taken")

STAMPS: Final = "backups.json"
MADE: Final = "made"
VERSION: Final = 1
LENGTH: Final = 4


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


erasures_option = click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list of erasures, where it is not the one beside the key files.",
)
partly_option = click.option(
    "--partly",
    is_flag=True,
    help="Go on although the list of erasures is not whole: what it lacks may come back with the copy.",
)


@dataclass(frozen=True)
class Manifest:
    """What a copy says of itself, sealed with it."""

    deployment: str
    made_at: str
    contents: Contents


@dataclass(frozen=True)
class Stamps:
    """What a machine remembers of its copies."""

    last: Mapping[str, str]
    """When one was last `made` and last `restored`."""
    copies: tuple[datetime, ...]
    """When each was made that is still kept."""


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
    passphrase = read_passphrase(passphrase_file, "the copy", confirm=True)
    with database(config) as addresses:
        settled(config, addresses)
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
    _stamp(config, MADE)
    click.echo(f"{file} holds {_told(manifest.contents)}. Prove it with: casetrack backup verify {file}")


@backup.command(epilog=example("casetrack backup verify casetrack.backup --passphrase-file backup-passphrase"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
@here
def verify(around: Surroundings, file: Path, passphrase_file: Path | None) -> None:
    """Prove that FILE can be put back: it is, into a PostgreSQL of its own that is gone again afterwards."""
    passphrase = read_passphrase(passphrase_file, "the copy")
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
@erasures_option
@partly_option
@here
def restore(
    around: Surroundings,
    file: Path,
    passphrase_file: Path | None,
    url: str,
    erasures: Path | None,
    *,
    partly: bool,
) -> None:
    """Put FILE back into the database of the settings, which must be empty, and erase from it what was erased since.

    The newest copy of the key folder is needed to open what it holds. Anything that was done after FILE was made is
    not in it: compare the newest checkpoint that anybody holds before you go on. Nobody comes in before the list of
    erasures, which is beside the key files, was gone through.
    """
    passphrase = read_passphrase(passphrase_file, "the copy")
    with _superuser(around.config, url, new=True) as address:
        manifest = _put_back(around.folder / file, passphrase, address)
        click.echo(f"The database holds {_told(manifest.contents)}, as at {manifest.made_at}.")
        _replay(around, address, erasures, whole=not partly)


@backup.command(epilog=example("casetrack backup replay"))
@as_option
@erasures_option
@partly_option
@here
def replay(around: Surroundings, url: str, erasures: Path | None, *, partly: bool) -> None:
    """Erase from the database what the list of erasures says, and let casetrack in.

    For a copy that was put back by other means than casetrack's, and where restoring one was cut short. Running it
    again changes nothing.
    """
    with _superuser(around.config, url) as address:
        _replay(around, address, erasures, whole=not partly)


def _replay(around: Surroundings, address: str, erasures: Path | None, *, whole: bool) -> None:
    vetted = caught_up(around.config, address)
    if vetted is not None:
        click.echo("It has the newest keys of casetrack itself now, which the key folder had.")
        say(vetted.findings)
    listed = list_of(around.config, around.folder / erasures if erasures else None)
    count = replayed(around.config, address, listed, whole=whole)
    click.echo(f"Erased once more, by the list of erasures: {count}. casetrack may use the database.")


def _write(out: BinaryIO, passphrase: str, config: Config, address: str) -> Manifest:
    """The copy is in the file, sealed, with what it says of itself before it."""
    with copying(address) as (contents, copy):
        manifest = Manifest(config.service.name, utc_now().isoformat(timespec="seconds"), contents)
        said = json.dumps({"v": VERSION, **asdict(manifest)}).encode()
        out.writelines(seal_parcel(chain((len(said).to_bytes(LENGTH), said), copy), passphrase))
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


def _told(contents: Contents) -> str:
    return f"{contents.rows['cases']} cases and {contents.rows['events']} events, at revision {contents.revision}"


def _stamp(config: Config, what: str) -> None:
    """That a copy was made, or put back, is remembered for `casetrack doctor`; of copies, as long as they are kept."""
    file, now = config.folder.data / STAMPS, utc_now()
    config.folder.data.mkdir(parents=True, exist_ok=True)
    stamps = read_stamps(config)
    copies = [*stamps.copies, now] if what == MADE else list(stamps.copies)
    kept = [at.isoformat() for at in copies if now - at < config.backups.keep]
    file.write_text(
        json.dumps({**stamps.last, what: now.isoformat(timespec="seconds"), "copies": kept}), encoding="utf-8"
    )


def read_stamps(config: Config) -> Stamps:
    """What this machine knows of its copies."""
    file = config.folder.data / STAMPS
    held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    copies = tuple(datetime.fromisoformat(at) for at in held.pop("copies", ()))
    return Stamps(held, copies)
