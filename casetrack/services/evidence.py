"""What verifying reads: everything that is kept and signed, exactly as its rows have it, and nothing that opens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.seals import Seal
from casetrack.domain.holdings import Holding
from casetrack.domain.ids import CaseId, Instant
from casetrack.domain.references import Reference
from casetrack.services.ports import KeptCase, KeptTransfer


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
    transfer: UUID | None
    case_version: int | None
    aspect: str
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
class KeptHolding:
    """A holding exactly as its row has it, with its own seal and its place among those of its case."""

    case: CaseId
    reference: Reference
    position: int
    holding: Holding
    seal: Seal


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
        """Every case, with the SHA-256 of each sealed value as it is stored now."""

    def holdings(self) -> Iterator[KeptHolding]:
        """Every holding."""

    def transfers(self) -> Iterator[KeptTransfer]:
        """Every transfer."""

    def keysets(self) -> Mapping[str, tuple[PublicKeyset, ...]]:
        """The public keysets of every holder, each in the order of their versions."""
