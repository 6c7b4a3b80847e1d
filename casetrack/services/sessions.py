"""Signing in and out. Whether a name is an account's cannot be told from the answer, nor from the time it takes."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from casetrack.crypto.errors import WrongPassword
from casetrack.crypto.passwords import burn, check_password
from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.errors import SignInFailed, TooManyTries
from casetrack.domain.events import SignedIn, SignedOut, SignInRefused
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import AccountId, Instant, SessionId
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose, journal_entry
from casetrack.services.ports import Account, Failures, Scope, Session, Stores
from casetrack.services.trust import Trust
from casetrack.services.work import Begin, UnitOfWork

NOBODY = Scope(None, None, None)
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
COUNTED_FOR = timedelta(hours=1)
SIGNING_IN = Purpose("sign-in")


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without use, and at most."""

    idle: timedelta
    absolute: timedelta


def check_credentials(
    begin: Begin, deployment: Deployment, name: str, password: str, *, source: str, now: Instant
) -> Account:
    """The account of that name, if the password is its own.

    Throttled by the name and by the source apart, an unknown name like a known one: after five
    failures in an hour each further try waits twice as long as the one before, a quarter of an hour at most.
    """
    throttles = (_throttle("name", name.strip().casefold()), _throttle("source", source))
    with begin(NOBODY) as stores:
        for throttle in throttles:
            _check_throttle(stores.doors.failures(throttle, now - COUNTED_FOR), now)
        account = stores.accounts.named(name.strip().casefold())
    if _matches(account, password) and account is not None:
        with begin(NOBODY) as stores:
            stores.doors.clear_failures(throttles[0])
        return account
    with begin(NOBODY) as stores:
        for throttle in throttles:
            stores.doors.add_failure(throttle, now)
        refused = SignInRefused(at=now, by=None, account=account.id if account else None)
        _journal(stores, deployment, refused)
    raise SignInFailed


def open_session(work: UnitOfWork, session: Session) -> Session:
    """The account is signed in; the session before it, which anybody may have planted, is not carried on."""
    work.stores.doors.keep_session(session)
    work.purpose = SIGNING_IN
    work.note(SignedIn(at=work.now, by=work.actor.account, account=work.actor.account, auth=session.auth))
    return session


def close_session(work: UnitOfWork, session: SessionId) -> None:
    """The session is gone."""
    work.stores.doors.end_session(session)
    work.note(SignedOut(at=work.now, by=work.actor.account))


def live_session(
    stores: Stores, digest: bytes, limits: SessionLimits, now: Instant
) -> tuple[Session, Account | None] | None:
    """The session of that token and whose it is, if it has not ended; an anonymous one has no account."""
    session = stores.doors.session(digest)
    if session is None or now - session.seen > limits.idle or now - session.since > limits.absolute:
        return None
    if session.account is None:
        return session, None
    account = stores.accounts.get(session.account)
    if account is None or account.closed_at or account.epoch != session.epoch:
        return None
    return session, account


def live_token(stores: Stores, token: str, now: Instant) -> tuple[UUID, Account] | None:
    """The id of that token and the account that it acts for, if it has not ended."""
    kept = stores.accounts.token(token_digest(token))
    if kept is None or kept.revoked_at or kept.until <= now:
        return None
    account = stores.accounts.get(kept.account)
    if account is None or account.closed_at or account.epoch != kept.epoch:
        return None
    return kept.id, account


def actor_of(account: Account, auth: Auth, session: UUID | None, client: bytes = b"") -> Actor:
    """The account at work."""
    return Actor(account.id, account.role, account.holder, auth, session, account.national, client)


def use_link(begin: Begin, digest: bytes, now: Instant) -> Account:
    """The account that a one-time link is for; the link is used up."""
    with begin(NOBODY) as stores:
        account_id = stores.doors.use_link(digest, now)
        account = stores.accounts.get(AccountId(account_id)) if account_id else None
    if account is None or account.closed_at:
        raise SignInFailed
    return account


def _matches(account: Account | None, password: str) -> bool:
    """The same work for an account and for none."""
    if account is None or account.closed_at:
        burn()
        return False
    try:
        check_password(password, account.password)
    except WrongPassword:
        return False
    return True


def _check_throttle(failures: Failures | None, now: Instant) -> None:
    if failures is None or failures.count < FREE_TRIES:
        return
    wait = min(timedelta(seconds=2 ** min(failures.count - FREE_TRIES, 10)), LONGEST_WAIT)
    if now - failures.last < wait:
        raise TooManyTries


def _throttle(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"casetrack/v1/throttle\0{kind}\0{value}".encode()).digest()


def _journal(stores: Stores, deployment: Deployment, event: SignInRefused) -> None:
    entry = journal_entry(
        event,
        actor=None,
        purpose=SIGNING_IN,
        holders_then=(),
        change=None,
        desk=Trust(stores.keys, deployment).current(AUDIT_DESK),
        deployment=deployment.name,
        chance=deployment.chance,
    )
    stores.journal.write(entry)
