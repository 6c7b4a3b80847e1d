"""Drafts: answers that were not sent yet, sealed to the account's own holder."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.ids import AccountId
from casetrack.persistence.db import Row
from casetrack.services.unsent import Draft


class DraftRow(Row):
    """One account's answers of one kind."""

    __tablename__ = "drafts"

    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    at: Mapped[datetime]


class SqlDrafts:
    """Drafts, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def get(self, account: AccountId, kind: str, *, lock: bool = False) -> Draft | None:
        """The account's draft of that kind; locked until the end of the transaction if it is to be changed or sent."""
        found = select(DraftRow).where(DraftRow.account == account, DraftRow.kind == kind)
        row = self._session.scalar(found.with_for_update() if lock else found)
        return Draft(AccountId(row.account), row.kind, row.sealed, row.at) if row else None

    def begin(self, draft: Draft) -> bool:
        """The draft is kept where there is none; False if there is one, also one that was begun at the same time."""
        begun = insert(DraftRow).values(**vars(draft)).on_conflict_do_nothing().returning(DraftRow.kind)
        return self._session.scalar(begun) is not None

    def keep(self, draft: Draft) -> None:
        """The draft takes the place of the one before."""
        kept = insert(DraftRow).values(account=draft.account, kind=draft.kind, sealed=draft.sealed, at=draft.at)
        self._session.execute(
            kept.on_conflict_do_update(
                index_elements=["account", "kind"], set_={"sealed": kept.excluded.sealed, "at": kept.excluded.at}
            )
        )

    def discard(self, account: AccountId, kind: str) -> None:
        """The draft is gone."""
        self._session.execute(delete(DraftRow).where(DraftRow.account == account, DraftRow.kind == kind))
