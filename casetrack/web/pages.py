"""The first page, and those that are open to anybody: help, how to stay safe, what a site has to say of itself."""

from contextlib import suppress

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor
from casetrack.domain.errors import Unavailable
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may, public, serves, signed_in
from casetrack.http.sessions import cookie_name, current_session, sign_out
from casetrack.http.work import begin

pages = Blueprint("pages", __name__)

FIRST_PAGES = (
    (Action.CASELOAD_VIEW, "caseload.view"),
    (Action.AUDIT_VIEW, "audit.view"),
    (Action.ACCOUNT_LIST, "accounts.list"),
)
ELSEWHERE = "https://www.bbc.co.uk/weather"
"""Where a person who must not be seen here is a moment later: a page that anybody may be looking at."""
LEAVES_NOTHING = '"cache", "cookies", "storage"'


def first_page(actor: Actor) -> str:
    """Where somebody in that role begins."""
    return url_for(next(endpoint for action, endpoint in FIRST_PAGES if access.may(actor, action)))


@pages.route("/")
@serves()
def home() -> ResponseReturnValue:
    """Each role begins with its own work."""
    return redirect(first_page(current_actor()))


@pages.route("/exit", endpoint="exit")
@public
@leaves(GET=[may(Action.SESSION_CLOSE)])
def exit_page() -> ResponseReturnValue:
    """The session has ended, the browser keeps nothing of it, and shows something else."""
    if signed_in() is not None:
        # Whoever has to leave leaves: where that cannot be journalled the session runs out, and nobody has its cookie.
        with suppress(Unavailable), begin() as work:
            sign_out(work)
    current_session().ended = True
    response = redirect(ELSEWHERE)
    response.headers["Clear-Site-Data"] = LEAVES_NOTHING
    return response


@pages.route("/staying-safe")
@public
def staying_safe() -> ResponseReturnValue:
    """Whom to call; the person may be looking."""
    return render_template("pages/staying-safe.html")


@pages.route("/help", endpoint="help")
@public
def show_help() -> ResponseReturnValue:
    """How to find one's way, and what to do when something has gone wrong."""
    return render_template("pages/help.html")


@pages.route("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How accessible the pages are."""
    return render_template("pages/accessibility.html")


@pages.route("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept about whom, and why."""
    return render_template("pages/privacy.html")


@pages.route("/cookies")
@public
def cookies() -> ResponseReturnValue:
    """The one cookie that there is."""
    name = cookie_name(secure=house().secure_cookies)
    used = (name, gettext("Keeps you signed in"), gettext("Until you sign out or close the browser"))
    return render_template("pages/cookies.html", cookies=[used])
