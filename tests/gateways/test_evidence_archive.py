"""An export as one file: the same bytes for the same files, read back from what was written, and gone when closed."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from casetrack.gateways.evidence_archive import PIECE, EvidenceArchive
from casetrack.gateways.evidence_folder import LONGEST_LINE, writing
from casetrack.services.exporting import Maker, export_log
from casetrack.services.extracts import Extract
from tests.services import acts
from tests.services.evidence import MemoryEvidence, believed
from tests.world import World

FILES = {"tile/0/000": b"\x00" * 8192, "tile/entries/000.p/3": b"leaf", "README.txt": b"one\ntwo\nthree", "policy": b""}


@pytest.fixture
def archive() -> Iterator[EvidenceArchive]:
    """One in which nothing is put any more than the files."""
    with closing(packed()) as made:
        yield made


def packed() -> EvidenceArchive:
    archive = EvidenceArchive()
    for path, content in FILES.items():
        archive.put(path, (content[:2], content[2:]))
    return archive


def whole(archive: EvidenceArchive) -> bytes:
    size = archive.finish()
    content = b"".join(archive.pieces())
    assert len(content) == size
    return content


def test_what_was_put_is_read_back_before_it_leaves(archive: EvidenceArchive) -> None:
    assert {path: archive.read(path) for path in FILES} == FILES
    assert archive.read("manifest") is None
    lines = archive.lines("README.txt")
    assert next(lines) == b"one\n"
    assert archive.read("tile/0/000") == FILES["tile/0/000"], "one file is read while another is"
    assert list(lines) == [b"two\n", b"three"]


def test_anybody_unpacks_it_into_the_very_files(archive: EvidenceArchive, tmp_path: Path) -> None:
    (tmp_path / "evidence.zip").write_bytes(whole(archive))
    with ZipFile(tmp_path / "evidence.zip") as read:
        assert read.namelist() == list(FILES), "in the order in which they were put"
        assert read.testzip() is None
    unpack = shutil.which("unzip")
    if unpack is None:
        pytest.skip("there is no unzip here")
    subprocess.run([unpack, "-q", "evidence.zip", "-d", "evidence"], cwd=tmp_path, check=True)
    found = {path: (tmp_path / "evidence" / path).read_bytes() for path in FILES}
    assert found == FILES
    assert (tmp_path / "evidence" / "policy").stat().st_mode & 0o777 == 0o600


def test_the_same_files_give_the_same_bytes_at_any_time(
    archive: EvidenceArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 4e9)
    with closing(packed()) as later:
        assert whole(later) == whole(archive)


def test_it_leaves_in_pieces_and_a_line_without_end_is_read_in_parts(archive: EvidenceArchive) -> None:
    long = b"x" * (LONGEST_LINE + 1)
    archive.put("disclosures.jsonl", (long,))
    assert [len(line) for line in archive.lines("disclosures.jsonl")] == [LONGEST_LINE, 1]
    archive.finish()
    assert max(map(len, archive.pieces())) == PIECE


def test_nothing_of_it_lies_in_any_folder_and_nothing_is_left_when_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    archive = packed()
    archive.finish()
    assert list(tmp_path.iterdir()) == []
    archive.close()
    with pytest.raises(ValueError, match="closed file"):
        next(archive.pieces())


def test_one_that_was_given_up_in_the_middle_of_a_file_is_gone_too() -> None:
    def breaking_off() -> Iterator[bytes]:
        yield b"half"
        raise TimeoutError

    archive = packed()
    with pytest.raises(TimeoutError):
        archive.put("disclosures.jsonl", breaking_off())
    archive.close()
    archive.close()


def test_it_has_exactly_the_files_that_are_written_to_a_folder(tmp_path: Path) -> None:
    world = World.in_memory()
    acts.opened(world)
    with world.work("auditor") as work:
        maker = Maker.of(work)
    with writing(tmp_path) as folder, closing(EvidenceArchive()) as made:
        for keep in (folder, made):
            source, trusted = MemoryEvidence(world), believed(world)
            export_log(source, trusted, Extract(), keep, maker=maker, step=lambda _: None)
        folder.finish()
        with ZipFile(BytesIO(whole(made))) as read:
            unpacked = {name: read.read(name) for name in read.namelist()}
    written = {str(file.relative_to(tmp_path)): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert unpacked == written
