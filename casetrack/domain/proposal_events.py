"""What can happen where two people are needed: proposals, legal holds, and the erasing of a case."""

from dataclasses import dataclass, field

from casetrack.domain.actions import Action
from casetrack.domain.events import Event, Operation
from casetrack.domain.ids import HolderCode, ProposalId

# What happens to a proposal. None of it changes the case.


@dataclass(frozen=True, kw_only=True)
class Proposed(Event):
    """Something that needs two people waits for the second, of that organisation."""

    action: Action
    kind: str
    subject: str
    rule: str
    reason: str
    to_holder: HolderCode


@dataclass(frozen=True, kw_only=True)
class ProposalApproved(Event):
    """A second person has agreed; what they agreed to has an event of its own, in the same transaction."""

    action: Action = field(default=Action.PROPOSAL_APPROVE, init=False)
    kind: str


@dataclass(frozen=True, kw_only=True)
class ProposalRefused(Event):
    """The second person does not agree, and nothing comes of it."""

    action: Action = field(default=Action.PROPOSAL_REFUSE, init=False)
    kind: str


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn(Event):
    """The organisation that proposed it has taken it back."""

    action: Action = field(default=Action.PROPOSAL_WITHDRAW, init=False)
    kind: str


# What happens to a legal hold.


@dataclass(frozen=True, kw_only=True)
class HoldSet(Event):
    """From this instant nothing of the case may be erased, for that reason."""

    action: Action = field(default=Action.HOLD_SET, init=False)
    reason: str


@dataclass(frozen=True, kw_only=True)
class HoldLifted(Event):
    """The legal hold does not stand any more; `agreed` is the proposal on which two people did."""

    action: Action = field(default=Action.PROPOSAL_APPROVE, init=False)
    agreed: ProposalId


# The last change of a case.


@dataclass(frozen=True, kw_only=True)
class CaseErased(Event):
    """Nothing is left of the case but that it was, and who agreed to that under which rule.

    What is `repeated` happened before: a copy from before then was put back, and the case was erased from that too.
    """

    operations = (Operation.ERASURE,)
    changes_case = True
    aspect = "status"
    action: Action = field(default=Action.PROPOSAL_APPROVE, init=False)
    rule: str
    reason: str
    repeated: bool = False
