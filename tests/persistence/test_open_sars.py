"""Who waits for an answer, over PostgreSQL: as many statements for many as for one, each by an index."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import event, text

from casetrack.domain.ids import CaseId, SarId
from casetrack.persistence import db as room
from casetrack.persistence import work as stores_of
from casetrack.persistence.embedded import SUPERUSER
from casetrack.services.fields import SARS
from casetrack.services.people import Account
from casetrack.services.sars import list_open_sars
from tests.builders import EASTMARCH, NORTHMARCH
from tests.persistence.databases import Database
from tests.persistence.test_broken_among_many import edit, refusals
from tests.persistence.test_statements import counting, multiply
from tests.persistence.walls import Walled
from tests.persistence.worlds import World as Small
from tests.services import acts, sars
from tests.services.acts import INVESTIGATION
from tests.services.sars import TODAY
from tests.world import World

LABELS = [field.label for field in SARS.values()]
FEW, MANY = 20, 3000
MORE_VALUES = """
    INSERT INTO sealed_values (id, case_id, part, label_table, label_column, subject, stored, version)
    SELECT gen_random_uuid(), c.id, p.part, p.label_table, p.label_column, c.id, sha256('x'::bytea), 1
    FROM cases c
    JOIN (
        SELECT 'identity' AS part, 'identity' AS label_table, 'field-' || n AS label_column
        FROM generate_series(1, 8) AS n
        UNION ALL SELECT 'support', 'sar', 'support-request'
    ) p ON p.label_table <> 'sar' OR c.pseudonym LIKE 'invented %7'
"""
"""Each case has what is known of a person, and one of ten a request."""


def test_however_many_wait_it_is_as_many_statements_whatever_came_of_others_and_one_that_is_broken(
    app_engine: Database,
) -> None:
    world = World.over(stores_of.begin, app_engine.founding)
    broken = acts.opened(world)
    sars.recorded(world, broken)
    sars.answered(world, acts.opened(world))
    edit(app_engine, broken)
    waiting: dict[SarId, int] = {}
    sent = []
    for more in (1, 4):
        for number in range(more):
            days = len(waiting) + number
            case = acts.opened(world, "lead", INVESTIGATION) if number % 2 else acts.opened(world)
            waiting[sars.recorded(world, case, on=TODAY - timedelta(days=7 * days))] = days
        with counting() as said, world.work("lead") as work:
            found = list_open_sars(work)
        sent.append(len(said))
        assert [sar.id for _, sar in found.sars] == sorted(waiting, key=lambda sar: -waiting[sar])
        assert found.broken == (broken.reference,)
    assert sent == [sent[0]] * 2
    assert refusals(app_engine) == [("IntegrityBroken", broken.reference)] * 2


def test_the_cases_with_a_request_are_found_by_index_whoever_has_most_of_the_cases(walled: Walled) -> None:
    world, database = walled
    sizes = {EASTMARCH.code: FEW, NORTHMARCH.code: MANY}
    first = 1
    for account, holder in ((world.sender, EASTMARCH), (world.receiver, NORTHMARCH)):
        multiply(database, world.case(account, holder), first, first + sizes[holder.code] - 1)
        first += sizes[holder.code]
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text(MORE_VALUES))
        connection.execute(text("ANALYZE"))
    for account in (world.sender, world.receiver):
        found, plan = asked(world, account)
        assert len(found) == sizes[account.holder] // 10
        assert "Seq Scan on sealed_values" not in plan
        # Not the whole of the index, which has the values of everybody: case by case of the organisation's own.
        (_, _, by) = plan.partition("Index Scan using uq_sealed_values_current on sealed_values")
        assert by.split("\n")[1].strip().startswith("Index Cond: ((case_id = holdings.case_id) AND (label_table = ")


def asked(world: Small, account: Account) -> tuple[Sequence[CaseId], str]:
    """The cases of that account's organisation that have a request, and how the database looks for them."""
    sent: list[tuple[str, Mapping[str, object]]] = []

    def note(_connection: object, _cursor: object, statement: str, about: Mapping[str, object], *_: object) -> None:
        sent.append((statement, about))

    with world.as_(account) as stores:
        event.listen(room.db.engine, "before_cursor_execute", note)
        found = stores.values.cases_with(LABELS, account.holder)
        event.remove(room.db.engine, "before_cursor_execute", note)
        ((statement, about),) = sent
        cursor = room.db.session.connection().connection.cursor()
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}", about)
        return found, "\n".join(line for (line,) in cursor.fetchall())
