"""One account at the auditors' desk: what it did, and what was done about it."""

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.services.audit import Use
from casetrack.services.audit_accounts import look_at_account
from casetrack.web.forms import page_asked
from casetrack.web.log_entries import entries_of, entry
from casetrack.web.log_use import in_force, opening, purpose_of

pages = Blueprint("audit_accounts", __name__)

BOTH: Final = ["GET", "POST"]


@pages.route("/audit/accounts/<uuid:account_id>", methods=BOTH)
@opening(Action.AUDIT_SEARCH)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[Action.AUDIT_VIEW])
def view(use: Use, account_id: UUID) -> ResponseReturnValue:
    """What was done about the account, its signing in, the cases that it was at, and its entries."""
    with begin(purpose_of(use)) as work:
        audited = look_at_account(work, AccountId(account_id), use, page=page_asked())

    def link(**changes: int) -> str:
        return url_for("audit_accounts.view", account_id=account_id, page=changes["page"])

    return render_template(
        "audit_accounts/view.html",
        **in_force(use),
        **entries_of(audited.page),
        audited=audited,
        told=[entry(card) for card in audited.told],
        holder=house().deployment.holders[audited.account.holder],
        link=link,
    )
