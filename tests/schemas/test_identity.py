"""What is said of who a person is."""

from datetime import date

import pytest

from casetrack.schemas.caseload import NameCaseload
from casetrack.schemas.contacts import RecordContact, RevealContact
from casetrack.schemas.identity import ChangeIdentity, CorrectIdentity, RecordIdentity, RevealIdentity, SayWhy
from tests.schemas.reading import read, refused

BORN = {"identity": "given", "birth_date-day": "27", "birth_date-month": "3", "birth_date-year": "1998"}


def test_a_date_of_birth_says_whether_it_is_an_estimate() -> None:
    assert read(RecordIdentity(), BORN)["birth_date"] == date(1998, 3, 27)
    assert read(RecordIdentity(), BORN)["birth_date_is_estimate"] == "no"
    assert read(RecordIdentity(), BORN | {"birth_date_is_estimate": "yes"})["birth_date_is_estimate"] == "yes"


def test_without_a_date_of_birth_there_is_nothing_to_estimate() -> None:
    said = read(RecordIdentity(), {"identity": "given", "birth_date_is_estimate": "yes"})
    assert (said["birth_date"], said["birth_date_is_estimate"]) == (None, "")


def test_of_a_case_that_there_is_a_program_clears_by_none_and_says_nothing_by_leaving_out() -> None:
    said = read(ChangeIdentity(), {"identity": "given", "family_name": None, "birth_date": None})
    assert (said["family_name"], said["birth_date"], said["given_names"]) == (None, None, "")
    assert "birth_date" not in read(ChangeIdentity(), {"identity": "given"})
    assert read(ChangeIdentity(), BORN)["birth_date_is_estimate"] == "no"


def test_on_a_page_what_is_ticked_is_removed_and_an_empty_box_says_nothing() -> None:
    said = read(CorrectIdentity(), {"identity": "given", "given_names": "", "remove": ["family_name", "birth_date"]})
    assert (said["family_name"], said["birth_date"], said["given_names"]) == (None, None, "")
    assert "remove" not in said
    assert "birth_date" not in read(CorrectIdentity(), {"identity": "given"})


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        (
            {"family_name": "New", "remove": ["family_name"]},
            {"family_name": ["Write it anew, or remove it: not both."]},
        ),
        ({"remove": ["birth_date"]}, {"birth_date": ["Write it anew, or remove it: not both."]}),
        ({"remove": ["identity"]}, {"remove": ["Choose from the list."]}),
        ({"remove": ["turns_18"]}, {"remove": ["Choose from the list."]}),
    ],
)
def test_what_is_removed_is_of_the_list_and_not_written_anew(
    typed: dict[str, object], errors: dict[str, list[str]]
) -> None:
    assert refused(CorrectIdentity(), BORN | typed) == errors


@pytest.mark.parametrize("year", ["1899", "2027"])
def test_a_date_of_birth_has_passed_and_not_too_long_ago(year: str) -> None:
    assert refused(RecordIdentity(), BORN | {"birth_date-year": year}) == {
        "birth_date": ["Enter a date of birth that has passed."]
    }


@pytest.mark.parametrize("schema", [RevealIdentity(), RevealContact(), NameCaseload()])
def test_what_is_sealed_is_asked_for_with_a_purpose_and_with_words(schema: SayWhy) -> None:
    assert refused(schema, {"words": " "}) == {
        "purpose": ["Choose what you need this for."],
        "words": ["Say in your own words why you need this now."],
    }
    said = read(schema, {"purpose": "court", "words": "Hearing."})
    assert (said["purpose"], said["words"]) == ("court", "Hearing.")


def test_a_safe_contact_can_be_any_of_six_things_or_none() -> None:
    things = ("address", "phone", "email", "voicemail", "times", "unsafe_areas")
    assert read(RecordContact(), {}) == dict.fromkeys(things, "")
