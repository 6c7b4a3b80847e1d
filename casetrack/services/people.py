"""Who can sign in, and by what: accounts, sessions, tokens and links, and the ports where they are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

from casetrack.crypto.seals import Seal
from casetrack.domain.actors import Role
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import AccountId, HolderCode, Instant, SessionId
from casetrack.services.lists import AccountCard, AccountQuery, Page

UNSEALED: Final = Seal(SERVICE, 1, b"")
"""The seal of what nobody has sealed yet: it fits nothing."""


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in: one role, for one holder. The service seals what it says (`services.vouching`)."""

    id: AccountId
    sign_in_name: str
    display_name: str
    role: Role
    holder: HolderCode
    password: str = field(repr=False)
    """An Argon2id hash; empty until the person has chosen a password, which no password opens."""
    national: bool = False
    closed_at: Instant | None = None
    epoch: int = 0
    """Raised when every session, token and link of the account must end."""
    seal: Seal = UNSEALED

    @property
    def password_digest(self) -> bytes:
        """SHA-256 of the hash, 32 bytes: all that whoever checks the seal needs of it."""
        return sha256(self.password.encode()).digest()


@dataclass(frozen=True)
class Session:
    """A signed-in browser: only the digest of its token is kept, and its contents are sealed under the token itself."""

    id: SessionId
    token: bytes
    account: AccountId
    auth: str
    epoch: int
    since: Instant
    seen: Instant
    sealed: bytes
    mac: bytes = b""
    """What shows that casetrack wrote the row, as it stands."""


@dataclass(frozen=True)
class Token:
    """A program's key to the API: only its digest is kept. The service seals what it says."""

    id: UUID
    name: str
    digest: bytes
    account: AccountId
    epoch: int
    until: Instant
    revoked_at: Instant | None = None
    seal: Seal = UNSEALED


class LinkUse(StrEnum):
    """What a link does, once."""

    SET_UP = "set-up"
    """Whoever has it chooses the account's password."""
    DEMO = "demo"
    """It opens a session, in the demonstration alone."""


@dataclass(frozen=True)
class Link:
    """A link that does one thing for an account, once: only its digest is kept."""

    digest: bytes
    account: AccountId
    use: LinkUse
    epoch: int
    until: Instant
    mac: bytes = b""


@dataclass(frozen=True)
class Failures:
    """How often signing in has failed of late, for one throttle."""

    count: int
    last: Instant


class Accounts(Protocol):
    """Where accounts and their tokens are kept."""

    def get(self, account: AccountId) -> Account | None:
        """The account."""

    def named(self, sign_in_name: str) -> Account | None:
        """The account that signs in by that name."""

    def names(self, accounts: Iterable[AccountId]) -> Mapping[AccountId, str]:
        """What colleagues call them, in one statement."""

    def workers(self, holder: HolderCode) -> tuple[Account, ...]:
        """The holder's accounts that can hold cases, by name."""

    def list(self, query: AccountQuery) -> Page[AccountCard]:
        """One page of the accounts that match."""

    def add(self, account: Account) -> None:
        """A new account is kept; `NameTaken` if somebody signs in by that name."""

    def put(self, account: Account, *, before: Account) -> None:
        """The account's password, epoch and end are kept as they stand; nothing else of an account ever changes.

        `Stale` if it is no longer of the epoch that it was of before.
        """

    def mark_signed_in(self, account: AccountId, at: Instant) -> None:
        """When somebody last signed in to the account, for its administrator to see."""

    def add_token(self, token: Token) -> None:
        """A new token is kept."""

    def token(self, digest: bytes) -> Token | None:
        """The token of that digest."""

    def tokens(self, account: AccountId) -> tuple[Token, ...]:
        """The account's tokens, the one that lasts longest first."""

    def revoke_token(self, token: Token) -> None:
        """The token, which now says when it was revoked, opens nothing any more."""


class Doors(Protocol):
    """What is asked before anybody is known: sessions, throttles, one-time links. No row here speaks of a case."""

    def session(self, token_digest: bytes) -> Session | None:
        """The session of that token."""

    def add_session(self, session: Session) -> None:
        """A new session is kept."""

    def keep_session(self, session: Session) -> bool:
        """What the session holds and when it was last used are kept; False if it has ended meanwhile, and stays so."""

    def end_session(self, session: SessionId) -> None:
        """The session is gone."""

    def end_sessions(self, account: AccountId) -> None:
        """Every session of the account is gone."""

    def failures(self, throttle: bytes, since: Instant) -> Failures | None:
        """The failures of that throttle after that instant."""

    def add_failure(self, throttle: bytes, at: Instant) -> UUID:
        """One more failure is counted: its id."""

    def forget_failure(self, failure: UUID) -> None:
        """That one failure counts no more: it was none."""

    def refuse_first(self, throttle: bytes, at: Instant) -> bool:
        """A try came too soon after the last failure of that throttle: True for the first after each, and for one."""

    def clear_failures(self, throttle: bytes) -> None:
        """Signing in succeeded: nothing counts any more."""

    def keep_link(self, link: Link) -> None:
        """The link can be used."""

    def use_link(self, digest: bytes, use: LinkUse, at: Instant) -> Link | None:
        """The link of that digest, once; None if it was used, ended or never made, or is for another use."""

    def shift(self, account: AccountId) -> tuple[str, Instant] | None:
        """The purpose for which the account last opened the names of its caseload, and when."""

    def keep_shift(self, account: AccountId, purpose: str, at: Instant) -> None:
        """The account has opened the names of its caseload for this shift."""

    def take_turn(self, key: bytes, account: AccountId, at: Instant) -> None:
        """Nobody else answers the request of that key until this transaction ends.

        Whoever comes meanwhile waits for it, and then finds what was remembered; `StillAnswering` if that takes long.
        """

    def remembered(self, key: bytes, account: AccountId) -> bytes | None:
        """The answer that was kept for an idempotency key."""

    def remember(self, key: bytes, account: AccountId, answer: bytes, at: Instant) -> None:
        """The answer to a request that may be sent again."""
