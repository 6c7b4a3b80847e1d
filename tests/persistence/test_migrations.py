"""The migrations: head is what the rows say, and going down leaves no trace."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from casetrack import resources
from casetrack.domain.actions import Action
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.events import Refused
from casetrack.domain.holdings import Part
from casetrack.domain.ids import FileId
from casetrack.domain.unusual_access import Disposition
from casetrack.domain.unusual_events import AccessReviewed
from casetrack.persistence import schema, watching, work
from casetrack.persistence.db import Row
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.roles import OWNER, create_roles
from tests import builders
from tests.persistence.databases import Database
from tests.persistence.walls import INSUFFICIENT_PRIVILEGE, WRITE, as_, refused, written
from tests.persistence.worlds import World
from tests.services.enquired import agreed, answered, asked
from tests.world import World as RealWorld

TRACES = """
    SELECT 'relation', c.relname, c.relkind::text, c.relacl::text, pg_get_userbyid(c.relowner),
           c.relrowsecurity::text, c.relforcerowsecurity::text
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'column', a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attacl::text,
           a.attnotnull::text, pg_get_expr(d.adbin, d.adrelid)
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'public'::regnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid), '', '', ''
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', indexname, tablename, indexdef, '', '', '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'function', proname, pg_get_userbyid(proowner), proacl::text, prosrc, prosecdef::text, proconfig::text
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'policy', policyname, tablename, cmd, roles::text, qual, with_check FROM pg_policies
    UNION ALL
    SELECT 'trigger', tgname, tgrelid::regclass::text, tgenabled::text, pg_get_triggerdef(oid), '', ''
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'view', viewname, viewowner, definition, '', '', '' FROM pg_views WHERE schemaname = 'public'
    UNION ALL
    SELECT 'schema', nspname, nspacl::text, pg_get_userbyid(nspowner), '', '', ''
      FROM pg_namespace WHERE nspname = 'public'
    UNION ALL
    SELECT 'defaults', defaclrole::regrole::text, defaclobjtype::text, defaclacl::text, '', '', '' FROM pg_default_acl
    ORDER BY 1, 2, 3, 4, 5
"""


@pytest.fixture
def fresh(cluster: EmbeddedCluster) -> Iterator[Database]:
    """A database with roles and no schema."""
    cluster.create_database("fresh")
    database = Database(cluster, "fresh")
    with database.engine(SUPERUSER).begin() as connection:
        create_roles(connection)
    yield database
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection)
    database.dispose()


def traces(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(TRACES))]


def test_head_is_what_the_rows_say(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, schema.METADATA)
    assert differences == []


def test_every_row_is_in_the_schema() -> None:
    assert set(Row.__subclasses__()) == set(schema.ROWS)


def test_up_and_down_leaves_no_trace_and_up_again_makes_the_same(fresh: Database) -> None:
    owner, superuser = fresh.engine(OWNER), fresh.engine(SUPERUSER)
    with owner.begin() as connection:
        schema.upgrade(connection)
        schema.downgrade(connection)
    with superuser.connect() as connection:
        # Alembic's own table stays, empty.
        before = traces(connection)
    with owner.begin() as connection:
        schema.upgrade(connection)
    with superuser.connect() as connection:
        up = traces(connection)
    with owner.begin() as connection:
        schema.downgrade(connection)
    with superuser.connect() as connection:
        assert traces(connection) == before
    with owner.begin() as connection:
        schema.upgrade(connection)
    with superuser.connect() as connection:
        assert traces(connection) == up
    assert {row[0] for row in up} > {row[0] for row in before}
    assert {row[1] for row in before if row[0] == "relation"} == {"alembic_version", "alembic_version_pkc"}


def test_a_migration_goes_down_over_what_was_kept(walled: tuple[World, Database]) -> None:
    world, database = walled
    case = world.case()
    world.take(case, world.offer(case))
    with database.engine(OWNER).connect() as connection:
        begun = connection.begin()
        schema.downgrade(connection)
        assert schema.current(connection) is None
        begun.rollback()
        assert schema.current(connection) == schema.head()


def test_files_can_be_attached_to_cases_that_were_there_before_files_were(walled: tuple[World, Database]) -> None:
    world, database = walled
    case = world.case()
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0001")
        assert schema.current(connection) == "0001"
    with database.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    file = FileId(uuid4())
    with world.as_(world.sender) as stores:
        stores.files.add(case.id, Part.SUPPORT, file, builders.new_chunks())
        assert len(stores.files.hashes(file)) == 2


def test_people_are_found_in_cases_that_were_there_before_they_could_be(walled: tuple[World, Database]) -> None:
    world, database = walled
    case = world.case()
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0002")
    with database.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    tag = builders.new_tag(world.sender.holder)
    with world.as_(world.sender) as stores:
        stores.tags.replace(case.id, Part.IDENTITY, [tag])
        assert stores.tags.cases([tag], most=1) == (case.id,)


def test_failures_of_integrity_from_before_they_were_counted_are_counted(walled: tuple[World, Database]) -> None:
    world, database = walled
    broken = Refused(
        action=Action.CASE_VIEW, refusal=IntegrityBroken.__name__, at=builders.NINE, by=world.sender.id, reference=None
    )
    failed = builders.new_entry(broken, world.sender)
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0006")
    with world.as_(world.sender) as stores:
        stores.journal.write(failed)
    with database.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    assert watching.counts(builders.NINE)["integrity_failures"] == 1


def test_what_was_done_before_unusual_accesses_were_looked_for_ties_accounts_to_cases(
    walled: tuple[World, Database],
) -> None:
    world, database = walled
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0010")
    case = world.case()
    with database.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    looked = builders.new_entry(builders.viewed(case, world.sender), world.sender)
    came_of_it = Disposition.EXPECTED.value
    review = AccessReviewed(
        at=builders.NINE, by=world.national.id, entry=looked.id, disposition=came_of_it, of_day=False, entries=1
    )
    for account, entry in ((world.sender, looked), (world.national, builders.new_entry(review, world.national))):
        with world.as_(account) as stores:
            stores.journal.write(entry)
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0010")
        schema.upgrade(connection)
    with as_(database, world.national) as connection:
        reviews = connection.scalar(text("SELECT count(*) FROM events WHERE action = 'unusual:review'"))
        assert reviews == 1, "what was written of it stays on the log"
        ties = connection.execute(text("SELECT DISTINCT case_id, account FROM case_ties")).all()
    assert [tuple(tie) for tie in ties] == [(case.id, world.sender.id)]


def test_what_was_asked_of_named_people_is_left_in_the_journal_alone(app_engine: Database) -> None:
    world = RealWorld.over(work.begin, app_engine.founding)
    enquiry = agreed(world, asked(world))
    with app_engine.engine(OWNER).begin() as connection:
        schema.downgrade(connection, "0012")
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM proposals")) == 0
        assert connection.scalar(text("SELECT count(*) FROM events WHERE aggregate_id = :id"), {"id": enquiry.id}) == 2
    with app_engine.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    assert answered(world, agreed(world, asked(world))).shown == ()


@pytest.mark.parametrize(("before", "signed"), [("0013", "case:view"), ("0014", "account:reset")])
def test_what_was_told_leniently_before_stays_and_is_not_told_so_again(
    walled: tuple[World, Database], before: str, signed: str
) -> None:
    world, database = walled
    lenient = written(world.sender, action="account:reset", payload=b'{"action":"%s"}' % signed.encode())
    with database.engine(OWNER).begin() as connection:
        schema.downgrade(connection, before)
    with as_(database, world.sender) as connection:
        assert connection.execute(text(WRITE), lenient).rowcount == 1
        connection.commit()
    with database.engine(OWNER).begin() as connection:
        schema.upgrade(connection)
    with as_(database, world.national) as connection:
        assert connection.scalar(text("SELECT count(*) FROM events WHERE action = 'account:reset'")) == 1
    with as_(database, world.sender) as connection:
        assert refused(connection, WRITE, **lenient) == INSUFFICIENT_PRIVILEGE


def test_a_migration_that_fails_leaves_the_schema_as_it_was(fresh: Database) -> None:
    with fresh.engine(SUPERUSER).begin() as connection:
        connection.execute(text("CREATE TABLE public.checkpoints (in_the_way integer)"))
        before = traces(connection)
    with fresh.engine(OWNER).connect() as connection, pytest.raises(Exception, match="already exists"):
        schema.upgrade(connection)
    with fresh.engine(SUPERUSER).begin() as connection:
        assert traces(connection) == before
        connection.execute(text("DROP TABLE public.checkpoints"))
    with fresh.engine(OWNER).begin() as connection:
        schema.upgrade(connection)


def test_the_newest_revision_is_written_down_so_that_two_branches_conflict() -> None:
    kept = Path(resources.migrations(), ".current-head").read_text(encoding="utf-8").strip()
    assert kept == schema.head()
