"""A bare application that can draw a page and do nothing else: no database, no session, no one signed in."""

import re
from collections.abc import Mapping
from html import unescape

from flask import Flask, render_template, render_template_string
from flask_babel import Babel

from casetrack import resources
from casetrack.web.environment import PageEnvironment

ENDPOINTS = {
    "caseload.view": "/work",
    "cases.list": "/cases",
    "cases.view": "/cases/<reference>",
    "demo.index": "/demo",
    "demo.sign_in": "/demo/sign-in",
    "pages.accessibility": "/accessibility",
    "pages.cookies": "/cookies",
    "pages.exit": "/exit",
    "pages.help": "/help",
    "pages.home": "/",
    "pages.privacy": "/privacy",
    "pages.staying_safe": "/staying-safe",
    "passwords.change": "/account",
    "problems.list": "/problems",
    "problems.view": "/problems/<kind>",
    "sessions.close": "/sign-out",
}
"""The endpoints that layouts and components lead to."""


def bare_app() -> Flask:
    """The application, with an address for each endpoint."""
    app = Flask("bare", template_folder=str(resources.templates()))
    app.jinja_environment = PageEnvironment
    Babel(app, default_locale="en_GB", default_timezone="Europe/London")  # type: ignore[no-untyped-call]  # it ships no types
    app.secret_key = "bare"
    app.jinja_env.globals["csrf_token"] = lambda: "proof"
    for endpoint, rule in ENDPOINTS.items():
        app.add_url_rule(rule, endpoint)
    return app


APP = bare_app()


def page(name: str, **given: object) -> str:
    """A template, drawn."""
    with APP.test_request_context():
        return render_template(name, **given)


def drawn(component: str, call: str, around: str | None = None, **given: object) -> str:
    """A component's macro, called so (`drawn("dates", "day(on)", on=today)`), around something if it takes that."""
    name = call.partition("(")[0]
    body = f"{{{{ {call} }}}}" if around is None else f"{{% call {call} %}}{around}{{% endcall %}}"
    with APP.test_request_context():
        return render_template_string(f'{{% from "components/{component}.html" import {name} %}}{body}', **given)


def words(html: str) -> str:
    """What is read aloud of it: no tags, no titles of pictures, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def tags(html: str, name: str) -> list[Mapping[str, str]]:
    """The attributes of every tag of that name; one without a value has an empty one."""
    found = re.findall(rf"<{name}\b([^>]*)>", html)
    return [{key: unescape(value) for key, _, value in re.findall(r'([\w.:-]+)(="([^"]*)")?', each)} for each in found]
