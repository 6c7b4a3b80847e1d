"""Nothing that is committed names the machine it was written on."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed, short

# A home folder, on any system; the folder of this very checkout; a registry given as a folder.
OF_A_MACHINE = re.compile(
    rb"(?<![\w.])/(?:root|home/\w+|Users/\w+)/|[A-Z]:\\+Users|file:/{3}|"
    + re.escape(str(ROOT).encode())
    + rb"(?![\w-])"
)


def test_no_committed_file_names_a_folder_of_this_machine() -> None:
    found = {short(path): match.group() for path in committed() if (match := OF_A_MACHINE.search(path.read_bytes()))}

    assert not found


@pytest.mark.parametrize("folder", ["home/someone", "Users/someone", "root"])
def test_a_home_folder_is_seen(folder: str) -> None:
    assert OF_A_MACHINE.search(f"see /{folder}/notes".encode())


@pytest.mark.parametrize(
    "kept", ["/home", "https://example.org/root/", "/usr/bin/chromium", "templates/home/page.html"]
)
def test_what_only_looks_like_one_is_left_alone(kept: str) -> None:
    assert not OF_A_MACHINE.search(kept.encode())


def test_what_is_made_is_not_committed() -> None:
    made = {"static/build", "node_modules", "__pycache__", ".venv", "dist"}

    assert not [path for path in map(Path.as_posix, committed()) if any(f"/{folder}/" in path for folder in made)]
