"""The stores under test: the same tests over dictionaries and over PostgreSQL."""

import pytest

from casetrack.persistence import work
from tests.fakes import MemoryStores
from tests.persistence.databases import Database
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
def walled(app_engine: Database) -> tuple[World, Database]:
    """A small world over PostgreSQL, and the database beneath it."""
    return World.made(work.begin, work.transaction, app_engine.founding), app_engine
