"""A large file passes through: sealed into PostgreSQL and opened again, and little of it is in memory at any time."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from casetrack.domain.files import MOST_BYTES
from casetrack.domain.holdings import Strand
from casetrack.persistence import work
from casetrack.services.cases import open_case
from casetrack.services.files import NewFile, attach_file, open_file, read_file
from tests.persistence.databases import Database
from tests.world import World, a_new_case

PIECE = b"An invented film about nobody. ".ljust(64 * 1024, b".")
BEGIN = b"\x00\x00\x00\x1cftypisom\x00\x00\x02\x00".ljust(len(PIECE), b"\0")
MOST_MIB = 100
"""What may be added to the memory of this process. It is far less; this is what was promised."""


def film() -> Iterator[bytes]:
    """As large a file as there may be."""
    yield BEGIN
    for _ in range(MOST_BYTES // len(PIECE) - 1):
        yield PIECE


def resident(line: str) -> int:
    """So much of this process is in memory now (VmRSS), or was at most since `forget` (VmHWM), in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{line}:\s+(\d+) kB", status)
    assert found
    return int(found.group(1)) // 1024


def forget() -> None:
    """The most that was ever in memory is what is there now (proc_pid_clear_refs(5))."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


@pytest.mark.proof
def test_a_file_of_100_mb_takes_little_memory_in_either_direction(app_engine: Database) -> None:
    world = World.over(work.begin, app_engine.founding)
    with world.work("worker") as at:
        case = open_case(at, a_new_case())
    new = NewFile(strand=Strand.SUPPORT, name="film.mp4", declared="video/mp4", pieces=film())
    before = resident("VmRSS")
    forget()
    with world.work("worker") as at:
        _, card = attach_file(at, case.reference, new, seen=None)
    sealing = resident("VmHWM") - before
    forget()
    with world.work("lead") as at:
        opened = open_file(at, case.reference, card.id)
    found, size = sha256(), 0
    with world.work("lead") as at:
        for piece in read_file(at, opened):
            found.update(piece)
            size += len(piece)
    opening = resident("VmHWM") - before

    expected = sha256()
    for piece in film():
        expected.update(piece)
    assert (size, found.digest()) == (MOST_BYTES, expected.digest())
    assert max(sealing, opening) < MOST_MIB, (sealing, opening)
