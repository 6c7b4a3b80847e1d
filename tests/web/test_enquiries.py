"""The pages on which two auditors ask about a named person: what is asked, who reads it, and what the answer shows."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest

from casetrack.crypto.keyring import Keyring
from casetrack.domain.errors import SentBefore
from casetrack.domain.proposals import ProposalKind
from casetrack.schemas.enquiries import Decision
from casetrack.services.identity import reveal_identity
from casetrack.services.traces import Showing
from casetrack.web.enquiries import DECISIONS, SHOWINGS
from casetrack.web.proposals import RULES
from casetrack.web.words import PROPOSED, PROPOSED_FOR
from tests.services import acts
from tests.services import test_finding as finding
from tests.services.acts import REVEALING, kept
from tests.services.enquired import ASKER, SECOND
from tests.web.site import Browser, Place, errors, headings, hidden, links, notice, title
from tests.world import ACCOUNTS, CHARITY

LIST, NEW = "/audit/enquiries", "/audit/enquiries/new"
TODAY = {"since-day": "20", "since-month": "11", "since-year": "2026"} | {
    "until-day": "20",
    "until-month": "11",
    "until-year": "2026",
}
LINH = {"name": "Nguyen Linh", "birth-day": "14", "birth-month": "5", "birth-year": "1999"}
WHY = {"words": "A complaint says that somebody looked her up for a relative."}
ASKED = {**LINH, **TODAY, **WHY}
EMPTY = "Nothing in the log within your scope. That does not say whether casetrack has a case of this person."


@pytest.fixture
def place() -> Place:
    """A deployment with a case of somebody else."""
    return Place()


def desk(place: Place, name: str = ASKER) -> Browser:
    """The browser of an auditor of the audit desk, who has said what the log is opened for."""
    browser = place.browser(name)
    browser.post(LIST, {"use": "self-monitoring"})
    return browser


def asked(place: Place, typed: Mapping[str, str] = ASKED) -> str:
    """The address of what an auditor has just asked."""
    shown = desk(place).post(NEW, typed)
    assert headings(shown.text)[0] == "An enquiry about a named person", errors(shown.text)
    return str(shown.request.path)


def agreed(place: Place, typed: Mapping[str, str] = ASKED) -> str:
    """The same, to which a second has agreed."""
    address = asked(place, typed)
    shown = desk(place, SECOND).post(address, {"decision": "agree"})
    assert notice(shown.text) == "Two auditors have agreed. Each of you can read the answer now."
    return address


def told(html: str) -> str:
    """What the page says, as somebody reads it."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_every_word_that_the_pages_need_is_there() -> None:
    assert PROPOSED.keys() == set(ProposalKind)
    assert PROPOSED_FOR.keys() == RULES.keys() == set(ProposalKind) - {ProposalKind.ENQUIRY}
    assert SHOWINGS.keys() == set(Showing)
    assert DECISIONS.keys() == set(Decision)


class TestAsking:
    def test_why_the_log_is_opened_comes_first(self, place: Place) -> None:
        browser = place.browser(ASKER)
        assert headings(browser.get(NEW).text) == ["Why do you open the log?"]
        shown = browser.post(NEW, {"use": "lawfulness"})
        assert (headings(shown.text)[0], shown.request.path) == ("Ask about a named person", NEW)

    def test_the_desk_leads_there_for_its_own_auditors_alone(self, place: Place) -> None:
        assert LIST in links(desk(place).get("/audit").text)
        other = place.browser("auditor")
        other.post("/audit", {"use": "lawfulness"})
        assert LIST not in links(other.get("/audit").text)
        for page in (LIST, NEW):
            refused = other.get(page)
            assert refused.status_code == 403
            assert "Ask the audit desk to." in told(refused.text)

    @pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
    def test_nobody_else_asks(self, place: Place, name: str) -> None:
        address = asked(place)
        pages = (LIST, NEW, address, f"{address}/answer")
        assert [place.browser(name).get(page).status_code for page in pages] == [403] * 4

    def test_it_waits_for_a_second_and_nothing_typed_is_in_an_address_a_title_or_the_list(self, place: Place) -> None:
        address = asked(place)
        pages = [desk(place).get(page) for page in (address, LIST)]
        assert [title(page.text) for page in pages]
        for page in pages:
            assert not any(word in f"{page.request.url} {title(page.text)}" for word in ("Linh", "Nguyen", "1999"))
        assert "Linh" not in pages[1].text
        assert "Nguyen Linh" in pages[0].text

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            (TODAY | WHY, "name", "Enter at least one thing to find the person by."),
            (
                {"name": "Nguyen Linh", **TODAY, **WHY},
                "birth",
                "Enter a date or a year of birth with the name: a name alone is that of many people.",
            ),
            (
                ASKED | dict.fromkeys(("since-day", "since-month", "since-year"), ""),
                "since",
                "Enter the first day.",
            ),
            ({**LINH, **TODAY}, "words", "Say why, for the auditor who decides."),
            ({**ASKED, "since-day": "21"}, "until", "Enter a last day that is not before the first."),
            ({**ASKED, "until-day": "21"}, "until", "Enter a last day that is not in the future."),
            (
                {**ASKED, "document_number": "BA1"},
                "document_number",
                "Enter the whole reference or number: at least five letters and figures, three of them figures.",
            ),
        ],
    )
    def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(
        self, place: Place, typed: Mapping[str, str], field: str, sentence: str
    ) -> None:
        shown = desk(place).post(NEW, typed)
        assert (shown.status_code, errors(shown.text)) == (422, [sentence])
        assert f'id="{field}-error"' in shown.text
        assert all(f'value="{value}"' in shown.text for name, value in typed.items() if name in LINH)

    def test_words_that_belong_elsewhere_are_asked_about(self, place: Place) -> None:
        shown = desk(place).post(NEW, {**ASKED, "words": "Ring her at 07700 900123."})
        assert "07700 900123" in told(shown.text)
        kept = desk(place).post(NEW, {**ASKED, "words": "Ring 07700 900123.", "keep": "looks-like"})
        assert headings(kept.text)[0] == "An enquiry about a named person"

    def test_a_form_that_is_sent_twice_asks_once(self, place: Place) -> None:
        browser = desk(place)
        form = hidden(browser.get(NEW).text) | ASKED
        first, second = (browser.client.post(NEW, data=form, follow_redirects=True) for _ in range(2))
        assert headings(first.text)[0] == "An enquiry about a named person"
        assert notice(second.text) == "It was asked already, and is asked once."
        assert len(kept(place.world).proposals) == 1

    def test_a_form_that_is_sent_again_about_somebody_else_is_not_taken_for_the_same(self, place: Place) -> None:
        browser = desk(place)
        form = hidden(browser.get(NEW).text) | ASKED
        browser.client.post(NEW, data=form)
        shown = browser.client.post(NEW, data=form | {"name": "Nguyen Mai"}, follow_redirects=True)
        assert errors(shown.text) == [SentBefore.sentence]
        assert len(kept(place.world).proposals) == 1


class TestTheSecondAuditor:
    def test_reads_who_asks_about_whom_and_why(self, place: Place) -> None:
        said = told(desk(place, SECOND).get(asked(place)).text)
        for words in (ACCOUNTS[ASKER].display_name, "Nguyen Linh", "14 May 1999", "A complaint says", "20 Nov 2026"):
            assert words in said
        assert place.events()[-1]["action"] == "enquiry:view"

    def test_the_asker_cannot_agree(self, place: Place) -> None:
        address = asked(place)
        page = desk(place)
        assert "Do you agree?" not in page.get(address).text
        refused = page.post(address, {"decision": "agree", "seen": "1"})
        assert "You proposed this yourself, so somebody else must decide on it." in told(refused.text)

    def test_who_does_not_agree_says_why(self, place: Place) -> None:
        address, browser = asked(place), desk(place, SECOND)
        assert errors(browser.post(address, {"decision": "refuse"}).text) == ["Say why you do not agree."]
        assert errors(browser.post(address, {}).text) == ["Choose whether you agree."]
        done = browser.post(address, {"decision": "refuse", "words": "There is no complaint."})
        assert notice(done.text) == "You have not agreed, so nothing is answered."
        assert browser.get(f"{address}/answer").status_code == 422

    def test_the_asker_takes_it_back(self, place: Place) -> None:
        address = asked(place)
        done = desk(place).post(address, {"decision": "withdraw"})
        assert notice(done.text) == "It is taken back, and nothing is answered."

    def test_the_list_says_what_waits_for_whom(self, place: Place) -> None:
        asked(place)
        assert "You or a colleague" in told(desk(place, SECOND).get(LIST).text)
        assert "You or a colleague" not in told(desk(place).get(LIST).text)

    def test_the_desk_says_what_waits_to_whoever_may_be_the_second(self, place: Place) -> None:
        asked(place)
        waits = "1 waits for you or a colleague"
        assert waits in desk(place, SECOND).get("/audit").text
        assert waits not in desk(place).get("/audit").text
        assert waits not in desk(place, "auditor").get("/audit").text

    def test_an_empty_list_says_what_belongs_there(self, place: Place) -> None:
        assert "Nobody has asked anything." in told(desk(place).get(LIST).text)


class TestTheAnswer:
    def test_is_for_the_two_once_they_have_agreed(self, place: Place) -> None:
        waits = asked(place)
        assert desk(place).get(f"{waits}/answer").status_code == 422
        address = agreed(place)
        assert [desk(place, name).get(f"{address}/answer").status_code for name in (ASKER, SECOND)] == [200, 200]

    def test_says_who_looked_and_who_was_shown_and_no_case(self, place: Place) -> None:
        case = finding.opened(place.world)
        finding.found(place.world, finding.named("Lin Nguen", born=finding.BORN), "lead")
        with place.world.work("worker", REVEALING) as work:
            reveal_identity(work, case.reference)
        html = desk(place).get(f"{agreed(place)}/answer").text
        said = told(html)
        lead, worker = (ACCOUNTS[name].display_name for name in ("lead", "worker"))
        assert f"{lead} Organisation North Invented Police Day 20 Nov 2026 Looked for by name" in said
        assert (
            f"{lead} Organisation North Invented Police Day 20 Nov 2026 What was shown in a list Alike by name" in said
        )
        assert (
            f"{worker} Organisation North Invented Police Day 20 Nov 2026 What was shown what is sealed Alike by name"
            in said
        )
        assert not any(word in html for word in (case.reference, case.pseudonym, str(case.id)))

    def test_the_page_has_the_same_parts_whether_or_not_there_is_a_case(self, place: Place) -> None:
        address = f"{agreed(place)}/answer"
        pages = [desk(place).get(address).text]
        finding.opened(place.world)
        pages.append(desk(place).get(address).text)
        assert told(pages[0]) == told(pages[1])
        assert told(pages[0]).count(EMPTY) == 2
        assert headings(pages[0]) == headings(pages[1])

    def test_says_what_casetrack_cannot_see(self, place: Place) -> None:
        said = told(desk(place).get(f"{agreed(place)}/answer").text)
        assert "What casetrack cannot see" in said
        for words in ("Paper", "screen", "export", "sound alike", "marks", "erased"):
            assert words in said

    def test_is_over_after_28_days(self, place: Place) -> None:
        address = agreed(place)
        place.world.now += timedelta(days=28)
        browser = desk(place)
        assert browser.get(f"{address}/answer").status_code == 422
        assert "The days in which this could be read are over." in told(browser.get(address).text)

    def test_says_whose_keys_are_out_of_reach(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        address = f"{agreed(place)}/answer"
        browser = desk(place)
        elsewhere: Keyring = acts.without_keys_of(place.world, CHARITY)
        monkeypatch.setattr(place.world.deployment.keyring, "_roots", elsewhere._roots)  # noqa: SLF001 - the same roots, but for one
        assert "so by what they have it was not asked: Invented Charity." in told(browser.get(address).text)
