"""What only seemed to match is left out; what matched says how surely, and why, without a name."""

from datetime import date

import pytest

from casetrack.domain.finding import Birth, Known, ask
from casetrack.domain.finding_indexes import NAME, NRM, PHONE
from casetrack.domain.finding_matches import Grade, Match, compare

TODAY = date(2026, 11, 23)
BORN = Birth.on(date(1999, 3, 4))


def matched(asked: Known, known: Known) -> Match | None:
    return compare(ask(asked, today=TODAY), known)


def why(asked: Known, known: Known) -> tuple[Grade, str] | None:
    """The grade, and the reasons in one line."""
    if (match := matched(asked, known)) is None:
        return None
    return (match.grade, " ".join(sentence for reason in match.reasons for sentence in reason.sentences))


@pytest.mark.parametrize(
    ("asked", "recorded", "grade", "says"),
    [
        ("Linh Nguyen", "Nguyễn Thị Linh", Grade.STRONG, "The names are the same, as far as both are known."),
        ("Lin Nguen", "Nguyễn Thị Linh", Grade.STRONG, "The names sound alike, or are written in another way."),
        ("Linh", "Nguyễn Thị Linh", Grade.LIKELY, "The names are the same, as far as both are known."),
        ("Linh Nguyen", "Linh", Grade.LIKELY, "The names are the same, as far as both are known."),
        (
            *("Linh Nguyen", "Loan Nguyen", Grade.POSSIBLE),
            "One of the names is the same or sounds alike, and another begins alike.",
        ),
    ],
)
def test_how_names_agree_is_said(asked: str, recorded: str, grade: Grade, says: str) -> None:
    assert why(Known((asked,), BORN), Known((recorded,), BORN)) == (grade, f"{says} The date of birth is the same.")


@pytest.mark.parametrize(
    ("asked", "recorded", "grade", "says"),
    [
        (BORN, Birth.on(date(1999, 4, 3)), Grade.LIKELY, "The day and the month of birth are the other way round."),
        (BORN, Birth(1999), Grade.LIKELY, "The year of birth is the same, and the day is not known of both."),
        (Birth(1999), BORN, Grade.LIKELY, "The year of birth is the same, and the day is not known of both."),
        (BORN, Birth(2001), Grade.POSSIBLE, "The years of birth are close, and one of them may be an estimate."),
        (Birth(1997), BORN, Grade.POSSIBLE, "The years of birth are close, and one of them may be an estimate."),
        (None, BORN, Grade.POSSIBLE, "There is no date of birth to compare."),
        (BORN, None, Grade.POSSIBLE, "There is no date of birth to compare."),
    ],
)
def test_how_dates_of_birth_agree_is_said(asked: Birth | None, recorded: Birth | None, grade: Grade, says: str) -> None:
    names = ("Linh Nguyen",)
    said = f"The names are the same, as far as both are known. {says}"
    assert why(Known(names, asked), Known(names, recorded)) == (grade, said)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (Known(("Linh Nguyen",), BORN), Known(("Linh Nguyen",), Birth.on(date(1999, 3, 5)))),
        (Known(("Linh Nguyen",), BORN), Known(("Linh Nguyen",), Birth.on(date(2000, 3, 4)))),
        (Known(("Linh Nguyen",), BORN), Known(("Linh Nguyen",), Birth(2002))),
        (Known(("Lan Nguyen",), Birth(1999)), Known(("Linh Nguyen",), BORN)),
        (Known(("Lan Nguyen",)), Known(("Linh Nguyen",), BORN)),
        (Known(("Hassan Omar",), BORN), Known(("Hussein Amir",), BORN)),
        (Known(("Samira",), BORN), Known(("Samir",), BORN)),
        (Known(phones=("0044 7700 900123",)), Known(phones=("07710 900123",))),
    ],
)
def test_what_shares_a_term_and_is_another_person_is_left_out(asked: Known, known: Known) -> None:
    assert matched(asked, known) is None


def test_a_row_whose_tag_only_collided_is_left_out() -> None:
    assert matched(Known(("Linh Nguyen",), BORN), Known(("Ana Popa",), BORN, nrm_references=("NRM123456",))) is None


def test_a_telephone_number_that_ends_the_same_is_likely() -> None:
    same = Known(phones=("+44 7700 900123",))
    assert why(same, same) == (Grade.STRONG, "The telephone number is the same.")
    ends = "The telephone number ends the same: one of the two may be without its country code."
    assert why(same, Known(phones=("07700 900123",))) == (Grade.LIKELY, ends)


@pytest.mark.parametrize(
    ("asked", "known", "says"),
    [
        (Known(nrm_references=("NRM123456",)), Known(nrm_references=("123456",)), "The NRM reference is the same."),
        (
            Known(crime_references=("46/1234/24",)),
            Known(crime_references=("46123424",)),
            "The crime reference is the same.",
        ),
        (Known(documents=("AB123456",)), Known(documents=("ab 123456",)), "The document number is the same."),
        (Known(emails=("a@b.example",)), Known(emails=("A@B.example",)), "The e-mail address is the same."),
    ],
)
def test_a_number_that_is_the_same_is_strong(asked: Known, known: Known, says: str) -> None:
    assert why(asked, known) == (Grade.STRONG, says)


def test_every_reason_is_given_and_the_surest_comes_first() -> None:
    known = Known(("Linh Nguyen",), BORN, ("NRM123456",), phones=("07700 900123",))
    asked = Known(("Linh Nguyen",), BORN, ("NRM123456",), phones=("+447700900123",))
    match = matched(asked, known)
    assert match is not None
    assert [reason.index for reason in match.reasons] == [NRM, NAME, PHONE]
    assert [reason.grade for reason in match.reasons] == [Grade.STRONG, Grade.STRONG, Grade.LIKELY]
    assert match.grade is Grade.STRONG


def test_grades_are_ordered() -> None:
    assert Grade.STRONG > Grade.LIKELY > Grade.POSSIBLE
