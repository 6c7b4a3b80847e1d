"""What the journal costs those who write: the slowest of many small writes of several clients, with it and without."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from statistics import median
from threading import Barrier
from typing import Final

from flask import current_app

from bench.house import BenchHouse
from casetrack.app import utc_now
from casetrack.domain.actions import Action
from casetrack.domain.events import Consulted
from casetrack.persistence.work import begin
from casetrack.services.drafts import keep_draft
from casetrack.services.work import at_work

CLIENTS: Final = 16
RUNS: Final = 5
WRITES: Final = 40
"""By each client in each run."""
SLOWEST: Final = 0.99


@dataclass(frozen=True)
class Journalled:
    """The slowest write in a hundred, in seconds: the median of the runs, which took turns."""

    without: float
    journalled: float


def measure_journal(house: BenchHouse, worker: str) -> Journalled:
    """Each client keeps a draft of its own, over and over; and does the same with an event, which the log takes in."""
    with _log_taken_in(house):
        runs = [(_slowest(house, worker, journals=False), _slowest(house, worker, journals=True)) for _ in range(RUNS)]
    return Journalled(median(without for without, _ in runs), median(journalled for _, journalled in runs))


def _slowest(house: BenchHouse, worker: str, *, journals: bool) -> float:
    """What 99 of 100 writes of all the clients take at most."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the application itself, for threads
    together = Barrier(CLIENTS)

    def client(number: int) -> list[float]:
        with app.app_context():
            _write(house, worker, number, journals=journals)
            together.wait()
            return [_timed(lambda: _write(house, worker, number, journals=journals)) for _ in range(WRITES)]

    with ThreadPoolExecutor(CLIENTS) as clients:
        taken = sorted(each for of_one in clients.map(client, range(CLIENTS)) for each in of_one)
    return taken[ceil(len(taken) * SLOWEST) - 1]


def _write(house: BenchHouse, worker: str, number: int, *, journals: bool) -> None:
    with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
        keep_draft(work, f"bench-{number}", {"words": "What was written so far."})
        if journals:
            work.note(Consulted(action=Action.CASE_LIST, at=work.now, by=work.actor.account))


def _timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@contextmanager
def _log_taken_in(house: BenchHouse) -> Iterator[None]:
    """The log takes in what waits meanwhile, by a process of its own."""
    command = [sys.executable, "-m", "casetrack", "--config", str(house.file), "worker"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - this program itself
    try:
        yield
    finally:
        process.terminate()
        process.wait()
