"""Cases: opened, found, viewed, placed, assigned, closed and reopened."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.calendars import Nation
from casetrack.domain.case import AgeGroup, Areas, IdentityState, Status
from casetrack.domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    HolderNotInForce,
    NameTaken,
    NoIdentity,
    NoStrand,
    NotFound,
    NotHeld,
    NotOursToClose,
    NotPermitted,
    OfferOpen,
    StrandNeedsForce,
    UnknownChoice,
    UnknownHolder,
    UnknownWorker,
)
from casetrack.domain.holders import AUDIT_DESK, Holders
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.references import read_reference
from casetrack.domain.wordlists import WordLists
from casetrack.services.caseload import everything
from casetrack.services.cases import (
    NewCase,
    assign_case,
    close_case,
    closing_reasons,
    consult,
    find_case,
    list_cases,
    open_case,
    overview_of,
    place_case,
    prepare,
    reopen_case,
    view_case,
    view_held,
    workers_of,
)
from casetrack.services.lists import CaseQuery
from tests.services import acts
from tests.services.acts import BOTH, INVESTIGATION, REVEALING, SUPPORT, kept
from tests.world import ACCOUNTS, CHARITY, EAST, NORTH, SOUTH, World, a_new_case


def try_open(world: World, new: NewCase, by: str = "worker") -> None:
    with world.work(by) as work:
        open_case(work, new)


# Opening.


@pytest.mark.parametrize(
    ("by", "strands"),
    [("worker", BOTH), ("worker", INVESTIGATION), ("lead", SUPPORT), ("charity-worker", SUPPORT)],
)
def test_whoever_opens_a_case_is_responsible_for_it(by: str, strands: frozenset[Strand]) -> None:
    world = World.in_memory()
    case = acts.opened(world, by, strands)

    holder = ACCOUNTS[by].holder
    assert case.holdings.leads == dict.fromkeys(strands, holder)
    assert case.workers == dict.fromkeys(strands, acts.account(by))
    assert (case.status, case.identity, case.age_group) == (Status.OPEN, IdentityState.GIVEN, AgeGroup.ADULT)
    assert read_reference(case.reference) == case.reference
    assert acts.kept_case(world, case).case == case


def test_a_case_needs_no_name_and_no_way_to_reach_the_person() -> None:
    world = World.in_memory()
    new = replace(a_new_case(identity=IdentityState.NOT_YET_ASKED), contact={})
    with world.work("worker") as work:
        case = open_case(work, new)

    assert case.version == 2
    assert acts.values_of(world, case) == []
    assert len(acts.live_keys(world, case)) == 4


@pytest.mark.parametrize(
    ("by", "change", "refusal"),
    [
        ("worker", {"strands": frozenset()}, NoStrand),
        ("charity-worker", {"strands": BOTH}, StrandNeedsForce),
        ("worker", {"names": {}}, NoIdentity),
        ("worker", {"names": {"given_names": ""}}, NoIdentity),
        ("worker", {"areas": Areas(home=CHARITY.code)}, UnknownHolder),
        ("worker", {"areas": Areas(encounter=HolderCode("nowhere"))}, UnknownHolder),
    ],
)
def test_a_case_that_cannot_be_is_not_opened(by: str, change: dict[str, Any], refusal: type[Exception]) -> None:
    world = World.in_memory()
    with pytest.raises(refusal):
        try_open(world, replace(a_new_case(), **change), by)
    assert kept(world).cases == {}


def test_an_organisation_that_works_with_nobody_opens_no_case() -> None:
    world = World.in_memory()
    of_the_desk = replace(world.actor("worker"), holder=AUDIT_DESK)
    with pytest.raises(UnknownHolder), acts.acting(world, of_the_desk) as work:
        open_case(work, a_new_case())


def test_two_open_cases_never_go_by_the_same_words() -> None:
    world = World.in_memory()
    words = WordLists(first=("bright",), second=("lantern",), common_passwords=frozenset())
    world.deployment = replace(world.deployment, words=words)
    case = acts.opened(world)
    assert case.pseudonym == "bright lantern"

    with pytest.raises(NameTaken):
        acts.opened(world, "charity-worker", SUPPORT)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    assert acts.opened(world, "charity-worker", SUPPORT).pseudonym == "bright lantern"


def test_a_case_is_opened_again_under_other_words_if_its_own_were_taken_meanwhile() -> None:
    world = World.in_memory()
    words = WordLists(first=("bright",), second=("lantern",), common_passwords=frozenset())
    plenty = world.deployment
    world.deployment = replace(plenty, words=words)
    case = acts.opened(world)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    acts.opened(world, "charity-worker", SUPPORT)

    with pytest.raises(NameTaken), world.work("lead") as work:
        reopen_case(work, case.reference, seen=None)
    world.deployment = plenty
    with world.work("lead") as work:
        reopened = reopen_case(work, case.reference, seen=None)
    assert (reopened.status, reopened.reference) == (Status.OPEN, case.reference)
    assert reopened.pseudonym != case.pseudonym
    with pytest.raises(CaseIsOpen), world.work("lead") as work:
        reopen_case(work, case.reference, seen=None)


def test_other_words_are_tried_before_the_person_who_opens_a_case_is_troubled() -> None:
    world = World.in_memory()
    words = WordLists(first=("bright",), second=("lantern", "harbour"), common_passwords=frozenset())
    world.deployment = replace(world.deployment, words=words)

    names = {acts.opened(world).pseudonym for _ in range(2)}

    assert names == {"bright lantern", "bright harbour"}


def test_nothing_of_the_person_is_in_clear_in_what_is_kept() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    seen = repr((acts.kept_case(world, case), [*kept(world).values.values()], kept(world).entries))

    for secret in ("Testa", "Maria", "01632", "Mornings"):
        assert secret not in seen


# Lists.


def found(world: World, by: str = "worker", **query: Any) -> list[str]:  # noqa: ANN401 - the fields of a query
    """The references that a list shows to the account."""
    with world.work(by) as work:
        return [card.reference for card in list_cases(work, replace(everything(work), **query)).items]


def test_a_list_shows_what_ones_organisation_holds_and_as_asked_what_it_passed_on() -> None:
    world = World.in_memory()
    mine, passed, theirs = acts.opened(world), acts.opened(world), acts.opened(world, "receiver")
    acts.moved(world, passed, SOUTH)

    assert found(world) == [mine.reference]
    assert found(world, passed_on=True) == [passed.reference]
    assert set(found(world, "receiver")) == {passed.reference, theirs.reference}
    assert found(world, "scottish-lead") == found(world, "scottish-lead", passed_on=True) == []


def test_a_list_is_narrowed_by_what_was_asked_for() -> None:
    world = World.in_memory()
    closed, offered, mine = (acts.opened(world) for _ in range(3))
    with world.work("lead") as work:
        close_case(work, closed.reference, "support-complete", seen=None)
        for strand in Strand:
            assign_case(work, mine.reference, strand, acts.account("supervisor"), seen=None)
    acts.offered(world, offered, SOUTH)

    assert found(world, status=Status.CLOSED) == [closed.reference]
    assert set(found(world, status=None)) == {closed.reference, offered.reference, mine.reference}
    assert found(world, offered=True) == [offered.reference]
    assert found(world, worker=acts.account("supervisor")) == [mine.reference]
    assert found(world, lead=SOUTH.code) == []


def test_whom_a_list_showed_and_how_it_was_narrowed_is_journalled() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    found(world, offered=False, worker=acts.account("worker"))

    entry = kept(world).entries[-1]
    assert [shown for shown, _ in entry.shown] == [case.id]
    assert acts.read(entry)["detail"]["filters"] == ["status=open", f"worker={acts.account('worker')}"]


@pytest.mark.parametrize("asked", ["reference", "pseudonym"])
def test_a_case_is_found_by_its_whole_name_open_or_closed(asked: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.opened(world)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)

    with world.work("worker") as work:
        page = find_case(work, f" {getattr(case, asked)} ", everything(work))
    assert [card.id for card in page.items] == [case.id]
    assert [shown for shown, _ in kept(world).entries[-1].shown] == [case.id]


def test_nobody_finds_the_case_of_another_organisation_and_the_search_shows_none() -> None:
    world = World.in_memory()
    case = acts.opened(world)

    with world.work("receiver") as work:
        page = find_case(work, case.reference, everything(work))
    assert (page.items, page.total) == ((), 0)
    assert kept(world).entries[-1].shown == ()


def test_what_is_searched_for_is_not_on_the_journal() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        find_case(work, "bright lantern", everything(work))

    assert b"lantern" not in kept(world).entries[-1].payload


# One case.


def test_an_overview_says_who_works_on_the_case_and_how_far_it_has_come() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world))
    offer = acts.offered(world, case, SOUTH, SUPPORT)

    with world.work("worker") as work:
        overview = overview_of(work, view_held(work, case.reference))

    assert overview.case == case
    assert overview.workers == {acts.account("worker"): "Worker Invented"}
    assert overview.has_contact
    assert overview.offer is not None
    assert overview.offer.id == offer.id
    assert overview.phase == "safe"
    assert "encounter" in {row.rule.code for row in overview.rows}


def test_an_overview_without_an_offer_or_a_way_to_reach_the_person_says_so() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, replace(a_new_case(), contact={}))
        overview = overview_of(work, case)

    assert (overview.offer, overview.has_contact) == (None, False)


def test_what_an_overview_shows_of_milestones_is_for_the_strands_that_one_has() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    codes = {}
    for name in ("worker", "charity-worker"):
        with world.work(name) as work:
            rows = overview_of(work, view_held(work, case.reference)).rows
        codes[name] = {row.rule.visible_to.value for row in rows}

    assert codes == {"worker": {"both", "investigation"}, "charity-worker": {"both", "support"}}


def test_a_page_that_asks_what_to_do_refuses_at_once_what_would_be_refused_anyway() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("lead") as work:
        assert prepare(work, case.reference, Action.CASE_PLACE).case == case
    with pytest.raises(CaseIsOpen), world.work("lead") as work:
        prepare(work, case.reference, Action.CASE_REOPEN)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    with pytest.raises(CaseIsClosed), world.work("lead") as work:
        prepare(work, case.reference, Action.CASE_PLACE)
    with pytest.raises(NotPermitted), world.work("worker") as work:
        prepare(work, case.reference, Action.CASE_REOPEN)
    with pytest.raises(NotFound), world.work("receiver") as work:
        prepare(work, case.reference, Action.CASE_PLACE)


def test_a_case_is_placed_in_police_areas_alone() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        placed = place_case(work, case.reference, Areas(exploitation=EAST.code), seen=case.version)
    assert placed.areas == Areas(exploitation=EAST.code)

    with pytest.raises(UnknownHolder), world.work("worker") as work:
        place_case(work, case.reference, Areas(home=CHARITY.code), seen=None)


def test_a_strand_is_assigned_to_a_worker_of_the_organisation_that_leads_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("supervisor") as work:
        assigned = assign_case(work, case.reference, Strand.SUPPORT, acts.account("lead"), seen=case.version)
    assert assigned.workers == {Strand.SUPPORT: acts.account("lead"), Strand.INVESTIGATION: acts.account("worker")}

    for stranger in ("receiver", "auditor", "administrator"):
        with pytest.raises(UnknownWorker), world.work("lead") as work:
            assign_case(work, case.reference, Strand.SUPPORT, acts.account(stranger), seen=None)
    acts.moved(world, case, SOUTH, SUPPORT)
    with pytest.raises(NotHeld), world.work("lead") as work:
        assign_case(work, case.reference, Strand.SUPPORT, acts.account("worker"), seen=None)


def test_the_workers_to_choose_from_are_those_of_ones_organisation_by_name() -> None:
    world = World.in_memory()
    with world.work("lead") as work:
        assert [name for _, name in workers_of(work)] == ["Lead Invented", "Supervisor Invented", "Worker Invented"]


def test_a_closed_worker_is_chosen_no_more() -> None:
    world = World.in_memory()
    worker = ACCOUNTS["worker"]
    kept(world).accounts[worker.id] = replace(worker, closed_at=world.now)
    case = acts.opened(world, "lead")

    with pytest.raises(UnknownWorker), world.work("lead") as work:
        assign_case(work, case.reference, Strand.SUPPORT, worker.id, seen=None)


def test_a_case_is_closed_for_a_reason_of_the_list_and_opened_again() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(UnknownChoice), world.work("worker") as work:
        close_case(work, case.reference, "because I say so", seen=None)

    with world.work("worker") as work:
        closed = close_case(work, case.reference, "support-complete", seen=case.version)
    assert (closed.status, closed.close_reason) == (Status.CLOSED, "support-complete")

    with world.work("lead") as work:
        reopened = reopen_case(work, case.reference, seen=closed.version)
    assert (reopened.status, reopened.close_reason) == (Status.OPEN, None)
    assert reopened.holdings == case.holdings


def test_whoever_supports_the_person_closes_the_case_and_opens_it_again_and_nobody_else_who_has_some_of_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    with pytest.raises(NotOursToClose), world.work("worker") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    with world.work("charity-worker") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    with pytest.raises(NotOursToClose), world.work("lead", REVEALING) as work:
        reopen_case(work, case.reference, seen=None)
    with world.work("charity-lead", REVEALING) as work:
        assert reopen_case(work, case.reference, seen=None).status is Status.OPEN


@pytest.mark.parametrize(
    ("strands", "unfit"),
    [
        (SUPPORT, {"investigation-complete"}),
        (INVESTIGATION, {"support-complete", "decision-negative-no-support"}),
        (BOTH, set()),
    ],
    ids=acts.called,
)
def test_no_reason_to_close_is_of_a_strand_that_the_case_lacks(strands: frozenset[Strand], unfit: set[str]) -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=strands)

    with world.work("worker") as work:
        offered = {reason.code for reason in closing_reasons(work, case)}
    assert work.deployment.facts.codes["close_reasons"].codes.keys() - offered == unfit
    for reason in unfit:
        with pytest.raises(UnknownChoice), world.work("worker") as work:
            close_case(work, case.reference, reason, seen=None)


def test_a_case_with_an_open_offer_is_not_closed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.offered(world, case, SOUTH)

    with pytest.raises(OfferOpen), world.work("worker") as work:
        close_case(work, case.reference, "support-complete", seen=None)


def test_a_token_does_what_does_not_show_who_a_person_is() -> None:
    world = World.in_memory()
    with acts.acting(world, world.actor("worker", Auth.TOKEN)) as work:
        case = open_case(work, a_new_case())
    with acts.acting(world, world.actor("worker", Auth.TOKEN)) as work:
        assert view_case(work, case.reference) == case
    assert json.loads(kept(world).entries[-1].payload)["auth"] == "token"


def test_five_working_days_are_counted_in_the_nation_of_ones_organisation() -> None:
    world = World.in_memory()
    world.now += timedelta(days=6)

    def soon(by: str) -> CaseQuery:
        with world.work(by) as work:
            return everything(work)

    england, scotland = soon("worker"), soon("scottish-lead")
    assert (england.today - england.soon).days <= -5
    assert (scotland.soon - england.soon).days == 1, "St Andrew's Day, 30 November, is a bank holiday in Scotland alone"
    assert Nation.named(EAST.nation) is Nation.SCOTLAND


def test_a_holder_that_ended_takes_no_new_case() -> None:
    world = World.in_memory()
    ended = replace(NORTH, valid_to=world.now.date() - timedelta(days=1))
    others = [holder for holder in world.deployment.holders.by_code.values() if holder.code != NORTH.code]
    world.deployment = replace(world.deployment, holders=Holders.of((ended, *others)))

    with pytest.raises(HolderNotInForce):
        acts.opened(world)


def test_in_a_list_nothing_is_due_in_a_closed_case_whatever_is_kept_of_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).cases[case.id].outlook
    with world.work("lead") as work:
        close_case(work, case.reference, "person-asked", seen=None)
    stored = kept(world).cases[case.id]
    kept(world).cases[case.id] = replace(stored, outlook=before)
    with world.work("lead") as work:
        query = everything(work)
        listed = list_cases(work, replace(query, status=Status.CLOSED)).items
        found = find_case(work, case.reference, query).items
    assert before.do_now_support
    for (card,) in (listed, found):
        assert (card.due, card.milestone, card.do_now, card.waiting) == (None, None, False, False)


def test_a_page_that_looks_at_what_is_in_a_case_has_what_stands_around_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        assert consult(work, case.reference, Action.JOURNEY_VIEW) == overview_of(work, case)
    assert acts.events(world)[-1]["action"] == "journey:view"
