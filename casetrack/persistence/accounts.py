"""Accounts, and the tokens by which programs act for them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Computed, ForeignKey, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.crypto.seals import Seal
from casetrack.domain.actors import CASEWORKERS, Role
from casetrack.domain.errors import Stale
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import AccountId, HolderCode, Instant
from casetrack.persistence.db import Row, changed_rows
from casetrack.persistence.pages import page_of
from casetrack.persistence.refusals import refusing
from casetrack.services.evidence import KeptAccount
from casetrack.services.lists import AccountCard, AccountQuery, AccountSort, AccountState, Page
from casetrack.services.people import Account, Token

DIGEST: Final = "sha256(password::bytea)"
"""Of a password's hash, which has no letter that means something else to a bytea: the base64 of Argon2's own form."""


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
    signed_in_at: Mapped[datetime | None]
    """When it was last signed in to: no seal covers it, because nothing is decided by it."""
    password_digest: Mapped[bytes] = mapped_column(Computed(DIGEST, persisted=True), deferred=True)
    """Made by the database of the hash as it stands: what whoever verifies the seal may read."""
    seal_keyset: Mapped[int]
    seal_signature: Mapped[bytes]


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
    seal_keyset: Mapped[int]
    seal_signature: Mapped[bytes]


CHANGING: Final = ("password", "closed_at", "epoch")
KEPT: Final = ("id", "sign_in_name", "display_name", "role", "holder", "national", *CHANGING)
TOKEN_KEPT: Final = ("id", "name", "digest", "account", "epoch", "until", "revoked_at")

ACCOUNT_SIGNED: Final = tuple(
    getattr(AccountRow, name)
    for name in (*(name for name in KEPT if name != "password"), "password_digest", "seal_keyset", "seal_signature")
)
"""All that the seal of an account covers, and the seal: of the password's hash a digest alone."""

SORTS: Final[Mapping[AccountSort, ColumnElement[Any]]] = {
    AccountSort.SIGN_IN_NAME: AccountRow.__table__.c.sign_in_name,
    AccountSort.NAME: AccountRow.__table__.c.display_name,
    AccountSort.HOLDER: AccountRow.__table__.c.holder,
    AccountSort.SIGNED_IN: AccountRow.__table__.c.signed_in_at,
}


class SqlAccounts:
    """Accounts and tokens, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def get(self, account: AccountId) -> Account | None:
        """The account."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.id == account))
        return account_from(row) if row else None

    def named(self, sign_in_name: str) -> Account | None:
        """The account that signs in by that name."""
        row = self._session.scalar(select(AccountRow).where(AccountRow.sign_in_name == sign_in_name))
        return account_from(row) if row else None

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
        return tuple(account_from(row) for row in rows)

    def list(self, query: AccountQuery) -> Page[AccountCard]:
        """One page of the accounts that match."""
        tokens = (
            select(func.array_agg(aggregate_order_by(TokenRow.id, TokenRow.until.desc(), TokenRow.id)))
            .where(TokenRow.account == AccountRow.id, TokenRow.revoked_at.is_(None))
            .scalar_subquery()
        )
        cards = select(AccountRow, tokens.label("tokens"))
        if query.holder is not None:
            cards = cards.where(AccountRow.holder == query.holder)
        if query.state is not None:
            is_open = AccountRow.closed_at.is_(None)
            cards = cards.where(is_open if query.state is AccountState.OPEN else ~is_open)
        return page_of(
            self._session,
            cards.order_by(*_order(query)),
            lambda found: _card(found.AccountRow, found.tokens),
            number=query.page,
        )

    def add(self, account: Account) -> None:
        """A new account is kept; `NameTaken` if somebody signs in by that name."""
        columns = {name: getattr(account, name) for name in KEPT}
        with refusing():
            self._session.execute(insert(AccountRow).values(**columns, **_sealed(account.seal)))

    def put(self, account: Account, *, before: Account) -> None:
        """What of an account can change is kept as it stands; `Stale` if it is of another epoch than before."""
        columns = {name: getattr(account, name) for name in CHANGING}
        as_before = update(AccountRow).where(AccountRow.id == account.id, AccountRow.epoch == before.epoch)
        if not changed_rows(self._session, as_before.values(**columns, **_sealed(account.seal))):
            raise Stale

    def mark_signed_in(self, account: AccountId, at: Instant) -> None:
        """When somebody last signed in to the account."""
        self._session.execute(update(AccountRow).where(AccountRow.id == account).values(signed_in_at=at))

    def add_token(self, token: Token) -> None:
        """A new token is kept."""
        columns = {name: getattr(token, name) for name in TOKEN_KEPT}
        self._session.execute(insert(TokenRow).values(**columns, **_sealed(token.seal)))

    def token(self, digest: bytes) -> Token | None:
        """The token of that digest."""
        row = self._session.scalar(select(TokenRow).where(TokenRow.digest == digest))
        return token_from(row) if row else None

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        """The account's tokens, the one that lasts longest first."""
        rows = self._session.scalars(
            select(TokenRow).where(TokenRow.account == account).order_by(TokenRow.until.desc(), TokenRow.id)
        )
        return tuple(token_from(row) for row in rows)

    def revoke_token(self, token: Token) -> None:
        """The token opens nothing any more, from the first time that it is revoked."""
        live = update(TokenRow).where(TokenRow.id == token.id, TokenRow.revoked_at.is_(None))
        self._session.execute(live.values(revoked_at=token.revoked_at, **_sealed(token.seal)))


def account_from(row: AccountRow) -> Account:
    """The account that the row holds."""
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
        seal=Seal(SERVICE, row.seal_keyset, row.seal_signature),
    )


def signed_account_from(row: Found[Any]) -> KeptAccount:
    """The account of a row of `ACCOUNT_SIGNED`, for whoever checks its seal and reads no hash."""
    shown = {name: getattr(row, name) for name in KEPT if name != "password"}
    return KeptAccount(
        Account(**shown, password="", seal=Seal(SERVICE, row.seal_keyset, row.seal_signature)), row.password_digest
    )


def token_from(row: TokenRow) -> Token:
    """The token that the row holds."""
    return Token(
        id=row.id,
        name=row.name,
        digest=row.digest,
        account=AccountId(row.account),
        epoch=row.epoch,
        until=row.until,
        revoked_at=row.revoked_at,
        seal=Seal(SERVICE, row.seal_keyset, row.seal_signature),
    )


def _order(query: AccountQuery) -> Iterator[ColumnElement[Any]]:
    """By what is asked for, then by name; whoever never signed in comes before all who have."""
    column = SORTS[query.sort]
    yield column.desc().nulls_last() if query.descending else column.asc().nulls_first()
    yield AccountRow.sign_in_name.asc()


def _sealed(seal: Seal) -> dict[str, Any]:
    return {"seal_keyset": seal.keyset_version, "seal_signature": seal.signature}


def _card(row: AccountRow, tokens: Iterable[UUID] | None) -> AccountCard:
    return AccountCard(
        id=AccountId(row.id),
        sign_in_name=row.sign_in_name,
        display_name=row.display_name,
        role=row.role,
        holder=HolderCode(row.holder),
        closed=row.closed_at is not None,
        signed_in_at=row.signed_in_at,
        tokens=tuple(tokens or ()),
    )
