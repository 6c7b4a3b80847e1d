"""The second wall around what is said of entries of the log, and around who has to do with which case.

Every statement here is SQL in the application's own role, by somebody who is who they say and has what the scene gives.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from casetrack.audit.entry import commit
from casetrack.domain.actors import Role
from casetrack.domain.case import Case
from casetrack.domain.unusual_access import Disposition
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.services.audit import Use
from casetrack.services.cases import view_case
from casetrack.services.identity import reveal_identity
from casetrack.services.occasions import UnusualQuery
from casetrack.services.people import Account
from casetrack.services.unusual import list_unusual
from tests import builders
from tests.builders import EASTMARCH, HARBOUR, LANTERN, viewed
from tests.persistence.databases import Database
from tests.persistence.test_statements import counting
from tests.persistence.walls import INSUFFICIENT_PRIVILEGE, WRITE, Walled, as_, refused, rows, written
from tests.services import acts
from tests.services.unusual import TODAY, found, looked, page_of, revealed, reviewed
from tests.web.test_audit import UNREADABLE
from tests.world import REASON
from tests.world import World as RealWorld

REVIEW, COMPARE = "unusual:review", "surname:compare"


@pytest.fixture
def real(app_engine: Database) -> RealWorld:
    return RealWorld.over(work.begin, app_engine.founding)


@pytest.fixture
def looked_at(walled: Walled) -> tuple[Walled, Case, UUID]:
    """A case of Eastmarch's, and the entry that says that somebody there looked at it."""
    world, _ = walled
    case = world.case()
    entry = builders.new_entry(viewed(case, world.sender), world.sender, holders_then=[EASTMARCH.code])
    with world.as_(world.sender) as stores:
        stores.journal.write(entry)
    return walled, case, entry.id


def tells(connection: Connection, by: Account, action: str, of: object, refusal: str | None = None) -> int:
    said = written(by, action=action, aggregate=of, refusal=refusal)
    return connection.execute(text(WRITE), said).rowcount


# What came of an access


def test_an_auditor_in_whose_scope_it_is_says_what_came_of_it(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), _, entry = looked_at
    for auditor in (world.auditor, world.national):
        with as_(database, auditor) as connection:
            assert tells(connection, auditor, REVIEW, entry) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_else_does(looked_at: tuple[Walled, Case, UUID], role: Role) -> None:
    (world, database), _, entry = looked_at
    colleague = builders.new_account(EASTMARCH, role)
    with world.begin(builders.NOBODY) as stores:
        stores.accounts.add(colleague)
    with as_(database, colleague) as connection:
        assert (
            refused(connection, WRITE, **written(colleague, action=REVIEW, aggregate=entry)) == INSUFFICIENT_PRIVILEGE
        )


def test_not_of_what_is_out_of_scope_or_is_not_there(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), _, entry = looked_at
    elsewhere = builders.new_account(HARBOUR, Role.AUDITOR)
    with world.begin(builders.NOBODY) as stores:
        stores.accounts.add(elsewhere)
    for by, of in ((elsewhere, entry), (world.national, uuid4())):
        with as_(database, by) as connection:
            assert refused(connection, WRITE, **written(by, action=REVIEW, aggregate=of)) == INSUFFICIENT_PRIVILEGE


def test_not_of_ones_own_and_of_no_case(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), case, entry = looked_at
    own = builders.new_entry(replace(viewed(case, world.national), case=None), world.national)
    with world.as_(world.national) as stores:
        stores.journal.write(own)
    with as_(database, world.national) as connection:
        mine = written(world.national, action=REVIEW, aggregate=own.id)
        assert refused(connection, WRITE, **mine) == INSUFFICIENT_PRIVILEGE
    with as_(database, world.national) as connection:
        named = written(world.national, action=REVIEW, aggregate=entry, case=case.id)
        assert refused(connection, WRITE, **named) == INSUFFICIENT_PRIVILEGE


def test_that_somebody_tried_is_told_whoever_it_was(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), _, entry = looked_at
    for by, action in ((world.sender, REVIEW), (world.stranger, COMPARE)):
        with as_(database, by) as connection:
            assert tells(connection, by, action, entry, "NotPermitted") == 1


# Surnames


def test_surnames_are_compared_in_the_transaction_that_shows_them(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), case, entry = looked_at
    with as_(database, world.sender) as connection:
        revealed_now = written(world.sender, action="identity:reveal", case=case.id)
        connection.execute(text(WRITE), revealed_now)
        shown = connection.scalar(text("SELECT id FROM events WHERE action = 'identity:reveal'"))
        assert tells(connection, world.sender, COMPARE, shown) == 1
        connection.commit()
    for of in (shown, entry, None):
        with as_(database, world.sender) as connection:
            late = written(world.sender, action=COMPARE, aggregate=of)
            assert refused(connection, WRITE, **late) == INSUFFICIENT_PRIVILEGE


def test_and_of_ones_own_entry_alone_which_shows_a_name(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), case, _ = looked_at
    with as_(database, world.sender) as connection:
        connection.execute(text(WRITE), written(world.sender, action="contact:reveal", case=case.id))
        shown = connection.scalar(text("SELECT id FROM events WHERE action = 'contact:reveal'"))
        other = written(world.sender, action=COMPARE, aggregate=shown)
        assert refused(connection, WRITE, **other) == INSUFFICIENT_PRIVILEGE


# Who has to do with which case


def test_who_has_to_do_with_a_case_is_told_to_auditors_of_whoever_has_it(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), case, _ = looked_at
    foreign = builders.new_account(LANTERN, Role.AUDITOR)
    with world.begin(builders.NOBODY) as stores:
        stores.accounts.add(foreign)
    for account, told in (
        *((world.auditor, True), (world.national, True), (foreign, False)),
        *((world.sender, False), (world.stranger, False)),
    ):
        with as_(database, account) as connection:
            ties = connection.execute(text("SELECT DISTINCT case_id, account FROM case_ties")).all()
        assert [tuple(tie) for tie in ties] == [(case.id, world.sender.id)] * told


def test_it_is_told_from_what_changed_the_case_and_from_no_look(looked_at: tuple[Walled, Case, UUID]) -> None:
    (world, database), case, _ = looked_at
    with world.as_(world.sender) as stores:
        for _ in range(3):
            stores.journal.write(builders.new_entry(viewed(case, world.sender), world.sender))
    with as_(database, world.national) as connection:
        # The case was opened, which is a change, by whoever is the worker of both its strands from then on.
        assert rows(connection, "case_ties") == 3


# What somebody spoiled


def spoil(database: Database, where: str, left: bytes, **asked: object) -> None:
    """A superuser has left this in the place of some payloads, with commitments that fit."""
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_are_for_ever"))
        some = connection.execute(text(f"SELECT id, salt FROM events WHERE {where}"), asked).all()  # noqa: S608 - written in the test
        assert some
        for each in some:
            connection.execute(
                text("UPDATE events SET payload = :left, commitment = :fits WHERE id = :id"),
                {"left": left, "fits": commit(left, each.salt), "id": each.id},
            )
        connection.execute(text("ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_for_ever"))


SPOILED = (b"{}", b'{"event":7}', b'{"detail":7}', b'{"detail":{"strands":7,"strand":{},"worker":[]}}')
"""What the database would keep in the place of a payload, which says nothing that anybody can use."""


@pytest.mark.parametrize("left", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_says_nothing_and_stops_nobody(walled: Walled, left: bytes) -> None:
    world, database = walled
    with as_(database, world.national) as connection:
        assert connection.scalar(text("SELECT said_in(:left)"), {"left": left}) == {}


@pytest.mark.parametrize("left", SPOILED, ids=range(len(SPOILED)))
def test_an_entry_that_somebody_spoiled_hides_no_other(real: RealWorld, app_engine: Database, left: bytes) -> None:
    case, other = acts.opened(real), acts.opened(real)
    for each in (case, other):
        looked(real, each, "lead")
        looked(real, each, "worker")
    spoil(app_engine, "case_id = :case AND case_version IS NOT NULL", left, case=case.id)
    told = found(real)
    assert {("lead", each.reference, 1) for each in (case, other)} <= {(who, of, many) for who, of, _, many in told}
    assert ("worker", other.reference) not in {(who, of) for who, of, *_ in told}


@pytest.mark.parametrize("left", SPOILED, ids=range(len(SPOILED)))
def test_a_review_that_somebody_spoiled_counts_for_nothing(real: RealWorld, app_engine: Database, left: bytes) -> None:
    case = acts.opened(real)
    looked(real, case, "lead")
    (occasion,) = page_of(real).items
    reviewed(real, occasion, Disposition.EXPECTED)
    spoil(app_engine, "action = 'unusual:review'", left)
    assert page_of(real).items[0].review is None


# How often the database is asked

MORE = """
    INSERT INTO events (id, at, time_ms, action, account, holder, case_id, aggregate_id, aspect, holders_then, payload,
                        salt, commitment, words)
    SELECT gen_random_uuid(), e.at + n * interval '1 second', e.time_ms, e.action, e.account, e.holder,
           CASE WHEN e.case_id IS NOT NULL THEN gen_random_uuid() END, e.aggregate_id, e.aspect, e.holders_then,
           e.payload, e.salt, e.commitment, e.words
    FROM events e CROSS JOIN generate_series(1, :more) n
    WHERE e.action IN ('case:view', 'identity:reveal', 'surname:compare') AND e.account = :account
"""


def test_it_is_asked_as_often_for_ten_entries_as_for_ten_thousand(real: RealWorld, app_engine: Database) -> None:
    case = acts.opened(real)
    with real.work("lead") as at:
        view_case(at, case.reference)
    with real.work("lead", REASON) as at:
        reveal_identity(at, case.reference)
    looked(real, case, "supervisor")
    revealed(real, case)
    query = UnusualQuery(since=TODAY - timedelta(days=3), until=TODAY)
    asked, numbers = [], []
    for more in (10, 5000):
        with app_engine.engine(SUPERUSER).begin() as connection:
            connection.execute(text(MORE), {"more": more, "account": acts.account("lead")})
        with counting() as sent, real.work("auditor") as at:
            numbers.append(list_unusual(at, query, Use.LAWFULNESS).page.total)
        asked.append(len(sent))
    assert asked[0] == asked[1] < 10
    assert numbers[0] > 10
    assert numbers[1] > 10_000
