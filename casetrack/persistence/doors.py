"""What is asked before anybody is known: sessions, throttles, one-time links; and what an account is remembered for."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.ids import AccountId, Instant, SessionId
from casetrack.persistence.db import Row
from casetrack.persistence.refusals import refusing
from casetrack.services.ports import Failures
from casetrack.services.ports import Session as SignedInSession


class SessionRow(Row):
    """A signed-in browser, by the digest of its token."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    auth: Mapped[str]
    epoch: Mapped[int]
    since: Mapped[datetime]
    seen: Mapped[datetime]
    sealed: Mapped[bytes]


class FailureRow(Row):
    """One failure to sign in, counted for one throttle."""

    __tablename__ = "failures"
    __table_args__ = (Index("ix_failures_throttle", "throttle", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    throttle: Mapped[bytes]
    at: Mapped[datetime]


class LinkRow(Row):
    """A link that opens a session for an account, once."""

    __tablename__ = "links"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ShiftRow(Row):
    """For what and when an account last opened the names of its caseload."""

    __tablename__ = "shifts"

    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    purpose: Mapped[str]
    at: Mapped[datetime]


class AnswerRow(Row):
    """The answer to a request that may be sent again."""

    __tablename__ = "answers"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    answer: Mapped[bytes]
    at: Mapped[datetime]


CHANGING: Final = ("token", "account", "auth", "epoch", "since", "seen", "sealed")


class SqlDoors:
    """Sessions, throttles, links, shifts and answers, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def session(self, token_digest: bytes) -> SignedInSession | None:
        """The session of that token."""
        row = self._session.scalar(select(SessionRow).where(SessionRow.token == token_digest))
        return _session(row) if row else None

    def keep_session(self, session: SignedInSession) -> None:
        """The session is kept as it stands."""
        kept = insert(SessionRow).values(**vars(session))
        changed = {name: kept.excluded[name] for name in CHANGING}
        self._session.execute(kept.on_conflict_do_update(index_elements=["id"], set_=changed))

    def end_session(self, session: SessionId) -> None:
        """The session is gone."""
        self._session.execute(delete(SessionRow).where(SessionRow.id == session))

    def end_sessions(self, account: AccountId) -> None:
        """Every session of the account is gone."""
        self._session.execute(delete(SessionRow).where(SessionRow.account == account))

    def failures(self, throttle: bytes, since: Instant) -> Failures | None:
        """The failures of that throttle after that instant; None if there were none."""
        counted = select(func.count(), func.max(FailureRow.at))
        count, last = self._session.execute(counted.where(FailureRow.throttle == throttle, FailureRow.at > since)).one()
        return Failures(count, last) if count else None

    def add_failure(self, throttle: bytes, at: Instant) -> None:
        """One more failure is counted."""
        self._session.execute(insert(FailureRow).values(id=uuid4(), throttle=throttle, at=at))

    def clear_failures(self, throttle: bytes) -> None:
        """Signing in succeeded: nothing counts any more."""
        self._session.execute(delete(FailureRow).where(FailureRow.throttle == throttle))

    def keep_link(self, digest: bytes, account: AccountId, until: Instant) -> None:
        """A one-time link opens a session for the account."""
        self._session.execute(insert(LinkRow).values(digest=digest, account=account, until=until))

    def use_link(self, digest: bytes, at: Instant) -> AccountId | None:
        """The account that the link was for, once, however many use it at the same time."""
        used = update(LinkRow).where(LinkRow.digest == digest, LinkRow.used_at.is_(None), LinkRow.until > at)
        account = self._session.scalar(used.values(used_at=at).returning(LinkRow.account))
        return AccountId(account) if account else None

    def shift(self, account: AccountId) -> tuple[str, Instant] | None:
        """The purpose for which the account last opened the names of its caseload, and when."""
        found = self._session.execute(
            select(ShiftRow.purpose, ShiftRow.at).where(ShiftRow.account == account)
        ).one_or_none()
        return (found.purpose, found.at) if found else None

    def keep_shift(self, account: AccountId, purpose: str, at: Instant) -> None:
        """The account has opened the names of its caseload for this shift."""
        kept = insert(ShiftRow).values(account=account, purpose=purpose, at=at)
        self._session.execute(
            kept.on_conflict_do_update(
                index_elements=["account"], set_={"purpose": kept.excluded.purpose, "at": kept.excluded.at}
            )
        )

    def remembered(self, key: bytes, account: AccountId) -> bytes | None:
        """The answer that was kept for an idempotency key of that account."""
        return self._session.scalar(select(AnswerRow.answer).where(AnswerRow.key == key, AnswerRow.account == account))

    def remember(self, key: bytes, account: AccountId, answer: bytes, at: Instant) -> None:
        """The answer to a request that may be sent again; `Stale` if the same request was answered meanwhile."""
        with refusing():
            self._session.execute(insert(AnswerRow).values(key=key, account=account, answer=answer, at=at))


def _session(row: SessionRow) -> SignedInSession:
    return SignedInSession(
        id=SessionId(row.id),
        token=row.token,
        account=AccountId(row.account) if row.account else None,
        auth=row.auth,
        epoch=row.epoch,
        since=row.since,
        seen=row.seen,
        sealed=row.sealed,
    )
