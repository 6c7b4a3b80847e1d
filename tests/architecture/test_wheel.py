"""A wheel holds everything that casetrack needs, and runs where no checkout is."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed

ASKED_OF_THE_INSTALLED = """
import sys
from casetrack import resources
for folder in (resources.PACKAGE, resources.templates(), resources.migrations(), resources.facts()):
    print(folder.is_dir() and folder.is_relative_to(sys.prefix))
"""


def run(*command: str | Path, cwd: Path) -> str:
    """What the command printed, as somebody with no checkout would see it."""
    bare = {"PATH": os.defpath}
    done = subprocess.run(command, cwd=cwd, env=bare, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it, and the libraries of this one beside it."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=home,
    )
    (site,) = home.glob("lib/python*/site-packages")
    # A folder named in a .pth file has its own .pth files left unread, so this checkout stays out of sight.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def test_the_wheel_holds_templates_migrations_and_every_file_of_the_package(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    kept = {path.relative_to(ROOT).as_posix() for path in committed()}
    expected = {name for name in kept if name.startswith("casetrack/")}
    expected |= {f"casetrack/{name}" for name in kept if name.startswith(("templates/", "migrations/"))}

    assert not expected - inside
    assert "casetrack/templates/layouts/page.html" in inside
    assert "casetrack/migrations/env.py" in inside


def test_the_wheel_holds_the_styles_that_git_does_not(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())

    assert {f"casetrack/web/static/build/{name}" for name in ("casetrack.css", "govuk-frontend.min.js")} <= inside


def test_the_wheel_holds_nothing_but_the_package_and_its_description(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top.partition("-")[0] for top in tops} == {"casetrack"}
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]


def test_the_installed_package_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "bin" / "python", "-c", ASKED_OF_THE_INSTALLED, cwd=tmp_path).split() == ["True"] * 4


def test_the_command_runs_where_no_checkout_is(installed: Path, tmp_path: Path) -> None:
    assert "casetrack" in run(installed / "bin" / "casetrack", "--help", cwd=tmp_path)
