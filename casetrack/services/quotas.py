"""Quotas: how much one account is shown of who people are in an hour, and a supervisor who allows it more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from casetrack.domain.actions import Action
from casetrack.domain.errors import OwnQuota, QuotaSpent, ReasonNeeded, UnknownWorker
from casetrack.domain.events import Consulted, QuotaRaised
from casetrack.domain.ids import AccountId
from casetrack.services.limits import COUNTED_FOR, Raise, Spent
from casetrack.services.people import Account
from casetrack.services.work import UnitOfWork


def spend(work: UnitOfWork, *, reveals: int = 0, opened: int = 0) -> None:
    """The actor is shown so much more within this hour; `QuotaSpent` if that would be more than one person may be.

    It is counted in this transaction: what is refused, or fails, counts for nothing.
    """
    quotas, account = work.stores.quotas, work.actor.account
    spent = quotas.spent(account, since=work.now - COUNTED_FOR, now=work.now)
    limits, times = work.deployment.limits, 1 + spent.raises
    if spent.reveals + reveals > limits.reveals * times or spent.opened + opened > limits.opened * times:
        raise QuotaSpent
    quotas.spend(account, Spent(reveals, opened), work.now)


@dataclass(frozen=True)
class Shown:
    """The colleagues of a supervisor, and what each was shown within the hour."""

    colleagues: tuple[Account, ...]
    spent: Mapping[AccountId, Spent]


def view_quotas(work: UnitOfWork) -> Shown:
    """What the colleagues of the supervisor were shown within the hour; that somebody looked is journalled."""
    work.require(Action.QUOTA_RAISE)
    work.note(Consulted(action=Action.QUOTA_RAISE, at=work.now, by=work.actor.account))
    colleagues = _colleagues(work)
    accounts = tuple(each.id for each in colleagues)
    return Shown(colleagues, work.stores.quotas.of_all(accounts, since=work.now - COUNTED_FOR, now=work.now))


def raise_quota(work: UnitOfWork, account: AccountId, life: timedelta) -> None:
    """A colleague may be shown as much again in each hour, for so long; why, is this unit of work's purpose."""
    work.require(Action.QUOTA_RAISE)
    if account == work.actor.account:
        raise OwnQuota
    if account not in {each.id for each in _colleagues(work)}:
        raise UnknownWorker
    if not work.purpose.words.strip():
        raise ReasonNeeded
    until = work.now + life
    raised = Raise(work.deployment.chance.uuid(), account, work.actor.account, work.now, until)
    work.stores.quotas.allow(raised)
    work.note(QuotaRaised(at=work.now, by=work.actor.account, account=account, until=until))


def _colleagues(work: UnitOfWork) -> tuple[Account, ...]:
    """Those of the actor's holder who work with cases, without the actor."""
    workers = work.stores.accounts.workers(work.actor.holder)
    return tuple(worker for worker in workers if worker.id != work.actor.account)
