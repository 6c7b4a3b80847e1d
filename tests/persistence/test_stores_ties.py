"""A change makes a tie to the case, which lapses: over dictionaries and over PostgreSQL alike."""

from datetime import timedelta
from typing import Final

import pytest

from casetrack.domain.calendars import london_date
from casetrack.domain.case import Areas
from casetrack.domain.holdings import Strand
from casetrack.domain.unusual_access import LASTS
from casetrack.persistence import work
from casetrack.services.transfers import accept_transfer, see_transfer
from tests.services import acts
from tests.services.unusual import RELATIONSHIP, assigned, found, looked, open_always, placed
from tests.world import NORTH, SOUTH, World

HOUR: Final = timedelta(hours=1)


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


@pytest.mark.parametrize(("since", "unusual"), [(LASTS - HOUR, False), (LASTS, True)])
def test_whoever_changed_a_case_has_to_do_with_it_for_four_weeks(
    real: World, since: timedelta, *, unusual: bool
) -> None:
    open_always(real)
    case = acts.opened(real)
    for strand in Strand:
        assigned(real, case, "supervisor", strand)
    opened_at = real.now
    real.now = opened_at + since
    day = london_date(real.now)
    for name in ("lead", "worker"):
        looked(real, case, name)
        expected = [(name, case.reference, {RELATIONSHIP}, 1)] * unusual
        assert found(real, since=day, until=day, account=acts.account(name)) == expected


def test_another_change_renews_it_and_who_works_on_a_case_needs_none(real: World) -> None:
    open_always(real)
    case = acts.opened(real)
    placed(real, case, Areas(home=NORTH.code))
    real.now += LASTS - HOUR
    placed(real, case, Areas(encounter=NORTH.code))
    real.now += LASTS - HOUR
    looked(real, case, "lead")
    looked(real, case, "worker")
    day = london_date(real.now)
    assert found(real, since=day, until=day) == []
    real.now += timedelta(days=400)
    looked(real, case, "worker")
    assert found(real, since=day, until=day) == []


def test_a_change_after_that_is_told_as_one_that_begins_it_anew(real: World) -> None:
    open_always(real)
    case = acts.opened(real)
    placed(real, case, Areas(home=NORTH.code))
    real.now += LASTS + HOUR
    placed(real, case, Areas(encounter=NORTH.code))
    day = london_date(real.now)
    assert found(real, since=day, until=day) == [("lead", case.reference, {RELATIONSHIP}, 1)]


def test_a_look_at_an_offer_makes_no_tie(real: World) -> None:
    """Nobody is told of it; so it would buy every look from then on."""
    case = acts.opened(real)
    offer = acts.offered(real, case, SOUTH)
    with real.work("receiver") as at:
        see_transfer(at, offer.id)
    with real.work("receiving-lead") as at:
        accept_transfer(at, offer.id, worker=acts.account("receiving-lead"), seen=None)
    looked(real, case, "receiver")
    assert found(real, holder=SOUTH.code) == [("receiver", case.reference, {RELATIONSHIP}, 1)]
