"""The administrator's pages of accounts: who can sign in, in which role, for which organisation."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.http.house import house
from casetrack.http.identity import current_actor, serves
from casetrack.http.work import begin
from casetrack.schemas.accounts import CloseAccount, CreateAccount
from casetrack.services.accounts import NewAccount, close_account, create_account, list_accounts, view_account
from casetrack.services.ports import Account, Token
from casetrack.web.forms import page_asked, submitted
from casetrack.web.words import ROLES

pages = Blueprint("accounts", __name__)

BOTH: Final = ["GET", "POST"]
NEW_TOKEN: Final = "new-token"  # noqa: S105 - the name of a place in the session, not a secret


@pages.route("/admin/accounts", endpoint="list")
@serves(Action.ACCOUNT_LIST)
def show_list() -> ResponseReturnValue:
    """The accounts of the administrator's organisation, or of every one."""
    with begin() as work:
        page = list_accounts(work, page=page_asked())

    def link(**changes: int) -> str:
        return url_for("accounts.list", page=changes["page"])

    return render_template("accounts/list.html", page=page, holders=house().deployment.holders, link=link)


@pages.route("/admin/accounts/new", methods=BOTH)
@serves(Action.ACCOUNT_CREATE)
def create() -> ResponseReturnValue:
    """Make an account for somebody, who then signs in with a password that they were told."""
    form = submitted(CreateAccount())
    if form.said is not None:
        with begin() as work:
            account = create_account(work, NewAccount(**form.said))
        flash(gettext("The account is made. Tell the person their first password in person, or by telephone."))
        return redirect(url_for("accounts.view", account_id=account.id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.ACCOUNT_CREATE)
    return render_template("accounts/create.html", **form.given, **_choices()), form.status


@pages.route("/admin/accounts/<uuid:account_id>")
@serves(Action.ACCOUNT_LIST)
def view(account_id: UUID) -> ResponseReturnValue:
    """One account, and the programs that act for it. A new token is shown here, once."""
    with begin() as work:
        account, tokens = view_account(work, AccountId(account_id))
    made = session.pop(NEW_TOKEN, None)
    return render_template(
        "accounts/view.html",
        account_shown=account,
        holder=house().deployment.holders[account.holder],
        is_me=account.id == current_actor().account,
        tokens=[(token, _stands(account, token)) for token in tokens],
        made=made["token"] if made is not None and made["account"] == str(account_id) else None,
    )


@pages.route("/admin/accounts/<uuid:account_id>/close", methods=BOTH)
@serves(Action.ACCOUNT_CLOSE)
def close(account_id: UUID) -> ResponseReturnValue:
    """The account signs in no more, and no token acts for it."""
    form = submitted(CloseAccount())
    if form.said is not None:
        with begin() as work:
            close_account(work, AccountId(account_id))
        flash(gettext("The account is closed. Its sessions and tokens have ended."))
        return redirect(url_for("accounts.view", account_id=account_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.ACCOUNT_CLOSE)
        account, _ = view_account(work, AccountId(account_id))
    return render_template("accounts/close.html", **form.given, account_shown=account), form.status


def _choices() -> dict[str, Any]:
    """The roles, and the organisations that the administrator may make accounts of."""
    actor, holders = current_actor(), house().deployment.holders
    mine: list[HolderCode] = [actor.holder]
    codes = list(holders.by_code) if actor.national else mine
    return {
        "roles": [(role, gettext(words)) for role, words in ROLES.items()],
        "organisations": sorted(((code, holders[code].name) for code in codes), key=lambda each: each[1]),
        "national": actor.national,
    }


def _stands(account: Account, token: Token) -> str:
    """Whether a token opens anything, in one word."""
    if token.revoked_at is not None:
        return gettext("Revoked")
    if account.closed_at is not None or token.epoch != account.epoch or token.until <= house().clock():
        return gettext("Ended")
    return gettext("In use")
