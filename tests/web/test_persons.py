"""Finding a person: why comes first, what was looked for is in no address, and nothing is said of other cases."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from casetrack.crypto.fields import Value
from casetrack.domain.case import AgeGroup, Case
from casetrack.services.cases import open_case
from casetrack.services.limits import Limits
from tests.web.site import REVEAL_FOR, Place, errors, headings, links, title
from tests.world import a_new_case

WHY = {"purpose": "contact-person", "words": "Somebody rang and gave a name."}
LINH: Mapping[str, Value] = {"given_names": "Linh", "family_name": "Nguyễn Thị", "birth_date": date(1999, 5, 14)}
LOOK = WHY | {"name": "Lin Nguen", "birth-year": "1999"}


def linh(place: Place, by: str = "worker") -> Case:
    with place.world.work(by) as work:
        return open_case(work, replace(a_new_case(), names=LINH))


def searched(place: Place) -> list[str]:
    return [event["event"] for event in place.events() if event["action"] == "person:find"]


def test_another_spelling_and_the_year_find_the_person_and_name_nobody() -> None:
    place = Place()
    case = linh(place)
    answer = place.browser("worker").post("/find", LOOK)

    assert re.fullmatch(r"/find/[0-9a-f]{12}", answer.request.full_path.removesuffix("?"))
    assert headings(answer.text) == ["People who may match"]
    assert f"/cases/{case.reference}" in links(answer.text)
    assert f"/cases/{case.reference}/identity" in links(answer.text)
    assert place.case.reference not in answer.text
    assert "The names sound alike, or are written in another way." in answer.text
    assert "Likely match" in answer.text
    assert "1 person may match, in the cases that you may open" in answer.text
    assert not [word for word in ("Linh", "Nguy", "Nguen", "1999") if word in answer.text]
    assert searched(place) == ["SearchBegun", "PeopleSearched"]


def test_what_was_looked_for_is_in_no_address_title_or_header() -> None:
    place = Place()
    linh(place)
    answer = place.browser("worker").post("/find", LOOK)
    for step in (*answer.history, answer):
        told = f"{step.request.url} {title(step.text)} {dict(step.headers)}"
        assert not [word for word in ("Lin", "Nguen", "1999") if re.search(rf"\b{word}\b", told)]
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_says_nothing_of_cases_that_one_may_not_open() -> None:
    place = Place()
    linh(place, "receiver")
    foreign = place.browser("worker").post("/find", LOOK)
    none = place.browser("worker").post("/find", LOOK | {"name": "Zibeline Quetzala"})

    assert "Nobody in the cases that you may open matches what you entered." in foreign.text
    assert "It does not mean that nobody knows the person" in foreign.text
    assert _without_ids(foreign.text) == _without_ids(none.text)


def test_a_case_that_was_tampered_with_is_named_as_not_searched_and_hides_nobody() -> None:
    place = Place()
    broken, case = linh(place), linh(place)
    memory = place.world.memory
    assert memory is not None
    kept = memory.kept.cases[broken.id]
    memory.kept.cases[broken.id] = replace(kept, case=replace(kept.case, age_group=AgeGroup.CHILD))

    both = place.browser("worker").post("/find", LOOK)
    alone = place.browser("worker").post("/find", WHY | {"case_name": broken.pseudonym})

    said = f"1 case of your organisation could not be searched: {broken.reference}. What is stored here is not what was"
    assert f"/cases/{case.reference}" in links(both.text)
    assert "Nobody in the cases that could be searched matches what you entered." in alone.text
    for answer in (both, alone):
        assert said in answer.text
        assert f"/cases/{broken.reference}" not in links(answer.text)
        assert broken.pseudonym not in answer.text
    assert searched(place) == ["SearchBegun", "PeopleSearched", "Refused"] * 2
    assert broken.reference not in place.browser("receiver").post("/find", LOOK).text


def test_why_is_asked_first_and_what_was_typed_stays() -> None:
    place = Place()
    answer = place.browser("worker").post("/find", {"name": "Lin Nguen"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["Choose what you need this for.", "Say in your own words why you need this now."]
    assert title(answer.text).startswith("Error: ")
    assert 'value="Lin Nguen"' in answer.text
    assert searched(place) == []


def test_too_little_says_what_to_enter() -> None:
    answer = Place().browser("worker").post("/find", WHY | {"name": "L", "phone": "900123"})
    assert errors(answer.text) == ["Enter the whole telephone number: at least its last seven figures."]


def test_a_reference_or_pseudonym_is_looked_for_in_the_same_form() -> None:
    place = Place()
    for name in (place.case.reference.lower(), place.case.pseudonym.upper()):
        answer = place.browser("worker").post("/find", WHY | {"case_name": name})
        assert "The reference or the pseudonym is the same." in answer.text
        assert f"/cases/{place.case.reference}" in links(answer.text)


def test_each_showing_is_a_search_on_the_log_and_in_its_time_it_is_the_form_again() -> None:
    place = Place()
    linh(place)
    browser = place.browser("worker")
    address = browser.post("/find", LOOK).request.path
    shown = browser.get(address)
    assert searched(place) == ["SearchBegun", "PeopleSearched"] * 2
    assert re.match(r"\d+; url=/find\?again=", shown.headers["Refresh"])

    place.later(seconds=REVEAL_FOR.total_seconds())
    again = browser.get(address)
    assert headings(again.text) == ["Find a person"]
    assert 'value="Lin Nguen"' in again.text
    assert "Somebody rang" not in again.text
    assert searched(place) == ["SearchBegun", "PeopleSearched"] * 2


def test_after_signing_in_again_the_form_is_as_it_was_and_the_reason_is_asked_again() -> None:
    place = Place()
    linh(place)
    browser = place.browser("worker")
    address = browser.post("/find", LOOK).request.path
    browser.sign_in_again()
    again = browser.get(address)
    assert headings(again.text) == ["Find a person"]
    assert 'value="Lin Nguen"' in again.text


def test_a_search_is_nobody_elses_and_over_after_an_hour() -> None:
    place = Place()
    browser = place.browser("worker")
    address = browser.post("/find", LOOK).request.path
    assert place.browser("lead").client.get(address).status_code == 410
    for _ in range(4):
        place.later(minutes=15)
        browser.get("/work")
    assert browser.client.get(address).status_code == 410
    assert 'value="Lin Nguen"' not in browser.get(f"/find?again={address.rpartition('/')[2]}").text


def test_only_the_last_few_searches_are_kept() -> None:
    browser = Place().browser("worker")
    first, *_, last = [
        browser.post("/find", LOOK | {"name": f"Lin {word}"}).request.path for word in ("a", "b", "c", "d")
    ]
    assert browser.client.get(first).status_code == 410
    assert browser.client.get(last).status_code == 200


def test_the_one_beyond_the_limit_is_told_to_ask_a_supervisor() -> None:
    place = Place()
    place.world.deployment = replace(place.world.deployment, limits=Limits(reveals=1))
    place.open_deployment()
    browser = place.browser("worker")
    address = browser.post("/find", LOOK).request.path
    refused = browser.get(address)
    assert refused.status_code == 403
    assert "Ask a supervisor of your organisation to allow you more" in refused.text
    assert place.events()[-1]["refusal"] == "QuotaSpent"


def test_it_is_in_the_menu_of_those_who_work_with_cases() -> None:
    place = Place()
    for name in ("worker", "lead", "supervisor", "charity-worker"):
        assert "/find" in links(place.browser(name).get("/help").text)
    for name in ("auditor", "administrator"):
        browser = place.browser(name)
        assert "/find" not in links(browser.get("/help").text)
        assert browser.client.get("/find").status_code == 403


def test_the_results_are_not_for_paper() -> None:
    place = Place()
    linh(place)
    assert 'class="ct-unprinted"' in place.browser("worker").post("/find", LOOK).text


def _without_ids(html: str) -> str:
    """The page without its proofs, the id of its search and the time at which it goes."""
    return re.sub(r'value="[^"]*"|again=[0-9a-f]{12}|\d\d?:\d\d', "", html)
