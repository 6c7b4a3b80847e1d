"""What others hold of the log is kept beside the keys: the newest, and nothing older ever again."""

from errno import ENOSPC
from pathlib import Path

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.errors import HeldUnreadable, PromiseBroken
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


@pytest.mark.parametrize("content", [b"", b"\xffnonsense", b"a note\n\nof nothing\n"])
def test_what_is_none_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    (three,) = signed(leaves(5), 3)
    held.path.write_bytes(content)
    with pytest.raises(HeldUnreadable):
        held.note()
    with pytest.raises(HeldUnreadable):
        held.keep(three)
    assert held.path.read_bytes() == content


def test_another_of_the_same_size_is_refused_and_what_was_kept_stays(tmp_path: Path) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    (three,), (other,) = signed(leaves(5), 3), signed(leaves(5)[::-1], 3)
    held.keep(three)
    with pytest.raises(PromiseBroken):
        held.keep(other)
    assert held.note() == three


def test_another_log_gives_way(tmp_path: Path) -> None:
    held = HeldCheckpoint.beside(tmp_path / "keys.json")
    (five,) = signed(leaves(5), 5)
    held.keep(five)
    elsewhere = Checkpoint("other.example/audit", 1, bytes(32))
    other = sign_checkpoint(elsewhere, type(KEY)("other.example/audit", KEY.seed))
    held.keep(other)
    assert held.note() == other


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
    with pytest.raises(HeldUnreadable if broken == "file" else NotPromised):
        held.keep(five)
    monkeypatch.undo()
    if broken == "disk":
        assert held.note() == three
        held.keep(five)
        assert held.note() == five


def full(path: Path, content: bytes) -> None:
    raise OSError(ENOSPC, f"{len(content)} bytes do not fit", str(path))
