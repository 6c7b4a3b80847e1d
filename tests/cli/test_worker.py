"""The worker ends when it is told to, and when the command that it runs beside is gone."""

import os
import signal
from pathlib import Path

import pytest

from casetrack.cli import worker as worker_room
from casetrack.cli.worker import stopping
from tests.cli.installation import edited, free_port, running_in


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_gently(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stopping(None) as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(5)

    assert signal.getsignal(number) is before


def test_it_goes_on_beside_the_command_that_began_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_room, "LOOKED_EVERY_S", 0.01)
    with stopping(os.getppid()) as stop:
        assert not stop.wait(0.2)
        stop.set()


def test_it_ends_when_that_command_is_gone_even_before_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_room, "LOOKED_EVERY_S", 0.01)
    gone = os.getppid() + 1
    with stopping(gone) as stop:
        assert stop.wait(5)


def test_once_takes_in_everything_that_waits(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")

        assert here.done("casetrack audit verify") == "The log holds: 52 entries, 1 checkpoints, 0 not yet signed.\n"


@pytest.mark.parametrize(
    ("role", "command"),
    [
        ("casetrack_sequencer", "casetrack worker --once"),
        ("casetrack_jobs", "casetrack worker --once"),
        ("casetrack_app", "casetrack serve"),
    ],
)
def test_nobody_begins_where_what_is_acknowledged_may_be_lost(tmp_path: Path, role: str, command: str) -> None:
    with running_in(tmp_path) as here:
        (tmp_path / "config.toml").write_text(f"[server]\nport = {free_port()}\n")
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        edited(here, f"ALTER ROLE {role} SET synchronous_commit = off")
        assert "synchronous_commit" in here.refused(command)
