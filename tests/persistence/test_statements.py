"""How often the database is asked: as often for ten cases as for a thousand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text

from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import TransferId
from casetrack.domain.references import Reference
from casetrack.persistence import db as room
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.work import begin
from casetrack.services.cases import close_case, open_case, view_case
from casetrack.services.identity import reveal_identity
from casetrack.services.lists import AccountQuery, CaseQuery, Due, LogQuery, Unseen
from casetrack.services.milestones import list_milestones
from casetrack.services.ports import Stores
from casetrack.services.transfers import NewOffer, decline_transfer, send_transfer, view_transfer
from casetrack.services.work import UnitOfWork
from tests.builders import EASTMARCH
from tests.persistence.databases import Database
from tests.persistence.walls import Walled
from tests.world import REASON, SOUTH, a_new_case
from tests.world import World as RealWorld

TODAY = date(2026, 11, 2)
QUERY = CaseQuery(holder=EASTMARCH.code, today=TODAY, soon=TODAY + timedelta(7))

MORE_CASES = """
    INSERT INTO cases
    SELECT gen_random_uuid(), 'CT-' || n, 'invented ' || n, version, status, close_reason, opened_at, nation, age_group,
           identity, exploitation, home, encounter, support_worker, investigation_worker, phase, due_support,
           due_investigation, milestone_support, milestone_investigation, do_now_support, do_now_investigation, waiting,
           high_risk, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
    FROM cases, generate_series(CAST(:since AS integer), CAST(:until AS integer)) AS n WHERE id = :case
"""
MORE_HOLDINGS = """
    INSERT INTO holdings (case_id, position, part, holder, number, since, via, seal_holder, seal_keyset, seal_signature)
    SELECT c.id, h.position, h.part, h.holder, h.number, h.since, h.via, h.seal_holder, h.seal_keyset, h.seal_signature
    FROM holdings h, cases c
    WHERE h.case_id = :case AND NOT EXISTS (SELECT FROM holdings other WHERE other.case_id = c.id)
"""


def multiply(database: Database, case: Case, since: int, until: int) -> None:
    """There are more cases like that one, with these numbers."""
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(MORE_CASES), {"case": case.id, "since": since, "until": until})
        connection.execute(text(MORE_HOLDINGS), {"case": case.id})


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that the application sends in the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(room.db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(room.db.engine, "before_cursor_execute", note)


LISTS: dict[str, Callable[[Stores, Case], object]] = {
    "a list": lambda stores, _: stores.cards.find(QUERY),
    "a list of what is due": lambda stores, _: stores.cards.find(CaseQuery(**{**vars(QUERY), "due": Due.OVERDUE})),
    "a find": lambda stores, case: stores.cards.find(QUERY.named(case.pseudonym)),
    "my work": lambda stores, _: stores.cards.counts(QUERY),
    "an inbox": lambda stores, _: stores.transfers.inbox(EASTMARCH.code, page=1),
    "what was sent": lambda stores, _: stores.transfers.sent(EASTMARCH.code, page=1),
    "a history": lambda stores, case: stores.journal.history(case.id, page=1, unseen=Unseen()),
    "a search of the log": lambda stores, _: stores.journal.search(LogQuery()),
    "the accounts": lambda stores, _: stores.accounts.list(AccountQuery()),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_one_statement_for_ten_cases_and_for_a_thousand(walled: Walled, name: str) -> None:
    world, database = walled
    case = world.case()
    asked: list[int] = []
    for since, until in ((1, 9), (10, 999)):
        multiply(database, case, since, until)
        with world.as_(world.sender) as stores, counting() as sent:
            LISTS[name](stores, case)
        asked.append(len(sent))
    assert asked == [1, 1]


def test_a_page_past_the_end_still_says_how_much_there_is(walled: Walled) -> None:
    world, _ = walled
    world.case()
    with world.as_(world.sender) as stores, counting() as sent:
        page = stores.cards.find(CaseQuery(**{**vars(QUERY), "page": 9}))
    assert (page.total, page.items, len(sent)) == (1, (), 2)


def test_to_say_who_acts_is_one_statement(walled: Walled) -> None:
    world, _ = walled
    with counting() as sent, world.as_(world.sender):
        pass
    assert len(sent) == 1


def test_a_case_is_read_in_five_statements_and_a_lock_is_one_more(walled: Walled) -> None:
    world, _ = walled
    case = world.case()
    asked = []
    for lock in (False, True):
        with world.as_(world.sender) as stores, counting() as sent:
            stores.cases.get(case.id, lock=lock)
        asked.append(len(sent))
    assert asked == [5, 6]


ASKED: dict[str, Callable[[UnitOfWork, Reference, TransferId], object]] = {
    "a case": lambda work, case, _: view_case(work, case),
    "its milestones": lambda work, case, _: list_milestones(work, case),
    "its identity": lambda work, case, _: reveal_identity(work, case),
    "a change of it": lambda work, case, _: close_case(work, case, "support-complete", seen=1),
    "an offer of it": lambda work, _, offer: view_transfer(work, offer),
    "an answer to that": lambda work, _, offer: decline_transfer(work, offer, "duplicate", seen=1),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_not_ours_is_refused_by_the_same_statements_as_what_was_never_there(
    asked: str, app_engine: Database
) -> None:
    real = RealWorld.over(begin, app_engine.founding)
    with real.work("worker") as work:
        case = open_case(work, a_new_case())
    with real.work("worker") as work:
        new = NewOffer(to=SOUTH.code, strands=frozenset(), reason="linked-operation", already_moved=False, preview={})
        offer = send_transfer(work, case.reference, new, seen=None)

    sent: list[list[str]] = []
    for reference, transfer in ((case.reference, offer.id), (Reference("CT-0000-0000"), TransferId(UUID(int=7)))):
        with counting() as each, pytest.raises(NotFound), real.work("scottish-lead", REASON) as work:
            ASKED[asked](work, reference, transfer)
        sent.append(each)
    assert sent[0] == sent[1]
    assert any("INSERT INTO events" in statement for statement in sent[0])


def test_the_wall_is_asked_by_index_for_one_case_and_by_hash_for_many(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    multiply(database, case, 1, 2000)
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("ANALYZE cases, holdings"))

    def plan(statement: str, **parameters: object) -> str:
        with world.as_(world.sender):
            return "\n".join(room.db.session.scalars(text("EXPLAIN (COSTS OFF) " + statement), parameters))

    one = plan("SELECT * FROM cases WHERE id = :case", case=case.id)
    many = plan("SELECT * FROM holdings WHERE until IS NULL")
    assert "pk_cases" in one
    assert "hashed SubPlan" not in one
    assert "hashed SubPlan" in many
