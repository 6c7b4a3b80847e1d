"""The invented workers: who sits at which desk of which organisation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from casetrack.cli.demo.acts import Desk
from casetrack.cli.demo.journeys import AUDITOR, SECOND_AUDITOR, WORKERS
from casetrack.cli.demo.people import colleague_name
from casetrack.cli.demo.world import LEEDS, MANCHESTER
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.services.accounts import add_account
from casetrack.services.people import Account
from casetrack.services.work import UnitOfWork

NATIONAL: Final = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
SUPERVISED: Final = (LEEDS, MANCHESTER)
ADMINISTRATOR: Final = Desk(SERVICE, Role.ADMINISTRATOR)
LEFT: Final = Desk(LEEDS, Role.SUPPORT_WORKER, WORKERS + 1)
"""Somebody who has left, and whose account is still open: for the administrator to find."""


@dataclass(frozen=True)
class Colleague:
    """Somebody invented, at a desk."""

    desk: Desk
    sign_in_name: str
    display_name: str


def colleagues(holders: Iterable[HolderCode], seed: str) -> Iterator[Colleague]:
    """Everybody who works with cases at those organisations, two auditors and an administrator of all of them."""
    for desk in (
        AUDITOR,
        SECOND_AUDITOR,
        ADMINISTRATOR,
        LEFT,
        *(desk for holder in holders for desk in _desks(holder)),
    ):
        given, family = colleague_name(seed, desk)
        yield Colleague(desk, f"{desk.holder}.{desk.role}.{desk.number}", f"{given.split()[0]} {family}")


def _desks(holder: HolderCode) -> Iterator[Desk]:
    for number in range(1, WORKERS + 1):
        yield Desk(holder, Role.SUPPORT_WORKER, number)
    yield Desk(holder, Role.LEAD)
    if holder in SUPERVISED:
        yield Desk(holder, Role.SUPERVISOR)


def keep_colleagues(work: UnitOfWork, people: Iterable[Colleague]) -> None:
    """Everybody has an account. No password opens it: the demonstration's own pages are the only way in."""
    for each in people:
        work.require(Action.ACCOUNT_CREATE)
        desk = each.desk
        account = Account(
            id=AccountId(work.deployment.chance.uuid()),
            sign_in_name=each.sign_in_name,
            display_name=each.display_name,
            role=desk.role,
            holder=desk.holder,
            password="",
            national=desk.role in NATIONAL,
        )
        add_account(work, account)
