"""The page of one's own account, where its password is changed; and the one where a new account's is chosen."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.http.house import client_of, house
from casetrack.http.identity import leaves, public, serves
from casetrack.http.sessions import sign_in
from casetrack.http.work import begin
from casetrack.schemas.accounts import ChangePassword, SetPassword
from casetrack.services.accounts import own_account
from casetrack.services.passwords import change_password, prove_password, set_password
from casetrack.web.accounts import stands
from casetrack.web.forms import submitted

pages = Blueprint("passwords", __name__)

BOTH: Final = ["GET", "POST"]
NEW_TOKEN: Final = "new-token"  # noqa: S105 - the name of a place in the session, not a secret


@pages.route("/account", methods=BOTH)
@serves(Action.PASSWORD_CHANGE)
@leaves(GET=[], POST=[Action.PASSWORD_CHANGE, Action.SESSION_OPEN])
def change() -> ResponseReturnValue:
    """One's own account: its password, which is changed here, and the programs that act for it.

    A new token is shown here, once.
    """
    form = submitted(ChangePassword())
    with begin() as work:
        account, tokens = own_account(work)
    if form.said is None:
        return render_template(
            "passwords/change.html",
            **form.given,
            account_shown=account,
            holder=house().deployment.holders[account.holder],
            tokens=[(token, stands(account, token)) for token in tokens],
            made=session.pop(NEW_TOKEN, None),
        ), form.status
    place, source = house(), client_of(request).hex()
    prove_password(place.begin, place.deployment, account, form.said["password"], source=source, now=place.clock())
    with begin() as work:
        changed = change_password(work, form.said["new_password"])
    sign_in(changed, Auth.PASSWORD)
    flash(gettext("Your password is changed. You are signed in nowhere else, and no token acts for you any more."))
    return redirect(url_for("passwords.change"), HTTPStatus.SEE_OTHER)


@pages.route("/set-up/<token>", methods=BOTH, endpoint="set")
@public
@serves(Action.PASSWORD_SET)
@leaves(GET=[], POST=[Action.PASSWORD_SET, Action.SESSION_OPEN])
def choose(token: str) -> ResponseReturnValue:
    """Whoever was given the link chooses the password of their account, and is signed in. The link works once."""
    form = submitted(SetPassword())
    if form.said is None:
        return render_template("passwords/set.html", **form.given), form.status
    place = house()
    digest, password = token_digest(token), form.said["new_password"]
    account = set_password(place.begin, place.deployment, digest, password, place.clock())
    sign_in(account, Auth.LINK)
    flash(gettext("Your password is chosen. You are signed in."))
    return redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)
