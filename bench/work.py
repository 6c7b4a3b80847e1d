"""How long a unit of work takes: with nothing on the journal and with one event, a hand-off, and the log behind it."""

import time
from collections.abc import Iterator
from typing import Final

from sqlalchemy import create_engine

from bench.caseload import SOMEBODY
from bench.house import RECEIVER, BenchHouse
from bench.timing import Timing, timed
from casetrack.app import key_folder, utc_now
from casetrack.domain.actions import Action
from casetrack.domain.events import Consulted
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import TransferId
from casetrack.gateways.keyfolder import LogSigning
from casetrack.jobs.sequencer import Sequencer
from casetrack.persistence.work import begin, begin_log
from casetrack.services.cases import open_case
from casetrack.services.transfers import NewOffer, accept_transfer, send_transfer
from casetrack.services.work import at_work

TIMES: Final = 100
HAND_OFFS: Final = 25


def measure_work(house: BenchHouse, sender: str, receiver: str) -> Iterator[Timing]:
    """Units of work as a page has them, without the page: each a transaction of its own, flushed to the disk."""
    yield timed("unit of work that does nothing", lambda: _nothing(house, sender), TIMES)
    yield timed("the same, with an event journalled", lambda: _one_event(house, sender), TIMES)
    yield timed("open a case", lambda: _open(house, sender), TIMES)
    yield _hand_offs(house, sender, receiver)


def measure_log(house: BenchHouse) -> tuple[int, float]:
    """How many events waited for their place in the log, and how many seconds it took to take them in and sign."""
    engine = create_engine(house.addresses.sequencer, pool_size=1)
    keys = LogSigning(key_folder(house.config), house.config.service.name)
    batch = house.config.sequencer.batch
    sequencer = Sequencer(lambda: begin_log(engine), keys, batch=batch, clock=utc_now)
    start, taken = time.perf_counter(), 0
    while step := sequencer.step():
        taken += step
    took = time.perf_counter() - start
    engine.dispose()
    return taken, took


def _nothing(house: BenchHouse, worker: str) -> None:
    with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
        work.require(Action.CASE_LIST)


def _one_event(house: BenchHouse, worker: str) -> None:
    with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
        work.require(Action.CASE_LIST)
        work.note(Consulted(action=Action.CASE_LIST, at=work.now, by=work.actor.account))


def _open(house: BenchHouse, worker: str) -> None:
    with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
        open_case(work, SOMEBODY)


def _hand_offs(house: BenchHouse, sender: str, receiver: str) -> Timing:
    """Both strands of a case with its identity: new data keys, new wraps, everything sealed again, one transaction."""
    offers = iter([_offer(house, sender) for _ in range(HAND_OFFS + 1)])

    def accept() -> None:
        with at_work(begin, house.deployment, house.actor(receiver), utc_now()) as work:
            accept_transfer(work, next(offers), worker=house.actor(receiver).account, seen=None)

    return timed("accept an offer (the hand-off)", accept, HAND_OFFS)


def _offer(house: BenchHouse, sender: str) -> TransferId:
    with at_work(begin, house.deployment, house.actor(sender), utc_now()) as work:
        case = open_case(work, SOMEBODY)
    offer = NewOffer(
        to=RECEIVER,
        strands=frozenset(Strand),
        reason="moved-home",
        already_moved=False,
        preview={"risks": "None known."},
    )
    with at_work(begin, house.deployment, house.actor(sender), utc_now()) as work:
        return send_transfer(work, case.reference, offer, seen=None).id
