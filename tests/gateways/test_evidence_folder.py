"""An export on the disk: nothing looks whole that is not, and what somebody was given is read without trust."""

import os
from pathlib import Path

import pytest

from casetrack.gateways import evidence_folder
from casetrack.gateways.evidence_folder import EvidenceFolder, FolderTaken, writing


def put_all(folder: Path, checkpoint: bytes = b"note\n") -> None:
    with writing(folder) as made:
        made.put("tile/0/000.p/1", (bytes(32),))
        made.put("disclosures.jsonl", (b"one\n", b"two\n"))
        made.put("checkpoint", (checkpoint,))
        made.finish()


def names(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_an_export_has_its_files_and_is_this_accounts_alone(tmp_path: Path) -> None:
    put_all(tmp_path / "export")
    assert names(tmp_path / "export") == {"tile/0/000.p/1", "disclosures.jsonl", "checkpoint"}
    assert (tmp_path / "export").stat().st_mode & 0o077 == 0
    kept = [file for file in (tmp_path / "export").rglob("*") if file.is_file()]
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)
    files = EvidenceFolder(tmp_path / "export")
    assert files.read("tile/0/000.p/1") == bytes(32)
    assert list(files.lines("disclosures.jsonl")) == [b"one\n", b"two\n"]


def test_until_it_is_finished_nothing_is_read_by_others_and_all_of_it_by_its_maker(tmp_path: Path) -> None:
    with writing(tmp_path) as made:
        made.put("disclosures.jsonl", (b"one\n",))
        made.put("checkpoint", (b"note\n",))
        assert made.read("checkpoint") == b"note\n"
        assert list(made.lines("disclosures.jsonl")) == [b"one\n"]
        assert EvidenceFolder(tmp_path).read("checkpoint") is None
        assert list(EvidenceFolder(tmp_path).lines("disclosures.jsonl")) == []
    assert names(tmp_path) == set()


def test_what_was_there_stays_until_the_next_is_whole(tmp_path: Path) -> None:
    put_all(tmp_path)

    def broken() -> None:
        with writing(tmp_path) as made:
            made.put("disclosures.jsonl", (b"three\n",))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert EvidenceFolder(tmp_path).read("disclosures.jsonl") == b"one\ntwo\n"
    assert EvidenceFolder(tmp_path).read("checkpoint") == b"note\n"
    put_all(tmp_path, b"newer\n")
    assert EvidenceFolder(tmp_path).read("checkpoint") == b"newer\n"


def test_a_file_of_the_tree_never_changes(tmp_path: Path) -> None:
    put_all(tmp_path)
    with writing(tmp_path) as made:
        made.put("tile/0/000.p/1", (bytes(32),))
        with pytest.raises(FolderTaken, match="export of another log"):
            made.put("tile/0/000.p/1", (bytes(31) + b"1",))
    assert EvidenceFolder(tmp_path).read("tile/0/000.p/1") == bytes(32)


def test_what_is_no_file_of_sensible_size_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_folder, "LARGEST", 10)
    (tmp_path / "large").write_bytes(bytes(11))
    (tmp_path / "folder").mkdir()
    files = EvidenceFolder(tmp_path)
    assert [files.read(path) for path in ("large", "folder", "missing")] == [None] * 3
    assert list(files.lines("folder")) == []


def test_a_line_that_is_too_long_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_folder, "LONGEST_LINE", 4)
    (tmp_path / "lines").write_bytes(b"abcdefg\nh\n")
    assert list(EvidenceFolder(tmp_path).lines("lines")) == [b"abcd", b"efg\n", b"h\n"]


def test_whatever_lies_there_has_a_path_and_a_link_leads_nowhere(tmp_path: Path) -> None:
    put_all(tmp_path / "export")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "another").touch()
    for name in ("folder", "tile/folder"):
        (tmp_path / "export" / name).symlink_to(outside)
    (tmp_path / "export" / "file").symlink_to(outside / "another")
    (tmp_path / "export" / "gone").symlink_to(outside / "missing")
    (tmp_path / "export" / "round").symlink_to(tmp_path / "export")
    (tmp_path / "export" / "empty").mkdir()
    os.mkfifo(tmp_path / "export" / "tile" / "pipe")
    assert sorted(EvidenceFolder(tmp_path / "export").paths()) == [
        *("checkpoint", "disclosures.jsonl", "file", "folder", "gone", "round"),
        *("tile/0/000.p/1", "tile/folder", "tile/pipe"),
    ]


def test_what_is_no_file_says_nothing_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "disclosures.jsonl")
    (tmp_path / "checkpoint").mkdir()
    folder = EvidenceFolder(tmp_path)
    assert list(folder.lines("disclosures.jsonl")) == []
    assert [folder.read(each) for each in ("disclosures.jsonl", "checkpoint")] == [None, None]
