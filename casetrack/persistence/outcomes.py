"""How a transaction ended, and which cases a database still has: what the list of erasures is held against."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, TextClause, select, text
from sqlalchemy.exc import DBAPIError

from casetrack.domain.ids import CaseId
from casetrack.domain.proposal_events import CaseErased
from casetrack.persistence.cases import CaseRow
from casetrack.persistence.journal import EventRow
from casetrack.persistence.refusals import refusing
from casetrack.persistence.tombstones import TombstoneRow
from casetrack.services.approvals import Place
from casetrack.services.erasure_list import Ending, Trace

HERE: Final[TextClause] = text(
    """
    SELECT (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
           (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database
    """
)
STATUS: Final[TextClause] = text("SELECT pg_xact_status(CAST(:transaction AS xid8))")
ENDINGS: Final = {"committed": Ending.DONE, "aborted": Ending.UNDONE, "in progress": Ending.GOING_ON}


class SqlOutcomes:
    """What a database knows of the erasures of a list: how each transaction ended, and what is left of each case."""

    def __init__(self, connection: Connection) -> None:
        """Ask over that connection, of any role that reads every tombstone."""
        self._connection = connection
        here = connection.execute(HERE).one()
        self._here = (here.cluster, here.database)

    def ended(self, place: Place) -> Ending:
        """How the transaction ended: only of the very database that it was in."""
        if (place.cluster, place.database) != self._here:
            return Ending.UNKNOWN
        return _status(self._connection, place.transaction)

    def traced(self, case: CaseId) -> Trace:
        """What there is of the erasing of the case: whoever owns the database has `ended` say what they like."""
        # Of all that somebody approves, erasing alone changes a case.
        told = select(EventRow.id).where(
            EventRow.case_id == case, EventRow.action == CaseErased.action.value, EventRow.case_version.is_not(None)
        )
        repeated = self._connection.scalar(select(TombstoneRow.repeated).where(TombstoneRow.case_id == case))
        if repeated is None:
            return Trace.ERASED if self._connection.scalar(select(told.exists())) else Trace.NONE
        return Trace.REPEATED if repeated else Trace.ERASED


@contextmanager
def outcomes(engine: Engine) -> Iterator[SqlOutcomes]:
    """The same, over an engine of such a role."""
    with refusing(), engine.connect() as connection:
        yield SqlOutcomes(connection)


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
