"""Signing in and out, and what becomes of what was typed when a session runs out."""

from base64 import urlsafe_b64decode
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import session

from casetrack.crypto.passwords import hash_password
from casetrack.crypto.tokens import SessionBox, new_token, token_digest
from casetrack.domain.ids import SessionId
from casetrack.http.sessions import AFTER_SIGN_IN, current_session
from casetrack.services.people import Session
from casetrack.services.ports import Scope, Stores
from casetrack.services.sessions import NOBODY
from casetrack.web.sessions import after_sign_in
from tests.web.site import COOKIE, IDLE, Browser, Place, errors, headings, hidden, links, title
from tests.world import ACCOUNTS, sealed

PASSWORD = "four plain words here"


@pytest.fixture(scope="module")
def password() -> str:
    """Slow to make, as it should be."""
    return hash_password(PASSWORD)


@pytest.fixture
def place(password: str) -> Place:
    """A place where the worker and the lead have a password."""
    place = Place()
    with place.world.begin(NOBODY) as stores:
        for name in ("worker", "lead"):
            stores.accounts.put(sealed(replace(ACCOUNTS[name], password=password)), before=ACCOUNTS[name])
    return place


def sign_in(browser: Browser, name: str = "worker", password: str = PASSWORD) -> None:
    browser.post("/sign-in", {"name": name, "password": password})


def test_somebody_who_signs_in_is_where_they_wanted_to_be(place: Place) -> None:
    browser = Browser(place.app)
    assert headings(browser.get(f"{place.at}/history").text) == ["Sign in"]
    answer = browser.post("/sign-in", {"name": "worker", "password": PASSWORD})
    assert answer.request.path == f"{place.at}/history"


def test_a_list_is_there_again_with_its_filters(place: Place) -> None:
    browser = Browser(place.app)
    browser.get("/cases?due=overdue&page=2")
    answer = browser.post("/sign-in", {"name": "worker", "password": PASSWORD})
    assert answer.request.full_path == "/cases?due=overdue&page=2"


@pytest.mark.parametrize(("name", "password"), [("worker", "not the password"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(place: Place, name: str, password: str) -> None:
    browser = Browser(place.app)
    answer = browser.post("/sign-in", {"name": name, "password": password})
    assert headings(answer.text) == ["Sign in"]
    assert title(answer.text).startswith("Error: ")
    assert errors(answer.text) == ["That name and password do not match an account. Check both and try again."]
    assert f'value="{name}"' in answer.text
    assert password not in answer.text


def test_after_five_wrong_passwords_there_is_a_wait(place: Place) -> None:
    browser = Browser(place.app)
    for _ in range(5):
        sign_in(browser, password="wrong")
    answer = browser.post("/sign-in", {"name": "worker", "password": PASSWORD})
    assert answer.status_code == 429
    assert headings(answer.text) == ["Too many attempts"]


def test_the_session_that_signs_in_is_a_new_one(place: Place) -> None:
    browser = Browser(place.app)
    browser.get("/sign-in")
    planted = browser.client.get_cookie(COOKIE)
    sign_in(browser)
    now = browser.client.get_cookie(COOKIE)
    assert planted is not None
    assert now is not None
    assert planted.value != now.value
    other = Browser(place.app)
    other.client.set_cookie(COOKIE, planted.value)
    assert headings(other.get("/work").text) == ["Sign in"]


def test_the_proof_that_an_anonymous_browser_had_is_good_for_nothing_afterwards(place: Place) -> None:
    browser = Browser(place.app)
    before = hidden(browser.get("/sign-in").text)
    sign_in(browser)
    assert browser.client.post(f"{place.at}/place", data=before | {"seen": "3"}).status_code == 400


def test_who_is_signed_in_already_is_led_to_their_work(place: Place) -> None:
    assert place.browser("worker").get("/sign-in").request.path == "/work"


def test_whoever_signs_out_is_out_here_and_in_the_database(place: Place) -> None:
    browser = place.browser("worker")
    token = browser.client.get_cookie(COOKIE)
    answer = browser.post("/sign-out", page="/work")
    assert headings(answer.text) == ["You are signed out"]
    left = browser.client.get_cookie(COOKIE)
    assert left is not None
    assert left.value.startswith("."), "what opens nothing: the mark of whose pages may be open still"
    assert headings(browser.get("/work").text) == ["Sign in"]
    assert token is not None
    browser.client.set_cookie(COOKIE, token.value)
    assert headings(browser.get("/work").text) == ["Sign in"]
    assert place.events()[-1]["event"] == "SignedOut"


def test_leaving_at_once_ends_the_session_and_leaves_nothing(place: Place) -> None:
    browser = place.browser("worker")
    answer = browser.client.get("/exit")
    assert answer.status_code == 302
    assert not answer.headers["Location"].startswith("/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert headings(browser.get("/work").text) == ["Sign in"]
    assert Browser(place.app).client.get("/exit").status_code == 302


def test_a_form_that_was_sent_too_late_is_there_after_signing_in_again(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Never at night."}
    place.later(minutes=IDLE.seconds // 60 + 1)
    assert browser.client.post(f"{place.at}/contacts/record", data=typed).headers["Location"] == "/sign-in"
    place.record("encounter", by="lead")

    answer = browser.post("/sign-in", {"name": "worker", "password": PASSWORD})

    assert answer.request.path == f"{place.at}/contacts/record"
    assert "Never at night." in answer.text
    assert hidden(answer.text)["seen"] == typed["seen"]


def test_it_is_never_there_for_somebody_else(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Never at night."}
    place.later(hours=1)
    browser.client.post(f"{place.at}/contacts/record", data=typed)

    answer = browser.post("/sign-in", {"name": "lead", "password": PASSWORD})

    assert answer.request.path == "/work"
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text
    browser.post("/sign-out", page="/work")
    sign_in(browser)
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


WORDS = "Never at night. " * 300
"""Longer than a cookie."""


def left(place: Place) -> tuple[Browser, dict[str, str]]:
    """A browser whose account signed out in one tab, and what is sent from another that was open still."""
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": WORDS}
    browser.post("/sign-out", page="/work")
    return browser, typed


def test_a_form_from_a_page_that_was_open_when_its_account_signed_out_is_there_when_it_signs_in_again(
    place: Place,
) -> None:
    browser, typed = left(place)
    assert browser.client.post(f"{place.at}/contacts/record", data=typed).headers["Location"] == "/sign-in"

    answer = browser.post("/sign-in", {"name": "worker", "password": PASSWORD})

    assert answer.request.path == f"{place.at}/contacts/record"
    assert WORDS.strip() in answer.text


def test_what_waits_lets_nobody_in(place: Place) -> None:
    browser, typed = left(place)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    assert headings(browser.get("/work").text) == ["Sign in"]
    assert headings(browser.get(place.at).text) == ["Sign in"]


def test_after_an_hour_such_a_form_is_gone(place: Place) -> None:
    browser, typed = left(place)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    place.later(minutes=61)
    sign_in(browser)
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


def test_such_a_form_is_there_for_nobody_else(place: Place) -> None:
    browser, typed = left(place)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    sign_in(browser, "lead")
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text
    browser.post("/sign-out", page="/work")
    sign_in(browser)
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


def test_a_form_from_a_page_of_somebody_who_signed_out_before_the_last_is_not_kept(place: Place) -> None:
    browser, typed = left(place)
    sign_in(browser, "lead")
    browser.post("/sign-out", page="/work")
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    sign_in(browser, "lead")
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


@pytest.mark.parametrize("proof", ["", "forged"])
def test_a_form_that_is_from_no_page_of_the_account_that_signed_out_is_not_kept(place: Place, proof: str) -> None:
    browser, typed = left(place)
    browser.client.post(f"{place.at}/contacts/record", data=typed | {"csrf_token": proof})
    sign_in(browser)
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


def test_nothing_waits_for_an_account_that_was_closed(place: Place) -> None:
    browser, typed = left(place)
    with place.world.begin(NOBODY) as stores:
        worker = stores.accounts.get(ACCOUNTS["worker"].id)
    assert worker is not None
    place.close_account(worker)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    memory = place.world.memory
    assert memory is not None
    assert not memory.kept.sessions


def test_what_nobody_who_was_signed_in_sent_is_not_kept(place: Place) -> None:
    browser = Browser(place.app)
    browser.client.post(f"{place.at}/contacts/record", data={"times": "Planted."})
    assert "Planted." not in browser.post("/sign-in", {"name": "worker", "password": PASSWORD}).text
    assert "Planted." not in browser.get(f"{place.at}/contacts/record").text


def test_a_sign_in_page_that_was_left_open_still_works(place: Place) -> None:
    browser = Browser(place.app)
    typed = hidden(browser.get("/sign-in").text) | {"name": "worker", "password": PASSWORD}
    place.later(hours=2)
    answer = browser.client.post("/sign-in", data=typed)
    assert answer.headers["Location"] == "/"


def test_after_a_day_what_was_held_is_gone(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Never at night."}
    place.later(days=1, minutes=1)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    sign_in(browser)
    assert "Never at night." not in browser.get(f"{place.at}/contacts/record").text


def test_a_form_whose_proof_ran_out_is_there_again(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Noon."}
    place.app.config["WTF_CSRF_TIME_LIMIT"] = -1
    answer = browser.client.post(f"{place.at}/contacts/record", data=typed)
    assert answer.status_code == 400
    assert "What you typed is still on the page." in answer.text
    assert "Noon." in browser.get(f"{place.at}/contacts/record").text


def test_so_is_a_form_of_a_page_that_was_open_since_before_the_same_account_signed_in_again(place: Place) -> None:
    for leave in (lambda browser: browser.post("/sign-out", page="/work"), lambda _: place.later(hours=1)):
        browser = place.browser("worker")
        typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Noon."}
        leave(browser)
        sign_in(browser)
        browser.get("/work")
        answer = browser.client.post(f"{place.at}/contacts/record", data=typed)
        assert answer.status_code == 400
        assert "Noon." in browser.get(f"{place.at}/contacts/record").text


def of_somebody_else(place: Place) -> tuple[Browser, dict[str, str]]:
    """A browser in which one account filled in a form, and another is signed in now."""
    browser, typed = left(place)
    sign_in(browser, "lead")
    browser.get("/work")
    return browser, typed


def test_a_form_that_somebody_else_filled_in_is_neither_held_nor_shown_in_a_later_session(place: Place) -> None:
    browser, typed = of_somebody_else(place)
    answer = browser.client.post(f"{place.at}/contacts/record", data=typed)
    assert answer.status_code == 400
    assert "is still on the page" not in answer.text
    assert f"{place.at}/contacts/record" in links(answer.text)
    for shown in (answer, browser.get(f"{place.at}/contacts/record")):
        assert "Never at night." not in shown.text


def test_nor_is_it_held_where_that_session_has_run_out(place: Place) -> None:
    browser, typed = of_somebody_else(place)
    place.later(hours=1)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    answer = browser.post("/sign-in", {"name": "lead", "password": PASSWORD})
    assert answer.request.path == f"{place.at}/contacts/record"
    assert "Never at night." not in answer.text


@pytest.mark.parametrize("proof", [None, "", "forged"])
def test_a_form_that_is_from_no_page_at_all_is_not_held(place: Place, proof: str | None) -> None:
    browser = place.browser("worker")
    browser.get(f"{place.at}/contacts/record")
    typed = {"seen": "1", "times": "Planted."} | ({} if proof is None else {"csrf_token": proof})
    assert browser.client.post(f"{place.at}/contacts/record", data=typed).status_code == 400
    assert "Planted." not in browser.get(f"{place.at}/contacts/record").text


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/cases?due=soon", "/cases?due=soon"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("work", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_this_site_alone(place: Place, wanted: str, leads_to: str) -> None:
    with place.app.test_request_context():
        session[AFTER_SIGN_IN] = wanted
        assert after_sign_in() == leads_to


def test_a_session_is_written_down_once_a_minute_at_most(place: Place) -> None:
    browser = place.browser("worker")
    browser.get("/help")
    memory = place.world.memory
    assert memory is not None
    seen = {row.seen for row in memory.kept.sessions.values()}
    place.later(seconds=30)
    browser.get("/help")
    assert {row.seen for row in memory.kept.sessions.values()} == seen
    place.later(seconds=31)
    browser.get("/help")
    assert {row.seen for row in memory.kept.sessions.values()} == {at + timedelta(seconds=61) for at in seen}


def sessions_kept(place: Place) -> int:
    memory = place.world.memory
    assert memory is not None
    return len(memory.kept.sessions)


@pytest.mark.parametrize("path", ["/sign-in", "/cases?due=overdue", "/help"])
def test_nothing_is_kept_of_a_browser_that_nobody_has_signed_in_with(place: Place, path: str) -> None:
    """Anybody can ask for the page to sign in as often as they like, and each time in a new browser."""
    for _ in range(3):
        Browser(place.app).get(path)
    browser = Browser(place.app)
    browser.post("/sign-in", {"name": "worker", "password": "wrong"})
    assert sessions_kept(place) == 0
    sign_in(browser)
    assert sessions_kept(place) == 1


def test_what_an_anonymous_browser_brings_back_cannot_be_read_nor_made(place: Place) -> None:
    browser = Browser(place.app)
    browser.get("/cases?due=overdue")
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.value.startswith(".")
    opened = urlsafe_b64decode(cookie.value[1:])
    assert b"due" not in opened
    assert b"csrf" not in opened

    for value in (cookie.value[:-8] + "AAAAAAA=", ".", ".AAAA", ".é", "", "x" * 43):
        other = Browser(place.app)
        other.client.set_cookie(COOKIE, value)
        answer = other.post("/sign-in", {"name": "worker", "password": PASSWORD})
        assert answer.request.path == "/work"


def test_it_is_nothing_after_a_day(place: Place) -> None:
    browser = Browser(place.app)
    typed = hidden(browser.get("/cases?due=overdue").text) | {"name": "worker", "password": PASSWORD}
    place.later(days=1, seconds=1)
    assert browser.client.post("/sign-in", data=typed).status_code == 400
    assert browser.post("/sign-in", {"name": "worker", "password": PASSWORD}).request.path == "/work"


def test_an_address_that_is_too_long_for_a_cookie_is_not_brought_back_and_signing_in_still_works(place: Place) -> None:
    browser = Browser(place.app)
    browser.get(f"/cases?{'x' * 5000}")
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    assert len(cookie.value) < 4000
    assert browser.post("/sign-in", {"name": "worker", "password": PASSWORD}).request.path == "/work"


def test_a_form_that_is_too_long_for_a_cookie_is_not_brought_back_either(place: Place) -> None:
    browser = Browser(place.app)
    answer = browser.post("/sign-in", {"name": "x" * 200, "password": "wrong", "more": "y" * 5000})
    assert answer.status_code == 422
    browser.client.post("/sign-in", data={"name": "worker", "more": "y" * 5000})
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    assert len(cookie.value) < 4000


def test_a_session_that_ended_while_a_page_was_made_does_not_come_back(place: Place) -> None:
    """Whoever signs out in one window is out, whatever another window of theirs was still waiting for."""
    browser = place.browser("worker")
    token = browser.client.get_cookie(COOKIE)
    assert token is not None
    place.later(minutes=2)
    with place.app.test_request_context("/help", headers={"Cookie": f"{COOKIE}={token.value}"}):
        slow = current_session()
        assert slow.account is not None
        browser.post("/sign-out", page="/work")
        slow["something"] = "new"
        answer = place.app.make_response("")
        place.app.session_interface.save_session(place.app, slow, answer)
    assert "Set-Cookie" not in answer.headers
    assert sessions_kept(place) == 0
    other = Browser(place.app)
    other.client.set_cookie(COOKIE, token.value)
    assert headings(other.get("/work").text) == ["Sign in"]


def test_a_request_whose_session_ends_before_it_acts_does_nothing(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text) | {"home": "south"}
    version = place.kept().version
    begin, memory = place.world.begin, place.world.memory
    assert memory is not None

    def ended(scope: Scope) -> AbstractContextManager[Stores]:
        """As soon as the session was looked up, somebody signed out."""
        if scope.account is not None:
            memory.kept.sessions.clear()
        return begin(scope)

    place.open_stores(ended)
    answer = browser.client.post(f"{place.at}/place", data=typed)
    assert answer.status_code == 401
    assert "You were signed out before this was done" in answer.text
    assert place.kept().version == version


def test_what_waits_in_a_session_that_ran_out_does_not_prolong_it(place: Place) -> None:
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/contacts/record").text) | {"times": "Never at night."}
    memory = place.world.memory
    assert memory is not None
    (before,) = memory.kept.sessions.values()
    place.later(hours=1)
    browser.client.post(f"{place.at}/contacts/record", data=typed)
    (after,) = memory.kept.sessions.values()
    assert (after.seen, after.since) == (before.seen, before.since)
    assert after.sealed != before.sealed
    assert headings(browser.get("/work").text) == ["Sign in"]


def test_who_signed_in_is_on_the_journal_with_a_hash_of_where_from(place: Place) -> None:
    browser = Browser(place.app)
    sign_in(browser, password="wrong")
    sign_in(browser)
    refused, opened = [event for event in place.events() if event["action"] == "session:open"][-2:]
    assert refused["detail"]["source"] == opened["client"]
    assert len(opened["client"]) == 32


def test_a_row_that_somebody_wrote_into_the_database_signs_nobody_in(place: Place) -> None:
    memory = place.world.memory
    assert memory is not None
    lead, token = ACCOUNTS["lead"], new_token()
    now = place.world.now
    held = SessionBox(token).seal(b"{}")
    forged = Session(
        SessionId(uuid4()), token_digest(token), lead.id, "password", lead.epoch, now, now, held, bytes(32)
    )
    memory.kept.sessions[forged.id] = forged
    browser = Browser(place.app)
    browser.client.set_cookie(COOKIE, token)
    assert headings(browser.get("/work").text) == ["Sign in"]
    assert place.events()[-1]["refusal"] == "IntegrityBroken"


def test_a_form_that_came_by_https_is_taken_without_a_referrer(place: Place) -> None:
    """No page of ours sends one; where it came from, Sec-Fetch-Site says."""
    browser = Browser(place.app)
    typed = hidden(browser.get("/sign-in").text) | {"name": "worker", "password": PASSWORD}
    answer = browser.client.post("/sign-in", data=typed, base_url="https://localhost")
    assert (answer.status_code, answer.location) == (303, "/")
