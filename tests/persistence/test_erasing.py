"""Erasing over PostgreSQL: it asks for two people itself, minds a legal hold, and lets no case just vanish."""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound
from casetrack.persistence import schema, work
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.outcomes import SqlOutcomes, outcomes
from casetrack.persistence.roles import APP, AUDITOR, DEFINER, ERASER, KEEPER, OWNER
from casetrack.persistence.tombstones import SqlTombstones
from casetrack.services.audit import Use
from casetrack.services.audit_erasures import look_at_erasures
from casetrack.services.cases import view_held
from casetrack.services.erasure_list import Ending, Trace
from casetrack.services.erasures import list_erasures, view_erasure
from casetrack.services.findings import About
from casetrack.services.ports import Scope
from casetrack.services.proposals import list_proposals, view_proposal
from casetrack.services.transfers import decline_transfer
from casetrack.services.verifying import verify_database
from casetrack.services.work import UnitOfWork, at_work
from tests.persistence.databases import Database
from tests.persistence.walls import FOR_EVER, INSUFFICIENT_PRIVILEGE, act_as
from tests.services import acts, agreed
from tests.services.agreed import WHY
from tests.services.evidence import believed
from tests.services.test_files import attached
from tests.world import ACCOUNTS, SOUTH, World

NOT_AGREED, HELD, TWO_PEOPLE, LOCKED = "CT003", "CT004", "23514", "55P03"
UNSEQUENCED = (About.LOG, About.QUEUE)
"""Nobody sequences the log in these tests."""
ABOUT_A_CASE = sorted(
    table.name
    for table in schema.METADATA.sorted_tables
    if "case_id" in table.columns and table.name not in {"events", "event_shown", "proposals", "tombstones"}
)
"""Every table that has rows about a case, but the log and what is left of an erased case."""


FORGETTING = (
    "ALTER TABLE tombstones DISABLE TRIGGER USER; UPDATE tombstones SET repeated = true",
    "DELETE FROM tombstones",
    "SET LOCAL session_replication_role = replica; ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM events",
)
"""What a superuser does, one after the other, so that a case is no more said to have been erased."""


@pytest.fixture
def world(app_engine: Database) -> World:
    """A deployment with real keys over a database that is empty."""
    return World.over(work.begin, app_engine.founding)


def scope_of(name: str) -> Scope:
    """The scope of that account."""
    account = ACCOUNTS[name]
    return Scope(account.id, account.role, account.holder)


@contextmanager
def acting(database: Database, name: str) -> Iterator[Connection]:
    """The application's own role, as that account, in a transaction that is undone."""
    with database.engine(APP).connect() as connection:
        act_as(connection, scope_of(name))
        yield connection
        connection.rollback()


def refused(connection: Connection, statement: str, **parameters: object) -> str:
    """The condition by which the database refuses it, at once or when the transaction ends."""
    with pytest.raises(DBAPIError) as error:  # noqa: PT012 - at the statement, or when the transaction ends
        connection.execute(text(statement), parameters)
        connection.commit()
    connection.rollback()
    return str(getattr(error.value.orig, "sqlstate", ""))


def rows_of(database: Database, case: Case) -> dict[str, int]:
    """How many rows each table has about the case."""
    with database.engine(SUPERUSER).connect() as connection:
        counted = {
            table: connection.scalar(text(f"SELECT count(*) FROM {table} WHERE case_id = :case"), {"case": case.id})  # noqa: S608 - a table of ours
            for table in ABOUT_A_CASE
        }
        there = connection.scalar(text("SELECT count(*) FROM cases WHERE id = :case"), {"case": case.id})
    return {table: number or 0 for table, number in (*counted.items(), ("cases", there))}


def full(world: World) -> Case:
    """A closed case with a row in every table that is about one: it has a file, and was offered and declined."""
    case = acts.opened(world)
    acts.recorded(world, case, note="An invented note.")
    attached(world, case)
    offer = acts.offered(world, case, SOUTH)
    with world.work("receiving-lead") as at:
        decline_transfer(at, offer.id, "not-our-area", seen=None)
    agreed.approved(world, agreed.lifting(world, case, agreed.held(world, case)))
    return agreed.closed(world, case)


def test_of_an_erased_case_no_table_has_a_row(world: World, app_engine: Database) -> None:
    case, other = full(world), full(world)
    before = rows_of(app_engine, case)
    assert min(before.values()) > 0, "each table had something to lose"

    agreed.approved(world, agreed.proposed(world, case))

    assert set(rows_of(app_engine, case).values()) == {0}
    assert rows_of(app_engine, other) == before
    with world.work("supervisor") as at:
        (line,) = list_erasures(at, page=1).items
    lost = dict(line.stone.lost)
    assert lost.pop("proposals") == 1
    assert lost == {table: number for table, number in before.items() if table != "cases"}
    with pytest.raises(NotFound), world.work("supervisor") as at:
        view_held(at, case.reference)
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM proposals WHERE words IS NOT NULL")) == 1


def test_an_auditor_is_told_of_each_with_its_two_people_and_another_organisations_of_none(world: World) -> None:
    cases = [agreed.erased(world)[0] for _ in range(2)]
    agreed.proposed(world, full(world))

    for name, told_of in (("auditor", cases), ("north-auditor", cases), ("south-auditor", [])):
        with acting_as(world, name) as at:
            found = look_at_erasures(at, Use.INTEGRITY, page=1)
        assert {told.erased.case for told in found.items} == {case.id for case in told_of}
        assert found.total == len(told_of)
        for told in found.items:
            assert told.proposed is not None
            assert (told.proposed.account, told.erased.account) == (ACCOUNTS["lead"].id, ACCOUNTS["supervisor"].id)


def acting_as(world: World, name: str) -> AbstractContextManager[UnitOfWork]:
    """An auditor at work: of every organisation, of North, or the same person as if they were of South."""
    actor = world.actor("auditor" if name == "auditor" else "north-auditor")
    holder = SOUTH.code if name == "south-auditor" else actor.holder
    return at_work(world.begin, world.deployment, replace(actor, holder=holder), world.now)


def test_everything_that_is_left_verifies(world: World, app_engine: Database) -> None:
    agreed.approved(world, agreed.proposed(world, full(world)))
    agreed.proposed(world, full(world))

    with inspecting(app_engine.engine(AUDITOR)) as evidence:
        wrong = [found for found in verify_database(evidence, believed(world)) if found.about not in UNSEQUENCED]
        assert wrong == []


def test_a_case_that_somebody_deletes_without_a_tombstone_stays(world: World, app_engine: Database) -> None:
    case = full(world)
    forget = "SELECT forget_case(CAST(:case AS uuid), CAST(:case AS uuid))"
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert refused(connection, forget, case=case.id) == FOR_EVER
    assert rows_of(app_engine, case)["cases"] == 1


def test_what_two_people_have_not_agreed_to_the_database_does_not_erase(world: World, app_engine: Database) -> None:
    case = full(world)
    proposal = agreed.proposed(world, case)
    erase = "SELECT erase_case(CAST(:case AS uuid), CAST(:agreed AS uuid))"
    with acting(app_engine, "supervisor") as connection:
        assert refused(connection, erase, case=case.id, agreed=proposal.id) == NOT_AGREED
    approve = (
        "UPDATE proposals SET state = 'approved', decided_at = proposed_at, decided_by = CAST(:who AS uuid) "
        "WHERE id = CAST(:agreed AS uuid)"
    )
    with acting(app_engine, "lead") as connection:
        own = refused(connection, approve, who=ACCOUNTS["lead"].id, agreed=proposal.id)
    with acting(app_engine, "lead") as connection:
        anothers = refused(connection, approve, who=ACCOUNTS["supervisor"].id, agreed=proposal.id)
    with acting(app_engine, "worker") as connection:
        workers = refused(connection, approve, who=ACCOUNTS["worker"].id, agreed=proposal.id)
    assert (own, anothers, workers) == (TWO_PEOPLE, INSUFFICIENT_PRIVILEGE, INSUFFICIENT_PRIVILEGE)


@pytest.mark.parametrize(
    ("statement", "condition"),
    [
        (
            (
                "INSERT INTO legal_holds SELECT gen_random_uuid(), case_id, 1, 'inquiry', from_holder, proposed_by, "
                "proposed_at, NULL, NULL, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature "
                "FROM proposals"
            ),
            HELD,
        ),
        ("UPDATE cases SET version = version + 1", NOT_AGREED),
        ("UPDATE cases SET status = 'open', close_reason = NULL", NOT_AGREED),
        ("UPDATE proposals SET kind = 'lifting'", NOT_AGREED),
        ("UPDATE accounts SET role = 'support_worker' WHERE sign_in_name = 'lead'", NOT_AGREED),
        ("UPDATE accounts SET holder = 'south' WHERE sign_in_name = 'lead'", NOT_AGREED),
        ("UPDATE holdings SET holder = 'south' WHERE part = 'support'", NOT_AGREED),
        ("SELECT set_config('casetrack.account', (SELECT proposed_by::text FROM proposals), true)", NOT_AGREED),
    ],
    ids=["held", "changed", "open", "another-kind", "a-worker", "of-elsewhere", "two-lead", "acting-is-another"],
)
def test_each_condition_of_erasing_is_the_databases_own(
    world: World, app_engine: Database, statement: str, condition: str
) -> None:
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    with app_engine.engine(SUPERUSER).connect() as connection:
        act_as(connection, scope_of("supervisor"))
        connection.execute(
            text("UPDATE proposals SET state = 'approved', decided_at = proposed_at, decided_by = :who"),
            {"who": ACCOUNTS["supervisor"].id},
        )
        connection.execute(text(statement))
        erase = "SELECT erase_case(CAST(:case AS uuid), CAST(:agreed AS uuid))"
        assert refused(connection, erase, case=case.id, agreed=proposal.id) == condition


def test_nobody_but_the_eraser_deletes_what_is_about_a_case(app_engine: Database) -> None:
    may = text(
        "SELECT rolname || ' ' || kept FROM pg_roles, unnest(CAST(:tables AS text[])) AS kept "
        "WHERE rolname LIKE 'casetrack_%' AND has_table_privilege(rolname, kept, 'DELETE') ORDER BY 1"
    )
    tables = [*ABOUT_A_CASE, "cases", "proposals", "tombstones"]
    with app_engine.engine(SUPERUSER).connect() as connection:
        found = set(connection.scalars(may, {"tables": tables}))
        login = connection.scalar(text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role"), {"role": ERASER})
        forget = text("SELECT has_function_privilege(:role, 'forget_case(uuid, uuid)', 'EXECUTE')")
        reached = [role for role in (APP, AUDITOR, KEEPER, OWNER) if connection.scalar(forget, {"role": role})]
    ours = {each for each in found if not each.startswith((ERASER, OWNER))}
    # A hand-off takes away the wraps of the key that moved, and whoever seals a part again its tags.
    assert ours == {f"{APP} wraps", f"{DEFINER} index_tags"}
    assert not login
    assert reached == []


def test_a_hold_that_is_set_while_a_case_is_erased_comes_first_or_not_at_all(
    world: World, app_engine: Database
) -> None:
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    with app_engine.engine(SUPERUSER).connect() as first, app_engine.engine(SUPERUSER).connect() as second:
        first.execute(
            text(
                "INSERT INTO legal_holds SELECT gen_random_uuid(), case_id, 1, 'inquiry', from_holder, proposed_by, "
                "proposed_at, NULL, NULL, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature "
                "FROM proposals"
            )
        )
        second.execute(text("SET lock_timeout = '300ms'"))
        waited = refused(
            second, "SELECT forget_case(CAST(:case AS uuid), CAST(:it AS uuid))", case=case.id, it=proposal.id
        )
        first.commit()
    assert waited == LOCKED
    with acting(app_engine, "supervisor") as connection:
        erase = "SELECT erase_case(CAST(:case AS uuid), CAST(:it AS uuid))"
        assert refused(connection, erase, case=case.id, it=proposal.id) == HELD


def test_proposals_and_holds_are_for_whoever_has_the_case_and_nobody_else(world: World, app_engine: Database) -> None:
    case = agreed.closed(world)
    agreed.proposed(world, case)
    agreed.held(world, case)
    counted = "SELECT (SELECT count(*) FROM proposals), (SELECT count(*) FROM legal_holds)"

    def seen_by(name: str) -> tuple[int, int]:
        with acting(app_engine, name) as connection:
            proposals, holds = connection.execute(text(counted)).one()
            return proposals, holds

    assert [seen_by(name) for name in ("worker", "lead")] == [(1, 1), (1, 1)]
    assert [seen_by(name) for name in ("receiving-lead", "auditor", "administrator")] == [(0, 0)] * 3


def test_a_tombstone_is_for_a_supervisor_and_the_two_people_and_is_never_changed(
    world: World, app_engine: Database
) -> None:
    case, _ = agreed.erased(world)
    seen = {}
    for name in ("worker", "lead", "supervisor", "receiving-lead", "auditor"):
        with acting(app_engine, name) as connection:
            seen[name] = connection.scalar(text("SELECT count(*) FROM tombstones"))
            assert refused(connection, "UPDATE tombstones SET reason = 'x'") == INSUFFICIENT_PRIVILEGE
    assert seen == {"worker": 0, "lead": 1, "supervisor": 1, "receiving-lead": 0, "auditor": 0}
    with app_engine.engine(SUPERUSER).connect() as connection:
        assert refused(connection, "DELETE FROM tombstones") == FOR_EVER
    with world.work("lead") as at:
        assert view_erasure(at, case.id).stone.case == case.id


def test_a_hold_that_nobody_agreed_to_lift_is_not_lifted_by_a_statement(world: World, app_engine: Database) -> None:
    agreed.held(world, acts.opened(world))
    with acting(app_engine, "lead") as connection:
        lift = "UPDATE legal_holds SET lifted_by = scope_account(), lifted_at = now()"
        assert refused(connection, lift) == INSUFFICIENT_PRIVILEGE


def test_what_waits_is_listed_and_looked_at(world: World) -> None:
    case = agreed.closed(world)
    proposal = agreed.proposed(world, case)
    with world.work("supervisor") as at:
        (card,) = list_proposals(at, page=1).items
        assert (card.reference, card.proposer) == (case.reference, ACCOUNTS["lead"].display_name)
    with world.work("supervisor") as at:
        assert view_proposal(at, proposal.id).words == WHY.words


def test_how_a_transaction_ended_can_be_asked_for_later(world: World, app_engine: Database) -> None:
    with world.work("lead") as at:
        done = at.stores.tombstones.place()
    with pytest.raises(ZeroDivisionError), world.work("lead") as at:  # noqa: PT012 - the work that it undoes
        undone = at.stores.tombstones.place()
        raise ZeroDivisionError
    with outcomes(app_engine.engine(AUDITOR)) as asked, world.work("lead") as at:
        going_on = at.stores.tombstones.place()
        elsewhere = replace(done, database=done.database + 1)
        later = replace(done, transaction=done.transaction + 10**9)
        found = [asked.ended(place) for place in (done, undone, going_on, elsewhere, later)]
    unknown = Ending.UNKNOWN
    assert found == [Ending.DONE, Ending.UNDONE, Ending.GOING_ON, unknown, unknown]


def test_what_the_database_has_of_an_erasure_is_asked_beside_how_its_transaction_ended(
    world: World, app_engine: Database
) -> None:
    case, _ = agreed.erased(world)
    kept = agreed.closed(world)
    agreed.approved(world, agreed.lifting(world, kept, agreed.held(world, kept)))
    waiting = agreed.closed(world)
    agreed.proposed(world, waiting)
    with outcomes(app_engine.engine(AUDITOR)) as asked:
        assert [asked.traced(each.id) for each in (case, kept, waiting)] == [Trace.ERASED, Trace.NONE, Trace.NONE]
    with app_engine.engine(SUPERUSER).connect() as connection:
        # Whoever owns the database may well take the tombstone away; the journal speaks of it still.
        found = []
        for statement in FORGETTING:
            connection.execute(text(statement))
            found.append(SqlOutcomes(connection).traced(case.id))
        connection.rollback()
    assert found == [Trace.REPEATED, Trace.ERASED, Trace.NONE]


def test_a_transaction_that_a_crash_undid_is_not_taken_for_one_that_came_after_it(tmp_path: Path) -> None:
    with EmbeddedCluster(tmp_path / "server") as cluster:
        cluster.create_database("crashed")
        session = Session(create_engine(cluster.url(SUPERUSER, "crashed"), poolclass=NullPool))
        place = SqlTombstones(session).place()
        os.kill(int((cluster.folder / "cluster" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        while cluster.is_running():
            """An immediate shutdown: what was only in memory is lost."""
        session.invalidate()
    with EmbeddedCluster(tmp_path / "server") as cluster:
        engine = create_engine(cluster.url(SUPERUSER, "crashed"), poolclass=NullPool)
        for _ in range(8):
            with engine.begin() as later:
                later.execute(text("SELECT pg_logical_emit_message(true, 'later', '')"))
        with outcomes(engine) as asked:
            assert asked.ended(place) is Ending.UNDONE
