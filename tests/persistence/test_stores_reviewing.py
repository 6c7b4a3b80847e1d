"""Which unusual accesses an auditor is told of, and what is said to have come of them: the same over both stores."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from casetrack.domain.case import Areas
from casetrack.domain.unusual_access import Disposition
from casetrack.persistence import work
from casetrack.services.audit import Use
from casetrack.services.cases import place_case
from casetrack.services.occasions import Stands, UnusualQuery
from casetrack.services.unusual import list_unusual
from casetrack.services.work import at_work
from tests.services import acts
from tests.services.acts import INVESTIGATION, SUPPORT
from tests.services.unusual import RELATIONSHIP, TODAY, VOLUME, Told, found, looked, page_of, reviewed, told, tried
from tests.world import CHARITY, NORTH, SOUTH, World


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


# Whose


def test_an_auditor_of_one_organisation_is_told_of_its_own_people_on_any_case(real: World) -> None:
    theirs = acts.opened(real, "receiver")
    tried(real, theirs, "worker")
    tried(real, theirs, "scottish-lead")
    assert found(real, "north-auditor") == [("worker", theirs.reference, {RELATIONSHIP}, 1)]


def test_and_of_anybody_while_its_organisation_was_responsible(real: World) -> None:
    case, elsewhere = acts.opened(real), acts.opened(real, "receiving-lead")
    acts.moved(real, case, CHARITY, SUPPORT)
    looked(real, elsewhere, "receiver")
    looked(real, case, "charity-worker")
    mine = [("charity-worker", case.reference, {RELATIONSHIP}, 1)]
    assert found(real, "north-auditor", holder=CHARITY.code) == mine
    acts.moved(real, case, SOUTH, INVESTIGATION)
    looked(real, case, "charity-worker")
    assert found(real, "north-auditor", holder=CHARITY.code) == mine
    assert found(real, holder=CHARITY.code) == [("charity-worker", case.reference, {RELATIONSHIP}, 2)]


def test_what_others_had_to_do_with_a_case_before_it_came_is_known_to_the_auditors_of_who_has_it_now(
    real: World,
) -> None:
    case = acts.opened(real)
    with real.work("lead") as at:
        place_case(at, case.reference, Areas(home=NORTH.code), seen=None)
    acts.moved(real, case, CHARITY, SUPPORT)
    looked(real, case, "lead")
    actor = replace(real.actor("north-auditor"), holder=CHARITY.code)
    query = UnusualQuery(since=TODAY, until=TODAY, account=acts.account("lead"))
    with at_work(real.begin, real.deployment, actor, real.now) as at:
        assert list_unusual(at, query, Use.LAWFULNESS).page.items == ()


def test_how_much_somebody_opened_is_told_to_the_auditors_of_their_own_organisation_alone(real: World) -> None:
    cases = [acts.opened(real) for _ in range(20)]
    for case in cases:
        acts.moved(real, case, CHARITY, SUPPORT)
        looked(real, case, "charity-lead")
    north, charity = replace(real.actor("north-auditor")), replace(real.actor("north-auditor"), holder=CHARITY.code)
    query = UnusualQuery(since=TODAY, until=TODAY, reason=VOLUME)
    for actor, number in ((north, 0), (charity, 1)):
        with at_work(real.begin, real.deployment, actor, real.now) as at:
            assert len(list_unusual(at, query, Use.LAWFULNESS).page.items) == number


# What came of it


def test_the_newest_review_stands_and_the_list_is_narrowed_by_it(real: World) -> None:
    case = acts.opened(real)
    looked(real, case, "lead")
    looked(real, case, "supervisor")
    (occasion, other) = page_of(real).items
    assert (occasion.review, other.review) == (None, None)
    reviewed(real, occasion, Disposition.STILL_LOOKING)
    reviewed(real, occasion, Disposition.PROFESSIONAL_STANDARDS)

    stands: Mapping[Stands, list[Told]] = {each: found(real, stands=each) for each in Stands}
    assert stands == {each: [] for each in Stands} | {
        Stands.NOT_REVIEWED: told((other,)),
        Stands.PROFESSIONAL_STANDARDS: told((occasion,)),
    }
    newest = page_of(real, stands=Stands.PROFESSIONAL_STANDARDS).items[0].review
    assert newest is not None
    assert (newest.account_name, newest.entries, newest.letter) == ("Auditor Invented", 1, None)


def test_a_review_stays_with_its_occasion_when_more_of_it_happens_and_does_not_hide_that(real: World) -> None:
    case = acts.opened(real)
    looked(real, case, "lead")
    reviewed(real, page_of(real).items[0], Disposition.EXPECTED)
    assert [page_of(real, stands=each).total for each in (Stands.EXPECTED, Stands.NOT_REVIEWED)] == [1, 0]
    looked(real, case, "lead")
    (occasion,) = page_of(real).items
    assert occasion.review is not None
    assert (len(occasion.entries), occasion.review.entries, occasion.is_reopened) == (2, 1, True)
    assert [page_of(real, stands=each).total for each in (Stands.EXPECTED, Stands.NOT_REVIEWED)] == [0, 1]
    reviewed(real, occasion, Disposition.EXPECTED)
    (occasion,) = page_of(real, stands=Stands.EXPECTED).items
    assert not occasion.is_reopened


def test_what_is_said_of_a_case_is_not_said_of_the_whole_day(real: World) -> None:
    cases = [acts.opened(real) for _ in range(20)]
    for case in cases:
        looked(real, case, "lead")
    (of_day,) = page_of(real, reason=VOLUME).items
    reviewed(real, of_day, Disposition.EXPECTED)
    assert page_of(real, stands=Stands.EXPECTED).items == tuple(page_of(real, reason=VOLUME).items)
    assert page_of(real, stands=Stands.NOT_REVIEWED).total == 20


def test_the_auditors_in_whose_scope_it_is_are_told_what_came_of_it(real: World) -> None:
    case = acts.opened(real)
    acts.moved(real, case, CHARITY, SUPPORT)
    looked(real, case, "charity-worker")
    (occasion,) = page_of(real, account=acts.account("charity-worker")).items
    reviewed(real, occasion, Disposition.EXPECTED)
    (seen,) = page_of(real, "north-auditor", account=acts.account("charity-worker")).items
    assert seen.review is not None
    assert seen.review.disposition is Disposition.EXPECTED
