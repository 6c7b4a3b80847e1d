"""A question finds a record if and only if they share a term, and whoever is found is compared."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.errors import CasetrackError, RuleBroken
from casetrack.domain.finding import Birth, Known, Question, Terms, ask, terms_of
from casetrack.domain.finding_indexes import CRIME, DOCUMENT, EMAIL, NAME, NRM, PHONE
from casetrack.domain.finding_matches import Grade, compare
from casetrack.domain.finding_names import sound
from casetrack.domain.finding_refusals import (
    BirthAlone,
    EmailNotWhole,
    NameTooShort,
    NothingToFindBy,
    NumberTooShort,
    PhoneTooShort,
)

TODAY = date(2026, 11, 23)
DAY = date(1999, 5, 14)
BORN = Birth.on(DAY)
IN_1999 = Birth(1999)
LINH = Known(("Linh", "Nguyễn Thị"), BORN)
LIN = ("Linh",)


def asked(*names: str, birth: Birth | None = None) -> Question:
    return ask(Known(names, birth), today=TODAY)


def shares(question: Question, terms: Terms) -> bool:
    return any(terms[index] & question.terms.get(index, frozenset()) for index in terms)


def finds(question: Question, known: Known) -> bool:
    """Whether the question finds the record, by its terms and again when it is compared."""
    by_terms = shares(question, terms_of(known))
    assert by_terms == (compare(question, known) is not None)
    return by_terms


# --- Terms -----------------------------------------------------------------------------------------------------------


def test_a_term_of_the_name_index_is_a_sound_an_initial_and_a_month() -> None:
    assert terms_of(LINH) == {NAME: {"ln n 1999-05", "ngn l 1999-05"}}


@pytest.mark.parametrize(
    ("known", "terms"),
    [
        (Known(("Linh Nguyen",), IN_1999), {"ln n 1999", "ngn l 1999"}),
        (Known(("Linh Nguyen",)), {"ln n -", "ngn l -"}),
        (Known(LIN, BORN), {"ln - 1999-05"}),
        (Known(LIN), {"ln - -"}),
        (Known(("Mohamed", "Muhammad"), BORN), {"mmt - 1999-05"}),
        (Known(("Maria", "Ana", "Popa")), {"mr a -", "mr p -", "an m -", "an p -", "pp m -", "pp a -"}),
    ],
)
def test_what_is_not_known_is_left_open_in_a_record(known: Known, terms: set[str]) -> None:
    assert terms_of(known) == {NAME: terms}


def test_each_index_has_the_terms_of_its_own_field() -> None:
    known = Known(
        nrm_references=("NRM 2024/12345",),
        crime_references=("46/12345/24", "unknown"),
        documents=("AB 123456",),
        phones=("+44 7700 900123, or 020 7946 0000",),
        emails=("Anna@example.org", "none"),
    )
    assert terms_of(known) == {
        NRM: {"202412345"},
        CRIME: {"461234524"},
        DOCUMENT: {"AB123456"},
        PHONE: {"0900123", "9460000"},
        EMAIL: {"anna@example.org"},
    }


def test_what_is_too_short_to_find_anybody_by_gives_no_term() -> None:
    assert terms_of(Known(("", " "), BORN, ("-",), ("46/1",), ("none",), ("999",), ("anna",))) == {}


@pytest.mark.parametrize(
    ("day", "estimated", "counts"),
    [(DAY, "no", DAY), (DAY, "yes", None), (date(1999, 1, 1), "no", None), (date(1999, 1, 2), "no", date(1999, 1, 2))],
)
def test_of_an_estimate_and_of_the_first_of_january_only_the_year_counts(
    day: date, estimated: str, counts: date | None
) -> None:
    assert Birth.on(day, estimated=estimated == "yes") == Birth(1999, counts)


def test_nothing_of_a_person_is_in_a_repr() -> None:
    for shown in map(repr, (LINH, BORN, asked("Linh Nguyen"))):
        assert "Linh" not in shown
        assert "1999" not in shown


# --- Missing parts ---------------------------------------------------------------------------------------------------

RECORDS = {
    "whole": LINH,
    "year": Known(("Linh", "Nguyễn Thị"), Birth.on(DAY, estimated=True)),
    "names": Known(("Linh", "Nguyễn Thị")),
    "one-day": Known(LIN, BORN),
    "one-year": Known(LIN, IN_1999),
    "one": Known(LIN),
}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (asked("Nguyen Linh", birth=BORN), set(RECORDS)),
        (asked("Nguyen Linh", birth=IN_1999), set(RECORDS)),
        (asked("Nguyen Linh", birth=Birth(2001)), set(RECORDS)),
        (asked("Nguyen Linh"), set(RECORDS)),
        (asked("Linh", birth=BORN), set(RECORDS)),
        (asked("Linh", birth=IN_1999), set(RECORDS)),
        (asked("Linh"), {"one-day", "one-year", "one"}),
        (asked("Nguyen"), set()),
        (asked("Tran Linh", birth=BORN), {"one-day", "one-year", "one"}),
        (asked("Nguyen Linh", birth=Birth(2002)), {"names", "one"}),
        (asked("Nguyen Linh", birth=Birth.on(date(1999, 6, 14))), {"year", "names", "one-year", "one"}),
    ],
    ids=lambda value: None if isinstance(value, Question) else "-".join(sorted(value)) or "none",
)
def test_a_question_finds_whoever_may_be_the_person(question: Question, found: set[str]) -> None:
    assert {name for name, known in RECORDS.items() if finds(question, known)} == found


def test_day_and_month_may_be_the_other_way_round() -> None:
    recorded = Known(("Linh Nguyen",), Birth.on(date(1999, 3, 4)))
    assert finds(asked("Linh Nguyen", birth=Birth.on(date(1999, 4, 3))), recorded)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gebre Mariam Tesfay", "Gebremariam Tesfay"),
        ("Abd al-Rahman Ali", "Abdulrahman Ali"),
        ("Haile Selassie", "Haileselassie"),
    ],
)
@pytest.mark.parametrize("birth", [BORN, IN_1999, None])
def test_two_names_may_be_recorded_as_one(one: str, other: str, birth: Birth | None) -> None:
    assert finds(asked(one, birth=birth), Known((other,), birth))


def test_one_of_the_names_may_be_quite_another_when_the_day_is_the_same() -> None:
    assert finds(asked("Linh Nguyen", birth=BORN), Known(("Loan Nguyen",), BORN))


def test_no_more_than_the_longest_names_of_a_question_are_looked_for_by_their_sound() -> None:
    many = asked("Linh Alexandra Wilhelmina Katharina Magdalena", birth=BORN)
    assert not finds(many, Known(("Linh Mai",), BORN))
    assert finds(many, Known(("Katharina", "Mai"), BORN))


@pytest.mark.parametrize(
    ("known", "question"),
    [
        (Known(nrm_references=("NRM 2024/12345",)), Known(nrm_references=("202412345",))),
        (Known(crime_references=("46/12345/24",)), Known(crime_references=("46 12345 24",))),
        (Known(documents=("AB 123456",)), Known(documents=("ab123456",))),
        (Known(phones=("07700 900123",)), Known(phones=("+44 7700 900123",))),
        (Known(phones=("07700 900123",)), Known(phones=("07700900123",))),
        (Known(emails=("Anna@example.org",)), Known(emails=(" anna@EXAMPLE.org",))),
    ],
)
def test_a_number_is_enough_to_be_found_by(known: Known, question: Known) -> None:
    assert finds(ask(question, today=TODAY), known)
    assert not finds(asked("Linh Nguyen"), known)


# --- What is too little ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        (Known(), NothingToFindBy),
        (Known(("", " "), phones=(" ",)), NothingToFindBy),
        (Known(birth=BORN), BirthAlone),
        (Known(birth=BORN, phones=("07700 900123",)), BirthAlone),
        (Known(("A",), BORN), NameTooShort),
        (Known(("12",)), NameTooShort),
        (Known(nrm_references=("NRM 1",)), NumberTooShort),
        (Known(crime_references=("46/1",)), NumberTooShort),
        (Known(documents=("none",)), NumberTooShort),
        (Known(documents=("AB 123456", "12")), NumberTooShort),
        (Known(phones=("900123",)), PhoneTooShort),
        (Known(emails=("anna@",)), EmailNotWhole),
    ],
)
def test_too_little_finds_nobody_and_says_what_is_missing(question: Known, refusal: type[CasetrackError]) -> None:
    with pytest.raises(refusal) as refused:
        ask(question, today=TODAY)
    assert isinstance(refused.value, RuleBroken)
    assert str(refused.value) == refusal.__name__


def test_an_initial_beside_a_name_is_no_name_and_does_no_harm() -> None:
    assert finds(asked("L. Nguyen", birth=BORN), LINH)


# --- Properties ------------------------------------------------------------------------------------------------------

ROLL = ("Linh", "Nguyen", "Mohamed", "Ahmed", "Gezim", "Hoxha", "Maria", "Popescu", "Tesfay", "Haile", "Omar", "Çela")
NAMES = st.lists(st.sampled_from(ROLL), min_size=1, max_size=4, unique=True)
BIRTHS = st.builds(
    lambda day, estimated: Birth.on(day, estimated=estimated),
    st.dates(date(1950, 1, 1), date(2020, 12, 31)),
    st.booleans(),
)
PEOPLE = st.builds(lambda names, birth: Known(tuple(names), birth), NAMES, st.none() | BIRTHS)


@given(PEOPLE, st.data())
def test_some_of_the_names_with_the_birth_always_find_the_person(known: Known, data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(known.names), min_size=1, unique=True))
    birth = data.draw(st.sampled_from([known.birth, Birth(known.birth.year) if known.birth else None]))
    lone = birth is None and len({sound(word) for word in Known(tuple(some)).words}) == 1
    assert lone or finds(asked(*some, birth=birth), known)


@given(PEOPLE, PEOPLE)
def test_who_is_compared_and_matches_shares_a_term(one: Known, other: Known) -> None:
    question = ask(one, today=TODAY)
    matched = compare(question, other)
    assert matched is None or shares(question, terms_of(other))


@given(PEOPLE, PEOPLE)
def test_whether_somebody_was_looked_for_is_answered_by_a_question_about_them(person: Known, asked_for: Known) -> None:
    both_dated = person.birth is not None and asked_for.birth is not None
    found = both_dated and shares(ask(asked_for, today=TODAY), terms_of(person))
    assert not found or shares(ask(person, today=TODAY), terms_of(asked_for))


@given(PEOPLE)
def test_who_is_asked_for_in_full_is_found_with_the_surest_grade_that_is_known(known: Known) -> None:
    match = compare(ask(known, today=TODAY), known)
    assert match is not None
    whole = known.birth is not None and known.birth.day is not None and len(known.words) > 1
    assert (match.grade is Grade.STRONG) == whole
