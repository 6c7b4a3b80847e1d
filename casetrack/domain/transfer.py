"""One offer of strands from a holder to a holder: an aggregate of its own, with its own version.

Until it is accepted none of its steps changes the case, and the sender is responsible for the
person's care and safety; from that instant, the receiver.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from casetrack.domain.actors import Actor
from casetrack.domain.errors import NoPendingTransfer, NotHeld, OwnOffer, SameHolder
from casetrack.domain.events import (
    Event,
    TransferAccepted,
    TransferDeclined,
    TransferSeen,
    TransferSent,
    TransferWithdrawn,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, TransferId


class TransferState(StrEnum):
    """Where an offer stands."""

    SENT = "sent"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """True while the receiver has not answered and the sender has not taken it back."""
        return self in OPEN_STATES


OPEN_STATES = frozenset({TransferState.SENT, TransferState.SEEN})


class TransferKind(StrEnum):
    """What an offer moves."""

    FULL = "full"
    SUPPORT = "support"
    INVESTIGATION = "investigation"
    INFORMATION_ONLY = "information_only"


class OfferedCase(Protocol):
    """What an offer needs to know of the case that it is about."""

    @property
    def id(self) -> CaseId:
        """The case's id."""

    @property
    def version(self) -> int:
        """The version that the sender is looking at."""

    @property
    def is_high_risk(self) -> bool:
        """Whether the last assessment of risk says so."""

    def check_offer(self, strands: frozenset[Strand], to: Holder, by: Actor) -> None:
        """Refuses what the actor's holder cannot offer, or that holder cannot lead."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """An offer as it stands at one version, with the events that happened since it was loaded."""

    id: TransferId
    case: CaseId
    version: int
    from_holder: HolderCode
    to_holder: HolderCode
    strands: frozenset[Strand]
    reason: str
    state: TransferState
    case_version: int
    """The version of the case that the sender was looking at."""
    already_moved: bool
    high_risk: bool
    sent_by: AccountId
    sent_at: Instant
    seen_at: Instant | None = None
    answered_at: Instant | None = None
    answered_by: AccountId | None = None
    decline_reason: str | None = None
    events: tuple[Event, ...] = field(default=(), compare=False)

    @classmethod
    def send(
        cls,
        *,
        id: TransferId,  # noqa: A002 - it is the id of a transfer, and called so everywhere
        case: "OfferedCase",
        strands: Iterable[Strand],
        to: Holder,
        reason: str,
        already_moved: bool,
        by: Actor,
        at: Instant,
    ) -> "Transfer":
        """The offer waits for the receiving holder; the sender stays responsible."""
        wanted = frozenset(strands)
        if to.code == by.holder:
            raise SameHolder
        case.check_offer(wanted, to, by)
        sent = cls(
            id=id,
            case=case.id,
            version=0,
            from_holder=by.holder,
            to_holder=to.code,
            strands=wanted,
            reason=reason,
            state=TransferState.SENT,
            case_version=case.version,
            already_moved=already_moved,
            high_risk=case.is_high_risk,
            sent_by=by.account,
            sent_at=at,
        )
        event = TransferSent(
            case=case.id,
            transfer=id,
            at=at,
            by=by.account,
            to_holder=to.code,
            strands=frozenset(wanted),
            reason=reason,
            already_moved=already_moved,
        )
        return sent._after(event)

    @property
    def loaded_version(self) -> int:
        """The version that the store keeps: this one, less what has happened since."""
        return self.version - len(self.events)

    @property
    def kind(self) -> TransferKind:
        """What the offer moves, in one word."""
        if len(self.strands) > 1:
            return TransferKind.FULL
        return TransferKind(next(iter(self.strands))) if self.strands else TransferKind.INFORMATION_ONLY

    def see(self, *, by: Actor, at: Instant) -> "Transfer":
        """Somebody of the receiving holder has opened the preview; the first time, the sender is shown so."""
        self._answerable(by)
        first = self.state is TransferState.SENT
        event = TransferSeen(case=self.case, transfer=self.id, at=at, by=by.account, first=first)
        return self._after(event, state=TransferState.SEEN, seen_at=self.seen_at or at)

    def accept(self, *, by: Actor, at: Instant) -> "Transfer":
        """The receiving holder takes what was offered; where strands were, the case's own hand-off goes with it."""
        self._answerable(by)
        event = TransferAccepted(
            case=self.case, transfer=self.id, at=at, by=by.account, strands=frozenset(self.strands)
        )
        return self._answered(event, TransferState.ACCEPTED)

    def decline(self, reason: str, *, by: Actor, at: Instant) -> "Transfer":
        """The receiving holder does not take what was offered, and says why; the sender stays responsible."""
        self._answerable(by)
        event = TransferDeclined(case=self.case, transfer=self.id, at=at, by=by.account, reason=reason)
        return self._answered(event, TransferState.DECLINED, decline_reason=reason)

    def withdraw(self, *, by: Actor, at: Instant) -> "Transfer":
        """The sender has taken the offer back."""
        self._pending()
        if by.holder != self.from_holder:
            raise NotHeld
        event = TransferWithdrawn(case=self.case, transfer=self.id, at=at, by=by.account)
        return self._after(event, state=TransferState.WITHDRAWN, answered_at=at, answered_by=by.account)

    def _answered(self, event: Event, state: TransferState, **changes: Any) -> "Transfer":  # noqa: ANN401 - the fields of a Transfer
        """Whoever answers has seen the offer, be it in the same instant."""
        seen_at = self.seen_at or event.at
        return self._after(event, state=state, answered_at=event.at, answered_by=event.by, seen_at=seen_at, **changes)

    def _answerable(self, by: Actor) -> None:
        self._pending()
        if by.holder != self.to_holder:
            raise OwnOffer

    def _pending(self) -> None:
        if not self.state.is_open:
            raise NoPendingTransfer

    def _after(self, event: Event, **changes: Any) -> "Transfer":  # noqa: ANN401 - the fields of a Transfer, as `replace` takes them
        """The only way a transfer changes: no change without its event."""
        return replace(self, version=self.version + 1, events=(*self.events, event), **changes)
