"""Many cases, each opened by the real use case: sealed, journalled and consistent, as if somebody had opened it.

Only the transactions are larger: many cases share one, and two processes open them side by side.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from bench.house import BenchHouse, open_again
from casetrack.app import key_folder, open_deployment, utc_now
from casetrack.cli.house import among_stores
from casetrack.domain.actors import Actor
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.persistence.past import telling_past
from casetrack.persistence.work import transaction
from casetrack.services.cases import NewCase, open_case
from casetrack.services.deployment import Deployment
from casetrack.services.ports import Scope
from casetrack.services.sessions import NOBODY
from casetrack.services.work import UnitOfWork

PROCESSES: Final = 2
OF_A_TRANSACTION: Final = 250
DAYS: Final = 300
"""How far back the oldest case was opened, so that lists have something overdue and something due."""

A_STRANGER: Final = NewCase(
    strands=frozenset(Strand),
    age_group=AgeGroup.ADULT,
    areas=Areas(),
    identity=IdentityState.NOT_YET_ASKED,
    names={},
    contact={},
)
"""Of whom nothing is known yet: with the same keys, wraps and seals as anybody, and without values to seal."""
SOMEBODY: Final = NewCase(
    strands=frozenset(Strand),
    age_group=AgeGroup.ADULT,
    areas=Areas(),
    identity=IdentityState.GIVEN,
    names={"given_names": "Belbex", "family_name": "Corandun-Invented", "birth_date": date(1990, 1, 2)},
    contact={"phone": "07700 900000"},
)


def open_many(house: BenchHouse, by: str, count: int) -> None:
    """That worker's organisation has so many more cases."""
    shares = [(part, count // PROCESSES + (part < count % PROCESSES)) for part in range(PROCESSES)]
    work = [(house.file, house.actor(by), part, share) for part, share in shares]
    started = ProcessPoolExecutor(PROCESSES, get_context("spawn"))
    with telling_past(house.addresses.superuser), started as pool:
        for opened in [pool.submit(_open_share, *share) for share in work]:
            opened.result()


def _open_share(file: Path, actor: Actor, part: int, count: int) -> None:
    """In a process of its own: so many cases, with words of its own for their pseudonyms.

    Two transactions that had each given many of the same names would wait for each other.
    """
    config, addresses = open_again(file)
    with among_stores(config, addresses.app):
        deployment = open_deployment(config, key_folder(config))
        own = replace(deployment, words=replace(deployment.words, first=deployment.words.first[part::PROCESSES]))
        for start in range(0, count, OF_A_TRANSACTION):
            open_some(own, actor, range(start, min(start + OF_A_TRANSACTION, count)))


def open_some(deployment: Deployment, actor: Actor, numbers: Sequence[int]) -> None:
    """In this process and one transaction: a case for each number."""
    with transaction(NOBODY) as begun:
        begun.act_as(Scope(actor.account, actor.role, actor.holder))
        work = UnitOfWork(begun.stores, deployment, actor, utc_now())
        for number in numbers:
            work.now = utc_now() - timedelta(days=number % DAYS, minutes=number)
            open_case(work, A_STRANGER)
