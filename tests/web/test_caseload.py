"""My work, and the names of one's own caseload."""

import re
from dataclasses import replace

from casetrack.domain.case import AgeGroup
from casetrack.domain.records import RecordState
from casetrack.services.cases import open_case
from casetrack.services.milestones import NewRecord, record_milestone
from tests.web.site import NAME, Place, errors, headings, links
from tests.world import ACCOUNTS, NORTH, a_new_case

WHY = {"purpose": "contact-person", "words": "Ringing everybody about the weather."}


def test_my_work_counts_what_there_is_and_leads_to_it() -> None:
    place = Place()
    place.record("encounter")
    place.later(days=3)
    shown = place.browser("lead").get("/work").text
    assert place.case.reference in shown
    assert "/cases?due=overdue" in links(shown)
    assert "/cases?offered=yes" in links(shown)


def test_my_work_names_what_is_late() -> None:
    place = Place()
    place.record("encounter")
    place.later(days=3)
    late = re.findall(r"<tr.*?</tr>", place.browser("lead").get("/work").text, re.DOTALL)[1]
    assert "Overdue" in late
    assert place.case.reference in late
    assert "Urgent medical help offered" in late


def test_a_worker_sees_their_own_first_and_everybodys_when_they_ask() -> None:
    place = Place()
    place.record("encounter")
    with place.world.work("lead") as work:
        other = open_case(work, a_new_case())
        new = NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=work.now)
        record_milestone(work, other.reference, new, seen=None)
    place.later(days=3)
    worker = place.browser("worker")

    mine = worker.get("/work").text
    assert place.case.reference in mine
    assert other.reference not in mine
    overdue = next(link for link in links(mine) if "due=overdue" in link)
    assert other.reference not in worker.get(overdue).text
    assert place.case.reference in worker.get(overdue).text

    everybodys = worker.get("/work?whose=all").text
    assert f"All of {NORTH.name}" in everybodys
    assert {place.case.reference, other.reference} <= set(re.findall(r"CT-[0-9A-Z]{4}-[0-9A-Z]{4}", everybodys))
    assert other.reference in place.browser("supervisor").get("/work").text
    assert other.reference not in place.browser("supervisor").get("/work?whose=mine").text


def test_work_of_nobody_in_particular_is_no_page_of_ours() -> None:
    assert Place().browser("worker").client.get("/work?whose=hers").status_code == 400


def test_my_work_says_what_is_empty() -> None:
    shown = Place().browser("scottish-lead").get("/work").text
    assert "Nothing is overdue." in shown
    assert "Nothing else is to be done now, or due in the next five working days." in shown
    assert "No offer to your organisation waits for an answer." in shown


def rows(html: str, heading: str) -> list[str]:
    """The rows of the table under that heading."""
    section = html.partition(f'id="{heading}"')[2].partition("<h2")[0]
    bare = (re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr.*?</tr>", section, re.DOTALL)[1:])
    return [" ".join(row.split()) for row in bare]


def test_a_new_case_is_in_my_work_with_what_it_begins_with() -> None:
    place = Place()
    (row,) = rows(place.browser("worker").get("/work").text, "soon")
    assert place.case.reference in row
    assert "Do now Signs of slavery seen and the person met" in row
    assert "Do now" in place.browser("worker").get("/cases").text


def test_a_case_stands_once_in_my_work_late_or_to_come_and_says_of_what() -> None:
    place = Place()
    place.record("encounter")
    shown = place.browser("worker").get("/work").text
    (soon,) = rows(shown, "soon")
    assert rows(shown, "overdue") == []
    assert "Do now and then, 21 Nov 2026 : Urgent medical help offered" in soon

    place.later(days=3)
    shown = place.browser("worker").get("/work").text
    (late,) = rows(shown, "overdue")
    assert rows(shown, "soon") == []
    assert "Do now Overdue since 21 Nov 2026 Urgent medical help offered" in late


def test_what_yours_has_offered_is_not_said_to_be_offered_to_yours() -> None:
    place = Place()
    place.offer()
    sender, receiver = (place.browser(name).get("/work?whose=all").text for name in ("worker", "receiver"))
    assert "in an offer that is not answered" in sender
    assert "No offer to your organisation waits for an answer." in sender
    assert "What yours has offered to others is in the inbox, under what was sent." in sender
    assert "No offer to your organisation waits for an answer." not in receiver


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
    begun, *shown = (event for event in place.events()[-4:] if event["event"] != "SurnamesCompared")
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


def test_a_case_that_was_tampered_with_stands_among_the_others_without_a_name() -> None:
    place = Place()
    with place.world.work("worker") as work:
        other = open_case(work, replace(a_new_case(), names={"given_names": "Testa", "family_name": "Quenby"}))
    edit(place)
    shown = place.browser("worker").post("/caseload/names", WHY)
    (broken,) = (row for row in re.findall(r"<tr.*?</tr>", shown.text, re.DOTALL) if place.case.reference in row)
    said = " ".join(re.sub(r"<[^>]+>", " ", broken).split())
    assert (shown.status_code, "Testa Quenby" in shown.text, other.reference in shown.text) == (200, True, True)
    assert "Nothing of this case is shown. What is stored here is not what was recorded" in said
    assert "tell your administrator" in said
    assert not [each for each in (NAME, place.case.pseudonym, "href") if each in broken]
    assert [(event["event"], event["refusal"]) for event in place.events()[-3:]] == [
        ("NamesShown", None),
        ("SurnamesCompared", None),
        ("Refused", "IntegrityBroken"),
    ]


def test_only_ones_own_cases_are_named() -> None:
    place = Place()
    answer = place.browser("lead").post("/caseload/names", WHY)
    assert NAME not in answer.text
    assert "You have no open case." in answer.text
    assert ACCOUNTS["lead"].id != ACCOUNTS["worker"].id


def edit(place: Place) -> None:
    """Somebody with the database alone changes one row of the case."""
    memory = place.world.memory
    assert memory is not None
    kept = memory.kept.cases[place.case.id]
    memory.kept.cases[place.case.id] = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))
