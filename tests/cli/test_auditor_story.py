"""The story in the auditors' guide: each of its commands runs, and says what the guide quotes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.tree import ROOT
from tests.cli.installation import Installation, free_port
from tests.cli.test_examples import fetched, started, stop

GUIDE: Final = ROOT / "docs" / "users" / "auditor.md"
FIRST, LAST = "## Keep a checkpoint", "## Be a witness"
"""The story: from the first of these headings to before the other."""
AGAIN: Final = "rm -r .demo && make demo"
FOUND: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|CT-\w{4}-\w{4}|\(safe-address, [a-z-]+\)|\d+")
"""What is otherwise in a demonstration of fewer people, made on another day."""
SHELL: Final = """
set -u
casetrack() { "$PYTHON" -m casetrack "$@"; }
at-demo() { casetrack --config .demo/config.toml "$@"; }
"""


def told() -> str:
    """The part of the guide that is the story."""
    text = GUIDE.read_text(encoding="utf-8")
    return text[text.index(FIRST) : text.index(LAST)]


def steps() -> Iterator[tuple[str, list[str]]]:
    """The commands of each block, and what is quoted of what they say before the next one."""
    blocks = re.split(r"^```\n(.*?)^```\n", told(), flags=re.DOTALL | re.MULTILINE)[1:]
    for commands, prose in zip(blocks[::2], blocks[1::2], strict=True):
        yield commands, re.findall(r"^> (.*)$", prose, re.MULTILINE)


def alike(said: str) -> str:
    """The same, whatever is otherwise each time; what the guide leaves out ends it."""
    return FOUND.sub("#", " ".join(said.split())).removesuffix(" …")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A small demonstration, built and stopped; and a copy of it, to begin again with."""
    port = free_port()
    installation = Installation(tmp_path, {"PORT": str(port)})
    with started(installation, "casetrack demo --lives 6") as running:
        assert fetched(f"http://127.0.0.1:{port}/demo", running)
        stop(running, signal.SIGINT)
    # A server runs only on files of its own account.
    subprocess.run(["/bin/cp", "-a", tmp_path / ".demo", tmp_path / "built"], check=True)
    return tmp_path


def test_each_command_says_what_the_guide_quotes(here: Path) -> None:
    quoted = 0
    for commands, quotes in steps():
        run = commands.replace(AGAIN, "rm -r .demo && cp -a built .demo")
        done = subprocess.run(
            ["/bin/bash", "-c", SHELL + run],
            cwd=here,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable},
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert "Traceback" not in done.stdout
        assert "command not found" not in done.stdout
        for quote in quotes:
            assert alike(quote) in alike(done.stdout), commands
        quoted += len(quotes)
    assert quoted >= 10
