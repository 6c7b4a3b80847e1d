"""The site: what every page is given, how refusals are answered, and the list of the pages' modules."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.errors import CasetrackError, RuleBroken, SignInFailed, Stale
from casetrack.domain.words import N_
from casetrack.http.errors import status_of
from casetrack.http.house import house
from casetrack.http.identity import signed_in
from casetrack.http.sessions import hold_form
from casetrack.http.work import begin
from casetrack.services.history import changes_since
from casetrack.web import (
    accounts,
    audit,
    caseload,
    cases,
    contacts,
    health,
    history,
    identity,
    journeys,
    milestones,
    pages,
    sessions,
    static,
    tokens,
    transfers,
)
from casetrack.web.environment import PageEnvironment
from casetrack.web.words import change_words, outcome_words

ROOMS = (
    pages,
    sessions,
    caseload,
    cases,
    identity,
    contacts,
    milestones,
    journeys,
    history,
    transfers,
    audit,
    accounts,
    tokens,
    health,
)
"""Every module of pages; each has a blueprint called `pages`."""

NAVIGATION = (
    (Action.CASELOAD_VIEW, N_("My work"), "caseload.view"),
    (Action.CASE_LIST, N_("Cases"), "cases.list"),
    (Action.TRANSFER_LIST, N_("Inbox"), "transfers.list"),
    (Action.AUDIT_SEARCH, N_("Search the log"), "audit.search"),
    (Action.AUDIT_VERIFY, N_("Verify"), "audit.verify"),
    (Action.ACCOUNT_LIST, N_("Accounts"), "accounts.list"),
)
PAGES_OF_THEIR_OWN = frozenset({400, 403, 404, 409, 410, 413, 429, 500, 503})


def init_app(app: Flask) -> None:
    """The pages are served."""
    app.jinja_environment = PageEnvironment
    app.jinja_env.add_extension("jinja2.ext.i18n")
    Babel(app, default_timezone="Europe/London", default_locale="en_GB")  # type: ignore[no-untyped-call]  # the library ships no types
    CSRFProtect(app)  # type: ignore[no-untyped-call]  # the library ships no types
    app.context_processor(_given)
    app.add_template_filter(outcome_words, "outcome")
    static.init_app(app)
    health.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.pages)


def _given() -> dict[str, Any]:
    """What every page's layout is given."""
    someone = signed_in()
    if someone is None:
        return {"demo": house().is_demo, "account": None, "navigation": (), "numbers": ()}
    navigation = [
        (gettext(label), endpoint, _is_section(endpoint))
        for action, label, endpoint in NAVIGATION
        if access.may(someone.actor, action)
    ]
    holder = house().deployment.holders[someone.actor.holder]
    return {
        "demo": house().is_demo,
        "account": {"name": someone.name, "organisation": holder.name},
        "navigation": navigation,
        "numbers": ((holder.name, holder.phone),) if holder.phone else (),
    }


def _is_section(endpoint: str) -> bool:
    """True of the link to this page itself or, where none leads to it, of the link to the section that it is in."""
    here = request.endpoint or ""
    if any(endpoint == here for _, _, endpoint in NAVIGATION):
        return endpoint == here
    return endpoint.partition(".")[0] == here.partition(".")[0]


def refused(refusal: CasetrackError) -> ResponseReturnValue:
    """A rule of the field sends the form back with what was typed; anything else is a page that says what to do."""
    status = status_of(refusal)
    sentence = gettext(refusal.sentence)
    is_rule = isinstance(refusal, RuleBroken) and status == HTTPStatus.UNPROCESSABLE_ENTITY
    comes_back = is_rule or isinstance(refusal, SignInFailed)
    if request.method == "POST":
        hold_form(sentence if comes_back else "", afresh=isinstance(refusal, Stale))
        if comes_back and (page := _this_page()):
            return redirect(page, HTTPStatus.SEE_OTHER)
    if isinstance(refusal, Stale):
        sentence = gettext("%(sentence)s It is still on the page that you sent it from.", sentence=sentence)
        return _page(status, sentence, changes=_changes(), again=_this_page())
    return _page(status, sentence)


def failed(error: HTTPException) -> ResponseReturnValue:
    """A page for what HTTP itself refuses; a form whose proof ran out is held, and is there again on its page."""
    if isinstance(error, CSRFError):
        hold_form("")
        return _page(HTTPStatus.BAD_REQUEST, gettext("This page was open for too long. Go back and send it again."))
    if error.response is not None:
        return error.response
    return _page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, "")


def _page(status: int, sentence: str, **given: Any) -> ResponseReturnValue:  # noqa: ANN401 - what the status's own page asks for
    name = status if status in PAGES_OF_THEIR_OWN else (400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500)
    return render_template(f"errors/{name}.html", sentence=sentence, **given), status


def _changes() -> list[tuple[Any, str, str | None]]:
    """What others changed on the case since this request's form was opened; nothing that the actor may not read."""
    reference, seen = (request.view_args or {}).get("reference"), request.form.get("seen", "")
    if reference is None or not seen.isdecimal():
        return []
    catalogue = house().deployment.facts.catalogue
    with suppress(CasetrackError), begin() as work:
        since = changes_since(work, reference, int(seen))
        return [
            (change.at, change_words(change, catalogue), since.names.get(change.account) if change.account else None)
            for change in since.made
        ]
    return []


def _this_page() -> str | None:
    """The address of the page that this request's form stands on, if it can be gone to."""
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else None
