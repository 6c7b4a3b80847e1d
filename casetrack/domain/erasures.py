"""Erasing a case: when it may be, and the tombstone that is left of it.

A tombstone is the last version of its case. It says that there was one, who agreed to erase it under which rule, when,
and how much went; nothing of the person, and not how the case was called.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from casetrack.domain.actors import Actor
from casetrack.domain.case import Case
from casetrack.domain.events import Event
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant, ProposalId
from casetrack.domain.proposal_events import CaseErased
from casetrack.domain.proposal_refusals import CaseChangedSince, HoldStands
from casetrack.domain.proposals import Proposal, ProposalKind


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """What is left of an erased case."""

    case: CaseId
    version: int
    """The last version of the case: this one."""
    reference_digest: bytes
    """By which whoever holds a letter with the reference on it can tell that it was this case."""
    holders: tuple[HolderCode, ...]
    """The organisations that were responsible at the end."""
    proposal: ProposalId
    rule: str
    reason: str
    proposed_by: AccountId
    proposed_holder: HolderCode
    proposed_at: Instant
    approved_by: AccountId
    approved_holder: HolderCode
    erased_at: Instant
    lost: Mapping[str, int]
    """How much went, by kind."""
    events: tuple[Event, ...] = field(default=(), compare=False)

    @classmethod
    def over(
        cls, case: Case, approved: Proposal, *, lost: Mapping[str, int], reference_digest: bytes, by: Actor, at: Instant
    ) -> "Tombstone":
        """Two people have agreed, and nothing else is left of the case."""
        event = CaseErased(
            case=case.id, proposal=approved.id, at=at, by=by.account, rule=approved.rule, reason=approved.reason
        )
        return cls(
            case=case.id,
            version=case.version + 1,
            reference_digest=reference_digest,
            holders=tuple(sorted(case.holdings.holders)),
            proposal=approved.id,
            rule=approved.rule,
            reason=approved.reason,
            proposed_by=approved.proposed_by,
            proposed_holder=approved.from_holder,
            proposed_at=approved.proposed_at,
            approved_by=by.account,
            approved_holder=by.holder,
            erased_at=at,
            lost=dict(lost),
            events=(event,),
        )


def second_holder(case: Case, by: Actor) -> HolderCode:
    """Whose person decides with one of the actor's: the other organisation that is responsible, if there is one.

    So nobody erases what another organisation is responsible for, nor lifts a hold that it needs, without it.
    """
    others = set(case.holdings.leads.values()) - {by.holder}
    return min(others, default=by.holder)


def check_erasing(case: Case, holds: Iterable[LegalHold], *, by: Actor) -> None:
    """A closed case of the actor's holder on which no legal hold stands; refused otherwise."""
    case.check_erasing(by)
    if any(hold.stands for hold in holds):
        raise HoldStands


def check_agreed(case: Case, agreed: Proposal) -> None:
    """Those who are responsible now have agreed; and to erasing what both people looked at, not what it is by now."""
    responsible = frozenset(case.holdings.leads.values())
    is_changed = agreed.kind is ProposalKind.ERASURE and agreed.case_version != case.version
    if is_changed or agreed.sides != responsible:
        raise CaseChangedSince
