"""What two people do in the tests: propose, approve, set holds and lift them."""

from casetrack.domain.case import Case
from casetrack.domain.holds import LegalHold
from casetrack.domain.proposals import Proposal
from casetrack.services.cases import close_case
from casetrack.services.erasures import propose_erasure
from casetrack.services.holds import lift_hold, set_hold
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.proposals import approve_proposal
from tests.services import acts
from tests.services.acts import BOTH
from tests.world import World

WHY = Purpose(CASEWORK.code, "The review of this month found no reason to keep it.")
RULE, REASON = "storage-limit", "review"


def closed(world: World, case: Case | None = None, *, by: str = "lead") -> Case:
    """A case that is closed, by whoever looks after the person."""
    opened = case or acts.opened(world, strands=BOTH)
    with world.work(by) as work:
        return close_case(work, opened.reference, "person-asked", seen=None)


def proposed(world: World, case: Case, *, by: str = "lead") -> Proposal:
    """That the case be erased is proposed."""
    with world.work(by, WHY) as work:
        return propose_erasure(work, case.reference, RULE, REASON, seen=case.version)


def approved(world: World, proposal: Proposal, *, by: str = "supervisor") -> Proposal:
    """Somebody else agrees."""
    with world.work(by) as work:
        return approve_proposal(work, proposal.id, seen=proposal.version)


def erased(world: World) -> tuple[Case, Proposal]:
    """A case that is no more, and the proposal on which two people agreed."""
    case = closed(world)
    return case, approved(world, proposed(world, case))


def held(world: World, case: Case, reason: str = "investigation", *, by: str = "lead") -> LegalHold:
    """A legal hold stands on the case."""
    with world.work(by, WHY) as work:
        return set_hold(work, case.reference, reason)


def lifting(world: World, case: Case, hold: LegalHold, *, by: str = "lead") -> Proposal:
    """That the hold be lifted is proposed."""
    with world.work(by, WHY) as work:
        return lift_hold(work, case.reference, hold.id, "proceedings-over")
