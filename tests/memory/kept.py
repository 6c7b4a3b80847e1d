"""What is kept in memory, and who may know of it."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, fields
from typing import TypeVar
from uuid import UUID

from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.wraps import Wrap
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Holdings
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, SessionId, TransferId
from casetrack.services.lists import PAGE_SIZE, Page
from casetrack.services.ports import (
    Account,
    CaseKey,
    Draft,
    JournalEntry,
    KeptCase,
    KeptTransfer,
    Outlook,
    Scope,
    SealedValue,
    Session,
    Token,
)

Card = TypeVar("Card")


@dataclass
class Kept:
    """Everything that is kept. What is in a table never changes: a change is a new thing in its place."""

    holders: dict[HolderCode, Holder] = field(default_factory=dict)
    keysets: dict[tuple[str, int], SealedKeyset] = field(default_factory=dict)
    accounts: dict[AccountId, Account] = field(default_factory=dict)
    tokens: dict[UUID, Token] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    failures: tuple[tuple[bytes, Instant], ...] = ()
    links: dict[bytes, tuple[AccountId, Instant]] = field(default_factory=dict)
    shifts: dict[AccountId, tuple[str, Instant]] = field(default_factory=dict)
    answers: dict[tuple[bytes, AccountId], bytes] = field(default_factory=dict)
    drafts: dict[tuple[AccountId, str], Draft] = field(default_factory=dict)
    cases: dict[CaseId, tuple[KeptCase, Outlook]] = field(default_factory=dict)
    transfers: dict[TransferId, KeptTransfer] = field(default_factory=dict)
    keys: dict[tuple[CaseId, int], CaseKey] = field(default_factory=dict)
    wraps: tuple[Wrap, ...] = ()
    values: dict[UUID, SealedValue] = field(default_factory=dict)
    entries: tuple[JournalEntry, ...] = ()
    leaves: tuple[bytes, ...] = ()

    def copy(self) -> "Kept":
        """The same things in tables of their own."""
        return Kept(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})


class Memory:
    """What is kept, and the scope of whoever acts now."""

    def __init__(self) -> None:
        """Nothing is kept yet, and nobody acts."""
        self.kept = Kept()
        self.scope: Scope | None = None
        self.answered: set[TransferId] = set()
        """The offers that this transaction has answered."""

    @property
    def acting(self) -> Scope:
        """Who acts."""
        if self.scope is None:
            raise RuntimeError("nobody said who is acting")
        return self.scope

    @property
    def caseworker(self) -> HolderCode | None:
        """The holder whose cases the actor works with; None of the roles that work with none."""
        scope = self.acting
        if scope.holder is None:
            raise RuntimeError("nobody is known yet")
        return scope.holder if scope.role is not None and scope.role.is_caseworker else None

    def holdings(self, case: CaseId) -> Holdings:
        """The holdings of a case that is kept; none of one that is not."""
        kept = self.kept.cases.get(case)
        return kept[0].case.holdings if kept else Holdings(())

    def is_offered(self, case: CaseId) -> bool:
        """The case is being offered to the actor's holder, or was until this transaction answered."""
        return any(
            kept.transfer.case == case
            and kept.transfer.to_holder == self.caseworker
            and (kept.transfer.state.is_open or kept.transfer.id in self.answered)
            for kept in self.kept.transfers.values()
        )

    def is_held(self, case: CaseId) -> bool:
        """The actor's holder has the case now."""
        holder = self.caseworker
        return holder is not None and holder in self.holdings(case).holders

    def is_at_hand(self, case: CaseId) -> bool:
        """Or is being offered it."""
        return self.caseworker is not None and (self.is_held(case) or self.is_offered(case))

    def is_known(self, case: CaseId) -> bool:
        """The actor's holder has the case, is being offered it, or had it."""
        holder = self.caseworker
        return holder is not None and (self.holdings(case).ever_held_by(holder) or self.is_offered(case))


def page_of(items: Iterable[Card], *, number: int, size: int = PAGE_SIZE) -> Page[Card]:
    """That page of the items."""
    every = tuple(items)
    number = max(1, number)
    return Page(every[(number - 1) * size : number * size], number, len(every), size)
