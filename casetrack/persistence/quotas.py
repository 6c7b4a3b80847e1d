"""What each account was shown of who people are, for as long as it counts; and what supervisors allow besides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Select, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.ids import AccountId, Instant
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.db import Row
from casetrack.services.limits import Raise, Spent


class QuotaUseRow(Row):
    """That an account was shown something."""

    __tablename__ = "quota_uses"
    __table_args__ = (Index("ix_quota_uses_account", "account", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    reveals: Mapped[int]
    opened: Mapped[int]


class QuotaRaiseRow(Row):
    """That a supervisor lets an account be shown as much again."""

    __tablename__ = "quota_raises"
    __table_args__ = (Index("ix_quota_raises_account", "account", "until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    until: Mapped[datetime]


class SqlQuotas:
    """Quotas, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def spent(self, account: AccountId, *, since: Instant, now: Instant) -> Spent:
        """What the account was shown; nobody else spends of it until this transaction ends.

        Two acts of one account are counted one after the other, however they come: its row is locked for that.
        """
        self._session.execute(select(AccountRow.id).where(AccountRow.id == account).with_for_update(key_share=True))
        return self.of_all((account,), since=since, now=now).get(account, Spent())

    def spend(self, account: AccountId, spent: Spent, at: Instant) -> None:
        """The account was shown so much more."""
        used = {"id": uuid4(), "account": account, "at": at, "reveals": spent.reveals, "opened": spent.opened}
        self._session.execute(insert(QuotaUseRow).values(**used))

    def of_all(self, accounts: tuple[AccountId, ...], *, since: Instant, now: Instant) -> Mapping[AccountId, Spent]:
        """What each of the accounts was shown, in one statement."""
        found = self._session.execute(_spent(since, now).where(AccountRow.id.in_(accounts)))
        told = {AccountId(row.id): Spent(row.reveals, row.opened, row.raises) for row in found}
        return {account: spent for account, spent in told.items() if spent != Spent()}

    def allow(self, raised: Raise) -> None:
        """The account may be shown as much again."""
        self._session.execute(insert(QuotaRaiseRow).values(**vars(raised)))


def _spent(since: Instant, now: Instant) -> Select[*tuple[Any, ...]]:
    """Each account, with what it was shown after that instant and how many raises are in force."""
    uses = (QuotaUseRow.account == AccountRow.id, QuotaUseRow.at > since)
    reveals, opened = (
        select(func.coalesce(func.sum(counted), 0)).where(*uses).scalar_subquery()
        for counted in (QuotaUseRow.reveals, QuotaUseRow.opened)
    )
    in_force = (QuotaRaiseRow.account == AccountRow.id, QuotaRaiseRow.until > now)
    raises = select(func.count()).select_from(QuotaRaiseRow).where(*in_force).scalar_subquery()
    return select(AccountRow.id, reveals.label("reveals"), opened.label("opened"), raises.label("raises"))
