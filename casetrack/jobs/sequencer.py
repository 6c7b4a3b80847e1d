"""The sequencer: gives each event that waits its place in the log, and signs what the log then is.

Events are first given their leaves, and those are committed; only then is a checkpoint over them signed. So a
checkpoint never promises a leaf that a crash could take back, and what a crash left unsigned is signed by whoever
comes next. Any number of sequencers may run: one at a time has the log.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import Final, Protocol

import structlog

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import LogNotBegun, LogRolledBack, OriginDiffers
from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.audit.verify import verify_frontier
from casetrack.domain.errors import Unavailable
from casetrack.domain.ids import Instant
from casetrack.services.checkpoints import SigningKeys, require_promised

LOG: Final = structlog.get_logger()
PAUSE_S: Final = 2.0
"""How long to wait before the database is asked again after it did not answer."""


class Log(Protocol):
    """The log in one transaction, as the sequencer needs it."""

    def hold(self) -> None:
        """Nobody else has the log until this transaction ends."""

    def since(self, base: int) -> "Log":
        """The log that began when there were so many leaves."""

    def drain(self, limit: int) -> int:
        """So many events of the queue have leaves; how many there were to take."""

    def size(self) -> int:
        """How many leaves there are."""

    def leaves(self, start: int) -> Iterator[bytes]:
        """The leaves from that number on."""

    def frontier(self) -> Frontier:
        """The frontier that was kept with the newest checkpoint."""

    def newest_checkpoint(self) -> str | None:
        """The newest signed note."""

    def checkpoint_of(self, size: int) -> str | None:
        """The signed note of that size; None if the log signed none."""

    def add_checkpoint(self, note: str, frontier: Frontier, at: Instant) -> None:
        """The signed note of the frontier's size is kept."""


BeginLog = Callable[[], AbstractContextManager[Log]]


class Sequencer:
    """Takes in what waits, a batch at a time."""

    def __init__(
        self, begin: BeginLog, keys: Callable[[], SigningKeys], *, batch: int, clock: Callable[[], Instant]
    ) -> None:
        """Sequence the log that `begin` begins transactions of, with its own keys and no other.

        `keys` is asked whenever the log is held, so that a key that was renewed meanwhile signs the next checkpoint.
        """
        self._begin = begin
        self._keys = keys
        self._batch = batch
        self._clock = clock

    def step(self) -> int:
        """One batch is in the log, and signed; how many events there were to take.

        Raises `LogRefused`, and changes nothing, when the log is not what its newest checkpoint says that it is.
        """
        with self._held() as (log, keys):
            self._checked_frontier(log, keys)
            taken = log.drain(self._batch)
        with self._held() as (log, keys):
            self._sign(log, keys)
        return taken

    def run(self, stop: Event, *, interval_s: float) -> None:
        """What waits is taken in until `stop` is set. A database that does not answer is asked again."""
        while not stop.is_set():
            try:
                taken = self.step()
            except Unavailable:
                LOG.warning("log waits", reason="database unavailable")
                stop.wait(PAUSE_S)
                continue
            if taken < self._batch:
                stop.wait(interval_s)

    @contextmanager
    def _held(self) -> Iterator[tuple[Log, SigningKeys]]:
        """The log, which nobody else has inside the block, and the keys that sign it now."""
        with self._begin() as every:
            every.hold()
            keys = self._keys()
            yield every.since(keys.base), keys

    def _checked_frontier(self, log: Log, keys: SigningKeys) -> Frontier:
        """The frontier from which the log may grow: that of its newest checkpoint, with every leaf below it there."""
        frontier, note, origin = log.frontier(), log.newest_checkpoint(), keys.believed.origin
        newest = keys.believed.open(note) if note else Checkpoint(origin, 0, Frontier().root())
        if newest.origin != origin:
            raise OriginDiffers(origin=origin)
        verify_frontier(frontier, newest)
        if (found := log.size()) < newest.size:
            raise LogRolledBack(size=newest.size, found=found)
        if keys.base and found <= 0:
            raise LogNotBegun
        require_promised(log, keys.believed, keys.promised)
        return frontier

    def _sign(self, log: Log, keys: SigningKeys) -> None:
        """The leaves after the newest checkpoint are under a new one; without any, the newest stays so."""
        before = self._checked_frontier(log, keys)
        after = before.extend(leaf_hash(leaf) for leaf in log.leaves(before.size))
        if after.size > before.size:
            note = keys.signed(Checkpoint(keys.believed.origin, after.size, after.root()))
            log.add_checkpoint(note, after, self._clock())
