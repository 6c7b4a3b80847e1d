"""Verifying a log, in the numbered steps of `docs/formats/audit-log.md`, section 9.

Each function returns when everything it looked at is as it must be. Otherwise it raises a
`LogRefused` that names the first thing that is not, and concludes nothing about what comes after.
Leaves and checkpoints are read once, in order, one at a time: a log of any length fits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.entry import Entry, commit
from casetrack.audit.errors import (
    CheckpointOutOfOrder,
    CheckpointRefused,
    EntriesChanged,
    EntriesMissing,
    EntryMalformed,
    FrontierDiffers,
    LeafMalformed,
    LogForked,
    LogRefused,
    LogRolledBack,
    NoCheckpoint,
    OriginDiffers,
    PayloadChanged,
    SaltMalformed,
)
from casetrack.audit.succession import LogKeys
from casetrack.audit.tree import Frontier, leaf_hash


@dataclass(frozen=True)
class Verified:
    """What was verified: every entry below the newest checkpoint's size is as it was signed.

    `entries` counts all the leaves read and `checkpoints` the checkpoints.
    """

    entries: int
    checkpoints: int
    newest: Checkpoint

    @property
    def unsigned(self) -> int:
        """How many entries came after the newest checkpoint: well formed, not yet promised."""
        return self.entries - self.newest.size


def verify_log(leaves: Iterable[bytes], checkpoints: Iterable[str], keys: LogKeys, *, origin: str) -> Verified:
    """Every checkpoint is the log's own and every entry is as the checkpoints signed it.

    `leaves` are the log's entries from index 0; `checkpoints` are signed notes, the oldest first;
    `keys` are those that are believed of the log. Steps 1 to 10, and 22.
    """
    reading = _Reading(leaves)
    newest: Checkpoint | None = None
    number = 0
    for number, text in enumerate(checkpoints, start=1):
        checkpoint = _opened(text, number, keys, origin)
        # Step 5: the sizes grow.
        if newest is not None and checkpoint.size <= newest.size:
            raise CheckpointOutOfOrder(number=number, size=checkpoint.size, before=newest.size)
        _verify_entries(reading, checkpoint, number)
        newest = checkpoint
    # Step 9: there is at least one checkpoint.
    if newest is None:
        raise NoCheckpoint
    # Step 10: what comes after the newest checkpoint is at least well formed.
    reading.to_the_end()
    return Verified(entries=reading.frontier.size, checkpoints=number, newest=newest)


def verify_payload(entry: Entry, payload: bytes, salt: bytes) -> None:
    """The payload and salt are those that the entry commits to; `PayloadChanged` otherwise."""
    refused = PayloadChanged(event=entry.event.hex())
    # Step 11: the salt is 32 bytes, and the commitment is that of payload and salt.
    try:
        committed = commit(payload, salt)
    except SaltMalformed as malformed:
        raise refused from malformed
    if committed != entry.commitment:
        raise refused


def verify_held(older: Checkpoint, leaves: Iterable[bytes], *, origin: str) -> None:
    """The log still begins with the entries of a checkpoint that somebody holds.

    `older` was opened from the holder's own copy; `leaves` are the log's entries from index 0, and
    are read no further than the checkpoint's size.
    """
    # Step 12: the held checkpoint is of this log.
    _require_origin(older, origin)
    reading = _Reading(leaves)
    reading.to(older.size)
    # Step 13: the log has not become shorter.
    if reading.frontier.size < older.size:
        raise LogRolledBack(size=older.size, found=reading.frontier.size)
    # Step 14: the first entries make the held root.
    if reading.frontier.root() != older.root:
        raise LogForked(size=older.size)


def verify_frontier(frontier: Frontier, newest: Checkpoint) -> None:
    """A stored frontier is that of the newest checkpoint, so that a log may grow from it.

    A sequencer asks this before it appends: otherwise somebody who can edit the stored frontier
    would have it sign a log that never was.
    """
    # Step 15: the frontier has the checkpoint's size and root.
    if (frontier.size, frontier.root()) != (newest.size, newest.root):
        raise FrontierDiffers(size=frontier.size, checkpoint_size=newest.size)


class _Reading:
    """The leaves read so far and the tree they make, with the ends of the stretch read last."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._leaves = iter(leaves)
        self.frontier = Frontier()
        self.first_event = ""
        self.last_event = ""

    def to(self, size: int) -> None:
        """Reads on until the tree has this size, or the leaves end."""
        self._read(islice(self._leaves, size - self.frontier.size))

    def to_the_end(self) -> None:
        """Reads all the leaves there are."""
        self._read(self._leaves)

    def _read(self, leaves: Iterator[bytes]) -> None:
        self.first_event = ""
        self.frontier = self.frontier.extend(self._hashes(leaves, start=self.frontier.size))

    def _hashes(self, leaves: Iterator[bytes], *, start: int) -> Iterator[bytes]:
        for index, leaf in enumerate(leaves, start=start):
            # Step 6: the entry is a leaf.
            try:
                entry = Entry.parse(leaf)
            except LeafMalformed as malformed:
                raise EntryMalformed(index=index) from malformed
            self.last_event = entry.event.hex()
            self.first_event = self.first_event or self.last_event
            yield leaf_hash(leaf)


def _opened(text: str, number: int, keys: LogKeys, origin: str) -> Checkpoint:
    try:
        # Steps 1 to 3 are those of open_checkpoint, and step 22 that of LogKeys.open.
        checkpoint = keys.open(text)
        # Step 4: the checkpoint is of this log.
        _require_origin(checkpoint, origin)
    except LogRefused as because:
        raise CheckpointRefused(number=number, because=because) from because
    return checkpoint


def _require_origin(checkpoint: Checkpoint, origin: str) -> None:
    if checkpoint.origin != origin:
        raise OriginDiffers(origin=origin)


def _verify_entries(reading: _Reading, checkpoint: Checkpoint, number: int) -> None:
    first = reading.frontier.size
    reading.to(checkpoint.size)
    found = reading.frontier.size
    # Step 7: the log reaches the checkpoint's size.
    if found < checkpoint.size:
        raise EntriesMissing(number=number, size=checkpoint.size, found=found)
    # Step 8: the entries make the root that was signed.
    if reading.frontier.root() != checkpoint.root:
        raise EntriesChanged(
            number=number,
            first=first,
            last=found - 1,
            first_event=reading.first_event,
            last_event=reading.last_event,
        )
