"""The pages of subject access requests: each step asked with care, and a copy that leads nobody to the person."""

import re
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from casetrack.domain.case import AgeGroup
from casetrack.domain.holdings import Strand
from casetrack.domain.misplaced import Keeping
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.sars import Asker, Item, SarState
from casetrack.services.journal import Purpose
from casetrack.services.notes import NewNote, write_note
from casetrack.web.sars import NEXT, STATES
from casetrack.web.words import DECISIONS, ITEMS
from tests.services import acts, sars
from tests.services.acts import SUPPORT
from tests.web.site import NAME, Browser, Place, errors, headings, links, notice, title
from tests.web.test_audit_desk import rows
from tests.world import ACCOUNTS, NORTH

WHEN = {"received-day": "20", "received-month": "11", "received-year": "2026"}
ON = {"on-day": "20", "on-month": "11", "on-year": "2026"}
STEPS: dict[str, dict[str, Any]] = {
    "record": {"asker": "person", "words": "A copy of all of it.", **WHEN},
    "check": {"way": "in-person", "alone": "yes", "interpreter": "none", "words": "In our office."},
    "restrict": {"item": "looks", "ground": "crime", "words": "It would tell of an inquiry."},
    "decide": {"decision": "give", "notes": ["account"]},
    "deliver": {"way": "handed-over", "agreed_alone": "yes", "words": "Nobody else was there.", **ON},
    "withdraw": {},
}


def at(place: Place, step: str = "", sar: object = None) -> str:
    return "/".join(filter(None, (f"{place.at}/access-requests", str(sar) if sar else "", step)))


def take(place: Place, browser: Browser, step: str, sar: object = None, **typed: Any) -> TestResponse:  # noqa: ANN401 - each by its own name
    return browser.post(at(place, step, sar), {**STEPS[step], **typed})


def listed(place: Place, name: str = "lead") -> str:
    return place.browser(name).get(at(place)).text


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_where_nobody_has_asked_the_page_says_what_to_do_and_who_was_responsible() -> None:
    place = Place()
    shown = listed(place)
    assert "Nobody has asked yet." in shown
    assert at(place, "record") in links(shown)
    (row,) = rows(shown)
    assert row[0] == NORTH.name
    assert row[1] == "Part 3 of the Data Protection Act 2018"
    assert at(place) in links(place.browser("lead").get(place.at).text)
    assert at(place) not in links(place.browser("worker").get(place.at).text)


def test_a_request_goes_from_page_to_page_to_its_answer() -> None:
    place = Place()
    browser = place.browser("lead")
    assert notice(take(place, browser, "record").text) == "The request is recorded. The month runs."
    shown = listed(place)
    assert "Monday 21 December 2026" in text(shown)
    (sar,) = {found[1] for found in re.finditer(r"/access-requests/([0-9a-f-]{36})/check", shown)}
    for step, said, follows in (
        ("check", "It is recorded who asks.", "decide"),
        ("restrict", "It is recorded what is left out.", "decide"),
        ("decide", "It is decided what is given.", "copy"),
        ("deliver", "The request is answered.", None),
    ):
        page = browser.get(at(place, step, sar))
        assert page.status_code == 200
        answer = take(place, browser, step, sar)
        assert notice(answer.text).startswith(said)
        assert follows is None or at(place, follows, sar) in links(answer.text)
    told = text(listed(place))
    for words in ("Answered", "A copy of all of it.", "In our office.", "It would tell of an inquiry."):
        assert words in told
    assert at(place, "record") in links(listed(place))
    (row,) = rows(place.browser("lead").get(f"{place.at}/disclosures").text)
    assert row[2] == "The person themselves"
    assert "which organisations looked" not in row[4].lower()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"alone": ""}, "Ask the person when they are alone"),
        ({"interpreter": "not-independent"}, "Ask again with an independent interpreter"),
    ],
)
def test_nothing_goes_on_until_the_person_was_asked_alone(typed: dict[str, str], said: str) -> None:
    place = Place()
    browser = place.browser("lead")
    sar = sars.recorded(place.world, place.case)
    answer = take(place, browser, "check", sar, **typed)
    assert answer.status_code == 422
    assert said in text(answer.text)
    assert "In our office." in answer.text, "what was typed is not lost"
    assert at(place, "check", sar) in links(listed(place))


def test_only_of_somebody_who_asks_for_the_person_it_is_asked_whether_they_confirmed_it() -> None:
    place = Place()
    sar = sars.recorded(place.world, place.case, asker=Asker.REPRESENTATIVE)
    browser = place.browser("lead")
    assert "Did the person confirm it?" in browser.get(at(place, "check", sar)).text
    assert "Give that somebody nothing." in take(place, browser, "check", sar).text
    assert notice(take(place, browser, "check", sar, mandate="yes").text) == "It is recorded who asks."
    other = Place()
    page = other.browser("lead").get(at(other, "check", sars.recorded(other.world, other.case))).text
    assert "Did the person confirm it?" not in page


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("record", {"asker": ""}, "Choose who asks."),
        ("record", {"received-day": ""}, "Enter a day, a month and a year."),
        ("record", {"words": ""}, "Write what is asked for, and how the request came."),
        ("check", {"way": "post"}, "Choose one from the list."),
        ("restrict", {"item": ""}, "Choose what is left out."),
        ("withdraw", {"more": "yes"}, "This was not asked for."),
    ],
)
def test_what_does_not_fit_is_said(step: str, typed: dict[str, str], said: str) -> None:
    place = Place()
    sar = None if step == "record" else sars.recorded(place.world, place.case)
    answer = take(place, place.browser("lead"), step, sar, **typed)
    assert (answer.status_code, errors(answer.text)) == (422, [said])


def test_the_grounds_are_those_of_the_law_that_the_organisation_is_under_and_one_can_be_lifted() -> None:
    place = Place()
    sar = sars.recorded(place.world, place.case)
    browser = place.browser("lead")
    page = browser.get(at(place, "restrict", sar)).text
    assert "s.45(4)(b)" in page
    assert "Sch.2" not in page
    take(place, browser, "restrict", sar)
    assert "It would tell of an inquiry." in listed(place)
    take(place, browser, "restrict", sar, ground="", words="", lift="yes")
    assert "It would tell of an inquiry." not in listed(place)
    assert take(place, browser, "restrict", sar, ground="").status_code == 422


def test_a_charity_can_take_longer_and_the_police_cannot() -> None:
    place = Place()
    sar = sars.recorded(place.world, place.case)
    assert at(place, "extend", sar) not in links(listed(place))
    place.case = place.open_case("charity-lead", SUPPORT)
    sar = sars.recorded(place.world, place.case, "charity-lead")
    assert at(place, "extend", sar) in links(listed(place, "charity-lead"))
    browser = place.browser("charity-lead")
    answer = browser.post(at(place, "extend", sar), {"reason": "complex"})
    assert "Tell the person so" in notice(answer.text)
    assert "Monday 22 February 2027" in text(answer.text)
    assert at(place, "extend", sar) not in links(answer.text)


def test_a_request_that_is_late_says_so() -> None:
    place = Place()
    sars.recorded(place.world, place.case)
    place.later(days=31)
    assert "Overdue" not in listed(place)
    place.later(days=1)
    assert "Overdue" in listed(place)


def test_a_request_can_be_withdrawn() -> None:
    place = Place()
    sar = sars.recorded(place.world, place.case)
    browser = place.browser("lead")
    assert browser.get(at(place, "withdraw", sar)).status_code == 200
    assert notice(take(place, browser, "withdraw", sar).text) == "The request is withdrawn."


class TestTheListOfAllThatWait:
    def waiting(self, place: Place, name: str = "lead") -> str:
        answer = place.browser(name).get("/access-requests")
        assert answer.status_code == 200
        return answer.text

    def test_where_nobody_waits_it_says_what_to_do(self) -> None:
        shown = self.waiting(Place())
        assert title(shown).startswith("Requests of people for what is held of them")
        assert "Nobody waits for an answer." in shown
        assert rows(shown) == []
        assert "/cases" in links(shown)

    def test_each_that_waits_is_a_row_that_leads_to_its_case_and_to_what_is_next(self) -> None:
        place = Place()
        first, other = place.case, place.open_case()
        asked = sars.recorded(place.world, first, asker=Asker.REPRESENTATIVE)
        decided = sars.decided(place.world, other)
        shown = self.waiting(place, "supervisor")
        assert sorted(rows(shown)) == sorted(
            [
                [
                    *(first.reference, first.pseudonym, "Somebody for the person", "20 Nov 2026", "21 Dec 2026"),
                    "Who asks is not checked yet",
                    f"Record who asks, found out with the person alone {first.reference}",
                ],
                [
                    *(other.reference, other.pseudonym, "The person", "20 Nov 2026", "21 Dec 2026"),
                    "Decided; the person has no answer yet",
                    f"Record how the person was given the answer {other.reference}",
                ],
            ]
        )
        for address in (
            *(f"/cases/{case.reference}/access-requests" for case in (first, other)),
            f"/cases/{first.reference}/access-requests/{asked}/check",
            f"/cases/{other.reference}/access-requests/{decided}/deliver",
        ):
            assert address in links(shown)
            assert place.browser("supervisor").get(address).status_code == 200

    def test_nothing_that_was_typed_and_no_name_is_on_it(self) -> None:
        place = Place()
        sars.decided(place.world, place.case, Item.LOOKS)
        shown = self.waiting(place)
        for words in (sars.ASKED, sars.ALONE.words, sars.WHY.words, NAME):
            assert words not in shown

    def test_what_is_soon_due_and_what_is_late_says_so_in_words(self) -> None:
        place = Place()
        sars.recorded(place.world, place.case)
        said = []
        for days in (23, 1, 7, 1):
            place.later(days=days)
            ((*_, due, _now, _next),) = rows(self.waiting(place))
            said.append((place.world.now.date().isoformat(), due))
        assert said == [
            ("2026-12-13", "21 Dec 2026"),
            ("2026-12-14", "Due soon 21 Dec 2026"),
            ("2026-12-21", "Due soon 21 Dec 2026"),
            ("2026-12-22", "Overdue 21 Dec 2026"),
        ]

    def test_a_case_that_is_broken_is_named_beside_the_others_and_nothing_more_of_it(self) -> None:
        place = Place()
        other, broken = place.open_case(), place.case
        sars.recorded(place.world, other)
        sars.recorded(place.world, broken)
        kept = acts.kept(place.world)
        edited = kept.cases[broken.id]
        kept.cases[broken.id] = replace(edited, case=replace(edited.case, age_group=AgeGroup.CHILD))
        shown = self.waiting(place)
        assert [row[0] for row in rows(shown)] == [other.reference]
        assert f"Nothing of case {broken.reference} is shown" in text(shown)
        assert broken.pseudonym not in shown
        sars_of_it = f"/cases/{broken.reference}/access-requests"
        assert sars_of_it not in links(shown)

    def test_where_all_are_broken_it_does_not_say_that_nobody_waits(self) -> None:
        place = Place()
        sars.recorded(place.world, place.case)
        kept = acts.kept(place.world)
        edited = kept.cases[place.case.id]
        kept.cases[place.case.id] = replace(edited, case=replace(edited.case, age_group=AgeGroup.CHILD))
        shown = self.waiting(place)
        assert "Nobody waits" not in shown
        assert place.case.reference in shown

    def test_my_work_leads_leads_and_supervisors_to_it_and_nobody_else(self) -> None:
        place = Place()
        led = {
            name: "/access-requests" in links(place.browser(name).get("/work").text)
            for name in ("worker", "lead", "supervisor", "charity-worker", "charity-lead")
        }
        assert [name for name, is_led in led.items() if is_led] == ["lead", "supervisor", "charity-lead"]
        assert place.browser("worker").get("/access-requests").status_code == 403


class TestTheCopy:
    def asked(self, place: Place, *without: Item) -> tuple[Browser, str]:
        """A copy that was decided on, of a case with a note, and the browser of whoever may see it."""
        words = "I want to work. Worker rang 07700 900123."
        new = NewNote(strand=Strand.SUPPORT, kind=NoteKind.ACCOUNT, sensitivity=Sensitivity.ORDINARY, words=words)
        with place.world.work("worker", Purpose("casework", keeping=Keeping.NEEDED_HERE)) as work:
            write_note(work, place.case.reference, new, seen=None)
        place.record("encounter")
        return place.browser("lead"), at(place, "copy", sars.decided(place.world, place.case, *without))

    def test_it_asks_why_first_and_is_then_shown_for_some_minutes(self) -> None:
        place = Place()
        browser, address = self.asked(place)
        page = browser.get(address)
        assert NAME not in page.text
        shown = browser.post(address, {"words": "To hand it over today."})
        assert NAME in shown.text
        place.later(minutes=6)
        assert NAME not in browser.get(address).text
        assert errors(browser.post(address, {"words": ""}).text) == ["Say in your own words why you need the copy now."]
        assert browser.post(address, {"words": "Ring 07700 900123."}).status_code == 422

    def test_it_leads_nobody_to_the_person_and_names_no_colleague(self) -> None:
        place = Place()
        browser, address = self.asked(place)
        shown = browser.post(address, {"words": "To hand it over today."}).text
        assert "I want to work." in shown
        assert "07700" not in shown
        assert "01632" not in shown
        assert not [each for each in ACCOUNTS.values() if each.display_name in shown]
        assert "Worker rang" not in shown
        for hidden in (place.case.reference, place.case.pseudonym, "casetrack", "OFFICIAL"):
            assert hidden not in re.sub(r'(href|action|src)="[^"]*"', "", shown.partition("<main")[2])
        assert title(shown) == "What is recorded"
        assert headings(shown) == ["What is recorded"]

    def test_it_says_who_looked_and_whom_else_to_ask(self) -> None:
        place = Place()
        browser, address = self.asked(place)
        shown = text(browser.post(address, {"words": "To hand it over today."}).text)
        assert f"{NORTH.name}: " in shown
        assert "In the work on your case" in shown
        assert "Whom else you may ask" in shown
        assert "What happened" in shown

    def test_what_is_restricted_is_not_in_it_and_that_something_is_left_out_is_said(self) -> None:
        place = Place()
        browser, address = self.asked(place, *set(Item) - {Item.MILESTONES})
        shown = browser.post(address, {"words": "To hand it over today."}).text
        for part in (NAME, "Who you are", "I want to work.", "Who looked at it"):
            assert part not in shown
        assert "Something is left out" in shown

    def test_there_is_none_before_it_was_decided(self) -> None:
        place = Place()
        sar = sars.checked(place.world, place.case)
        browser = place.browser("lead")
        answer = browser.post(at(place, "copy", sar), {"words": "To hand it over today."})
        assert answer.status_code == 422
        assert "not at that step" in answer.text

    def test_where_no_note_of_the_kind_was_written_it_says_so(self) -> None:
        place = Place()
        address = at(place, "copy", sars.decided(place.world, place.case))
        shown = place.browser("lead").post(address, {"words": "To hand it over today."}).text
        assert "Nothing of that kind was written." in shown


def test_everything_has_words() -> None:
    assert set(STATES) == set(SarState)
    assert set(NEXT) == {state for state in SarState if state.is_open}
    assert set(ITEMS) == set(Item)
    assert set(DECISIONS) == {"give", "refuse"}
