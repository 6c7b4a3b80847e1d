"""Tombstones: cases are erased by the database's own function, and this is what is left of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Index, TextClause, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.erasures import Tombstone
from casetrack.domain.ids import AccountId, CaseId, HolderCode, ProposalId
from casetrack.persistence.db import Row, Sealed, seal_columns
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import refusing
from casetrack.services.approvals import KeptTombstone, Place
from casetrack.services.lists import Page

PLACE: Final[TextClause] = text(
    """
    SELECT (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
           (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database,
           pg_current_xact_id()::text AS transaction,
           pg_logical_emit_message(true, 'casetrack', '')
    """
)
FLUSH: Final[TextClause] = text("SELECT pg_logical_emit_message(true, 'casetrack', '')")
"""What has something to write to the log of the database, and so takes all that was written before to the disk."""


class TombstoneRow(Sealed, Row):
    """What is left of a case that was erased."""

    __tablename__ = "tombstones"
    __table_args__ = (Index("ix_tombstones_holders", "holders", postgresql_using="gin"),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    sealed_version: Mapped[int]
    repeated: Mapped[bool]
    reference_digest: Mapped[bytes]
    holders: Mapped[list[str]]
    proposal: Mapped[UUID]
    rule: Mapped[str]
    reason: Mapped[str]
    proposed_by: Mapped[UUID]
    proposed_holder: Mapped[str]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[UUID]
    approved_holder: Mapped[str]
    erased_at: Mapped[datetime]
    lost: Mapped[dict[str, Any]] = mapped_column(JSONB)


class SqlTombstones:
    """Tombstones, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def erase(self, case: CaseId, proposal: ProposalId) -> Mapping[str, int]:
        """Every row of the case is gone; how many they were, by kind. Its tombstone must follow in the transaction.

        `NotPermitted` without a proposal that two people have agreed to, `HoldStands` while a legal hold does.
        """
        with refusing():
            lost = self._session.scalar(select(func.erase_case(case, proposal)))
        return {str(kind): int(number) for kind, number in dict(lost or {}).items()}

    def add(self, kept: KeptTombstone) -> None:
        """The tombstone is kept, for ever."""
        with refusing():
            self._session.execute(insert(TombstoneRow).values(**tombstone_columns(kept)))

    def get(self, case: CaseId) -> KeptTombstone | None:
        """The tombstone, if the actor may know of it."""
        row = self._session.scalar(select(TombstoneRow).where(TombstoneRow.case_id == case))
        return tombstone_from(row) if row else None

    def of_holder(self, holder: HolderCode, *, page: int) -> Page[KeptTombstone]:
        """The tombstones of the cases that the holder was responsible for at the end, the newest first."""
        listed = (
            select(TombstoneRow)
            .where(TombstoneRow.holders.bool_op("@>")([holder]))
            .order_by(TombstoneRow.erased_at.desc(), TombstoneRow.case_id)
        )
        return page_of(self._session, listed, lambda found: tombstone_from(found.TombstoneRow), number=page)

    def place(self) -> Place:
        """The transaction in which this is asked; that there is one is on the database's disk.

        A number that memory alone knew would be given out again after a crash, and the end of another transaction then
        be taken for the end of this one. The disk knows of it with the next transaction that is committed after it.
        """
        found = self._session.execute(PLACE).one()
        with self._session.get_bind().engine.begin() as beside:
            beside.execute(FLUSH)
        return Place(found.cluster, found.database, int(found.transaction))


def tombstone_columns(kept: KeptTombstone) -> dict[str, Any]:
    """The tombstone as the columns of its row."""
    stone = kept.stone
    return {
        "case_id": stone.case,
        "version": kept.version,
        "sealed_version": stone.version,
        "repeated": kept.repeated,
        "reference_digest": stone.reference_digest,
        "holders": list(stone.holders),
        "proposal": stone.proposal,
        "rule": stone.rule,
        "reason": stone.reason,
        "proposed_by": stone.proposed_by,
        "proposed_holder": stone.proposed_holder,
        "proposed_at": stone.proposed_at,
        "approved_by": stone.approved_by,
        "approved_holder": stone.approved_holder,
        "erased_at": stone.erased_at,
        "lost": dict(stone.lost),
        **seal_columns(kept.seal),
    }


def tombstone_from(row: TombstoneRow) -> KeptTombstone:
    """The tombstone that the row keeps, with its seal."""
    stone = Tombstone(
        case=CaseId(row.case_id),
        version=row.sealed_version,
        reference_digest=row.reference_digest,
        holders=tuple(HolderCode(each) for each in row.holders),
        proposal=ProposalId(row.proposal),
        rule=row.rule,
        reason=row.reason,
        proposed_by=AccountId(row.proposed_by),
        proposed_holder=HolderCode(row.proposed_holder),
        proposed_at=row.proposed_at,
        approved_by=AccountId(row.approved_by),
        approved_holder=HolderCode(row.approved_holder),
        erased_at=row.erased_at,
        lost={str(kind): int(number) for kind, number in row.lost.items()},
    )
    return KeptTombstone(stone, row.seal(), row.version, repeated=row.repeated)
