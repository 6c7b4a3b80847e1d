"""The whole site: who gets in, what every page has, and what is answered when something is refused."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from casetrack.domain.actions import Action
from casetrack.domain.case import IdentityState
from casetrack.http import headers
from tests.web.site import COOKIE, NAME, Browser, Place, errors, headings, hidden, title
from tests.world import ACCOUNTS

CASE_PAGES = (
    "",
    "/place",
    "/assign",
    "/close",
    "/identity",
    "/identity/record",
    "/contacts",
    "/contacts/record",
    "/milestones",
    "/milestones/encounter",
    "/milestones/encounter/reopen",
    "/milestones/person-found",
    "/files",
    "/files/attach",
    "/journey",
    "/history",
    "/opened",
)
WORK_PAGES = (
    "/work",
    "/cases",
    "/cases/find",
    "/caseload/names",
    *(f"/cases/new/{step}" for step in ("strands", "age", "areas", "identity", "contact")),
)
OPEN_PAGES = (
    *("/help", "/problems", "/problems/offer-open", "/accessibility", "/cookies", "/privacy", "/staying-safe"),
    *("/signed-out", "/sign-in"),
)
FOR_MACHINES = frozenset({"health.alive", "health.ready", "health.version", "health.metrics", "static", "pages.exit"})
LEADS_ONLY = {"/assign"}


@pytest.fixture(scope="module")
def place() -> Place:
    """A case with something on its record, which no test here changes."""
    place = Place()
    place.record("encounter", note="Met at the station.")
    return place


def without_proof(html: str) -> str:
    """The page without what is signed anew each time."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


def statuses(browser: Browser, paths: Iterator[str]) -> dict[str, int]:
    return {path: browser.client.get(path).status_code for path in paths}


@pytest.mark.parametrize("role", ["worker", "lead", "supervisor"])
def test_every_page_of_casework_opens_for_those_who_work_on_the_case(place: Place, role: str) -> None:
    browser = place.browser(role)
    found = statuses(browser, (f"{place.at}{page}" for page in CASE_PAGES))
    expected = {f"{place.at}{page}": 403 if page in LEADS_ONLY and role == "worker" else 200 for page in CASE_PAGES}
    assert found == expected
    assert set(statuses(browser, iter(WORK_PAGES)).values()) == {200}


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_no_page_of_casework_opens_for_those_who_do_none(place: Place, role: str) -> None:
    browser = place.browser(role)
    assert set(statuses(browser, (f"{place.at}{page}" for page in CASE_PAGES)).values()) <= {403, 404}
    assert set(statuses(browser, iter(WORK_PAGES)).values()) == {403}


@pytest.mark.parametrize("role", ["receiver", "charity-lead", "scottish-lead"])
def test_a_case_of_others_is_as_absent_as_one_that_never_was(place: Place, role: str) -> None:
    browser = place.browser(role)
    found = browser.client.get(place.at)
    absent = browser.client.get("/cases/CT-0000-0000")
    assert (found.status_code, absent.status_code) == (404, 404)
    assert without_proof(found.text) == without_proof(absent.text)
    assert place.case.pseudonym not in browser.get("/cases").text


@pytest.mark.parametrize("role", ["worker", "lead"])
@pytest.mark.parametrize("page", [*CASE_PAGES, *WORK_PAGES, *OPEN_PAGES])
def test_every_page_has_one_heading_a_title_of_its_own_and_nobodys_name(place: Place, role: str, page: str) -> None:
    path = f"{place.at}{page}" if page in CASE_PAGES else page
    shown = place.browser(role).get(path).text
    assert len(headings(shown)) == 1
    assert title(shown)
    assert NAME not in shown


def test_no_two_pages_have_the_same_title(place: Place) -> None:
    browser = place.browser("lead")
    paths = [*(f"{place.at}{page}" for page in CASE_PAGES), *WORK_PAGES, *OPEN_PAGES[:-1]]
    titles = [title(browser.get(path).text) for path in paths]
    assert len(set(titles)) == len(titles) - 1, "finding a case is the list of cases"


def test_every_route_says_what_it_serves_or_that_it_is_public(place: Place) -> None:
    rules = [rule.endpoint for rule in place.app.url_map.iter_rules()]
    silent = [
        endpoint
        for endpoint in rules
        if not hasattr(place.app.view_functions[endpoint], "serves")
        and not getattr(place.app.view_functions[endpoint], "is_public", False)
    ]
    assert silent == ["static"]


def test_the_actions_of_casework_each_have_their_page(place: Place) -> None:
    served = {action for view in place.app.view_functions.values() for action in getattr(view, "serves", ())}
    nouns = {"caseload", "case", "identity", "contact", "milestone", "journey", "history", "session"}
    assert {action for action in Action if action.noun in nouns} <= served


def test_nobody_gets_in_without_signing_in(place: Place) -> None:
    browser = Browser(place.app)
    closed = [
        rule
        for rule in place.app.url_map.iter_rules()
        if not getattr(place.app.view_functions[rule.endpoint], "is_public", False) and rule.endpoint != "static"
    ]
    assert closed
    for rule in closed:
        path = rule.rule.replace("<reference:reference>", place.case.reference)
        for pattern, value in ((r"<uuid:\w+>", str(place.case.id)), (r"<int:\w+>", "1"), (r"<\w+>", "check")):
            path = re.sub(pattern, value, path)
        answers = [browser.client.open(path, method=method) for method in (rule.methods or set()) & {"GET", "POST"}]
        assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {(302, "/sign-in")}


def test_what_is_open_to_anybody_shows_no_case_and_is_little(place: Place) -> None:
    public = {
        rule.endpoint
        for rule in place.app.url_map.iter_rules()
        if getattr(place.app.view_functions[rule.endpoint], "is_public", False)
    }
    assert public - FOR_MACHINES == {
        *("pages.help", "pages.accessibility", "pages.cookies", "pages.privacy", "pages.staying_safe"),
        *("problems.list", "problems.view", "sessions.open", "sessions.closed", "passwords.set"),
    }


def test_no_form_is_taken_without_its_proof(place: Place) -> None:
    browser = place.browser("worker")
    before = place.kept().version
    answer = browser.client.post(f"{place.at}/place", data={"seen": "1"})
    assert answer.status_code == 400
    assert place.kept().version == before
    assert errors(browser.get(f"{place.at}/place").text) == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_send_a_form(place: Place, site: str) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text)
    answer = browser.client.post(f"{place.at}/place", data=typed, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "http://localhost.elsewhere.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://LOCALHOST"}, 303),
        ({"Origin": "null"}, 303),
        ({"Origin": "http://elsewhere.example", "Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 303),
    ],
)
def test_a_browser_that_names_only_the_origin_of_its_page_is_held_to_that(said: dict[str, str], status: int) -> None:
    place = Place()
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text)
    before = place.kept().version
    answer = browser.client.post(f"{place.at}/place", data=typed, headers=said)
    assert (answer.status_code, place.kept().version == before) == (status, status == 403)


@pytest.mark.parametrize(("origin", "status"), [("https://localhost", 204), ("http://localhost", 403), ("null", 204)])
def test_where_the_site_is_reached_by_https_alone_its_own_origin_is_that_whatever_its_proxy_says(
    origin: str, status: int
) -> None:
    app = Flask("casetrack-tests")
    app.add_url_rule("/", "send", lambda: ("", 204), methods=["GET", "POST"])
    headers.init_app(app, secure=True)
    assert app.test_client().post("/", headers={"Origin": origin}).status_code == status
    assert app.test_client().get("/", headers={"Origin": "http://elsewhere.example"}).status_code == 204


def test_a_page_that_is_only_fetched_ahead_is_not_shown(place: Place) -> None:
    before = len(place.events())
    assert place.browser("worker").client.get(place.at, headers={"Sec-Purpose": "prefetch"}).status_code == 403
    assert [event["event"] for event in place.events(since=before)] == ["SignedIn"]


def test_what_shows_a_person_is_kept_by_no_browser(place: Place) -> None:
    assert place.browser("worker").client.get(place.at).headers["Cache-Control"] == "no-store"


def test_every_page_is_under_the_policy(place: Place) -> None:
    answer = place.browser("worker").client.get(place.at)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("address", ["/cases/CT-0000", "/cases/CT-AAAA-AAAA", "/nothing", "/cases/new/nonsense"])
def test_what_is_not_there_is_said_in_the_same_words(place: Place, address: str) -> None:
    answer = place.browser("worker").client.get(address)
    assert answer.status_code == 404
    assert headings(answer.text) == ["There is nothing here that you can open"]


def test_what_others_changed_in_the_same_part_is_a_page_that_says_so() -> None:
    place = Place()
    page = place.browser("worker")
    typed = hidden(page.get(f"{place.at}/place").text) | {"home": "south"}
    place.browser("lead").post(f"{place.at}/place", {"home": "east"})
    before = place.kept()

    answer = page.client.post(f"{place.at}/place", data=typed)

    assert answer.status_code == 409
    assert headings(answer.text) == ["This has changed since you opened it"]
    assert "The areas were recorded" in answer.text
    assert "Lead Invented" in answer.text
    assert "It is still on the page that you sent it from." in answer.text
    assert place.kept() == before


def test_the_database_going_down_while_a_form_is_sent_is_that_page_too() -> None:
    place = Place()
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text)
    place.close_stores(after=1)
    answer = browser.client.post(f"{place.at}/place", data=typed)
    assert answer.status_code == 503
    assert headings(answer.text) == ["casetrack is not available just now"]


def test_after_that_the_page_has_what_was_typed_and_the_present_version() -> None:
    place = Place()
    page = place.browser("worker")
    typed = hidden(page.get(f"{place.at}/place").text) | {"home": "south"}
    place.browser("lead").post(f"{place.at}/place", {"home": "east"})
    page.client.post(f"{place.at}/place", data=typed)

    again = page.get(f"{place.at}/place").text
    assert '<option value="south" selected>' in again
    answer = page.client.post(f"{place.at}/place", data=hidden(again) | {"home": "south"}, follow_redirects=True)
    assert answer.status_code == 200
    assert place.kept().areas.home == "south"


def test_a_former_holder_is_told_of_no_change() -> None:
    place = Place(identity=IdentityState.NOT_YET_ASKED)
    page = place.browser("worker")
    typed = hidden(page.get(f"{place.at}/place").text)
    place.hand_over()
    answer = page.client.post(f"{place.at}/place", data=typed)
    assert answer.status_code == 409
    assert "What changed" not in answer.text


def test_the_database_down_is_a_plain_page(place: Place) -> None:
    browser = Browser(place.app)
    browser.client.set_cookie(COOKIE, "anything")
    begin = place.world.begin
    try:
        place.close_stores()
        answer = browser.client.get("/work")
        assert answer.status_code == 503
        assert headings(answer.text) == ["casetrack is not available just now"]
        assert browser.client.post("/sign-out").status_code == 503
        assert browser.client.get("/help").status_code == 200
    finally:
        place.open_stores(begin)


@pytest.mark.parametrize(
    ("role", "first"), [("worker", "/work"), ("auditor", "/audit"), ("administrator", "/admin/accounts")]
)
def test_each_role_begins_with_its_own_work(place: Place, role: str, first: str) -> None:
    assert place.browser(role).client.get("/").headers["Location"] == first


def test_an_account_that_is_closed_is_signed_out_at_once() -> None:
    place = Place()
    browser = place.browser("worker")
    place.close_account(ACCOUNTS["worker"])
    assert browser.client.get("/work").headers["Location"] == "/sign-in"
