"""How much memory a large file takes on its way in and out: in a process of its own, so that nothing else counts."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from bench.caseload import SOMEBODY
from bench.house import BenchHouse, open_again
from casetrack.app import key_folder, open_deployment, utc_now
from casetrack.cli.house import among_stores
from casetrack.domain.actors import Actor
from casetrack.domain.files import MOST_BYTES
from casetrack.domain.holdings import Strand
from casetrack.persistence.work import begin
from casetrack.services.cases import open_case
from casetrack.services.files import NewFile, attach_file, open_file, read_file
from casetrack.services.work import at_work

MIB: Final = 2**20
PIECE: Final = 64 * 1024
BEGINS: Final = b"%PDF-1.7\n"


@dataclass(frozen=True)
class Memory:
    """How much memory the process had, in bytes: before the file, and at most while it was attached and read back."""

    before: int
    most: int


def measure_file(house: BenchHouse, worker: str) -> Memory:
    """The largest file there can be is attached to a case and read back."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_there_and_back, (house.file, house.actor(worker)))


def _there_and_back(settings: Path, actor: Actor) -> Memory:
    config, addresses = open_again(settings)
    with among_stores(config, addresses.app):
        deployment = open_deployment(config, key_folder(config))
        with at_work(begin, deployment, actor, utc_now()) as work:
            case = open_case(work, SOMEBODY)
        before = _forget_the_most()
        new = NewFile(strand=Strand.SUPPORT, name="film.pdf", declared="application/pdf", pieces=_pieces())
        with at_work(begin, deployment, actor, utc_now()) as work:
            _, card = attach_file(work, case.reference, new, seen=None)
        with at_work(begin, deployment, actor, utc_now()) as work:
            opened = open_file(work, case.reference, card.id)
        with at_work(begin, deployment, actor, utc_now()) as work:
            length = sum(len(piece) for piece in read_file(work, opened))
        if length != MOST_BYTES:
            raise RuntimeError(f"{length} bytes of the file came back")
        return Memory(before, _in_status("VmHWM"))


def _pieces() -> Iterator[bytes]:
    """A file of the largest size, as it comes; none of it is there before it is asked for."""
    yield BEGINS
    left = MOST_BYTES - len(BEGINS)
    while left:
        yield secrets.token_bytes(piece := min(PIECE, left))
        left -= piece


def _forget_the_most() -> int:
    """How much memory this process has now; from here on, the most that it had is counted again (proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")
    return _in_status("VmRSS")


def _in_status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
