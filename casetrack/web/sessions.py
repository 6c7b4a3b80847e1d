"""Signing in and out."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.http.house import client_of, house
from casetrack.http.identity import leaves, public, serves, signed_in
from casetrack.http.sessions import AFTER_SIGN_IN, sign_in, sign_out
from casetrack.http.work import begin
from casetrack.schemas.sessions import OpenSession
from casetrack.services.sessions import check_credentials
from casetrack.web.forms import submitted

pages = Blueprint("sessions", __name__)


@pages.route("/sign-in", methods=["GET", "POST"], endpoint="open")
@public
@serves(Action.SESSION_OPEN)
@leaves(GET=[])
def open_session() -> ResponseReturnValue:
    """Somebody is signed in, and back where they were."""
    if signed_in() is not None:
        return redirect(url_for("pages.home"))
    form = submitted(OpenSession())
    if form.said is None:
        return render_template("sessions/open.html", **form.given), form.status
    place = house()
    name, password = form.said["name"], form.said["password"]
    source = client_of(request).hex()
    account = check_credentials(place.begin, place.deployment, name, password, source=source, now=place.clock())
    sign_in(account, Auth.PASSWORD)
    return redirect(after_sign_in(), HTTPStatus.SEE_OTHER)


@pages.route("/sign-out", methods=["POST"], endpoint="close")
@serves(Action.SESSION_CLOSE)
def close_session() -> ResponseReturnValue:
    """The session is gone, here and in the browser."""
    with begin() as work:
        sign_out(work)
    response = redirect(url_for("sessions.closed"), HTTPStatus.SEE_OTHER)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.route("/signed-out")
@public
def closed() -> ResponseReturnValue:
    """That nobody is signed in here any more."""
    return render_template("sessions/closed.html")


def after_sign_in() -> str:
    """Where the browser was when it was asked to sign in: a page of this site, or else the first one."""
    wanted = str(session.pop(AFTER_SIGN_IN, ""))
    parts = urlsplit(wanted)
    is_here = wanted.startswith("/") and "\\" not in wanted and not (parts.scheme or parts.netloc)
    return wanted if is_here else url_for("pages.home")
