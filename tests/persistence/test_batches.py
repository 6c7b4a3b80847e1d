"""Many acts of many actors in one transaction: kept whole or not at all, each in its actor's own name."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from casetrack.domain.errors import NotFound
from casetrack.persistence.batches import Batches
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.work import begin
from casetrack.services.cases import view_case, view_held
from casetrack.services.journal import CASEWORK
from casetrack.services.limits import Spent
from casetrack.services.sessions import NOBODY
from casetrack.services.work import at_work
from tests.builders import NINE
from tests.persistence.databases import Database
from tests.services import acts
from tests.world import ACCOUNTS, SOUTH, World

MOMENT = timedelta(seconds=1)


@pytest.fixture
def world(app_engine: Database) -> World:
    """A small deployment over PostgreSQL."""
    return World.over(begin, app_engine.founding)


def lived(world: World) -> str:
    """A case is opened, worked on, offered and taken; the reference of it."""
    case = acts.opened(world)
    acts.recorded(world, case)
    acts.moved(world, case, SOUTH)
    return case.reference


def test_many_actors_act_in_one_transaction(world: World, app_engine: Database) -> None:
    with Batches().begin(NOBODY) as batch:
        world.begin = batch.begin
        lived(world)
        with app_engine.engine(SUPERUSER).connect() as another:
            assert another.scalar(text("SELECT count(*) FROM cases")) == 0
    with app_engine.engine(SUPERUSER).connect() as another:
        by = another.execute(text("SELECT DISTINCT account, holder FROM events WHERE case_id IS NOT NULL")).all()
        assert another.scalar(text("SELECT count(*) FROM cases")) == 1
    assert {holder for _, holder in by} == {"north", "south"}


def test_what_one_batch_kept_the_next_goes_on_from(world: World) -> None:
    batches = Batches()
    with batches.begin(NOBODY) as batch:
        world.begin = batch.begin
        case = acts.opened(world)
    with batches.begin(NOBODY) as batch:
        world.begin = batch.begin
        acts.recorded(world, case)
        acts.moved(world, case, SOUTH)
    world.begin = begin
    with world.work("receiving-lead") as work:
        # Everything is read from the database and held against its seal.
        assert view_held(work, case.reference).version == work.in_hand(case.id).case.version > 3


def test_a_batch_that_fails_leaves_nothing(world: World, app_engine: Database) -> None:
    def fail() -> None:
        with Batches().begin(NOBODY) as batch:
            world.begin = batch.begin
            lived(world)
            raise ZeroDivisionError

    with app_engine.engine(SUPERUSER).connect() as another:
        before = another.scalar(text("SELECT count(*) FROM events"))
    with pytest.raises(ZeroDivisionError):
        fail()
    with app_engine.engine(SUPERUSER).connect() as another:
        assert another.scalar(text("SELECT count(*) FROM cases")) == 0
        assert another.scalar(text("SELECT count(*) FROM events")) == before


def test_a_refusal_is_on_the_journal_and_the_batch_goes_on(world: World, app_engine: Database) -> None:
    with Batches().begin(NOBODY) as batch:
        world.begin = batch.begin
        case = acts.opened(world)
        with pytest.raises(NotFound), world.work("receiver") as work:
            view_case(work, case.reference)
        acts.recorded(world, case)
    with app_engine.engine(SUPERUSER).connect() as another:
        refused = another.scalar(
            text("SELECT count(*) FROM events WHERE convert_from(payload, 'UTF8') LIKE '%\"NotFound\"%'")
        )
    assert refused == 1


def test_in_a_batch_nobody_is_told_more_of_a_case_than_the_database_would_tell_them(world: World) -> None:
    with Batches().begin(NOBODY) as batch:
        world.begin = batch.begin
        case = acts.opened(world)
        offer = acts.offered(world, case, SOUTH, acts.SUPPORT)
        with world.work("receiving-lead") as work:
            assert work.stores.cases.get(case.id, lock=False) is None
        acts.accepted(world, offer)
        with world.work("receiving-lead") as work:
            assert work.stores.cases.get(case.id, lock=False) is not None


def test_a_case_that_another_kept_is_read(world: World) -> None:
    case = acts.opened(world)
    with Batches().begin(NOBODY) as batch:
        actor = world.actor("worker")
        with at_work(batch.begin, world.deployment, actor, world.now, CASEWORK) as work:
            assert view_case(work, case.reference).id == case.id


def test_no_batch_begins_inside_a_transaction(world: World, store_app: Flask) -> None:
    assert store_app.name
    with world.begin(NOBODY), pytest.raises(RuntimeError), Batches().begin(NOBODY):
        pass


@pytest.mark.usefixtures("world")
def test_nobody_waits_for_an_account_of_a_batch_that_was_shown_something(app_engine: Database) -> None:
    worker = ACCOUNTS["worker"].id
    with Batches().begin(NOBODY) as batch:
        with batch.begin(NOBODY) as stores:
            stores.quotas.spent(worker, since=NINE, now=NINE)
            stores.quotas.spend(worker, Spent(1), NINE + MOMENT)
            assert stores.quotas.spent(worker, since=NINE, now=NINE + MOMENT) == Spent(1)
        with app_engine.engine(SUPERUSER).connect() as another:
            free = text("SELECT id FROM accounts WHERE id = :id FOR NO KEY UPDATE NOWAIT")
            assert another.scalar(free, {"id": worker}) == worker
