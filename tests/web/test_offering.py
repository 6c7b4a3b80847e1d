"""Offering a case to another organisation, question by question, until the offer is checked and sent."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from werkzeug.test import TestResponse

from casetrack.domain.events import TransferSent
from casetrack.domain.holdings import Strand
from casetrack.domain.transfer import TransferKind
from casetrack.schemas.transfers import STRANDS, points_to_answer
from tests.web.site import Browser, Place, errors, headings, notice, title
from tests.world import CHARITY, SOUTH

POINTS: Final = ("safe-contact", "consents", "nrm-or-duty-to-notify", "markings", "paper")
OF_INVESTIGATIONS: Final = ("crime-references", "investigator")
WHY: Final = {
    "reason": "relocated-for-safety",
    "already_moved": "yes",
    "tonight": "A support worker of ours",
    "phone": "01632 960123",
}
SHARED: Final = {
    "risks": "Canary: looked for by a former employer.",
    "unsafe_areas": "The market.",
    "language": "sq",
    "needs": ["money", "transport"],
    "outstanding": ["language-needs"],
}


@pytest.fixture
def place() -> Place:
    """A case of the north's, with an encounter on its record."""
    place = Place()
    place.record("encounter")
    return place


def checklist(*points: str, **words: str) -> dict[str, str]:
    return {f"checklist-{point}": "told" for point in points} | {f"words-{code}": text for code, text in words.items()}


def ask(browser: Browser, place: Place, step: str, typed: Mapping[str, Any]) -> TestResponse:
    return browser.post(f"{place.at}/transfer/new/{step}", typed)


def answer_all(browser: Browser, place: Place, kind: str = "support", points: tuple[str, ...] = POINTS) -> TestResponse:
    ask(browser, place, "what", {"kind": kind})
    ask(browser, place, "where", {"to": SOUTH.code})
    ask(browser, place, "why", WHY)
    shared = ask(browser, place, "share", SHARED)
    return ask(browser, place, "checklist", checklist(*points, paper="Nothing on paper.")) if points else shared


def send(browser: Browser, place: Place) -> TestResponse:
    return ask(browser, place, "check", {"accurate": "yes"})


def test_an_offer_is_asked_for_in_five_questions_and_sent_once_it_is_checked(place: Place) -> None:
    worker = place.browser("worker")
    assert headings(worker.get(f"{place.at}/transfer/new").text) == ["What do you offer?"]
    checked = answer_all(worker, place)
    assert headings(checked.text) == ["Check the offer before you send it"]
    for answer in ("South Invented Police", "Albanian", "Canary", "Nothing on paper.", "Transport"):
        assert answer in checked.text
    sent = send(worker, place)
    assert notice(sent.text).startswith("The offer is sent.")
    assert headings(sent.text) == ["Offer to South Invented Police"]
    (transfer,) = kept(place)
    assert (transfer.to_holder, transfer.strands) == (SOUTH.code, {Strand.SUPPORT})


def test_the_offer_is_on_the_log_and_what_was_written_is_not(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    send(worker, place)
    sent = [event for event in place.events() if event["event"] == TransferSent.__name__]
    assert len(sent) == 1
    assert "Canary" not in str(place.events())


def test_a_question_without_an_answer_is_asked_again_with_what_was_typed(place: Place) -> None:
    worker = place.browser("worker")
    ask(worker, place, "what", {"kind": "support"})
    answer = ask(worker, place, "why", {**WHY, "tonight": ""})
    assert (answer.status_code, errors(answer.text)) == (
        422,
        ["Say who is with the person tonight, by their work: not by name."],
    )
    assert title(answer.text).startswith("Error: ")
    assert "01632 960123" in answer.text


def test_each_point_of_the_checklist_is_answered(place: Place) -> None:
    worker = place.browser("worker")
    answer = answer_all(worker, place, points=("paper", "markings"))
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "Safe contact: method, times, code word, voicemail rule, and addresses never to use: choose where it stands.",
        "Consents and their limits, and what the person was told and wants about the move: choose where it stands.",
        "NRM or Duty to Notify: reference, dates, who decides, status and next clock: choose where it stands.",
    ]
    assert 'href="#checklist-consents"' in answer.text
    assert 'id="checklist-consents"' in answer.text


def test_an_answer_that_is_none_of_those_offered_is_pointed_at(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place, points=())
    answer = ask(worker, place, "checklist", checklist(*POINTS) | {"checklist-paper": "eaten"})
    assert errors(answer.text) == ["Whether it is safe for them to keep paper: choose where it stands."]


def test_an_investigation_has_two_points_more(place: Place) -> None:
    worker = place.browser("worker")
    assert len(errors(answer_all(worker, place, "full").text)) == len(OF_INVESTIGATIONS)
    assert headings(ask(worker, place, "checklist", checklist(*POINTS, *OF_INVESTIGATIONS)).text) == [
        "Check the offer before you send it"
    ]


def test_points_that_a_changed_answer_asks_for_are_asked_before_the_check(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    ask(worker, place, "what", {"kind": "full"})
    assert headings(worker.get(f"{place.at}/transfer/new/check").text) == ["What goes over with the case?"]


def test_information_alone_has_no_checklist(place: Place) -> None:
    worker = place.browser("worker")
    assert headings(answer_all(worker, place, "information_only", ()).text) == ["Check the offer before you send it"]
    assert not points_to_answer(place.world.deployment.facts, frozenset())
    send(worker, place)
    assert kept(place)[0].strands == frozenset()


def test_somebody_stands_by_what_is_sent(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    answer = ask(worker, place, "check", {})
    assert errors(answer.text) == ["Confirm that what you send is accurate as far as you know."]
    assert not kept(place)


def test_answers_are_kept_sealed_until_they_are_sent_or_thrown_away(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    memory = place.world.memory
    assert memory is not None
    (draft,) = memory.kept.drafts.values()
    assert b"Canary" not in draft.sealed
    worker.sign_in_again()
    began = worker.get(f"{place.at}/transfer/new")
    assert headings(began.text) == ["You began an offer of this case"]
    assert f"{place.at}/transfer/new/check" in began.text
    assert headings(worker.post(f"{place.at}/transfer/new", {}).text) == ["What do you offer?"]
    assert not memory.kept.drafts


def test_what_was_sent_is_no_longer_a_draft(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    send(worker, place)
    memory = place.world.memory
    assert memory is not None
    assert not memory.kept.drafts


def test_one_answer_is_changed_without_asking_the_rest_again(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    answer = worker.post(f"{place.at}/transfer/new/why?check=yes", {**WHY, "tonight": "A foster carer"})
    assert headings(answer.text) == ["Check the offer before you send it"]
    assert "A foster carer" in answer.text


def test_only_the_police_are_offered_an_investigation(place: Place) -> None:
    worker = place.browser("worker")
    ask(worker, place, "what", {"kind": "investigation"})
    offered = worker.get(f"{place.at}/transfer/new/where").text
    assert CHARITY.name not in offered
    ask(worker, place, "what", {"kind": "support"})
    assert CHARITY.name in worker.get(f"{place.at}/transfer/new/where").text


def test_an_investigation_alone_is_suggested_to_the_force_of_the_exploitation(place: Place) -> None:
    worker = place.browser("worker")
    ask(worker, place, "what", {"kind": "investigation"})
    assert "South Invented Police would investigate" in worker.get(f"{place.at}/transfer/new/where").text
    ask(worker, place, "what", {"kind": "support"})
    support = worker.get(f"{place.at}/transfer/new/where").text
    assert "would investigate" not in support
    assert "unsafe for them" in support


def test_what_a_partner_does_not_lead_it_does_not_offer(place: Place) -> None:
    case = place.open_case("charity-worker", STRANDS[TransferKind.SUPPORT])
    page = place.browser("charity-worker").get(f"/cases/{case.reference}/transfer/new/what").text
    assert 'value="support"' in page
    assert 'value="full"' in page, "the investigation of a case that has none yet may be offered with it"


def test_a_case_that_is_offered_already_is_not_offered_again(place: Place) -> None:
    place.offer()
    answer = place.browser("worker").get(f"{place.at}/transfer/new")
    assert answer.status_code == 409


def test_a_colleagues_milestone_does_not_stop_the_offer(place: Place) -> None:
    worker = place.browser("worker")
    answer_all(worker, place)
    place.record("indicators-noted", by="lead")
    assert headings(send(worker, place).text) == ["Offer to South Invented Police"]


@pytest.mark.parametrize("name", ["auditor", "administrator", "scottish-lead", "receiver"])
def test_whoever_does_not_have_the_case_offers_nothing(place: Place, name: str) -> None:
    assert place.browser(name).get(f"{place.at}/transfer/new/what").status_code == 404


def test_a_question_that_there_is_not_is_no_page(place: Place) -> None:
    assert place.browser("worker").get(f"{place.at}/transfer/new/shoes").status_code == 404


def kept(place: Place) -> list[Any]:
    memory = place.world.memory
    assert memory is not None
    return [each.transfer for each in memory.kept.transfers.values()]
