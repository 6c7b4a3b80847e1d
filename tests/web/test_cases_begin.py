"""The page on which an organisation begins the strand that its case lacks."""

import pytest

from casetrack.domain.case import Status
from casetrack.domain.holdings import Strand
from tests.web.site import Place, errors, headings, hidden, notice, title
from tests.world import NORTH

SUPPORT = frozenset({Strand.SUPPORT})
INVESTIGATION = frozenset({Strand.INVESTIGATION})


def place_with(strands: frozenset[Strand], by: str = "worker") -> Place:
    """A place whose case has those strands."""
    place = Place()
    place.case = place.open_case(by, strands)
    return place


def link(place: Place, reader: str) -> bool:
    """Whether the overview leads this reader to the page."""
    return f'href="{place.at}/begin"' in place.browser(reader).get(place.at).text


@pytest.mark.parametrize("role", ["worker", "lead", "supervisor"])
@pytest.mark.parametrize("strands", [SUPPORT, INVESTIGATION], ids=["support", "investigation"])
def test_the_overview_of_a_case_that_lacks_a_strand_leads_to_its_beginning(
    strands: frozenset[Strand], role: str
) -> None:
    assert link(place_with(strands), role)


def test_the_overview_leads_there_only_where_it_can_begin() -> None:
    assert not link(Place(), "lead"), "it has both"
    assert not link(place_with(SUPPORT, "charity-worker"), "charity-lead"), "a charity does not investigate"
    offered = place_with(SUPPORT)
    offered.offer(SUPPORT)
    assert not link(offered, "lead"), "an offer waits"
    shut = place_with(SUPPORT)
    shut.browser("worker").post(f"{shut.at}/close", {"reason": "support-complete"})
    assert shut.kept().status is Status.CLOSED
    assert not link(shut, "lead")


def test_an_investigation_begins_once_somebody_said_that_the_person_has_agreed() -> None:
    place = place_with(SUPPORT)
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/begin").text
    assert headings(shown) == ["Begin an investigation"]
    assert title(shown).startswith(f"Begin an investigation, {place.case.reference}")
    assert "support goes on whatever they say" in shown

    answer = browser.post(f"{place.at}/begin", {"strand": "investigation", "reason": "person-agreed"})
    assert notice(answer.text) == "Your organisation is responsible for both strands now."
    assert place.kept().holdings.leads == dict.fromkeys(Strand, NORTH.code)
    assert "There is no investigation" not in answer.text
    assert place.words_kept() == 0


def test_an_investigation_without_agreement_has_its_reason_in_words_that_only_auditors_read() -> None:
    place = place_with(SUPPORT)
    browser = place.browser("worker")
    typed = {"strand": "investigation", "reason": "without-agreement", "words": "Two others are held there."}
    answer = browser.post(f"{place.at}/begin", typed)
    assert notice(answer.text)
    assert place.words_kept() == 1
    assert "Two others are held there." not in browser.get(f"{place.at}/history").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose whether the person has agreed."),
        ({"reason": "because"}, "Choose one of the answers."),
        ({"reason": "without-agreement"}, "Say why it must begin although the person has not agreed."),
    ],
)
def test_until_then_the_form_comes_back_and_nothing_has_begun(typed: dict[str, str], said: str) -> None:
    place = place_with(SUPPORT)
    answer = place.browser("worker").post(f"{place.at}/begin", {"strand": "investigation", **typed})
    assert answer.status_code == 422
    assert errors(answer.text) == [said]
    assert place.kept().holdings.strands == SUPPORT
    if typed.get("reason") == "without-agreement":
        assert 'value="without-agreement" checked' in answer.text


def test_support_begins_without_a_question() -> None:
    place = place_with(INVESTIGATION)
    browser = place.browser("lead")
    shown = browser.get(f"{place.at}/begin").text
    assert headings(shown) == ["Begin support"]
    assert 'name="reason"' not in shown
    browser.post(f"{place.at}/begin", {"strand": "support"})
    assert place.kept().holdings.lead(Strand.SUPPORT) == NORTH.code


@pytest.mark.parametrize(
    ("strands", "by", "said"),
    [
        (SUPPORT | INVESTIGATION, "worker", "The case has that strand already"),
        (SUPPORT, "charity-worker", "Only a police organisation can be responsible for the investigation."),
    ],
)
def test_whoever_goes_there_all_the_same_is_told_why_not(strands: frozenset[Strand], by: str, said: str) -> None:
    place = place_with(strands, by)
    answer = place.browser(by).client.get(f"{place.at}/begin")
    assert answer.status_code == 422
    assert said in answer.text


def test_while_an_offer_waits_nothing_begins_and_the_page_says_what_to_do() -> None:
    place = place_with(SUPPORT)
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/begin").text) | {"strand": "investigation", "reason": "person-agreed"}
    place.offer(SUPPORT)
    answer = browser.client.post(f"{place.at}/begin", data=typed)
    assert answer.status_code == 409
    assert "an offer that is not answered yet" in answer.text
    assert browser.client.get(f"{place.at}/begin").status_code == 409


def test_a_double_click_begins_it_once() -> None:
    place = place_with(SUPPORT)
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/begin").text) | {"strand": "investigation", "reason": "person-agreed"}
    statuses = [browser.client.post(f"{place.at}/begin", data=typed).status_code for _ in range(2)]
    assert statuses == [303, 409]
    assert [event["event"] for event in place.events()].count("StrandBegun") == 1


def test_nobody_else_finds_the_page() -> None:
    place = place_with(SUPPORT)
    assert place.browser("receiver").client.get(f"{place.at}/begin").status_code == 404
    assert place.browser("auditor").client.get(f"{place.at}/begin").status_code == 404


def test_what_others_changed_meanwhile_is_told() -> None:
    place = place_with(SUPPORT)
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/begin").text) | {"strand": "investigation", "reason": "person-agreed"}
    place.record("encounter", by="lead")
    answer = browser.client.post(f"{place.at}/begin", data=typed, follow_redirects=True)
    assert "Meanwhile: A milestone was recorded" in notice(answer.text)
