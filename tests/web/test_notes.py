"""The pages of notes: those of a case, one that is closed until it is asked for, and one more written or corrected."""

import re
from collections.abc import Mapping

import pytest
from werkzeug.test import TestResponse

from casetrack.domain.case import IdentityState
from casetrack.domain.errors import BelongsElsewhere, SentBefore
from casetrack.domain.holdings import Strand
from casetrack.domain.misplaced import Keeping, Kind
from casetrack.domain.notes import NoteKind
from casetrack.services import notes as service
from casetrack.web.notes import KINDS
from casetrack.web.words import KEEPINGS, MISPLACED
from tests.services.acts import SUPPORT
from tests.web.site import NAME, Browser, Place, errors, headings, hidden, links, notice, title
from tests.world import NORTH

TYPED: Mapping[str, str] = {
    "strand": "support",
    "kind": "fact",
    "sensitivity": "ordinary",
    "words": "The kettle works again.",
}
HAPPENED: Mapping[str, str] = {"happened-day": "1", "happened-month": "11", "happened-year": "2026"}
NUMBER = "Ring 07700 900123."
CLOSED = {"kind": "account", "sensitivity": "sensitive", "words": "He took the velocipede."}


def write(place: Place, browser: Browser, **typed: str) -> TestResponse:
    return browser.post(f"{place.at}/notes/write", {**TYPED, **typed})


def notes(place: Place, browser: Browser, query: str = "") -> str:
    return browser.get(f"{place.at}/notes{query}").text


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def corrections(html: str) -> list[str]:
    return [each for each in links(html) if each.endswith("/correct")]


def value(html: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    return found[1].strip() if found else ""


def test_where_there_is_no_note_the_page_says_what_belongs_there_and_how_one_is_written() -> None:
    place = Place()
    shown = notes(place, place.browser("worker"))
    assert "No note is written in this case." in shown
    assert f"{place.at}/notes/write" in links(shown)


def test_a_note_is_written_confirmed_and_read_with_its_author() -> None:
    place = Place()
    answer = write(place, place.browser("worker"))
    assert notice(answer.text) == "The note is kept."
    shown = text(notes(place, place.browser("lead")))
    for said in ("Fact", "Support", TYPED["words"], "Worker Invented", NORTH.name):
        assert said in shown, said


def test_nothing_of_a_note_is_in_an_address_or_a_title() -> None:
    place = Place()
    browser = place.browser("worker")
    shown = write(place, browser, **CLOSED).text
    (address,) = [each for each in links(shown) if re.search(r"/notes/[0-9a-f-]{36}/\d+$", each)]
    for page in (shown, browser.get(address).text):
        assert "velocipede" not in title(page)
        assert not [each for each in links(page) if "velocipede" in each or (place.at in each and "account" in each)]


def test_a_note_without_a_kind_or_words_comes_back_with_what_was_typed() -> None:
    place = Place()
    browser = place.browser("worker")
    answer = browser.post(f"{place.at}/notes/write", {"words": "Left the door open."})
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "Choose whether this is a fact, the account of the person, or your assessment.",
        "Choose whether the note belongs to support, or to the investigation.",
    ]
    assert value(answer.text, "words") == "Left the door open."
    assert errors(browser.post(f"{place.at}/notes/write", {**TYPED, "words": " "}).text) == ["Write the note."]


def test_somebody_who_has_one_strand_alone_is_not_asked_which() -> None:
    place = Place()
    place.case = place.open_case(strands=SUPPORT)
    browser = place.browser("worker")
    page = browser.get(f"{place.at}/notes/write").text
    assert 'type="hidden" name="strand" value="support"' in page
    assert "Belongs to" not in write(place, browser).text


def test_a_sensitive_note_is_closed_until_it_is_asked_for() -> None:
    place = Place()
    browser = place.browser("worker")
    shown = write(place, browser, **CLOSED).text
    assert "velocipede" not in shown
    assert "Sensitive" in text(shown)
    (address,) = [each for each in links(shown) if re.search(r"/notes/[0-9a-f-]{36}/\d+$", each)]
    before = len(place.events())

    page = browser.get(address).text
    assert CLOSED["words"] in page
    assert headings(page) == ["The person\u2019s account Support Sensitive"]
    assert [event["event"] for event in place.events(since=before)] == ["NoteOpened"]


def test_a_note_is_corrected_by_another_and_stays_behind_a_fold() -> None:
    place = Place()
    browser = place.browser("worker")
    (address,) = corrections(write(place, browser).text)
    page = browser.get(address).text
    assert value(page, "words") == TYPED["words"]
    assert re.search(r'value="fact" checked', page)

    answer = browser.post(address, {**TYPED, "words": "The kettle is broken."})
    assert notice(answer.text) == "The note is corrected."
    shown = notes(place, browser)
    assert shown.index("The kettle is broken.") < shown.index(TYPED["words"])
    assert re.search(r"<details.*?The kettle works again\.", shown, re.DOTALL)
    assert len(corrections(shown)) == 1


def test_a_note_that_is_not_there_has_no_page() -> None:
    place = Place()
    browser = place.browser("worker")
    (address,) = corrections(write(place, browser).text)
    other = re.sub(r"[0-9a-f-]{36}", "99999999-9999-4999-8999-999999999999", address)
    assert browser.client.get(other).status_code == 404
    assert browser.client.get(address.replace("correct", "1")).status_code == 404


def test_what_was_written_waits_as_a_draft_that_is_gone_once_it_is_kept() -> None:
    place = Place()
    browser = place.browser("worker")
    answer = browser.post(f"{place.at}/notes/write", {"words": "Half a thought", "later": "yes"})
    assert notice(answer.text) == "What you wrote waits here as a draft that nobody else can read."
    assert "Half a thought" not in answer.text
    assert value(browser.get(f"{place.at}/notes/write").text, "words") == "Half a thought"
    assert value(place.browser("lead").get(f"{place.at}/notes/write").text, "words") == ""

    write(place, browser)
    assert value(browser.get(f"{place.at}/notes/write").text, "words") == ""


def test_what_was_refused_waits_as_a_draft_for_whoever_leaves_to_record_some_of_it_elsewhere() -> None:
    place = Place()
    browser = place.browser("worker")
    write(place, browser, words=NUMBER, keep="")
    browser.get(f"{place.at}/contacts/record")
    shown = browser.get(f"{place.at}/notes/write").text
    assert value(shown, "words") == NUMBER
    assert "Or, if it must stay: why?" not in shown


def test_what_was_typed_is_there_again_after_somebody_else_was_first() -> None:
    place = Place()
    browser, other = place.browser("worker"), place.browser("lead")
    (address,) = corrections(write(place, browser).text)
    mine = browser.get(address).text
    other.post(address, {**TYPED, "words": "Theirs."})
    seen = re.search(r'name="seen" value="(\d+)"', mine)
    assert seen
    answer = browser.post(address, {**TYPED, "words": "Mine.", "seen": seen[1]})
    assert answer.status_code == 409
    assert value(browser.get(address).text, "words") == "Mine."


def test_notes_are_narrowed_by_kind_and_strand_and_what_there_is_not_is_all_of_them() -> None:
    place = Place()
    browser = place.browser("worker")
    write(place, browser)
    write(place, browser, strand="investigation", kind="assessment", words="He has keys.")

    assert "kettle" not in notes(place, browser, "?kind=assessment")
    assert "He has keys." not in notes(place, browser, "?strand=support")
    assert "No note fits these filters." in notes(place, browser, "?kind=account")
    both = notes(place, browser, "?kind=rumour")
    assert "kettle" in both
    assert "He has keys." in both


def test_a_long_list_has_pages_that_keep_the_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "OF_A_PAGE", 2)
    place = Place()
    browser = place.browser("worker")
    for number in range(3):
        write(place, browser, words=f"Number {number}.")
    shown = notes(place, browser, "?kind=fact")
    assert "Number 0." not in shown
    onward = f"{place.at}/notes?kind=fact&page=2"
    assert onward in links(shown)
    assert "Number 0." in browser.get(onward).text


def test_a_closed_case_has_no_button_to_write() -> None:
    place = Place()
    browser = place.browser("worker")
    write(place, browser)
    place.close()
    shown = notes(place, browser)
    assert "kettle" in shown
    assert not [each for each in links(shown) if each.endswith(("/write", "/correct"))]
    assert "This case is closed." in browser.get(f"{place.at}/notes/write").text


def test_what_belongs_elsewhere_is_shown_to_whoever_wrote_it_and_is_not_kept() -> None:
    place = Place()
    browser = place.browser("worker")
    words = f"{NAME} is at NG1 5FS, on 07700 900123."
    page = write(place, browser, words=words).text
    shown = text(page)

    assert errors(page) == [BelongsElsewhere.sentence]
    for said in (f"A name of the person: {NAME}", "A postcode: NG1 5FS", "A telephone number: 07700 900123"):
        assert said in shown
    assert value(page, "words") == words
    assert {f"{place.at}/contacts/record", f"{place.at}/identity/record"} <= set(links(page))
    assert "No note is written in this case." in notes(place, browser)


def test_whoever_takes_it_out_is_not_asked_and_whoever_keeps_it_says_why() -> None:
    place = Place()
    browser = place.browser("worker")
    write(place, browser, words="Ring 07700 900123.")
    assert notice(write(place, browser, words="Ring first.").text) == "The note is kept."

    before = len(place.events())
    kept = write(place, browser, words="Ring 07700 900123.", keep="not-the-persons")
    assert notice(kept.text) == "The note is kept."
    (stayed,) = [event for event in place.events(since=before) if event["event"] == "WordsKept"]
    assert stayed["detail"] == {"found": ["phone"], "reason": "not-the-persons"}


def test_nothing_that_was_written_is_in_the_journal() -> None:
    place = Place()
    browser = place.browser("worker")
    write(place, browser, words=f"{NAME} is on 07700 900123.")
    write(place, browser, words=f"{NAME} is on 07700 900123.", keep="looks-like")
    everything = repr(place.events())
    assert "900123" not in everything
    assert NAME not in everything


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("milestones/encounter", {"state": "met", **HAPPENED, "note": NUMBER}),
        ("close", {"reason": "support-complete", "words": NUMBER}),
        ("identity", {"purpose": "contact-person", "words": NUMBER}),
        ("contacts", {"purpose": "contact-person", "words": NUMBER}),
    ],
    ids=["milestone", "closing", "identity", "contact"],
)
def test_every_form_of_a_case_asks_so(path: str, typed: Mapping[str, str]) -> None:
    place = Place()
    browser = place.browser("worker")
    page = browser.post(f"{place.at}/{path}", typed).text
    assert "A telephone number: 07700 900123" in text(page)
    assert "07700 900123" in value(page, "note" if "note" in typed else "words")
    kept = browser.post(f"{place.at}/{path}", {**typed, "keep": "not-the-persons"})
    assert kept.status_code == 200
    assert "A telephone number: 07700 900123" not in text(kept.text)


def test_each_question_of_an_offer_asks_so() -> None:
    place = Place()
    browser = place.browser("worker")
    first = f"{place.at}/transfer/new"
    browser.post(f"{first}/what", {"kind": "support"})
    browser.post(f"{first}/where", {"to": "south"})
    why = {"reason": "moved-home", "already_moved": "no", "tonight": "A worker", "phone": "01632 960000"}
    assert "tonight" in browser.post(f"{first}/why", {**why, "tonight": "On 07700 900123"}).text
    assert browser.post(f"{first}/why", why, follow=False).headers["Location"].endswith("/share")
    shared = {"risks": "At NG1 5FS", "unsafe_areas": "None", "language": "en"}
    assert "A postcode: NG1 5FS" in text(browser.post(f"{first}/share", shared).text)
    answer = browser.post(f"{first}/share", {**shared, "keep": "needed-here"}, follow=False)
    assert answer.headers["Location"].endswith("/checklist")


def test_whoever_answers_an_offer_is_asked_so_without_a_case_to_record_it_in() -> None:
    place = Place()
    sent = place.offer(frozenset({Strand.SUPPORT}))
    lead = place.browser("receiving-lead")
    lead.post(f"/inbox/{sent}")
    page = lead.post(f"/transfers/{sent}/decline", {"reason": "duplicate", "words": "Ring 07700 900123."}).text
    assert "A telephone number: 07700 900123" in text(page)
    assert "tell the organisation that supports the person." in text(page)


def test_a_person_without_a_name_has_none_to_be_found() -> None:
    place = Place(identity=IdentityState.WITHHELD)
    assert notice(write(place, place.browser("worker"), words=f"{NAME} came.").text) == "The note is kept."


def test_there_are_words_for_every_kind_and_reason() -> None:
    assert KINDS.keys() == set(NoteKind)
    assert MISPLACED.keys() == set(Kind)
    assert KEEPINGS.keys() == set(Keeping)


def test_a_form_that_is_sent_twice_is_one_note() -> None:
    place = Place()
    browser = place.browser("worker")
    form = hidden(browser.get(f"{place.at}/notes/write").text) | dict(TYPED)
    first, second = (browser.client.post(f"{place.at}/notes/write", data=form, follow_redirects=True) for _ in range(2))
    assert notice(first.text) == "The note is kept."
    assert notice(second.text) == "The note was kept already, and is kept once."
    assert second.text.count(TYPED["words"]) == 1
    memory = place.world.memory
    assert memory is not None
    assert not memory.kept.drafts


def test_a_form_that_is_sent_again_with_other_words_loses_none_of_them_and_can_be_sent_as_another() -> None:
    place = Place()
    browser = place.browser("worker")
    form = hidden(browser.get(f"{place.at}/notes/write").text) | dict(TYPED)
    browser.client.post(f"{place.at}/notes/write", data=form)
    other = {**TYPED, "words": "The velocipede does not."}
    asked = browser.client.post(f"{place.at}/notes/write", data=form | other, follow_redirects=True)
    assert errors(asked.text) == [SentBefore.sentence]
    assert value(asked.text, "words") == other["words"]
    browser.client.post(f"{place.at}/notes/write", data=hidden(asked.text) | other)
    shown = notes(place, browser)
    assert (shown.count(TYPED["words"]), shown.count(other["words"])) == (1, 1)


def test_a_form_without_its_name_is_none_of_ours() -> None:
    place = Place()
    browser = place.browser("worker")
    form = hidden(browser.get(f"{place.at}/notes/write").text) | dict(TYPED) | {"single": ""}
    assert browser.client.post(f"{place.at}/notes/write", data=form).status_code == 400
