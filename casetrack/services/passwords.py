"""Passwords: chosen by the person alone, by a link that works once, and changed by whoever knows the one before."""

from dataclasses import replace
from typing import Final

from casetrack.crypto.passwords import LONGEST, hash_password
from casetrack.domain.actions import Action
from casetrack.domain.door_events import PasswordChanged, PasswordSet
from casetrack.domain.errors import LinkEnded, NotYourPassword, WeakPassword
from casetrack.domain.ids import Instant
from casetrack.services.accounts import end_epoch, own_account
from casetrack.services.deployment import Deployment
from casetrack.services.people import Account, LinkUse
from casetrack.services.sessions import NOBODY, account_of_link, check_credentials, note_at_the_door
from casetrack.services.vouching import account_form, sealed_account
from casetrack.services.work import Begin, UnitOfWork

SHORTEST: Final = 15


def set_password(begin: Begin, deployment: Deployment, digest: bytes, password: str, now: Instant) -> Account:
    """The account that the link is for has this password, and the link is used up. `LinkEnded` if it is none.

    A password that is refused leaves the link as it was.
    """
    check_password_is_strong(password, deployment.words.common_passwords)
    with begin(NOBODY) as stores:
        account = account_of_link(stores, deployment, digest, LinkUse.SET_UP, now)
        if account is not None:
            later = replace(account, password=hash_password(password), epoch=account.epoch + 1)
            sealed = sealed_account(later, stores.keys, deployment)
            stores.accounts.put(sealed, before=account)
            stores.doors.end_sessions(account.id)
            form = account_form(sealed)
            event = PasswordSet(at=now, by=None, account=account.id, epoch=sealed.epoch, form=form)
            note_at_the_door(stores, deployment, event)
            return sealed
    raise LinkEnded


def prove_password(
    begin: Begin, deployment: Deployment, account: Account, password: str, *, source: str, now: Instant
) -> None:
    """Returns if that is the account's password; `NotYourPassword` otherwise, throttled as signing in is."""
    check_credentials(
        begin, deployment, account.sign_in_name, password, source=source, now=now, refusal=NotYourPassword
    )


def change_password(work: UnitOfWork, password: str) -> Account:
    """The actor's own account has this password, which somebody who knew the one before has chosen.

    Every session and every token of the account has ended, this one too: whoever changed it signs in anew.
    """
    work.require(Action.PASSWORD_CHANGE)
    check_password_is_strong(password, work.deployment.words.common_passwords)
    account, _ = own_account(work)
    changed = end_epoch(work, replace(account, password=hash_password(password)))
    by, form = work.actor.account, account_form(changed)
    work.note(PasswordChanged(at=work.now, by=by, account=account.id, epoch=changed.epoch, form=form))
    return changed


def check_password_is_strong(password: str, common: frozenset[str]) -> None:
    """Refuses a password that is short, too long to be one, or on the list of those that everybody tries first."""
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() in common:
        raise WeakPassword
