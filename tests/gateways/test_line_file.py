"""A file that lines are added to: none is torn, lost or written by two."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.gateways.line_file import PIECE, LineFile, LinesTaken

LONG = b"x" * (2 * PIECE + 7)


def test_lines_come_one_after_the_other_and_the_last_is_known_again(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with LineFile.adding_to(path) as file:
        assert file.last() is None
        file.add(b"first\nsecond\n")
        assert file.last() == b"second\n"
    with LineFile.adding_to(path) as file:
        assert file.last() == b"second\n"
        file.add(b"third\n")
    assert path.read_bytes() == b"first\nsecond\nthird\n"
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=4), st.integers(0, 100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_it_was_torn_it_goes_on_after_the_last_whole_line(
    tmp_path: Path, lines: list[bytes], torn: int
) -> None:
    path = tmp_path / "torn"
    whole = b"".join(line + b"\n" for line in lines)
    path.write_bytes(whole[: min(torn, len(whole))])
    kept = whole[: min(torn, len(whole))].rpartition(b"\n")
    with LineFile.adding_to(path) as file:
        assert file.last() == (kept[0].rpartition(b"\n")[2] + b"\n" if kept[1] else None)
        file.add(b"next\n")
    assert path.read_bytes() == kept[0] + kept[1] + b"next\n"


def test_a_line_may_be_longer_than_what_is_read_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"first\n" + LONG + b"\n" + LONG)
    with LineFile.adding_to(path) as file:
        assert file.last() == LONG + b"\n"
    path.write_bytes(LONG)
    with LineFile.adding_to(path) as file:
        assert file.last() is None
    assert path.read_bytes() == b""


def test_nobody_else_adds_to_it_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with (
        LineFile.adding_to(path),
        pytest.raises(LinesTaken, match="is being written to by another process"),
        LineFile.adding_to(path),
    ):
        pass


@pytest.mark.parametrize("meanwhile", ["moved", "gone", "cut", "written"])
def test_nothing_is_added_to_a_file_that_is_not_the_same_any_more(tmp_path: Path, meanwhile: str) -> None:
    path = tmp_path / "lines"
    with LineFile.adding_to(path) as file:
        file.add(b"first\n")
        match meanwhile:
            case "moved":
                path.rename(tmp_path / "older")
                path.touch()
            case "gone":
                path.unlink()
            case "cut":
                path.write_bytes(b"")
            case _:
                path.write_bytes(b"first\nanother's\n")
        with pytest.raises(LinesTaken, match="Begin again with a new file"):
            file.add(b"second\n")
