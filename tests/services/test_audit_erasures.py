"""What was erased, as an auditor is told: by which two people, and under which rule."""

from dataclasses import replace

from casetrack.domain.ids import EventId, HolderCode
from casetrack.services.audit import Use
from casetrack.services.audit_erasures import ErasureTold, look_at_erasures
from casetrack.services.lists import EventCard, Page
from casetrack.services.work import at_work
from tests.domain.made import number
from tests.services import acts, agreed
from tests.services.acts import account
from tests.world import CHARITY, NORTH, START, World


def looked(world: World, by: str = "auditor", page: int = 1) -> Page[ErasureTold]:
    with world.work(by) as work:
        return look_at_erasures(work, Use.SELF_MONITORING, page=page)


def test_each_erasure_is_told_with_its_rule_and_its_two_people_and_the_look_is_on_the_log() -> None:
    world = World.in_memory()
    case, _ = agreed.erased(world)
    (told,) = looked(world).items

    assert (told.erased.case, told.rule, told.reason, told.repeated) == (case.id, agreed.RULE, agreed.REASON, False)
    assert told.proposed is not None
    assert (told.proposed.account, told.erased.account) == (account("lead"), account("supervisor"))
    assert told.holders == (NORTH.code,)
    opened = acts.events(world)[-1]
    assert (opened["action"], opened["detail"]["filters"], opened["detail"]["entries"]) == (
        "audit:search",
        ["erasures"],
        1,
    )


def test_what_waits_for_a_second_person_was_not_erased() -> None:
    world = World.in_memory()
    agreed.proposed(world, agreed.closed(world))

    assert looked(world).items == ()


def test_an_auditor_of_another_organisation_is_told_of_none() -> None:
    world = World.in_memory()
    agreed.erased(world)

    assert looked(world, "north-auditor").total == 1
    elsewhere = replace(world.actor("north-auditor"), holder=CHARITY.code)
    with at_work(world.begin, world.deployment, elsewhere, world.now) as work:
        assert look_at_erasures(work, Use.SELF_MONITORING, page=1).items == ()


def test_an_entry_that_is_not_as_casetrack_writes_them_says_nothing() -> None:
    card = EventCard(
        id=EventId(number(1)),
        at=START,
        action=None,
        account=None,
        account_name="",
        holder=None,
        case=None,
        reference=None,
        case_version=None,
        payload={"detail": {"rule": 7, "repeated": "yes"}, "holders_then": [7, "kent"]},
        has_words=False,
        leaf=None,
    )
    told = ErasureTold(card, None)

    assert (told.rule, told.reason, told.repeated, told.holders) == ("", "", False, (HolderCode("kent"),))
    assert ErasureTold(replace(card, payload={}), None).holders == ()
