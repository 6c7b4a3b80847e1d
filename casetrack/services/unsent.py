"""Answers of a wizard that were not sent yet, and the port where they wait."""

from dataclasses import dataclass
from typing import Protocol

from casetrack.domain.ids import AccountId, Instant


@dataclass(frozen=True)
class Draft:
    """Answers of a wizard that were not sent yet, sealed to the account's own holder."""

    account: AccountId
    kind: str
    sealed: bytes
    at: Instant


class Drafts(Protocol):
    """Where half-finished answers survive a time-out."""

    def get(self, account: AccountId, kind: str, *, lock: bool = False) -> Draft | None:
        """The account's draft of that kind; locked until the end of the transaction if it is to be changed or sent."""

    def begin(self, draft: Draft) -> bool:
        """The draft is kept where there is none; False if there is one, also one that was begun at the same time."""

    def keep(self, draft: Draft) -> None:
        """The draft takes the place of the one before."""

    def discard(self, account: AccountId, kind: str) -> None:
        """The draft is gone."""
