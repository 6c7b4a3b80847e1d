"""What the picture of a journey is drawn from."""

import pytest

from casetrack.domain.errors import NotFound, NotPermitted
from casetrack.services.journeys import view_journey
from tests.services import acts
from tests.services.acts import SUPPORT
from tests.world import CHARITY, SOUTH, World


def test_a_journey_has_every_hand_off_and_what_ones_own_strands_see() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world))
    offer = acts.offered(world, case, CHARITY, SUPPORT)
    acts.accepted(world, offer)

    with world.work("charity-worker") as work:
        journey = view_journey(work, case.reference)

    assert [row.via for row in journey.case.holdings.rows if row.via] == [offer.id] * 3
    assert [transfer.id for transfer in journey.transfers] == [offer.id]
    assert {row.rule.visible_to.value for row in journey.rows} == {"both", "support"}


def test_a_journey_is_of_a_case_that_one_has() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)

    with pytest.raises(NotPermitted), world.work("worker") as work:
        view_journey(work, case.reference)
    with pytest.raises(NotFound), world.work("scottish-lead") as work:
        view_journey(work, case.reference)
