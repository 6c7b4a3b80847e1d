"""The keys of a log in memory, and how they are renewed there."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.note import Note
from casetrack.audit.succession import LogKeys
from casetrack.crypto.signing import LogKey
from casetrack.domain.ids import EventId
from casetrack.services.checkpoints import CheckpointSigner, LogChain, SigningKeys, origin_of
from casetrack.services.log_keys import LogKeeper, statement_in
from casetrack.services.reopening import Reopener
from tests.services.acts import kept, read
from tests.services.everything import log_key
from tests.services.keeping import keeper
from tests.world import NAME, World

ORIGIN = origin_of(NAME)


class Crash(Exception):
    """The power is cut."""


@dataclass
class LogPlace:
    """A key file, and a log of which only the newest checkpoint is looked at; both in memory."""

    world: World
    kept_chain: LogChain = field(default_factory=lambda: LogChain(log_key().public))
    keys: tuple[LogKey, ...] = field(default_factory=lambda: (log_key(),))
    newest: str | None = None
    held: int = 0
    crash: str = ""
    taken: list[EventId] = field(default_factory=list)
    """The events that have a leaf, in the order of their places."""

    def chain(self) -> LogChain:
        return self.kept_chain

    def log_keys(self) -> tuple[LogKey, ...]:
        return self.keys

    def keep(self, chain: LogChain, keys: Collection[LogKey]) -> None:
        assert self.held == 1, "the log is held while its keys change"
        if self.crash == "before":
            raise Crash
        self.kept_chain, self.keys = chain, tuple(keys)
        if self.crash == "after":
            raise Crash

    def hold(self) -> None:
        self.held += 1

    def since(self, base: int) -> "LogPlace":
        """The only log there is."""
        assert not base
        return self

    def newest_checkpoint(self) -> str | None:
        return self.newest

    def checkpoint_of(self, size: int) -> str | None:
        """The newest, if it is of that size: no other is kept."""
        there = self.newest and Checkpoint.parse(Note.parse(self.newest).text).size == size
        return self.newest if there else None

    def size(self) -> int:
        """How many events have a leaf."""
        return len(self.taken)

    def leaves(self) -> Iterator[bytes]:
        """A leaf for each."""
        yield from (Entry(0, event.bytes, bytes(32)).leaf() for event in self.taken)

    def take(self, event: EventId) -> None:
        if self.crash == "untaken":
            raise Crash
        self.taken.append(event)

    def promised(self, size: int) -> str:
        """A checkpoint of that size that others hold, whatever the log has."""
        signers = tuple(CheckpointSigner(self.believed().origin, key) for key in self.keys)
        return SigningKeys(self.believed(), signers).signed(Checkpoint(self.believed().origin, size, bytes(32)))

    def reopener(self, promised: str | None) -> Reopener:
        self.held = 0
        return Reopener(keeper(self.world), self, self.begin, promised)

    @contextmanager
    def begin(self) -> Iterator["LogPlace"]:
        yield self
        self.held = 0

    def sign(self, size: int) -> None:
        """A checkpoint of that size is signed with each key that the file has."""
        signers = tuple(CheckpointSigner(ORIGIN, key) for key in self.keys)
        keys = SigningKeys(self.kept_chain.believed(ORIGIN), signers)
        self.newest = keys.signed(Checkpoint(ORIGIN, size, bytes(32)))

    def spoken(self) -> list[str]:
        said = (statement_in(read(entry)) for entry in kept(self.world).entries)
        return [statement for statement in said if statement is not None]

    def by(self) -> LogKeeper:
        self.held = 0
        return LogKeeper(keeper(self.world), self, self.begin, self.spoken)

    def believed(self) -> LogKeys:
        return self.kept_chain.of(NAME)
