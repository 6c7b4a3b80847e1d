"""The safe way to contact a person: masked, asked for with a reason, and recorded."""

from casetrack.domain.holdings import Strand
from tests.web.site import Place, headings, notice

WHY = {"purpose": "contact-person", "words": "To say that the interpreter is late."}


def test_a_safe_contact_is_shown_for_a_reason_and_not_before() -> None:
    place = Place()
    browser = place.browser("worker")
    assert "01632" not in browser.get(f"{place.at}/contacts").text
    answer = browser.post(f"{place.at}/contacts", WHY)
    assert "01632 960001" in answer.text
    assert place.case.pseudonym in answer.text
    assert headings(answer.text) == ["How to contact the person safely"]
    assert answer.headers["Refresh"] == f"300; url={place.at}"
    assert place.events()[-1]["action"] == "contact:reveal"


def test_it_is_hidden_again_at_once() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/contacts", WHY)
    browser.get(f"{place.at}/contacts/hide")
    assert "01632" not in browser.get(f"{place.at}/contacts").text


def test_it_is_recorded_and_what_is_left_empty_stays() -> None:
    place = Place()
    browser = place.browser("worker")
    assert "01632" not in browser.get(f"{place.at}/contacts/record").text
    answer = browser.post(f"{place.at}/contacts/record", {"voicemail": "Say the library called."})
    assert notice(answer.text) == "How to contact the person safely is recorded."
    shown = browser.post(f"{place.at}/contacts", WHY).text
    assert "Say the library called." in shown
    assert "01632 960001" in shown


def test_where_nothing_is_recorded_nobody_contacts_the_person() -> None:
    place = Place()
    place.case = place.open_quietly()
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/contacts").text
    assert headings(shown) == ["Safe contact"]
    assert "No safe way to contact the person is recorded." in shown
    assert "do not contact the person until it is" in browser.get(place.at).text


def test_whoever_does_not_look_after_the_person_sees_no_address() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    assert place.browser("lead").client.get(f"{place.at}/contacts").status_code == 403
    assert place.browser("lead").client.get(f"{place.at}/identity").status_code == 200
