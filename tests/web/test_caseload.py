"""My work, and the names of one's own caseload."""

from tests.web.site import NAME, Place, errors, headings
from tests.world import ACCOUNTS

WHY = {"purpose": "contact-person", "words": "Ringing everybody about the weather."}


def test_my_work_counts_what_there_is_and_leads_to_it() -> None:
    place = Place()
    place.record("encounter")
    place.later(days=3)
    shown = place.browser("worker").get("/work").text
    assert place.case.reference in shown
    assert 'href="/cases?due=overdue"' in shown
    assert 'href="/cases?offered=yes"' in shown


def test_my_work_says_what_is_empty() -> None:
    shown = Place().browser("scottish-lead").get("/work").text
    assert "Nothing is overdue." in shown
    assert "Nothing is due in the next five working days." in shown
    assert "No organisation has offered yours a case." in shown


def test_names_are_shown_once_the_purpose_of_the_shift_is_given() -> None:
    place = Place()
    browser = place.browser("worker")
    assert NAME not in browser.get("/caseload/names").text
    answer = browser.post("/caseload/names", WHY)
    assert answer.request.path == "/caseload/names"
    assert "Testa Maria Invented" in answer.text
    assert place.case.pseudonym in answer.text
    assert headings(answer.text) == ["Names of my caseload"]


def test_the_purpose_and_its_words_are_on_the_log_and_each_page_after_them() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post("/caseload/names", WHY)
    browser.get("/caseload/names?page=2")
    begun, *shown = place.events()[-3:]
    assert (begun["event"], begun["purpose"], begun["words"] is not None) == ("Consulted", "contact-person", True)
    assert [(event["event"], event["purpose"], event["detail"]["page"]) for event in shown] == [
        ("NamesShown", "contact-person", 1),
        ("NamesShown", "contact-person", 2),
    ]
    assert len(shown[0]["shown"]) == 1


def test_the_purpose_lasts_for_one_shift() -> None:
    place = Place()
    place.browser("worker").post("/caseload/names", WHY)
    place.later(hours=12)
    assert NAME not in place.browser("worker").get("/caseload/names").text


def test_without_a_reason_nothing_is_shown() -> None:
    place = Place()
    answer = place.browser("worker").post("/caseload/names", {"purpose": "court"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["Say in your own words why you need this now."]
    assert 'value="court" checked' in answer.text
    assert "NamesShown" not in {event["event"] for event in place.events()}


def test_only_ones_own_cases_are_named() -> None:
    place = Place()
    answer = place.browser("lead").post("/caseload/names", WHY)
    assert NAME not in answer.text
    assert "You have no open case." in answer.text
    assert ACCOUNTS["lead"].id != ACCOUNTS["worker"].id
