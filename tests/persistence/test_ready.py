"""Whether a database is fit to be used, asked of a real one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text

from casetrack.persistence import ready, roles, schema
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster

NAME = "ready"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    with EmbeddedCluster(tmp_path_factory.mktemp("ready") / "postgres") as cluster:
        cluster.create_database(NAME)
        engine = create_engine(cluster.url(SUPERUSER, NAME), poolclass=NullPool)
        with engine.begin() as connection:
            roles.create_roles(connection)
        yield cluster


@pytest.fixture
def owner(cluster: EmbeddedCluster) -> Iterator[str]:
    """The address of a database that has had no migration, as the role that runs them."""
    owner = cluster.url(roles.OWNER, NAME)
    yield owner
    ready.downgrade(owner, "base")


def test_a_new_database_is_at_no_revision_and_an_upgraded_one_at_the_newest(owner: str) -> None:
    assert ready.current(owner) is None
    ready.upgrade(owner)

    assert ready.current(owner) == schema.head()


def test_the_applications_role_can_ask_which_revision_it_is(owner: str, cluster: EmbeddedCluster) -> None:
    ready.upgrade(owner)

    assert ready.current(cluster.url(roles.APP, NAME)) == schema.head()


def test_of_two_upgrades_at_once_both_end_well(owner: str) -> None:
    with ThreadPoolExecutor(2) as both:
        for upgraded in [both.submit(ready.upgrade, owner) for _ in range(2)]:
            upgraded.result()

    assert ready.current(owner) == schema.head()


@pytest.mark.parametrize("setting", ["off", "on", "local"])
def test_a_connection_is_refused_only_if_a_crash_can_lose_its_commits(cluster: EmbeddedCluster, setting: str) -> None:
    engine = create_engine(cluster.url(SUPERUSER, NAME), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET synchronous_commit = {setting}"))
        if setting == "off":
            with pytest.raises(ready.NotDurable, match="with synchronous_commit off"):
                ready.check_durability(connection)
        else:
            ready.check_durability(connection)
