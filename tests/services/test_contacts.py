"""The safe way to contact the person, apart from who the person is."""

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.actors import Auth
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import NeedsStepUp, NotPermitted, ReasonNeeded
from casetrack.domain.holdings import Part
from casetrack.services.cases import open_case, overview_of, view_held
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


def test_what_is_cleared_is_shown_no_more_and_both_rows_of_it_stay() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    now = recorded(world, case, phone=None, address=None)

    assert revealed(world, case) == {"times": "Mornings"}
    phone = [value for value in acts.values_of(world, case, Part.SAFE_ADDRESS) if value.label.column == "phone"]
    assert sorted((value.version, value.superseded) for value in phone) == [(3, now.version), (now.version,) * 2]
    assert "address" not in {value.label.column for value in acts.values_of(world, case)}


def test_the_event_says_which_fields_were_cleared_and_what_nobody_wrote() -> None:
    world = World.in_memory()
    recorded(world, acts.opened(world), phone=None, times="Evenings", address=None)

    payload = acts.events(world)[-1]
    assert (payload["fields"], payload["detail"]) == (
        ["phone", "times"],
        {"labels": ["phone", "times"], "cleared": ["phone"]},
    )
    assert "01632" not in str(payload)


def test_what_was_cleared_is_recorded_again_like_anything_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, phone=None)
    recorded(world, case, phone="01632 960002")

    assert revealed(world, case)["phone"] == "01632 960002"
    cleared = [payload["detail"]["cleared"] for payload in acts.events(world, "ContactRecorded")]
    assert cleared == [[], ["phone"], []]


def test_a_page_knows_what_is_recorded_without_opening_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    def known() -> tuple[frozenset[str], bool]:
        with world.work("worker") as work:
            overview = overview_of(work, view_held(work, case.reference))
            assert not work.in_hand(case.id).data_keys
        return overview.contact, overview.has_contact

    assert known() == (frozenset({"phone", "times"}), True)
    recorded(world, case, phone=None)
    assert known() == (frozenset({"times"}), True)
    recorded(world, case, times=None)
    assert known() == (frozenset(), False)


def test_what_was_cleared_goes_along_with_a_hand_off_and_stays_cleared() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, phone=None)
    acts.moved(world, case, CHARITY, SUPPORT)

    assert revealed(world, case, "charity-worker") == {"times": "Mornings"}


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


def test_where_nothing_is_new_nothing_is_sealed_or_changed_and_the_look_is_recorded() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = dict(kept(world).values)

    assert recorded(world, case, phone="01632 960001").version == case.version
    assert kept(world).values == before
    assert acts.events(world)[-1]["action"] == "case:view"
