"""Many people shown by their names on a day: over dictionaries and over PostgreSQL alike."""

from datetime import timedelta

import pytest

from casetrack.domain.calendars import london_date
from casetrack.persistence import work
from casetrack.services.caseload import begin_shift, name_caseload
from tests.services import acts
from tests.services.unusual import VOLUME, looked, open_always, page_of
from tests.world import REASON, World


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


def named_all(world: World, shift: timedelta = timedelta(hours=8)) -> int:
    """The names of the whole caseload, page after page; how many pages there are."""
    with world.work("worker") as at:
        pages = name_caseload(at, page=1, shift=shift)[0].pages
    for number in range(2, pages + 1):
        with world.work("worker") as at:
            name_caseload(at, page=number, shift=shift)
    return pages


@pytest.mark.parametrize(("number", "unusual"), [(49, False), (50, True)])
def test_so_many_people_shown_by_their_names_are_counted_by_themselves(
    real: World, number: int, *, unusual: bool
) -> None:
    """However often each was shown, and whatever was opened: neither hides the other."""
    open_always(real)
    cases = [acts.opened(real) for _ in range(number)]
    with real.work("worker", REASON) as at:
        begin_shift(at)
    pages = named_all(real) + named_all(real)
    for case in cases[:20]:
        looked(real, case)
    volumes = [(each.volume, len(each.entries)) for each in page_of(real, reason=VOLUME).items if each.volume]
    # That the shift began is an entry of its own.
    named_too = {(True, number, 0, pages + 1)} if unusual else set()
    assert {(each.of_many, each.opened, each.usual, entries) for each, entries in volumes} == {
        (False, 20, 0, 20),
        *named_too,
    }


def test_what_an_account_is_shown_each_day_is_usual_of_it(real: World) -> None:
    open_always(real)
    for _ in range(50):
        acts.opened(real)
    with real.work("worker", REASON) as at:
        begin_shift(at)
    started = real.now
    for day in range(15):
        real.now = started + timedelta(days=day)
        named_all(real, timedelta(days=30))
    since = london_date(started)
    days = {london_date(each.first.at) for each in page_of(real, since=since, until=london_date(real.now)).items}
    assert days == {since + timedelta(days=day) for day in range(14)}
