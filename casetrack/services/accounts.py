"""Accounts: who can sign in, in which role, for which holder; and the tokens by which programs act for them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from casetrack.crypto.passwords import hash_password
from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.errors import NotFound, NotPermitted, WeakPassword
from casetrack.domain.events import AccountClosed, AccountCreated, TokenCreated, TokenRevoked
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.services.lists import AccountCard, Page
from casetrack.services.ports import Account, Token
from casetrack.services.work import UnitOfWork

SHORTEST_PASSWORD = 15


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """Somebody who is to sign in."""

    sign_in_name: str
    display_name: str
    role: Role
    holder: HolderCode
    password: str
    national: bool = False


def list_accounts(work: UnitOfWork, *, page: int) -> Page[AccountCard]:
    """The accounts of the administrator's holder, or of all for a national one."""
    work.require(Action.ACCOUNT_LIST)
    return work.stores.accounts.list(None if work.actor.national else work.actor.holder, page=page)


def view_account(work: UnitOfWork, account_id: AccountId) -> tuple[Account, tuple[Token, ...]]:
    """One account of those, and its tokens."""
    work.require(Action.ACCOUNT_LIST)
    account = _account(work, account_id)
    return account, work.stores.accounts.tokens(account.id)


def create_account(work: UnitOfWork, new: NewAccount) -> Account:
    """The person can sign in. Only a national administrator makes accounts of other organisations, or national ones."""
    work.require(Action.ACCOUNT_CREATE)
    if not work.actor.national and (new.holder != work.actor.holder or new.national):
        raise NotPermitted
    holder = work.deployment.holders[new.holder]
    check_password_is_strong(new.password, work.deployment.words.common_passwords)
    account = Account(
        id=AccountId(work.deployment.chance.uuid()),
        sign_in_name=new.sign_in_name.strip().casefold(),
        display_name=new.display_name.strip(),
        role=new.role,
        holder=holder.code,
        password=hash_password(new.password),
        national=new.national,
    )
    work.stores.accounts.add(account)
    work.note(
        AccountCreated(at=work.now, by=work.actor.account, account=account.id, role=account.role, holder=account.holder)
    )
    return account


def close_account(work: UnitOfWork, account_id: AccountId) -> Account:
    """The account signs in no more: its sessions and its tokens have ended."""
    work.require(Action.ACCOUNT_CLOSE)
    account = _account(work, account_id)
    if account.id == work.actor.account:
        raise NotPermitted
    closed = replace(account, closed_at=work.now, epoch=account.epoch + 1)
    work.stores.accounts.put(closed)
    work.stores.doors.end_sessions(account.id)
    work.note(AccountClosed(at=work.now, by=work.actor.account, account=account.id))
    return closed


def create_token(work: UnitOfWork, account_id: AccountId, name: str, life: timedelta) -> str:
    """A program may act for the account until the token ends; the token itself is given here, once."""
    work.require(Action.TOKEN_CREATE)
    account = _account(work, account_id)
    token = new_token()
    kept = Token(
        id=work.deployment.chance.uuid(),
        name=name,
        digest=token_digest(token),
        account=account.id,
        epoch=account.epoch,
        until=work.now + life,
    )
    work.stores.accounts.add_token(kept)
    work.note(
        TokenCreated(
            at=work.now, by=work.actor.account, account=account.id, token=str(kept.id), until=kept.until.date()
        )
    )
    return token


def revoke_token(work: UnitOfWork, account_id: AccountId, token: UUID) -> None:
    """The token of that account opens nothing any more."""
    work.require(Action.TOKEN_REVOKE)
    account = _account(work, account_id)
    if token not in {each.id for each in work.stores.accounts.tokens(account.id)}:
        raise NotFound
    work.stores.accounts.revoke_token(token, work.now)
    work.note(TokenRevoked(at=work.now, by=work.actor.account, token=str(token)))


def check_password_is_strong(password: str, common: frozenset[str]) -> None:
    """Refuses a password that is short, or on the list of those that everybody tries first."""
    if len(password) < SHORTEST_PASSWORD or password.casefold() in common:
        raise WeakPassword


def _account(work: UnitOfWork, account_id: AccountId) -> Account:
    account = work.stores.accounts.get(account_id)
    if account is None or not (work.actor.national or account.holder == work.actor.holder):
        raise NotFound
    return account
