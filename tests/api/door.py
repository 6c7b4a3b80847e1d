"""The API over a small deployment in memory, and callers with tokens of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from casetrack import api
from casetrack.crypto.tokens import SessionBox, new_token, token_digest
from casetrack.domain.errors import CasetrackError
from casetrack.domain.ids import TransferId
from casetrack.http import converters, headers, identity, sessions
from casetrack.http.house import EXTENSION, House
from casetrack.services.lifetimes import SessionLimits
from casetrack.services.people import Token
from casetrack.services.ports import JournalEntry
from casetrack.services.transfers import accept_transfer
from tests.world import ACCOUNTS, World

V1: Final = "/api/v1"
LIFE: Final = timedelta(days=1)

NEW_CASE: Final[Mapping[str, Any]] = {
    "strands": ["support", "investigation"],
    "age_group": "adult",
    "identity": "given",
    "given_names": "Testa Maria",
    "family_name": "Invented",
    "birth_date": "1990-02-03",
    "home": "north",
    "phone": "01632 960001",
}
"""A person who gave an invented name, as JSON."""

POINTS: Final = ("safe-contact", "consents", "nrm-or-duty-to-notify", "markings", "paper")
NEW_OFFER: Final[Mapping[str, Any]] = {
    "kind": "support",
    "to": "south",
    "reason": "relocated-for-safety",
    "already_moved": True,
    "tonight": "A support worker",
    "phone": "01632 960000",
    "risks": "Threatened last week",
    "needs": ["accommodation"],
    "language": "sq",
    "unsafe_areas": "None is known",
    "outstanding": ["safety-plan-review"],
    "checklist": {point: {"answer": "on-the-case"} for point in POINTS},
    "accurate": True,
}
"""An offer of the support strand to the south, as JSON."""


def api_of(world: World) -> Flask:
    """The API alone, as `casetrack.app` joins it."""
    app = Flask("casetrack", static_folder=None)
    app.testing = True
    app.secret_key = "only for tests"
    app.extensions[EXTENSION] = House(
        begin=world.begin,
        deployment=world.deployment,
        clock=lambda: world.now,
        sessions=SessionLimits(timedelta(minutes=30), timedelta(hours=12)),
        reveal_for=timedelta(minutes=5),
        shift=timedelta(hours=10),
        secure_cookies=True,
        client_key=b"only for tests",
        before_sign_in=SessionBox("only for tests"),
        troubles=tuple,
        counts=dict,
        promise=lambda _: None,
    )
    app.url_map.converters["reference"] = converters.ReferenceConverter
    app.session_interface = sessions.SealedSessions()
    headers.init_app(app, secure=True)
    identity.init_app(app)
    babel: Any = Babel  # the library ships no types
    babel(app, default_timezone="Europe/London", default_locale="en_GB")
    protect: Any = CSRFProtect  # the library ships no types
    protect(app)
    api.init_app(app)
    app.register_error_handler(CasetrackError, api.refused)
    app.register_error_handler(HTTPException, api.failed)
    return app


@dataclass
class Caller:
    """A program that acts for an account."""

    client: FlaskClient
    world: World
    token: str

    def get(self, path: str, **headers: str) -> Any:  # noqa: ANN401 - an answer, whose JSON is anything
        """Ask for something, a minute later."""
        return self.send("GET", path, None, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:  # noqa: ANN401 - JSON is of any type
        """Send something, a minute later, under a new key. A header is named with underscores."""
        self.world.now += timedelta(minutes=1)
        named = {name.replace("_", "-"): value for name, value in ({"Idempotency_Key": str(uuid4())} | headers).items()}
        return self.client.open(
            V1 + path, method=method, json=body, headers={"Authorization": f"Bearer {self.token}", **named}
        )

    def open_case(self, **changes: Any) -> str:  # noqa: ANN401 - JSON is of any type
        """The reference of a new case."""
        answer = self.send("POST", "/cases", {**NEW_CASE, **changes}, Idempotency_Key=str(uuid4()))
        assert answer.status_code == 201, answer.text
        return str(answer.json["reference"])

    def send_offer(self, reference: str, **changes: Any) -> str:  # noqa: ANN401 - JSON is of any type
        """The id of a new offer of that case."""
        tag = self.get(f"/cases/{reference}").headers["ETag"]
        answer = self.send("POST", f"/cases/{reference}/transfers", {**NEW_OFFER, **changes}, If_Match=tag)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])


@dataclass
class Door:
    """The world behind the API, and who calls."""

    world: World = field(default_factory=World.in_memory)

    def __post_init__(self) -> None:
        """Open the door."""
        self.app = api_of(self.world)
        self.client = self.app.test_client()

    def caller(self, name: str) -> Caller:
        """A program with a new token of that account's."""
        account, token = ACCOUNTS[name], new_token()
        kept = Token(uuid4(), "a test", token_digest(token), account.id, account.epoch, self.world.now + LIFE)
        self.world.hand_token(kept)
        return Caller(self.client, self.world, token)

    def entries(self) -> tuple[JournalEntry, ...]:
        """What is on the journal."""
        assert self.world.memory is not None
        return tuple(self.world.memory.kept.entries)

    def last_action(self) -> str:
        """What was done last, as the journal has it."""
        return self.entries()[-1].action.value

    def rules(self) -> Iterator[tuple[str, str]]:
        """The method and the address of every call that is not public."""
        for rule in self.app.url_map.iter_rules():
            view = self.app.view_functions[rule.endpoint]
            if rule.rule.startswith(V1) and not getattr(view, "is_public", False):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield method, rule.rule.removeprefix(V1)


def accept(door: Door, transfer: str) -> None:
    """The south accepts, as people do: signed in."""
    with door.world.work("receiving-lead") as work:
        accept_transfer(work, TransferId(UUID(transfer)), worker=ACCOUNTS["receiver"].id, seen=None)
