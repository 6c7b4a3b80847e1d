"""One's own account: its password is chosen by a link, changed by whoever knows it, and its tokens are one's own."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.passwords import hash_password
from casetrack.crypto.tokens import token_digest
from casetrack.services.accounts import reset_account
from casetrack.services.lifetimes import SET_UP_WAITS
from casetrack.services.sessions import NOBODY, live_token
from tests.memory.kept import Kept
from tests.web.site import Browser, Place, errors, headings, hidden, notice
from tests.world import ACCOUNTS, sealed

OLD, NEW = "four plain words here", "four other words here"
HASH = hash_password(OLD)
TWICE = {"new_password": NEW, "new_password_again": NEW}


@pytest.fixture
def place() -> Place:
    """A place where the worker has a password."""
    place = Place()
    worker = ACCOUNTS["worker"]
    kept(place).accounts[worker.id] = sealed(replace(worker, password=HASH))
    return place


def kept(place: Place) -> Kept:
    memory = place.world.memory
    assert memory is not None
    return memory.kept


def worker(place: Place) -> Browser:
    """The worker's browser, signed in."""
    browser = Browser(place.app)
    browser.sign_in(kept(place).accounts[ACCOUNTS["worker"].id])
    return browser


def link_for(place: Place, name: str = "lead") -> str:
    with place.world.work("administrator") as work:
        return f"/set-up/{reset_account(work, ACCOUNTS[name].id).link}"


def signs_in(place: Place, name: str, password: str) -> bool:
    answer = Browser(place.app).post("/sign-in", {"name": name, "password": password})
    return headings(answer.text) == ["My work"]


def made_token(html: str) -> str:
    found = re.search(r"<pre>([^<]+)</pre>", html)
    assert found is not None
    return found[1]


class TestChoosing:
    def test_whoever_has_the_link_chooses_the_password_and_is_signed_in(self, place: Place) -> None:
        link, browser = link_for(place), Browser(place.app)
        assert headings(browser.get(link).text) == ["Choose your password"]
        answer = browser.post(link, TWICE)
        assert headings(answer.text) == ["My work"]
        assert notice(answer.text) == "Your password is chosen. You are signed in."
        assert signs_in(place, "lead", NEW)
        opened = next(event for event in reversed(place.events()) if event["event"] == "SignedIn" and event["auth"])
        assert [event["event"] for event in place.events()].count("PasswordSet") == 1
        assert opened["actor"] == str(ACCOUNTS["lead"].id)

    def test_looking_at_it_uses_nothing_up_and_using_it_does(self, place: Place) -> None:
        link = link_for(place)
        for _ in range(2):
            assert Browser(place.app).get(link).status_code == 200
        Browser(place.app).post(link, TWICE)
        other = Browser(place.app).post(link, {"new_password": OLD, "new_password_again": OLD})
        assert other.status_code == 410
        assert "This link has been used already, or has ended." in other.text
        assert not signs_in(place, "lead", OLD)

    def test_it_ends_after_two_days_and_never_was_one_without_being_made(self, place: Place) -> None:
        link = link_for(place)
        place.world.now += SET_UP_WAITS
        for address in (link, "/set-up/anything"):
            assert Browser(place.app).post(address, TWICE).status_code == 410

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"new_password": "short", "new_password_again": "short"}, "Choose a password of 15 to 256 characters"),
            ({"new_password_again": "something else entirely"}, "Enter the same new password again."),
            ({"new_password": ""}, "Enter a new password."),
            ({"new_password": "x" * 257}, "Use 256 characters or fewer."),
        ],
    )
    def test_what_does_not_fit_is_said_and_the_link_still_works(
        self, place: Place, typed: dict[str, str], sentence: str
    ) -> None:
        link, browser = link_for(place), Browser(place.app)
        answer = browser.post(link, TWICE | typed)
        assert any(said.startswith(sentence) for said in errors(answer.text)), errors(answer.text)
        assert NEW not in answer.text
        assert headings(browser.post(link, TWICE).text) == ["My work"]


class TestChanging:
    def test_everybody_has_a_page_of_their_own_which_every_page_leads_to(self, place: Place) -> None:
        browser = worker(place)
        assert 'href="/account"' in browser.get("/work").text
        page = browser.get("/account").text
        assert headings(page) == ["Your account"]
        for told in ("Worker Invented", "Support worker", "North Invented Police"):
            assert told in page

    def test_whoever_knows_the_password_chooses_another_and_stays_signed_in_here_alone(self, place: Place) -> None:
        browser, elsewhere = worker(place), worker(place)
        answer = browser.post("/account", {"password": OLD, **TWICE})
        assert notice(answer.text).startswith("Your password is changed.")
        assert headings(browser.get("/work").text) == ["My work"]
        assert headings(elsewhere.get("/work").text) == ["Sign in"]
        assert signs_in(place, "worker", NEW)
        assert not signs_in(place, "worker", OLD)
        assert "PasswordChanged" in [event["event"] for event in place.events()]

    def test_whoever_found_the_browser_does_not(self, place: Place) -> None:
        browser = worker(place)
        answer = browser.post("/account", {"password": "a guess of a password", **TWICE})
        assert errors(answer.text) == ["That is not your present password. Check it and try again."]
        assert NEW not in answer.text
        assert signs_in(place, "worker", OLD)
        refused = [event for event in place.events() if event["event"] == "SignInRefused"]
        assert [event["refusal"] for event in refused] == ["NotYourPassword"]

    def test_guessing_it_is_slowed_down(self, place: Place) -> None:
        browser = worker(place)
        for _ in range(5):
            browser.post("/account", {"password": "a guess of a password", **TWICE})
        assert browser.post("/account", {"password": OLD, **TWICE}).status_code == 429

    @pytest.mark.parametrize("new", ["too short", "111111111111111"])
    def test_a_weak_one_is_refused_and_nothing_has_changed(self, place: Place, new: str) -> None:
        browser = worker(place)
        answer = browser.post("/account", {"password": OLD, "new_password": new, "new_password_again": new})
        assert errors(answer.text)[0].startswith("Choose a password of 15 to 256 characters")
        assert headings(browser.get("/work").text) == ["My work"]

    def test_an_account_without_a_password_has_no_form_to_change_it(self, place: Place) -> None:
        page = place.browser("lead").get("/account").text
        assert 'name="new_password"' not in page
        assert "Your account has no password" in page


class TestTokens:
    def test_a_token_is_shown_once_to_whoever_it_acts_for_and_only_its_digest_is_kept(self, place: Place) -> None:
        browser = worker(place)
        assert headings(browser.get("/account/tokens/new").text) == ["Make a token"]
        answer = browser.post("/account/tokens/new", {"name": "nightly figures", "days": "30"})
        token = made_token(answer.text)
        assert "<pre>" not in browser.get("/account").text
        (made,) = kept(place).tokens.values()
        assert (made.digest, made.account) == (token_digest(token), ACCOUNTS["worker"].id)
        assert made.until - place.world.now == timedelta(days=30)
        with place.world.begin(NOBODY) as stores:
            assert live_token(stores, place.world.deployment, token, place.world.now) is not None

    def test_one_that_is_revoked_opens_nothing(self, place: Place) -> None:
        browser = worker(place)
        made = browser.post("/account/tokens/new", {"name": "once only", "days": "1"})
        page = re.search(r'href="([^"]+/revoke)">Revoke<span class="govuk-visually-hidden"> once only', made.text)
        assert page is not None
        assert headings(browser.get(page[1]).text) == ["Revoke the token “once only”"]
        assert notice(browser.post(page[1], {}).text).startswith("The token is revoked.")
        with place.world.begin(NOBODY) as stores:
            assert live_token(stores, place.world.deployment, made_token(made.text), place.world.now) is None
        assert place.browser("lead").client.get(page[1]).status_code == 404

    @pytest.mark.parametrize("days", ["0", "366", "many", "", "9" * 30])
    def test_a_token_lasts_a_year_at_the_most(self, place: Place, days: str) -> None:
        answer = worker(place).post("/account/tokens/new", {"name": "for ever", "days": days})
        assert answer.status_code == 422
        assert "for ever" in answer.text


def test_no_page_of_an_account_is_shown_to_nobody(place: Place) -> None:
    browser = Browser(place.app)
    for page in ("/account", "/account/tokens/new"):
        assert headings(browser.get(page).text) == ["Sign in"]


def test_a_link_is_not_used_without_its_proof(place: Place) -> None:
    link = link_for(place)
    assert Browser(place.app).client.post(link, data=TWICE).status_code == 400
    browser = Browser(place.app)
    proof = hidden(browser.get(link).text)
    assert browser.client.post(link, data=proof | TWICE).status_code == 303
