"""What was typed with an entry of the log, at the desk: asked for by itself, shown with whose it is, and on the log."""

import json
import re
from dataclasses import replace
from html import unescape
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from casetrack.services.identity import reveal_identity
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.web.site import Browser, Place, headings, hidden, title
from tests.web.test_unusual import LIST, addresses, desk

TYPED = REVEALING.words
BUTTON = "Read what was typed"


@pytest.fixture
def place() -> Place:
    """A case of which the worker has revealed the identity, and typed why."""
    place = Place()
    with place.world.work("worker", REVEALING) as work:
        reveal_identity(work, place.case.reference)
    return place


def letters(html: str) -> list[str]:
    """Where a page offers to read what was typed."""
    return [unescape(each) for each in re.findall(r'action="(/audit/entries/[0-9a-f-]{36}/words)"', html)]


def revealed(place: Place) -> UUID:
    return next(entry.id for entry in kept(place.world).entries if acts.read(entry)["event"] == "Revealed")


def asked(browser: Browser, page: str, address: str) -> TestResponse:
    return browser.client.post(address, data=hidden(browser.get(page).text))


def of_a_stranger(browser: Browser) -> str:
    """The address of the access that had no case relationship."""
    (address,) = addresses(browser.get(f"{LIST}?reason=relationship").text)
    return address


def words(answer: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def pages_of(place: Place) -> list[str]:
    worker = acts.account("worker")
    return ["/audit/search?action=identity:reveal", f"/audit/cases/{place.case.reference}", f"/audit/accounts/{worker}"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_beside_each_entry_with_typed_words_there_is_a_button_that_shows_them(place: Place, number: int) -> None:
    browser, page = desk(place), pages_of(place)[number]
    shown = browser.get(page).text
    (address,) = set(letters(shown))
    assert address == f"/audit/entries/{revealed(place)}/words"
    assert TYPED not in shown
    before = len(place.events())
    answer = browser.client.post(address, data=hidden(shown))
    assert answer.status_code == 200
    assert TYPED in unescape(answer.text)
    (opened,) = place.events(since=before)
    assert (opened["action"], opened["purpose"], opened["case"]) == ("letter:open", "lawfulness", None)


def test_it_is_shown_with_who_typed_it_when_and_what_for_and_in_no_title(place: Place) -> None:
    browser = desk(place)
    answer = asked(browser, pages_of(place)[0], f"/audit/entries/{revealed(place)}/words")
    shown = words(answer)
    for said in ("Worker Invented , Support worker, North Invented Police", "20 Nov 2026", "Shown: the identity"):
        assert said in shown
    assert REVEALING.code not in shown.split("The entry as the log has it")[0], "in words, not as its code"
    assert title(answer.text).startswith("What was typed ")
    assert headings(answer.text) == ["What was typed"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert letters(answer.text) == []


def test_the_page_itself_shows_the_entry_and_asks_first(place: Place) -> None:
    browser = desk(place)
    before = len(place.events())
    shown = browser.get(f"/audit/entries/{revealed(place)}/words")
    assert TYPED not in unescape(shown.text)
    assert BUTTON in shown.text
    (looked,) = place.events(since=before)
    assert (looked["action"], looked["detail"]["filters"]) == ("audit:search", [f"entry={revealed(place)}"])


def test_before_it_is_said_what_the_log_is_opened_for_nothing_is_read(place: Place) -> None:
    browser, address = desk(place), f"/audit/entries/{revealed(place)}/words"
    assert browser.account is not None
    browser.sign_in_again()
    before = len(place.events())
    proof = hidden(browser.get("/audit").text)
    asks = browser.client.post(address, data=proof)
    assert headings(asks.text) == ["Why do you open the log?"]
    assert place.events(since=before) == []
    assert TYPED not in unescape(browser.post(address, {"use": "integrity"}).text)


def test_what_cannot_be_opened_is_said_to_have_been_changed_or_taken_away(place: Place) -> None:
    entry = revealed(place)
    memory = kept(place.world)
    memory.entries = tuple(replace(each, words=None) if each.id == entry else each for each in memory.entries)
    browser = desk(place)
    listed = browser.get(pages_of(place)[0]).text
    assert letters(listed) == [f"/audit/entries/{entry}/words"], "the log has the digest of it still"
    before = len(place.events())
    answer = asked(browser, pages_of(place)[0], letters(listed)[0])
    assert answer.status_code == 200
    assert "What was typed cannot be read any more." in words(answer)
    assert [each["refusal"] for each in place.events(since=before)][-1] == "IntegrityBroken"


def test_an_auditor_of_one_organisation_has_a_button_for_what_their_own_people_typed_alone(place: Place) -> None:
    theirs = place.open_case("receiver")
    with place.world.work("receiver", REVEALING) as work:
        reveal_identity(work, theirs.reference)
    other = next(each.id for each in reversed(kept(place.world).entries) if acts.read(each)["event"] == "Revealed")
    browser = place.browser("north-auditor")
    browser.post("/audit", {"use": "integrity"})
    shown = browser.get("/audit/search").text
    assert f"/audit/entries/{revealed(place)}/words" in letters(shown)
    assert f"/audit/entries/{other}/words" not in letters(shown)
    assert TYPED in unescape(asked(browser, "/audit/search", f"/audit/entries/{revealed(place)}/words").text)
    assert asked(browser, "/audit/search", f"/audit/entries/{other}/words").status_code == 404


def test_what_was_typed_with_an_unusual_access_is_asked_for_beside_it(place: Place) -> None:
    browser = desk(place)
    with place.world.work("lead", REVEALING) as work:
        reveal_identity(work, place.case.reference)
    page = of_a_stranger(browser)
    (address,) = letters(browser.get(page).text)
    assert address in letters(browser.get(LIST).text)
    assert TYPED in unescape(asked(browser, page, address).text)


def test_what_surnames_said_is_told_on_no_page_of_its_own(place: Place) -> None:
    compared = next(e.id for e in kept(place.world).entries if acts.read(e)["event"] == "SurnamesCompared")
    browser = desk(place)
    shown = browser.get("/audit/search?action=surname:compare").text
    assert "What was found is sealed to the audit desk" in shown
    assert letters(shown) == []
    assert asked(browser, "/audit/search", f"/audit/entries/{compared}/words").status_code == 404


def test_an_entry_that_is_not_there_is_not_found_and_a_purpose_that_nobody_knows_is_not_said(place: Place) -> None:
    browser = desk(place)
    assert asked(browser, "/audit/search", f"/audit/entries/{uuid4()}/words").status_code == 404
    memory, entry = kept(place.world), revealed(place)
    edited = json.dumps(acts.read(next(each for each in memory.entries if each.id == entry)) | {"purpose": "fun"})
    memory.entries = tuple(
        replace(each, payload=edited.encode()) if each.id == entry else each for each in memory.entries
    )
    assert "It does not say" in words(asked(browser, "/audit/search", f"/audit/entries/{entry}/words"))


@pytest.mark.parametrize("name", ["worker", "lead", "supervisor", "administrator"])
def test_nobody_else_reads_them(place: Place, name: str) -> None:
    browser = place.browser(name)
    answer = asked(browser, "/account", f"/audit/entries/{revealed(place)}/words")
    assert answer.status_code == 403
    assert TYPED not in unescape(answer.text)


def test_who_reads_what_is_typed_at_the_desk_is_said_where_it_is_typed(place: Place) -> None:
    said = "only the audit desk and the auditors of your own organisation can read it"
    assert said in place.browser("auditor").get("/audit").text
    browser = desk(place)
    with place.world.work("lead", REVEALING) as work:
        reveal_identity(work, place.case.reference)
    assert said in browser.get(of_a_stranger(browser)).text
