"""Accounts, and the tokens by which programs act for them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.actors import CASEWORKERS, Role
from casetrack.domain.ids import AccountId, HolderCode, Instant
from casetrack.persistence.db import Row
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import refusing
from casetrack.services.lists import AccountCard, Page
from casetrack.services.ports import Account, Token


class AccountRow(Row):
    """Somebody who can sign in."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[Role]
    holder: Mapped[str] = mapped_column(ForeignKey("holders.code"), index=True)
    password: Mapped[str]
    national: Mapped[bool]
    closed_at: Mapped[datetime | None]
    epoch: Mapped[int]


class TokenRow(Row):
    """A program's key to the API, by its digest."""

    __tablename__ = "tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    epoch: Mapped[int]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


KEPT: Final = ("display_name", "role", "holder", "password", "national", "closed_at", "epoch")


class SqlAccounts:
    """Accounts and tokens, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def get(self, account: AccountId) -> Account | None:
        """The account."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.id == account))
        return _account(row) if row else None

    def named(self, sign_in_name: str) -> Account | None:
        """The account that signs in by that name."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.sign_in_name == sign_in_name))
        return _account(row) if row else None

    def names(self, accounts: Iterable[AccountId]) -> Mapping[AccountId, str]:
        """What colleagues call them, in one statement."""
        wanted = set(accounts)
        if not wanted:
            return {}
        found = self._session.execute(
            select(AccountRow.id, AccountRow.display_name).where(AccountRow.id.in_(sorted(wanted)))
        )
        return {AccountId(account): name for account, name in found}

    def workers(self, holder: HolderCode) -> tuple[Account, ...]:
        """The holder's accounts that can hold cases, by name."""
        rows = self._session.scalars(
            select(AccountRow)
            .where(
                AccountRow.holder == holder,
                AccountRow.role.in_(sorted(CASEWORKERS)),
                AccountRow.closed_at.is_(None),
            )
            .order_by(AccountRow.display_name, AccountRow.id)
        )
        return tuple(_account(row) for row in rows)

    def list(self, holder: HolderCode | None, *, page: int) -> Page[AccountCard]:
        """The accounts of a holder, or of all, by the name they sign in by."""
        tokens = (
            select(func.array_agg(aggregate_order_by(TokenRow.id, TokenRow.until.desc(), TokenRow.id)))
            .where(TokenRow.account == AccountRow.id, TokenRow.revoked_at.is_(None))
            .scalar_subquery()
        )
        cards = select(AccountRow, tokens.label("tokens"))
        if holder is not None:
            cards = cards.where(AccountRow.holder == holder)
        return page_of(
            self._session,
            cards.order_by(AccountRow.sign_in_name),
            lambda found: _card(found.AccountRow, found.tokens),
            number=page,
        )

    def add(self, account: Account) -> None:
        """A new account is kept; `NameTaken` if somebody signs in by that name."""
        columns = {name: getattr(account, name) for name in KEPT}
        with refusing():
            self._session.execute(
                insert(AccountRow).values(id=account.id, sign_in_name=account.sign_in_name, **columns)
            )

    def put(self, account: Account) -> None:
        """The account is kept as it stands; its id and the name it signs in by never change."""
        columns = {name: getattr(account, name) for name in KEPT}
        self._session.execute(update(AccountRow).where(AccountRow.id == account.id).values(**columns))

    def add_token(self, token: Token) -> None:
        """A new token is kept."""
        self._session.execute(insert(TokenRow).values(**vars(token)))

    def token(self, digest: bytes) -> Token | None:
        """The token of that digest."""
        row = self._session.scalar(select(TokenRow).where(TokenRow.digest == digest))
        return _token(row) if row else None

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        """The account's tokens, the one that lasts longest first."""
        rows = self._session.scalars(
            select(TokenRow).where(TokenRow.account == account).order_by(TokenRow.until.desc(), TokenRow.id)
        )
        return tuple(_token(row) for row in rows)

    def revoke_token(self, token: UUID, at: Instant) -> None:
        """The token opens nothing any more, from the first time that it is revoked."""
        self._session.execute(
            update(TokenRow).where(TokenRow.id == token, TokenRow.revoked_at.is_(None)).values(revoked_at=at)
        )


def _card(row: AccountRow, tokens: Iterable[UUID] | None) -> AccountCard:
    return AccountCard(
        id=AccountId(row.id),
        sign_in_name=row.sign_in_name,
        display_name=row.display_name,
        role=row.role,
        holder=HolderCode(row.holder),
        closed=row.closed_at is not None,
        tokens=tuple(tokens or ()),
    )


def _account(row: AccountRow) -> Account:
    return Account(
        id=AccountId(row.id),
        sign_in_name=row.sign_in_name,
        display_name=row.display_name,
        role=row.role,
        holder=HolderCode(row.holder),
        password=row.password,
        national=row.national,
        closed_at=row.closed_at,
        epoch=row.epoch,
    )


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        digest=row.digest,
        account=AccountId(row.account),
        epoch=row.epoch,
        until=row.until,
        revoked_at=row.revoked_at,
    )
