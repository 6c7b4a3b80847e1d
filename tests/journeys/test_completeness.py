"""Nothing is done and nothing is shown that is not on the journal, and each request leaves what its route declares.

Every route of the site and of the API has an example here: one that has none fails. Each is sent while the application
may not write to the journal, and the very same request once more when it may.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import unescape
from http import HTTPStatus
from itertools import chain, product
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

import pytest
from sqlalchemy import text

from casetrack.domain.actions import Action
from casetrack.domain.errors import NotJournalled
from casetrack.http.identity import left_by
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.roles import APP
from tests.journeys.asking import API, NEW, Example, Request
from tests.journeys.examples import CASE, PAGES
from tests.journeys.examples_api import CALLS
from tests.journeys.examples_desk import DESK
from tests.journeys.examples_house import HOUSES
from tests.journeys.site import Site
from tests.journeys.stage import Stage
from tests.journeys.visitor import Answer
from tests.persistence.walls import now_alone

LIVES: Final = (0, 1, 2)
EXAMPLES: Final = (*PAGES, *HOUSES, *DESK, *CALLS)
ROUTES: Final = sorted({example.route for example in EXAMPLES})
OF_NOBODY: Final = "is of casetrack itself, or of the field: nothing of anybody is on it"
TYPED: Final = "has what the same person typed a moment ago, and nobody keeps yet"
ASKS: Final = "asks, and shows nothing before that is answered"
LEADS_ON: Final = "leads to the page that shows it, which is journalled there"
OWN: Final = "is of one's own account alone"
QUIET: Final[Mapping[str, str]] = {
    **{f"GET /{each}": OF_NOBODY for each in ("demo", "healthz", "readyz", "version", "metrics", "signed-out")},
    **{f"GET /{each}": OF_NOBODY for each in ("staying-safe", "help", "accessibility", "privacy", "cookies")},
    **{f"GET /{each}": OF_NOBODY for each in ("problems", "problems/<kind>", "static/<path:filename>")},
    **{f"GET {API}/{each}": OF_NOBODY for each in ("openapi.json", "holders", "codes", "milestones")},
    **{f"GET /{each}": ASKS for each in ("sign-in", "demo/link/<token>", "set-up/<token>", "find")},
    **{
        f"GET /{each}": ASKS
        for each in ("audit/enquiries/new", "admin/accounts/new", "account/tokens/new", "caseload/names")
    },
    **{f"{method} /cases/new{step}": TYPED for method in ("GET", "POST") for step in ("", "/<step>")},
    **{f"POST /{each}": TYPED for each in ("find", "cases/find")},
    **dict.fromkeys(("GET /", "POST /audit"), LEADS_ON),
    **{f"POST {CASE}/{each}/hide": "shows no more what it showed" for each in ("identity", "contacts")},
    **{f"GET /account{each}": OWN for each in ("", "/tokens/<uuid:token_id>/revoke")},
}
"""The routes of which some request shows nothing that would have to be on the journal, and why that is so."""
ANYWAY: Final[Mapping[str, str]] = {"GET /exit": "whoever has to leave leaves, whatever can be written down of it"}
"""The routes that do what they are for though it cannot be journalled."""
MAY_CHANGE: Final[Mapping[str, str]] = {
    "sessions": "when a sitting was last used, and the form that was not taken, to be sent again",
    **dict.fromkeys(("log_queue", "leaves", "checkpoints"), "the log behind the journal: what was journalled before"),
}
"""What a request may change that cannot be journalled, of whichever route."""
MAY_CHANGE_OF: Final[Mapping[str, Mapping[str, str]]] = {
    f"POST {CASE}/notes/write": {"drafts": "what was written waits as a draft, whatever comes of it"},
    f"POST {CASE}/notes/<uuid:note>/correct": {"drafts": "what was written waits as a draft, whatever comes of it"},
    "POST /demo/link/<token>": {"links": "a link of the demonstration is used up by a try"},
}
ENTRIES: Final = "SELECT id, action, account, case_id, refusal, attempted, payload FROM events"
STEP_UP: Final = "NeedsStepUp"


@dataclass(frozen=True)
class Tried:
    """What came of one request: while nothing could be journalled, and then."""

    example: Example
    request: Request
    without: Answer
    changed: frozenset[str]
    """The tables that were changed while nothing could be journalled."""
    secrets: frozenset[str]
    """What is on the stage and was in no part of the request."""
    answered: Answer
    left: Sequence[Any]
    """The events that it left."""


@pytest.fixture(scope="module")
def stage(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site that nobody else works at, whose database asks whether each change was told, as where people work."""
    folder = tmp_path_factory.mktemp("completeness")
    with Site.of(cluster, folder, "completeness", LIVES) as site, now_alone(site.database):
        yield Stage(site)


@pytest.fixture(scope="module")
def tried(stage: Stage) -> Callable[[str], list[Tried]]:
    """What came of each example of a route; it is tried once."""

    @cache
    def of_route(route: str) -> list[Tried]:
        return [_tried(example, stage) for example in EXAMPLES if example.route == route]

    return of_route


def test_every_route_has_an_example(stage: Stage) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in stage.site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(ROUTES) == there, "a route that shows or does something has an example, or is said to be quiet and why"
    assert QUIET.keys() | ANYWAY.keys() | MAY_CHANGE_OF.keys() <= there


@pytest.mark.parametrize("route", ROUTES)
def test_without_the_journal_nothing_is_done_and_nothing_is_shown(
    route: str, tried: Callable[[str], list[Tried]]
) -> None:
    for each in tried(route):
        without = each.without
        assert not [secret for secret in each.secrets if secret in f"{without.headers}{without.text}"], str(
            each.example
        )
        assert each.changed - MAY_CHANGE.keys() - MAY_CHANGE_OF.get(route, {}).keys() == set() or not each.left
        if route in ANYWAY or not each.left:
            assert without.status < HTTPStatus.BAD_REQUEST, without.text
            assert each.example.asks or route in QUIET.keys() | ANYWAY.keys(), (
                "it leaves no event, and shows or does something"
            )
        else:
            assert without.status == HTTPStatus.SERVICE_UNAVAILABLE, str(each.example)
            assert without.headers["Retry-After"] == "60"
            assert NotJournalled.sentence in _said(without)


@pytest.mark.parametrize("route", ROUTES)
def test_one_request_leaves_exactly_the_events_that_its_route_declares(
    route: str, tried: Callable[[str], list[Tried]], stage: Stage
) -> None:
    declared = _choices(route, stage)
    possible = [Counter(filter(None, each)) for each in product(*declared)]
    for each in tried(route):
        is_answered = each.answered.status < HTTPStatus.BAD_REQUEST
        assert is_answered != each.example.is_refused, each.answered.text
        left = Counter(Action(entry.action) for entry in each.left)
        assert left in possible, f"{each.example} left {left}"
        for entry in each.left:
            _check(entry, each)


@pytest.mark.parametrize("route", ROUTES)
def test_every_event_that_a_route_declares_is_left_by_some_request_of_its_page(
    route: str, tried: Callable[[str], list[Tried]], stage: Stage
) -> None:
    method, view = _view(route, stage)
    routes = [each for each in ROUTES if _view(each, stage) == (method, view)]
    left = {Action(entry.action) for each in routes for one in tried(each) for entry in one.left}
    assert left == set(filter(None, chain.from_iterable(_choices(route, stage))))


def test_whoever_leaves_at_once_keeps_no_cookie_though_that_cannot_be_journalled(stage: Stage) -> None:
    visitor = stage.site.visitor("worker")
    assert visitor.cookies
    with _no_journal(stage):
        visitor.request("GET", "/exit")
    assert not visitor.cookies


def _tried(example: Example, stage: Stage) -> Tried:
    request = example.make(stage)
    assert _route_of(request, stage) == example.route
    with _no_journal(stage):
        before = stage.site.contents()
        without = request.send()
        after = stage.site.contents()
    changed = frozenset(table for table in after if after[table] != before[table])
    is_done = without.status < HTTPStatus.BAD_REQUEST and not example.is_used_up
    again = example.make(stage) if example.is_used_up else request
    earlier = {entry.id for entry in _entries(stage)}
    answered = without if is_done else again.send()
    left = [entry for entry in _entries(stage) if entry.id not in earlier]
    typed = unquote_plus(request.address + (request.body or b"").decode())
    hidden = stage.secrets() | (frozenset() if is_done else stage.names())
    secrets = frozenset(secret for secret in hidden if secret not in typed)
    return Tried(example, again, without, changed, secrets, answered, left)


@contextmanager
def _no_journal(stage: Stage) -> Iterator[None]:
    """The application may write no event, inside the block."""
    engine = stage.site.database.engine(SUPERUSER)
    with engine.begin() as connection:
        connection.execute(text(f"REVOKE INSERT ON events FROM {APP}"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"GRANT INSERT ON events TO {APP}"))


def _entries(stage: Stage) -> Sequence[Any]:
    with stage.site.database.engine(SUPERUSER).connect() as connection:
        return connection.execute(text(ENTRIES)).all()


def _route_of(request: Request, stage: Stage) -> str:
    urls = stage.site.app.url_map.bind("")
    rule, _ = urls.match(urlsplit(request.address).path, request.method, return_rule=True)
    return f"{request.method} {rule.rule}"


def _view(route: str, stage: Stage) -> tuple[str, Callable[..., Any]]:
    method, _, path = route.partition(" ")
    rules = stage.site.app.url_map.iter_rules()
    rule = next(rule for rule in rules if rule.rule == path and method in (rule.methods or ()))
    return method, stage.site.app.view_functions[rule.endpoint]


def _choices(route: str, stage: Stage) -> list[tuple[Action | None, ...]]:
    """What its view declares: of each event the action, or one of several."""
    method, view = _view(route, stage)
    return [one if isinstance(one, tuple) else (one,) for one in left_by(view, method)]


def _check(entry: Any, tried: Tried) -> None:  # noqa: ANN401 - a row of the journal
    """The event is of that account and of that case, and says what the column says."""
    said = json.loads(bytes(entry.payload))
    assert said["action"] == entry.action
    at_the_door = said["detail"].get("account") if entry.account is None else None
    assert str(entry.account or at_the_door) == str(tried.request.by)
    if tried.example.is_refused:
        assert (entry.refusal, entry.case_id) == (STEP_UP, None)
        assert (entry.attempted or said["transfer"] or "") in tried.request.address
        return
    assert entry.refusal is None
    about = {each.case_id for each in tried.left if each.action != Action.SURNAME_COMPARE}
    assert about == {tried.request.about} or (tried.request.about == NEW and len(about - {None}) == len(about) == 1)


def _said(answer: Answer) -> str:
    """What a page or a problem says."""
    if answer.is_page:
        return unescape(answer.text)
    return str(json.loads(answer.text)["detail"])
