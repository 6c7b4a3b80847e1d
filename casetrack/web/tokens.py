"""The administrator's pages of tokens, by which programs act for an account."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId
from casetrack.http.identity import serves
from casetrack.http.work import begin
from casetrack.schemas.accounts import CreateToken, RevokeToken
from casetrack.services.accounts import create_token, revoke_token, view_account
from casetrack.web.accounts import NEW_TOKEN
from casetrack.web.forms import submitted

pages = Blueprint("tokens", __name__)

BOTH: Final = ["GET", "POST"]
USUAL_LIFE: Final = "90"
"""Days for which a token lasts if nobody says otherwise."""


@pages.route("/admin/accounts/<uuid:account_id>/tokens/new", methods=BOTH)
@serves(Action.TOKEN_CREATE)
def create(account_id: UUID) -> ResponseReturnValue:
    """Make a token: it waits in the sealed session for the page that shows it, once."""
    form = submitted(CreateToken())
    if form.said is not None:
        with begin() as work:
            token = create_token(work, AccountId(account_id), form.said["name"], timedelta(days=form.said["days"]))
        session[NEW_TOKEN] = {"account": str(account_id), "token": token}
        return redirect(url_for("accounts.view", account_id=account_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TOKEN_CREATE)
        account, _ = view_account(work, AccountId(account_id))
    form = form.beginning({"days": USUAL_LIFE})
    return render_template("tokens/create.html", **form.given, account_shown=account), form.status


@pages.route("/admin/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke", methods=BOTH)
@serves(Action.TOKEN_REVOKE)
def revoke(account_id: UUID, token_id: UUID) -> ResponseReturnValue:
    """The token opens nothing any more."""
    form = submitted(RevokeToken())
    if form.said is not None:
        with begin() as work:
            revoke_token(work, AccountId(account_id), token_id)
        flash(gettext("The token is revoked. No program can use it any more."))
        return redirect(url_for("accounts.view", account_id=account_id), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TOKEN_REVOKE)
        account, tokens = view_account(work, AccountId(account_id))
    name = next((token.name for token in tokens if token.id == token_id), None)
    if name is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("tokens/revoke.html", **form.given, account_shown=account, name=name), form.status
