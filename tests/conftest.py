"""What tests share that stand on a database: one server for the session, one database, emptied after each test.

Tests of the rules, of the log and of the use cases ask for none of it.
"""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from coverage import Coverage
from flask import Flask

from casetrack.crypto import parcels, roots
from casetrack.crypto.roots import PassphraseWork
from casetrack.persistence.embedded import EmbeddedCluster
from tests.persistence.databases import Database

TESTS: Final = Path(__file__).parent
BEYOND: Final = frozenset({"api", "cli", "journeys", "persistence", "web"})
"""Whose tests come through a door, or stand on a database, and so go through everything at once."""
SELDOM: Final = (100_000, 50, 50)
"""After how many new objects the youngest are gone through, and the older ones more seldom: a tenth of the time."""
LITTLE_WORK: Final = PassphraseWork(memory_kib=64, passes=1, lanes=1)


def pytest_collection_finish() -> None:
    """What was collected is there to the end, so that nobody goes through it time and again for what is no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What a rule's own tests run of it counts as covered; what others come by does not, and is as fast again.

    To count lines takes as long as to run them. A process that tests are shared out to has more than one that counts.
    """
    stopped = []
    if item.path.relative_to(TESTS).parts[0] in BEYOND:
        while (counting := Coverage.current()) is not None:
            counting.stop()
            stopped.append(counting)
    try:
        return (yield)
    finally:
        for counting in reversed(stopped):
            counting.start()


def pytest_make_parametrize_id(val: object) -> str | None:
    """A set is named in one order: processes that share the tests out must call each by the same name."""
    if isinstance(val, frozenset | set):
        return "+".join(sorted(str(each) for each in val)) or "none"
    return None


@pytest.fixture(scope="session", autouse=True)
def a_guess_costs_little() -> Iterator[None]:
    """A guess at a passphrase costs next to nothing where this process seals by one, so that no test waits for it.

    What it costs where casetrack runs is stated in tests/crypto, and processes of their own take as long as it takes.
    """
    with pytest.MonkeyPatch.context() as patch:
        for room in (roots, parcels):
            patch.setattr(room, "PassphraseWork", lambda: LITTLE_WORK)
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    """A PostgreSQL of this session's own."""
    with EmbeddedCluster(tmp_path_factory.mktemp("postgres") / "server") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated(cluster: EmbeddedCluster) -> Iterator[Database]:
    """A database with the newest schema, for the session."""
    with Database.made(cluster, "casetrack") as database:
        yield database


@pytest.fixture
def database(migrated: Database) -> Iterator[Database]:
    """The database, with nothing in it, and emptied again after the test."""
    yield migrated
    migrated.empty()


@pytest.fixture(scope="session")
def store_app(migrated: Database) -> Iterator[Flask]:
    """An application with stores and no doors."""
    with migrated.app() as app:
        yield app


@pytest.fixture
def app_engine(database: Database, store_app: Flask) -> Iterator[Database]:
    """The database, inside the application's context, so that `begin` works."""
    with store_app.app_context():
        yield database
