"""Erasing once more: from a copy that was put back, and that is older than the erasure.

Nobody decides anything here. What two people agreed to is on the list of erasures, signed; the case is gone again, and
its journal says that this was done once more, and by whom.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from casetrack.domain.ids import CaseId, HolderCode, ProposalId
from casetrack.domain.proposal_events import CaseErased
from casetrack.services.approvals import KeptTombstone
from casetrack.services.erasure_list import Listed
from casetrack.services.journal import CaseChange
from casetrack.services.work import UnitOfWork


class Forgets(Protocol):
    """Where a case goes without being asked who agreed: that is on the list."""

    def holders(self, case: CaseId) -> frozenset[HolderCode]:
        """The organisations that have any of the case; none of a case that is not there."""

    def forget(self, case: CaseId, agreed: ProposalId) -> None:
        """Every row of the case is gone."""

    def add(self, kept: KeptTombstone) -> None:
        """The tombstone is kept, for ever."""


def repeat_erasures(work: UnitOfWork, forgets: Forgets, listed: Iterable[Listed]) -> tuple[CaseId, ...]:
    """None of the cases of the list is there any more; gives those that were. Doing it again changes nothing."""
    repeated = []
    for each in listed:
        stone = each.kept.stone
        holders = forgets.holders(stone.case)
        if not holders:
            continue
        last = work.stores.journal.last_changes([stone.case]).get(stone.case)
        version = (last.version if last else 1) + 1
        event = CaseErased(
            case=stone.case,
            proposal=stone.proposal,
            at=work.now,
            by=work.actor.account,
            rule=stone.rule,
            reason=stone.reason,
            repeated=True,
        )
        work.note(event, sides=holders, change=CaseChange(version, each.kept.seal.digest, last))
        forgets.forget(stone.case, stone.proposal)
        forgets.add(replace(each.kept, version=version, repeated=True))
        repeated.append(stone.case)
    return tuple(repeated)
