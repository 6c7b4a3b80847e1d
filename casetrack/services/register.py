"""The disclosure register: what left casetrack, read from the journal. Nothing is written down twice for it.

A transfer tells in its own events what it gave; what left by other ways somebody records, which is an event too. Who
looked is no part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, Protocol

from casetrack.domain.actions import Action
from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.events import HandedOff, TransferSent
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.domain.log_events import LogExported, LogShipped
from casetrack.domain.references import Reference
from casetrack.domain.sar_events import SarDelivered
from casetrack.services.lists import EventCard, Page

DISCLOSING: Final[Mapping[str, Action]] = {
    TransferSent.__name__: Action.TRANSFER_SEND,
    HandedOff.__name__: Action.TRANSFER_ACCEPT,
    Disclosed.__name__: Action.DISCLOSURE_RECORD,
    SarDelivered.__name__: Action.SAR_DELIVER,
    LogExported.__name__: Action.AUDIT_EXPORT,
    LogShipped.__name__: Action.AUDIT_EXPORT,
}
"""The events by which something leaves, and by which action each is found."""
ORGANISATION: Final = "organisation"
"""What kind of recipient an organisation is that casetrack knows."""
LOG: Final = "log"
"""What kind of recipient has the log: whoever is given its files or its lines."""
TRANSFER: Final = "transfer"
"""What a transfer discloses for: that the receiving organisation looks after the person."""
RIGHT_OF_ACCESS: Final = "right-of-access"
"""What the answer to the person's own request is for."""
PERSON: Final = "person"
"""What kind of recipient the person is."""
LOG_USE: Final = "log-use"
"""What the log is given out for: one of its lawful uses."""
FOR: Final[Mapping[str, str]] = {
    TransferSent.__name__: TRANSFER,
    HandedOff.__name__: TRANSFER,
    SarDelivered.__name__: RIGHT_OF_ACCESS,
    LogExported.__name__: LOG_USE,
    LogShipped.__name__: LOG_USE,
}
"""What those disclose for that do not say it themselves."""


@dataclass(frozen=True, kw_only=True)
class RegisterQuery:
    """Which disclosures somebody asks for."""

    case: CaseId | None = None
    unseen: frozenset[Strand] = frozenset()
    """The strands of which nothing is shown that was recorded with them."""
    reference: Reference | None = None
    sender: HolderCode | None = None
    recipient: HolderCode | None = None
    kind: str | None = None
    """What kind of recipient."""
    reason: str | None = None
    since: date | None = None
    """The first day on which it left, as `until` is the last."""
    until: date | None = None
    page: int = 1

    @property
    def filters(self) -> tuple[str, ...]:
        """What was asked for, in codes, as the journal keeps it."""
        asked = (f"{each.name}={value}" for each in fields(self) if (value := getattr(self, each.name)) is not None)
        return ("register", *(each for each in asked if not each.startswith(("page=", "unseen="))))


@dataclass(frozen=True)
class Looks:
    """How often an organisation looked at a case for one purpose: at a page of it, or at what is sealed."""

    holder: HolderCode | None
    """None of casetrack itself."""
    purpose: str
    times: int
    first: Instant
    last: Instant


class Register(Protocol):
    """Where it is read, within what the actor may read of the journal."""

    def find(self, query: RegisterQuery) -> Page[EventCard]:
        """One page of the newest `MOST_FOUND` events by which something left, the newest first."""

    def looks(self, case: CaseId) -> tuple[Looks, ...]:
        """Which organisations looked at the case, and what for, in the order in which each first did."""
