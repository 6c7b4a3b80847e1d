"""An export is verified by a program that nobody here wrote: the code behind Go's checksum database, from Debian."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from casetrack.audit.export import DISCLOSURES
from tests.audit.exports import MADE, WHOLE, Given, made
from tests.audit.test_export_attacks import ATTACKS

Verify = Callable[[Given], str]
"""What the program says of an export."""

SOURCE = Path(__file__).with_name("outside") / "verify.go"
LIBRARY = Path("/usr/share/gocode")
BEYOND = {
    "the manifest signed by somebody else",
    "two disclosures changed places",
    "a disclosure twice",
    "a leaf that is no entry, signed by the log",
    "a leaf of another length, signed by the log",
}
"""What the program does not look at: who made the export, the order of what is disclosed, and what an entry is."""


def built_in(folder: Path) -> Path:
    """The program, built in that folder from its source and Debian's packages, without a network."""
    if shutil.which("go") is None or not LIBRARY.exists():
        in_ci = os.environ.get("CI") == "true"  # noqa: TID251 - whether this is CI is said there and nowhere else
        assert not in_ci, "CI verifies with golang-go and golang-golang-x-mod-dev"
        pytest.skip("needs golang-go and golang-golang-x-mod-dev")
    settings = {"GO111MODULE": "off", "GOPATH": str(LIBRARY), "GOCACHE": str(folder / "cache"), "CGO_ENABLED": "0"}
    built = folder / "verify"
    environ = {"PATH": os.defpath, "HOME": str(folder), **settings}
    subprocess.run(["go", "build", "-o", built, SOURCE], env=environ, check=True)
    return built


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_in(tmp_path_factory.mktemp("outside"))


def told(program: Path, folder: Path, policy: Path) -> str:
    """What the program says of the export in that folder to whoever believes that policy."""
    return subprocess.run([program, folder, policy], stdout=subprocess.PIPE, check=False).stdout.decode()


def written(folder: Path, given: Given) -> Path:
    for path, content in given.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


@pytest.fixture
def verify(program: Path, tmp_path: Path) -> Verify:
    policy = tmp_path / "believed"
    policy.write_bytes(MADE.policy.format())

    def run(given: Given) -> str:
        folder = written(tmp_path / "export", given)
        said = told(program, folder, policy)
        shutil.rmtree(folder)
        return said

    return run


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700, 70_000])
def test_a_true_export_holds(verify: Verify, count: int) -> None:
    given = made(count, (0, count // 2)).export()
    assert verify(given) == f"holds: {count} entries of casetrack.example/audit, 2 disclosed\n"


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - BEYOND))
def test_an_attack_is_refused_by_it_too(verify: Verify, attack: str) -> None:
    assert verify(ATTACKS[attack][0]).startswith("refused: ")


def test_what_was_not_attacked_holds(verify: Verify) -> None:
    assert verify(WHOLE).startswith("holds: 700 entries")
    assert verify(WHOLE.changed(DISCLOSURES, lambda _: b"")).startswith("refused: disclosures.jsonl is not")
