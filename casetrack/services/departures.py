"""What left, as the event by which it did says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from casetrack.domain.calendars import london_date
from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.disclosures import Regime, regime_of
from casetrack.domain.errors import UnknownHolder
from casetrack.domain.events import HandedOff
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import Part
from casetrack.domain.ids import DisclosureId, HolderCode
from casetrack.domain.sar_events import SarDelivered
from casetrack.domain.sars import Item
from casetrack.services.journal import read_detail, read_kind
from casetrack.services.lists import EventCard
from casetrack.services.register import FOR, LOG, LOG_USE, ORGANISATION, PERSON


@dataclass(frozen=True)
class Departure:
    """What left, as its event says it."""

    card: EventCard
    event: str = ""
    """By which name the event says what happened; empty of one that cannot be read."""
    on: date | None = None
    sender: HolderCode | None = None
    recipient: HolderCode | None = None
    kind: str = ""
    reason: str = ""
    transfer_reason: str | None = None
    basis: str | None = None
    from_regime: Regime | None = None
    to_regime: Regime | None = None
    parts: tuple[Part, ...] = ()
    items: tuple[Item, ...] = ()
    """What the person was given; none of a request that was refused."""
    disclosure: DisclosureId | None = None
    words: str = field(default="", repr=False)
    """What was written of it, where the reader's keys open that."""


def read_departure(card: EventCard, holders: Holders) -> Departure:
    """What the event says; nothing of one that cannot be read, as whoever can edit the table may leave it."""
    try:
        return _departure(card, read_detail(card.payload), holders)
    except (LookupError, TypeError, ValueError, UnknownHolder):
        return Departure(card)


def _departure(card: EventCard, detail: Mapping[str, Any], holders: Holders) -> Departure:
    event = read_kind(card.payload)
    if event == Disclosed.__name__:
        return Departure(
            card,
            event,
            on=date.fromisoformat(detail["on"]),
            sender=card.holder,
            recipient=HolderCode(detail["recipient"]) if detail["recipient"] else None,
            kind=str(detail["kind"]),
            reason=str(detail["reason"]),
            basis=detail["basis"] and str(detail["basis"]),
            from_regime=Regime(detail["from_regime"]),
            to_regime=Regime(detail["to_regime"]) if detail["to_regime"] else None,
            parts=tuple(Part(each) for each in detail["parts"]),
            disclosure=DisclosureId(UUID(str(detail["disclosure"]))),
        )
    if event == SarDelivered.__name__:
        return Departure(
            card,
            event,
            on=date.fromisoformat(detail["on"]),
            sender=card.holder,
            kind=PERSON,
            reason=FOR[event],
            from_regime=Regime(detail["regime"]),
            items=tuple(Item(each) for each in detail["items"]),
        )
    on, reason = london_date(card.at), FOR[event]
    if reason == LOG_USE:
        return Departure(card, event, on, card.holder, kind=LOG, reason=reason)
    sender = holders[HolderCode(detail["from_holder"])].code if event == HandedOff.__name__ else card.holder
    recipient = holders[HolderCode(detail["to_holder"])]
    return Departure(
        card,
        event,
        on,
        sender,
        recipient.code,
        ORGANISATION,
        reason,
        transfer_reason=detail.get("reason"),
        from_regime=regime_of(holders[HolderCode(sender or "")]),
        to_regime=regime_of(recipient),
        parts=tuple(Part(each) for each in detail.get("parts", ())),
    )
