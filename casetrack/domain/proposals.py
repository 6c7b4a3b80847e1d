"""What needs two people: one proposes it, with the rule and the reason; another decides, and never the same person.

A proposal is an aggregate of its own, with its own version, whatever it is about. What is then done is not its
business: it says who the two people were, what they agreed to, and when. One that nobody decides on has no effect.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.errors import NotHeld
from casetrack.domain.events import Event
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, ProposalId
from casetrack.domain.proposal_events import ProposalApproved, ProposalRefused, ProposalWithdrawn, Proposed
from casetrack.domain.proposal_refusals import (
    NoPendingProposal,
    OtherHolderDecides,
    ProposalExpired,
    SecondPersonNeeded,
)

LIFE: Final = timedelta(days=30)
"""How long a proposal waits for a second person."""


class ProposalKind(StrEnum):
    """What two people are needed for."""

    ERASURE = "erasure"
    """Erasing a case."""
    LIFTING = "lifting"
    """Lifting a legal hold."""
    DESTRUCTION = "destruction"
    """Destroying an old version of an organisation's keys."""
    ENQUIRY = "enquiry"
    """Asking the log whether a named person was looked for, listed or revealed."""


PROPOSED_BY: Final = {
    ProposalKind.ERASURE: Action.ERASURE_PROPOSE,
    ProposalKind.LIFTING: Action.HOLD_LIFT,
    ProposalKind.DESTRUCTION: Action.DESTRUCTION_PROPOSE,
    ProposalKind.ENQUIRY: Action.ENQUIRY_PROPOSE,
}
"""By which action each is proposed."""


class ProposalState(StrEnum):
    """Where a proposal stands; whether it has expired is a question of the time."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal as it stands at one version, with the events that happened since it was loaded."""

    id: ProposalId
    kind: ProposalKind
    subject: UUID
    """What it is about: a case, a legal hold, one version of an organisation's keys; an enquiry is about itself."""
    case: CaseId | None
    """The case that it is about, or whose hold; None of what is about no case."""
    version: int
    state: ProposalState
    rule: str
    """Under which rule, and for what reason: codes of the lists of its kind. Of an enquiry, for which lawful use of the
    log; its reason is in words alone."""
    reason: str
    case_version: int | None
    """The version of the case that the proposer was looking at."""
    from_holder: HolderCode
    to_holder: HolderCode
    """The organisation whose person decides: the proposer's own, or the other one that is responsible; of keys, whose
    they are."""
    proposed_by: AccountId
    proposed_at: Instant
    decided_by: AccountId | None = None
    decided_at: Instant | None = None
    events: tuple[Event, ...] = field(default=(), compare=False)

    @classmethod
    def propose(  # noqa: PLR0913 - what two people must agree on; each is named
        cls,
        *,
        id: ProposalId,  # noqa: A002 - it is the id of a proposal, and called so everywhere
        kind: ProposalKind,
        subject: UUID,
        case: CaseId | None,
        case_version: int | None,
        rule: str,
        reason: str,
        to_holder: HolderCode,
        by: Actor,
        at: Instant,
    ) -> "Proposal":
        """It waits for a second person, and nothing else has changed."""
        proposed = cls(
            id=id,
            kind=kind,
            subject=subject,
            case=case,
            version=0,
            state=ProposalState.PROPOSED,
            rule=rule,
            reason=reason,
            case_version=case_version,
            from_holder=by.holder,
            to_holder=to_holder,
            proposed_by=by.account,
            proposed_at=at,
        )
        event = Proposed(
            action=PROPOSED_BY[kind],
            case=case,
            proposal=id,
            at=at,
            by=by.account,
            kind=kind,
            subject=str(subject),
            rule=rule,
            reason=reason,
            to_holder=to_holder,
        )
        return proposed._after(event)

    @property
    def loaded_version(self) -> int:
        """The version that the store keeps: this one, less what has happened since."""
        return self.version - len(self.events)

    @property
    def until(self) -> Instant:
        """When it expires, if nobody has decided by then."""
        return self.proposed_at + LIFE

    @property
    def sides(self) -> frozenset[HolderCode]:
        """The organisations of its two people: one, or two."""
        return frozenset({self.from_holder, self.to_holder})

    def waits(self, at: Instant) -> bool:
        """True while somebody can still decide on it."""
        return self.state is ProposalState.PROPOSED and at < self.until

    def approve(self, *, by: Actor, at: Instant) -> "Proposal":
        """Two people have agreed to it."""
        self._decidable(by, at)
        event = ProposalApproved(case=self.case, proposal=self.id, at=at, by=by.account, kind=self.kind)
        return self._decided(event, ProposalState.APPROVED)

    def refuse(self, *, by: Actor, at: Instant) -> "Proposal":
        """The second person does not agree, so nothing comes of it."""
        self._decidable(by, at)
        event = ProposalRefused(case=self.case, proposal=self.id, at=at, by=by.account, kind=self.kind)
        return self._decided(event, ProposalState.REFUSED)

    def withdraw(self, *, by: Actor, at: Instant) -> "Proposal":
        """The organisation that proposed it has taken it back."""
        self._pending(at)
        if by.holder != self.from_holder:
            raise NotHeld
        event = ProposalWithdrawn(case=self.case, proposal=self.id, at=at, by=by.account, kind=self.kind)
        return self._decided(event, ProposalState.WITHDRAWN)

    def decidable_by(self, actor: Actor) -> bool:
        """True of those of whom one may be its second person."""
        return actor.holder == self.to_holder and actor.account != self.proposed_by

    def _decidable(self, by: Actor, at: Instant) -> None:
        self._pending(at)
        if by.account == self.proposed_by:
            raise SecondPersonNeeded
        if not self.decidable_by(by):
            raise OtherHolderDecides

    def _pending(self, at: Instant) -> None:
        if self.state is not ProposalState.PROPOSED:
            raise NoPendingProposal
        if not self.waits(at):
            raise ProposalExpired

    def _decided(self, event: Event, state: ProposalState) -> "Proposal":
        return self._after(event, state=state, decided_by=event.by, decided_at=event.at)

    def _after(self, event: Event, **changes: Any) -> "Proposal":  # noqa: ANN401 - the fields of a Proposal, as `replace` takes them
        """The only way a proposal changes: no change without its event."""
        return replace(self, version=self.version + 1, events=(*self.events, event), **changes)
