"""The safe way to contact a person: masked, asked for with a reason, and recorded."""

import re
from html import unescape

from casetrack.domain.holdings import Strand
from casetrack.schemas.fields import MASK
from casetrack.services.fields import CONTACT
from tests.web.site import Place, errors, headings, hidden, notice

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
    assert browser.client.get(f"{place.at}/contacts/hide").status_code == 405
    assert "01632" in browser.get(f"{place.at}/contacts").text
    browser.post(f"{place.at}/contacts/hide", page=f"{place.at}/contacts")
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


def boxes(html: str) -> dict[str, str]:
    """What stands in each box."""
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    inputs = re.findall(r'<input(?=[^>]* name="(phone)")(?=[^>]*type="text")[^>]*>', html)
    values = {name: re.search(rf'name="{name}"[^>]* value="([^"]*)"', html) for name in inputs}
    return {name: unescape(text) for name, text in areas} | {n: unescape(f[1]) if f else "" for n, f in values.items()}


def meant_empty(html: str) -> list[str]:
    """The boxes of which the page says that they may be empty."""
    return re.findall(r'<input type="hidden" name="empty" value="(\w+)"', html)


def test_dots_stand_for_what_is_recorded_and_left_alone_they_keep_it() -> None:
    place = Place()
    browser = place.browser("worker")
    page = browser.get(f"{place.at}/contacts/record").text
    shown = boxes(page)
    assert shown == {"times": MASK, "phone": MASK, "voicemail": "", "address": "", "unsafe_areas": ""}
    assert "Recorded and hidden." in page
    answer = browser.post(f"{place.at}/contacts/record", {**shown, "empty": meant_empty(page)})
    assert notice(answer.text) == "How to contact the person safely is recorded."
    assert place.events()[-2]["fields"] == []


def test_an_emptied_box_is_cleared_after_the_person_has_said_so() -> None:
    place = Place()
    browser = place.browser("worker")
    page = browser.get(f"{place.at}/contacts/record").text
    typed = {**boxes(page), "phone": "", "voicemail": "Say the library called."}
    before = place.kept()

    asked = browser.post(f"{place.at}/contacts/record", {**typed, "empty": meant_empty(page)}).text

    assert "Nothing is saved yet. You emptied: Telephone." in unescape(asked)
    assert place.kept() == before
    assert boxes(asked) == typed
    answer = browser.post(f"{place.at}/contacts/record", {**typed, "empty": meant_empty(asked)})
    assert notice(answer.text) == "How to contact the person safely is recorded."
    shown = browser.post(f"{place.at}/contacts", WHY).text
    assert "01632" not in shown
    assert "Say the library called." in shown
    history = browser.get(f"{place.at}/history").text
    assert "How to contact the person safely was recorded (cleared: Telephone)" in history


def test_what_somebody_else_recorded_meanwhile_is_not_cleared_by_a_box_that_was_empty() -> None:
    place = Place()
    browser, colleague = place.browser("worker"), place.browser("lead")
    path = f"{place.at}/contacts/record"
    page = browser.get(path).text
    typed = {**boxes(page), **hidden(page), "empty": meant_empty(page)}
    colleague.post(path, {"address": "12 Invented Lane"})

    assert browser.client.post(path, data=typed).status_code == 409
    again = browser.get(path).text
    assert "address" not in meant_empty(again)
    asked = browser.post(path, {**boxes(again), "empty": meant_empty(again)}).text
    assert "You emptied: Safe address." in unescape(asked)


def test_the_remains_of_the_dots_are_sent_back() -> None:
    place = Place()
    browser = place.browser("worker")
    answer = browser.client.post(
        f"{place.at}/contacts/record",
        data=hidden(browser.get(f"{place.at}/contacts/record").text) | {"phone": f"01632 {MASK}"},
    )
    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith("Delete the dots before you write.")


def test_once_everything_is_cleared_the_page_says_not_to_contact_the_person() -> None:
    place = Place()
    browser = place.browser("worker")
    everything = [field.name for field in CONTACT]
    browser.post(f"{place.at}/contacts/record", {**dict.fromkeys(everything, ""), "empty": everything})
    assert "No safe way to contact the person is recorded." in browser.get(f"{place.at}/contacts").text
    assert "do not contact the person until it is" in browser.get(place.at).text


def test_the_mask_of_each_field_says_whether_there_is_anything_behind_it() -> None:
    place = Place()
    shown = place.browser("worker").get(f"{place.at}/contacts").text
    assert shown.count("Recorded and hidden") == 2
    assert shown.count("Not recorded") == 4


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
