"""What is kept where two people are needed: proposals, legal holds and tombstones, and the ports where they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from uuid import UUID

from casetrack.crypto.seals import AggregateSeal
from casetrack.domain.erasures import Tombstone
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import CaseId, HolderCode, Instant, ProposalId
from casetrack.domain.proposals import Proposal
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.lists import Page


@dataclass(frozen=True)
class KeptProposal:
    """A proposal as it was kept, with its seal and what its proposer wrote to the second person."""

    proposal: Proposal
    seal: AggregateSeal
    words_digest: bytes
    """SHA-256 of the words as they were sealed, which the proposal's own seal covers; the words may be gone by now."""
    words: bytes | None = field(default=None, repr=False)
    """A letter to the organisation whose person decides."""

    @property
    def version(self) -> int:
        """The version of the proposal that was kept."""
        return self.proposal.version


@dataclass(frozen=True)
class KeptHold:
    """A legal hold as it was kept, with its seal."""

    hold: LegalHold
    seal: AggregateSeal

    @property
    def version(self) -> int:
        """The version of the hold that was kept."""
        return self.hold.version


@dataclass(frozen=True)
class KeptTombstone:
    """A tombstone as it was kept, with its seal: which is the certificate of the erasure."""

    stone: Tombstone
    seal: AggregateSeal
    version: int
    """Which version of the case it is in this database: its own, or another where it was set once more."""
    repeated: bool = False
    """It was set when a copy from before the erasure was put back."""


@dataclass(frozen=True)
class ProposalCard:
    """A proposal as lists show it."""

    proposal: Proposal
    reference: Reference | None
    pseudonym: Pseudonym | None
    """What the case goes by; nothing of a case that was erased."""
    proposer: str
    """What colleagues call whoever proposed it."""


@dataclass(frozen=True)
class Place:
    """Which transaction of which database something was done in: whether that was committed can be asked later."""

    cluster: str
    database: int
    transaction: int


Write: TypeAlias = Callable[[int, bytes], bytes]
"""Makes a line of the list of erasures, given its number and the SHA-256 of the line before it."""


class ErasureList(Protocol):
    """Where the list of erasures is, outside of the database: a file that is only ever added to."""

    def append(self, write: Write) -> None:
        """One more line is on the disk when this returns, and nobody else added one meanwhile."""

    def lines(self) -> tuple[bytes, ...]:
        """Every line, from the first; nothing of one that was only half written."""


class Proposals(Protocol):
    """Where proposals are kept: for the organisations of their two people."""

    def get(self, proposal: ProposalId, *, lock: bool) -> KeptProposal | None:
        """The proposal; locked until the end of the transaction if it is to be changed."""

    def add(self, kept: KeptProposal) -> None:
        """A new proposal is kept."""

    def put(self, kept: KeptProposal) -> None:
        """The proposal is kept as it stands; `Stale` if its kept version is not the one that was loaded."""

    def of_case(self, case: CaseId) -> tuple[Proposal, ...]:
        """Every proposal about the case, oldest first."""

    def of_subject(self, subject: UUID) -> tuple[Proposal, ...]:
        """Every proposal about that, oldest first."""

    def waiting(self, holder: HolderCode, at: Instant, *, page: int) -> Page[ProposalCard]:
        """What waits at that instant for a person of that holder, or was proposed by one: what expires first, first."""

    def enquiries(self, *, page: int) -> Page[ProposalCard]:
        """What the auditors of the actor's holder asked about named people, the newest first, however it stands."""


class LegalHolds(Protocol):
    """Where legal holds are kept: for whoever has the case."""

    def of_case(self, case: CaseId) -> tuple[KeptHold, ...]:
        """Every hold that stands or stood on the case, oldest first."""

    def add(self, kept: KeptHold) -> None:
        """A new hold is kept; `SameHoldStands` if one for that reason stands."""

    def put(self, kept: KeptHold) -> None:
        """The hold is kept as it stands; `Stale` if its kept version is not the one that was loaded."""


class Tombstones(Protocol):
    """Where cases are erased, and what is left of them is kept."""

    def erase(self, case: CaseId, proposal: ProposalId) -> Mapping[str, int]:
        """Every row of the case is gone; how many they were, by kind. Its tombstone must follow in the transaction.

        `NotPermitted` without a proposal that two people have agreed to, or while a legal hold stands.
        """

    def add(self, kept: KeptTombstone) -> None:
        """The tombstone is kept, for ever."""

    def get(self, case: CaseId) -> KeptTombstone | None:
        """The tombstone, if the actor may know of it."""

    def of_holder(self, holder: HolderCode, *, page: int) -> Page[KeptTombstone]:
        """The tombstones of the cases that the holder was responsible for at the end, the newest first."""

    def place(self) -> Place:
        """The transaction in which this is asked."""
