"""How a transaction ended, and which cases a database still has: what the list of erasures is held against."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, TextClause, select, text
from sqlalchemy.exc import DBAPIError

from casetrack.domain.ids import CaseId
from casetrack.persistence.cases import CaseRow
from casetrack.persistence.refusals import refusing
from casetrack.services.approvals import Place
from casetrack.services.erasure_list import Ending

HERE: Final[TextClause] = text(
    """
    SELECT (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
           (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database
    """
)
STATUS: Final[TextClause] = text("SELECT pg_xact_status(CAST(:transaction AS xid8))")
ENDINGS: Final = {"committed": Ending.DONE, "aborted": Ending.UNDONE, "in progress": Ending.GOING_ON}


@contextmanager
def ending(engine: Engine) -> Iterator[Callable[[Place], Ending]]:
    """Says how a transaction ended, over an engine of any role: only of the very database that it was in."""
    with refusing(), engine.connect() as connection:
        here = connection.execute(HERE).one()

        def ended(place: Place) -> Ending:
            if (place.cluster, place.database) != (here.cluster, here.database):
                return Ending.UNKNOWN
            return _status(connection, place.transaction)

        yield ended


def still_there(engine: Engine, cases: Iterable[CaseId]) -> frozenset[CaseId]:
    """Those of the cases that the database has, over an engine of a role that reads every case."""
    with refusing(), engine.connect() as connection:
        found = connection.scalars(select(CaseRow.id).where(CaseRow.id.in_(list(cases))))
        return frozenset(CaseId(each) for each in found)


def _status(connection: Connection, transaction: int) -> Ending:
    """A number that this database has not come to yet is an error of its own: it is an older copy."""
    try:
        with connection.begin_nested():
            status = connection.scalar(STATUS, {"transaction": str(transaction)})
    except DBAPIError:
        return Ending.UNKNOWN
    return ENDINGS.get(str(status), Ending.UNKNOWN)
