"""The list of erasures as a file: only ever added to, whole lines alone, and its account's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from casetrack.gateways.erasure_file import ErasureFile


def numbered(number: int, previous: bytes) -> bytes:
    return f"{number} after {previous.hex()[:8]}".encode()


def test_there_is_no_list_before_the_first_erasure(tmp_path: Path) -> None:
    erasures = ErasureFile.beside(tmp_path / "keys.json")
    assert erasures.lines() == ()
    assert not erasures.path.exists()
    assert erasures.path.parent == tmp_path


def test_lines_are_added_at_the_end_and_follow_on_each_other(tmp_path: Path) -> None:
    erasures = ErasureFile(tmp_path / "deep" / "erasures.jsonl")
    erasures.append(numbered)
    erasures.append(numbered)
    first, second = erasures.lines()
    assert (first, second[:8]) == (b"0 after e3b0c442", b"1 after ")
    assert second != b"1 after e3b0c442"
    assert erasures.path.stat().st_mode & 0o077 == 0


def test_a_line_that_was_half_written_is_none_and_goes_when_the_next_one_comes(tmp_path: Path) -> None:
    erasures = ErasureFile(tmp_path / "erasures.jsonl")
    erasures.append(numbered)
    with erasures.path.open("ab") as file:
        file.write(b"half of a li")
    assert len(erasures.lines()) == 1
    erasures.append(numbered)
    assert [line[:8] for line in erasures.lines()] == [b"0 after ", b"1 after "]


def test_what_cannot_be_made_adds_nothing(tmp_path: Path) -> None:
    erasures = ErasureFile(tmp_path / "erasures.jsonl")
    erasures.append(numbered)

    def broken(number: int, previous: bytes) -> bytes:
        raise ZeroDivisionError(number, previous)

    with pytest.raises(ZeroDivisionError):
        erasures.append(broken)
    assert len(erasures.lines()) == 1


def test_many_at_once_each_have_a_line(tmp_path: Path) -> None:
    erasures = ErasureFile(tmp_path / "erasures.jsonl")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ErasureFile(erasures.path).append(numbered), range(40)))
    assert [int(line.split()[0]) for line in erasures.lines()] == list(range(40))
