"""Invented people: each visibly invented, and found by a name as somebody else would spell it."""

from datetime import date

import pytest

from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.people import MARK, Person, as_heard, invent_person
from casetrack.domain.case import AgeGroup
from casetrack.domain.finding import Birth, Known, ask
from casetrack.domain.finding_indexes import INDEXES
from casetrack.domain.finding_matches import compare
from casetrack.services.indexed import entries_of, known_of

TODAY = date(2026, 11, 21)


def somebody(number: int, age_group: AgeGroup = AgeGroup.ADULT) -> Person:
    return invent_person(Stream("people", number), age_group=age_group, nationality="AL", today=TODAY)


@pytest.mark.parametrize("number", range(200))
def test_a_person_is_found_by_the_name_as_it_was_heard_and_the_year(number: int) -> None:
    names = somebody(number).names
    heard = " ".join(as_heard(str(names[part])) for part in ("given_names", "family_name"))
    assert heard != " ".join(str(names[part]) for part in ("given_names", "family_name")).removesuffix(MARK)

    born = names["birth_date"]
    assert isinstance(born, date)
    asked = ask(Known(names=(heard,), birth=Birth(born.year)), today=TODAY)
    assert compare(asked, known_of(names)) is not None


def test_each_person_can_be_found_by_every_index() -> None:
    person = somebody(1)
    entries = entries_of(known_of({**person.names, **person.contact}))
    assert {index for index, _, _ in entries} == {index.name for index in INDEXES}


def test_every_name_number_and_address_says_that_it_is_invented() -> None:
    for number in range(50):
        person = somebody(number, AgeGroup.CHILD)
        for name in ("family_name", "nrm_reference", "crime_references", "document_numbers"):
            assert "invented" in str(person.names[name]).casefold()
        assert str(person.contact["email"]).endswith("@example.org")
        assert str(person.contact["phone"]).startswith("07700 900")
