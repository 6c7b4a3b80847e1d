"""The site: what every page is given, and the list of the pages' modules."""

from typing import Any

from flask import Flask, request
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFProtect

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.words import N_
from casetrack.http import uploads
from casetrack.http.house import house
from casetrack.http.identity import signed_in
from casetrack.web import (
    accounts,
    audit,
    audit_accounts,
    audit_cases,
    audit_disclosures,
    audit_erasures,
    audit_exports,
    caseload,
    cases,
    contacts,
    destructions,
    disclosures,
    enquiries,
    erasures,
    files,
    health,
    history,
    holds,
    identity,
    journeys,
    keysets,
    letters,
    milestones,
    notes,
    pages,
    passwords,
    persons,
    problems,
    proposals,
    quotas,
    sars,
    sessions,
    static,
    tokens,
    transfers,
    unusual,
)
from casetrack.web.environment import PageEnvironment
from casetrack.web.words import outcome_words

ROOMS = (
    pages,
    problems,
    sessions,
    caseload,
    cases,
    persons,
    identity,
    contacts,
    milestones,
    notes,
    files,
    journeys,
    disclosures,
    sars,
    history,
    transfers,
    holds,
    erasures,
    destructions,
    proposals,
    quotas,
    audit,
    audit_cases,
    audit_accounts,
    audit_exports,
    letters,
    audit_disclosures,
    audit_erasures,
    unusual,
    enquiries,
    accounts,
    keysets,
    passwords,
    tokens,
    health,
)
"""Every module of pages; each has a blueprint called `pages`."""

NAVIGATION = (
    (Action.CASELOAD_VIEW, N_("My work"), "caseload.view"),
    (Action.CASE_LIST, N_("Cases"), "cases.list"),
    (Action.PERSON_FIND, N_("Find a person"), "persons.find"),
    (Action.TRANSFER_LIST, N_("Inbox"), "transfers.list"),
    (Action.PROPOSAL_LIST, N_("Approvals"), "proposals.list"),
    (Action.QUOTA_RAISE, N_("Hourly limits"), "quotas.raise"),
    (Action.AUDIT_VIEW, N_("Audit desk"), "audit.view"),
    (Action.AUDIT_SEARCH, N_("Search the log"), "audit.search"),
    (Action.AUDIT_VERIFY, N_("Verify"), "audit.verify"),
    (Action.AUDIT_SEARCH, N_("Disclosures"), "audit_disclosures.view"),
    (Action.UNUSUAL_LIST, N_("Unusual access"), "unusual.list"),
    (Action.AUDIT_EXPORT, N_("Exports"), "audit_exports.export"),
    (Action.ACCOUNT_LIST, N_("Accounts"), "accounts.list"),
    (Action.KEYSET_LIST, N_("Keys"), "keysets.list"),
)


def init_app(app: Flask) -> None:
    """The pages are served."""
    app.jinja_environment = PageEnvironment
    app.jinja_env.add_extension("jinja2.ext.i18n")
    Babel(app, default_timezone="Europe/London", default_locale="en_GB")  # type: ignore[no-untyped-call]  # the library ships no types
    uploads.init_app(app)
    app.config["WTF_CSRF_SSL_STRICT"] = False  # No page sends a referrer; Sec-Fetch-Site says where a form came from.
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
