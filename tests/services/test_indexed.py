"""From sealed fields to what is known of a person: what they may be found by, and what of it is tagged."""

from datetime import date

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.finding import Birth, Known
from casetrack.domain.finding_indexes import INDEXES
from casetrack.domain.holdings import Part
from casetrack.services.fields import CONTACT, IDENTITY
from casetrack.services.indexed import INDEXED, entries_of, known_of

EVERYTHING: dict[str, Value] = {
    "given_names": "Testa Maria",
    "family_name": "Invented",
    "other_names": "Likes to be called Tes",
    "birth_date": date(1999, 5, 14),
    "birth_date_is_estimate": "no",
    "turns_18": date(2017, 5, 14),
    "nationality": "AL",
    "nrm_reference": "NRM00012345",
    "crime_references": "13/004512/26\n 13/004513/26",
    "document_numbers": "BA1234567, ZR 998 877",
    "address": "14 Invented Street",
    "phone": "01632 960001",
    "email": "testa@example.org; other@example.org",
    "times": "Mornings",
}


def test_what_is_recorded_is_known_as_it_is_looked_for() -> None:
    assert known_of(EVERYTHING) == Known(
        names=("Testa Maria", "Invented", "Likes to be called Tes"),
        birth=Birth(1999, date(1999, 5, 14)),
        nrm_references=("NRM00012345",),
        crime_references=("13/004512/26", "13/004513/26"),
        documents=("BA1234567", "ZR 998 877"),
        phones=("01632 960001",),
        emails=("testa@example.org", "other@example.org"),
    )


def test_of_an_estimate_only_the_year_is_known() -> None:
    assert known_of(EVERYTHING | {"birth_date_is_estimate": "yes"}).birth == Birth(1999)


@pytest.mark.parametrize("nothing", [None, "", " \n, "])
def test_what_was_not_recorded_or_was_cleared_is_not_known(nothing: Value) -> None:
    values = {name: nothing for name in EVERYTHING if name not in ("given_names", "family_name", "other_names")}
    assert known_of(values) == known_of({}) == Known()


def test_every_index_has_values_and_they_come_in_one_order() -> None:
    entries = entries_of(known_of(EVERYTHING))

    assert {(index, bits) for index, bits, _ in entries} == {(index.name, index.bits) for index in INDEXES}
    assert entries == sorted(entries)
    assert entries == entries_of(known_of(dict(reversed(EVERYTHING.items()))))


def test_nobody_is_found_by_what_many_share() -> None:
    common = {name: EVERYTHING[name] for name in ("nationality", "turns_18", "address", "times")}
    assert entries_of(known_of(common)) == []


def test_what_a_person_is_found_by_lies_in_the_part_that_it_is_declared_for() -> None:
    assert set(INDEXED) == {Part.IDENTITY, Part.SAFE_ADDRESS}
    assert set(INDEXED[Part.IDENTITY]) <= set(IDENTITY)
    assert set(INDEXED[Part.SAFE_ADDRESS]) <= set(CONTACT)
    assert all(field.part is part for part, fields in INDEXED.items() for field in fields)


def test_every_field_that_says_something_to_find_by_is_declared() -> None:
    """A field that `known_of` reads and that is not among those of its part would never be tagged anew."""
    declared = {field.name for fields in INDEXED.values() for field in fields}
    empty = known_of({})
    read = {name for name, value in EVERYTHING.items() if known_of({name: value}) != empty}
    assert read | {"birth_date_is_estimate"} == declared
