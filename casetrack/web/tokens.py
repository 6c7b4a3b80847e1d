"""Tokens, by which programs act for an account: made by whoever it acts for, revoked by them or an administrator."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId
from casetrack.http.identity import current_actor, leaves, may, serves
from casetrack.http.work import begin
from casetrack.schemas.accounts import CreateToken, RevokeToken
from casetrack.services.accounts import create_token, own_account, revoke_token, view_account
from casetrack.web.forms import submitted
from casetrack.web.passwords import NEW_TOKEN

pages = Blueprint("tokens", __name__)

BOTH: Final = ["GET", "POST"]
USUAL_LIFE: Final = "90"
"""Days for which a token lasts if nobody says otherwise."""


@pages.route("/account/tokens/new", methods=BOTH)
@serves(Action.TOKEN_CREATE)
@leaves(GET=[])
def create() -> ResponseReturnValue:
    """Make a token of one's own: it waits in the sealed session for the page that shows it, once."""
    form = submitted(CreateToken())
    if form.said is not None:
        with begin() as work:
            mine = current_actor().account
            session[NEW_TOKEN] = create_token(work, mine, form.said["name"], timedelta(days=form.said["days"]))
        return redirect(url_for("passwords.change"), HTTPStatus.SEE_OTHER)
    with begin() as work:
        work.require(Action.TOKEN_CREATE)
    form = form.beginning({"days": USUAL_LIFE})
    return render_template("tokens/create.html", **form.given), form.status


@pages.route("/account/tokens/<uuid:token_id>/revoke", methods=BOTH, defaults={"account_id": None})
@pages.route("/admin/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke", methods=BOTH)
@serves(Action.TOKEN_REVOKE)
@leaves(GET=[may(Action.ACCOUNT_LIST)])
def revoke(account_id: UUID | None, token_id: UUID) -> ResponseReturnValue:
    """The token opens nothing any more: one of one's own, or of an account that one administers."""
    form = submitted(RevokeToken())
    whose = AccountId(account_id or current_actor().account)
    back = url_for("accounts.view", account_id=account_id) if account_id else url_for("passwords.change")
    if form.said is not None:
        with begin() as work:
            revoke_token(work, whose, token_id)
        flash(gettext("The token is revoked. No program can use it any more."))
        return redirect(back, HTTPStatus.SEE_OTHER)
    with begin() as work:
        _, tokens = view_account(work, whose) if account_id else own_account(work)
    name = next((token.name for token in tokens if token.id == token_id), None)
    if name is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template("tokens/revoke.html", **form.given, back=back, name=name), form.status
