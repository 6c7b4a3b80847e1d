"""What is said to find a person: why, and enough of who it is."""

from datetime import date

import pytest

from casetrack.domain.finding import Birth, Known
from casetrack.schemas.persons import FindPerson
from casetrack.services.finding import Sought
from tests.schemas.reading import TODAY, read, refused

WHY = {"purpose": "court", "words": "Hearing."}


def sought(**said: str) -> Sought:
    answer: Sought = read(FindPerson(), {**WHY, **said})["sought"]
    return answer


def test_why_is_asked_before_anything() -> None:
    assert refused(FindPerson(), {"name": "Linh"}) == {
        "purpose": ["Choose what you need this for."],
        "words": ["Say in your own words why you need this now."],
    }


def test_everything_that_is_known_can_be_said() -> None:
    said = {
        "name": "Linh Nguyen",
        "birth": "1999-05-14",
        "nrm_reference": "NRM00012345",
        "crime_reference": "13/004512/26",
        "document_number": "BA1234567",
        "phone": "07700 900123",
        "email": "linh@example.org",
    }
    assert sought(**said) == Sought(
        Known(
            names=("Linh Nguyen",),
            birth=Birth(1999, date(1999, 5, 14)),
            nrm_references=("NRM00012345",),
            crime_references=("13/004512/26",),
            documents=("BA1234567",),
            phones=("07700 900123",),
            emails=("linh@example.org",),
        )
    )


@pytest.mark.parametrize(
    "born",
    [{"birth": "1999"}, {"birth-year": " 1999 "}, {"birth-day": "", "birth-month": "", "birth-year": "1999"}],
    ids=["text", "year", "parts"],
)
def test_a_year_of_birth_alone_is_enough(born: dict[str, str]) -> None:
    assert sought(name="Linh", **born).known.birth == Birth(1999)


@pytest.mark.parametrize(
    "born",
    [{"birth": "1999-05-14"}, {"birth-day": "14", "birth-month": "5", "birth-year": "1999"}],
    ids=["text", "parts"],
)
def test_a_date_of_birth_is_one_however_it_comes(born: dict[str, str]) -> None:
    assert sought(name="Linh", **born).known.birth == Birth(1999, date(1999, 5, 14))


@pytest.mark.parametrize(
    ("born", "sentence"),
    [
        ({"birth-month": "5", "birth-year": "1999"}, "Enter a day, a month and a year."),
        ({"birth": "99"}, "Enter a real date, such as 21 11 2026."),
        ({"birth": "1999-02-30"}, "Enter a real date, such as 21 11 2026."),
        ({"birth": "1899"}, "Enter a date or a year of birth that has passed."),
        ({"birth": str(TODAY.year + 1)}, "Enter a date or a year of birth that has passed."),
        ({"birth": "0000"}, "Enter a date or a year of birth that has passed."),
    ],
    ids=["no day", "two figures", "no such day", "long ago", "to come", "nought"],
)
def test_a_birth_that_is_none_is_refused(born: dict[str, str], sentence: str) -> None:
    assert refused(FindPerson(), {**WHY, "name": "Linh", **born}) == {"birth": [sentence]}


def test_a_case_is_named_by_its_reference_or_pseudonym_and_needs_nothing_else() -> None:
    assert sought(case_name="Sugared  Button") == Sought(Known(), "sugared button")
    assert refused(FindPerson(), {**WHY, "case_name": "CT-0000-0001"})["case_name"][0].startswith("That reference")


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({}, "name", "Enter at least one thing to find the person by."),
        ({"birth": "1999"}, "name", "A date of birth alone is not enough. Enter a name as well."),
        ({"name": "L"}, "name", "Enter a name of at least two letters."),
        ({"case_name": "sugared button", "name": "L"}, "name", "Enter a name of at least two letters."),
        ({"nrm_reference": "123"}, "nrm_reference", "Enter the whole reference or number"),
        ({"crime_reference": "unknown"}, "crime_reference", "Enter the whole reference or number"),
        ({"document_number": "12"}, "document_number", "Enter the whole reference or number"),
        ({"phone": "900123"}, "phone", "Enter the whole telephone number"),
        ({"email": "linh"}, "email", "Enter the whole e-mail address"),
    ],
    ids=["nothing", "a birth", "a letter", "a letter and a case", "nrm", "crime", "document", "phone", "email"],
)
def test_too_little_is_refused_where_it_stands(said: dict[str, str], field: str, sentence: str) -> None:
    found = refused(FindPerson(), {**WHY, **said})
    assert list(found) == [field]
    assert found[field][0].startswith(sentence)


def test_each_number_that_is_too_short_says_so_at_once() -> None:
    assert set(refused(FindPerson(), {**WHY, "phone": "1", "document_number": "2"})) == {"phone", "document_number"}
