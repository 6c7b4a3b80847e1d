"""Many cases opened together over PostgreSQL: one that was tampered with, and one that somebody is just changing."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from casetrack.domain.case import Case, IdentityState
from casetrack.domain.finding import Known
from casetrack.domain.ids import CaseId
from casetrack.persistence import work as stores_of
from casetrack.persistence.cases import SqlCases
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.journal import SqlJournal
from casetrack.persistence.keys import SqlKeys
from casetrack.persistence.values import SqlSealedValues
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.finding import Sought, find_people
from casetrack.services.identity import record_identity
from tests.persistence.databases import Database
from tests.persistence.test_statements import counting
from tests.services import acts
from tests.services.acts import REVEALING
from tests.world import World

SHIFT = timedelta(hours=10)
EVERYBODY = Known(phones=("01632 960001",))


@pytest.fixture
def world(app_engine: Database) -> World:
    """A world over PostgreSQL in which the worker's shift has begun."""
    world = World.over(stores_of.begin, app_engine.founding)
    with world.work("worker", REVEALING) as work:
        begin_shift(work)
    return world


def edit(database: Database, case: Case) -> None:
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE cases SET high_risk = NOT high_risk WHERE id = :case"), {"case": case.id})


def refusals(database: Database) -> list[tuple[str, str]]:
    """What the journal has of cases that were refused."""
    asked = text("SELECT refusal, attempted FROM events WHERE refusal IS NOT NULL ORDER BY at, attempted")
    with database.engine(SUPERUSER).connect() as connection:
        return [(row.refusal, row.attempted) for row in connection.execute(asked)]


def named(world: World) -> tuple[dict[CaseId, Any], frozenset[CaseId]]:
    with world.work("worker") as work:
        _, names, broken = name_caseload(work, page=1, shift=SHIFT)
    return dict(names), broken


def test_however_many_others_there_are_a_broken_one_costs_as_many_statements_and_hides_none(
    world: World, app_engine: Database
) -> None:
    broken = acts.opened(world)
    edit(app_engine, broken)
    others: set[CaseId] = set()
    sent: dict[str, list[int]] = {"names": [], "found": []}
    for more in (1, 6):
        others |= {acts.opened(world).id for _ in range(more)}
        with counting() as said:
            names, left = named(world)
        sent["names"].append(len(said))
        with counting() as said, world.work("worker", REVEALING) as work:
            people = find_people(work, Sought(EVERYBODY))
        sent["found"].append(len(said))
        assert set(names) == others
        assert left == {broken.id}
        assert ({each.case.id for each in people.people}, people.broken) == (others, (broken.reference,))
    assert {len(set(each)) for each in sent.values()} == {1}
    assert refusals(app_engine) == [("IntegrityBroken", broken.reference)] * 4


READS: dict[str, tuple[type, str]] = {
    "the cases": (SqlCases, "all_of"),
    "the journal": (SqlJournal, "last_changes"),
    "the keys": (SqlKeys, "wraps"),
    "the values": (SqlSealedValues, "current_of"),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_somebody_changes_between_two_statements_is_read_again_and_nobody_is_accused(
    read: tuple[type, str],
    world: World,
    app_engine: Database,
    store_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, other = acts.opened(world), acts.opened(world)

    def change() -> None:
        with store_app.app_context(), world.work("lead") as work:
            record_identity(work, case.reference, IdentityState.GIVEN, {"family_name": "Testova"}, seen=None)

    before_it(monkeypatch, *read, change)
    names, broken = named(world)

    assert names == {
        case.id: {"given_names": "Testa Maria", "family_name": "Testova"},
        other.id: {"given_names": "Testa Maria", "family_name": "Invented"},
    }
    assert broken == frozenset()
    assert refusals(app_engine) == []


def before_it(monkeypatch: pytest.MonkeyPatch, store: type, name: str, act: Callable[[], None]) -> None:
    """The first time that the store is read so, somebody else has just done that."""
    reads = getattr(store, name)

    def interrupted(*asked: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever is asked of the store
        monkeypatch.setattr(store, name, reads)
        other = Thread(target=act)
        other.start()
        other.join(30)
        return reads(*asked, **more)

    monkeypatch.setattr(store, name, interrupted)
