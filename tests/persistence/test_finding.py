"""Finding a person over PostgreSQL: how often the database is asked, and how long it takes, tells nothing of others."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import erfc
from statistics import median
from threading import Barrier, Thread
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import text

from casetrack.crypto.fields import Value
from casetrack.domain.case import Case
from casetrack.domain.errors import QuotaSpent
from casetrack.domain.finding import Birth, Known
from casetrack.persistence import db as room
from casetrack.persistence import work as stores_of
from casetrack.persistence.embedded import SUPERUSER
from casetrack.services.cases import open_case
from casetrack.services.finding import FoundPeople, Sought, find_people
from casetrack.services.identity import reveal_identity
from casetrack.services.limits import Limits
from tests.persistence.databases import Database
from tests.persistence.test_statements import counting
from tests.services import acts
from tests.services.acts import REVEALING
from tests.world import SOUTH, World, a_new_case

BORN: Final = date(1999, 5, 14)
NAMES: Final[Mapping[str, Value]] = {
    "given_names": "Linh",
    "family_name": "Nguyễn Thị",
    "birth_date": BORN,
    "birth_date_is_estimate": "no",
}
LINH: Final = Known(names=("Linh", "Nguyen"), birth=Birth.on(BORN), phones=("07700 900123",))
NOBODY: Final = replace(LINH, names=("Quang", "Tran"), phones=("07700 900999",))
TRIES: Final = 60
MOST_APART: Final = 0.15
"""By what share of it the median of one kind of search may differ from another's; by chance it does by hundredths."""


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """The world over PostgreSQL."""
    return World.over(stores_of.begin, request.getfixturevalue("app_engine").founding)


def opened(world: World, by: str = "worker") -> Case:
    with world.work(by) as work:
        return open_case(work, replace(a_new_case(), names=NAMES, contact={"phone": "07700 900123"}))


def found(world: World, known: Known = LINH, by: str = "worker") -> FoundPeople:
    with world.work(by, REVEALING) as work:
        return find_people(work, Sought(known))


def statements(world: World, known: Known = LINH) -> list[str]:
    """What a search sends; who was found is looked at afterwards."""
    with counting() as sent:
        found(world, known)
    return sent


def test_a_person_is_found_through_the_wall(world: World) -> None:
    mine, theirs = opened(world), opened(world, "receiver")
    assert [each.case.id for each in found(world).people] == [mine.id]
    assert [each.case.id for each in found(world, by="receiver").people] == [theirs.id]

    acts.moved(world, mine, SOUTH)
    assert found(world).people == ()
    assert {each.case.id for each in found(world, by="receiver").people} == {mine.id, theirs.id}


def test_a_person_in_a_case_of_others_is_the_same_statements_as_no_person_at_all(world: World) -> None:
    acts.moved(world, opened(world), SOUTH)
    opened(world, "receiver")
    acts.opened(world)

    theirs, nobodys = statements(world, LINH), statements(world, NOBODY)

    assert theirs == nobodys
    assert sum("index_tags" in each for each in theirs) == 1


def test_however_many_are_opened_the_database_is_asked_as_often(world: World) -> None:
    asked = []
    for more in (1, 9):
        for _ in range(more):
            opened(world)
        asked.append(len(statements(world)))
    assert asked[0] == asked[1]
    assert len(found(world).people) == 10


def test_many_tags_are_one_statement_which_looks_each_up_in_the_key(world: World, app_engine: Database) -> None:
    opened(world)
    opened(world, "receiver")
    names_alone = Known(names=("Linh", "Nguyen"))
    sent = [each for each in statements(world, names_alone) if "index_tags" in each]
    assert len(sent) == 1
    with app_engine.engine(SUPERUSER).begin() as connection:
        connection.execute(text("ANALYZE index_tags, holdings"))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        shown = (
            "EXPLAIN (COSTS OFF) SELECT case_id FROM index_tags WHERE holder = 'north' AND keyset_version = 1 "
            "AND index_name = 'name' AND tag = 'x'"
        )
        plan = "\n".join(connection.scalars(text(shown)))
    assert "pk_index_tags" in plan


def test_two_reveals_at_once_of_one_account_are_counted_one_after_the_other(world: World, store_app: Flask) -> None:
    case = opened(world)
    world.deployment = replace(world.deployment, limits=Limits(reveals=1))
    barrier, refused = Barrier(2), []

    def reveal() -> None:
        with store_app.app_context():
            barrier.wait(10)
            try:
                with world.work("worker", REVEALING) as work:
                    reveal_identity(work, case.reference)
            except QuotaSpent:
                refused.append(True)

    threads = [Thread(target=reveal) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refused == [True]


@pytest.mark.proof
def test_a_case_of_others_takes_as_long_as_none(world: World, app_engine: Database) -> None:
    """The median of searches that would find somebody else's case, one that was passed on, and nobody, are alike."""
    world.deployment = replace(world.deployment, limits=Limits(reveals=10_000))
    for _ in range(20):
        opened(world, "receiver")
    opened(world, "lead")
    acts.moved(world, next(each.case for each in found(world).people), SOUTH)
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(DISTINCT case_id) FROM index_tags")) == 21
    times = timed([lambda: found(world, LINH), lambda: found(world, NOBODY)])
    middle = [median(each) for each in times]
    assert max(middle) / min(middle) - 1 < MOST_APART, middle
    assert chance_of(*times) > 0.001, middle


def timed(doings: Sequence[Callable[[], FoundPeople]]) -> list[list[float]]:
    """How long each takes, many times over, in an order that nobody chose."""
    took: list[list[float]] = [[] for _ in doings]
    for _ in range(5):
        for doing in doings:
            doing()
    for place in secrets.SystemRandom().sample([*range(len(doings))] * TRIES, len(doings) * TRIES):
        began = time.perf_counter()
        assert doings[place]().people == ()
        took[place].append(time.perf_counter() - began)
    room.db.session.remove()
    return took


def chance_of(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely two samples of one thing are to differ as much in rank (Mann and Whitney's U, two-sided)."""
    wins = sum((each > another) + (each == another) / 2 for each in one for another in other)
    mean, spread = len(one) * len(other) / 2, (len(one) * len(other) * (len(one) + len(other) + 1) / 12) ** 0.5
    return erfc(abs(wins - mean) / spread / 2**0.5)
