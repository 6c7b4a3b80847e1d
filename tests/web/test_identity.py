"""Who a person is: masked, asked for with a reason, shown for some minutes, and recorded."""

import re

import pytest

from casetrack.domain.case import IdentityState
from casetrack.domain.holdings import Part
from tests.web.site import NAME, Place, errors, headings, notice, title
from tests.world import ACCOUNTS, NORTH

WHY = {"purpose": "court", "words": "The hearing is tomorrow."}


def test_an_identity_is_masked_until_it_is_asked_for() -> None:
    place = Place()
    shown = place.browser("worker").get(f"{place.at}/identity").text
    assert headings(shown) == ["You are about to see who this person is"]
    assert NAME not in shown
    assert "Revealed" not in {event["event"] for event in place.events()}


def test_it_is_shown_once_the_reason_is_given_with_both_names_of_the_case() -> None:
    place = Place()
    answer = place.browser("worker").post(f"{place.at}/identity", WHY)
    assert answer.request.path == f"{place.at}/identity"
    assert "Testa Maria" in answer.text
    assert place.case.pseudonym in answer.text
    assert NAME not in title(answer.text)
    assert headings(answer.text) == ["Who the person is"]


def test_the_showing_is_journalled_before_anything_is_opened() -> None:
    place = Place()
    read = place.lose_journal()
    answer = place.browser("worker").post(f"{place.at}/identity", WHY)
    assert answer.status_code == 503
    assert Part.IDENTITY not in read


def test_where_the_keys_cannot_be_reached_nothing_is_shown_and_the_attempt_is_on_the_log() -> None:
    place = Place()
    place.lose_keys()
    answer = place.browser("worker").post(f"{place.at}/identity", WHY)
    assert NAME not in answer.text
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert f"The keys of {NORTH.name} cannot be reached just now. Nothing was changed." in answer.text
    refusal = place.events()[-1]
    assert (refusal["event"], refusal["action"], refusal["purpose"]) == ("Refused", "identity:reveal", "court")


def test_each_showing_is_an_event_with_its_reason() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/identity", WHY)
    place.later(minutes=4)
    assert NAME in browser.get(f"{place.at}/identity").text
    shown = [event for event in place.events() if event["event"] == "Revealed"]
    assert [(event["purpose"], event["words"] is not None) for event in shown] == [("court", True)] * 2
    assert "given_names" in shown[0]["fields"]
    assert NAME not in str(place.events())


def test_the_page_goes_away_by_itself_when_its_time_is_over() -> None:
    place = Place()
    browser = place.browser("worker")
    answer = browser.post(f"{place.at}/identity", WHY)
    assert answer.headers["Refresh"] == f"300; url={place.at}"
    assert answer.headers["Cache-Control"] == "no-store"
    place.later(minutes=5)
    again = browser.get(f"{place.at}/identity").text
    assert headings(again) == ["You are about to see who this person is"]


def test_hidden_at_once_it_is_asked_for_again() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/identity", WHY)
    assert browser.client.get(f"{place.at}/identity/hide").status_code == 405
    assert NAME in browser.get(f"{place.at}/identity").text
    assert browser.post(f"{place.at}/identity/hide", page=f"{place.at}/identity").request.path == place.at
    assert NAME not in browser.get(f"{place.at}/identity").text


def test_a_reason_is_good_for_one_case_and_one_kind_of_thing() -> None:
    place = Place()
    other = place.open_case()
    browser = place.browser("worker")
    browser.post(f"{place.at}/identity", WHY)
    assert NAME not in browser.get(f"/cases/{other.reference}/identity").text
    assert "01632" not in browser.get(f"{place.at}/contacts").text


def test_a_reason_belongs_to_the_sign_in_in_which_it_was_given() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/identity", WHY)
    browser.sign_in_again()
    assert NAME not in browser.get(f"{place.at}/identity").text
    browser.sign_in(ACCOUNTS["lead"])
    assert NAME not in browser.get(f"{place.at}/identity").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"words": "Because."}, "Choose what you need this for."),
        ({"purpose": "court"}, "Say in your own words why you need this now."),
        ({"purpose": "curiosity", "words": "Because."}, "Choose one from the list."),
    ],
)
def test_without_a_whole_reason_nothing_is_shown(typed: dict[str, str], said: str) -> None:
    place = Place()
    answer = place.browser("worker").post(f"{place.at}/identity", typed)
    assert answer.status_code == 422
    assert errors(answer.text) == [said]
    assert title(answer.text).startswith("Error: ")
    assert typed.get("words", "") in answer.text
    assert NAME not in answer.text


@pytest.mark.parametrize("state", [IdentityState.NOT_GIVEN, IdentityState.WITHHELD, IdentityState.NOT_YET_ASKED])
def test_where_no_name_is_recorded_the_page_says_so_and_asks_for_no_reason(state: IdentityState) -> None:
    place = Place(identity=state)
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/identity").text
    assert headings(shown) == ["Identity"]
    assert "What do you need it for?" not in shown
    answer = browser.post(f"{place.at}/identity", WHY)
    assert errors(answer.text) == ["No name is recorded for this person."]


def test_a_name_is_recorded_and_what_is_left_empty_stays() -> None:
    place = Place()
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/identity/record").text
    assert 'value="given" checked' in shown
    assert NAME not in shown
    answer = browser.post(
        f"{place.at}/identity/record",
        {
            "identity": "given",
            "family_name": "Unreal",
            "birth_date-day": "3",
            "birth_date-month": "2",
            "birth_date-year": "1990",
            "birth_date_is_estimate": "yes",
        },
    )
    assert notice(answer.text) == "The identity is recorded."
    shown = browser.post(f"{place.at}/identity", WHY).text
    assert "Testa Maria" in shown
    assert "Unreal" in shown
    assert "3 February 1990 (an estimate)" in shown
    assert "3 February 2008" in shown


def test_one_thing_that_is_wrong_is_removed_by_a_tick_and_only_what_is_recorded_has_one() -> None:
    place = Place()
    browser = place.browser("worker")
    page = f"{place.at}/identity/record"
    assert removable(browser.get(page).text) == ["given_names", "family_name"]
    answer = browser.post(page, {"identity": "given", "remove": ["family_name"]})
    assert notice(answer.text) == "The identity is recorded."
    assert removable(browser.get(page).text) == ["given_names"]
    shown = browser.post(f"{place.at}/identity", WHY).text
    assert "Testa Maria" in shown
    assert re.search(r"Family name</dt>\s*<dd[^>]*>Not recorded<", shown)
    history = " ".join(browser.get(f"{place.at}/history").text.split())
    assert "(cleared: Family name)" in history


def test_with_a_date_of_birth_what_follows_from_it_goes_unsaid() -> None:
    place = Place()
    browser = place.browser("worker")
    page = f"{place.at}/identity/record"
    born = {"birth_date-day": "3", "birth_date-month": "2", "birth_date-year": "1990"}
    browser.post(page, {"identity": "given", **born})
    assert removable(browser.get(page).text) == ["given_names", "family_name", "birth_date"]
    browser.post(page, {"identity": "given", "remove": ["birth_date"]})
    assert "1990" not in browser.post(f"{place.at}/identity", WHY).text
    assert "(cleared: Date of birth)" in " ".join(browser.get(f"{place.at}/history").text.split())


def test_what_is_ticked_and_written_anew_comes_back_with_both() -> None:
    place = Place()
    typed = {"identity": "given", "family_name": "Unreal", "remove": ["family_name"]}
    answer = place.browser("worker").post(f"{place.at}/identity/record", typed)
    assert errors(answer.text) == ["Write it anew, or remove it: not both."]
    assert 'value="Unreal"' in answer.text
    assert 'value="family_name" checked' in answer.text


def test_a_name_that_is_given_is_not_removed_whole() -> None:
    place = Place()
    typed = {"identity": "given", "remove": ["given_names", "family_name"]}
    answer = place.browser("worker").post(f"{place.at}/identity/record", typed)
    assert errors(answer.text) == ["No name is recorded for this person."]
    assert removable(answer.text) == ["given_names", "family_name"]


def test_where_nothing_is_recorded_there_is_nothing_to_remove() -> None:
    place = Place(identity=IdentityState.WITHHELD)
    assert "Remove what is recorded" not in place.browser("worker").get(f"{place.at}/identity/record").text


def removable(html: str) -> list[str]:
    """What the page has a box for, to remove it."""
    return re.findall(r'name="remove" type="checkbox" value="([a-z_]+)"', html)


def test_a_name_that_must_not_be_known_is_withdrawn() -> None:
    place = Place()
    browser = place.browser("worker")
    browser.post(f"{place.at}/identity/record", {"identity": "withheld"})
    assert place.kept().identity is IdentityState.WITHHELD
    assert "The name is withheld" in browser.get(place.at).text


def test_a_name_is_not_given_without_one() -> None:
    place = Place(identity=IdentityState.NOT_YET_ASKED)
    answer = place.browser("worker").post(f"{place.at}/identity/record", {"identity": "given"})
    assert errors(answer.text) == ["No name is recorded for this person."]
    assert place.kept().identity is IdentityState.NOT_YET_ASKED


def test_a_wrong_date_comes_back_in_its_parts() -> None:
    place = Place()
    typed = {
        "identity": "given",
        "birth_date-day": "31",
        "birth_date-month": "2",
        "birth_date-year": "1990",
        "given_names": "Testa",
    }
    answer = place.browser("worker").post(f"{place.at}/identity/record", typed)
    assert errors(answer.text) == ["Enter a real date, such as 21 11 2026."]
    assert 'name="birth_date-day" type="text" autocomplete="off" inputmode="numeric" value="31"' in answer.text
    assert 'value="Testa"' in answer.text
