"""What two administrators do in the tests: propose that an organisation's first keys be destroyed, and agree."""

from casetrack.domain.proposals import Proposal
from casetrack.services.destructions import propose_destruction
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.keysets import renew_keyset
from casetrack.services.proposals import approve_proposal
from tests.services.keeping import keeper
from tests.world import EAST, World

WHY = Purpose(CASEWORK.code, "They were renewed last year.")
RULE, REASON = "superseded", "renewed"


def renewed(world: World) -> None:
    """An organisation that has no cases has a second version of its keys."""
    renew_keyset(keeper(world), EAST.code)


def proposed(world: World, why: Purpose = WHY, *, by: str = "administrator") -> Proposal:
    """That its first be destroyed is proposed."""
    with world.work(by, why) as work:
        return propose_destruction(work, EAST.code, 1, RULE, REASON)


def approved(world: World, proposal: Proposal, *, by: str = "scottish-administrator") -> Proposal:
    """Another administrator agrees."""
    with world.work(by) as work:
        return approve_proposal(work, proposal.id, seen=proposal.version)


def agreed(world: World) -> Proposal:
    """Two people have agreed, and nothing has been done yet."""
    renewed(world)
    return approved(world, proposed(world))
