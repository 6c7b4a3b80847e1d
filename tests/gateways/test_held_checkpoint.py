"""What others hold of the log is kept beside the keys: the newest, and nothing older ever again."""

from errno import ENOSPC
from pathlib import Path

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.domain.errors import NotPromised
from casetrack.gateways.held_checkpoint import NAME, HeldCheckpoint
from tests.audit.logs import KEY, leaves, signed


def test_the_newest_stays(tmp_path: Path) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    assert held.note() is None
    three, five = signed(leaves(5), 3, 5)
    for note, kept in ((three, three), (five, five), (three, five)):
        held.keep(note)
        assert held.note() == kept
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_the_same_one_with_more_witnesses_takes_its_place(tmp_path: Path) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    (three,) = signed(leaves(5), 3)
    held.keep(three)
    held.keep(three + three.splitlines()[-1] + "\n")
    assert held.note() == three + three.splitlines()[-1] + "\n"


def test_another_log_or_what_is_none_gives_way(tmp_path: Path) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    three, five = signed(leaves(5), 3, 5)
    (tmp_path / NAME).write_bytes(b"\xffnonsense")
    assert held.note() == "\ufffdnonsense"
    held.keep(five)
    assert held.note() == five
    elsewhere = Checkpoint("other.example/audit", 1, bytes(32))
    other = sign_checkpoint(elsewhere, type(KEY)("other.example/audit", KEY.seed))
    held.keep(other)
    assert held.note() == other
    assert three != other


@pytest.mark.parametrize("broken", ["folder", "file", "disk"])
def test_what_cannot_be_kept_is_refused_and_what_was_kept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys" / "keys.json")
    three, five = signed(leaves(5), 3, 5)
    if broken == "disk":
        held.path.parent.mkdir()
        held.keep(three)
        monkeypatch.setattr("casetrack.gateways.held_checkpoint.write_whole", full)
    elif broken == "file":
        held.path.mkdir(parents=True)
    with pytest.raises(NotPromised):
        held.keep(five)
    monkeypatch.undo()
    if broken == "disk":
        assert held.note() == three
        held.keep(five)
        assert held.note() == five


def full(path: Path, content: bytes) -> None:
    raise OSError(ENOSPC, f"{len(content)} bytes do not fit", str(path))
