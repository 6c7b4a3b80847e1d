"""The kinds of answers, and what is said of one that does not fit."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.calendars import LONDON
from casetrack.domain.case import Status
from casetrack.domain.references import new_reference
from casetrack.schemas.fields import (
    LINE,
    MASK,
    PARAGRAPH,
    Answered,
    Area,
    CaseName,
    Choice,
    Code,
    Day,
    Known,
    Masked,
    Moment,
    Organisation,
    Password,
    Several,
    Text,
    Whole,
)
from casetrack.schemas.said import Said
from tests.schemas.reading import read, refused


class Everything(Said):
    """One answer of each kind."""

    text = Text()
    name = Text(missing="Give a name.")
    paragraph = Text(PARAGRAPH)
    masked = Masked()
    password = Password()
    choice = Choice(Status)
    several = Several(Status)
    ticked = Answered()
    whole = Whole()
    known = Known()
    code = Code("close_reasons")
    organisation = Organisation()
    area = Area()
    case = CaseName()
    on = Day()
    at = Moment()


def field(name: str, sent: Any) -> Any:  # noqa: ANN401 - whatever was sent
    """What the field reads."""
    return read(Everything(only=(name,)), {name: sent})[name]


def said_of(name: str, sent: Any) -> Any:  # noqa: ANN401 - whatever was sent
    """What is said of it."""
    return refused(Everything(only=(name,)), {name: sent}).get(name)


def test_what_was_not_asked_for_is_refused() -> None:
    assert refused(Everything(only=("text",)), {"text": "a", "holder": "north"}) == {
        "holder": ["This was not asked for."]
    }


def test_something_other_than_answers_by_name_is_refused() -> None:
    assert refused(Everything(only=("text",)), ["a"]) == {
        "_schema": ["Send the answers as an object, each by its name."]
    }


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two words ", "two words"),
        ("a\r\nb\rc", "a b c"),
        ("no\x00thing\x1b", "no thing"),
        ("half \ud83d of one", "half   of one"),
        ("hard\u00a0blank", "hard blank"),
    ],
)
def test_a_line_is_kept_without_blanks_around_it_and_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert field("text", typed) == kept


def test_a_paragraph_keeps_its_lines() -> None:
    assert field("paragraph", " one\r\n\r\ntwo ") == "one\n\ntwo"


@pytest.mark.parametrize(("name", "most"), [("text", LINE), ("paragraph", PARAGRAPH)])
def test_a_text_that_is_too_long_is_refused_with_the_number(name: str, most: int) -> None:
    assert field(name, "x" * most) == "x" * most
    assert said_of(name, "x" * (most + 1)) == [f"Use {most:,} characters or fewer."]


@pytest.mark.parametrize("sent", [None, "", "  ", "\n"])
def test_a_text_that_is_needed_says_so_in_its_own_words(sent: object) -> None:
    assert said_of("name", sent) == ["Give a name."]


def test_a_text_that_was_left_out_is_empty() -> None:
    assert read(Everything(only=("text",)), {}) == {"text": ""}


def test_a_password_is_taken_exactly_as_it_was_typed() -> None:
    assert field("password", " two  blanks ") == " two  blanks "


@given(st.text(max_size=LINE))
def test_no_text_that_is_read_holds_a_character_that_cannot_be_kept(typed: str) -> None:
    kept = field("paragraph", typed)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept


def test_a_choice_is_one_of_the_codes() -> None:
    assert field("choice", "open") is Status.OPEN
    assert field("several", ["open", "closed"]) == [Status.OPEN, Status.CLOSED]


@pytest.mark.parametrize("sent", ["OPEN", "", 5, ["open"], {}])
def test_anything_else_is_no_choice(sent: object) -> None:
    assert said_of("choice", sent) == ["Choose one of the answers."]


def test_a_wrong_one_of_several_is_named_by_its_place() -> None:
    assert said_of("several", ["open", "ajar"]) == {1: ["Choose one of the answers."]}
    assert said_of("several", "open") == ["Choose one or more of the answers."]


@pytest.mark.parametrize(("sent", "read_as"), [("yes", True), (True, True), ("no", False), (False, False)])
def test_a_box_is_ticked_or_not(sent: object, read_as: bool) -> None:  # noqa: FBT001 - what a box is
    assert field("ticked", sent) is read_as


@pytest.mark.parametrize(
    ("name", "sent", "said"),
    [
        ("ticked", "perhaps", "Answer yes or no."),
        ("whole", "two", "Enter a whole number."),
        ("known", "me", "Choose one from the list."),
        ("known", 5, "Choose one from the list."),
        ("code", "bored", "Choose one from the list."),
        ("code", ["duplicate"], "Choose one from the list."),
        ("organisation", "nowhere", "Choose an organisation from the list."),
        ("organisation", "old", "Choose an organisation from the list."),
        ("organisation", "audit-desk", "Choose an organisation from the list."),
        ("area", "charity", "Choose a police force from the list."),
        ("case", "CT-0000-0001", "That reference has a mistake in it."),
        ("case", "7K3M", "That reference has a mistake in it."),
        ("case", " ", "Enter a reference or a pseudonym."),
    ],
)
def test_what_does_not_fit_is_told_what_to_do(name: str, sent: object, said: str) -> None:
    (sentence,) = said_of(name, sent)
    assert sentence.startswith(said)


def test_codes_are_those_of_the_day() -> None:
    assert field("code", "duplicate") == "duplicate"
    assert field("organisation", "charity") == "charity"


def test_an_area_can_be_that_of_a_force_that_has_ended() -> None:
    assert field("area", "old") == "old"


@given(st.integers(min_value=0, max_value=2**35))
def test_a_reference_is_read_however_it_is_spaced(number: int) -> None:
    digits = iter(f"{number:035b}"[place : place + 5] for place in range(0, 35, 5))
    reference = new_reference(lambda _: int(next(digits), 2))
    typed = reference.replace("-", " ").lower()
    assert field("case", typed) == reference


def test_a_pseudonym_is_two_words_in_small_letters() -> None:
    assert field("case", "  Lavender   PICNIC ") == "lavender picnic"


@pytest.mark.parametrize(
    "sent", ["2026-02-03", {"day": "3", "month": "2", "year": "2026"}, {"day": "03", "month": " 02", "year": "2026 "}]
)
def test_a_date_is_one_text_or_three_parts(sent: object) -> None:
    assert field("on", sent) == date(2026, 2, 3)


def test_the_parts_of_a_date_come_as_a_form_names_them() -> None:
    sent = {"on-day": "3", "on-month": "2", "on-year": "2026"}
    assert read(Everything(only=("on",)), sent)["on"] == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026-02-30", "Enter a real date, such as 21 11 2026."),
        ("3/2/2026", "Enter a real date, such as 21 11 2026."),
        ("26-02-03", "Enter a real date, such as 21 11 2026."),
        (20260203, "Enter a real date, such as 21 11 2026."),
        ("٢٠٢٦-٠٢-٠٣", "Enter a real date, such as 21 11 2026."),
        ({"day": "3", "month": "2"}, "Enter a day, a month and a year."),
        ({"day": "3", "month": "2", "year": "26"}, "Enter a real date, such as 21 11 2026."),
        (None, "Enter a date."),
    ],
)
def test_a_date_that_is_none_says_how_to_write_one(sent: object, said: str) -> None:
    assert said_of("on", sent) == [said]


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-07-01T09:30", datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
        ("2026-07-01 9.30", datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
        ("2026-07-01T09:30:00Z", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("2026-07-01T09:30:00+02:00", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ({"day": "1", "month": "7", "year": "2026", "time": "9:30"}, datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
        ({"day": "1", "month": "7", "year": "2026", "time": ""}, datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_londons_unless_it_says_its_offset(sent: object, at: datetime) -> None:
    assert field("at", sent) == at


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026-07-01T25:00", "Enter a time as hours and minutes, such as 15:05."),
        ("2026-07-01Tnoon", "Enter a time as hours and minutes, such as 15:05."),
        ("2026-07-01T25:00:00Z", "Enter a time as hours and minutes, such as 15:05."),
        (
            {"day": "1", "month": "7", "year": "2026", "time": "3pm"},
            "Enter a time as hours and minutes, such as 15:05.",
        ),
        ({"time": "09:30"}, "Enter a day, a month and a year."),
        ("2026-03-29T01:30", "There was no such time: the clocks went forward. Enter another."),
    ],
)
def test_a_moment_that_never_was_is_refused(sent: object, said: str) -> None:
    assert said_of("at", sent) == [said]


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.times())
def test_a_moment_that_is_read_shows_the_same_clock_in_london(on: date, at: time) -> None:
    typed = {"day": str(on.day), "month": str(on.month), "year": str(on.year), "time": f"{at.hour}:{at.minute:02}"}
    if said_of("at", typed) is None:
        shown = field("at", typed).astimezone(LONDON)
        assert (shown.date(), shown.hour, shown.minute) == (on, at.hour, at.minute)


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        (MASK, ""),
        (f" {MASK} ", ""),
        ("", ""),
        (None, None),
        (" 01632 960001 ", "01632 960001"),
        ("• Ring first", "• Ring first"),
    ],
)
def test_a_mask_left_alone_keeps_what_is_hidden_and_nothing_at_all_clears_it(sent: str | None, read_as: str) -> None:
    assert field("masked", sent) == read_as


@pytest.mark.parametrize("sent", [f"{MASK}1", f"12 Lane {MASK}", MASK[:-1], MASK[0], f"{MASK[0]} {MASK[0]}•"])
def test_what_is_left_of_a_mask_is_no_answer(sent: str) -> None:
    assert "Delete the dots" in str(said_of("masked", sent))
