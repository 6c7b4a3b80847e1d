"""The auditor's pages: why the log is opened, what it has in plain words, and whether all of it is as recorded."""

import re
from dataclasses import replace
from functools import partial

import pytest

from casetrack.domain.case import AgeGroup
from casetrack.http.house import EXTENSION
from casetrack.services.audit import USES
from casetrack.services.verifying import About
from casetrack.web.audit import CHECKS
from tests.services.evidence import inspecting
from tests.web.site import Browser, Place, errors, headings
from tests.world import ACCOUNTS

SINCE = [("day", "1"), ("month", "11"), ("year", "2026")]
OUTCOMES = ("&outcome=done", "&outcome=refused")


@pytest.fixture
def place() -> Place:
    """A case that its worker and a stranger have asked for."""
    place = Place()
    place.browser("worker").get(place.at)
    place.browser("scottish-lead").get(place.at)
    return place


def auditor(place: Place, name: str = "auditor") -> Browser:
    browser = place.browser(name)
    browser.post("/audit/search", {"use": "lawfulness"})
    return browser


def entries(html: str) -> list[str]:
    """What the page says of each entry."""
    found = re.findall(r'ct-timeline__what">(.*?)</p>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


class TestOpening:
    @pytest.mark.parametrize("page", ["/audit", "/audit/search", "/audit/verify"])
    def test_why_comes_first_and_each_of_the_four_lawful_uses_is_offered(self, place: Place, page: str) -> None:
        shown = place.browser("auditor").get(page)
        assert headings(shown.text) == ["Why do you open the log?"]
        assert shown.text.count('type="radio"') == len(USES) == 4

    def test_without_an_answer_nothing_is_shown(self, place: Place) -> None:
        browser = place.browser("auditor")
        answer = browser.post("/audit/search", {})
        assert (answer.status_code, errors(answer.text)) == (422, ["Choose what you open the log for."])
        assert not entries(browser.get(f"/audit/search?reference={place.case.reference}").text)

    def test_the_answer_is_on_the_log_with_what_was_looked_at(self, place: Place) -> None:
        auditor(place).get(f"/audit/search?reference={place.case.reference}")
        opened = place.events()[-1]
        assert (opened["event"], opened["action"]) == ("LogOpened", "audit:search")
        assert opened["detail"]["use"] == "lawfulness"
        assert f"reference={place.case.reference}" in opened["detail"]["filters"]

    def test_the_answer_is_asked_again_after_signing_in_again_and_can_be_changed(self, place: Place) -> None:
        browser = auditor(place)
        assert headings(browser.get("/audit/search").text) == ["Search the log"]
        assert headings(browser.get("/audit/search?again=yes").text) == ["Why do you open the log?"]
        browser.post("/audit/search", {"use": "integrity"}, page="/audit/search?again=yes")
        assert "keep people" in browser.get("/audit/search").text
        browser.sign_in_again()
        assert headings(browser.get("/audit/search").text) == ["Why do you open the log?"]

    @pytest.mark.parametrize("page", ["/audit", "/audit/search", "/audit/verify"])
    @pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
    def test_the_log_is_for_auditors(self, place: Place, page: str, name: str) -> None:
        assert place.browser(name).get(page).status_code == 403


UNREADABLE = (b"", b"not json", b"\xff\xfe", b"[]", b"7", b"{}", b'{"event": 7}', b'{"event": []}', b"[" * 100_000)
"""What somebody with a superuser's password could leave in the place of a payload."""


class TestSearching:
    @pytest.mark.parametrize("left", UNREADABLE, ids=range(len(UNREADABLE)))
    def test_an_entry_that_somebody_spoiled_is_said_to_be_so_and_the_others_are_shown(
        self, place: Place, left: bytes
    ) -> None:
        memory = place.world.memory
        assert memory is not None
        *others, newest = memory.kept.entries
        memory.kept.entries = (*others, replace(newest, payload=left))
        browser = auditor(place)
        for name in ("", f"?reference={place.case.reference}"):
            shown = browser.get(f"/audit/search{name}")
            assert shown.status_code == 200
        said = entries(browser.get("/audit/search").text)
        assert "This entry cannot be read: it is not as casetrack writes them" in said
        assert len(set(said)) > 1

    def test_entries_are_in_plain_words_with_the_exact_one_beneath(self, place: Place) -> None:
        shown = auditor(place).get(f"/audit/search?reference={place.case.reference}").text
        assert f"Looked at: the case {place.case.reference}" in entries(shown)
        assert "Worker Invented" in shown
        assert "&#34;event&#34;: &#34;Consulted&#34;" in shown
        assert "It waits for its place in the log." in shown
        assert "Testa" not in shown

    def test_what_strangers_were_refused_is_among_the_entries_of_the_case_that_they_asked_for(
        self, place: Place
    ) -> None:
        for name in ("auditor", "north-auditor"):
            shown = entries(auditor(place, name).get(f"/audit/search?reference={place.case.reference}").text)
            assert f"Refused: the case ({place.case.reference}) Refused" in shown

    def test_a_refusal_to_answer_ones_own_offer_is_among_the_entries_of_the_case(self, place: Place) -> None:
        offer = place.offer()
        place.browser("lead").post(f"/transfers/{offer}/decline", {"reason": "duplicate"})
        shown = entries(auditor(place).get(f"/audit/search?reference={place.case.reference}&outcome=refused").text)
        assert "Refused: declining an offer Refused" in shown

    def test_what_was_done_and_what_was_refused_can_be_told_apart(self, place: Place) -> None:
        browser = auditor(place)
        about = f"/audit/search?reference={place.case.reference}"
        every, done, refused = (entries(browser.get(f"{about}{more}").text) for more in ("", *OUTCOMES))
        assert all(entry.startswith("Refused: ") for entry in refused)
        assert not [entry for entry in done if entry.startswith("Refused: ")]
        assert (len(refused), len(every)) == (1, len(done) + 1)

    def test_a_search_for_a_person_is_among_the_entries_of_whom_it_showed(self, place: Place) -> None:
        look = {"purpose": "court", "words": "Hearing.", "name": "Testa Invented"}
        place.browser("worker").post("/find", look)
        shown = auditor(place).get(f"/audit/search?reference={place.case.reference}&action=person:find").text
        assert "A person was looked for by name: 1 person was opened, 1 was shown" in shown
        assert "SearchBegun" not in shown
        assert "Testa" not in shown

    def test_a_refused_attempt_is_marked(self, place: Place) -> None:
        shown = auditor(place).get(f"/audit/search?account={ACCOUNTS['scottish-lead'].id}").text
        assert any(entry.startswith("Refused: the case") for entry in entries(shown))

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [("action=case:open", 1), ("holder=east", 2), ("since=2026-11-21", 0), ("until=2026-11-19", 0)],
    )
    def test_a_search_is_narrowed_by_codes_and_days(self, place: Place, asked: str, expected: int) -> None:
        assert len(entries(auditor(place).get(f"/audit/search?{asked}").text)) == expected

    def test_what_was_asked_for_stands_in_the_form(self, place: Place) -> None:
        shown = auditor(place).get("/audit/search?action=case:open&outcome=done&since=2026-11-01").text
        assert '<option value="case:open" selected>' in shown
        assert '<option value="done" selected>' in shown
        assert re.findall(r'name="since-(\w+)" type="text".*?value="(\d+)"', shown) == SINCE
        assert 'type="date"' not in shown

    def test_a_date_is_typed_in_three_parts_and_one_that_is_none_is_told_so(self, place: Place) -> None:
        browser = auditor(place)
        shown = browser.get("/audit/search?action=case:view&since-day=1&since-month=11&since-year=2026").text
        assert entries(shown)
        assert re.findall(r'name="since-(\w+)" type="text".*?value="(\d+)"', shown) == SINCE
        half = browser.get("/audit/search?since-day=1")
        assert (half.status_code, errors(half.text)) == (422, ["Enter a day, a month and a year."])

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ("reference=CT-0000-0001", "That reference has a mistake in it."),
            ("since=2026-11-20&until=2026-11-01", "Enter a last day that is not before the first."),
            ("action=case:fly", "Choose one of the answers."),
            ("colour=blue", "This was not asked for."),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_shown(self, place: Place, asked: str, sentence: str) -> None:
        answer = auditor(place).get(f"/audit/search?{asked}")
        assert answer.status_code == 422
        assert any(said.startswith(sentence) for said in errors(answer.text))
        assert not entries(answer.text)

    def test_a_person_is_asked_for_by_a_name_that_stands_in_no_address(self, place: Place) -> None:
        browser = auditor(place)
        found = browser.post("/audit/search", {"name": " Worker "})
        assert found.request.query_string.decode() == f"account={ACCOUNTS['worker'].id}"
        assert entries(found.text)
        unknown = browser.post("/audit/search", {"name": "nobody"})
        assert errors(unknown.text) == ["Nobody whom you may look for signs in by that name."]

    def test_an_auditor_of_one_organisation_asks_only_for_its_own_people(self, place: Place) -> None:
        answer = auditor(place, "north-auditor").post("/audit/search", {"name": "scottish-lead"})
        assert answer.status_code == 422

    def test_a_long_answer_has_pages_that_keep_what_was_asked(self, place: Place) -> None:
        worker = place.browser("worker")
        for _ in range(26):
            worker.get(place.at)
        shown = auditor(place).get("/audit/search?action=case:view").text
        assert "page 1 of 2" in shown
        assert "/audit/search?action=case:view&amp;page=2" in shown

    def test_an_empty_answer_says_what_to_do(self, place: Place) -> None:
        assert "The log has nothing that fits." in auditor(place).get("/audit/search?action=case:close").text


class TestVerifying:
    @pytest.fixture(autouse=True)
    def evidence(self, place: Place) -> None:
        """The pages can have everything checked."""
        house = place.app.extensions[EXTENSION]
        place.app.extensions[EXTENSION] = replace(house, inspect=partial(inspecting, place.world))

    def test_nothing_is_checked_before_it_is_asked_for(self, place: Place) -> None:
        browser = auditor(place)
        before = len(place.events())
        shown = browser.get("/audit/verify").text
        assert "Check it now" in shown
        assert "Holds" not in shown
        assert len(place.events()) == before

    def test_each_check_holds_and_the_newest_checkpoint_is_shown_to_be_kept(self, place: Place) -> None:
        shown = auditor(place).get("/audit/verify?now=yes").text
        assert shown.count("Holds") == len(CHECKS)
        assert "casetrack.test/audit" in shown
        checked = place.events()[-1]
        assert (checked["action"], checked["detail"]["use"]) == ("audit:verify", "lawfulness")

    def test_a_case_that_was_edited_is_named(self, place: Place) -> None:
        edit(place)
        shown = auditor(place).get("/audit/verify?now=yes").text
        assert "1 thing is not as it was recorded." in shown
        assert f"{place.case.reference}: It is not what was sealed" in shown

    def test_which_case_it_is_is_told_to_a_national_auditor_alone(self, place: Place) -> None:
        edit(place)
        shown = auditor(place, "north-auditor").get("/audit/verify?now=yes").text
        assert "It is not what was sealed" in shown
        assert place.case.reference not in shown

    def test_where_it_cannot_be_done_from_a_page_that_says_how_else(self, place: Place) -> None:
        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=None)
        shown = auditor(place).get("/audit/verify?now=yes").text
        assert "casetrack audit verify --database" in shown
        assert "Check it now" not in shown

    def test_every_kind_of_finding_belongs_to_a_check(self) -> None:
        assert set(CHECKS) == set(About)


def edit(place: Place) -> None:
    memory = place.world.memory
    assert memory is not None
    kept = memory.kept.cases[place.case.id]
    edited = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))
    memory.kept.cases[place.case.id] = edited
