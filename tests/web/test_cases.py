"""The pages of one case: looked at, placed, assigned, closed, opened again, and passed on."""

import re

import pytest

from casetrack.domain.case import Status
from casetrack.domain.holdings import Strand
from tests.web.site import NAME, Place, errors, headings, hidden, links, notice
from tests.world import ACCOUNTS


def test_the_overview_says_who_is_responsible_and_what_is_next() -> None:
    place = Place()
    place.record("encounter")
    shown = place.browser("worker").get(place.at).text
    assert place.case.pseudonym in shown
    assert "North Invented Police" in shown
    assert "Worker Invented" in shown
    assert "South Invented Police" in shown
    assert "Do now" in shown
    assert "This case has not been offered to another organisation." in shown
    assert NAME not in shown


def test_looking_is_on_the_log() -> None:
    place = Place()
    before = len(place.events())
    place.browser("worker").get(place.at)
    assert [event["event"] for event in place.events(since=before)] == ["SignedIn", "Consulted"]


@pytest.mark.parametrize(("role", "may"), [("worker", False), ("lead", True)])
def test_a_page_has_the_buttons_that_its_reader_may_use(role: str, may: bool) -> None:  # noqa: FBT001 - whether the role may
    place = Place()
    assert (f"{place.at}/assign" in place.browser(role).get(place.at).text) is may


def test_the_areas_are_recorded_each_apart() -> None:
    place = Place()
    browser = place.browser("worker")
    assert '<option value="south" selected>' in browser.get(f"{place.at}/place").text
    answer = browser.post(f"{place.at}/place", {"exploitation": "east", "home": "", "encounter": "north"})
    assert notice(answer.text) == "The areas are recorded."
    assert vars(place.kept().areas) == {"exploitation": "east", "home": None, "encounter": "north"}


def test_a_wrong_area_comes_back_with_what_was_typed() -> None:
    place = Place()
    answer = place.browser("worker").post(f"{place.at}/place", {"exploitation": "nowhere", "home": "east"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["Choose a police force from the list."]
    assert '<option value="east" selected>' in answer.text


def test_a_lead_gives_a_strand_to_a_worker() -> None:
    place = Place()
    typed = {"strand": "support", "worker": str(ACCOUNTS["lead"].id)}
    answer = place.browser("lead").post(f"{place.at}/assign", typed)
    assert notice(answer.text) == "The worker is recorded."
    assert place.kept().workers[Strand.SUPPORT] == ACCOUNTS["lead"].id


def test_a_worker_of_others_cannot_be_given_it_and_the_form_says_so() -> None:
    place = Place()
    typed = {"strand": "support", "worker": str(ACCOUNTS["receiver"].id)}
    answer = place.browser("lead").post(f"{place.at}/assign", typed)
    assert errors(answer.text) == ["Choose a worker of your organisation who can hold cases."]
    assert 'value="support" checked' in answer.text


def test_a_worker_who_is_refused_leaves_that_on_the_log() -> None:
    place = Place()
    assert place.browser("worker").client.get(f"{place.at}/assign").status_code == 403
    refusal = place.events()[-1]
    assert (refusal["event"], refusal["action"], refusal["refusal"]) == ("Refused", "case:assign", "NotPermitted")


def test_a_case_is_closed_for_a_reason_and_opened_again_with_words() -> None:
    place = Place()
    typed = {"reason": "lost-contact", "words": "Every safe way was tried."}
    answer = place.browser("worker").post(f"{place.at}/close", typed)
    assert notice(answer.text) == "The case is closed."
    assert "Contact was lost" in answer.text
    assert place.kept().status is Status.CLOSED
    assert place.events()[-2]["words"] is not None

    lead = place.browser("lead")
    assert lead.client.get(f"{place.at}/close").status_code == 422
    answer = lead.post(f"{place.at}/reopen", {})
    assert errors(answer.text) == ["Say why the case is opened again."]
    answer = lead.post(f"{place.at}/reopen", {"words": "The person came back."})
    assert notice(answer.text) == "The case is open again."
    assert place.kept().status is Status.OPEN


def test_whoever_only_investigates_has_no_button_to_close_and_is_told_who_closes() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    ours, theirs = place.browser("lead"), place.browser("receiving-lead")
    said = "The organisation that leads the support, or the only strand, closes a case and opens it again"

    assert f"{place.at}/close" not in links(ours.get(place.at).text)
    refused = ours.client.get(f"{place.at}/close")
    assert (refused.status_code, said in refused.text) == (403, True)
    assert f"{place.at}/close" in links(theirs.get(place.at).text)
    theirs.post(f"{place.at}/close", {"reason": "support-complete"})
    assert f"{place.at}/reopen" not in links(ours.get(place.at).text)
    assert ours.client.get(f"{place.at}/reopen").status_code == 403
    assert f"{place.at}/reopen" in links(theirs.get(place.at).text)


@pytest.mark.parametrize(
    ("strand", "unfit"),
    [("support", {"investigation-complete"}), ("investigation", {"support-complete", "decision-negative-no-support"})],
)
def test_the_reasons_to_close_are_of_a_strand_that_the_case_has(strand: str, unfit: set[str]) -> None:
    place = Place()
    place.case = place.open_case("worker", frozenset({Strand(strand)}))
    shown = place.browser("worker").get(f"{place.at}/close").text
    offered = set(re.findall(r'name="reason"[^>]*value="([^"]+)"', shown))
    assert place.world.deployment.facts.codes["close_reasons"].codes.keys() - offered == unfit


def test_an_open_case_is_not_opened_again() -> None:
    place = Place()
    answer = place.browser("lead").client.get(f"{place.at}/reopen")
    assert answer.status_code == 422
    assert "This case is open already." in answer.text


def test_two_colleagues_who_change_different_things_both_succeed_and_are_told() -> None:
    place = Place()
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text) | {"home": "east"}
    place.record("encounter", by="lead")

    answer = browser.client.post(f"{place.at}/place", data=typed, follow_redirects=True)

    assert notice(answer.text) == (
        "The areas are recorded. Meanwhile: "
        "A milestone was recorded: Signs of slavery seen and the person met, by Lead Invented."
    )


def test_a_form_that_comes_back_twice_still_says_what_was_seen_first() -> None:
    place = Place()
    browser = place.browser("worker")
    first = hidden(browser.get(f"{place.at}/place").text)
    place.browser("lead").post(f"{place.at}/place", {"home": "east"})
    again = browser.client.post(f"{place.at}/place", data=first | {"home": "nowhere"})
    assert again.status_code == 422
    assert hidden(again.text)["seen"] == first["seen"]
    assert browser.client.post(f"{place.at}/place", data=hidden(again.text) | {"home": "south"}).status_code == 409


@pytest.mark.parametrize("seen", ["", "x", "-1"])
def test_a_form_that_does_not_say_what_was_seen_is_not_ours(seen: str) -> None:
    place = Place()
    browser = place.browser("worker")
    typed = hidden(browser.get(f"{place.at}/place").text) | {"seen": seen}
    assert browser.client.post(f"{place.at}/place", data=typed).status_code == 400


def test_of_a_case_that_was_passed_on_only_who_is_responsible_is_left() -> None:
    place = Place()
    place.hand_over()
    shown = place.browser("worker").get(place.at).text
    assert headings(shown) == [f"Case {place.case.reference}"]
    assert place.case.pseudonym in shown, "what it was called then"
    assert shown.count("South Invented Police, since") == 2
    for hidden_now in (NAME, "Milestones", "Identity", "Areas", "Open"):
        assert hidden_now not in shown.replace("Opened", "")
    assert place.browser("worker").client.get(f"{place.at}/milestones").status_code == 403
    assert place.case.pseudonym in place.browser("receiver").get(place.at).text


def test_whoever_has_only_the_investigation_asks_the_other_before_any_contact() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    shown = place.browser("lead").get(place.at).text
    assert "Ask South Invented Police before any contact." in shown
    assert f"{place.at}/contacts" not in shown


def test_an_offer_is_on_the_overview() -> None:
    place = Place()
    place.offer()
    shown = place.browser("worker").get(place.at).text
    assert "Offered to South Invented Police" in shown
    assert "North Invented Police to South Invented Police" in shown
