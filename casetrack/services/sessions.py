"""Signing in and out. Whether a name is an account's cannot be told from the answer, nor from the time it takes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from casetrack.crypto.errors import WrongPassword
from casetrack.crypto.passwords import burn, check_password, hash_password, needs_rehash
from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.door_events import PasswordRehashed, SignedIn, SignedOut, SignInRefused
from casetrack.domain.errors import CasetrackError, IntegrityBroken, LinkEnded, SignInFailed, TooManyTries
from casetrack.domain.events import Event
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import Instant, SessionId
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose, journal_entry
from casetrack.services.lifetimes import FAILURES_COUNT, SESSIONS_WAIT, SessionLimits
from casetrack.services.people import Account, LinkUse, Session
from casetrack.services.ports import Scope, Stores
from casetrack.services.trust import Trust
from casetrack.services.vouching import (
    account_form,
    check_account,
    check_link,
    check_session,
    check_token,
    sealed_account,
)
from casetrack.services.work import Begin, UnitOfWork

NOBODY: Final = Scope(None, None, None)
FREE_TRIES: Final = 5
"""How often somebody may mistype the password of one account before they wait."""
FREE_FROM_A_SOURCE: Final = 100
"""How often all who share an address may: a whole building does, and one of them must not keep the others out."""
LONGEST_WAIT: Final = timedelta(minutes=15)
SIGNING_IN: Final = Purpose("sign-in")


@dataclass(frozen=True)
class Throttle:
    """What tries are counted by, as a digest of it, and how many are free."""

    key: bytes
    free: int


def check_credentials(
    begin: Begin,
    deployment: Deployment,
    name: str,
    password: str,
    *,
    source: str,
    now: Instant,
    refusal: type[SignInFailed] = SignInFailed,
) -> Account:
    """The account of that name, if the password is its own; otherwise the refusal, in whatever way it is not.

    Throttled by the name and by the source apart, an unknown name like a known one: once the free tries of an hour have
    failed, each further one waits twice as long as the one before, a quarter of an hour at most. A try counts as failed
    from before it is looked at until it has succeeded, so that many at once are no way around.

    Each failure is on the journal, and so is the first try that comes too soon after one. The tries after that are
    not, so that nobody can fill the journal: it grows by two entries for each wait, however many tries there are.
    """
    name = name.strip().casefold()
    throttles = (_throttle("name", name, FREE_TRIES), _throttle("source", source, FREE_FROM_A_SOURCE))
    with begin(NOBODY) as stores:
        account = stores.accounts.named(name)
        rule = refusal if account is None or _is_ours(stores, deployment, account) else IntegrityBroken
        shut = next((each for each in throttles if _is_shut(stores, each, now)), None)
        counted = [stores.doors.add_failure(each.key, now) for each in throttles] if shut is None else []
        if shut is not None and stores.doors.refuse_first(shut.key, now):
            note_at_the_door(stores, deployment, _refused(TooManyTries, account, source, now))
    if shut is not None:
        raise TooManyTries
    if _matches(account, password) and account is not None and rule is refusal:
        with begin(NOBODY) as stores:
            stores.doors.clear_failures(throttles[0].key)
            stores.doors.forget_failure(counted[-1])
            return rehash_password(stores, deployment, account, password, now)
    with begin(NOBODY) as stores:
        note_at_the_door(stores, deployment, _refused(rule, account, source, now))
    raise refusal


def rehash_password(stores: Stores, deployment: Deployment, account: Account, password: str, now: Instant) -> Account:
    """The account, whose password is kept at today's cost from now on; that this was changed is journalled."""
    if not needs_rehash(account.password):
        return account
    hashed = sealed_account(replace(account, password=hash_password(password)), stores.keys, deployment)
    stores.accounts.put(hashed, before=account)
    event = PasswordRehashed(at=now, by=None, account=account.id, form=account_form(hashed))
    note_at_the_door(stores, deployment, event)
    return hashed


def open_session(work: UnitOfWork, session: Session) -> Session:
    """The account is signed in; the session before it, which anybody may have planted, is not carried on."""
    work.stores.doors.add_session(session)
    work.stores.accounts.mark_signed_in(session.account, work.now)
    work.actor = replace(work.actor, session=session.id)
    work.purpose = SIGNING_IN
    work.note(SignedIn(at=work.now, by=work.actor.account, account=work.actor.account, auth=session.auth))
    return session


def close_session(work: UnitOfWork, session: SessionId) -> None:
    """The session is gone."""
    work.stores.doors.end_session(session)
    work.note(SignedOut(at=work.now, by=work.actor.account))


def session_of(stores: Stores, deployment: Deployment, digest: bytes, now: Instant) -> tuple[Session, Account] | None:
    """The session of that token and whose it is, while what it holds waits; whether it lives, `is_live` says."""
    session = stores.doors.session(digest)
    account = stores.accounts.get(session.account) if session else None
    if session is None or account is None or not is_live(session, SESSIONS_WAIT, now):
        return None
    if not _is_ours(stores, deployment, account, lambda: check_session(session, deployment)):
        note_at_the_door(stores, deployment, _refused(IntegrityBroken, account, "", now))
        return None
    return (session, account) if _goes_on(account, session.epoch) else None


def is_live(session: Session, limits: SessionLimits, now: Instant) -> bool:
    """True until the session was not used for so long, or began so long ago."""
    return now - session.seen <= limits.idle and now - session.since <= limits.absolute


def live_token(stores: Stores, deployment: Deployment, token: str, now: Instant) -> tuple[UUID, Account] | None:
    """The id of that token and the account that it acts for, if it has not ended."""
    kept = stores.accounts.token(token_digest(token))
    account = stores.accounts.get(kept.account) if kept else None
    if kept is None or account is None or kept.revoked_at or kept.until <= now:
        return None
    if not _is_ours(stores, deployment, account, lambda: check_token(kept, stores.keys, deployment)):
        note_at_the_door(stores, deployment, _refused(IntegrityBroken, account, "", now))
        return None
    return (kept.id, account) if _goes_on(account, kept.epoch) else None


def actor_of(account: Account, auth: Auth, session: UUID | None, client: bytes = b"") -> Actor:
    """The account at work."""
    return Actor(account.id, account.role, account.holder, auth, session, account.national, client)


def use_link(begin: Begin, deployment: Deployment, digest: bytes, use: LinkUse, now: Instant) -> Account:
    """The account that a one-time link is for; the link is used up. `LinkEnded` if it is none that can be used."""
    with begin(NOBODY) as stores:
        account = account_of_link(stores, deployment, digest, use, now)
    if account is None:
        raise LinkEnded
    return account


def account_of_link(
    stores: Stores, deployment: Deployment, digest: bytes, use: LinkUse, now: Instant
) -> Account | None:
    """The same, in a transaction that has begun: None if it is none, so that what the journal was told is kept."""
    link = stores.doors.use_link(digest, use, now)
    account = stores.accounts.get(link.account) if link else None
    if link is None or account is None:
        return None
    if not _is_ours(stores, deployment, account, lambda: check_link(link, deployment)):
        note_at_the_door(stores, deployment, _refused(IntegrityBroken, account, "", now))
        return None
    return account if _goes_on(account, link.epoch) else None


def _matches(account: Account | None, password: str) -> bool:
    """The same work for an account and for none, or for one of which nobody has chosen the password yet."""
    if account is None or account.closed_at or not account.password:
        burn(password)
        return False
    try:
        check_password(password, account.password)
    except WrongPassword:
        return False
    return True


def _is_ours(
    stores: Stores, deployment: Deployment, account: Account, check: Callable[[], None] = lambda: None
) -> bool:
    """True if the account is as it was sealed, and what is checked besides is as casetrack wrote it."""
    try:
        check_account(account, stores.keys, deployment)
        check()
    except IntegrityBroken:
        return False
    return True


def _goes_on(account: Account, epoch: int) -> bool:
    return account.closed_at is None and account.epoch == epoch


def _is_shut(stores: Stores, throttle: Throttle, now: Instant) -> bool:
    """True while a further try comes too soon after the last failure."""
    failures = stores.doors.failures(throttle.key, now - FAILURES_COUNT)
    if failures is None or failures.count < throttle.free:
        return False
    wait = min(timedelta(seconds=2 ** min(failures.count - throttle.free, 10)), LONGEST_WAIT)
    return now - failures.last < wait


def _throttle(kind: str, value: str, free: int) -> Throttle:
    return Throttle(hashlib.sha256(f"casetrack/v1/throttle\0{kind}\0{value}".encode()).digest(), free)


def _refused(by: type[CasetrackError], account: Account | None, source: str, now: Instant) -> SignInRefused:
    whose = account.id if account else None
    return SignInRefused(at=now, by=None, account=whose, refusal=by.__name__, source=source)


def note_at_the_door(stores: Stores, deployment: Deployment, event: Event) -> None:
    """What happened before anybody was known is journalled."""
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
