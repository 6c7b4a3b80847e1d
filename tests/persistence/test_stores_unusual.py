"""Unusual accesses as they are found: the same over dictionaries, by the rules themselves, and over PostgreSQL."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import Areas, Case, IdentityState
from casetrack.domain.errors import CasetrackError, NotFound, PassedOn
from casetrack.domain.holdings import Strand
from casetrack.domain.references import Reference
from casetrack.domain.unusual_access import Reason
from casetrack.domain.working_hours import Hours, WorkingHours
from casetrack.persistence import work
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.cases import assign_case, view_case
from casetrack.services.identity import record_identity
from casetrack.services.milestones import list_milestones
from casetrack.services.transfers import accept_transfer, decline_transfer, see_transfer, view_transfer
from casetrack.services.work import at_work
from tests.services import acts, agreed
from tests.services.acts import SUPPORT
from tests.services.unusual import (
    HOURS,
    NIGHT,
    RELATIONSHIP,
    SURNAME,
    TODAY,
    VOLUME,
    assigned,
    desk,
    erased,
    found,
    looked,
    open_always,
    page_of,
    placed,
    revealed,
    told,
    tried,
)
from tests.world import CHARITY, NORTH, REASON, SOUTH, World


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


# Outside the hours of the account's organisation


def test_a_look_at_night_is_unusual_and_one_by_day_is_not(real: World) -> None:
    case = acts.opened(real)
    looked(real, case)
    real.now = NIGHT
    looked(real, case)
    assert found(real) == [("worker", case.reference, {HOURS}, 1)]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (WorkingHours(round_the_clock=True), 0),
        (WorkingHours(opens=NIGHT.time(), closes=NIGHT.replace(hour=6).time()), 0),
        (WorkingHours(days=frozenset({5, 6})), 1),
    ],
)
def test_the_hours_are_those_of_the_accounts_own_organisation(real: World, hours: WorkingHours, expected: int) -> None:
    hours_of = Hours(WorkingHours(), {NORTH.code: hours})
    real.deployment = replace(real.deployment, hours=hours_of)
    mine, theirs = acts.opened(real), acts.opened(real, "receiver")
    real.now = NIGHT
    looked(real, mine)
    looked(real, theirs, "receiver")
    assert len(found(real, holder=NORTH.code)) == expected
    assert found(real, holder=SOUTH.code) == [("receiver", theirs.reference, {HOURS}, 1)]


def test_what_one_account_did_with_one_case_on_one_day_is_one_occasion(real: World) -> None:
    one, other = acts.opened(real), acts.opened(real)
    real.now = NIGHT
    for case in (one, other, one):
        looked(real, case)
    real.now += timedelta(days=1)
    looked(real, one)
    tomorrow = TODAY + timedelta(days=1)
    assert found(real, until=tomorrow) == [
        ("worker", one.reference, {HOURS}, 1),
        ("worker", other.reference, {HOURS}, 1),
        ("worker", one.reference, {HOURS}, 2),
    ]


@pytest.mark.parametrize(
    ("at", "today"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 30, 23, 1, tzinfo=UTC), False),
        (datetime(2026, 6, 29, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 29, 23, 1, tzinfo=UTC), True),
    ],
)
def test_a_day_is_londons(real: World, at: datetime, *, today: bool) -> None:
    case = acts.opened(real)
    real.now = at - timedelta(minutes=1)
    looked(real, case)
    day = datetime(2026, 6, 30, tzinfo=UTC).date()
    assert bool(found(real, since=day, until=day)) is today


def test_the_names_of_a_caseload_and_a_search_are_of_no_one_case(real: World) -> None:
    acts.opened(real)
    real.now = NIGHT
    with real.work("worker", REASON) as at:
        begin_shift(at)
    with real.work("worker") as at:
        name_caseload(at, page=1, shift=timedelta(hours=8))
    assert found(real) == [("worker", None, {HOURS}, 2)]


# Without a tie to the case


def test_who_opened_a_case_is_its_worker_and_a_lead_who_only_looks_is_not(real: World) -> None:
    case = acts.opened(real)
    looked(real, case)
    looked(real, case, "lead")
    assert found(real) == [("lead", case.reference, {RELATIONSHIP}, 1)]


def test_whoever_changed_the_case_has_to_do_with_it_from_then_on_and_the_change_that_began_it_is_told(
    real: World,
) -> None:
    case = acts.opened(real)
    placed(real, case, Areas(home=NORTH.code))
    looked(real, case, "lead")
    placed(real, case, Areas(encounter=NORTH.code))
    looked(real, case, "lead")
    assert found(real) == [("lead", case.reference, {RELATIONSHIP}, 1)]


def test_whoever_asks_for_a_case_as_it_is_has_nothing_to_do_with_it(real: World) -> None:
    case = acts.opened(real)
    placed(real, case, case.areas)
    looked(real, case, "lead")
    assert found(real) == [("lead", case.reference, {RELATIONSHIP}, 2)]


def test_whoever_takes_a_strand_for_themselves_is_told_of(real: World) -> None:
    case = acts.opened(real)
    assigned(real, case, "lead")
    looked(real, case, "lead")
    assigned(real, case, "supervisor")
    assert found(real) == [("lead", case.reference, {RELATIONSHIP}, 1)]


def test_a_worker_who_names_another_had_to_do_with_it_until_then(real: World) -> None:
    case = acts.opened(real)
    for strand in Strand:
        assigned(real, case, "supervisor", strand)
    with real.work("supervisor") as at:
        assign_case(at, case.reference, Strand.SUPPORT, acts.account("worker"), seen=None)
    assert found(real, account=acts.account("supervisor")) == []


def test_who_answers_what_others_asked_needs_nothing_to_do_with_it_before(real: World) -> None:
    offer = acts.offered(real, acts.opened(real), SOUTH)
    with real.work("receiving-lead") as at:
        decline_transfer(at, offer.id, "duplicate", seen=None)
    assert found(real, account=acts.account("receiving-lead")) == []
    agreed.approved(real, agreed.proposed(real, agreed.closed(real)))
    assert found(real, account=acts.account("supervisor")) == []


def test_the_operator_who_renews_the_keys_of_cases_is_not_told_of(real: World) -> None:
    case = acts.opened(real)
    by = real.actor("lead")
    with real.work("lead") as at:
        at.save(at.open(case.reference, to=Action.CASE_PLACE).renew_keys(1, by=by, at=real.now))
    assert found(real) == []


def test_a_worker_has_to_do_with_a_case_from_being_named_until_another_is(real: World) -> None:
    case = acts.opened(real)
    looked(real, case, "supervisor")
    assigned(real, case, "supervisor")
    looked(real, case, "supervisor")
    assigned(real, case, "supervisor", Strand.INVESTIGATION)
    assigned(real, case, "worker")
    looked(real, case, "supervisor")
    supervisor = acts.account("supervisor")
    assert found(real, account=supervisor) == [("supervisor", case.reference, {RELATIONSHIP}, 1)]
    assigned(real, case, "worker", Strand.INVESTIGATION)
    looked(real, case, "supervisor")
    assert found(real, account=supervisor) == [("supervisor", case.reference, {RELATIONSHIP}, 2)]


def test_who_takes_a_case_over_and_who_is_named_for_it_then_have_to_do_with_it(real: World) -> None:
    case = acts.opened(real)
    offer = acts.offered(real, case, SOUTH)
    with real.work("receiving-lead") as at:
        see_transfer(at, offer.id)
    with real.work("receiving-lead") as at:
        accept_transfer(at, offer.id, worker=acts.account("receiver"), seen=None)
    looked(real, case, "receiver")
    looked(real, case, "receiving-lead")
    assert found(real, holder=SOUTH.code) == []


def test_a_look_at_an_offer_is_a_step_of_its_transfer(real: World) -> None:
    case = acts.opened(real)
    offer = acts.offered(real, case, SOUTH)
    for name in ("supervisor", "receiver"):
        with real.work(name) as at:
            view_transfer(at, offer.id)
        assert found(real, account=acts.account(name)) == []


def test_whoever_took_a_step_of_an_offer_has_to_do_with_the_case_and_the_step_that_began_it_is_told(
    real: World,
) -> None:
    case = acts.opened(real)
    acts.offered(real, case, SOUTH, SUPPORT, by="supervisor")
    looked(real, case, "supervisor")
    assert found(real) == [("supervisor", case.reference, {RELATIONSHIP}, 1)]


@pytest.mark.parametrize("name", ["scottish-lead", "auditor"])
def test_an_attempt_to_open_what_one_may_not_open_is_unusual(real: World, name: str) -> None:
    case = acts.opened(real)
    tried(real, case, name)
    tried(real, case, name)
    assert found(real) == [(name, case.reference, {RELATIONSHIP}, 2)]


def test_an_attempt_on_a_reference_that_no_case_has_looks_the_same(real: World) -> None:
    case = acts.opened(real)
    nobodys = Reference("CT-0000-0000")
    tried(real, nobodys, "scottish-lead")
    tried(real, case, "scottish-lead")
    assert sorted(found(real)) == sorted(
        [("scottish-lead", each, {RELATIONSHIP}, 1) for each in (case.reference, nobodys)]
    )


def test_an_attempt_on_somebody_elses_offer_is_one_too(real: World) -> None:
    case = acts.opened(real)
    offer = acts.offered(real, case, SOUTH)
    with pytest.raises(NotFound), real.work("scottish-lead") as at:
        view_transfer(at, offer.id)
    scottish = acts.account("scottish-lead")
    assert found(real, account=scottish) == [("scottish-lead", case.reference, {RELATIONSHIP}, 1)]


def test_a_former_worker_who_tries_what_was_passed_on_had_to_do_with_it(real: World) -> None:
    case = acts.opened(real)
    acts.moved(real, case, SOUTH)
    with pytest.raises(PassedOn), real.work("worker") as at:
        list_milestones(at, case.reference)
    assert found(real, account=acts.account("worker")) == []


def test_of_a_case_that_was_erased_it_is_still_known_who_had_to_do_with_it(real: World) -> None:
    case = acts.opened(real)
    looked(real, case)
    looked(real, case, "supervisor")
    erased(real, case)
    for name, entries in (("worker", 0), ("supervisor", 1)):
        assert len(found(real, account=acts.account(name))) == entries


# In volume


@pytest.mark.parametrize(("number", "unusual"), [(19, False), (20, True)])
def test_twenty_cases_on_a_day_are_unusual_of_somebody_who_opens_none(
    real: World, number: int, *, unusual: bool
) -> None:
    cases = [acts.opened(real) for _ in range(number)]
    for case in (*cases, *cases[:5]):
        looked(real, case)
    occasions = page_of(real).items
    assert [sorted(each.reasons) for each in occasions] == [[VOLUME]] * unusual
    assert [each.volume and each.volume.opened for each in occasions] == [20] * unusual
    assert [(len(each.entries), each.volume and each.volume.usual) for each in occasions] == [(25, 0)] * unusual


@pytest.mark.parametrize(("usual", "unusual"), [(6, True), (7, False)])
def test_it_is_more_than_three_times_what_the_account_usually_opens(real: World, usual: int, *, unusual: bool) -> None:
    open_always(real)
    cases = [acts.opened(real) for _ in range(20)]
    opened_at = real.now
    for before in range(1, 15):
        real.now = opened_at + timedelta(days=before)
        for case in cases[:usual]:
            looked(real, case)
    real.now = opened_at + timedelta(days=15)
    for case in cases:
        looked(real, case)
    day = real.now.date()
    # The account worked on half of the last 28 days, so that the median is half of what it opened on each.
    assert [each.volume and each.volume.usual for each in page_of(real, since=day, until=day).items] == [usual / 2]
    for before in range(1, 20):
        real.now = opened_at + timedelta(days=15 + before)
        for case in cases[:usual]:
            looked(real, case)
    real.now += timedelta(days=1)
    for case in cases:
        looked(real, case)
    day = real.now.date()
    volumes = [each.volume and each.volume.usual for each in page_of(real, since=day, until=day).items]
    assert volumes == [usual] * unusual


def test_the_names_of_a_caseload_are_no_cases_that_were_opened(real: World) -> None:
    """They neither make a day unusual nor make a day usual on which as many are opened."""
    open_always(real)
    cases = [acts.opened(real) for _ in range(20)]
    opened_at = real.now
    with real.work("worker", REASON) as at:
        begin_shift(at)
    for day in range(20):
        real.now = opened_at + timedelta(days=day)
        with real.work("worker") as at:
            name_caseload(at, page=1, shift=timedelta(days=30))
    until = real.now.date()
    assert found(real, until=until) == []
    for case in cases:
        looked(real, case)
    volumes = [each.volume for each in page_of(real, since=until, until=until).items]
    assert [(volume.opened, volume.usual) for volume in volumes if volume] == [(20, 0)]


# Of a person of one's own surname


def named(world: World, case: Case, family_name: str) -> None:
    with world.work("worker") as at:
        record_identity(at, case.reference, IdentityState.GIVEN, {"family_name": family_name}, seen=None)


def test_the_audit_desk_alone_is_told_that_somebody_was_shown_a_person_of_their_own_surname(real: World) -> None:
    case, other = acts.opened(real), acts.opened(real)
    named(real, case, "INVENTÉD")
    named(real, other, "Elsewhere")
    for each in (case, other):
        revealed(real, each)
    assert told(desk(real)) == [("worker", case.reference, {SURNAME}, 1)]
    assert found(real) == []
    assert found(real, "north-auditor") == []


def test_of_a_page_of_names_it_is_told_whose(real: World) -> None:
    cases = [acts.opened(real) for _ in range(3)]
    for case, name in zip(cases, ("Elsewhere", "Invented", "Otherwise"), strict=True):
        named(real, case, name)
    with real.work("worker", REASON) as at:
        begin_shift(at)
    with real.work("worker") as at:
        name_caseload(at, page=1, shift=timedelta(hours=8))
    assert told(desk(real)) == [("worker", cases[1].reference, {SURNAME}, 1)]


def test_of_a_case_that_was_erased_it_is_not_told_any_more(real: World) -> None:
    case = acts.opened(real)
    revealed(real, case)
    assert len(desk(real)) == 1
    erased(real, case)
    assert desk(real, reason=SURNAME) == ()


def test_all_reasons_of_one_occasion_are_told_together(real: World) -> None:
    case = acts.opened(real)
    real.now = NIGHT
    revealed(real, case, "supervisor")
    assert told(desk(real)) == [("supervisor", case.reference, {HOURS, RELATIONSHIP, SURNAME}, 1)]


# The list


@pytest.mark.parametrize(
    ("reason", "names"),
    [(HOURS, ["worker", "supervisor"]), (RELATIONSHIP, ["supervisor", "lead"]), (VOLUME, []), (SURNAME, [])],
)
def test_it_is_narrowed_by_why_an_access_is_unusual(real: World, reason: Reason, names: list[str]) -> None:
    case = acts.opened(real)
    looked(real, case, "lead")
    real.now = NIGHT
    looked(real, case, "supervisor")
    looked(real, case)
    assert [name for name, *_ in found(real, reason=reason)] == names


def test_it_comes_in_pages_the_newest_first(real: World) -> None:
    cases = [acts.opened(real) for _ in range(5)]
    for case in cases:
        looked(real, case, "lead")
    pages = [page_of(real, page=number, size=2) for number in (1, 2, 3, 4)]
    assert [each.reference for page in pages for each in page.items] == [case.reference for case in reversed(cases)]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}


def test_what_a_program_looks_at_is_looked_at_in_the_name_of_its_account(real: World) -> None:
    case = acts.opened(real)
    with at_work(real.begin, real.deployment, real.actor("lead", Auth.TOKEN), real.now) as at:
        view_case(at, case.reference)
    assert found(real) == [("lead", case.reference, {RELATIONSHIP}, 1)]


Does = Callable[[World, Case, str], object]
DOINGS: Final[Mapping[str, Does]] = {
    "look": looked,
    "try": tried,
    "reveal": revealed,
    "assign": assigned,
    "change": lambda world, case, by: acts.recorded(world, case, by=by),
    "move": lambda world, case, _: acts.moved(world, case, CHARITY, SUPPORT),
}
EVERYBODY: Final = ("worker", "lead", "supervisor", "charity-worker", "charity-lead", "receiver")


@pytest.mark.parametrize("seed", range(2))
def test_the_database_and_the_rules_find_the_same_whatever_was_done(seed: int, request: pytest.FixtureRequest) -> None:
    """A hundred things that anybody tries at any hour, the same over both, as three auditors are told of them."""
    told_of = []
    for world in (World.in_memory(), World.over(work.begin, request.getfixturevalue("app_engine").founding)):
        cases = [acts.opened(world) for _ in range(4)]
        number = 7 + seed
        for _ in range(100):
            number = number * 1_103_515_245 + 12_345 & 0x7FFF_FFFF
            world.now += timedelta(minutes=number >> 8 & 0x3FF)
            doing = tuple(DOINGS.values())[(number >> 18) % len(DOINGS)]
            with suppress(CasetrackError):
                doing(world, cases[number >> 5 & 3], EVERYBODY[(number >> 10) % len(EVERYBODY)])
        places: Mapping[str | None, int] = {case.reference: place for place, case in enumerate(cases)}
        until = TODAY + timedelta(days=30)
        of_desk = told(desk(world, until=until, size=1000))
        of_others = [found(world, by, until=until, size=1000) for by in ("auditor", "north-auditor")]
        told_of.append(
            [
                sorted((name, places.get(of), sorted(reasons), entries) for name, of, reasons, entries in each)
                for each in (of_desk, *of_others)
            ]
        )
    assert told_of[0] == told_of[1]
    assert min(map(len, told_of[0])) > 10
