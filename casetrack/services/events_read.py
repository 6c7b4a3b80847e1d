"""Each event of the journal held against its payload, its leaf and the change of its case before it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from casetrack.audit.entry import Entry
from casetrack.audit.errors import LogRefused
from casetrack.audit.verify import verify_payload
from casetrack.domain.events import (
    Event,
    MilestoneRecorded,
    MilestoneReopened,
    TransferAccepted,
    TransferDeclined,
    TransferSeen,
    TransferSent,
    TransferWithdrawn,
)
from casetrack.domain.ids import CaseId, Instant
from casetrack.domain.transfer import TransferState
from casetrack.domain.words import N_
from casetrack.services.evidence import KeptEvent
from casetrack.services.journal import shown_digest

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

ASPECTS: Final[Mapping[str, str]] = {kind.__name__: kind.aspect for kind in Event.__subclasses__()}
OF_ONE_MILESTONE: Final = frozenset({MilestoneRecorded.__name__, MilestoneReopened.__name__})
STEPS: Final[Mapping[str, TransferState]] = {
    TransferSent.__name__: TransferState.SENT,
    TransferSeen.__name__: TransferState.SEEN,
    TransferAccepted.__name__: TransferState.ACCEPTED,
    TransferDeclined.__name__: TransferState.DECLINED,
    TransferWithdrawn.__name__: TransferState.WITHDRAWN,
}
ORDER: Final = tuple(STEPS.values())
"""No transfer goes back along these, and it stands at the last that it reached."""


@dataclass(frozen=True)
class NewestChange:
    """What the journal says of a case as it stands."""

    event: UUID
    version: int
    seal_digest: str | None
    holder: str | None


@dataclass(frozen=True)
class Steps:
    """How many steps a transfer has taken, and where it stands."""

    count: int = 0
    state: TransferState = TransferState.SENT

    def taken(self, state: TransferState) -> "Steps":
        """One step more."""
        return replace(self, count=self.count + 1, state=max(self.state, state, key=ORDER.index))


class EventsRead:
    """The events that were read so far, and what they tell of cases and transfers."""

    def __init__(self) -> None:
        """Nothing has been read."""
        self.newest: dict[UUID, NewestChange] = {}
        self.steps: dict[UUID, Steps] = {}
        self.waits_since: Instant | None = None
        """When the event that has waited longest for its place in the log was queued."""

    def wrong_with(self, kept: KeptEvent) -> Iterator[str]:
        """What is wrong with this event, which comes after the changes of its case that were before it."""
        # Step 3: the event has its place in the log, or waits for it.
        if kept.leaf is not None:
            yield from _wrong_with_leaf(kept, kept.leaf)
        elif kept.queued_at is None:
            yield N_("It is not in the log, and does not wait for its place there.")
        else:
            self.waits_since = min(kept.queued_at, self.waits_since or kept.queued_at)
        payload = _payload(kept)
        # Step 5: every column says what the payload says.
        if different := sorted(name for name, (column, said) in _columns(kept, payload).items() if column != said):
            yield N_("It was changed in the database. Not as recorded: ") + ", ".join(different) + "."
        yield from self._wrong_with_change(kept, payload)
        if kept.transfer is not None and payload.get("event") in STEPS:
            self.steps[kept.transfer] = self.steps.get(kept.transfer, Steps()).taken(STEPS[payload["event"]])

    def _wrong_with_change(self, kept: KeptEvent, payload: Mapping[str, Any]) -> Iterator[str]:
        """Step 6: the changes of a case have every number from 1, and each names the one before it."""
        if kept.case is None or kept.case_version is None:
            return
        before = self.newest.get(kept.case)
        version, event = (before.version, str(before.event)) if before else (0, None)
        if kept.case_version != version + 1 or payload.get("prev_change_of_case") != event:
            yield N_("A change of its case before it is missing.")
        self.newest[kept.case] = NewestChange(kept.id, kept.case_version, payload.get("seal_digest"), kept.holder)


def _wrong_with_leaf(kept: KeptEvent, leaf: bytes) -> Iterator[str]:
    """Step 4: the leaf is this event's, at this time, and commits to this payload."""
    try:
        entry = Entry.parse(leaf)
        verify_payload(entry, kept.payload, kept.salt)
    except LogRefused as refused:
        yield str(refused)
        return
    if (entry.event, entry.time_ms, entry.commitment) != (kept.id.bytes, kept.time_ms, kept.commitment):
        yield N_("Its id, time or commitment is not the one in the log.")


def _payload(kept: KeptEvent) -> Mapping[str, Any]:
    """The payload, read; nothing if it cannot be, which the leaf has said already."""
    try:
        payload = json.loads(kept.payload)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _columns(kept: KeptEvent, payload: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """Each column, as it is kept and as the payload has it."""
    shown = [shown_digest(CaseId(case), salt).hex() for case, salt in kept.shown]
    return {
        "at": (kept.at.isoformat(), payload.get("at")),
        "time_ms": (kept.time_ms, (kept.at - EPOCH) // MILLISECOND),
        "action": (kept.action, payload.get("action")),
        "account": (_text(kept.account), payload.get("actor")),
        "holder": (kept.holder, payload.get("holder")),
        "case": (_text(kept.case), payload.get("case")),
        "transfer": (_text(kept.transfer), payload.get("transfer")),
        "case_version": (kept.case_version, payload.get("case_version")),
        "aspect": (kept.aspect, _aspect(payload)),
        "holders_then": (list(kept.holders_then), payload.get("holders_then")),
        "words": (hashlib.sha256(kept.words).hexdigest() if kept.words else None, payload.get("words")),
        "shown": (shown, payload.get("shown")),
    }


def _aspect(payload: Mapping[str, Any]) -> str | None:
    kind = str(payload.get("event"))
    if kind in OF_ONE_MILESTONE:
        return f"milestone:{payload.get('detail', {}).get('code')}"
    return ASPECTS.get(kind)


def _text(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None
