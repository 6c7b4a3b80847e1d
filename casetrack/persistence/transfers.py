"""Transfers: one offer of strands from a holder to a holder, with its sealed preview."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SQLColumnExpression,
    UniqueConstraint,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.errors import Stale
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, CaseId, HolderCode, TransferId
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import OPEN_STATES, Transfer, TransferState
from casetrack.persistence.cases import NAMES
from casetrack.persistence.db import Row, Sealed, changed_rows, seal_columns
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import refusing
from casetrack.services.lists import OfferCard, Page
from casetrack.services.ports import KeptTransfer

OPEN: Final = sorted(OPEN_STATES)


class TransferRow(Sealed, Row):
    """A transfer as it stands."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("id", "case_id", "to_holder", "state", name="uq_transfers_receiver"),
        ForeignKeyConstraint(["seal_holder", "seal_keyset"], ["keysets.holder", "keysets.version"]),
        Index("uq_transfers_open", "case_id", unique=True, postgresql_where=text("state IN ('sent', 'seen')")),
        Index("ix_transfers_to_holder", "to_holder", "case_id"),
        Index("ix_transfers_from_holder", "from_holder", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int]
    from_holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    to_holder: Mapped[str] = mapped_column(ForeignKey("holders.code"))
    moves_support: Mapped[bool]
    moves_investigation: Mapped[bool]
    reason: Mapped[str]
    state: Mapped[TransferState]
    case_version: Mapped[int]
    already_moved: Mapped[bool]
    high_risk: Mapped[bool]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    sent_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    decline_reason: Mapped[str | None]
    commitment: Mapped[bytes]
    preview: Mapped[bytes]
    answer: Mapped[bytes | None]


class SqlTransfers:
    """Transfers, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def get(self, transfer: TransferId, *, lock: bool) -> KeptTransfer | None:
        """The transfer; locked until the end of the transaction if it is to be changed.

        The lock is taken first and the transfer read after, so that whoever had to wait reads what came of it.
        """
        if lock:
            self._session.execute(select(TransferRow.id).where(TransferRow.id == transfer).with_for_update())
        row = self._session.scalar(select(TransferRow).where(TransferRow.id == transfer))
        return kept_from(row) if row else None

    def add(self, kept: KeptTransfer) -> None:
        """A new transfer is kept; `OfferOpen` if the case has one that is open."""
        transfer = kept.transfer
        with refusing():
            self._session.execute(
                insert(TransferRow).values(
                    id=transfer.id,
                    case_id=transfer.case,
                    from_holder=transfer.from_holder,
                    to_holder=transfer.to_holder,
                    moves_support=Strand.SUPPORT in transfer.strands,
                    moves_investigation=Strand.INVESTIGATION in transfer.strands,
                    reason=transfer.reason,
                    case_version=transfer.case_version,
                    already_moved=transfer.already_moved,
                    high_risk=transfer.high_risk,
                    sent_by=transfer.sent_by,
                    sent_at=transfer.sent_at,
                    commitment=kept.commitment,
                    preview=kept.preview,
                    **_changing(kept),
                )
            )

    def put(self, kept: KeptTransfer) -> None:
        """The transfer is kept as it stands; `Stale` if its kept version is not the one that was loaded."""
        transfer = kept.transfer
        loaded = (TransferRow.id == transfer.id, TransferRow.version == transfer.loaded_version)
        with refusing():
            if changed_rows(self._session, update(TransferRow).where(*loaded).values(**_changing(kept))) != 1:
                raise Stale

    def of_case(self, case: CaseId) -> tuple[KeptTransfer, ...]:
        """Every transfer of the case that the actor may know of, oldest first, as it is kept."""
        rows = self._session.scalars(
            select(TransferRow).where(TransferRow.case_id == case).order_by(TransferRow.sent_at, TransferRow.id)
        )
        return tuple(kept_from(row) for row in rows)

    def inbox(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The open offers to the holder: high risk first, then the oldest."""
        to_answer = (TransferRow.to_holder == holder, TransferRow.state.in_(OPEN))
        return self._offers(to_answer, (TransferRow.high_risk.desc(), TransferRow.sent_at), page)

    def sent(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        """The offers that the holder sent, the newest first."""
        return self._offers((TransferRow.from_holder == holder,), (TransferRow.sent_at.desc(),), page)

    def _offers(
        self, which: Iterable[ColumnElement[bool]], order: Iterable[SQLColumnExpression[Any]], page: int
    ) -> Page[OfferCard]:
        names = select(NAMES).where(NAMES.c.id == TransferRow.case_id).lateral("names")
        listed = (
            select(TransferRow, names.c.reference, names.c.pseudonym)
            .join(names, true())
            .where(*which)
            .order_by(*order, TransferRow.id)
        )
        return page_of(self._session, listed, _card, number=page)


def _changing(kept: KeptTransfer) -> dict[str, Any]:
    """The columns that change as an offer is answered, and the seal over all of them."""
    transfer = kept.transfer
    return {
        "version": transfer.version,
        "state": transfer.state,
        "seen_at": transfer.seen_at,
        "answered_at": transfer.answered_at,
        "answered_by": transfer.answered_by,
        "decline_reason": transfer.decline_reason,
        "answer": kept.answer,
        **seal_columns(kept.seal),
    }


def kept_from(row: TransferRow) -> KeptTransfer:
    """The transfer that the row keeps, with its seal and what lies under its own key."""
    return KeptTransfer(_transfer(row), row.seal(), row.commitment, row.preview, row.answer)


def _strands(row: TransferRow) -> frozenset[Strand]:
    moves = {Strand.SUPPORT: row.moves_support, Strand.INVESTIGATION: row.moves_investigation}
    return frozenset(strand for strand, moved in moves.items() if moved)


def _transfer(row: TransferRow) -> Transfer:
    return Transfer(
        id=TransferId(row.id),
        case=CaseId(row.case_id),
        version=row.version,
        from_holder=HolderCode(row.from_holder),
        to_holder=HolderCode(row.to_holder),
        strands=_strands(row),
        reason=row.reason,
        state=row.state,
        case_version=row.case_version,
        already_moved=row.already_moved,
        high_risk=row.high_risk,
        sent_by=AccountId(row.sent_by),
        sent_at=row.sent_at,
        seen_at=row.seen_at,
        answered_at=row.answered_at,
        answered_by=AccountId(row.answered_by) if row.answered_by else None,
        decline_reason=row.decline_reason,
    )


def _card(found: Found[Any]) -> OfferCard:
    row: TransferRow = found.TransferRow
    return OfferCard(
        id=TransferId(row.id),
        case=CaseId(row.case_id),
        reference=Reference(found.reference),
        pseudonym=Pseudonym(found.pseudonym),
        from_holder=HolderCode(row.from_holder),
        to_holder=HolderCode(row.to_holder),
        strands=_strands(row),
        state=row.state,
        reason=row.reason,
        high_risk=row.high_risk,
        already_moved=row.already_moved,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
    )
