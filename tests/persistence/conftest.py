"""The stores under test: the same tests over dictionaries and over PostgreSQL; and a world that many only look at."""

from collections.abc import Iterator

import pytest
from flask import Flask

from casetrack.persistence import work
from casetrack.persistence.embedded import EmbeddedCluster
from tests.fakes import MemoryStores
from tests.persistence.databases import Database
from tests.persistence.scenes import Scene
from tests.persistence.walls import Full, Walled, full_case
from tests.persistence.worlds import World


@pytest.fixture(params=["memory", "postgres"])
def world(request: pytest.FixtureRequest) -> World:
    """A small world, over either kind of stores."""
    if request.param == "memory":
        memory = MemoryStores()
        return World.made(memory.begin, memory.transaction, memory.founding)
    founding = request.getfixturevalue("app_engine").founding
    return World.made(work.begin, work.transaction, founding)


@pytest.fixture
def walled(app_engine: Database) -> Walled:
    """A small world over PostgreSQL, and the database beneath it."""
    return World.made(work.begin, work.transaction, app_engine.founding), app_engine


@pytest.fixture(scope="session")
def second(cluster: EmbeddedCluster) -> Iterator[Database]:
    """A database beside the one that is emptied after each test."""
    with Database.made(cluster, "standing") as database:
        yield database


@pytest.fixture(scope="session")
def second_app(second: Database) -> Iterator[Flask]:
    """An application with stores over that."""
    with second.app() as app:
        yield app


@pytest.fixture(scope="module")
def standing(second: Database, second_app: Flask) -> Iterator[Database]:
    """A database for what stands while a module's tests look at it: emptied after the last of them."""
    with second_app.app_context():
        yield second
    second.empty()


@pytest.fixture(scope="module")
def scene(standing: Database) -> Iterator[Scene]:
    """The scene, for all tests of a module: each undoes what it does there; the end of the last says if any did not."""
    made = Scene.begin(World.made(work.begin, work.transaction, standing.founding), standing)
    with standing.left_alone():
        yield made


@pytest.fixture(scope="module")
def full(standing: Database) -> Iterator[Full]:
    """A world and its database with one case that has a row in every table about cases: for all tests, as the scene."""
    world = World.made(work.begin, work.transaction, standing.founding)
    case = full_case(world)
    with standing.left_alone():
        yield Full(world, standing, case)
