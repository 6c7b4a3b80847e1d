"""A program that takes cases over: run by itself, so that it can be killed at any moment.

`python -m tests.journeys.accepting SETTINGS prepare 40` makes cases that one organisation has offered to another;
`… SETTINGS accept` has the other accept each, and names each before it does and after it has.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from casetrack.app import utc_now
from casetrack.cli.house import House, house
from casetrack.config import read_config
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.persistence.work import begin
from casetrack.services.cases import open_case
from casetrack.services.transfers import NewOffer, accept_transfer, list_transfers, send_transfer
from casetrack.services.work import at_work
from tests.cli.peopled import NEW
from tests.journeys.erasing import actor

SENDING, RECEIVING = "sending.person", "receiving.person"
SENDER: Final = HolderCode("kent")
RECEIVER: Final = HolderCode("surrey")
OFFER: Final = NewOffer(
    to=RECEIVER,
    strands=frozenset(Strand),
    reason="moved-home",
    already_moved=False,
    preview={"risks": "None known."},
)


def prepare(at: House, count: int) -> None:
    """So many cases wait for the other organisation."""
    sender = actor(SENDING)
    for _ in range(count):
        with at_work(begin, at.deployment, sender, utc_now()) as work:
            case = open_case(work, NEW)
        with at_work(begin, at.deployment, sender, utc_now()) as work:
            send_transfer(work, case.reference, OFFER, seen=None)


def accept(at: House) -> None:
    """Everything that waits is taken over, one after another."""
    receiver = actor(RECEIVING)
    while True:
        with at_work(begin, at.deployment, receiver, utc_now()) as work:
            waiting = list_transfers(work, page=1).items
        if not waiting:
            return
        for card in waiting:
            say("begun", card.id)
            with at_work(begin, at.deployment, receiver, utc_now()) as work:
                accept_transfer(work, card.id, worker=receiver.account, seen=None)
            say("ended", card.id)


def say(*words: object) -> None:
    """It is said now, whatever happens next. A line that was said whole ends in a full stop."""
    sys.stdout.write(" ".join(map(str, words)) + " .\n")
    sys.stdout.flush()


def main(settings: str, what: str, *count: str, environ: Mapping[str, str] = {}) -> None:
    """Do what the command line says."""
    with house(read_config(Path(settings), environ)) as at:
        if what == "prepare":
            prepare(at, int(count[0]))
        else:
            accept(at)


if __name__ == "__main__":
    main(*sys.argv[1:])
