"""Accounts: who can sign in, in which role, for which holder; and the tokens by which programs act for them.

An administrator never knows a password: the person chooses it, by a link that works once (`services.passwords`). Nor a
token: it is made by whoever it acts for, or by the operator on the server itself.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.door_events import AccountClosed, AccountCreated, AccountReset, TokenCreated, TokenRevoked
from casetrack.domain.errors import NotFound, NotPermitted
from casetrack.domain.events import Consulted
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.services.lifetimes import SET_UP_WAITS
from casetrack.services.lists import AccountCard, AccountQuery, Page
from casetrack.services.people import Account, Link, LinkUse, Token
from casetrack.services.vouching import (
    account_form,
    check_account,
    sealed_account,
    sealed_token,
    token_form,
    vouched_link,
)
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """Somebody who is to sign in."""

    sign_in_name: str
    display_name: str
    role: Role
    holder: HolderCode
    national: bool = False


@dataclass(frozen=True)
class SetUp:
    """An account whose password is to be chosen, and the text of the link for that: given here, once."""

    account: Account
    link: str


def list_accounts(work: UnitOfWork, query: AccountQuery) -> Page[AccountCard]:
    """The accounts of the administrator's holder, or of any for a national one; that somebody looked is journalled."""
    work.require(Action.ACCOUNT_LIST)
    if not work.actor.national:
        query = replace(query, holder=work.actor.holder)
    _looked(work, *query.filters)
    return work.stores.accounts.list(query)


def view_account(work: UnitOfWork, account_id: AccountId) -> tuple[Account, tuple[Token, ...]]:
    """One account of those, and its tokens; whose was looked at is journalled."""
    work.require(Action.ACCOUNT_LIST)
    account = _administered(work, account_id)
    _looked(work, f"account={account.id}")
    return account, work.stores.accounts.tokens(account.id)


def account_named(work: UnitOfWork, sign_in_name: str) -> AccountId | None:
    """The account that signs in by that name, if it is one of those; which was found is journalled."""
    work.require(Action.ACCOUNT_LIST)
    account = work.stores.accounts.named(sign_in_name.strip().casefold())
    if account is None or not _is_administered(work, account):
        return None
    _looked(work, f"account={account.id}")
    return account.id


def own_account(work: UnitOfWork) -> tuple[Account, tuple[Token, ...]]:
    """The actor's own account, and its tokens."""
    work.require(Action.PASSWORD_CHANGE)
    account = _kept(work, work.actor.account)
    return account, work.stores.accounts.tokens(account.id)


def create_account(work: UnitOfWork, new: NewAccount) -> SetUp:
    """The person can sign in once they have chosen a password, by the link that is given here.

    Only a national administrator makes accounts of other organisations, or national ones.
    """
    work.require(Action.ACCOUNT_CREATE)
    if not work.actor.national and (new.holder != work.actor.holder or new.national):
        raise NotPermitted
    holder = work.deployment.holders.employing(new.holder, new.role, work.today)
    account = Account(
        id=AccountId(work.deployment.chance.uuid()),
        sign_in_name=new.sign_in_name.strip().casefold(),
        display_name=new.display_name.strip(),
        role=new.role,
        holder=holder.code,
        password="",
        national=new.national,
    )
    return SetUp(add_account(work, account), _made_link(work, account))


def add_account(work: UnitOfWork, account: Account) -> Account:
    """The account is sealed and kept, and that it was made is journalled; `NameTaken` if somebody has its name."""
    sealed = sealed_account(account, work.stores.keys, work.deployment)
    work.stores.accounts.add(sealed)
    work.note(
        AccountCreated(
            at=work.now,
            by=work.actor.account,
            account=account.id,
            role=account.role,
            holder=account.holder,
            form=account_form(sealed),
        )
    )
    return sealed


def close_account(work: UnitOfWork, account_id: AccountId) -> Account:
    """The account signs in no more: its sessions and its tokens have ended."""
    work.require(Action.ACCOUNT_CLOSE)
    account = _administered(work, account_id)
    _not_own(work, account)
    closed = end_epoch(work, replace(account, closed_at=account.closed_at or work.now))
    by, form = work.actor.account, account_form(closed)
    work.note(AccountClosed(at=work.now, by=by, account=account.id, epoch=closed.epoch, form=form))
    return closed


def reset_account(work: UnitOfWork, account_id: AccountId) -> SetUp:
    """The account has no password until somebody chooses one, by the link that is given here.

    Its sessions, tokens and older links have ended. Nobody resets their own account, nor one that is closed.
    """
    work.require(Action.ACCOUNT_RESET)
    account = _administered(work, account_id)
    _not_own(work, account)
    if account.closed_at is not None:
        raise NotPermitted
    reset = end_epoch(work, replace(account, password=""))
    by, form = work.actor.account, account_form(reset)
    work.note(AccountReset(at=work.now, by=by, account=account.id, epoch=reset.epoch, form=form))
    return SetUp(reset, _made_link(work, reset))


def end_epoch(work: UnitOfWork, account: Account) -> Account:
    """The account is kept as it stands, one epoch later: every session, token and link that it had has ended."""
    later = replace(account, epoch=account.epoch + 1)
    sealed = sealed_account(later, work.stores.keys, work.deployment)
    work.stores.accounts.put(sealed, before=account)
    work.stores.doors.end_sessions(account.id)
    return sealed


def create_token(work: UnitOfWork, account_id: AccountId, name: str, life: timedelta) -> str:
    """A program may act for the account until the token ends; the token itself is given here, once.

    Whoever has it acts as the account, so nobody makes one for another. On the server the operator may: whoever runs
    commands there reads the key files, and the journal says that it was done there.
    """
    work.require(Action.TOKEN_CREATE)
    if account_id != work.actor.account and work.actor.auth is not Auth.COMMAND_LINE:
        raise NotPermitted
    account = _kept(work, account_id)
    token = new_token()
    kept = Token(
        id=work.deployment.chance.uuid(),
        name=name,
        digest=token_digest(token),
        account=account.id,
        epoch=account.epoch,
        until=work.now + life,
    )
    work.stores.accounts.add_token(sealed_token(kept, work.stores.keys, work.deployment))
    work.note(
        TokenCreated(
            at=work.now,
            by=work.actor.account,
            account=account.id,
            token=str(kept.id),
            until=kept.until.date(),
            form=token_form(kept),
        )
    )
    return token


def revoke_token(work: UnitOfWork, account_id: AccountId, token: UUID) -> None:
    """The token opens nothing any more. It is of the actor's own account, or of one that the actor administers."""
    work.require(Action.TOKEN_REVOKE)
    account = _kept(work, account_id) if account_id == work.actor.account else _administered(work, account_id)
    found = next((each for each in work.stores.accounts.tokens(account.id) if each.id == token), None)
    if found is None:
        raise NotFound
    revoked = replace(found, revoked_at=found.revoked_at or work.now)
    work.stores.accounts.revoke_token(sealed_token(revoked, work.stores.keys, work.deployment))
    work.note(TokenRevoked(at=work.now, by=work.actor.account, token=str(token), form=token_form(revoked)))


def _made_link(work: UnitOfWork, account: Account) -> str:
    token, until = new_token(), work.now + SET_UP_WAITS
    link = Link(token_digest(token), account.id, LinkUse.SET_UP, account.epoch, until)
    work.stores.doors.keep_link(vouched_link(link, work.deployment))
    return token


def _kept(work: UnitOfWork, account_id: AccountId) -> Account:
    """The account, which is as it was sealed: what a row was changed to in the database is never sealed anew."""
    account = work.stores.accounts.get(account_id)
    if account is None:
        raise NotFound
    check_account(account, work.stores.keys, work.deployment)
    return account


def _administered(work: UnitOfWork, account_id: AccountId) -> Account:
    """The same, of the actor's holder unless the actor is national; anything else is absent."""
    account = _kept(work, account_id)
    if not _is_administered(work, account):
        raise NotFound
    return account


def _is_administered(work: UnitOfWork, account: Account) -> bool:
    is_mine = work.actor.national or account.holder == work.actor.holder
    return work.actor.role is Role.ADMINISTRATOR and is_mine


def _not_own(work: UnitOfWork, account: Account) -> None:
    if account.id == work.actor.account:
        raise NotPermitted


def _looked(work: UnitOfWork, *filters: str) -> None:
    work.note(Consulted(action=Action.ACCOUNT_LIST, at=work.now, by=work.actor.account, filters=filters))
