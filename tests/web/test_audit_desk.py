"""The auditors' desk: what each page asks first, shows and journals; and that nobody at a case is told of it."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from casetrack.domain.holdings import Strand
from casetrack.services.audit import USES
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, view_case
from casetrack.services.verifying_journal import LATE
from casetrack.web import audit_cases
from tests.web.site import Browser, Place, errors, headings, links, title
from tests.web.test_history import entries as history_of
from tests.world import ACCOUNTS, START

SUPPORT = frozenset({Strand.SUPPORT})
WORKER, LEAD = ACCOUNTS["worker"], ACCOUNTS["lead"]
NOBODYS = "CT-7K3M-92Q2"


@pytest.fixture
def place() -> Place:
    """A case that its worker has opened and looked at, and a stranger has asked for."""
    place = Place()
    place.browser("worker").get(place.at)
    place.browser("scottish-lead").get(place.at)
    return place


def desk(place: Place, name: str = "auditor", use: str = "lawfulness") -> Browser:
    browser = place.browser(name)
    browser.post("/audit", {"use": use})
    return browser


def pages_of(place: Place) -> list[str]:
    """Every page of the desk."""
    case = f"/audit/cases/{place.case.reference}"
    as_at = f"{case}/as-at?at-day=20&at-month=11&at-year=2026"
    return ["/audit", "/audit/search", case, f"{case}/as-at", as_at, f"/audit/accounts/{WORKER.id}", "/audit/verify"]


def rows(html: str) -> list[list[str]]:
    """What each row of the page's tables says, but for the words that a narrow screen repeats."""
    told = re.sub(r'<span class="ct-stack__label".*?</span>', "", html, flags=re.DOTALL)
    bodies = "".join(re.findall(r"<tbody.*?</tbody>", told, re.DOTALL))
    found = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", bodies, re.DOTALL)]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in found]


class TestOpening:
    def test_every_page_asks_first_what_for_and_goes_on_where_one_was(self, place: Place) -> None:
        for page in pages_of(place):
            browser = place.browser("auditor")
            before = len(place.events())
            assert headings(browser.get(page).text) == ["Why do you open the log?"]
            assert place.events(since=before) == [], "nothing was looked at yet"
            shown = browser.post(page, {"use": "integrity"})
            assert (shown.status_code, shown.request.path) == (200, page.partition("?")[0])
            assert shown.request.query_string.decode() == page.partition("?")[2]
            assert "keep people" in shown.text

    def test_what_was_answered_is_on_the_log_by_itself_and_then_with_each_page(self, place: Place) -> None:
        browser = place.browser("auditor")
        before = len(place.events())
        browser.post("/audit", {"use": "criminal-proceedings", "words": "Complaint 17 of this year."})
        opened, looked = place.events(since=before)
        assert [each["action"] for each in (opened, looked)] == ["audit:view", "audit:view"]
        assert [each["purpose"] for each in (opened, looked)] == ["criminal-proceedings"] * 2
        assert (opened["words"] is None, looked["words"] is None) == (False, True)
        assert "Complaint" not in str(place.events())

    def test_each_page_leaves_exactly_one_entry_that_says_what_was_looked_at(self, place: Place) -> None:
        browser = desk(place, use="self-monitoring")
        reference = f"reference={place.case.reference}"
        asked = [
            [],
            [],
            [reference],
            None,
            ["as-at=2026-11-20T00:00:00+00:00", reference],
            [f"account={WORKER.id}"],
            [],
        ]
        for page, filters in zip(pages_of(place), asked, strict=True):
            before = len(place.events())
            assert browser.get(page).status_code == 200
            told = place.events(since=before)
            if filters is None:
                assert told == [], "nothing was asked there yet"
                continue
            (one,) = told
            assert (one["event"], one["case"], one["purpose"]) == ("LogOpened", None, "self-monitoring")
            assert (one["detail"]["use"], one["detail"]["filters"]) == ("self-monitoring", filters)

    def test_the_use_in_force_is_said_on_every_page_which_leads_to_where_another_is(self, place: Place) -> None:
        browser = desk(place)
        for page in pages_of(place):
            shown = browser.get(page).text
            assert "to check that people" in shown
            assert "/audit?again=yes" in links(shown)
        assert headings(browser.get("/audit?again=yes").text) == ["Why do you open the log?"]
        answer = browser.post("/audit?again=yes", {"use": "integrity"})
        assert (answer.request.full_path.removesuffix("?"), "keep people" in answer.text) == ("/audit", True)
        assert all("keep people" in browser.get(page).text for page in pages_of(place))

    @pytest.mark.parametrize("name", ["worker", "lead", "supervisor", "administrator"])
    def test_the_desk_is_the_auditors_alone(self, place: Place, name: str) -> None:
        browser = place.browser(name)
        assert {browser.get(page).status_code for page in pages_of(place)} == {403}

    def test_no_page_says_in_its_title_or_address_who_it_is_about(self, place: Place) -> None:
        browser = desk(place)
        for page in pages_of(place):
            shown = browser.get(page)
            assert "Invented" not in title(shown.text)
            assert len(headings(shown.text)) == 1
            assert not [link for link in links(shown.text) if "invented" in link.lower()]


class TestTheFrontPage:
    def test_it_says_what_there_is_and_leads_there(self, place: Place) -> None:
        shown = desk(place).get("/audit").text
        assert headings(shown) == ["The auditors\N{RIGHT SINGLE QUOTATION MARK} desk"]
        assert {"/audit/search", "/audit/verify"} <= set(links(shown))

    def test_a_case_is_asked_for_by_its_reference(self, place: Place) -> None:
        shown = desk(place).post("/audit", {"reference": place.case.reference.lower()})
        assert shown.request.path == f"/audit/cases/{place.case.reference}"
        wrong = desk(place).post("/audit", {"reference": "CT-0000-0001"})
        assert wrong.status_code == 422
        assert errors(wrong.text)[0].startswith("That reference has a mistake in it.")
        assert 'value="CT-0000-0001"' in wrong.text

    def test_an_account_is_asked_for_by_a_name_that_stands_in_no_address(self, place: Place) -> None:
        shown = desk(place).post("/audit", {"name": " Worker "})
        assert shown.request.path == f"/audit/accounts/{WORKER.id}"
        unknown = desk(place).post("/audit", {"name": "nobody"})
        assert errors(unknown.text) == ["Nobody whom you may look for signs in by that name."]
        theirs = desk(place, "north-auditor").post("/audit", {"name": "scottish-lead"})
        assert errors(theirs.text) == errors(unknown.text)

    def test_how_far_the_log_is_stands_in_a_line(self, place: Place) -> None:
        memory = place.world.memory
        assert memory is not None
        shown = desk(place).get("/audit").text
        assert "Nothing of the log is signed yet." in shown
        memory.kept.signed = (1234, place.world.now - timedelta(minutes=7))
        shown = " ".join(desk(place).get("/audit").text.split())
        assert "The newest checkpoint has signed 1,234 entries" in shown
        assert "(7 minutes ago)" in shown
        assert "events wait for their place, the oldest for 1 minute." in shown

    @pytest.mark.parametrize("page", ["/audit", "/audit/verify"])
    def test_an_event_that_waits_for_too_long_is_an_alarm(self, place: Place, page: str) -> None:
        browser = desk(place)
        assert "casetrack worker may have stopped" not in browser.get(page).text
        place.world.now = START + LATE + timedelta(minutes=1)
        shown = " ".join(browser.get(page).text.split())
        assert "An event has waited 3 minutes for its place in the log, and the limit is 2 minutes." in shown


class TestACase:
    def test_who_looked_who_changed_and_who_was_refused_is_told_by_organisation_and_by_person(
        self, place: Place
    ) -> None:
        shown = desk(place).get(f"/audit/cases/{place.case.reference}").text
        assert "2 people were at this case, or asked for it:" in shown
        organisations, people = rows(shown)[:2], sorted(rows(shown)[2:])
        assert organisations == [
            ["North Invented Police", "1", "1", "3", "0"],
            ["East Invented Police", "1", "0", "0", "1"],
        ]
        assert [each[:5] for each in people] == [
            ["Scottish-Lead Invented", "East Invented Police", "0", "0", "1"],
            ["Worker Invented", "North Invented Police", "1", "3", "0"],
        ]

    def test_a_list_that_showed_it_is_a_look_at_it(self, place: Place) -> None:
        with place.world.work("lead") as work:
            list_cases(work, everything(work))
        shown = desk(place).get(f"/audit/cases/{place.case.reference}").text
        assert ["Lead Invented", "North Invented Police", "1", "0", "0"] in [each[:5] for each in rows(shown)]
        assert "Looked at: a list of cases" in shown

    def test_each_entry_is_in_plain_words_with_the_entry_itself_beneath_and_leads_to_its_account(
        self, place: Place
    ) -> None:
        shown = desk(place).get(f"/audit/cases/{place.case.reference}").text
        assert "Looked at: the case" in shown
        assert "&#34;event&#34;: &#34;Consulted&#34;" in shown
        assert f"/audit/accounts/{WORKER.id}" in links(shown)
        assert f"/audit/cases/{place.case.reference}/as-at" in links(shown)

    def test_many_entries_have_pages_and_of_many_people_those_are_listed_who_were_there_last(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(25):
            with place.world.work("worker") as work:
                view_case(work, place.case.reference)
        monkeypatch.setattr(audit_cases, "MOST_PEOPLE", 1)
        at = f"/audit/cases/{place.case.reference}"
        shown = desk(place).get(at).text
        assert (f"{at}?page=2" in links(shown), len(rows(shown))) == (True, 3)
        assert "and 1 more, who was there before them" in shown
        assert "page 2 of 2" in desk(place).get(f"{at}?page=2").text

    def test_one_that_the_log_has_nothing_on_says_so_and_what_to_do(self, place: Place) -> None:
        shown = desk(place).get(f"/audit/cases/{NOBODYS}").text
        assert "The log has nothing on this reference that you may see." in shown
        assert desk(place, "north-auditor").get(f"/audit/cases/{NOBODYS}").text.count("nothing on this reference") == 1

    def test_of_one_that_there_is_not_those_are_told_who_asked_for_it(self, place: Place) -> None:
        place.browser("worker").get(f"/cases/{NOBODYS}")
        shown = desk(place).get(f"/audit/cases/{NOBODYS}").text
        assert "1 person was at this case, or asked for it:" in shown


class TestHindsight:
    def at(self, place: Place, when: str) -> str:
        return f"/audit/cases/{place.case.reference}/as-at?{when}"

    def asked(self, place: Place, name: str = "auditor", *, minutes: int = 0) -> str:
        """The page of who could have opened it so many minutes ago."""
        when = place.world.now - timedelta(minutes=minutes)
        said = f"at-day={when.day}&at-month={when.month}&at-year={when.year}&at-time={when:%H:%M}"
        return " ".join(desk(place, name).get(self.at(place, said)).text.split())

    def test_the_organisations_and_their_people_are_told_with_what_they_could_be_shown(self, place: Place) -> None:
        place.hand_over(SUPPORT)
        place.later(minutes=1)
        shown = self.asked(place)
        assert "North Invented Police</h3>" in shown
        assert "Responsible for investigation since" in shown
        assert ["Lead Invented", "Lead", "20 Nov 2026", "No", "identity, investigation notes"] in rows(shown)
        south = [each for each in rows(shown) if each[0] == "Receiver Invented"]
        assert south[0][4] == "identity, safe address, support notes"
        assert "What this cannot see" in shown

    def test_whoever_had_passed_it_on_is_named(self, place: Place) -> None:
        place.hand_over()
        place.later(minutes=1)
        shown = self.asked(place)
        assert "Had passed it on by then" in shown
        assert "<li>North Invented Police</li>" in shown

    def test_before_it_was_opened_nobody_could(self, place: Place) -> None:
        shown = desk(place).get(self.at(place, "at-day=19&at-month=11&at-year=2026")).text
        assert "This case was not open yet: nobody could." in shown

    def test_an_auditor_of_one_organisation_is_told_only_of_when_it_was_responsible(self, place: Place) -> None:
        place.hand_over(SUPPORT)
        place.later(minutes=1)
        shown = self.asked(place, "north-auditor")
        assert (
            "Whose accounts those were is for that organisation\N{RIGHT SINGLE QUOTATION MARK}s own auditors" in shown
        )
        assert "Receiver Invented" not in shown
        place.hand_over(frozenset({Strand.INVESTIGATION}))
        place.later(minutes=1)
        assert "Nothing is known here of who was responsible then." in self.asked(place, "north-auditor")
        assert "Nothing is known here" not in self.asked(place)

    def test_many_people_are_counted_and_the_first_are_listed(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_cases, "MOST_ABLE", 1)
        place.later(minutes=1)
        shown = self.asked(place)
        assert "3 people could have opened it:" in shown
        assert "and 2 more. Programs are told all of them." in shown
        assert len(rows(shown)) == 1

    def test_an_organisation_without_an_open_account_is_said_to_have_none(self, place: Place) -> None:
        memory = place.world.memory
        assert memory is not None
        memory.kept.founding = ()
        place.later(minutes=1)
        assert "No account of it that works with cases was open then." in self.asked(place)

    def test_a_holding_that_was_taken_away_is_said(self, place: Place) -> None:
        memory = place.world.memory
        assert memory is not None
        memory.kept.holdings.popitem()
        place.later(minutes=1)
        shown = self.asked(place)
        assert "What the journal says of who became responsible is not what the holdings say." in shown

    def test_a_holding_that_is_not_as_it_was_sealed_shows_nothing(self, place: Place) -> None:
        memory = place.world.memory
        assert memory is not None
        for at, each in memory.kept.holdings.items():
            memory.kept.holdings[at] = replace(each, seal=replace(each.seal, signature=bytes(64)))
        answer = desk(place).get(self.at(place, "at-day=20&at-month=11&at-year=2026"))
        assert answer.status_code == 500
        assert "not what was recorded" in answer.text

    @pytest.mark.parametrize(
        ("when", "sentence"),
        [
            ("at-day=14", "Enter a day, a month and a year."),
            ("at-day=31&at-month=2&at-year=2026", "Enter a real date, such as 21 11 2026."),
            ("at-day=1&at-month=12&at-year=2026", "Enter a date that has passed."),
            ("at-day=1&at-month=11&at-year=2026&at-time=25:00", "Enter a time as hours and minutes, such as 15:05."),
            ("at-day=29&at-month=3&at-year=2026&at-time=1:30", "There was no such time"),
            ("colour=blue", "Enter a date."),
        ],
    )
    def test_what_is_no_time_that_has_passed_is_said_and_nothing_is_looked_at(
        self, place: Place, when: str, sentence: str
    ) -> None:
        browser = desk(place)
        before = len(place.events())
        answer = browser.get(self.at(place, when))
        assert answer.status_code == 422
        assert any(said.startswith(sentence) for said in errors(answer.text))
        assert len(place.events()) == before


class TestAnAccount:
    def test_its_role_its_signing_in_its_cases_and_what_was_done_about_it_are_told(self, place: Place) -> None:
        memory = place.world.memory
        assert memory is not None
        memory.kept.entries = (*memory.kept.founding, *memory.kept.entries)
        memory.kept.founding = ()
        shown = desk(place).get(f"/audit/accounts/{WORKER.id}").text
        assert headings(shown) == ["What Worker Invented did"]
        assert "Support worker" in shown
        assert "An account was made: Support worker of North Invented Police" in shown
        assert [each[:4] for each in rows(shown)] == [[place.case.reference, "1", "0", "3"]]
        assert f"/audit/cases/{place.case.reference}" in links(shown)
        assert "0 times" in shown

    def test_one_that_did_nothing_says_so(self, place: Place) -> None:
        shown = desk(place).get(f"/audit/accounts/{LEAD.id}").text
        assert "It was at no case." in shown
        assert "It did nothing that the log has." in shown

    def test_another_organisations_is_told_as_far_as_it_had_to_do_with_ones_own_cases(self, place: Place) -> None:
        place.hand_over(SUPPORT)
        place.browser("receiver").get(place.at)
        shown = desk(place, "north-auditor").get(f"/audit/accounts/{ACCOUNTS['receiver'].id}").text
        assert "you see what it did with cases while yours was responsible" in shown
        assert "What was done about the account" not in shown
        assert [each[0] for each in rows(shown)] == [place.case.reference]

    @pytest.mark.parametrize("which", ["scottish-lead", "charity-worker", None])
    def test_one_that_had_nothing_to_do_with_them_is_not_found_and_neither_is_nobodys(
        self, place: Place, which: str | None
    ) -> None:
        place.open_case("charity-worker", SUPPORT)
        account = (
            ACCOUNTS[which].id
            if which == "charity-worker"
            else (ACCOUNTS["charity-lead"].id if which else place.case.id)
        )
        answer = desk(place, "north-auditor").get(f"/audit/accounts/{account}")
        assert answer.status_code == 404


class TestProfessionalStandards:
    @pytest.mark.parametrize("name", ["auditor", "north-auditor"])
    def test_a_look_in_the_log_is_in_the_history_of_no_case(self, place: Place, name: str) -> None:
        history = f"{place.at}/history"
        before = history_of(place.browser("worker").get(history).text)
        browser = desk(place, name, "self-monitoring")
        for page in pages_of(place):
            browser.get(page)
        assert sum(event["event"] == "LogOpened" for event in place.events()) > len(pages_of(place))
        for colleague in ("worker", "lead", "supervisor"):
            shown = place.browser(colleague).get(history).text
            assert history_of(shown) == before
            assert "log was opened" not in shown


def test_every_use_of_the_log_is_said_in_an_entry_of_it(place: Place) -> None:
    browser = place.browser("auditor")
    for use in USES:
        browser.post("/audit?again=yes", {"use": use})
    shown = browser.get("/audit/search?action=audit:view").text
    for words in USES.values():
        assert (
            f"The log was opened {words[:1].lower()}{words[1:]}: the auditors\N{RIGHT SINGLE QUOTATION MARK} desk"
            in unescape(shown)
        )
