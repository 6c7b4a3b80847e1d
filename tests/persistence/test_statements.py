"""How often the database is asked: as often for ten cases as for a thousand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text

from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import TransferId
from casetrack.domain.log_events import LogExported
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.persistence import db as room
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.work import begin
from casetrack.services.audit import Use
from casetrack.services.bundles import list_bundles
from casetrack.services.cases import close_case, view_case
from casetrack.services.extracts import Extract
from casetrack.services.identity import reveal_identity
from casetrack.services.lists import AccountQuery, CaseQuery, Due, LogQuery, Unseen
from casetrack.services.milestones import list_milestones
from casetrack.services.ports import Stores
from casetrack.services.transfers import decline_transfer, view_transfer
from casetrack.services.work import UnitOfWork
from tests.builders import EASTMARCH, scope_of
from tests.persistence.databases import Database
from tests.persistence.walls import Walled
from tests.services import acts
from tests.world import ACCOUNTS, REASON, SOUTH
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


@dataclass(frozen=True)
class Crowded:
    """A world in which one organisation has ten cases, another a thousand, and a third none; and an offer of one."""

    real: RealWorld
    few: Case
    many: Case
    offer: Transfer


@pytest.fixture(scope="module")
def crowded(standing: Database) -> Crowded:
    """For every test here that changes nothing in it but its journal."""
    real = RealWorld.over(begin, standing.founding)
    few, many = acts.opened(real), acts.opened(real, "receiver")
    multiply(standing, few, 1, 9)
    multiply(standing, many, 10, 1008)
    return Crowded(real, few, many, acts.offered(real, few, SOUTH, acts.INFORMATION_ONLY))


LISTS: dict[str, Callable[[Stores, CaseQuery, Case], object]] = {
    "a list": lambda stores, query, _: stores.cards.find(query),
    "a list of what is due": lambda stores, query, _: stores.cards.find(replace(query, due=Due.OVERDUE)),
    "a find": lambda stores, query, case: stores.cards.find(query.named(case.pseudonym)),
    "my work": lambda stores, query, _: stores.cards.counts(query),
    "an inbox": lambda stores, query, _: stores.transfers.inbox(query.holder, page=1),
    "what was sent": lambda stores, query, _: stores.transfers.sent(query.holder, page=1),
    "a history": lambda stores, _, case: stores.journal.history(case.id, page=1, unseen=Unseen()),
    "a search of the log": lambda stores, *_: stores.journal.search(LogQuery()),
    "the accounts": lambda stores, *_: stores.accounts.list(AccountQuery()),
}


SIZES: Mapping[int, str] = {10: "lead", 1000: "receiving-lead"}
"""Who has how many cases."""


def query_of(who: str) -> CaseQuery:
    return replace(QUERY, holder=ACCOUNTS[who].holder)


def test_there_are_ten_cases_and_a_thousand(crowded: Crowded) -> None:
    for size, who in SIZES.items():
        with crowded.real.begin(scope_of(ACCOUNTS[who])) as stores:
            assert stores.cards.find(query_of(who)).total == size


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_one_statement_for_ten_cases_and_for_a_thousand(crowded: Crowded, name: str) -> None:
    asked: list[int] = []
    for who, case in zip(SIZES.values(), (crowded.few, crowded.many), strict=True):
        with crowded.real.begin(scope_of(ACCOUNTS[who])) as stores, counting() as sent:
            LISTS[name](stores, query_of(who), case)
        asked.append(len(sent))
    assert asked == [1, 1]


def test_the_exports_are_listed_by_as_many_statements_whether_they_are_one_or_twenty(crowded: Crowded) -> None:
    asked = []
    for number in (1, 19):
        for _ in range(number):
            with crowded.real.work("auditor") as work:
                extract = Extract(case=crowded.few.id)
                given = LogExported(
                    at=work.now,
                    by=work.actor.account,
                    use="integrity",
                    scope=extract.filters,
                    size=7,
                    entries=3,
                    manifest="00" * 32,
                )
                work.note(given)
        with crowded.real.work("auditor") as work, counting() as sent:
            found = list_bundles(work, Use.INTEGRITY, page=1)
        asked.append((len(found.page.items), found.references, len(sent)))
    known = {crowded.few.id: crowded.few.reference}
    assert asked == [(1, known, asked[0][2]), (20, known, asked[0][2])]


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
    asked: str, crowded: Crowded
) -> None:
    ours, nobodys = (crowded.few.reference, crowded.offer.id), (Reference("CT-0000-0000"), TransferId(UUID(int=7)))
    sent: list[list[str]] = []
    for reference, transfer in (ours, nobodys):
        with counting() as each, pytest.raises(NotFound), crowded.real.work("scottish-lead", REASON) as work:
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
