"""The auditor's pages of unusual accesses: why each is, what came of it, and who is told."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casetrack.domain.actors import Role
from casetrack.domain.holders import AUDIT_DESK
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.founding import OWN_HOLDERS
from casetrack.services.unusual import DISPOSITIONS
from casetrack.web.unusual import REASONS
from tests.services import acts
from tests.services.unusual import looked, revealed, tried
from tests.web.site import Browser, Place, errors, headings, links, notice, title
from tests.web.test_audit import UNREADABLE, auditor
from tests.world import ACCOUNTS, REASON, account

NIGHT = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
DESK = next(holder for holder in OWN_HOLDERS if holder.code == AUDIT_DESK)
LIST = "/audit/unusual"
SAID = {"disposition": "expected", "words": "She covered for a colleague."}


@pytest.fixture
def place() -> Place:
    """A case that a lead has looked at who has nothing to do with it."""
    place = Place()
    looked(place.world, place.case, "lead")
    return place


def desk(place: Place) -> Browser:
    """The browser of an auditor of the audit desk itself."""
    of_desk = account("desk-auditor", Role.AUDITOR, DESK, national=True)
    acts.keep_account(place.world, of_desk)
    browser = Browser(place.app, acts.kept(place.world).accounts[of_desk.id])
    browser.post("/audit/search", {"use": "lawfulness"})
    return browser


def items(html: str) -> list[str]:
    """What the page says of each access, as somebody reads it."""
    found = re.findall(r'<li class="ct-timeline__item">(.*?)</details>', html, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", each.partition("<details")[0]).split()) for each in found]
    return [re.sub(r" ([.,])", r"\1", each) for each in plain]


def addresses(html: str) -> list[str]:
    """Where each access is looked into."""
    return [link for link in links(html) if re.fullmatch(r"/audit/unusual/[0-9a-f-]{36}(\?of_day=yes)?", link)]


def of_one(browser: Browser) -> str:
    """The address of the one access that there is."""
    (address,) = addresses(browser.get(LIST).text)
    return address


class TestOpening:
    @pytest.mark.parametrize("page", [LIST, f"{LIST}?again=yes"])
    def test_why_comes_first(self, place: Place, page: str) -> None:
        browser = place.browser("auditor")
        assert headings(browser.get(page).text) == ["Why do you open the log?"]
        shown = browser.post(page, {"use": "self-monitoring"})
        assert (headings(shown.text), shown.request.path) == (["Unusual access"], LIST)
        assert place.events()[-1]["detail"]["use"] == "self-monitoring"

    def test_the_title_says_what_it_is_opened_for(self, place: Place) -> None:
        browser, address = place.browser("auditor"), of_one(auditor(place))
        titles = {title(browser.get(page).text) for page in (LIST, address, "/audit/search", "/audit/verify")}
        assert len(titles) == 4
        assert all(each.startswith("Why do you open the log? ") for each in titles)

    def test_why_comes_first_on_the_page_of_one_too_and_leads_back_to_it(self, place: Place) -> None:
        address = of_one(auditor(place))
        browser = place.browser("auditor")
        assert headings(browser.get(address).text) == ["Why do you open the log?"]
        before = len(place.events())
        shown = browser.post(address, {"use": "lawfulness"})
        assert headings(shown.text) == ["What came of an unusual access"]
        opened = [(event["event"], event["action"]) for event in place.events(since=before)]
        assert opened == [("LogOpened", "audit:view"), ("LogOpened", "unusual:review")]

    @pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
    def test_they_are_for_auditors(self, place: Place, name: str) -> None:
        address = of_one(auditor(place))
        assert [place.browser(name).get(page).status_code for page in (LIST, address)] == [403, 403]

    def test_every_look_is_on_the_log(self, place: Place) -> None:
        browser = auditor(place)
        for page in (f"{LIST}?reason=relationship", of_one(browser)):
            browser.get(page)
            opened = place.events()[-1]
            assert (opened["event"], opened["case"]) == ("LogOpened", None)
            assert opened["detail"]["use"] == "lawfulness"

    def test_the_menu_leads_to_it(self, place: Place) -> None:
        assert LIST in links(place.browser("auditor").get("/audit/search").text)


class TestTheList:
    def test_it_says_who_did_what_when_and_why_that_is_unusual(self, place: Place) -> None:
        (item,) = items(auditor(place).get(LIST).text)
        assert item.startswith(f"Looked at: the case {place.case.reference} 20 Nov 2026 at 09:3")
        assert "Lead Invented, Lead, North Invented Police" in item
        assert "No case relationship. By then they were not its worker and had changed nothing of it" in item
        assert "Not reviewed yet Look into it" in item

    def test_the_entry_stands_beneath_it_exactly(self, place: Place) -> None:
        shown = auditor(place).get(LIST).text
        assert "The first entry as the log has it" in shown
        assert "&#34;event&#34;: &#34;Consulted&#34;" in shown

    def test_every_reason_is_told_and_so_is_how_much_there_was_that_day(self, place: Place) -> None:
        place.world.now = NIGHT
        looked(place.world, place.case, "supervisor")
        looked(place.world, place.case, "supervisor")
        newest, _ = items(auditor(place).get(LIST).text)
        assert "2 entries that day" in newest
        assert "Outside working hours. By its own hours, the organisation of the account was closed then." in newest
        assert "No case relationship." in newest

    def test_an_attempt_is_marked_and_is_not_said_to_be_of_a_case_that_there_is(self, place: Place) -> None:
        tried(place.world, place.case, "scottish-lead")
        item, _ = items(auditor(place).get(LIST).text)
        assert f"Refused: the milestones Refused {place.case.reference}" in item
        assert "It was an attempt to open what was not theirs to open, and was refused." in item

    def test_how_much_somebody_opened_is_said_with_what_is_usual_of_them(self, place: Place) -> None:
        for _ in range(20):
            looked(place.world, place.open_case(), "worker")
        (item,) = items(auditor(place).get(f"{LIST}?reason=volume").text)
        assert item.startswith("20 cases were opened on one day 20 Nov 2026")
        assert "more than three times what is usual of the account: 0 a day" in item

    def test_so_it_is_of_how_many_people_were_shown(self, place: Place) -> None:
        for _ in range(50):
            place.open_case()
        with place.world.work("worker", REASON) as at:
            begin_shift(at)
        for page in (1, 2, 3, 4, 5):
            with place.world.work("worker") as at:
                name_caseload(at, page=page, shift=timedelta(hours=8))
        (item,) = items(auditor(place).get(f"{LIST}?reason=volume").text)
        assert "people were shown by lists of names or searches on one day 20 Nov 2026" in item

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ("reason=relationship", 1),
            ("reason=hours", 0),
            ("stands=not-reviewed", 1),
            ("stands=expected", 0),
            ("holder=north", 1),
            ("holder=south", 0),
            ("since=2026-11-20&until=2026-11-20", 1),
            ("until=2026-11-19", 0),
            ("since-day=20&since-month=11&since-year=2026", 1),
        ],
    )
    def test_it_is_narrowed_by_codes_and_days(self, place: Place, asked: str, number: int) -> None:
        assert len(items(auditor(place).get(f"{LIST}?{asked}").text)) == number

    def test_what_was_asked_for_stands_in_the_form(self, place: Place) -> None:
        shown = auditor(place).get(f"{LIST}?reason=volume&stands=expected&holder=north&since=2026-11-18").text
        assert all(f'<option value="{code}" selected>' in shown for code in ("volume", "expected", "north"))
        parts = re.findall(r'name="(since|until)-(\w+)" type="text".*?value="(\d+)"', shown)
        assert {(name, part): value for name, part, value in parts} == {
            ("since", "day"): "18",
            ("since", "month"): "11",
            ("since", "year"): "2026",
        }

    @pytest.mark.parametrize(
        ("asked", "days"),
        [("", "14 Nov 2026 to 20 Nov 2026"), ("since=2026-11-18&until=2026-11-19", "18 Nov 2026 to 19 Nov 2026")],
    )
    def test_it_says_which_days_it_is_of(self, place: Place, asked: str, days: str) -> None:
        shown = auditor(place).get(f"{LIST}?{asked}").text
        (heading,) = re.findall(r'<h2[^>]* id="occasions">(.*?)</h2>', shown, re.DOTALL)
        assert " ".join(re.sub(r"<[^>]+>", " ", heading).split()) == f"Accesses from {days}"

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ("reason=curiosity", "Choose one of the answers."),
            ("stands=closed", "Choose one of the answers."),
            ("holder=nowhere", "Choose an organisation from the list."),
            ("since=2026-11-20&until=2026-11-19", "Enter a last day that is not before the first."),
            ("since=2026-12-01", "Enter a last day that is not before the first."),
            ("since=2026-10-20", "Ask for at most 31 days at a time. Enter an earlier last day."),
            ("account=me", "Choose one from the list."),
            ("colour=blue", "This was not asked for."),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_shown(self, place: Place, asked: str, sentence: str) -> None:
        before = len(place.events())
        answer = auditor(place).get(f"{LIST}?{asked}")
        assert (answer.status_code, errors(answer.text)) == (422, [sentence])
        assert not items(answer.text)
        assert "unusual:list" not in [event["action"] for event in place.events(since=before)]

    def test_thirty_one_days_are_not_too_many(self, place: Place) -> None:
        assert auditor(place).get(f"{LIST}?since=2026-10-21").status_code == 200

    def test_one_account_is_a_filter_that_can_be_taken_away(self, place: Place) -> None:
        shown = auditor(place).get(f"{LIST}?account={ACCOUNTS['supervisor'].id}").text
        assert not items(shown)
        assert "One account" in shown
        assert f'name="account" value="{ACCOUNTS["supervisor"].id}"' in shown

    def test_an_empty_list_says_what_to_do(self, place: Place) -> None:
        shown = auditor(place).get(f"{LIST}?reason=hours").text
        assert "Nothing unusual fits." in shown
        assert "Ask for other days, or for any reason." in shown

    def test_a_long_list_has_pages_that_keep_what_was_asked(self, place: Place) -> None:
        for _ in range(25):
            looked(place.world, place.open_case(), "lead")
        shown = auditor(place).get(f"{LIST}?reason=relationship").text
        assert "26 results in these days, page 1 of 2" in shown
        (second,) = {link for link in links(shown) if "page=2" in link}
        assert len(items(auditor(place).get(second).text)) == 1

    def test_an_auditor_of_one_organisation_is_shown_their_own_scope(self, place: Place) -> None:
        theirs = place.open_case("receiver")
        tried(place.world, theirs, "scottish-lead")
        assert len(items(auditor(place, "north-auditor").get(LIST).text)) == 1
        assert len(items(auditor(place).get(LIST).text)) == 2

    @pytest.mark.parametrize("left", UNREADABLE, ids=range(len(UNREADABLE)))
    def test_an_entry_that_somebody_spoiled_is_said_to_be_so(self, place: Place, left: bytes) -> None:
        kept = acts.kept(place.world)
        *others, newest = kept.entries
        kept.entries = (*others, replace(newest, payload=left))
        browser = auditor(place)
        (item,) = items(browser.get(LIST).text)
        assert "This entry cannot be read" in item
        assert browser.get(of_one(browser)).status_code == 200


class TestSurnames:
    def test_the_desk_alone_is_told(self, place: Place) -> None:
        revealed(place.world, place.case)
        (item, _) = items(desk(place).get(LIST).text)
        assert "Same surname. Somebody was shown who has the surname of the account." in item
        for name in ("auditor", "north-auditor"):
            assert "Somebody was shown who has the surname" not in auditor(place, name).get(LIST).text

    def test_what_cannot_be_read_is_counted(self, place: Place) -> None:
        revealed(place.world, place.case)
        kept = acts.kept(place.world)
        *others, newest = kept.entries
        kept.entries = (*others, replace(newest, words=b"spoiled"))
        assert "1 comparison of surnames cannot be read. Verify the log." in desk(place).get(LIST).text

    def test_what_was_too_much_to_compare_is_said(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("casetrack.services.measures.MOST_COMPARED", 0)
        revealed(place.world, place.case)
        assert "There were too many reveals in these days" in desk(place).get(LIST).text

    def test_the_search_says_what_is_sealed_with_a_comparison(self, place: Place) -> None:
        revealed(place.world, place.case)
        shown = auditor(place).get("/audit/search?action=surname:compare").text
        assert "Surnames of people who were shown were compared with the name of the account" in shown
        assert "What was found is sealed to the audit desk" in shown
        assert "A reason was typed" not in shown


class TestReviewing:
    def test_what_came_of_it_is_recorded_and_stands_on_the_list(self, place: Place) -> None:
        browser = auditor(place)
        address = of_one(browser)
        shown = browser.post(address, SAID)
        assert notice(shown.text).startswith("What came of it is recorded.")
        assert shown.request.path == address
        assert "Expected: it is explained" in shown.text
        assert "What was typed is sealed to the audit desk." in shown.text
        assert SAID["words"] not in shown.text
        (item,) = items(browser.get(LIST).text)
        assert "Expected: it is explained 20 Nov 2026 at 09:32, Auditor Invented Look into it" in item

    @pytest.mark.parametrize("code", [each.value for each in DISPOSITIONS])
    def test_each_answer_is_offered_and_can_be_given(self, place: Place, code: str) -> None:
        browser = auditor(place)
        address = of_one(browser)
        assert f'value="{code}"' in browser.get(address).text
        browser.post(address, SAID | {"disposition": code})
        (reviewed,) = acts.events(place.world, "AccessReviewed")
        assert reviewed["detail"]["disposition"] == code

    def test_the_desk_reads_why(self, place: Place) -> None:
        auditor(place).post(of_one(auditor(place)), SAID)
        browser = desk(place)
        assert SAID["words"] in browser.get(of_one(browser)).text

    def test_a_newer_answer_takes_the_place_of_the_one_before_which_stays(self, place: Place) -> None:
        browser = auditor(place)
        address = of_one(browser)
        for code in ("still-looking", "no-further-action"):
            place.later(minutes=1)
            browser.post(address, SAID | {"disposition": code})
        shown = browser.get(address).text
        assert shown.index("No further action</strong>") < shown.index("Still looking into it</strong>")
        (item,) = items(browser.get(LIST).text)
        assert "No further action" in item

    def test_what_happened_since_is_said(self, place: Place) -> None:
        browser = auditor(place)
        browser.post(of_one(browser), SAID)
        looked(place.world, place.case, "lead")
        (item,) = items(browser.get(LIST).text)
        assert "Auditor Invented More since then Look into it" in item
        assert "it stands as not reviewed." in browser.get(of_one(browser)).text

    @pytest.mark.parametrize(
        ("typed", "sentences"),
        [
            ({}, ["Choose what came of it.", "Say what you found out."]),
            ({"disposition": "expected", "words": " "}, ["Say what you found out."]),
            ({"disposition": "guilty", "words": "Why."}, ["Choose one of the answers."]),
            ({"disposition": "expected", "words": "x" * 2001}, ["Use 2,000 characters or fewer."]),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_is_kept(
        self, place: Place, typed: dict[str, str], sentences: list[str]
    ) -> None:
        browser = auditor(place)
        answer = browser.post(of_one(browser), typed)
        assert (answer.status_code, errors(answer.text)) == (422, sentences)
        assert title(answer.text).startswith("Error: ")
        assert typed.get("words", "").strip() in answer.text
        assert "AccessReviewed" not in [event["event"] for event in place.events()]

    def test_nobody_records_what_came_of_their_own(self, place: Place) -> None:
        tried(place.world, place.case, "north-auditor")
        browser = auditor(place, "north-auditor")
        address = next(each for each in addresses(browser.get(LIST).text))
        shown = browser.get(address).text
        assert "This access is your own, so somebody else records what came of it." in shown
        assert "What did you find out?" not in shown
        refused = browser.post(address, SAID)
        assert refused.status_code == 403
        assert "Nobody records what came of their own access." in refused.text

    def test_one_about_a_whole_day_has_a_page_of_its_own(self, place: Place) -> None:
        for _ in range(20):
            looked(place.world, place.open_case(), "lead")
        browser = auditor(place)
        (address,) = addresses(browser.get(f"{LIST}?reason=volume").text)
        assert address.endswith("?of_day=yes")
        shown = browser.post(address, SAID, page=address)
        assert "cases were opened on one day" in shown.text
        (reviewed,) = acts.events(place.world, "AccessReviewed")
        assert reviewed["detail"]["of_day"] is True
        assert "Nothing is recorded yet." in browser.get(address.partition("?")[0]).text

    @pytest.mark.parametrize("address", [f"{LIST}/00000000-0000-4000-8000-000000000000", f"{LIST}/nothing"])
    def test_what_is_not_there_is_not_found(self, place: Place, address: str) -> None:
        assert auditor(place).get(address).status_code == 404

    def test_what_is_out_of_scope_is_not_found(self, place: Place) -> None:
        theirs = place.open_case("receiver")
        tried(place.world, theirs, "scottish-lead")
        address = addresses(auditor(place).get(f"{LIST}?holder=east").text)[0]
        assert auditor(place, "north-auditor").get(address).status_code == 404

    def test_no_page_of_the_case_says_anything_of_it(self, place: Place) -> None:
        browser = auditor(place)
        browser.post(of_one(browser), SAID | {"disposition": "professional-standards"})
        worker = place.browser("worker")
        for page in (place.at, f"{place.at}/history"):
            shown = worker.get(page).text
            assert not [said for said in ("standards", "unusual", "The log was opened") if said in shown.casefold()]
        about = browser.get(f"/audit/search?reference={place.case.reference}").text
        assert "What came of an unusual access was recorded" not in about


def test_every_reason_has_words() -> None:
    assert len(REASONS) == 4


@pytest.mark.parametrize("page", [LIST, f"{LIST}?reason=relationship"])
def test_no_name_of_a_person_is_on_a_page_or_in_its_address(place: Place, page: str) -> None:
    revealed(place.world, place.case, "lead")
    shown = auditor(place).get(page)
    assert "Testa" not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
