"""As at an instant that has passed, who could have opened a case: from the journal and the sealed holdings alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.domain.access import Reach, openable, permitted, reach
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import BeginReason, Case
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import AccountId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.services.accounts import NewAccount, close_account, create_account
from casetrack.services.audit import Use
from casetrack.services.audit_hindsight import Then, who_could_open
from casetrack.services.cases import begin_strand
from tests.services import acts
from tests.services.acts import BOTH, INVESTIGATION, SUPPORT, account, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, START, World

MOMENT = timedelta(seconds=1)


def then(world: World, case: Case, at: Instant, by: str = "auditor") -> Then:
    with world.work(by) as work:
        return who_could_open(work, case.reference, at, Use.LAWFULNESS)


def could(found: Then) -> dict[AccountId, frozenset[Part]]:
    people = [each.could for organisation in found.responsible for each in organisation.people or ()]
    return {each.account.account: each.parts for each in people}


def holders(found: Then) -> dict[HolderCode, frozenset[Strand]]:
    return {each.holder: each.strands for each in found.responsible}


def closed(world: World, name: str) -> Instant:
    """When the account was closed, just now."""
    with world.work("administrator") as work:
        close_account(work, account(name))
    return world.now


def test_before_and_after_a_hand_off_the_organisations_and_their_people_are_told_apart() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    opened = world.now
    acts.moved(world, case, CHARITY, SUPPORT)
    handed_over = world.now

    before = then(world, case, handed_over - MOMENT)
    assert holders(before) == {NORTH.code: BOTH}
    assert set(could(before)) == {account("worker"), account("lead"), account("supervisor")}
    assert (before.passed_on, before.is_told_so, before.responsible[0].since) == ((), True, opened)
    assert all(parts == set(Part) for parts in could(before).values())

    after = then(world, case, handed_over)
    assert holders(after) == {NORTH.code: INVESTIGATION, CHARITY.code: SUPPORT}
    assert {each.holder: each.since for each in after.responsible} == {NORTH.code: opened, CHARITY.code: handed_over}
    assert could(after)[account("lead")] == {Part.IDENTITY, Part.INVESTIGATION}
    assert could(after)[account("charity-worker")] == {Part.IDENTITY, Part.SAFE_ADDRESS, Part.SUPPORT}
    assert [each.name for each in after.responsible[0].people or ()] == [
        "Charity-Lead Invented",
        "Charity-Worker Invented",
    ]


def test_whoever_had_passed_it_on_is_named_as_such_and_could_open_nothing() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), SOUTH)
    found = then(world, case, world.now)
    assert (set(holders(found)), found.passed_on) == ({SOUTH.code}, (NORTH.code,))
    assert account("worker") not in could(found)


def test_an_account_could_from_when_it_was_made_until_it_was_closed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("administrator") as work:
        new = create_account(
            work, NewAccount(sign_in_name="new", display_name="New", role=Role.LEAD, holder=NORTH.code)
        )
    made, ended = world.now, closed(world, "worker")

    assert new.account.id not in could(then(world, case, made - MOMENT))
    assert could(then(world, case, made)).keys() >= {new.account.id, account("worker")}
    assert account("worker") in could(then(world, case, ended - MOMENT))
    assert account("worker") not in could(then(world, case, ended))


def test_before_it_was_opened_nobody_was_responsible_and_of_no_case_nothing_is_known() -> None:
    world = World.in_memory()
    early = then(world, acts.opened(world), START - MOMENT)
    assert (early.is_known, early.responsible, early.is_told_so) == (True, (), True)
    with world.work("auditor") as work:
        nothing = who_could_open(work, Reference("CT-7K3M-92Q2"), START, Use.LAWFULNESS)
    assert not nothing.is_known


def test_that_it_was_asked_and_about_when_is_on_the_log() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    then(world, case, START)
    opened = acts.events(world)[-1]
    assert (opened["event"], opened["action"], opened["case"]) == ("LogOpened", "audit:search", None)
    assert opened["detail"]["filters"] == [f"as-at={START.isoformat()}", f"reference={case.reference}"]


class TestAnAuditorOfOneOrganisation:
    def test_is_told_of_the_time_in_which_it_was_responsible_and_of_its_own_people(self) -> None:
        world = World.in_memory()
        case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
        found = then(world, case, world.now, "north-auditor")
        assert holders(found) == {NORTH.code: INVESTIGATION, CHARITY.code: SUPPORT}
        assert {each.holder: each.people is None for each in found.responsible} == {
            NORTH.code: False,
            CHARITY.code: True,
        }
        assert set(could(found)) == {account("worker"), account("lead"), account("supervisor")}
        assert found.is_told_so is None, "they do not read all that the journal says of it"

    def test_is_told_nothing_of_when_it_was_not(self) -> None:
        world = World.in_memory()
        case = acts.opened(world)
        opened = world.now
        acts.moved(world, case, SOUTH)
        for at, is_known in ((START - MOMENT, False), (opened, True), (world.now - MOMENT, True), (world.now, False)):
            found = then(world, case, at, "north-auditor")
            assert (found.is_known, bool(found.responsible)) == (is_known, is_known)
            assert found.passed_on == ()

    def test_is_told_nothing_of_a_case_that_never_was_its_own(self) -> None:
        world = World.in_memory()
        case = acts.opened(world, "receiver")
        now = world.now
        assert then(world, case, now, "north-auditor") == Then(now, is_known=False)


# The rules of access say the same.


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("move"),
            st.sampled_from([NORTH, SOUTH, EAST, CHARITY]),
            st.sampled_from([SUPPORT, INVESTIGATION, BOTH]),
        ),
        st.tuples(st.just("begin"), st.sampled_from([NORTH, SOUTH, EAST]), st.just(BOTH)),
        st.tuples(
            st.just("close"), st.sampled_from(["worker", "supervisor", "receiver", "charity-worker"]), st.just(BOTH)
        ),
    ),
    max_size=5,
)


def take(world: World, case: Case, step: tuple[str, Any, frozenset[Strand]]) -> Case:
    """The case after that step, if it can be taken."""
    what, who, strands = step
    if what == "close":
        if kept(world).accounts[account(who)].closed_at is None:
            closed(world, who)
        return case
    if what == "begin":
        if lacking := sorted(case.beginnable_by(who) & strands):
            with world.work(acts.LEADS[who.code]) as work:
                return begin_strand(work, case.reference, lacking[0], BeginReason.AGREED, seen=None)
        return case
    for lead in sorted({*case.holdings.leads.values()} - {who.code}):
        offering = case.offerable_by(lead) & strands - (INVESTIGATION if who is CHARITY else frozenset())
        if offering:
            return acts.moved(world, case, who, offering, by=acts.LEADS[lead])
    return case


@given(st.sampled_from(["worker", "charity-worker"]), STEPS)
@settings(max_examples=25, deadline=None)
def test_as_at_now_it_is_what_the_rules_of_access_say_now_of_every_account(
    by: str, steps: list[tuple[str, Any, frozenset[Strand]]]
) -> None:
    world = World.in_memory()
    case = acts.opened(world, by, SUPPORT if by == "charity-worker" else BOTH)
    stood = [(world.now, case.holdings, closed_then(world))]
    for step in steps:
        case = take(world, case, step)
        stood.append((world.now, case.holdings, closed_then(world)))

    found = then(world, case, world.now)
    assert found.is_told_so
    for each in kept(world).accounts.values():
        actor = Actor(each.id, each.role, each.holder, Auth.PASSWORD, national=each.national)
        may = permitted(actor, case) if each.closed_at is None else frozenset()
        assert (each.id in could(found)) is (Action.MILESTONE_LIST in may)
        assert (each.id in could(found)) is (each.closed_at is None and reach(actor, case) is Reach.CASE)
        assert (Part.IDENTITY in could(found).get(each.id, ())) is (Action.IDENTITY_REVEAL in may)
        assert (Part.SAFE_ADDRESS in could(found).get(each.id, ())) is (Action.CONTACT_REVEAL in may)
        assert could(found).get(each.id, openable(actor, case)) == openable(actor, case)
    for at, holdings, gone in {each[0]: each for each in stood}.values():
        past = then(world, case, at)
        assert {each.holder for each in past.responsible} == holdings.holders
        assert not set(could(past)) & gone


def closed_then(world: World) -> set[AccountId]:
    return {each.id for each in kept(world).accounts.values() if each.closed_at is not None}


# What somebody tampered with.


def test_a_holding_that_is_not_as_it_was_sealed_is_the_end_of_it_and_is_on_the_log() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    place, holding = next(iter(kept(world).holdings.items()))
    kept(world).holdings[place] = replace(holding, holding=replace(holding.holding, holder=SOUTH.code))
    with pytest.raises(IntegrityBroken):
        then(world, case, world.now)
    assert acts.events(world)[-1]["refusal"] == "IntegrityBroken"


def test_a_holding_that_was_taken_away_is_missed_by_what_the_journal_tells() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    gone = next(place for place, each in kept(world).holdings.items() if each.holding.holder == CHARITY.code)
    del kept(world).holdings[gone]
    assert then(world, case, world.now).is_told_so is False


def with_payload(world: World, event: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """The payloads of such events say something else."""

    def changed(entry: Any) -> Any:  # noqa: ANN401 - an entry of the journal
        payload = json.loads(entry.payload)
        return replace(entry, payload=json.dumps(change(payload)).encode()) if payload["event"] == event else entry

    kept(world).entries = tuple(map(changed, kept(world).entries))
    kept(world).founding = tuple(map(changed, kept(world).founding))


@pytest.mark.parametrize(
    "detail",
    [{}, {"strands": 7, "to_holder": "charity"}, {"strands": ["x"], "to_holder": "charity"}, {"strands": ["support"]}],
    ids=str,
)
def test_a_hand_off_that_cannot_be_read_tells_of_nothing(detail: dict[str, object]) -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world), CHARITY, SUPPORT)
    with_payload(world, "HandedOff", lambda payload: payload | {"detail": detail})
    assert then(world, case, world.now).is_told_so is False


def test_an_account_of_which_nothing_can_be_read_could_open_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    whole = could(then(world, case, world.now))
    for detail in ({"account": "x"}, {"account": str(account("worker")), "role": "x", "holder": "north"}):
        with_payload(world, "AccountCreated", lambda payload, detail=detail: spoiled(payload, detail))  # type: ignore[misc] # the detail of this turn
        assert whole.keys() - could(then(world, case, world.now)).keys() == {account("worker")}


def spoiled(payload: dict[str, Any], detail: dict[str, object]) -> dict[str, Any]:
    return payload | {"detail": detail} if payload["detail"]["account"] in (str(account("worker")), "x") else payload


def test_an_account_is_closed_once_and_one_that_was_never_made_not_at_all() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    ended = closed(world, "worker")
    first, *_ = [entry for entry in kept(world).entries if entry.action is Action.ACCOUNT_CLOSE]
    kept(world).entries += (replace(first, at=world.now + timedelta(hours=1)),)
    assert account("worker") not in could(then(world, case, ended))
