"""A file that lines are added to: none is torn, lost or written by two."""

import os
from contextlib import AbstractContextManager
from errno import ENOSPC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casetrack.gateways.line_file import PIECE, LineFile, LinesForeign, LinesTaken

BEGINNING = b"begun: "
LONG = BEGINNING + b"x" * (2 * PIECE + 7)


def itself(line: bytes) -> bytes | None:
    """A line that begins as it should says what it is."""
    return line if line.startswith(BEGINNING) else None


def adding_to(path: Path) -> AbstractContextManager[LineFile]:
    return LineFile.adding_to(path, BEGINNING)


def test_lines_come_one_after_the_other_and_the_last_is_known_again(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with adding_to(path) as file:
        assert file.last(itself) is None
        file.add(b"begun: first\nbegun: second\n")
        assert file.last(itself) == b"begun: second\n"
    with adding_to(path) as file:
        assert file.last(itself) == b"begun: second\n"
        file.add(b"begun: third\n")
    assert path.read_bytes() == b"begun: first\nbegun: second\nbegun: third\n"
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=4), st.integers(0, 130))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_it_was_torn_it_goes_on_after_the_last_whole_line(
    tmp_path: Path, lines: list[bytes], torn: int
) -> None:
    path = tmp_path / "torn"
    whole = b"".join(BEGINNING + line + b"\n" for line in lines)
    path.write_bytes(whole[: min(torn, len(whole))])
    kept = whole[: min(torn, len(whole))].rpartition(b"\n")
    with adding_to(path) as file:
        assert file.last(itself) == (kept[0].rpartition(b"\n")[2] + b"\n" if kept[1] else None)
        file.add(b"begun: next\n")
    assert path.read_bytes() == kept[0] + kept[1] + b"begun: next\n"


def test_a_line_may_be_longer_than_what_is_read_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"begun: first\n" + LONG + b"\n" + LONG)
    with adding_to(path) as file:
        assert file.last(itself) == LONG + b"\n"
    path.write_bytes(LONG)
    with adding_to(path) as file:
        assert file.last(itself) is None
        assert path.read_bytes() == LONG, "what was torn is cut off when the line is written again, and no sooner"
        file.add(b"begun: first\n")
    assert path.read_bytes() == b"begun: first\n"


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"")
@example(b"notes of a person")
@example(b"notes of a person\n")
@example(b"begun: first\nnotes of a person\n")
@example(b"begun: first\nnotes of a person")
@example(b"begun: first\nbegun! but otherwise")
@example(b"begun: first\n\x00\x00")
@example(b"begun: first\n\n")
def test_a_line_of_somebody_else_is_named_by_its_number_and_nothing_of_the_file_is_cut_off(
    tmp_path: Path, found: bytes
) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(found)
    *whole, torn = found.split(b"\n")
    if not BEGINNING.startswith(torn[: len(BEGINNING)]):
        number = len(whole) + 1
    elif whole and not whole[-1].startswith(BEGINNING):
        number = len(whole)
    else:
        with adding_to(path) as file:
            assert file.last(itself) == (whole[-1] + b"\n" if whole else None)
        return
    with pytest.raises(LinesForeign, match=f"^Line {number} of .* left as it is"), adding_to(path) as file:
        file.last(itself)
    assert path.read_bytes() == found


def test_the_number_of_a_line_is_counted_over_more_than_is_read_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes((LONG + b"\n") * 3 + b"notes of a person")
    with pytest.raises(LinesForeign, match=r"^Line 4 of "), adding_to(path):
        pass
    path.write_bytes((LONG + b"\n") * 3 + b"notes of a person\n")
    with pytest.raises(LinesForeign, match=r"^Line 4 of "), adding_to(path) as file:
        file.last(itself)


def test_nobody_else_adds_to_it_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with (
        adding_to(path),
        pytest.raises(LinesTaken, match="is being written to by another process"),
        adding_to(path),
    ):
        pass


def test_what_cannot_be_opened_or_keeps_nothing_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, why in (
        (tmp_path / "gone" / "lines", "cannot be opened to add lines"),
        (tmp_path / "pipe", "is no file that keeps what is added"),
        (Path("/dev/null"), "is no file that keeps what is added"),
    ):
        with pytest.raises(LinesTaken, match=why), adding_to(path):
            pass


def test_a_disk_that_fills_up_is_said_and_what_was_torn_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines"
    room, write = [20], os.write

    def filling(descriptor: int, content: memoryview) -> int:
        if not room[0]:
            raise OSError(ENOSPC, "No space left on device")
        room[0] -= (done := write(descriptor, content[: room[0]]))
        return done

    monkeypatch.setattr("os.write", filling)
    with pytest.raises(LinesTaken, match="No space left on device"), adding_to(path) as file:
        file.add(b"begun: first\nbegun: second\n")
    monkeypatch.undo()
    assert path.read_bytes() == b"begun: first\nbegun: "
    with adding_to(path) as file:
        assert file.last(itself) == b"begun: first\n"
        file.add(b"begun: second\n")
    assert path.read_bytes() == b"begun: first\nbegun: second\n"


@pytest.mark.parametrize("meanwhile", ["moved", "gone", "cut", "written"])
def test_nothing_is_added_to_a_file_that_is_not_the_same_any_more(tmp_path: Path, meanwhile: str) -> None:
    path = tmp_path / "lines"
    with adding_to(path) as file:
        file.add(b"begun: first\n")
        match meanwhile:
            case "moved":
                path.rename(tmp_path / "older")
                path.touch()
            case "gone":
                path.unlink()
            case "cut":
                path.write_bytes(b"")
            case _:
                path.write_bytes(b"begun: first\nanother's\n")
        with pytest.raises(LinesTaken, match="Begin again with a new file"):
            file.add(b"begun: second\n")
