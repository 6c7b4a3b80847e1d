"""Answers that are open in two tabs: what was checked is what is sent, once, and nothing that was typed is lost."""

from html import unescape

import pytest

from casetrack.domain.errors import DraftChanged, DraftSent
from tests.web.site import Browser, Place, headings, hidden, links
from tests.web.test_offering import POINTS, SHARED, WHY, checklist
from tests.web.test_opening import ANSWERS, answer
from tests.world import CHARITY, SOUTH

OTHER = {"identity": "given", "given_names": "Otra Bea", "family_name": "Madeup"}


@pytest.fixture
def place() -> Place:
    return Place()


def cases(place: Place) -> int:
    assert place.world.memory is not None
    return len(place.world.memory.kept.cases)


def offers(place: Place) -> list[str]:
    assert place.world.memory is not None
    return [kept.transfer.to_holder for kept in place.world.memory.kept.transfers.values()]


def answer_offer(browser: Browser, place: Place) -> None:
    new = f"{place.at}/transfer/new"
    browser.post(f"{new}/what", {"kind": "support"})
    browser.post(f"{new}/where", {"to": SOUTH.code})
    browser.post(f"{new}/why", WHY)
    browser.post(f"{new}/share", {**SHARED, "outstanding": []})
    browser.post(f"{new}/checklist", checklist(*POINTS))


def test_a_case_is_never_opened_with_answers_that_its_check_did_not_show(place: Place) -> None:
    browser, before = place.browser("worker"), cases(place)
    checked = hidden(answer(browser))
    browser.post("/cases/new/identity?check=yes", OTHER)

    refused = browser.client.post("/cases/new/check", data=checked)

    assert (refused.status_code, cases(place)) == (409, before)
    assert headings(refused.text) == ["These answers have changed"]
    assert DraftChanged.sentence in unescape(refused.text)
    assert "Otra Bea" in refused.text, "what stands now"
    assert "Testa Ana" not in refused.text
    assert "/cases/new/check" in links(refused.text)
    opened = browser.post("/cases/new/check")
    assert (headings(opened.text), cases(place)) == (["The case is open"], before + 1)


def test_a_question_that_was_answered_in_another_tab_is_not_answered_over_it_and_what_was_typed_is_there(
    place: Place,
) -> None:
    browser = place.browser("worker")
    answer(browser, until="areas")
    first = hidden(browser.get("/cases/new/identity").text)
    browser.post("/cases/new/identity", OTHER)

    refused = browser.client.post("/cases/new/identity", data=first | ANSWERS["identity"])

    assert refused.status_code == 409
    for said in ("Otra Bea", "Testa Ana"):
        assert said in refused.text
    again = browser.get("/cases/new/identity").text
    assert 'value="Testa Ana"' in again, "what was typed is on its page"
    assert browser.client.post("/cases/new/identity", data=hidden(again) | ANSWERS["identity"]).status_code == 303


def test_two_tabs_that_both_begin_do_not_mix(place: Place) -> None:
    browser = place.browser("worker")
    page = hidden(browser.get("/cases/new/strands").text)
    here, there = (browser.client.post("/cases/new/strands", data=page | ANSWERS["strands"]) for _ in range(2))
    assert (here.status_code, there.status_code) == (303, 409)


def test_a_check_that_is_sent_again_leads_to_the_case_that_the_first_opened(place: Place) -> None:
    browser, before = place.browser("worker"), cases(place)
    checked = hidden(answer(browser))
    first, second = (browser.client.post("/cases/new/check", data=checked) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert cases(place) == before + 1
    opened = browser.get(second.headers["Location"])
    assert headings(opened.text) == ["The case is open"]


def test_a_question_of_answers_that_were_sent_leads_to_what_was_made_of_them(place: Place) -> None:
    browser = place.browser("worker")
    answer(browser)
    question = hidden(browser.get("/cases/new/age?check=yes").text)
    opened = browser.post("/cases/new/check").request.path
    refused = browser.client.post("/cases/new/age?check=yes", data=question | {"age_group": "child"})
    assert refused.status_code == 409
    assert DraftSent.sentence in unescape(refused.text)
    assert "No answers wait any more" in refused.text
    assert opened in links(refused.text)
    assert browser.get("/cases/new").request.path == "/cases/new/strands", "nothing was begun by it"


def test_another_person_is_not_begun_over_answers_that_wait_unasked(place: Place) -> None:
    browser = place.browser("worker")
    answer(browser)
    opened = browser.post("/cases/new/check").request.path
    another = f"{opened.removesuffix('/opened')}/another"
    answer(browser, identity=OTHER, until="identity")

    asked = browser.post(another, page=opened)

    assert (asked.status_code, headings(asked.text)) == (409, ["You began to open a case"])
    assert "Otra Bea" in browser.get("/cases/new/identity").text
    assert f'action="{another}"' in asked.text
    assert browser.client.post(another, data=hidden(asked.text)).status_code == 303
    assert "Otra Bea" not in browser.get("/cases/new/identity").text
    assert '<option value="south" selected>' in browser.get("/cases/new/areas").text


def test_answers_are_not_forgotten_by_a_page_that_showed_others(place: Place) -> None:
    browser = place.browser("worker")
    answer(browser, until="areas")
    began = hidden(browser.get("/cases/new").text)
    browser.post("/cases/new/identity", OTHER)
    assert browser.client.post("/cases/new", data=began).status_code == 409
    assert "Otra Bea" in browser.get("/cases/new/identity").text


def test_an_offer_goes_nowhere_that_its_check_did_not_say(place: Place) -> None:
    browser, check = place.browser("worker"), f"{place.at}/transfer/new/check"
    answer_offer(browser, place)
    checked = hidden(browser.get(check).text) | {"accurate": "yes"}
    browser.post(f"{place.at}/transfer/new/where?check=yes", {"to": CHARITY.code})

    assert browser.client.post(check, data=checked).status_code == 409
    assert offers(place) == []
    browser.post(check, {"accurate": "yes"})
    assert offers(place) == [CHARITY.code]


def test_an_offer_that_is_sent_again_leads_to_the_one_that_was_sent(place: Place) -> None:
    browser, check = place.browser("worker"), f"{place.at}/transfer/new/check"
    answer_offer(browser, place)
    checked = hidden(browser.get(check).text) | {"accurate": "yes"}
    first, second = (browser.client.post(check, data=checked) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert offers(place) == [SOUTH.code]


def test_a_question_of_an_offer_that_was_sent_leads_to_the_offer(place: Place) -> None:
    browser, why = place.browser("worker"), f"{place.at}/transfer/new/why?check=yes"
    answer_offer(browser, place)
    question = hidden(browser.get(why).text) | WHY
    sent = browser.post(f"{place.at}/transfer/new/check", {"accurate": "yes"}).request.path
    refused = browser.client.post(why, data=question)
    assert refused.status_code == 409
    assert sent in links(refused.text)
    assert WHY["tonight"] in refused.text
