"""Erasing once more, as a superuser: for whoever has just put a copy back, before any role of ours may connect."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session

from casetrack.domain.ids import CaseId, HolderCode, ProposalId
from casetrack.persistence.cases import HoldingRow
from casetrack.persistence.refusals import refusing
from casetrack.persistence.roles import create_roles
from casetrack.persistence.tombstones import SqlTombstones, TombstoneRow
from casetrack.persistence.work import stores_on
from casetrack.services.ports import Stores

SHUT: Final = text(
    """
    DO $$
    DECLARE
        role text;
    BEGIN
        FOREACH role IN ARRAY ARRAY[
            'casetrack_app', 'casetrack_sequencer', 'casetrack_jobs', 'casetrack_auditor', 'casetrack_keeper'
        ] LOOP
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', current_database(), role);
        END LOOP;
        EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database());
    END
    $$
    """
)
"""Nobody of ours comes in but the migrations, which read nothing: until what was erased is erased once more."""


@contextmanager
def repeating(url: str) -> Iterator[tuple[Stores, "SqlForgets"]]:
    """The stores, and where cases are forgotten, in one transaction of a superuser, whom no policy binds."""
    engine = create_engine(url, poolclass=NullPool)
    with refusing(), Session(engine, autoflush=False) as session, session.begin():
        yield stores_on(session), SqlForgets(session)


def let_in(url: str) -> None:
    """Our roles may connect again; the role must be a superuser."""
    engine = create_engine(url, poolclass=NullPool)
    with refusing(), engine.begin() as connection:
        create_roles(connection)


class SqlForgets(SqlTombstones):
    """Tombstones, and the function that only a superuser and its own role may call."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        super().__init__(session)
        self._superuser = session

    def all(self) -> frozenset[CaseId]:
        """Every case that was erased."""
        return frozenset(CaseId(each) for each in self._superuser.scalars(select(TombstoneRow.case_id)))

    def holders(self, case: CaseId) -> frozenset[HolderCode]:
        """The organisations that have any of the case; none of a case that is not there."""
        now = select(HoldingRow.holder).where(HoldingRow.case_id == case, HoldingRow.until.is_(None))
        return frozenset(HolderCode(each) for each in self._superuser.scalars(now))

    def forget(self, case: CaseId, agreed: ProposalId) -> None:
        """Every row of the case is gone."""
        self._superuser.scalar(select(func.forget_case(case, agreed)))
