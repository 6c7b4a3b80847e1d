"""The keys of a log in memory, and how they are renewed there."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.succession import LogKeys
from casetrack.crypto.signing import LogKey
from casetrack.services.checkpoints import CheckpointSigner, LogChain, SigningKeys, origin_of
from casetrack.services.log_keys import LogKeeper, statement_in
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

    def newest_checkpoint(self) -> str | None:
        return self.newest

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
        return self.kept_chain.believed(ORIGIN)
