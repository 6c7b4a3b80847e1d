"""What can happen at the doors: who signed in and out, whose account it is, and what opens it.

Whatever makes or changes what is sealed of an account or of a token says its form from then on: the SHA-256 of what the
seal covers, in hexadecimal. So the journal knows it too, and not only whoever has the service's keys.
"""

from dataclasses import dataclass, field
from datetime import date

from casetrack.domain.actions import Action
from casetrack.domain.events import Event
from casetrack.domain.ids import AccountId, HolderCode


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """An account has opened a session."""

    action: Action = field(default=Action.SESSION_OPEN, init=False)
    account: AccountId
    auth: str


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event):
    """Somebody failed to sign in; which account, if there is such an account, and by which rule it was refused.

    `IntegrityBroken` says that a row by which somebody would have come in is not as casetrack wrote it. `source` is a
    keyed hash of where the try came from.
    """

    action: Action = field(default=Action.SESSION_OPEN, init=False)
    account: AccountId | None
    refusal: str = "SignInFailed"
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A session was ended."""

    action: Action = field(default=Action.SESSION_CLOSE, init=False)


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """A worker can sign in, in one role, for one holder."""

    action: Action = field(default=Action.ACCOUNT_CREATE, init=False)
    account: AccountId
    role: str
    holder: HolderCode
    form: str


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """The account can no longer sign in; its sessions and tokens have ended. From here on it is of that epoch."""

    action: Action = field(default=Action.ACCOUNT_CLOSE, init=False)
    account: AccountId
    epoch: int = 0
    form: str


@dataclass(frozen=True, kw_only=True)
class AccountReset(Event):
    """The account's password, sessions and tokens have ended; whoever has the link that was made chooses a new one."""

    action: Action = field(default=Action.ACCOUNT_RESET, init=False)
    account: AccountId
    epoch: int
    form: str


@dataclass(frozen=True, kw_only=True)
class PasswordSet(Event):
    """Somebody chose the account's password by the link that was made for that; the link is used up."""

    action: Action = field(default=Action.PASSWORD_SET, init=False)
    account: AccountId
    epoch: int
    form: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """Somebody who knew the account's password chose another; its other sessions, and its tokens, have ended."""

    action: Action = field(default=Action.PASSWORD_CHANGE, init=False)
    account: AccountId
    epoch: int
    form: str


@dataclass(frozen=True, kw_only=True)
class PasswordRehashed(Event):
    """The account's password stayed what it was, and is kept at today's cost: somebody signed in by it."""

    action: Action = field(default=Action.PASSWORD_REHASH, init=False)
    account: AccountId
    form: str


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """A program may act for the account until the token ends."""

    action: Action = field(default=Action.TOKEN_CREATE, init=False)
    account: AccountId
    token: str
    until: date
    form: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """The token no longer opens anything."""

    action: Action = field(default=Action.TOKEN_REVOKE, init=False)
    token: str
    form: str
