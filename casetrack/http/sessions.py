"""Server-side sessions: a cookie holds 32 random bytes and nothing else; the database holds their digest.

What a session holds is sealed under a key that only its cookie gives, so that a dump reads nothing of it, and the row
carries a keyed hash, so that nobody who can only write to the database makes one. When a session runs out, what it held
waits for the same account to sign in again, and for nobody else. So does a form that is sent from a page that was still
open when its account signed out in another tab.

Before anybody is known nothing is kept here: what a browser has to bring back, the cookie itself holds, sealed.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError  # type: ignore[import-untyped]  # the library ships no types

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.tokens import SessionBox, new_token, token_digest
from casetrack.domain.actors import Auth
from casetrack.domain.errors import Unavailable
from casetrack.domain.ids import AccountId, SessionId
from casetrack.http.house import EXTENSION, House, client_of, house
from casetrack.services.lifetimes import SESSIONS_WAIT
from casetrack.services.people import Account, Session
from casetrack.services.sessions import NOBODY, actor_of, close_session, is_live, open_session, session_of
from casetrack.services.vouching import vouched_session
from casetrack.services.work import UnitOfWork, at_work

TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How often the last use of a session is written down."""
OUT_OF_SIGHT: Final = "/static/", "/api/", "/healthz", "/readyz", "/version", "/metrics"
"""Where no session is looked up, because none is used."""
HELD_FORM: Final = "held-form"
AFTER_SIGN_IN: Final = "after-sign-in"
PROOF: Final = "csrf_token"
EARLIER: Final = "earlier-proof"
"""The proof of the same account's session before this one, in this browser: pages that are still open carry it."""
OF_THE_PAGE: Final = frozenset({PROOF, "draft", "single"})
"""What a page says of itself in a form of its own, and says anew when the form is there again."""
NEVER_HELD: Final = OF_THE_PAGE | {"password", "new_password", "new_password_again"}
LEFT: Final = "left"
"""Of a browser whose account signed out: which account that was. With it stays the proof that its pages carry."""
IN_THE_COOKIE: Final = "."
"""How the cookie of an anonymous browser begins; no token does."""
LEFT_FORMS_WAIT: Final = timedelta(hours=1)
LONGEST_COOKIE: Final = 3800
"""Letters: a browser keeps 4,096 bytes of a cookie, with its name and attributes."""


class SealedSession(SessionMixin):
    """What one browser's session holds, and whose it is.

    Without a row it is an anonymous browser's. With a row and no account it has run out: what it holds waits.
    """

    def __init__(
        self, token: str = "", row: Session | None = None, account: Account | None = None, held: object = None
    ) -> None:
        """Hold what was opened, or nothing."""
        self.token = token
        self.row = row
        self.account = account
        self._held: dict[str, Any] = held if isinstance(held, dict) else {}
        self.new = row is None
        self.modified = False
        self.accessed = True
        self.ended = False
        self.unavailable = False
        """True if the store of sessions could not be asked: who this is, is not known."""

    @property
    def is_waiting(self) -> bool:
        """True of a session that has run out, whose account may sign in again."""
        return self.row is not None and self.account is None

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - whatever JSON can say
        return self._held[key]

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        self._held[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._held[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def sealed(self) -> bytes:
        """What the session holds, for keeping."""
        return _sealed(self.token, self._held)


class SealedSessions(SessionInterface):
    """Opens a session by its cookie at the start of a request, and keeps it at the end."""

    def open_session(self, app: Flask, request: Request) -> SealedSession:
        """The browser's session, or an empty one if it has none that lives."""
        place: House = app.extensions[EXTENSION]
        cookie = request.cookies.get(cookie_name(secure=place.secure_cookies))
        nobody = SealedSession()
        if cookie is None or request.path.startswith(OUT_OF_SIGHT):
            return nobody
        if cookie.startswith(IN_THE_COOKIE):
            return SealedSession(held=_in_the_cookie(cookie, place))
        try:
            with place.begin(NOBODY) as stores:
                found = session_of(stores, place.deployment, token_digest(cookie), place.clock())
        except Unavailable:
            nobody.unavailable = True
            return nobody
        return nobody if found is None else _opened(cookie, *found, place)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """The session is kept if it changed, or if its last use was not written down for a minute.

        One that has ended since the request began stays ended.
        """
        place: House = app.extensions[EXTENSION]
        held = cast(SealedSession, session)
        if held.unavailable:
            return  # It could not be read, so nothing is put in the place of its cookie, which may open it still.
        if held.ended:
            name = cookie_name(secure=place.secure_cookies)
            response.delete_cookie(name, secure=place.secure_cookies, httponly=True, samesite="Lax", path="/")
        elif held.row is None:
            if held.modified:
                _set_cookie(response, _for_the_cookie(held, place), place)
        elif _is_due(held, held.row, place) and _keep(held, held.row, place):
            _set_cookie(response, held.token, place)


def sign_in(account: Account, auth: Auth) -> None:
    """The browser is signed in, under a new token: one that somebody planted before opens nothing.

    Where that could not be journalled the browser has what it had, and the form that was sent can be sent again.
    """
    place = house()
    held = current_session()
    token, carried, now = new_token(), _left_to(account, held), place.clock()
    row = Session(
        id=SessionId(place.deployment.chance.uuid()),
        token=token_digest(token),
        account=account.id,
        auth=auth,
        epoch=account.epoch,
        since=now,
        seen=now,
        sealed=_sealed(token, carried),
    )
    before = held.row
    with at_work(place.begin, place.deployment, actor_of(account, auth, None, client_of(request)), now) as work:
        if before is not None:
            work.stores.doors.end_session(before.id)
        open_session(work, vouched_session(row, place.deployment))
    held.clear()
    held.update(carried)
    held.token, held.row, held.account, held.new = token, row, account, False
    held.modified = True


def sign_out(work: UnitOfWork) -> None:
    """The session is gone, here and in the browser; which keeps by what to know the pages that it has still open."""
    held = current_session()
    if held.row is not None:
        close_session(work, held.row.id)
    proof = held.get(PROOF)
    held.clear()
    held.row = held.account = None
    held.ended = not proof
    held.update({LEFT: str(work.actor.account), PROOF: proof})


def is_from_its_page() -> bool:
    """True if the form of this request is from a page that was made for the account of this session, however long ago.

    So one that was filled in before somebody else signed in is neither held for them nor shown to them.
    """
    return any(_proves(proof) for proof in (PROOF, EARLIER))


def _proves(proof: str) -> bool:
    limit = int(SESSIONS_WAIT.absolute.total_seconds())
    try:
        validate_csrf(request.form.get(PROOF), time_limit=limit, token_key=proof)  # type: ignore[no-untyped-call]  # the library ships no types
    except ValidationError:
        return False
    return True


def wait_for_the_same() -> bool:
    """True if the form of this request can wait for the account whose session it was sent from, to sign in again.

    Its session has run out, or was signed out of in this browser since the page of the form was made. What waits for
    the second is a session that has run out: it lets nobody in, and is nobody else's.
    """
    held = current_session()
    if not is_from_its_page():
        return False
    if held.row is None and LEFT in held:
        held.row = _run_out(AccountId(UUID(held[LEFT])), held)
    return held.is_waiting


def _run_out(of: AccountId, held: SealedSession) -> Session | None:
    """A session of the account that has run out, for this browser; None if the account can sign in no more.

    It waits for an hour: it counts as last used as long ago as makes it so, before any session that could go on.
    """
    place = house()
    with place.begin(NOBODY) as stores:
        account = stores.accounts.get(of)
        if account is None or account.closed_at is not None:
            return None
        held.token = new_token()
        del held[LEFT]
        used = place.clock() - SESSIONS_WAIT.idle + LEFT_FORMS_WAIT
        row = Session(
            id=SessionId(place.deployment.chance.uuid()),
            token=token_digest(held.token),
            account=account.id,
            auth=Auth.PASSWORD,
            epoch=account.epoch,
            since=used,
            seen=used,
            sealed=held.sealed(),
        )
        kept = vouched_session(row, place.deployment)
        stores.doors.add_session(kept)
    return kept


def hold_form(sentence: str, *, afresh: bool = False, found: Sequence[tuple[str, str]] = ()) -> None:
    """The form of this request waits for its page, with the sentence that says what was wrong.

    `found` is what in it seems to belong elsewhere, each by its kind. `afresh` forgets the version that the person was
    looking at: they are about to be shown the present one.
    """
    left_out = NEVER_HELD | {"seen"} if afresh else NEVER_HELD
    typed = {key: request.form.getlist(key) for key in request.form if key not in left_out}
    session[HELD_FORM] = {"path": request.path, "typed": typed, "sentence": sentence, "found": list(found)}


def current_session() -> SealedSession:
    """The session of this request."""
    proxy: Any = session
    return cast(SealedSession, proxy._get_current_object())  # noqa: SLF001 - how werkzeug's proxies are opened


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to HTTPS; over plain HTTP, as in the demonstration, it is refused."""
    return "__Host-casetrack" if secure else "casetrack"


def _opened(token: str, row: Session, account: Account, place: House) -> SealedSession:
    """The session with what it holds; once it has run out, nobody's until its account signs in again."""
    try:
        held = json.loads(SessionBox(token).open(row.sealed))
    except CannotOpen:
        return SealedSession()
    return SealedSession(token, row, account if is_live(row, place.sessions, place.clock()) else None, held)


def _is_due(held: SealedSession, row: Session, place: House) -> bool:
    return held.modified or (not held.is_waiting and place.clock() - row.seen > TOUCHED_EVERY)


def _keep(held: SealedSession, row: Session, place: House) -> bool:
    """True if it was kept: it had not ended, and the database answers. What has run out was not used by this."""
    seen = row.seen if held.is_waiting else place.clock()
    kept = vouched_session(replace(row, seen=seen, sealed=held.sealed()), place.deployment)
    try:
        with place.begin(NOBODY) as stores:
            return stores.doors.keep_session(kept)
    except Unavailable:
        return False  # The answer that says so must still go out.


def _in_the_cookie(cookie: str, place: House) -> object:
    """What an anonymous browser brings back; nothing of what is not ours, or is older than what a session holds."""
    try:
        kept = json.loads(place.before_sign_in.open(urlsafe_b64decode(cookie.removeprefix(IN_THE_COOKIE))))
    except (CannotOpen, ValueError):
        return None
    is_old = place.clock() - datetime.fromisoformat(kept["at"]) > SESSIONS_WAIT.idle
    return None if is_old else kept["held"]


def _for_the_cookie(held: SealedSession, place: House) -> str:
    """What the browser has to bring back, sealed. What it typed is left out, and where it was, if that is too much."""
    for left_out in ((), (HELD_FORM,), (HELD_FORM, AFTER_SIGN_IN)):
        brought = {key: value for key, value in held.items() if key not in left_out}
        kept = json.dumps({"at": place.clock().isoformat(), "held": brought}).encode()
        cookie = IN_THE_COOKIE + urlsafe_b64encode(place.before_sign_in.seal(kept)).decode()
        if len(cookie) <= LONGEST_COOKIE:
            return cookie
    return ""


def _set_cookie(response: Response, value: str, place: House) -> None:
    name = cookie_name(secure=place.secure_cookies)
    response.set_cookie(name, value, secure=place.secure_cookies, httponly=True, samesite="Lax", path="/")
    response.vary.add("Cookie")


def _left_to(account: Account, held: SealedSession) -> dict[str, Any]:
    """What of it the account's new session holds: nothing that was somebody else's, or that anybody could have planted.

    The proof of the same account's last session opens nothing any more; it only says whose a form is.
    """
    if held.row is not None and held.row.account != account.id:
        return {}
    carried = {key: value for key, value in held.items() if key not in {PROOF, EARLIER, LEFT}}
    is_same = held.row is not None or held.get(LEFT) == str(account.id)
    return carried | {EARLIER: held[PROOF]} if is_same and held.get(PROOF) is not None else carried


def _sealed(token: str, held: Mapping[str, Any]) -> bytes:
    return SessionBox(token).seal(json.dumps(held).encode())
