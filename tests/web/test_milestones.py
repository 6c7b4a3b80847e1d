"""Milestones: where each stands, recorded with a note, and opened again."""

import re
from datetime import UTC, datetime

import pytest

from casetrack.domain.holdings import Strand
from casetrack.domain.milestone_refusals import UnknownMilestone
from casetrack.domain.records import RecordState
from tests.web.site import Place, errors, headings, links, notice

HAPPENED = {"happened-day": "20", "happened-month": "11", "happened-year": "2026"}


def test_what_is_to_do_comes_first_then_what_waits_on_others_then_the_rest() -> None:
    place = Place()
    place.record("encounter")
    place.record("nrm-referral-adult")
    shown = place.browser("worker").get(f"{place.at}/milestones").text
    places = [
        shown.index(each)
        for each in ("To do next", "Do now", "Waiting on the Home Office, 0 days", "The rest, by phase")
    ]
    assert places == sorted(places)
    assert "our aim is at once" in shown
    assert "not started" in shown


def test_a_new_case_leads_to_what_starts_the_dates_of_the_rest() -> None:
    place = Place()
    browser = place.browser("worker")
    said = "Record it first: that starts the dates of what follows."
    for page in (place.at, f"{place.at}/milestones", f"{place.at}/milestones/encounter"):
        assert said in browser.get(page).text
    assert "Nothing is for your organisation to do now." not in browser.get(place.at).text
    assert f"{place.at}/milestones/encounter" in links(browser.get(place.at).text)

    place.record("encounter")
    assert said not in browser.get(place.at).text


def test_a_milestone_of_anothers_strand_leads_nowhere_and_its_page_says_why() -> None:
    place = Place()
    place.record("encounter")
    place.hand_over(frozenset({Strand.SUPPORT}))
    ours, theirs = place.browser("worker"), place.browser("receiver")
    page = f"{place.at}/milestones/adult-safeguarding"

    assert "Adult safeguarding" in ours.get(f"{place.at}/milestones").text
    assert page not in links(ours.get(f"{place.at}/milestones").text)
    assert page in links(theirs.get(f"{place.at}/milestones").text)
    for address in (page, f"{page}/reopen"):
        refused = ours.client.get(address)
        assert refused.status_code == 403
        assert "Your organisation does not have this part of the case." in refused.text


def test_a_milestone_is_recorded_with_its_outcome_its_time_and_a_note_that_is_sealed() -> None:
    place = Place()
    browser = place.browser("worker")
    typed = {
        "state": "met",
        "outcome": "interpreter_needed",
        **HAPPENED,
        "happened-time": "9:05",
        "note": "Oromo, a woman.",
    }
    answer = browser.post(f"{place.at}/milestones/language-needs", typed)
    assert notice(answer.text) == "It is recorded."
    assert answer.request.path == f"{place.at}/milestones"
    record = place.kept().records[-1]
    assert (record.code, record.outcome, record.at) == (
        "language-needs",
        "interpreter_needed",
        datetime(2026, 11, 20, 9, 5, tzinfo=UTC),
    )
    assert "Oromo, a woman." in answer.text
    assert "Interpreter needed" in answer.text
    assert "Oromo" not in str(place.events())


def test_a_closed_case_has_nothing_to_do_and_leads_to_no_page_that_is_refused() -> None:
    place = Place()
    place.record("encounter", note="Met at the station.")
    place.record("nrm-referral-adult")
    place.close()
    browser = place.browser("lead")
    overview, milestones = (browser.get(page).text for page in (place.at, f"{place.at}/milestones"))
    for shown in (overview, milestones):
        assert "nothing is due in it" in shown
        assert not re.search(r"To do next|Do now|Due |Waiting on", shown)
        assert {browser.client.get(link).status_code for link in set(links(shown))} <= {200, 302}
    assert "Not done when the case was closed" in milestones
    assert "Met at the station." in milestones


@pytest.mark.parametrize(("typed", "said"), [({}, "20 Nov 2026"), ({"happened-time": "9:05"}, "20 Nov 2026 at 09:05")])
def test_what_was_recorded_without_a_time_is_shown_without_one(typed: dict[str, str], said: str) -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/milestones/encounter", {"state": "met", **HAPPENED, **typed})
    shown = re.sub(r"<[^>]+>", "", browser.get(f"{place.at}/milestones/encounter").text)
    assert re.findall(r"Met, (.*?)\s*\(written", " ".join(shown.split())) == [said]


@pytest.mark.parametrize("state", ["not_applicable", "declined"])
def test_a_milestone_may_not_apply_or_not_be_wanted(state: str) -> None:
    place = Place()
    place.browser("worker").post(f"{place.at}/milestones/language-needs", {"state": state, **HAPPENED})
    assert place.kept().records[-1].state is RecordState(state)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"state": "met", "outcome": "booked"}, "Enter the date on which it happened."),
        ({"state": "met", **HAPPENED}, "Choose an outcome from the list."),
        (
            {"state": "met", "outcome": "booked", **HAPPENED, "happened-year": "2027"},
            "Enter a date and time that has passed. What has not happened yet cannot be recorded.",
        ),
        (
            {"state": "met", "outcome": "booked", **HAPPENED, "happened-time": "noon"},
            "Enter a time as hours and minutes, such as 15:05.",
        ),
    ],
)
def test_what_does_not_fit_comes_back_with_everything_that_was_typed(typed: dict[str, str], said: str) -> None:
    place = Place()
    path = f"{place.at}/milestones/interpreter-booked"
    answer = place.browser("worker").post(path, typed | {"note": "She asked for a woman."})
    assert answer.request.path == path
    assert errors(answer.text) == [said]
    assert "She asked for a woman." in answer.text
    assert f'value="{typed.get("happened-time", "")}"' in answer.text
    assert ('value="booked" checked' in answer.text) is ("outcome" in typed)
    assert not place.kept().records


def test_a_dated_fact_has_neither_state_nor_outcome() -> None:
    place = Place()
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/milestones/found-missing").text
    assert "What happened?" not in shown
    browser.post(f"{place.at}/milestones/found-missing", HAPPENED)
    assert place.kept().records[-1].state is RecordState.FACT
    shown = browser.get(f"{place.at}/milestones/found-missing").text
    assert "Happened, " in shown


@pytest.mark.parametrize("code", ["birth-date-18", "approaching-18", "nothing", "transfer"])
def test_what_gives_a_birthday_away_or_is_no_milestone_has_no_page(code: str) -> None:
    place = Place()
    assert place.browser("worker").client.get(f"{place.at}/milestones/{code}").status_code == 404


def test_a_date_that_follows_from_the_date_of_birth_is_nobodys_to_record() -> None:
    place = Place()
    browser = place.browser("worker")
    path = f"{place.at}/milestones/birth-date-18"
    assert browser.get(path).status_code == 404
    with pytest.raises(UnknownMilestone):
        place.record("birth-date-18")


def test_what_was_recorded_is_opened_again_with_a_reason_and_stays_in_the_history() -> None:
    place = Place()
    place.record("encounter", note="Met at the station.")
    browser = place.browser("worker")
    path = f"{place.at}/milestones/encounter/reopen"
    assert path in browser.get(f"{place.at}/milestones/encounter").text
    assert errors(browser.post(path, {}).text) == ["Say why this is opened again."]
    answer = browser.post(path, {"words": "It was another person."})
    assert notice(answer.text) == "It is open again."
    shown = browser.get(f"{place.at}/milestones/encounter").text
    assert "Met at the station." in shown
    assert "Opened again" in shown
    assert path not in shown


def test_what_is_not_on_the_record_is_not_opened_again() -> None:
    place = Place()
    path = f"{place.at}/milestones/encounter/reopen"
    answer = place.browser("worker").post(path, {"words": "By mistake."})
    assert errors(answer.text) == ["Nothing is recorded for this milestone, so it is open already."]


def test_somebody_who_investigates_reads_no_support_note() -> None:
    place = Place()
    place.hand_over(frozenset({Strand.SUPPORT}))
    place.record("encounter", by="receiver", note="What she told us.")
    assert "What she told us." in place.browser("receiver").get(f"{place.at}/milestones/encounter").text
    shown = place.browser("worker").get(f"{place.at}/milestones/encounter").text
    assert headings(shown) == ["Signs of slavery seen and the person met"]
    assert "What she told us." not in shown
