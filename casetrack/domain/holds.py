"""Legal holds: while one stands on a case, nothing of that is erased. One person sets it; two lift it.

A hold is an aggregate of its own, so that to set one changes nothing of the case. It goes where the case goes.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from casetrack.domain.actors import Actor
from casetrack.domain.events import Event
from casetrack.domain.ids import AccountId, CaseId, HolderCode, HoldId, Instant
from casetrack.domain.proposal_events import HoldLifted, HoldSet
from casetrack.domain.proposal_refusals import NoHold
from casetrack.domain.proposals import Proposal


@dataclass(frozen=True, kw_only=True)
class LegalHold:
    """A legal hold as it stands at one version, with the events that happened since it was loaded."""

    id: HoldId
    case: CaseId
    version: int
    reason: str
    holder: HolderCode
    """The organisation that made this version of it."""
    set_by: AccountId
    set_at: Instant
    lifted_by: AccountId | None = None
    """The second of the two people."""
    lifted_at: Instant | None = None
    events: tuple[Event, ...] = field(default=(), compare=False)

    @classmethod
    def set(cls, *, id: HoldId, case: CaseId, reason: str, by: Actor, at: Instant) -> "LegalHold":  # noqa: A002 - the id of a hold
        """Nothing of the case is erased from this instant."""
        hold = cls(id=id, case=case, version=0, reason=reason, holder=by.holder, set_by=by.account, set_at=at)
        return hold._after(HoldSet(case=case, hold=id, at=at, by=by.account, reason=reason))

    @property
    def loaded_version(self) -> int:
        """The version that the store keeps: this one, less what has happened since."""
        return self.version - len(self.events)

    @property
    def stands(self) -> bool:
        """True until two people have lifted it."""
        return self.lifted_at is None

    def lift(self, approved: Proposal, *, by: Actor, at: Instant) -> "LegalHold":
        """Two people have agreed that there is no need of it any more."""
        self.check_standing()
        event = HoldLifted(case=self.case, hold=self.id, at=at, by=by.account, agreed=approved.id)
        return self._after(event, holder=by.holder, lifted_by=by.account, lifted_at=at)

    def check_standing(self) -> None:
        """It stands; `NoHold` otherwise."""
        if not self.stands:
            raise NoHold

    def _after(self, event: Event, **changes: Any) -> "LegalHold":  # noqa: ANN401 - the fields of a LegalHold, as `replace` takes them
        """The only way a hold changes: no change without its event."""
        return replace(self, version=self.version + 1, events=(*self.events, event), **changes)
