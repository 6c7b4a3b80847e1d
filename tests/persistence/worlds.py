"""The same small world over either kind of stores: some organisations, and people who work for them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId
from casetrack.domain.transfer import Transfer
from casetrack.services.people import Account
from casetrack.services.ports import KeptTransfer, Outlook, Scope, Stores
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, NOBODY, NORTHMARCH, actor_of, after, scope_of

BOTH = tuple(Strand)


class Begun(Protocol):
    """A transaction that has begun."""

    @property
    def stores(self) -> Stores: ...

    def act_as(self, scope: Scope) -> None: ...


@dataclass(frozen=True)
class World:
    """Stores, and accounts of which some know of a case and some do not."""

    begin: Callable[[Scope], AbstractContextManager[Stores]]
    transaction: Callable[[Scope], AbstractContextManager[Begun]]
    founding: Callable[[Scope], AbstractContextManager[Stores]]
    sender: Account
    receiver: Account
    stranger: Account
    partner: Account
    auditor: Account
    national: Account

    @classmethod
    def made(
        cls,
        begin: Callable[[Scope], AbstractContextManager[Stores]],
        transaction: Callable[[Scope], AbstractContextManager[Begun]],
        founding: Callable[[Scope], AbstractContextManager[Stores]],
    ) -> "World":
        """The organisations and the accounts are kept, the one by whoever founds a deployment."""
        accounts = {
            "sender": builders.new_account(EASTMARCH),
            "receiver": builders.new_account(NORTHMARCH),
            "stranger": builders.new_account(HARBOUR),
            "partner": builders.new_account(LANTERN),
            "auditor": builders.new_account(EASTMARCH, Role.AUDITOR),
            "national": builders.new_account(builders.DESK, Role.AUDITOR, national=True),
        }
        with founding(NOBODY) as kept:
            builders.found(kept)
        with begin(NOBODY) as stores:
            for account in accounts.values():
                stores.accounts.add(account)
        return cls(begin, transaction, founding, **accounts)

    def as_(self, account: Account) -> AbstractContextManager[Stores]:
        """The stores, as that account finds them, in a transaction."""
        return self.begin(scope_of(account))

    def case(
        self,
        account: Account | None = None,
        holder: Holder = EASTMARCH,
        strands: tuple[Strand, ...] = BOTH,
        outlook: Outlook | None = None,
    ) -> Case:
        """A case that the account has opened, and what happened to it in the journal."""
        opener = account or self.sender
        case = builders.new_case(opener, holder, strands)
        with self.as_(opener) as stores:
            kept = builders.keep_case(stores, case, outlook)
            builders.journal_changes(stores, case, opener)
        return kept

    def offer(self, case: Case, to: Holder = NORTHMARCH, strands: tuple[Strand, ...] = BOTH) -> KeptTransfer:
        """An offer of the case that the sender has sent."""
        transfer = builders.new_offer(case, self.sender, to, strands)
        with self.as_(self.sender) as stores:
            kept = builders.keep_offer(stores, transfer)
            stores.keys.add_wraps(builders.offer_wraps(case, transfer))
        return kept

    def take(self, case: Case, offer: KeptTransfer, by: Account | None = None, *, hour: float = 2) -> Case:
        """The receiver has taken what was offered, so many hours after nine."""
        taker = by or self.receiver
        accepted = offer.transfer.accept(by=actor_of(taker), at=after(hour))
        after_it = handed_off(case, accepted, taker.id, hour=hour)
        with self.as_(taker) as stores:
            stores.transfers.put(builders.kept_offer(accepted, taker.holder, like=offer))
            kept = builders.keep_change(stores, after_it, case, by=taker.holder)
            builders.journal_changes(stores, after_it, taker)
        return kept


def handed_off(case: Case, transfer: Transfer, worker: AccountId, *, hour: float = 2) -> Case:
    """The case, once the receiver is responsible for it."""
    to = next(holder for holder in builders.EVERY_HOLDER if holder.code == transfer.to_holder)
    by = replace(actor_of(builders.new_account(to)), account=worker)
    return case.hand_off(transfer, to=to, worker=worker, by=by, at=after(hour))
