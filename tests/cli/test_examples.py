"""The help of every command ends in one example, and every example runs."""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import URLError

import click
import pytest

from casetrack.app import key_folder
from casetrack.cli.demo import command
from casetrack.cli.demo.folder import Folder
from casetrack.cli.root import casetrack
from casetrack.config import read_config
from tests.architecture.tree import ROOT
from tests.cli.installation import Installation, free_port, running_in
from tests.services.test_certificates import given

MARK = "Example:"

CREATE = 'casetrack account create a.worker --name "A Worker" --role lead --holder kent'
IN_THIS_ORDER = (
    "casetrack db upgrade",
    "casetrack db status",
    CREATE,
    "casetrack account password a.worker",
    "casetrack account list",
    "casetrack token create a.worker nightly-report --days 30",
    "casetrack token list a.worker",
    "casetrack token revoke a.worker nightly-report",
    "casetrack account close a.worker",
    "casetrack worker --once",
    "casetrack audit verify",
    "casetrack audit verify --database",
    "casetrack audit keys",
    "casetrack audit export --out evidence --use integrity",
    "casetrack audit prove --entry 0",
    "casetrack audit checkpoint --since 0",
    "casetrack witness new kent.example/witness --state witness --passphrase-file witness-passphrase",
    "casetrack witness cosign request --state witness --policy policy --passphrase-file witness-passphrase",
    "casetrack audit witnessed cosigned-checkpoint",
    "casetrack backup make casetrack.backup --passphrase-file backup-passphrase",
    "casetrack backup verify casetrack.backup --passphrase-file backup-passphrase",
    "casetrack keys status",
    "casetrack keys status --json",
    "casetrack keys verify",
    "casetrack keys rotate holder kent --dry-run",
    "casetrack keys rotate service --dry-run",
    "casetrack keys rotate root kent --dry-run",
    "casetrack keys destroy kent 1 --dry-run",
    "casetrack keys rotate case --holder kent --dry-run",
    "casetrack keys rotate index kent --dry-run",
    "casetrack keys rotate log --dry-run",
    "casetrack doctor",
    "casetrack db downgrade base --yes",
    "casetrack backup restore casetrack.backup --passphrase-file backup-passphrase",
    "casetrack backup replay",
    "casetrack audit certificate certificate.json",
)
"""Every example that ends by itself, each standing on those before it."""
SAVED: Final[Mapping[str, tuple[str, str]]] = {
    "casetrack audit keys": ("policy", "log {}quorum none\n"),
    "casetrack audit checkpoint --since 0": ("request", "{}"),
    "casetrack witness new kent.example/witness --state witness --passphrase-file witness-passphrase": (
        *("witnesses", "witness kent {}quorum kent\n"),
    ),
    "casetrack witness cosign request --state witness --policy policy --passphrase-file witness-passphrase": (
        *("cosigned-checkpoint", "{}"),
    ),
}
"""In which file somebody has kept what a command said, for a later one, and with what around it."""
FOLLOW = "casetrack audit ship --out casetrack.ndjson --follow"
UNTIL_STOPPED = ("casetrack serve", "casetrack demo --folder demo", FOLLOW)
"""Every example that runs until it is stopped."""
OF_AN_OLD_COPY = "casetrack audit reopen --yes"
"""Only over a database that is older than what others hold of its log: `test_reopening` runs it."""
OF_THE_DEMONSTRATION = ("casetrack demo tamper", "casetrack demo rewrite")


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Each command, and what is typed for it."""

    def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            for name, each in command.commands.items():
                yield from below(f"{path} {name}", each)

    yield from below("casetrack", casetrack)


COMMANDS = dict(every_command())


@pytest.mark.parametrize("path", COMMANDS)
def test_a_help_ends_in_one_example_of_its_own_command(path: str, tmp_path: Path) -> None:
    said = Installation(tmp_path).done(f"{path} --help")
    before, _, after = said.partition(MARK)
    (line,) = (line.strip() for line in after.splitlines() if line.strip())

    assert before.strip()
    assert MARK not in after
    assert line.startswith(path)


def test_every_example_is_run_here() -> None:
    examples = {_example(command) for command in COMMANDS.values()}

    assert examples == {*IN_THIS_ORDER, *UNTIL_STOPPED, *OF_THE_DEMONSTRATION, OF_AN_OLD_COPY}


def _example(command: click.Command) -> str:
    return (command.epilog or "").strip().splitlines()[-1].strip()


def test_the_examples_run_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backup-passphrase").write_text("only for tests\n")
    (tmp_path / "witness-passphrase").write_text("only for tests\n")
    (tmp_path / "certificate.json").write_bytes(given())
    with running_in(tmp_path) as here:
        (tmp_path / "config.toml").write_text('[audit]\npolicy = "witnesses"\n')
        (tmp_path / "witnesses").write_text("quorum none\n")
        said = {}
        for line in IN_THIS_ORDER:
            said[line] = here.done(line)
            if line in SAVED:
                name, around = SAVED[line]
                (tmp_path / name).write_text(around.format(said[line]))

    assert "as it was recorded" in said["casetrack audit verify --database"]
    assert said["casetrack audit checkpoint --since 0"].startswith("old 0\n\ncasetrack.example/audit\n")
    assert "Cosigned by kent" in said["casetrack audit witnessed cosigned-checkpoint"]
    assert "can be put back" in said["casetrack backup verify casetrack.backup --passphrase-file backup-passphrase"]
    assert "a.worker" in said["casetrack account list"]
    assert "Under the rule: storage-limit, because of review" in said["casetrack audit certificate certificate.json"]


def test_the_server_serves_until_it_is_stopped(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "config.toml").write_text(f"[server]\nport = {port}\nworkers = 2\n[cookies]\nsecure = false\n")
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        with started(here, "casetrack serve") as server:
            assert fetched(f"http://127.0.0.1:{port}/healthz", server)
            stop(server, signal.SIGTERM)
        assert here.done("casetrack db status")


def test_who_follows_the_log_is_given_what_is_signed_later_until_it_is_stopped(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        with started(here, FOLLOW) as following:
            first = lines_in(tmp_path / "casetrack.ndjson", 1, following)
            here.done(CREATE)
            here.done("casetrack worker --once")
            later = lines_in(tmp_path / "casetrack.ndjson", len(first) + 1, following)
            stop(following, signal.SIGTERM)

    assert later[: len(first)] == first
    assert "AccountCreated" in later[-1]


def lines_in(file: Path, count: int, writer: "subprocess.Popen[str]") -> list[str]:
    """What the file has, as soon as it has so many whole lines."""
    until = time.monotonic() + 60
    while time.monotonic() < until and writer.poll() is None:
        written = file.read_text(encoding="utf-8") if file.exists() else ""
        if written.count("\n") >= count and written.endswith("\n"):
            return written.splitlines()
        time.sleep(0.1)
    raise AssertionError(writer.poll())


def test_the_demonstration_is_built_once_shows_itself_and_can_be_tampered_with(tmp_path: Path) -> None:
    port = free_port()
    surroundings = {"PORT": str(port), "DEMO_DIR": "demo", "CASETRACK_DATABASE_URL": "postgresql://x@nowhere/x"}
    here = Installation(tmp_path, surroundings)
    page = f"http://127.0.0.1:{port}/demo"
    with started(here, "casetrack demo --lives 3") as first:
        shown = fetched(page, first)
        stop(first, signal.SIGINT)
    built_on = Folder(tmp_path / "demo").built_on
    with started(here, "casetrack demo --folder demo") as second:
        assert fetched(page, second)
        tampered = subprocess.run(
            here.command(OF_THE_DEMONSTRATION[0]),
            cwd=tmp_path,
            env=environ(here),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        stop(second, signal.SIGINT)
    verified = Installation(tmp_path, {}).refused("casetrack --config demo/config.toml audit verify --database")
    rewritten = Installation(tmp_path, {}).done(f"{OF_THE_DEMONSTRATION[1]} --folder {tmp_path / 'demo'}")

    assert "Harbour Light (invented charity)" in shown
    assert Folder(tmp_path / "demo").built_on == built_on is not None
    assert "never happened" in rewritten
    for name in ("Event ", "Case ", "Holding "):
        assert name in tampered
        assert name in verified


def test_the_worker_of_a_demonstration_begins_once_there_are_keys_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []

    @contextmanager
    def working(settings: Path, _: Mapping[str, str]) -> Iterator[None]:
        opened.append(len(key_folder(read_config(settings, {})).log_keys()))
        raise click.ClickException("That is enough.")
        yield

    monkeypatch.setattr(command, "working", working)
    refused = Installation(tmp_path, {"PORT": str(free_port())}).refused("casetrack demo --lives 1")

    assert "That is enough." in refused
    assert opened == [1]


def environ(here: Installation) -> dict[str, str]:
    """The variables of a process of its own."""
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **here.environ}


@contextmanager
def started(here: Installation, line: str) -> "Iterator[subprocess.Popen[str]]":
    """The command, running; a test that fails does not wait for it."""
    with subprocess.Popen(
        here.command(line),
        cwd=here.folder,
        env=environ(here),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGINT)


def fetched(address: str, server: "subprocess.Popen[str]") -> str:
    """The page, as soon as there is somebody to serve it."""
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of this test's own
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.2)
    server.kill()
    raise AssertionError(server.communicate())


def stop(server: "subprocess.Popen[str]", number: int) -> None:
    """The command has ended well, and says nothing that looks like a fault."""
    server.send_signal(number)
    _, said = server.communicate(timeout=60)
    assert server.returncode == 0, said
    assert "Traceback" not in said
