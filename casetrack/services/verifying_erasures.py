"""Whether two people had agreed to every erasure, and nothing is left of what was erased."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from casetrack.domain.holders import SERVICE
from casetrack.domain.proposal_events import ProposalApproved, Proposed
from casetrack.domain.proposals import Proposal, ProposalKind, ProposalState
from casetrack.domain.words import N_
from casetrack.services.approvals import KeptTombstone
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence


@dataclass(frozen=True)
class Erasures:
    """The tombstones and the proposals that there are, to hold the ones against the others and against the journal."""

    stones: Mapping[UUID, KeptTombstone]
    proposals: Mapping[UUID, Proposal]

    @classmethod
    def of(cls, evidence: Evidence) -> "Erasures":
        """All of them; there are few."""
        return cls(
            {kept.stone.case: kept for kept in evidence.tombstones()},
            {kept.proposal.id: kept.proposal for kept in evidence.proposals()},
        )

    def wrong_with(self, kept: KeptTombstone, read: EventsRead) -> Iterator[str]:
        """What is wrong with the tombstone besides its seal."""
        stone, erased = kept.stone, read.erased.get(kept.stone.case)
        newest = read.newest.get(stone.case)
        by = newest.holder if newest else None
        if erased is None or (erased.proposal, erased.repeated) != (stone.proposal, kept.repeated):
            yield N_("The journal does not say that it was erased so.")
        elif kept.repeated:
            if by != SERVICE:
                yield N_("It was not erased once more by the service.")
        elif by != kept.seal.seal.holder:
            yield N_("It was sealed by another organisation than the one that changed it.")
        if not self._is_agreed(kept, read):
            yield N_("Two people have not agreed to it.")

    def is_erased(self, case: UUID | None) -> bool:
        """The case has a tombstone, so nothing of it has to be there."""
        return case in self.stones

    def _is_agreed(self, kept: KeptTombstone, read: EventsRead) -> bool:
        """Two people, each of whom the journal has; of one from the list of erasures, its seal is what there is."""
        stone = kept.stone
        if stone.proposed_by == stone.approved_by:
            return False
        if kept.repeated:
            return True
        agreed, said = self.proposals.get(stone.proposal), read.agreed.get(stone.proposal, {})
        if agreed is None or (agreed.kind, agreed.state) != (ProposalKind.ERASURE, ProposalState.APPROVED):
            return False
        two = (stone.proposed_by, stone.approved_by)
        journalled = (said.get(Proposed.__name__), said.get(ProposalApproved.__name__))
        return agreed.case == stone.case and two == (agreed.proposed_by, agreed.decided_by) == journalled


def count_erased(evidence: Evidence) -> int:
    """How many cases were erased."""
    return sum(1 for _ in evidence.tombstones())
