"""Legal holds: while one stands on a case, the database itself refuses to erase that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.errors import Stale
from casetrack.domain.holds import LegalHold
from casetrack.domain.ids import AccountId, CaseId, HolderCode, HoldId
from casetrack.persistence.db import Row, Sealed, changed_rows, seal_columns
from casetrack.persistence.refusals import refusing
from casetrack.services.approvals import KeptHold


class HoldRow(Sealed, Row):
    """A legal hold as it stands, or stood."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        ForeignKeyConstraint(["seal_holder", "seal_keyset"], ["keysets.holder", "keysets.version"]),
        Index(
            "uq_legal_holds_standing",
            *("case_id", "reason"),
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int]
    reason: Mapped[str]
    holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    set_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    set_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    lifted_at: Mapped[datetime | None]


class SqlHolds:
    """Legal holds, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def of_case(self, case: CaseId) -> tuple[KeptHold, ...]:
        """Every hold that stands or stood on the case, oldest first."""
        rows = self._session.scalars(
            select(HoldRow).where(HoldRow.case_id == case).order_by(HoldRow.set_at, HoldRow.id)
        )
        return tuple(hold_from(row) for row in rows)

    def add(self, kept: KeptHold) -> None:
        """A new hold is kept; `SameHoldStands` if one for that reason stands."""
        hold = kept.hold
        with refusing():
            self._session.execute(
                insert(HoldRow).values(
                    id=hold.id,
                    case_id=hold.case,
                    reason=hold.reason,
                    set_by=hold.set_by,
                    set_at=hold.set_at,
                    **_changing(kept),
                )
            )

    def put(self, kept: KeptHold) -> None:
        """The hold is kept as it stands; `Stale` if its kept version is not the one that was loaded."""
        hold = kept.hold
        loaded = (HoldRow.id == hold.id, HoldRow.version == hold.loaded_version)
        with refusing():
            if changed_rows(self._session, update(HoldRow).where(*loaded).values(**_changing(kept))) != 1:
                raise Stale


def _changing(kept: KeptHold) -> Mapping[str, Any]:
    """The columns that change when a hold is lifted, and the seal over all of them."""
    hold = kept.hold
    return {
        "version": hold.version,
        "holder": hold.holder,
        "lifted_by": hold.lifted_by,
        "lifted_at": hold.lifted_at,
        **seal_columns(kept.seal),
    }


def hold_from(row: HoldRow) -> KeptHold:
    """The hold that the row keeps, with its seal."""
    hold = LegalHold(
        id=HoldId(row.id),
        case=CaseId(row.case_id),
        version=row.version,
        reason=row.reason,
        holder=HolderCode(row.holder),
        set_by=AccountId(row.set_by),
        set_at=row.set_at,
        lifted_by=AccountId(row.lifted_by) if row.lifted_by else None,
        lifted_at=row.lifted_at,
    )
    return KeptHold(hold, row.seal())
