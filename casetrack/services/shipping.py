"""The log, given entry by entry to a log shipper: as far as a signed checkpoint covers it, and each as it was logged.

What is read is what a role may read that changes nothing. Which of it leaves is said by the format (`exchange.ecs`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from casetrack.audit.entry import Entry, commit
from casetrack.audit.errors import EntryMalformed, LeafMalformed, LogRolledBack, PayloadChanged, SaltMalformed
from casetrack.audit.succession import LogKeys
from casetrack.domain.ids import EventId, Instant
from casetrack.domain.log_events import LogShipped
from casetrack.services.journal import read_payload
from casetrack.services.work import UnitOfWork

AT_A_TIME: Final = 500
"""How many entries are read by one statement."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ShipmentDiffers(Exception):
    """What was shipped before is not what the log has; the message says what to do."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "What was shipped before is not of this log, or the database is older than that. "
            "Run: casetrack audit verify --database. For another log, name a new file."
        )


@dataclass(frozen=True)
class Logged:
    """An entry of the log as its rows have it: the leaf, and what that commits to."""

    index: int
    leaf: bytes
    payload: bytes
    salt: bytes


@dataclass(frozen=True)
class Told:
    """What an entry of the log tells: which event, when, and what that says of itself."""

    index: int
    event: EventId
    at: Instant
    payload: Mapping[str, Any]


class Source(Protocol):
    """The log, in one transaction."""

    def newest_checkpoint(self) -> str | None:
        """The newest signed note; None before the first."""

    def logged(self, start: int, end: int) -> Sequence[Logged]:
        """The entries from the one index up to, not including, the other, in their order."""


def told_next(source: Source, keys: LogKeys, start: int) -> Sequence[Told]:
    """What the next few entries tell from that index on; none if the newest checkpoint covers no more.

    A `LogRefused` if the checkpoint is not the log's own, or an entry is not there or not what it commits to.
    `ShipmentDiffers` if the log has not come as far as that index.
    """
    note = source.newest_checkpoint()
    size = keys.open(note).size if note is not None else 0
    if start > size:
        raise ShipmentDiffers
    end = min(size, start + AT_A_TIME)
    told = tuple(_told(source.logged(start, end), start))
    if len(told) != end - start:
        raise LogRolledBack(size=size, found=start + len(told))
    return told


def check_shipped(source: Source, keys: LogKeys, index: int, event: UUID) -> None:
    """The entry at that index is of that event; otherwise `ShipmentDiffers`."""
    told = told_next(source, keys, index)
    if not told or told[0].event != event:
        raise ShipmentDiffers


def note_shipment(work: UnitOfWork, after: int) -> None:
    """That a log shipper is given what comes after the first so many entries, is on the log."""
    work.note(LogShipped(at=work.now, by=work.actor.account, after=after))


def _told(logged: Sequence[Logged], start: int) -> Iterator[Told]:
    """What each tells, as far as they have the next place."""
    for index, each in enumerate(logged, start):
        if each.index != index:
            return
        entry = _entry(each)
        if not _is_committed(each, entry):
            raise PayloadChanged(event=entry.event.hex())
        at = EPOCH + timedelta(milliseconds=entry.time_ms)
        yield Told(index, EventId(UUID(bytes=entry.event)), at, read_payload(each.payload))


def _entry(logged: Logged) -> Entry:
    try:
        return Entry.parse(logged.leaf)
    except LeafMalformed:
        raise EntryMalformed(index=logged.index) from None


def _is_committed(logged: Logged, entry: Entry) -> bool:
    try:
        return commit(logged.payload, logged.salt) == entry.commitment
    except SaltMalformed:
        return False
