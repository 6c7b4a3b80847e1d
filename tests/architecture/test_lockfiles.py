"""What is installed: named, hashed and explained, from wherever the machine takes its packages."""

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NPM = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
DECISION = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")

# Which groups each file locks, beside the libraries that casetrack itself imports.
LOCKED = {"build": ["build"], "node": ["node"], "runtime": [], "dev": ["bench", "build", "check", "lock", "test"]}
WITH_RUNTIME = {"runtime", "dev"}


def entries(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each locked package of a file, with its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.lstrip().startswith("#")]
    split = ((line.partition("--hash")[0], re.findall(r"--hash=sha256:([0-9a-f]{64})", line)) for line in lines)
    return {canonicalize_name(Requirement(left).name): (Requirement(left), hashes) for left, hashes in split}


def wanted(name: str) -> list[Requirement]:
    """What pyproject.toml asks of a locked file."""
    asked = [entry for group in LOCKED[name] for entry in GROUPS[group]]
    return [
        Requirement(entry) for entry in (asked + PROJECT["project"]["dependencies"] if name in WITH_RUNTIME else asked)
    ]


def direct() -> set[str]:
    """The names of everything the project asks for itself, in Python and in Node."""
    asked = [entry for name in LOCKED for entry in wanted(name)]
    return {canonicalize_name(entry.name) for entry in asked} | set(NPM["packages"][""]["devDependencies"])


def test_every_lock_file_is_known_here() -> None:
    assert {path.stem for path in LOCKS} == LOCKED.keys()


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
def test_a_lock_file_holds_no_address(path: object) -> None:
    text = (ROOT / str(path)).read_text(encoding="utf-8")

    assert not re.findall(r".*(?:://|--(?:extra-)?index-url|--find-links|\"resolved\").*", text)


@pytest.mark.parametrize("name", LOCKED)
def test_every_python_package_is_at_one_version_with_its_hashes(name: str) -> None:
    loose = [
        package
        for package, (requirement, hashes) in entries(name).items()
        if not hashes or [part.operator for part in requirement.specifier] != ["=="]
    ]

    assert entries(name)
    assert not loose


def test_every_node_package_has_its_hash() -> None:
    packages = {name: entry for name, entry in NPM["packages"].items() if name}

    assert packages
    assert not [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")]


@pytest.mark.parametrize("name", LOCKED)
def test_a_lock_file_answers_what_pyproject_asks(name: str) -> None:
    locked = {package: next(iter(requirement.specifier)).version for package, (requirement, _) in entries(name).items()}
    unmet = [
        str(asked)
        for asked in wanted(name)
        if not (at := locked.get(canonicalize_name(asked.name))) or not asked.specifier.contains(at)
    ]

    assert not unmet, "run `make lock`"


def test_files_that_are_installed_together_agree_on_every_version() -> None:
    together = entries("dev")
    apart = [
        f"{name}: {package}"
        for name in ("build", "runtime")
        for package, (requirement, hashes) in entries(name).items()
        if (requirement.specifier, hashes) != (together[package][0].specifier, together[package][1])
    ]

    assert not apart


def test_every_dependency_has_its_reason_written_down() -> None:
    explained = set(re.findall(r"^\| `([^`]+)` \|", DECISION, flags=re.MULTILINE))

    assert explained == direct()
