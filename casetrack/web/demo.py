"""The demonstration's own pages: be one of its people with one click, and be shown around. In demo mode alone."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.http.house import house
from casetrack.http.identity import leaves, public, serves
from casetrack.http.sessions import sign_in as sign_in_as
from casetrack.schemas.fields import whole_number
from casetrack.services.people import Account, LinkUse
from casetrack.services.sessions import NOBODY, use_link

EXTENSION: Final = "casetrack-demo"

pages = Blueprint("demo", __name__)


@dataclass(frozen=True, kw_only=True)
class Persona:
    """Somebody invented, whom a visitor may be."""

    key: str
    sign_in_name: str
    name: str
    role: str
    organisation: str
    waiting: str
    """What awaits them, in a sentence."""
    start: str
    """The endpoint of the page that they begin at."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the tour: what to do, as whom, and where."""

    title: str
    text: str
    persona: str
    start: str


@dataclass(frozen=True)
class Demonstration:
    """Whom a visitor may be, and the tour."""

    personas: tuple[Persona, ...]
    tour: tuple[Step, ...]

    def persona(self, key: str) -> Persona:
        """The persona of that key; a page that says so if there is none."""
        found = next((persona for persona in self.personas if persona.key == key), None)
        return found or abort(404)

    def start_of(self, account: Account) -> str:
        """Where whoever has that account begins."""
        return next(persona.start for persona in self.personas if persona.sign_in_name == account.sign_in_name)


def init_app(app: Flask, demonstration: Demonstration) -> None:
    """The pages of the demonstration are served."""
    app.extensions[EXTENSION] = demonstration
    app.register_blueprint(pages)


@pages.route("/demo")
@public
def index() -> ResponseReturnValue:
    """Whom to be, and the tour."""
    shown = _demonstration()
    return render_template("demo/index.html", personas=shown.personas, tour=shown.tour)


@pages.route("/demo/sign-in", methods=["POST"])
@public
@serves(Action.SESSION_OPEN)
def sign_in() -> ResponseReturnValue:
    """The visitor is that persona, at the start of the step that was asked for or else where the persona begins."""
    persona = _demonstration().persona(request.form.get("persona", ""))
    place = house()
    with place.begin(NOBODY) as stores:
        account = stores.accounts.named(persona.sign_in_name)
    if account is None:
        abort(404)
    sign_in_as(account, Auth.DEMO)
    return redirect(url_for(_asked_start() or persona.start), 303)


@pages.route("/demo/link/<token>", methods=["GET", "POST"])
@public
@serves(Action.SESSION_OPEN)
@leaves(GET=[])
def link(token: str) -> ResponseReturnValue:
    """A link that was printed when the demonstration began: it signs in once, when its button is pressed."""
    if request.method == "GET":
        return render_template("demo/link.html")
    place = house()
    account = use_link(place.begin, place.deployment, token_digest(token), LinkUse.DEMO, place.clock())
    sign_in_as(account, Auth.DEMO)
    return redirect(url_for(_demonstration().start_of(account)), 303)


def _asked_start() -> str | None:
    """Where the step of the tour begins that was asked for; None if none was."""
    asked = request.form.get("step")
    if asked is None:
        return None
    tour = _demonstration().tour
    number = whole_number(asked)
    if number is None or not 1 <= number <= len(tour):
        raise BadRequest
    return tour[number - 1].start


def _demonstration() -> Demonstration:
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Demonstration):
        raise TypeError(EXTENSION)
    return found
