"""What is asked before anybody is known: sessions, throttles, one-time links; and what an account is remembered for."""

from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.errors import StillAnswering
from casetrack.domain.ids import AccountId, Instant, SessionId
from casetrack.persistence.db import Row, changed_rows
from casetrack.persistence.refusals import refusing
from casetrack.services.people import Failures, Link, LinkUse
from casetrack.services.people import Session as SignedInSession


class SessionRow(Row):
    """A signed-in browser, by the digest of its token."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    auth: Mapped[str]
    epoch: Mapped[int]
    since: Mapped[datetime]
    seen: Mapped[datetime]
    sealed: Mapped[bytes]
    mac: Mapped[bytes]


class FailureRow(Row):
    """One failure to sign in, counted for one throttle."""

    __tablename__ = "failures"
    __table_args__ = (Index("ix_failures_throttle", "throttle", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    throttle: Mapped[bytes]
    at: Mapped[datetime]
    refused_at: Mapped[datetime | None]
    """When the first try after it was refused, for coming too soon."""


class LinkRow(Row):
    """A link that does one thing for an account, once."""

    __tablename__ = "links"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    use: Mapped[LinkUse]
    epoch: Mapped[int]
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]
    mac: Mapped[bytes]


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


CHANGING: Final = ("seen", "sealed", "mac")
TURN: Final = b"casetrack/v1/turn\0"
TURNS_WAIT: Final = "5s"
"""How long somebody waits for their own request to be answered, of which they sent a second before it was."""
WAIT: Final = text("SELECT set_config('lock_timeout', :time, true)")
WAIT_AS_EVER: Final = text("SET LOCAL lock_timeout TO DEFAULT")
LOCK_NOT_AVAILABLE: Final = "55P03"


class SqlDoors:
    """Sessions, throttles, links, shifts and answers, in their tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def session(self, token_digest: bytes) -> SignedInSession | None:
        """The session of that token."""
        row = self._session.scalar(select(SessionRow).where(SessionRow.token == token_digest))
        return _session(row) if row else None

    def add_session(self, session: SignedInSession) -> None:
        """A new session is kept."""
        self._session.execute(insert(SessionRow).values(**vars(session)))

    def keep_session(self, session: SignedInSession) -> bool:
        """What the session holds is kept; False if it has ended meanwhile."""
        changed = {name: getattr(session, name) for name in CHANGING}
        found = update(SessionRow).where(SessionRow.id == session.id).values(**changed)
        return bool(changed_rows(self._session, found))

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

    def add_failure(self, throttle: bytes, at: Instant) -> UUID:
        """One more failure is counted."""
        failure = uuid4()
        self._session.execute(insert(FailureRow).values(id=failure, throttle=throttle, at=at))
        return failure

    def forget_failure(self, failure: UUID) -> None:
        """That one failure counts no more."""
        self._session.execute(delete(FailureRow).where(FailureRow.id == failure))

    def refuse_first(self, throttle: bytes, at: Instant) -> bool:
        """True once after each failure of that throttle, however many ask at the same time."""
        unmarked = and_(FailureRow.throttle == throttle, FailureRow.refused_at.is_(None))
        return bool(changed_rows(self._session, update(FailureRow).where(unmarked).values(refused_at=at)))

    def clear_failures(self, throttle: bytes) -> None:
        """Signing in succeeded: nothing counts any more."""
        self._session.execute(delete(FailureRow).where(FailureRow.throttle == throttle))

    def keep_link(self, link: Link) -> None:
        """The link can be used."""
        self._session.execute(insert(LinkRow).values(**vars(link)))

    def use_link(self, digest: bytes, use: LinkUse, at: Instant) -> Link | None:
        """The link of that digest, once, however many use it at the same time."""
        unused = and_(LinkRow.digest == digest, LinkRow.use == use, LinkRow.used_at.is_(None), LinkRow.until > at)
        columns = (LinkRow.account, LinkRow.epoch, LinkRow.until, LinkRow.mac)
        found = self._session.execute(update(LinkRow).where(unused).values(used_at=at).returning(*columns))
        link = found.one_or_none()
        return Link(digest, AccountId(link.account), use, link.epoch, link.until, link.mac) if link else None

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

    def take_turn(self, key: bytes, account: AccountId, at: Instant) -> None:
        """Nobody else answers the request of that key until this transaction ends; `StillAnswering` if it takes long.

        The turn is a row of its own, which the second to come has to wait for: the application takes no advisory lock.
        """
        turn = insert(AnswerRow).values(key=sha256(TURN + key).digest(), account=account, answer=b"", at=at)
        self._session.execute(WAIT, {"time": TURNS_WAIT})
        try:
            self._session.execute(turn.on_conflict_do_nothing())
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise StillAnswering from None
            raise
        self._session.execute(WAIT_AS_EVER)

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
        account=AccountId(row.account),
        auth=row.auth,
        epoch=row.epoch,
        since=row.since,
        seen=row.seen,
        sealed=row.sealed,
        mac=row.mac,
    )
