"""Whether two people had agreed to every private half that is gone, and no private half came back."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from casetrack.domain.destructions import is_agreed
from casetrack.domain.proposal_events import ProposalApproved, Proposed
from casetrack.domain.proposals import Proposal
from casetrack.domain.words import N_
from casetrack.services.destructions import subject_of
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import Evidence, KeptDestruction


def wrong_with_destructions(evidence: Evidence, read: EventsRead) -> Iterator[tuple[str, str]]:
    """The keys of which something is wrong, by organisation and version, and what is."""
    gone = {(each.holder, each.version): each for each in evidence.destructions()}
    proposals: dict[UUID, Proposal] = {each.proposal.id: each.proposal for each in evidence.proposals()}
    subjects = {
        (public.holder, public.version): subject_of(public) for chain in evidence.keysets().values() for public in chain
    }
    for place, kept in sorted(gone.items()):
        name = f"{kept.holder} {kept.version}"
        if read.destroyed.get(place) != str(kept.agreed):
            yield name, N_("Their private half is gone, and the journal does not say that it was destroyed so.")
        if not _is_agreed(kept, subjects.get(place), proposals, read):
            yield name, N_("Their private half is gone, and two people have not agreed to that.")
    for holder, version in sorted(set(read.destroyed) - set(gone)):
        yield f"{holder} {version}", N_("The journal says that their private half was destroyed, and it is there.")


def _is_agreed(
    kept: KeptDestruction, subject: UUID | None, proposals: Mapping[UUID, Proposal], read: EventsRead
) -> bool:
    """Two people agreed to exactly these keys, and the journal has each of them. Its seal is looked at elsewhere."""
    agreed = proposals.get(kept.agreed) if kept.agreed else None
    if agreed is None or agreed.subject != subject or not is_agreed(agreed, kept.holder):
        return False
    said = read.agreed.get(agreed.id, {})
    journalled = (said.get(Proposed.__name__), said.get(ProposalApproved.__name__))
    return journalled == (agreed.proposed_by, agreed.decided_by)
