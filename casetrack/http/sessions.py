"""Server-side sessions: a cookie holds 32 random bytes and nothing else; the database holds their digest.

What a session holds is sealed under a key that only its cookie gives, so that a dump reads nothing of it. When a
session runs out, what it held waits for the same account to sign in again, and for nobody else.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Request, Response, request, session
from flask.sessions import SessionInterface, SessionMixin

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.tokens import SessionBox, new_token, token_digest
from casetrack.domain.actors import Auth
from casetrack.domain.errors import Unavailable
from casetrack.domain.ids import SessionId
from casetrack.http.house import EXTENSION, House, house
from casetrack.services.ports import Account, Session
from casetrack.services.sessions import NOBODY, SessionLimits, actor_of, close_session, live_session, open_session
from casetrack.services.work import UnitOfWork, at_work

TOUCHED_EVERY = timedelta(minutes=1)
"""How often the last use of a session is written down."""
OUT_OF_SIGHT = "/static/", "/api/", "/healthz", "/readyz", "/version", "/metrics"
"""Where no session is looked up, because none is used."""
KEPT_AFTER = SessionLimits(idle=timedelta(days=1), absolute=timedelta(days=2))
"""For how long what a session held waits, once the session itself has run out."""
WHOSE = "whose"
"""In a session of nobody: the account whose session ran out, to which what is held belongs."""
HELD_FORM = "held-form"
NEVER_HELD = frozenset({"csrf_token", "password", "new_password"})
PROOF = "csrf_token"


class SealedSession(SessionMixin):
    """What one browser's session holds, and whose it is."""

    def __init__(self, token: str | None, row: Session | None, account: Account | None, held: dict[str, Any]) -> None:
        """Hold what was opened; a session without a row is not kept until it holds something."""
        self.token = token
        self.row = row
        self.account = account
        self._held = held
        self.new = row is None
        self.modified = False
        self.accessed = True
        self.ended = False
        self.unavailable = False
        """True if the store of sessions could not be asked: who this is, is not known."""

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

    def sealed(self, token: str) -> bytes:
        """What the session holds, for keeping."""
        return SessionBox(token).seal(json.dumps(self._held).encode())


class SealedSessions(SessionInterface):
    """Opens a session by its cookie at the start of a request, and keeps it at the end."""

    def open_session(self, app: Flask, request: Request) -> SealedSession:
        """The browser's session, or an empty one if it has none that lives."""
        place: House = app.extensions[EXTENSION]
        token = request.cookies.get(cookie_name(secure=place.secure_cookies))
        nobody = SealedSession(None, None, None, {})
        if token is None or request.path.startswith(OUT_OF_SIGHT):
            return nobody
        try:
            with place.begin(NOBODY) as stores:
                found = live_session(stores, token_digest(token), place.sessions, place.clock())
                ended = None if found else live_session(stores, token_digest(token), KEPT_AFTER, place.clock())
        except Unavailable:
            nobody.unavailable = True
            return nobody
        if found is not None:
            held = _opened(token, found[0])
            return nobody if held is None else SealedSession(token, *found, held)
        return nobody if ended is None else _waiting(token, *ended)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """The session is kept if it changed, or if its last use was not written down for a minute."""
        place: House = app.extensions[EXTENSION]
        held = cast(SealedSession, session)
        name = cookie_name(secure=place.secure_cookies)
        if held.ended:
            response.delete_cookie(name, secure=place.secure_cookies, httponly=True, samesite="Lax", path="/")
            return
        if not self._is_due(held, place):
            return
        token = held.token or new_token()
        try:
            with place.begin(NOBODY) as stores:
                stores.doors.keep_session(self._row(held, token, place))
        except Unavailable:
            return  # The answer that says so must still go out.
        response.set_cookie(name, token, secure=place.secure_cookies, httponly=True, samesite="Lax", path="/")
        response.vary.add("Cookie")

    def _is_due(self, held: SealedSession, place: House) -> bool:
        if held.row is None:
            return held.modified and len(held) > 0
        return held.modified or place.clock() - held.row.seen > TOUCHED_EVERY

    def _row(self, held: SealedSession, token: str, place: House) -> Session:
        now = place.clock()
        if held.row is None:
            return Session(
                id=SessionId(place.deployment.chance.uuid()),
                token=token_digest(token),
                account=None,
                auth="",
                epoch=0,
                since=now,
                seen=now,
                sealed=held.sealed(token),
            )
        return replace(held.row, seen=now, sealed=held.sealed(token))


def sign_in(account: Account, auth: Auth) -> None:
    """The browser is signed in, under a new token: one that somebody planted before opens nothing."""
    place = house()
    held = current_session()
    _leave_to(account, held)
    token = new_token()
    now = place.clock()
    before = held.row
    row = Session(
        id=SessionId(place.deployment.chance.uuid()),
        token=token_digest(token),
        account=account.id,
        auth=auth,
        epoch=account.epoch,
        since=now,
        seen=now,
        sealed=held.sealed(token),
    )
    actor = actor_of(account, auth, row.id)
    with at_work(place.begin, place.deployment, actor, now) as work:
        if before is not None:
            work.stores.doors.end_session(before.id)
        open_session(work, row)
    held.token, held.row, held.account, held.new = token, row, account, False
    held.modified = True


def sign_out(work: UnitOfWork) -> None:
    """The session is gone, here and in the browser."""
    held = current_session()
    if held.row is not None:
        close_session(work, held.row.id)
    held.clear()
    held.ended = True


def hold_form(sentence: str, *, afresh: bool = False) -> None:
    """The form of this request waits for its page, with the sentence that says what was wrong.

    `afresh` forgets the version that the person was looking at: they are about to be shown the present one.
    """
    left_out = NEVER_HELD | {"seen"} if afresh else NEVER_HELD
    typed = {key: request.form.getlist(key) for key in request.form if key not in left_out}
    session[HELD_FORM] = {"path": request.path, "typed": typed, "sentence": sentence}


def current_session() -> SealedSession:
    """The session of this request."""
    proxy: Any = session
    return cast(SealedSession, proxy._get_current_object())  # noqa: SLF001 - how werkzeug's proxies are opened


def cookie_name(*, secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to HTTPS; over plain HTTP, as in the demonstration, it is refused."""
    return "__Host-casetrack" if secure else "casetrack"


def _opened(token: str, row: Session) -> dict[str, Any] | None:
    try:
        held = json.loads(SessionBox(token).open(row.sealed))
    except CannotOpen:
        return None
    return held if isinstance(held, dict) else None


def _waiting(token: str, row: Session, account: Account | None) -> SealedSession:
    """A session of nobody, with what the one that ran out held, and a note of whose that is."""
    held = _opened(token, row) or {}
    if account is not None:
        held[WHOSE] = str(account.id)
    return SealedSession(None, None, None, held)


def _leave_to(account: Account, held: SealedSession) -> None:
    """What was held for somebody else is gone; what anybody could have planted is not carried on."""
    whose = str(held.account.id) if held.account else held.get(WHOSE)
    if whose not in (None, str(account.id)):
        held.clear()
    for key in (WHOSE, PROOF):
        held.pop(key, None)
