"""The safe way to contact the person, apart from who the person is."""

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.actors import Auth
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import NeedsStepUp, NotPermitted, ReasonNeeded
from casetrack.domain.holdings import Part
from casetrack.services.cases import open_case
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.journal import CASEWORK, Purpose
from tests.services import acts
from tests.services.acts import INVESTIGATION, REVEALING, SUPPORT, kept
from tests.world import CHARITY, NORTH, World, a_new_case


def recorded(world: World, case: Case, by: str = "worker", **answers: Value) -> Case:
    with world.work(by) as work:
        return record_contact(work, case.reference, answers, seen=None)


def revealed(world: World, case: Case, by: str = "worker", purpose: Purpose = REVEALING) -> dict[str, Value]:
    with world.work(by, purpose) as work:
        return reveal_contact(work, case.reference)[1]


def test_what_was_not_answered_again_stays_as_it_was() -> None:
    world = World.in_memory()
    case = recorded(world, acts.opened(world), times="Evenings", phone="", address="12 Invented Lane")

    assert revealed(world, case) == {"phone": "01632 960001", "times": "Evenings", "address": "12 Invented Lane"}
    assert sorted(acts.events(world, "ContactRecorded")[-1]["fields"]) == ["address", "times"]


def test_it_is_revealed_of_a_person_who_gave_no_name_too() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, a_new_case(identity=IdentityState.WITHHELD))

    assert revealed(world, case)["phone"] == "01632 960001"
    assert acts.events(world)[-1]["action"] == "contact:reveal"


def test_it_takes_a_reason_and_a_person_at_a_screen() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(ReasonNeeded):
        revealed(world, case, purpose=CASEWORK)
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor("worker", Auth.TOKEN), REVEALING) as work:
        reveal_contact(work, case.reference)


def test_it_goes_with_whoever_looks_after_the_person() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    assert revealed(world, case, "charity-worker")["phone"] == "01632 960001"
    for doing in (lambda: revealed(world, case), lambda: recorded(world, case, times="Never")):
        with pytest.raises(NotPermitted):
            doing()


def test_a_force_that_only_investigates_has_it_while_nobody_looks_after_the_person() -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", INVESTIGATION)

    assert revealed(world, case)["phone"] == "01632 960001"
    assert acts.wrapped_for(world, case, acts.live_keys(world, case)[Part.SAFE_ADDRESS].number) == {NORTH.code}


def test_where_nothing_is_new_nothing_is_sealed_and_the_look_is_still_recorded() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = dict(kept(world).values)

    assert recorded(world, case, phone="01632 960001").version == case.version + 1
    assert kept(world).values == before
