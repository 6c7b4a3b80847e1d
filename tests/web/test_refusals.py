"""How a refusal is answered: in words that are true of it, with a way back, and with nothing lost that was typed."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from marshmallow import Schema

from casetrack.http.sessions import NEVER_HELD
from casetrack.schemas.fields import Password
from casetrack.schemas.said import Said
from tests.services import acts
from tests.services.acts import SUPPORT
from tests.web.site import COOKIE, Browser, Place, errors, headings, hidden, links
from tests.world import CHARITY

HAPPENED = {"happened-day": "20", "happened-month": "11", "happened-year": "2026"}
NOTE = {"state": "met", "outcome": "no_interpreter", **HAPPENED, "note": "She is free\non <Tuesday>."}


def sent_again(html: str) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and what it sends."""
    action = re.search(r'<form method="post" action="([^"]*)"', html)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', html)
    return (unescape(action[1]) if action else ""), {name: unescape(value) for name, value in fields}


def every_schema(kind: type[Schema] = Said) -> Iterator[type[Schema]]:
    for each in kind.__subclasses__():
        yield each
        yield from every_schema(each)


class TestTheDatabaseIsAway:
    @pytest.mark.parametrize("after", [0, 1], ids=["before anybody is known", "while it is being saved"])
    def test_what_was_typed_is_shown_and_one_button_sends_it_when_the_database_is_back(self, after: int) -> None:
        place = Place()
        browser = place.browser("worker")
        page = f"{place.at}/milestones/language-needs"
        typed = hidden(browser.get(page).text) | NOTE
        begin = place.world.begin

        place.close_stores(after=after)
        answer = browser.client.post(page, data=typed)
        assert answer.status_code == 503
        assert "She is free\non &lt;Tuesday&gt;." in answer.text
        assert "OFFICIAL-SENSITIVE" in answer.text
        assert typed["csrf_token"] not in re.sub(r"<input[^>]*>", "", answer.text)
        again, fields = sent_again(answer.text)
        assert browser.client.post(again, data=fields).status_code == 503

        place.open_stores(begin)
        saved = browser.client.post(again, data=fields, follow_redirects=True)
        assert saved.status_code == 200
        assert "She is free\non &lt;Tuesday&gt;." in saved.text
        assert place.kept().records[-1].code == "language-needs"

    def test_a_sign_in_shows_no_secret_and_cannot_be_sent_again_without_it(self) -> None:
        place = Place()
        place.close_stores()
        typed = {"name": "amara", "password": "a secret of hers"}
        browser = Browser(place.app)
        browser.client.set_cookie(COOKIE, "anything")
        answer = browser.client.post("/sign-in", data=typed)
        assert answer.status_code == 503
        assert "a secret of hers" not in answer.text
        assert "<form" not in answer.text

    def test_a_page_that_was_only_asked_for_has_no_form(self) -> None:
        place = Place()
        browser = place.browser("worker")
        place.close_stores()
        assert "<form" not in browser.client.get(place.at).text

    def test_a_database_that_comes_back_meanwhile_signs_nobody_out(self) -> None:
        place = Place()
        browser = place.browser("worker")
        begin = place.world.begin
        typed = hidden(browser.get(f"{place.at}/place").text)
        closed = iter([True])

        def away_once(scope: Any) -> Any:  # noqa: ANN401 - as `begin` has it
            if next(closed, False):
                place.close_stores()
                return place.app.extensions["casetrack"].begin(scope)
            return begin(scope)

        place.open_stores(away_once)
        answer = browser.client.post(f"{place.at}/place", data=typed)
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (503, [])


def test_every_secret_of_a_schema_is_one_that_is_never_held_nor_shown() -> None:
    secrets = {
        name for schema in every_schema() for name, field in schema().load_fields.items() if isinstance(field, Password)
    }
    assert "password" in secrets
    assert secrets <= NEVER_HELD


class TestAnOfferThatIsOpen:
    @pytest.mark.parametrize("page", ["transfer/new", "transfer/new/what", "close", "begin"])
    def test_it_is_what_the_page_says_and_leads_to(self, page: str) -> None:
        place = Place()
        place.case = place.open_case(strands=SUPPORT)
        offer = place.offer(SUPPORT)
        answer = place.browser("lead").client.get(f"{place.at}/{page}")
        assert (answer.status_code, headings(answer.text)) == (409, ["An offer of this case waits for an answer"])
        assert "has changed" not in answer.text
        assert f"/transfers/{offer}" in links(answer.text)

    def test_the_case_has_no_link_that_would_be_refused(self) -> None:
        place = Place()
        assert f"{place.at}/close" in links(place.browser("lead").get(place.at).text)
        place.offer()
        browser = place.browser("lead")
        shown = links(browser.get(place.at).text)
        assert f"{place.at}/close" not in shown
        assert {browser.client.get(link).status_code for link in set(shown)} <= {200, 302}

    def test_whoever_takes_no_part_in_it_is_led_to_the_case_and_to_no_offer(self) -> None:
        place = Place()
        acts.moved(place.world, place.case, CHARITY, SUPPORT)
        offer = place.offer(acts.INVESTIGATION)
        browser = place.browser("charity-lead")
        answer = browser.client.get(f"{place.at}/close")
        assert answer.status_code == 409
        assert place.at in links(answer.text)
        for page in (answer.text, browser.get(place.at).text):
            assert f"/transfers/{offer}" not in links(page)
        assert "to South Invented Police" in browser.get(place.at).text

    def test_an_answer_to_an_offer_that_is_over_says_so_and_shows_what_was_typed(self) -> None:
        place = Place()
        offer = place.offer()
        lead = place.browser("receiving-lead")
        page = f"/transfers/{offer}/decline"
        typed = hidden(lead.get(page).text) | {"reason": "duplicate", "words": "Ask the east."}
        place.browser("worker").post(f"/transfers/{offer}/withdraw", {})
        answer = lead.client.post(page, data=typed)
        assert (answer.status_code, headings(answer.text)) == (409, ["This offer is no longer open"])
        assert "Ask the east." in answer.text
        assert f"/transfers/{offer}" in links(answer.text)


class TestARuleThatRefusesAPage:
    def test_it_says_nothing_of_pages_open_for_long_and_leads_back_to_the_case(self) -> None:
        place = Place()
        place.close()
        answer = place.browser("worker").client.get(f"{place.at}/milestones/encounter")
        assert (answer.status_code, headings(answer.text)) == (422, ["This cannot be done now"])
        assert "This case is closed." in answer.text
        assert "long" not in answer.text
        assert place.at in links(answer.text)

    def test_of_a_form_whose_proof_ran_out_it_is_said_with_the_way_to_its_page(self) -> None:
        place = Place()
        browser = place.browser("worker")
        typed = hidden(browser.get(f"{place.at}/place").text) | {"seen": "1", "home": "south"}
        place.app.config["WTF_CSRF_TIME_LIMIT"] = -1
        answer = browser.client.post(f"{place.at}/place", data=typed)
        assert answer.status_code == 400
        assert "open for too long" in answer.text
        assert f"{place.at}/place" in links(answer.text)
        again = browser.get(f"{place.at}/place").text
        assert '<option value="south" selected>' in again
        assert errors(again) == []


class TestWhoseCaseItIs:
    @pytest.mark.parametrize("page", ["/identity", "/contacts", "/milestones", "/journey", "/history", "/close"])
    def test_a_former_holder_is_told_that_it_is_the_organisation_and_not_the_role(self, page: str) -> None:
        place = Place()
        place.hand_over()
        answer = place.browser("supervisor").client.get(f"{place.at}{page}")
        assert answer.status_code == 403
        assert "Your organisation passed this case on" in answer.text
        assert "role" not in re.sub(r"<[^>]+>", " ", answer.text)
        assert place.at in links(answer.text)

    def test_whoever_has_another_part_is_told_that_it_is_not_theirs(self) -> None:
        place = Place()
        acts.moved(place.world, place.case, CHARITY, SUPPORT)
        answer = place.browser("lead").client.get(f"{place.at}/contacts")
        assert answer.status_code == 403
        assert "Your organisation does not have this part of the case" in answer.text
        assert place.at in links(answer.text)

    def test_a_role_that_does_not_do_it_is_still_told_so(self) -> None:
        answer = Place().browser("auditor").client.get("/work")
        assert "Your role does not allow this" in answer.text
