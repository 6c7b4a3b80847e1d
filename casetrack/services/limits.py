"""How much one account is shown of who people are in an hour, and the port where that is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from casetrack.domain.ids import AccountId, Instant

COUNTED_FOR: Final = timedelta(hours=1)
"""For how long what somebody was shown counts against them."""


@dataclass(frozen=True)
class Limits:
    """The most that one account is shown within an hour, before a supervisor allows more."""

    reveals: int = 60
    """How often: an identity, a safe contact, a page of names, or a search, each counts once."""
    opened: int = 2000
    """How many people are opened to be compared in searches, whether or not they are then shown."""


@dataclass(frozen=True)
class Spent:
    """What an account was shown within the hour, and how often a supervisor has allowed it as much again."""

    reveals: int = 0
    opened: int = 0
    raises: int = 0


@dataclass(frozen=True)
class Raise:
    """A supervisor lets an account be shown as much again in each hour, until an instant."""

    id: UUID
    account: AccountId
    by: AccountId
    at: Instant
    until: Instant


class Quotas(Protocol):
    """Where it is counted what each account was shown. No row here speaks of a case."""

    def spent(self, account: AccountId, *, since: Instant, now: Instant) -> Spent:
        """What the account was shown after that instant. Nobody else spends of it until this transaction ends."""

    def spend(self, account: AccountId, spent: Spent, at: Instant) -> None:
        """The account was shown so much more."""

    def of_all(self, accounts: tuple[AccountId, ...], *, since: Instant, now: Instant) -> Mapping[AccountId, Spent]:
        """What each of the accounts was shown after that instant, in one statement; those without any are left out."""

    def allow(self, raised: Raise) -> None:
        """The account may be shown as much again."""
