"""Enquiries over PostgreSQL: it asks for two auditors itself, and tells of no case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from casetrack.domain.case import Case
from casetrack.domain.proposals import Proposal
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.roles import APP, AUDITOR
from casetrack.services.audit import Use
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, view_case
from casetrack.services.enquiries import answer_enquiry, refuse_enquiry, withdraw_enquiry
from casetrack.services.identity import reveal_identity
from casetrack.services.ports import Scope
from casetrack.services.verifying import verify_database
from tests.persistence.databases import Database
from tests.persistence.test_destroying import UNSEQUENCED
from tests.persistence.test_statements import counting
from tests.persistence.walls import INSUFFICIENT_PRIVILEGE, act_as, now_alone, refused
from tests.services import agreed as two
from tests.services import test_finding as finding
from tests.services.acts import REVEALING
from tests.services.enquired import ASKER, SECOND, WHY, agreed, answered, asked, told
from tests.services.evidence import believed
from tests.services.test_enquiries import LINH, searched, shown
from tests.world import ACCOUNTS, World

TWO_PEOPLE, NOT_AGREED = "23514", "CT003"
ASK = "SELECT * FROM cases_enquired(CAST(:enquiry AS uuid), '{}', '{}', '{}', '{}', '{}', '{}')"
APPROVE = (
    "UPDATE proposals SET state = 'approved', decided_at = proposed_at, decided_by = CAST(:who AS uuid) "
    "WHERE id = CAST(:enquiry AS uuid)"
)
COPY = (
    "INSERT INTO proposals (id, kind, subject, version, state, rule, reason, from_holder, to_holder, proposed_by, "
    "proposed_at, words_digest, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature) "
    "SELECT gen_random_uuid(), 'enquiry', gen_random_uuid(), 1, 'proposed', '', '', scope_holder(), 'audit-desk', "
    "scope_account(), now(), sha256(''), sha256(''), sha256(''), 'audit-desk', 1, '' "
    "WHERE CAST(:enquiry AS uuid) IS NOT NULL"
)
"""Asks in one's own name."""
EVERYBODY = ("worker", "lead", "supervisor", "administrator", "north-auditor", "auditor")
"""Nobody of whom is of the audit desk."""


@pytest.fixture
def world(app_engine: Database) -> World:
    """A deployment with real keys over a database that is empty."""
    return World.over(work.begin, app_engine.founding)


@contextmanager
def acting(database: Database, name: str) -> Iterator[Connection]:
    """The application's own role, as that account, in a transaction that is undone."""
    account = ACCOUNTS[name]
    with database.engine(APP).connect() as connection:
        act_as(connection, Scope(account.id, account.role, account.holder, account.national))
        yield connection
        connection.rollback()


def set_back(database: Database, enquiry: Proposal, days: int) -> None:
    """The second auditor agreed so many days ago, as somebody says who may write anything."""
    back = "UPDATE proposals SET proposed_at = now() - :ago, decided_at = now() - :ago WHERE id = :enquiry"
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(back), {"enquiry": enquiry.id, "ago": timedelta(days=days)})


def a_day(world: World) -> Case:
    """Somebody is recorded, looked for, listed, opened and revealed."""
    case = finding.opened(world)
    with world.work("lead") as at:
        view_case(at, case.reference)
    with world.work("supervisor") as at:
        list_cases(at, everything(at))
    with world.work("worker", REVEALING) as at:
        reveal_identity(at, case.reference)
    finding.found(world, finding.named("Lin Nguen", born=finding.BORN), "lead")
    finding.found(world, finding.named("Somebody Else", year=1970), "supervisor")
    return case


def test_the_same_is_told_as_in_memory(world: World) -> None:
    answers = []
    for each in (world, World.in_memory()):
        a_day(each)
        answers.append(told(each, LINH))
    assert searched(answers[0])
    assert shown(answers[0])
    assert (answers[0].searched, answers[0].shown) == (answers[1].searched, answers[1].shown)


def test_everything_verifies_and_goes_on_to_when_the_case_is_erased(world: World, app_engine: Database) -> None:
    case = a_day(world)
    enquiry = agreed(world, asked(world, LINH))
    assert answered(world, enquiry).shown
    waits = asked(world)
    closed = two.closed(world, case)
    two.approved(world, two.proposed(world, closed))
    answer = answered(world, enquiry, by=SECOND)
    assert (bool(answer.searched), answer.shown) == (True, ())
    agreed(world, waits)
    with inspecting(app_engine.engine(AUDITOR)) as evidence:
        wrong = [found for found in verify_database(evidence, believed(world)) if found.about not in UNSEQUENCED]
    assert wrong == []


def test_a_longer_log_costs_no_more_statements(world: World) -> None:
    def costs() -> int:
        enquiry = agreed(world, asked(world, LINH))
        with counting() as statements, world.work(ASKER) as at:
            answer_enquiry(at, enquiry.id, Use.INTEGRITY)
        return len(statements)

    none = costs()
    a_day(world)
    some = costs()
    for _ in range(3):
        a_day(world)
    assert none == some == costs()


# The second wall


def test_nobody_else_asks_reads_or_decides(world: World, app_engine: Database) -> None:
    a_day(world)
    waits, done = asked(world), agreed(world, asked(world, LINH))
    for name in EVERYBODY:
        with acting(app_engine, name) as connection:
            assert connection.scalar(text("SELECT count(*) FROM proposals WHERE kind = 'enquiry'")) == 0
            assert connection.execute(text(APPROVE), {"who": ACCOUNTS[name].id, "enquiry": waits.id}).rowcount == 0
        with acting(app_engine, name) as connection:
            assert refused(connection, ASK, enquiry=done.id) == NOT_AGREED
        with acting(app_engine, name) as connection:
            assert refused(connection, COPY, enquiry=done.id) == INSUFFICIENT_PRIVILEGE


def test_the_asker_cannot_agree_and_nobody_agrees_for_another(world: World, app_engine: Database) -> None:
    waits = asked(world)
    with acting(app_engine, ASKER) as connection:
        assert refused(connection, APPROVE, who=ACCOUNTS[ASKER].id, enquiry=waits.id) == TWO_PEOPLE
    with acting(app_engine, ASKER) as connection:
        assert refused(connection, APPROVE, who=ACCOUNTS[SECOND].id, enquiry=waits.id) == INSUFFICIENT_PRIVILEGE


def test_what_one_auditor_asks_alone_is_answered_to_nobody(world: World, app_engine: Database) -> None:
    waits, denied, back = asked(world), asked(world), asked(world)
    with world.work(SECOND, WHY) as at:
        refuse_enquiry(at, denied.id, seen=denied.version)
    with world.work(SECOND) as at:
        withdraw_enquiry(at, back.id, seen=back.version)
    for name in (ASKER, SECOND):
        for each in (waits, denied, back):
            with acting(app_engine, name) as connection:
                assert refused(connection, ASK, enquiry=each.id) == NOT_AGREED


@pytest.mark.parametrize(("days", "is_answered"), [(27, True), (29, False)])
def test_it_is_answered_for_28_days_by_the_databases_own_clock(
    world: World, app_engine: Database, days: int, *, is_answered: bool
) -> None:
    done = agreed(world, asked(world))
    set_back(app_engine, done, days)
    with now_alone(app_engine), acting(app_engine, ASKER) as connection:
        if is_answered:
            connection.execute(text(ASK), {"enquiry": done.id})
        else:
            assert refused(connection, ASK, enquiry=done.id) == NOT_AGREED


def test_no_tag_is_read_by_an_auditor(world: World, app_engine: Database) -> None:
    a_day(world)
    agreed(world, asked(world, LINH))
    with acting(app_engine, ASKER) as connection:
        assert connection.scalar(text("SELECT count(*) FROM index_tags")) == 0
