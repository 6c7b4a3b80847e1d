"""How many enquiries wait for somebody as the second auditor, as the desk tells whoever may be that."""

from casetrack.domain.proposals import LIFE
from casetrack.services.enquiries import enquiries_to_decide
from tests.services import agreed as two
from tests.services.enquired import ASKER, SECOND, agreed, asked
from tests.world import World


def waiting(world: World, by: str) -> int:
    with world.work(by) as work:
        return enquiries_to_decide(work)


def test_what_another_has_asked_waits_for_a_colleague_and_never_for_the_asker() -> None:
    world = World.in_memory()
    asked(world)
    asked(world, by=SECOND)

    assert (waiting(world, ASKER), waiting(world, SECOND)) == (1, 1)


def test_what_was_agreed_to_and_what_has_expired_waits_for_nobody() -> None:
    world = World.in_memory()
    agreed(world, asked(world))
    assert waiting(world, SECOND) == 0
    asked(world)
    world.now += LIFE
    assert waiting(world, SECOND) == 0


def test_an_auditor_out_of_the_audit_desk_and_what_is_no_enquiry_are_not_counted() -> None:
    world = World.in_memory()
    asked(world)
    two.proposed(world, two.closed(world))

    assert (waiting(world, "auditor"), waiting(world, SECOND)) == (0, 1)
