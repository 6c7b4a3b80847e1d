"""The auditor's pages: why the log is opened, what it has in plain words, and whether all of it is as recorded."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from casetrack.domain.case import AgeGroup
from casetrack.domain.errors import NotPromised
from casetrack.http.house import EXTENSION
from casetrack.services.audit import USES
from casetrack.services.cases import open_case
from casetrack.services.evidence import Evidence, KeptAccount
from casetrack.services.findings import About
from casetrack.services.verifying_journal import Believed
from casetrack.web import log_entries
from casetrack.web.audit import CHECKS
from tests.services.acts import SUPPORT
from tests.services.evidence import MemoryEvidence, believed, inspecting
from tests.web.site import Browser, Place, errors, headings
from tests.world import ACCOUNTS, World, a_new_case

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
            assert f"Refused: the case Refused {place.case.reference}" in shown

    def test_the_reference_of_every_entry_that_names_a_case_leads_to_all_that_is_on_the_log_of_it(
        self, place: Place
    ) -> None:
        place.browser("scottish-lead").get("/cases/CT-7K3M-92Q2")
        shown = auditor(place).get("/audit/search").text
        for reference in (place.case.reference, "CT-7K3M-92Q2"):
            linked = f'href="/audit/cases/{reference}">{reference}</a>'
            assert linked in auditor(place).get("/audit/search?outcome=refused").text
            assert shown.count(linked) == sum(reference in entry for entry in entries(shown)) > 0
        done = auditor(place).get(f"/audit/search?reference={place.case.reference}&outcome=done").text
        assert f"Looked at: the case {place.case.reference}" in entries(done)

    def test_an_auditor_of_one_organisation_is_told_by_it_only_what_they_may_know(self, place: Place) -> None:
        with place.world.work("scottish-lead") as work:
            theirs = open_case(work, a_new_case(SUPPORT))
        place.browser("worker").get(f"/cases/{theirs.reference}")
        browser = auditor(place, "north-auditor")
        assert f"/audit/cases/{theirs.reference}" in browser.get("/audit/search?outcome=refused").text
        found = browser.get(f"/audit/search?reference={theirs.reference}").text
        assert entries(found) == [f"Refused: the case Refused {theirs.reference}"]

    @pytest.mark.parametrize("left", [7, None, "", "CT-0000-0001", "javascript:alert(1)"])
    def test_what_somebody_left_in_the_place_of_a_reference_leads_nowhere(self, place: Place, left: object) -> None:
        memory = place.world.memory
        assert memory is not None
        *others, newest = memory.kept.entries
        payload = json.loads(newest.payload)
        assert payload["event"] == "Refused"
        payload["detail"]["reference"] = left
        memory.kept.entries = (*others, replace(newest, payload=json.dumps(payload).encode()))
        shown = auditor(place).get("/audit/search?outcome=refused")
        assert shown.status_code == 200
        assert "ct-reference" not in shown.text

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
            ("purpose=curiosity", "Choose a purpose from the list."),
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

    def test_what_is_searched_for_a_case_or_an_account_leads_to_the_page_of_it(self, place: Place) -> None:
        browser = auditor(place)
        of_case = browser.get(f"/audit/search?reference={place.case.reference}").text
        assert "Who was at this case, by person and by organisation" in of_case
        of_account = browser.get(f"/audit/search?account={ACCOUNTS['worker'].id}").text
        assert "What this account did, and at which cases" in of_account
        assert "Who was at this case" not in browser.get("/audit/search").text

    @pytest.mark.parametrize(("purpose", "expected"), [("casework", 5), ("lawfulness", 2), ("court", 0)])
    def test_a_search_is_narrowed_by_what_things_were_done_for(self, place: Place, purpose: str, expected: int) -> None:
        browser = auditor(place)
        shown = browser.get(f"/audit/search?purpose={purpose}").text
        assert len(entries(shown)) == expected
        assert f'<option value="{purpose}" selected>' in shown
        assert "purpose=" + purpose in str(place.events()[-1]["detail"]["filters"])

    def test_of_more_than_are_looked_for_that_is_said(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = auditor(place)
        assert "There may be older ones" not in browser.get("/audit/search").text
        monkeypatch.setattr(log_entries, "MOST_FOUND", 1)
        assert "There may be older ones" in browser.get("/audit/search").text

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
        assert "Check everything now" in shown
        assert "Holds" not in shown
        assert [event["action"] for event in place.events(since=before)] == ["audit:view"]

    def test_no_link_and_no_prefetch_begins_it(self, place: Place) -> None:
        browser = auditor(place)
        before = len(place.events())
        assert "Holds" not in browser.get("/audit/verify?now=yes").text
        assert browser.client.post("/audit/verify", data={"now": "yes"}).status_code == 400
        assert [event["action"] for event in place.events(since=before)] == ["audit:view"], "how far it is was shown"

    def test_what_the_log_is_opened_for_is_said_first(self, place: Place) -> None:
        browser = place.browser("auditor")
        assert headings(browser.post("/audit/verify", {"now": "yes"}).text) == ["Why do you open the log?"]
        shown = browser.post("/audit/verify", {"use": "integrity"})
        assert (shown.request.path, "Holds" in shown.text) == ("/audit/verify", False)
        assert "Holds" in all_of_it(browser)

    def test_each_check_holds_and_the_newest_checkpoint_is_shown_to_be_kept(self, place: Place) -> None:
        shown = all_of_it(auditor(place))
        assert shown.count("Holds") == len(CHECKS)
        assert "casetrack.test/audit" in shown
        checked = place.events()[-1]
        assert (checked["action"], checked["detail"]["use"]) == ("audit:verify", "lawfulness")

    def test_a_case_that_was_edited_is_named(self, place: Place) -> None:
        edit(place)
        shown = all_of_it(auditor(place))
        assert "1 thing is not as it was recorded." in shown
        assert f"{place.case.reference}: It is not what was sealed" in shown

    def test_which_case_it_is_is_told_to_a_national_auditor_alone(self, place: Place) -> None:
        edit(place)
        shown = all_of_it(auditor(place, "north-auditor"))
        assert "It is not what was sealed" in shown
        assert place.case.reference not in shown

    def test_where_it_cannot_be_done_from_a_page_that_says_how_else(self, place: Place) -> None:
        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=None)
        shown = all_of_it(auditor(place))
        assert "casetrack audit verify --database" in shown
        assert "Check everything now" not in shown

    def test_what_takes_too_long_is_given_up_and_how_else_is_said(self, place: Place) -> None:
        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], check_for=timedelta())
        shown = all_of_it(auditor(place))
        assert "After 0 seconds the checking was given up" in shown
        assert "Nothing was found wrong so far." in shown
        assert "casetrack audit verify --database" in shown
        said = ("Holds", "Everything is as it was recorded", "The newest checkpoint</h2>", "casetrack.test/audit")
        assert not [each for each in said if each in shown]
        assert place.events()[-1]["action"] == "audit:verify"

    def test_the_checkpoint_that_is_shown_is_kept_in_mind_and_one_that_cannot_be_is_not_shown(
        self, place: Place
    ) -> None:
        promised = list[str]()
        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], promise=promised.append)
        assert "casetrack.test/audit" in all_of_it(auditor(place))
        assert [note.partition("\n")[0] for note in promised] == ["casetrack.test/audit"]

        def refuse(_: str) -> None:
            raise NotPromised

        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], promise=refuse)
        shown = all_of_it(auditor(place))
        assert "casetrack.test/audit" not in shown
        assert NotPromised.sentence in shown
        assert "Everything is as it was recorded" in shown

    def test_what_was_found_by_then_is_named(self, place: Place) -> None:
        edit(place)
        slow = partial(inspecting_slowly, place.world)
        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=slow)
        shown = all_of_it(auditor(place))
        assert "After 20 seconds the checking was given up" in shown
        assert "1 thing is not as it was recorded." in shown
        assert "What was found so far" in shown
        assert f"{place.case.reference}: It is not what was sealed" in shown
        assert (shown.count("Not as recorded"), "Holds" in shown) == (1, False)

    def test_every_kind_of_finding_belongs_to_a_check(self) -> None:
        assert set(CHECKS) == set(About)


def all_of_it(browser: Browser) -> str:
    """The page, once everything was checked."""
    return browser.post("/audit/verify", {"now": "yes"}).text


class Slow(MemoryEvidence):
    """Evidence of which the accounts take a minute to read."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.world = world

    def accounts(self) -> Iterator[KeptAccount]:
        self.world.now += timedelta(minutes=1)
        yield from super().accounts()


@contextmanager
def inspecting_slowly(world: World) -> Iterator[tuple[Evidence, Believed]]:
    yield Slow(world), believed(world)


def edit(place: Place) -> None:
    memory = place.world.memory
    assert memory is not None
    kept = memory.kept.cases[place.case.id]
    edited = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))
    memory.kept.cases[place.case.id] = edited
