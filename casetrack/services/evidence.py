"""What verifying reads: everything that is kept and signed, exactly as its rows have it, and nothing that opens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.ids import Instant
from casetrack.services.approvals import KeptHold, KeptProposal, KeptTombstone
from casetrack.services.people import Account, Token
from casetrack.services.ports import KeptCase, KeptHolding, KeptTransfer


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
