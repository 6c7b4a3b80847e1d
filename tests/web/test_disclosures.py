"""What left of a case, as its page and the auditors' desk show it; and the page on which it is recorded."""

import re
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from casetrack.services.shipping import note_shipment
from casetrack.web.words import UNREADABLE
from tests.services.acts import SUPPORT, kept
from tests.web.site import Browser, Place, errors, headings, hidden, links, notice, title
from tests.web.test_audit_desk import desk, rows
from tests.world import CHARITY, EAST, NORTH, SOUTH

TYPED = {
    "kind": "council",
    "on-day": "1",
    "on-month": "11",
    "on-year": "2026",
    "reason": "housing",
    "parts": ["support"],
    "words": "The housing desk, by telephone.",
}
DESK = "/audit/disclosures"


def record(place: Place, browser: Browser, **typed: Any) -> TestResponse:  # noqa: ANN401 - each by its own name
    return browser.post(f"{place.at}/disclosures/record", {**TYPED, **typed})


def listed(place: Place, name: str = "lead") -> str:
    return place.browser(name).get(f"{place.at}/disclosures").text


class TestOfACase:
    def test_where_nothing_left_the_page_says_so_and_leads_to_recording_it(self) -> None:
        place = Place()
        shown = listed(place, "worker")
        assert "Nothing is recorded to have left." in shown
        assert f"{place.at}/disclosures/record" in links(shown)
        assert f"{place.at}/disclosures" in links(place.browser("worker").get(place.at).text)

    def test_what_was_told_is_recorded_confirmed_and_read_with_both_regimes(self) -> None:
        place = Place()
        answer = record(place, place.browser("worker"))
        assert notice(answer.text) == "It is recorded what was told."
        (row,) = rows(listed(place))
        assert row == [
            "1 Nov 2026",
            f"{NORTH.name} Part 3 of the Data Protection Act 2018",
            "A council, such as its housing or children's services UK GDPR",
            "For somewhere to live",
            "Support notes The housing desk, by telephone. Recorded by Worker Invented, 20 Nov 2026 at 09:31",
        ]

    def test_a_transfer_is_there_with_what_it_gave(self) -> None:
        place = Place()
        place.hand_over(SUPPORT)
        taken, offered = rows(listed(place, "worker"))
        for row in (taken, offered):
            assert row[1].startswith(NORTH.name)
            assert row[2].startswith(SOUTH.name)
            assert row[3].startswith("So that the receiving organisation looks after the person")
        assert "no identity" in offered[4]
        assert taken[4].startswith("Identity, safe address, support notes Taken by")

    def test_somebody_of_a_charity_is_asked_on_what_basis_and_a_police_body_is_not(self) -> None:
        place = Place()
        assert "On what lawful basis?" not in place.browser("worker").get(f"{place.at}/disclosures/record").text
        place.case = place.open_case("charity-worker", SUPPORT)
        browser = place.browser("charity-worker")
        page = browser.get(f"{place.at}/disclosures/record").text
        assert "On what lawful basis?" in page
        assert 'value="investigation"' not in page.partition("What was told?")[2]
        refused = record(place, browser)
        assert "Choose a lawful basis" in refused.text
        assert "housing desk" in refused.text, "what was typed is not lost"
        assert notice(record(place, browser, basis="public-task").text) == "It is recorded what was told."
        assert "UK GDPR art.6(1)(e)" in listed(place, "charity-lead")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"kind": ""}, "Choose to whom it was told."),
            ({"kind": "organisation"}, "Choose which organisation."),
            ({"recipient": EAST.code}, "Choose no organisation here, or say above that it was told to one."),
            ({"reason": ""}, "Choose what it was told for."),
            ({"parts": []}, "Choose what was told."),
            ({"words": " "}, "Write to whom exactly, and what was told."),
            ({"on-day": "31"}, "Enter a real date, such as 21 11 2026."),
        ],
    )
    def test_what_does_not_fit_is_said(self, typed: dict[str, Any], said: str) -> None:
        place = Place()
        answer = record(place, place.browser("worker"), **typed)
        assert (answer.status_code, errors(answer.text)) == (422, [said])

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"on-year": "2027"}, "What has not been told yet cannot be recorded."),
            ({"parts": ["support", "investigation"]}, "Record what was told of the support and of the investigation"),
            ({"kind": "organisation", "recipient": NORTH.code}, "Choose another organisation"),
            ({"words": "Ring 07700 900123."}, "seems to belong"),
        ],
    )
    def test_what_a_rule_refuses_comes_back_with_what_was_typed(self, typed: dict[str, Any], said: str) -> None:
        place = Place()
        answer = record(place, place.browser("worker"), **typed)
        assert (answer.status_code, len(errors(answer.text))) == (422, 1)
        assert said in answer.text
        assert "housing desk" in answer.text or "900123" in answer.text

    def test_a_form_is_taken_once(self) -> None:
        place = Place()
        browser = place.browser("worker")
        page = browser.get(f"{place.at}/disclosures/record").text
        sent = {**hidden(page), **TYPED}
        first, again = (
            browser.client.post(f"{place.at}/disclosures/record", data=sent, follow_redirects=True) for _ in range(2)
        )
        assert notice(first.text) == "It is recorded what was told."
        assert notice(again.text) == "It was recorded already, and is recorded once."
        assert len(rows(listed(place))) == 1

    def test_nothing_of_it_is_in_an_address_or_a_title(self) -> None:
        place = Place()
        shown = record(place, place.browser("worker")).text
        assert "council" not in title(shown)
        assert not [link for link in links(shown) if "council" in link or "housing" in link]

    def test_pages_of_many_lead_to_each_other(self) -> None:
        place = Place()
        browser = place.browser("worker")
        for _ in range(26):
            record(place, browser)
        assert f"{place.at}/disclosures?page=2" in links(listed(place))
        assert len(rows(place.browser("lead").get(f"{place.at}/disclosures?page=2").text)) == 1


class TestAtTheDesk:
    def test_it_says_of_which_case_and_leads_there_and_never_shows_the_words(self) -> None:
        place = Place()
        record(place, place.browser("worker"), kind="organisation", recipient=CHARITY.code)
        shown = desk(place).get(DESK).text
        assert headings(shown) == ["Disclosures"]
        (row,) = rows(shown)
        assert row[1:3] == [place.case.reference, f"{NORTH.name} Part 3 of the Data Protection Act 2018"]
        assert f"/audit/cases/{place.case.reference}" in links(shown)
        assert "housing desk" not in shown

    def test_the_log_that_is_given_out_is_of_every_case(self) -> None:
        place = Place()
        with place.world.work("auditor") as work:
            note_shipment(work, 0)
        (row,) = rows(desk(place).get(DESK).text)
        assert row[1] == "Every case"
        assert row[5].startswith("The log: who did what")

    def test_it_is_narrowed_and_what_was_asked_stays_in_the_form_and_on_the_next_page(self) -> None:
        place = Place()
        browser = place.browser("worker")
        for _ in range(26):
            record(place, browser)
        place.hand_over(SUPPORT)
        auditor = desk(place)
        asked = f"{DESK}?kind=council&since-day=1&since-month=11&since-year=2026"
        shown = auditor.get(asked).text
        assert "26 results in the register" in shown
        assert f"{DESK}?kind=council&since=2026-11-01&page=2" in links(shown)
        assert re.search(r'<option value="council" selected>', shown)
        assert 'name="since-month" type="text" value="11"' in shown or 'value="11"' in shown
        assert len(rows(auditor.get(f"{DESK}?kind=council&page=2").text)) == 1
        assert len(rows(auditor.get(f"{DESK}?sender={NORTH.code}&recipient={SOUTH.code}&reason=transfer").text)) == 2
        assert len(rows(auditor.get(f"{DESK}?reference={place.case.reference.lower()}&kind=organisation").text)) == 2

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ("reference=CT-0000", "not a case reference"),
            ("kind=rumour", "Choose one from the list."),
            ("sender=nobody", "Choose an organisation from the list."),
            ("since=2026-11-02&until=2026-11-01", "Enter a last day that is not before the first."),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_looked_for(self, asked: str, said: str) -> None:
        place = Place()
        auditor = desk(place)
        before = len(place.events())
        answer = auditor.get(f"{DESK}?{asked}")
        assert answer.status_code == 422
        assert len(errors(answer.text)) == 1
        assert [event["action"] for event in place.events(since=before)] == []
        assert said in answer.text or "reference" in errors(answer.text)[0].lower()

    def test_nothing_that_fits_says_what_to_do(self) -> None:
        assert "Nothing that left fits." in desk(Place()).get(f"{DESK}?kind=health").text

    def test_an_entry_that_somebody_edited_says_so(self) -> None:
        place = Place()
        record(place, place.browser("worker"))
        entries = kept(place.world).entries
        kept(place.world).entries = tuple(
            replace(entry, payload=entry.payload.replace(b'"parts":["support"]', b'"parts":["shoes"]'))
            for entry in entries
        )
        shown = desk(place).get(f"{DESK}?kind=council").text
        assert UNREADABLE in shown
