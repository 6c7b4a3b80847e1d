"""A machine with tokens of PKCS#11: Debian's SoftHSM2, whose tokens are folders that a test can take away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from casetrack.gateways.cryptoki import let_go_of_libraries
from casetrack.gateways.hsm import Token

LIBRARY: Final = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN: Final = "only for tests"
HOLDING: Final = """
import fcntl, pathlib, sys
kept = [path.open("r+b") for path in pathlib.Path(sys.argv[1]).iterdir()]
for file in kept:
    fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class SoftHsm:
    """The tokens of one folder, and where they are put when they are taken away."""

    folder: Path

    @property
    def tokens(self) -> Path:
        """Where the library looks for them."""
        return self.folder / "tokens"

    def make(self, label: str) -> Path:
        """There is a new token of that label; the folder that it is."""
        before = set(self.tokens.iterdir())
        pins = ("--pin", PIN, "--so-pin", "for nobody")
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, *pins], check=True, capture_output=True
        )
        (made,) = set(self.tokens.iterdir()) - before
        return made

    def token(self, label: str, *, pin: str = PIN, timeout_s: float = 5.0) -> Token:
        """The token of that label, as casetrack uses it."""
        return Token(LIBRARY, label, pin, timeout_s=timeout_s)

    @contextmanager
    def without(self, token: Path) -> Iterator[None]:
        """Inside the block the token has been pulled out."""
        away = self.folder / token.name
        token.rename(away)
        try:
            yield
        finally:
            away.rename(token)


@contextmanager
def held_up(token: Path) -> Iterator[None]:
    """Inside the block another process holds the token's files, and whoever asks the token waits."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(token)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holding.communicate()


@contextmanager
def softhsm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftHsm]:
    """A machine without a token yet. Without SoftHSM2 the test is skipped; under `CI=true` that is a failure."""
    if shutil.which("softhsm2-util") is None or not LIBRARY.is_file():
        in_ci = os.environ.get("CI") == "true"  # noqa: TID251 - whether this is CI is said there and nowhere else
        (pytest.fail if in_ci else pytest.skip)("there is no SoftHSM2 on this machine")
    made = SoftHsm(folder)
    made.tokens.mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {made.tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    try:
        yield made
    finally:
        let_go_of_libraries()
