"""A program that erases: run by itself, so that it can be killed at any moment.

`python -m tests.journeys.erasing SETTINGS prepare 40` makes closed cases that one person has proposed to erase;
`… SETTINGS approve` has a second person agree to each, and says so after each.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from casetrack.app import utc_now
from casetrack.cli.house import House, house
from casetrack.config import read_config
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.persistence.work import begin
from casetrack.services.cases import NewCase, close_case, open_case
from casetrack.services.erasures import propose_erasure
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.proposals import approve_proposal, list_proposals
from casetrack.services.sessions import NOBODY
from casetrack.services.work import at_work

FIRST, SECOND = "first.person", "second.person"
WHY: Final = Purpose(CASEWORK.code, "A review found no reason to keep it.")
NEW: Final = NewCase(
    strands=frozenset(Strand),
    age_group=AgeGroup.ADULT,
    areas=Areas(),
    identity=IdentityState.GIVEN,
    names={"given_names": "Testa", "family_name": "Invented"},
    contact={"phone": "01632 960001"},
)


def actor(name: str) -> Actor:
    """That account, at work."""
    with begin(NOBODY) as stores:
        account = stores.accounts.named(name)
    if account is None:
        raise LookupError(name)
    return Actor(account.id, account.role, account.holder, Auth.PASSWORD)


def prepare(at: House, count: int) -> None:
    """So many closed cases wait for a second person."""
    first = actor(FIRST)
    for _ in range(count):
        with at_work(begin, at.deployment, first, utc_now()) as work:
            case = open_case(work, NEW)
        with at_work(begin, at.deployment, first, utc_now()) as work:
            case = close_case(work, case.reference, "support-complete", seen=None)
        with at_work(begin, at.deployment, first, utc_now(), WHY) as work:
            propose_erasure(work, case.reference, "storage-limit", "review", seen=case.version)


def approve(at: House) -> None:
    """The second person agrees to everything that waits."""
    second = actor(SECOND)
    while True:
        with at_work(begin, at.deployment, second, utc_now()) as work:
            waiting = list_proposals(work, page=1).items
        if not waiting:
            return
        for card in waiting:
            with at_work(begin, at.deployment, second, utc_now()) as work:
                approve_proposal(work, card.proposal.id, seen=None)
            sys.stdout.write("now\n")
            sys.stdout.flush()


def main(settings: str, what: str, *count: str, environ: Mapping[str, str] = {}) -> None:
    """Do what the command line says."""
    with house(read_config(Path(settings), environ)) as at:
        if what == "prepare":
            prepare(at, int(count[0]))
        else:
            approve(at)


if __name__ == "__main__":
    main(*sys.argv[1:])
