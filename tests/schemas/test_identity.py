"""What is said of who a person is."""

from datetime import date

import pytest

from casetrack.schemas.caseload import NameCaseload
from casetrack.schemas.contacts import RecordContact, RevealContact
from casetrack.schemas.identity import RecordIdentity, RevealIdentity, SayWhy
from tests.schemas.reading import read, refused

BORN = {"identity": "given", "birth_date-day": "27", "birth_date-month": "3", "birth_date-year": "1998"}


def test_a_date_of_birth_says_whether_it_is_an_estimate() -> None:
    assert read(RecordIdentity(), BORN)["birth_date"] == date(1998, 3, 27)
    assert read(RecordIdentity(), BORN)["birth_date_is_estimate"] == "no"
    assert read(RecordIdentity(), BORN | {"birth_date_is_estimate": "yes"})["birth_date_is_estimate"] == "yes"


def test_without_a_date_of_birth_there_is_nothing_to_estimate() -> None:
    said = read(RecordIdentity(), {"identity": "given", "birth_date_is_estimate": "yes"})
    assert (said["birth_date"], said["birth_date_is_estimate"]) == (None, "")


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
