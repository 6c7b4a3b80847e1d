"""What one account did, and what was done about it: as the log has it."""

from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import AccountId
from casetrack.services.audit import Use, note_look
from casetrack.services.desk import CaseOfAccount, SignIns
from casetrack.services.lists import EventCard, LogQuery, Page
from casetrack.services.people import Account
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class AccountAudited:
    """An account as the log has it, within the auditor's scope."""

    account: Account
    is_own: bool
    """It is of the auditor's own organisation, or the auditor is of every one.

    Of another's, only what it did with cases that the auditor's was responsible for is told: not its role, nor what was
    done about it.
    """
    told: tuple[EventCard, ...]
    """What was done about it, the newest first."""
    sign_ins: SignIns
    cases: Page[CaseOfAccount]
    """The cases that it was at."""
    page: Page[EventCard]
    """One page of what it did."""


def look_at_account(work: UnitOfWork, account_id: AccountId, use: Use, *, page: int = 1) -> AccountAudited:
    """What the account did, and what was done about it; that the auditor looked is on the log.

    `NotFound` of an account that there is not, and of one that never had to do with what the auditor may know of.
    """
    work.require(Action.AUDIT_SEARCH)
    account = work.stores.accounts.get(account_id)
    query = LogQuery(account=account_id, page=page)
    done = work.stores.journal.search(query)
    is_own = account is not None and (work.actor.national or account.holder == work.actor.holder)
    if account is None or not (is_own or done.total):
        raise NotFound
    desk = work.stores.desk
    audited = AccountAudited(
        account, is_own, desk.told_of(account_id), desk.sign_ins(account_id), desk.cases_of(account_id), done
    )
    note_look(work, Action.AUDIT_SEARCH, use, *query.filters, entries=len(done.items))
    return audited
