"""Who is asking: a signed-in browser for the pages, a bearer token for the API. Routes are closed by default."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from flask import Flask, Request, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.errors import Unavailable
from casetrack.http.house import client_of, house
from casetrack.http.sessions import AFTER_SIGN_IN, current_session, hold_form, wait_for_the_same
from casetrack.services.sessions import NOBODY, actor_of, live_token

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Left: TypeAlias = Action | tuple[Action | None, ...]
"""An event of that action that a request leaves; or one of several, and None among them where there may be none."""

API = "/api/"


class SignedIn(UserMixin):
    """The actor behind a request, as Flask-Login knows it."""

    def __init__(self, actor: Actor, name: str) -> None:
        """The actor, and what colleagues call them."""
        self.actor = actor
        self.name = name

    def get_id(self) -> str:
        """The account's id."""
        return str(self.actor.account)


def serves(*actions: Action) -> Callable[[View], View]:
    """Says which actions a route serves; a test holds every route to it."""

    def declare(view: View) -> View:
        view.serves = actions  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def leaves(**left: Sequence[Left]) -> Callable[[View], View]:
    """Says which events one request of a route leaves on the journal, by its method; a test holds every route to it.

    A method that is not named leaves one of each action that the route serves. Said is what a request leaves that does
    what the route is for: one that is refused leaves that it was, and one that has to be put right leaves the look.
    """

    def declare(view: View) -> View:
        view.leaves = left  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def may(action: Action) -> Left:
    """An event that a request leaves only if something was said that calls for it."""
    return action, None


def left_by(view: Callable[..., ResponseReturnValue], method: str) -> Sequence[Left]:
    """Which events a request of that method leaves."""
    declared: Mapping[str, Sequence[Left]] = getattr(view, "leaves", {})
    served: tuple[Action, ...] = getattr(view, "serves", ())
    return declared.get(method, served)


def public(view: View) -> View:
    """Says that a route is open to anybody: it shows nothing of a case."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark on the function itself
    return view


def current_actor() -> Actor:
    """Who is asking; only for routes that are not public."""
    someone = signed_in()
    if someone is None:
        abort(401)
    return someone.actor


def signed_in() -> SignedIn | None:
    """Whoever is signed in; None for an anonymous browser."""
    proxy: Any = current_user
    someone = proxy._get_current_object()  # noqa: SLF001 - how werkzeug's proxies are opened
    return someone if isinstance(someone, SignedIn) else None


def init_app(app: Flask) -> None:
    """Every route asks who is there, unless it says that it is public."""
    manager: Any = LoginManager()  # type: ignore[no-untyped-call]  # the library ships no types
    manager.session_protection = None  # The sessions here are our own, and are bound to the account's epoch.
    manager.init_app(app)
    manager.request_loader(_load)
    app.before_request(_closed_by_default)


def _load(asked: Request) -> SignedIn | None:
    return _by_token(asked) if asked.path.startswith(API) else _by_session(asked)


def _by_session(asked: Request) -> SignedIn | None:
    held = current_session()
    if held.row is None or held.account is None:
        return None
    actor = actor_of(held.account, Auth(held.row.auth), held.row.id, client_of(asked))
    return SignedIn(actor, held.account.display_name)


def _by_token(asked: Request) -> SignedIn | None:
    kind, _, token = asked.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token:
        return None
    place = house()
    with place.begin(NOBODY) as stores:
        found = live_token(stores, place.deployment, token.strip(), place.clock())
    if found is None:
        return None
    token_id, account = found
    return SignedIn(actor_of(account, Auth.TOKEN, token_id, client_of(asked)), account.display_name)


def _closed_by_default() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "is_public", False):
        return None
    if signed_in() is not None:
        return None
    if request.path.startswith(API):
        abort(401)
    held = current_session()
    if held.unavailable:
        raise Unavailable
    if request.method == "POST" and wait_for_the_same():
        hold_form("")
    session[AFTER_SIGN_IN] = _way_back()
    return redirect(url_for("sessions.open"))


def _way_back() -> str:
    """Where the person was: this page, if it can be gone to again."""
    if request.method == "GET":
        return request.full_path.removesuffix("?")
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else url_for("pages.home")
