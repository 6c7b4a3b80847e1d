"""The log behind the journal: the queue of events, the leaves in their order, and the signed checkpoints.

One sequencer at a time has the log. It drains the queue into leaves and commits; only then, in a transaction of its
own, does it sign and keep a checkpoint. The queue says which events have no leaf yet, so none is passed over, however
late its transaction commits.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Computed,
    ForeignKey,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.audit.entry import Entry
from casetrack.audit.note import Signature
from casetrack.audit.tree import HASH_BYTES, Frontier
from casetrack.domain.ids import Instant
from casetrack.persistence.db import Row
from casetrack.services.shipping import Logged

LOCK: Final = 0x4341_5345_4C4F_47
"""The advisory lock of whoever has the log, until the end of its transaction."""

BATCH: Final = 1000


class QueueRow(Row):
    """An event that has no leaf yet."""

    __tablename__ = "log_queue"

    event: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    queued_at: Mapped[datetime] = mapped_column(index=True, server_default=text("clock_timestamp()"))


class LeafRow(Row):
    """A leaf of the log, in its place."""

    __tablename__ = "leaves"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event: Mapped[UUID] = mapped_column(ForeignKey("events.id"), unique=True)
    leaf: Mapped[bytes]


class CheckpointRow(Row):
    """A signed checkpoint, and the frontier from which the log grows on."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_leaf: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("leaves.number"), Computed("size - 1", persisted=True)
    )
    note: Mapped[str]
    frontier: Mapped[bytes]
    at: Mapped[datetime]


class CosignatureRow(Row):
    """What a witness says of a checkpoint: its signature line."""

    __tablename__ = "cosignatures"

    size: Mapped[int] = mapped_column(BigInteger, ForeignKey("checkpoints.size"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[bytes] = mapped_column(primary_key=True)
    line: Mapped[str]
    at: Mapped[datetime]


EVENTS: Final = table("events", column("id"), column("time_ms"), column("commitment"))
"""Of an event, what its leaf is made of: all that the sequencer may read."""
PAYLOADS: Final = table("events", column("id"), column("payload"), column("salt"))
"""Of an event, what its leaf commits to: for the auditor's role, and never the sequencer's."""


class SqlLog:
    """The log, in its tables."""

    def __init__(self, session: Session, base: int = 0) -> None:
        """Work in that session's transaction, with the leaves after the first so many: those are of a log before."""
        self._session = session
        self._base = base

    def since(self, base: int) -> "SqlLog":
        """The log that began when there were so many leaves."""
        return SqlLog(self._session, base)

    def hold(self) -> None:
        """Nobody else has the log until this transaction ends; whoever asks for it meanwhile waits."""
        self._session.execute(select(func.pg_advisory_xact_lock(LOCK)))

    def drain(self, limit: int = BATCH) -> int:
        """So many queued events, the oldest first, have leaves numbered on from the last; how many there were to take.

        Nobody else numbers leaves until this transaction ends.
        """
        self.hold()
        queued = (
            select(EVENTS.c.id, EVENTS.c.time_ms, EVENTS.c.commitment)
            .join(QueueRow, QueueRow.event == EVENTS.c.id)
            .order_by(QueueRow.queued_at, EVENTS.c.time_ms, EVENTS.c.id)
            .limit(limit)
        )
        taken = self._session.execute(queued).all()
        if not taken:
            return 0
        leaves = [
            {"number": number, "event": row.id, "leaf": Entry(row.time_ms, row.id.bytes, row.commitment).leaf()}
            for number, row in enumerate(taken, start=self._base + self.size())
        ]
        self._session.execute(insert(LeafRow), leaves)
        self._session.execute(delete(QueueRow).where(QueueRow.event.in_([row.id for row in taken])))
        return len(taken)

    def size(self) -> int:
        """How many leaves there are."""
        last = self._session.scalar(select(func.max(LeafRow.number)))
        return (0 if last is None else last + 1) - self._base

    def leaves(self, start: int = 0) -> Iterator[bytes]:
        """The leaves from that number on, in order, read as they are asked for."""
        found = self._session.scalars(
            select(LeafRow.leaf).where(LeafRow.number >= self._base + start).order_by(LeafRow.number),
            execution_options={"yield_per": BATCH},
        )
        yield from found

    def logged(self, start: int, end: int) -> Sequence[Logged]:
        """The entries from the one index up to, not including, the other, in their order, with what each commits to."""
        found = self._session.execute(
            select(LeafRow.number, LeafRow.leaf, PAYLOADS.c.payload, PAYLOADS.c.salt)
            .join(PAYLOADS, PAYLOADS.c.id == LeafRow.event)
            .where(LeafRow.number >= self._base + start, LeafRow.number < self._base + end)
            .order_by(LeafRow.number)
        )
        return [Logged(row.number - self._base, row.leaf, row.payload, row.salt) for row in found]

    def frontier(self) -> Frontier:
        """The frontier that was kept with the newest checkpoint; an empty one before the first."""
        newest = self._session.execute(
            select(CheckpointRow.size, CheckpointRow.frontier).where(self._is_ours()).order_by(_NEWEST_FIRST).limit(1)
        ).one_or_none()
        if newest is None:
            return Frontier()
        ends = range(HASH_BYTES, len(newest.frontier) + 1, HASH_BYTES)
        return Frontier(newest.size - self._base, tuple(newest.frontier[end - HASH_BYTES : end] for end in ends))

    def checkpoints(self) -> Iterator[str]:
        """The signed notes, oldest first."""
        yield from self._session.scalars(select(CheckpointRow.note).where(self._is_ours()).order_by(CheckpointRow.size))

    def newest_checkpoint(self) -> str | None:
        """The newest signed note; None before the first."""
        newest = select(CheckpointRow.note).where(self._is_ours()).order_by(_NEWEST_FIRST).limit(1)
        return self._session.scalar(newest)

    def add_checkpoint(self, note: str, frontier: Frontier, at: Instant) -> None:
        """The signed note of the frontier's size is kept; its last leaf was committed before."""
        self._session.execute(
            insert(CheckpointRow).values(
                size=self._base + frontier.size, note=note, frontier=b"".join(frontier.hashes), at=at
            )
        )

    def checkpoint_of(self, size: int) -> str | None:
        """The signed note of that size; None if the log signed none."""
        return self._session.scalar(select(CheckpointRow.note).where(CheckpointRow.size == self._base + size))

    def add_cosignature(self, size: int, cosignature: Signature, at: Instant) -> bool:
        """What a witness said of the checkpoint of that size is kept; False if it had said so before."""
        kept = postgresql.insert(CosignatureRow).values(
            size=self._base + size, name=cosignature.name, key_id=cosignature.key_id, line=cosignature.format(), at=at
        )
        added = self._session.execute(kept.on_conflict_do_nothing().returning(CosignatureRow.size))
        return added.one_or_none() is not None

    def take(self, event: UUID) -> None:
        """That event, which waits, has the next leaf, before all others that wait."""
        row = self._session.execute(select(EVENTS).where(EVENTS.c.id == event)).one()
        leaf = Entry(row.time_ms, row.id.bytes, row.commitment).leaf()
        self._session.execute(insert(LeafRow).values(number=self._base + self.size(), event=row.id, leaf=leaf))
        self._session.execute(delete(QueueRow).where(QueueRow.event == event))

    def queue_length(self) -> int:
        """How many events have no leaf yet."""
        return self._session.scalar(select(func.count()).select_from(QueueRow)) or 0

    def queue_age(self, now: Instant) -> timedelta:
        """How long the oldest queued event has waited; nothing if none waits."""
        oldest = self._session.scalar(select(func.min(QueueRow.queued_at)))
        return max(timedelta(), now - oldest) if oldest else timedelta()

    def _is_ours(self) -> ColumnElement[bool]:
        """Of a checkpoint: it is of this log, and of none before."""
        return CheckpointRow.size > self._base if self._base else true()


_NEWEST_FIRST: Final = CheckpointRow.size.desc()
