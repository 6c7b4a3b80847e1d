"""`casetrack worker`: the one process that puts new events into the log, and sweeps away what is past its life."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from types import FrameType
from typing import Final

import click

from casetrack.app import key_folder, utc_now
from casetrack.cli.commands import Surroundings, example, here
from casetrack.cli.house import database
from casetrack.cli.logs import speak
from casetrack.gateways.keyfolder import LogSigning
from casetrack.jobs.sequencer import Sequencer
from casetrack.jobs.sweeper import keep_sweeping, sweep
from casetrack.persistence.installing import engine_at, require_durability
from casetrack.persistence.work import begin_log, begin_sweep

LOOKED_EVERY_S: Final = 1.0


@click.command(epilog=example("casetrack worker --once"))
@click.option("--once", is_flag=True, help="Take in what waits now, sweep, and end.")
@click.option("--beside", type=int, metavar="PID", help="End when the process of that number, which began this, has.")
@here
def worker(around: Surroundings, *, once: bool, beside: int | None) -> None:
    """Put new events into the log and sweep away what is past its life, until this is stopped (Ctrl-C, or SIGTERM).

    It works in database roles of its own and with the log's keys alone. Several may run: one at a time has the log.
    When the log's key is renewed, it signs with the new one too from the next checkpoint on, without a restart.
    """
    config = around.config
    speak(config)
    timeout_ms = config.database.statement_timeout_ms
    with (
        database(config) as addresses,
        engine_at(addresses.sequencer, statement_timeout_ms=timeout_ms) as engine,
        engine_at(addresses.jobs, statement_timeout_ms=timeout_ms) as swept,
    ):
        for each in (engine, swept):
            require_durability(each)
        begin = partial(begin_sweep, swept)
        keys = LogSigning(key_folder(config), config.service.name)
        keys()  # so that keys that do not open are said now, and not when the first event waits
        sequencer = Sequencer(partial(begin_log, engine), keys, batch=config.sequencer.batch, clock=utc_now)
        if once:
            while sequencer.step():
                pass
            sweep(begin, utc_now())
        else:
            with ThreadPoolExecutor(1) as meanwhile, stopping(beside) as stop:
                sweeping = meanwhile.submit(keep_sweeping, begin, stop, clock=utc_now)
                sequencer.run(stop, interval_s=config.sequencer.interval_ms / 1000)
            sweeping.result()


@contextmanager
def stopping(beside: int | None) -> Iterator[Event]:
    """An event that is set when this process is told to end, or when the one that it runs beside, or the block, has."""
    stop = Event()

    def heard(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape that signals ask for
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    if beside is not None:
        Thread(target=_watch, args=(beside, stop), daemon=True).start()
    try:
        yield stop
    finally:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(parent: int, stop: Event) -> None:
    while os.getppid() == parent and not stop.wait(LOOKED_EVERY_S):
        pass
    stop.set()
