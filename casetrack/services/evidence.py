"""What verifying reads: everything that is kept and signed, exactly as its rows have it, and nothing that opens."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.ids import Instant
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.people import Account, Token
from casetrack.services.ports import KeptCase, KeptHolding, KeptTransfer

Read = TypeVar("Read")


class OutOfTime(Exception):
    """There was no time to read everything."""


@dataclass(frozen=True, kw_only=True)
class KeptEvent:
    """An event exactly as its row has it, with its leaf."""

    id: UUID
    at: Instant
    time_ms: int
    action: str
    account: UUID | None
    holder: str | None
    case: UUID | None
    aggregate: UUID | None
    case_version: int | None
    step: int | None
    aspect: str
    refusal: str | None
    attempted: str | None
    holders_then: tuple[str, ...]
    payload: bytes
    salt: bytes
    commitment: bytes
    words: bytes | None
    shown: tuple[tuple[UUID, bytes], ...]
    """The cases that a list showed, each with the salt of its place in the payload."""
    leaf: bytes | None
    """None until it is sequenced."""
    number: int | None
    """Of the leaf."""
    queued_at: Instant | None
    """None of an event that is not in the queue."""


@dataclass(frozen=True)
class KeptFile:
    """A file exactly as its rows have it: the case that they name, and the SHA-256 of each chunk as it is now."""

    id: UUID
    case: UUID
    hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class KeptAccount:
    """An account exactly as its row has it but for its password, of whose hash there is the SHA-256 alone."""

    account: Account
    password_digest: bytes


@dataclass(frozen=True)
class KeptDestruction:
    """A version of a holder's keys whose private half is gone, and the proposal that its row names for that."""

    holder: str
    version: int
    agreed: UUID | None


class Evidence(Protocol):
    """Everything that is kept and signed, as of one instant. Each may be asked for more than once."""

    def checkpoints(self) -> Iterator[str]:
        """The signed notes, the oldest first."""

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each leaf with its number and the event that it is said to be of, in the order of the numbers."""

    def orphans(self) -> Iterator[UUID]:
        """The events that a leaf is said to be of, and that are not there."""

    def events(self) -> Iterator[KeptEvent]:
        """Every event: by case, and of each case its changes first, in the order of their versions."""

    def cases(self) -> Iterator[KeptCase]:
        """Every case, with the digest of each sealed value made of its row as it is now."""

    def holdings(self) -> Iterator[KeptHolding]:
        """Every holding."""

    def transfers(self) -> Iterator[KeptTransfer]:
        """Every transfer."""

    def proposals(self) -> Iterator[KeptProposal]:
        """Every proposal."""

    def holds(self) -> Iterator[KeptHold]:
        """Every legal hold."""

    def tombstones(self) -> Iterator[KeptTombstone]:
        """What is left of every case that was erased."""

    def attached(self) -> Iterator[KeptFile]:
        """Every file."""

    def accounts(self) -> Iterator[KeptAccount]:
        """Every account."""

    def tokens(self) -> Iterator[Token]:
        """Every token by which a program acts for an account."""

    def destructions(self) -> Iterator[KeptDestruction]:
        """Every version of a holder's keys whose private half is gone."""

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets of every holder, each in the order of their versions."""


class InTime:
    """The same evidence, for somebody who waits until an instant: whatever is read after it is `OutOfTime` instead."""

    def __init__(self, evidence: Evidence, *, until: Instant, clock: Callable[[], Instant]) -> None:
        """Read that evidence until then, by that clock, which is looked at before each row."""
        self._evidence = evidence
        self._until = until
        self._clock = clock

    def checkpoints(self) -> Iterator[str]:
        """The signed notes, the oldest first."""
        return self._read(self._evidence.checkpoints())

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each leaf."""
        return self._read(self._evidence.leaves())

    def orphans(self) -> Iterator[UUID]:
        """The events that are gone."""
        return self._read(self._evidence.orphans())

    def events(self) -> Iterator[KeptEvent]:
        """Every event."""
        return self._read(self._evidence.events())

    def cases(self) -> Iterator[KeptCase]:
        """Every case."""
        return self._read(self._evidence.cases())

    def holdings(self) -> Iterator[KeptHolding]:
        """Every holding."""
        return self._read(self._evidence.holdings())

    def transfers(self) -> Iterator[KeptTransfer]:
        """Every transfer."""
        return self._read(self._evidence.transfers())

    def proposals(self) -> Iterator[KeptProposal]:
        """Every proposal."""
        return self._read(self._evidence.proposals())

    def holds(self) -> Iterator[KeptHold]:
        """Every legal hold."""
        return self._read(self._evidence.holds())

    def tombstones(self) -> Iterator[KeptTombstone]:
        """What is left of every case that was erased."""
        return self._read(self._evidence.tombstones())

    def attached(self) -> Iterator[KeptFile]:
        """Every file."""
        return self._read(self._evidence.attached())

    def accounts(self) -> Iterator[KeptAccount]:
        """Every account."""
        return self._read(self._evidence.accounts())

    def tokens(self) -> Iterator[Token]:
        """Every token."""
        return self._read(self._evidence.tokens())

    def destructions(self) -> Iterator[KeptDestruction]:
        """Every version of keys that was destroyed."""
        return self._read(self._evidence.destructions())

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets of every holder."""
        self._look()
        return self._evidence.keysets()

    def _read(self, rows: Iterator[Read]) -> Iterator[Read]:
        self._look()
        for row in rows:
            yield row
            self._look()

    def _look(self) -> None:
        if self._clock() >= self._until:
            raise OutOfTime
