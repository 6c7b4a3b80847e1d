"""A copy that was put back is older than an erasure: the case is erased once more, and verifying says so of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.holders import SERVICE
from casetrack.persistence import work
from casetrack.persistence.backups import copying, put_back
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.outcomes import still_there
from casetrack.persistence.repeating import let_in, repeating
from casetrack.persistence.roles import APP, AUDITOR, OWNER, create_roles
from casetrack.services.cases import reopen_case
from casetrack.services.erasure_list import Listed, standing_erasures
from casetrack.services.journal import Purpose
from casetrack.services.repeating import repeat_erasures
from casetrack.services.verifying import verify_database
from casetrack.services.work import UnitOfWork
from tests.persistence.databases import Database
from tests.persistence.test_erasing import UNSEQUENCED, full, rows_of
from tests.services import agreed
from tests.services.evidence import believed
from tests.world import ACCOUNTS, World

WHY = Purpose("command-line", "A copy was put back.")


@pytest.fixture
def elsewhere(cluster: EmbeddedCluster) -> Iterator[Database]:
    """An empty database, to put a copy back into."""
    cluster.create_database("elsewhere")
    database = Database(cluster, "elsewhere")
    with database.engine(SUPERUSER).begin() as connection:
        create_roles(connection)
    yield database
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    let_in(database.url(SUPERUSER))
    database.dispose()


def listed(world: World) -> tuple[Listed, ...]:
    """What the list of erasures says."""
    name = world.deployment.name
    return standing_erasures(world.deployment.erasures.lines(), world.deployment.service, name)


def repeated(world: World, database: Database, *, by: Actor | None = None) -> int:
    """How many cases were erased once more from the database."""
    actor = by or Actor(ACCOUNTS["administrator"].id, Role.ADMINISTRATOR, SERVICE, Auth.COMMAND_LINE, national=True)
    with repeating(database.url(SUPERUSER)) as (stores, forgets):
        at = UnitOfWork(stores, world.deployment, actor, world.now, WHY)
        return len(repeat_erasures(at, forgets, listed(world)))


@dataclass(frozen=True)
class Older:
    """A copy from before a case was erased, when a hold stood on it; and the world and the database as they are now."""

    world: World
    here: Database
    case: Case
    other: Case
    """Which nobody erased."""
    copy: Sequence[bytes]

    def put_back(self, there: Database) -> None:
        """The copy is there."""
        put_back(there.url(SUPERUSER), self.copy)


@pytest.fixture(scope="module")
def older(standing: Database) -> Iterator[Older]:
    """For every test here: each works on a database of its own, into which the copy is put back."""
    world = World.over(work.begin, standing.founding)
    case, other = full(world), full(world)
    hold = agreed.held(world, case)
    with copying(standing.url(SUPERUSER)) as (_, copy):
        taken = list(copy)
    agreed.approved(world, agreed.lifting(world, case, hold))
    with world.work("lead") as at:
        reopen_case(at, case.reference, seen=None)
    agreed.approved(world, agreed.proposed(world, agreed.closed(world, case)))
    with standing.left_alone():
        yield Older(world, standing, case, other, taken)


def wrong_in(world: World, database: Database) -> list[str]:
    """What verifying finds there."""
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = list(verify_database(evidence, believed(world)))
    return [str(each) for each in found if each.about not in UNSEQUENCED]


def test_what_was_erased_since_is_erased_from_a_copy_once_more(older: Older, elsewhere: Database) -> None:
    older.put_back(elsewhere)
    before = rows_of(elsewhere, older.other)

    assert repeated(older.world, elsewhere) == 1
    assert set(rows_of(elsewhere, older.case).values()) == {0}
    assert rows_of(elsewhere, older.other) == before
    assert repeated(older.world, elsewhere) == 0
    let_in(elsewhere.url(SUPERUSER))
    assert wrong_in(older.world, elsewhere) == []
    assert wrong_in(older.world, older.here) == []


def test_nobody_comes_in_before_that(older: Older, elsewhere: Database) -> None:
    older.put_back(elsewhere)
    for role in (APP, AUDITOR):
        with pytest.raises(OperationalError, match="permission denied for database"):
            elsewhere.engine(role).connect()
    elsewhere.engine(OWNER).connect().close()
    let_in(elsewhere.url(SUPERUSER))
    elsewhere.engine(APP).connect().close()


def test_once_more_is_for_the_service_alone_to_say(older: Older, elsewhere: Database) -> None:
    older.put_back(elsewhere)
    repeated(older.world, elsewhere, by=older.world.actor("supervisor"))
    let_in(elsewhere.url(SUPERUSER))

    wrong = f"Erasure {older.case.id}: It was not erased once more by the service."
    assert wrong_in(older.world, elsewhere) == [wrong]


def test_the_cases_that_are_still_there_are_told(older: Older) -> None:
    assert still_there(older.here.engine(AUDITOR), [older.other.id, older.case.id]) == {older.other.id}


def test_a_tombstone_that_was_set_once_more_is_signed_by_the_second_person_all_the_same(
    older: Older, elsewhere: Database
) -> None:
    older.put_back(elsewhere)
    assert repeated(older.world, elsewhere) == 1
    let_in(elsewhere.url(SUPERUSER))
    with inspecting(older.here.engine(AUDITOR)) as here, inspecting(elsewhere.engine(AUDITOR)) as there:
        (first,), (second,) = here.tombstones(), there.tombstones()
    assert (first.stone.case, second.repeated) == (older.case.id, True)
    assert second == replace(first, repeated=True, version=second.version)
    assert second.version < first.version
