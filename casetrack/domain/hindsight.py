"""Who could have opened a case at an instant that has passed, by the rules of access that hold today.

Who was responsible is asked of the holdings, each of which says since when and until when; and whose account was there,
in which role and for whom, of what the log tells of accounts. That somebody could says nothing of whether they did.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from casetrack.domain import access
from casetrack.domain.access import Reach
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.holdings import Holdings, Part, Strand
from casetrack.domain.ids import AccountId, HolderCode, Instant, TransferId


@dataclass(frozen=True)
class AccountThen:
    """An account as the log tells of it: its role and holder, which never change, and from when until when it was."""

    account: AccountId
    role: Role
    holder: HolderCode
    since: Instant
    until: Instant | None = None
    """When it was closed."""

    def was_open(self, at: Instant) -> bool:
        """True from the instant in which it was made, up to the one in which it was closed."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Passing:
    """What the log tells of who was responsible: from that instant on the holder had those strands."""

    at: Instant
    strands: frozenset[Strand]
    to: HolderCode
    via: TransferId | None = None
    """The transfer by which it did, if it was by one."""


@dataclass(frozen=True)
class CaseThen:
    """A case, of which no more is known than who was responsible for it at one instant."""

    holdings: Holdings


@dataclass(frozen=True)
class CouldOpen:
    """An account that had some of the case then: how much, and the parts of which it could be shown what is sealed."""

    account: AccountThen
    reach: Reach
    parts: frozenset[Part]


def who_could(accounts: Iterable[AccountThen], holdings: Holdings, at: Instant) -> tuple[CouldOpen, ...]:
    """Those of the accounts that had any of the case at that instant, and what of it, as they are ordered."""
    then = CaseThen(holdings.as_at(at))
    each = (_of(account, then) for account in accounts if account.was_open(at))
    return tuple(could for could in each if could.reach is not Reach.NOTHING)


def told(passings: Iterable[Passing]) -> Holdings:
    """The holdings that the log tells of, in the order in which responsibility began or passed."""
    holdings = Holdings(())
    for each in passings:
        holdings = holdings.passed(each.strands, to=each.to, at=each.at, via=each.via)
    return holdings


def _of(account: AccountThen, case: CaseThen) -> CouldOpen:
    """Somebody who has just signed in: what only a person does, whoever could open the case did as one."""
    actor = Actor(account.account, account.role, account.holder, Auth.PASSWORD)
    return CouldOpen(account, access.reach(actor, case), access.openable(actor, case))
