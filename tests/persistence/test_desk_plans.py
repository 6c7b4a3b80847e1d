"""What an auditor asks of a long log is found by an index, in as many statements as of a short one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import event, text

from casetrack.app import utc_now
from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.ids import EventId
from casetrack.domain.working_hours import day_bounds
from casetrack.persistence import db as room
from casetrack.persistence import schema, work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import OWNER
from casetrack.services.lists import MOST_FOUND, LogQuery, Outcome
from casetrack.services.occasions import Measures, UnusualQuery, Volume
from casetrack.services.ports import Stores
from casetrack.services.register import RegisterQuery
from tests import builders
from tests.builders import EASTMARCH, NORTHMARCH
from tests.persistence.databases import Database
from tests.persistence.worlds import World

MANY: Final = 15_000
"""More than one search finds."""
MORE_EVENTS: Final = """
    INSERT INTO events (id, at, time_ms, action, account, holder, case_id, aspect, refusal, attempted, holders_then,
                        payload, salt, commitment)
    SELECT gen_random_uuid(), at, floor(extract(epoch FROM at) * 1000), action, account, holder, case_id, '', refusal,
           attempted, holders_then, payload, salt,
           sha256('casetrack/audit-payload/v1'::bytea || '\\x00'::bytea || salt || int4send(octet_length(payload))
                  || payload)
    FROM (
        SELECT now() - n * interval '4 minutes' AS at,
               CASE WHEN n % 100 = 0 THEN 'identity:reveal' ELSE 'case:view' END AS action,
               CASE WHEN n % 50 = 0 THEN CAST(:sender AS uuid) ELSE CAST(:other AS uuid) END AS account,
               CASE WHEN n % 50 = 0 THEN 'eastmarch' ELSE 'northmarch' END AS holder,
               CASE WHEN n % 200 = 0 THEN NULL WHEN n % 97 = 0 THEN CAST(:case AS uuid) ELSE gen_random_uuid() END
                   AS case_id,
               CASE WHEN n % 200 = 0 THEN 'NotFound' END AS refusal,
               CASE WHEN n % 200 = 0 THEN 'CT-' || n END AS attempted,
               CASE WHEN n % 97 = 0 THEN ARRAY['eastmarch'] ELSE ARRAY['northmarch'] END AS holders_then,
               convert_to(
                   '{"detail":{' || CASE WHEN n % 500 = 0 THEN '"account":"' || CAST(:sender AS text) || '"' ELSE '' END
                   || '},"operations":["consultation"],"purpose":"'
                   || CASE WHEN n % 100 = 0 THEN 'court' ELSE 'casework' END || '"}', 'UTF8'
               ) AS payload,
               sha256(CAST(CAST(n AS text) AS bytea)) AS salt
        FROM generate_series(1, CAST(:many AS integer)) AS n
    ) told
"""


@dataclass(frozen=True)
class Log:
    """A world, a case in it, and who asks."""

    world: World
    case: Case


@pytest.fixture(scope="module")
def log(standing: Database) -> Log:
    """The log is long, and the database knows how long."""
    world = World.made(work.begin, work.transaction, standing.founding)
    case = world.case()
    world.offer(case)
    return Log(world, case)


@pytest.fixture(scope="module")
def sent_of_few(log: Log) -> Mapping[str, int]:
    """How many statements each question is while the log is short."""
    return {name: len(sent(log, name)) for name in ASKED}


@pytest.fixture(scope="module")
def long(log: Log, sent_of_few: Mapping[str, int], standing: Database) -> Log:
    """The same log, once it is long and the database knows how long."""
    assert sent_of_few
    told = {"sender": log.world.sender.id, "other": log.world.receiver.id, "case": log.case.id, "many": MANY}
    with standing.engine(SUPERUSER).begin() as connection:
        connection.execute(text(MORE_EVENTS), told)
        connection.execute(text("ANALYZE"))
    return log


Ask = Callable[[Stores, Log], object]


def of_log(**narrowed: object) -> Ask:
    return lambda stores, _: stores.journal.search(LogQuery(**narrowed))  # type: ignore[arg-type] # the fields of a query


DAY: Final = utc_now().date() - timedelta(1)
"""A whole day of the log, whatever the hour."""
BEFORE: Final = DAY - timedelta(39)
UNUSUAL: Final = UnusualQuery(since=DAY, until=DAY)


def measures(log: Log) -> Measures:
    """What the rules say of that day: when everybody works, who opened much, and who was shown their own surname."""
    days = day_bounds(DAY, DAY)
    calendar_of = {EASTMARCH.code: 0, NORTHMARCH.code: 0}
    volumes = (Volume(log.world.sender.id, 0, 20, 0),)
    return Measures(days, (days,), calendar_of, volumes, ((EventId(log.case.id), 0),))


ASKED: Final[Mapping[str, tuple[Ask, tuple[str, ...]]]] = {
    "everything": (of_log(), ("ix_events_at",)),
    "a case": (
        lambda stores, log: stores.journal.search(LogQuery(reference=log.case.reference)),
        ("ix_events_case_id", "ix_events_attempted", "ix_events_refused_on"),
    ),
    "an account": (
        lambda stores, log: stores.journal.search(LogQuery(account=log.world.sender.id)),
        ("ix_events_account",),
    ),
    "an organisation": (of_log(holder=EASTMARCH.code), ("ix_events_holder",)),
    "an action": (of_log(action=Action.IDENTITY_REVEAL), ("ix_events_action",)),
    "a purpose": (of_log(purpose="court"), ("ix_events_purpose",)),
    "what was refused": (of_log(outcome=Outcome.REFUSED), ("ix_events_refused",)),
    "what was done": (of_log(outcome=Outcome.DONE), ("ix_events_at",)),
    "some days": (of_log(since=DAY - timedelta(2), until=DAY - timedelta(1)), ("ix_events_at",)),
    "who was at a case": (
        lambda stores, log: stores.desk.people_at(log.case.reference),
        ("ix_events_case_id", "ix_events_attempted", "ix_events_refused_on"),
    ),
    "the cases of an account": (lambda stores, log: stores.desk.cases_of(log.world.sender.id), ("ix_events_account",)),
    "its signing in": (lambda stores, log: stores.desk.sign_ins(log.world.sender.id), ("ix_events_account",)),
    "what was done about it": (lambda stores, log: stores.desk.told_of(log.world.sender.id), ("ix_events_subject",)),
    "the accounts of an organisation": (
        lambda stores, _: stores.desk.made_for([EASTMARCH.code]),
        ("ix_events_action",),
    ),
    "who became responsible": (
        lambda stores, log: stores.desk.became_responsible(log.case.reference),
        ("ix_events_worker",),
    ),
    "who was responsible": (lambda stores, log: stores.cases.audited(log.case.reference), ()),
    "which case goes by a reference": (lambda stores, log: stores.desk.case_of(log.case.reference), ()),
    "by which references cases go": (lambda stores, log: stores.desk.references([log.case.id]), ()),
    "who looked for a person": (
        lambda stores, _: stores.traces.searches({"name:00": "name"}, day_bounds(DAY - timedelta(7), DAY)),
        ("ix_events_action",),
    ),
    "what left": (lambda stores, _: stores.register.find(RegisterQuery()), ("ix_events_action",)),
    "what left an organisation": (
        lambda stores, _: stores.register.find(RegisterQuery(sender=EASTMARCH.code, since=DAY, kind="council")),
        ("ix_events_action",),
    ),
    "what left of a case": (
        lambda stores, log: stores.register.find(RegisterQuery(reference=log.case.reference)),
        (),
    ),
    "what was erased": (lambda stores, _: stores.desk.erasures(page=1), ()),
    "who proposed it": (
        lambda stores, log: stores.desk.proposed([EventId(log.case.id)]),
        ("uq_events_step", "pk_events"),
    ),
    "how far the log is": (lambda stores, _: stores.desk.log_state(), ()),
    "how much was opened": (
        lambda stores, _: stores.unusual.opened(UNUSUAL, day_bounds(BEFORE, DAY), since=40, least=20, of_many=False),
        ("ix_events_at", "ix_events_account"),
    ),
    "how many people were shown": (
        lambda stores, _: stores.unusual.opened(UNUSUAL, day_bounds(BEFORE, DAY), since=40, least=50, of_many=True),
        (),
    ),
    "which surnames were compared": (
        lambda stores, _: stores.unusual.comparisons(UNUSUAL, *day_bounds(DAY, DAY), most=5000),
        ("ix_events_compared",),
    ),
    "which accesses were unusual": (
        lambda stores, log: stores.unusual.find(UNUSUAL, measures(log)),
        ("ix_events_at", "ix_events_tie", "ix_events_worker", "ix_events_review", "pk_events"),
    ),
    "which of one account": (
        lambda stores, log: stores.unusual.find(replace(UNUSUAL, account=log.world.sender.id), measures(log)),
        ("ix_events_account", "ix_events_tie", "ix_events_worker", "ix_events_review", "pk_events"),
    ),
    "whose an entry is": (lambda stores, log: stores.unusual.entry(EventId(log.case.id)), ("pk_events",)),
    "what came of an access": (
        lambda stores, log: stores.unusual.reviews([EventId(log.case.id)], of_day=False),
        ("ix_events_review",),
    ),
}
"""What is asked, and the indexes of the journal that answer it."""


def sent(log: Log, name: str, by: str = "national") -> list[tuple[str, Mapping[str, object]]]:
    """The statements of that question, with what each is asked about."""
    found: list[tuple[str, Mapping[str, object]]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Mapping[str, object], *_: object
    ) -> None:
        found.append((statement, parameters))

    with log.world.as_(getattr(log.world, by)) as stores:
        event.listen(room.db.engine, "before_cursor_execute", note)
        try:
            ASKED[name][0](stores, log)
        finally:
            event.remove(room.db.engine, "before_cursor_execute", note)
    return found


def plan(log: Log, name: str, by: str) -> str:
    ((statement, parameters),) = sent(log, name, by)
    with log.world.as_(getattr(log.world, by)):
        cursor = room.db.session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("by", ["national", "auditor"])
@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_of_a_long_log_is_found_by_an_index(long: Log, name: str, by: str) -> None:
    shown = plan(long, name, by)
    assert "Seq Scan on events" not in shown
    assert [index for index in ASKED[name][1] if index not in shown] == []


@pytest.mark.parametrize("name", ASKED)
def test_each_question_is_one_statement_of_few_entries_and_of_many(
    long: Log, sent_of_few: Mapping[str, int], name: str
) -> None:
    assert (sent_of_few[name], len(sent(long, name))) == (1, 1)


def test_of_more_than_a_search_finds_the_newest_are_found(long: Log) -> None:
    with long.world.as_(long.world.national) as stores:
        page = stores.journal.search(LogQuery())
        last = stores.journal.search(LogQuery(page=page.pages))
    assert page.total == MOST_FOUND < MANY
    assert page.items[0].at > last.items[-1].at > utc_now() - timedelta(minutes=4 * MANY)


def test_a_journal_that_was_there_before_says_what_it_was_for_and_about_whom(walled: tuple[World, Database]) -> None:
    """The columns are made of every payload there is, although nothing in a journal is ever changed."""
    world, database = walled
    case = world.case()
    entry = builders.new_entry(builders.viewed(case, world.sender), world.sender, purpose="court")
    with world.as_(world.sender) as stores:
        stores.journal.write(entry)
    for step, revision in ((schema.downgrade, "0008"), (schema.upgrade, "head")):
        with database.engine(OWNER).begin() as connection:
            step(connection, revision)
    with world.as_(world.national) as stores:
        assert [card.id for card in stores.journal.search(LogQuery(purpose="court")).items] == [entry.id]
