"""A number is found however it was spaced, dotted or prefixed, and too short a one is no number."""

from itertools import combinations
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.finding_numbers import (
    PHONE_DIGITS,
    is_whole_phone,
    phones_in,
    plain_email,
    plain_nrm,
    plain_number,
    plain_pseudonym,
    same_phone,
)

PHONES = [
    (
        *("07700 900123", "+447700900123", "+44 7700 900 123", "0044 7700 900123", "+44 (0)7700 900123"),
        *("(07700) 900-123", "tel:+44-7700-900123", "07700.900.123", "07700\N{EN DASH}900123", "7700900123"),
        *(
            "447700900123",
            "07700/900123",
            "٠٧٧٠٠٩٠٠١٢٣",
            "０７７００９００１２３",  # noqa: RUF001 -- as a Japanese keyboard types it
            "07700 900123 ext. 12",
            "07700 900123 (sister)",
        ),
    ),
    ("+84 912 345 678", "0912 345 678", "0084912345678"),
    ("+355 69 212 3456", "069 212 3456"),
    ("+47 912 34 567", "912 34 567"),
    ("+373 69 123 456", "069 123 456"),
    ("+291 7 123 456", "07 123 456"),
    ("+7 912 345 67 89", "8 912 345 67 89"),
]
SEPARATORS = st.sampled_from(["", " ", "-", "/", ".", " / ", "\N{EN DASH}"])
PUNCTUATED = st.lists(st.text(ascii_letters + digits, min_size=1, max_size=5), min_size=1, max_size=5)


@pytest.mark.parametrize(("one", "other"), [pair for group in PHONES for pair in combinations(group, 2)])
def test_a_telephone_number_is_one_however_it_is_written(one: str, other: str) -> None:
    (first,), (second,) = phones_in(one), phones_in(other)
    assert first[-PHONE_DIGITS:] == second[-PHONE_DIGITS:]
    assert same_phone(first, second)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("07700 900123 / 020 7946 0000", ("7700900123", "2079460000")),
        ("07700 900123 07700 900456", ("7700900123", "7700900456")),
        ("07700900123, or +44 20 7946 0000 after six", ("7700900123", "442079460000")),
        ("0161 496 0000 ext 1234567", ("1614960000",)),
        ("999", ()),
        ("ask her sister", ()),
        ("1234567890123456", ()),
        ("", ()),
    ],
)
def test_the_telephone_numbers_of_a_text_are_told_apart(text: str, found: tuple[str, ...]) -> None:
    assert phones_in(text) == found


def test_numbers_that_only_end_alike_are_two() -> None:
    assert not same_phone("7700900123", "7701900123")
    assert not same_phone("91234567", "81234567")


@given(st.text("123456789", min_size=9, max_size=15), st.text(" -.", max_size=20))
def test_blanks_and_dots_in_a_telephone_number_never_matter(number: str, between: str) -> None:
    spread = "".join(digit + mark for digit, mark in zip(number, between.ljust(len(number)), strict=False))
    assert phones_in(spread) == phones_in(number) == (number,)


@pytest.mark.parametrize(
    "group",
    [
        ("46/12345/24", "46 12345 24", "46-12345-24", "461234524"),
        ("CRI/06KK/0001234/24", "cri 06kk 0001234 24", "CR1-06KK-0001234-24"),
        ("AB 123 456", "ab123456", "AB-123-456", "ＡＢ１２３４５６"),  # noqa: RUF001 -- as a Japanese keyboard types it
    ],
)
def test_a_reference_is_one_however_it_is_written(group: tuple[str, ...]) -> None:
    assert len({plain_number(text) for text in group}) == 1
    assert plain_number(group[0])


@pytest.mark.parametrize("text", ["", "46/1", "unknown", "none given", "AB12", "ABCDE", "ABCD12", " / - "])
def test_a_reference_that_is_too_short_is_none(text: str) -> None:
    assert plain_number(text) is None


@given(PUNCTUATED, SEPARATORS)
def test_the_case_blanks_and_punctuation_of_a_reference_never_matter(groups: list[str], between: str) -> None:
    plain = plain_number("".join(groups))
    assert plain_number(f" {between.join(groups)} ") == plain_number("".join(groups).swapcase()) == plain
    assert plain is None or plain_number(plain) == plain


@pytest.mark.parametrize("text", ["NRM 2024/12345", "nrm2024-12345", "2024 12345", " NRM: 2024 12345"])
def test_an_nrm_reference_may_have_its_letters_in_front(text: str) -> None:
    assert plain_nrm(text) == "202412345"


@pytest.mark.parametrize("text", ["anna@example.org", " Anna@Example.ORG\n", "ANNA@EXAMPLE.ORG"])
def test_an_email_address_is_one_in_any_case(text: str) -> None:
    assert plain_email(text) == "anna@example.org"


def test_two_addresses_are_two_whatever_some_provider_makes_of_them() -> None:
    assert plain_email("an.na@example.org") != plain_email("anna@example.org")
    assert plain_email("anna+work@example.org") != plain_email("anna@example.org")
    assert plain_email("zoe\N{COMBINING DIAERESIS}@example.org") == plain_email("zoë@example.org")


@pytest.mark.parametrize(
    "text", ["", "anna", "anna@", "@example.org", "anna@example", "an na@example.org", "a@b@c.org"]
)
def test_part_of_an_email_address_is_none(text: str) -> None:
    assert plain_email(text) is None


@given(st.emails())
def test_making_an_email_address_plain_twice_changes_nothing(text: str) -> None:
    plain = plain_email(text)
    assert plain is None or plain_email(plain) == plain


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        *((text, True) for text in ("01632 960123", "(01632) 960123", "+44 (0)1632 960123", "0044 1632-960123")),
        *((text, True) for text in ("0" + "1" * 8, "+" + "1" * 15)),
        *((text, False) for text in ("0" + "1" * 7, "+" + "1" * 16, "1632 960123", "01632 960123 ext 4", "", "+")),
    ],
)
def test_a_number_to_be_rung_is_whole_and_nothing_stands_beside_it(text: str, is_whole: bool) -> None:  # noqa: FBT001 -- what is expected of the text
    assert is_whole_phone(text) is is_whole


@pytest.mark.parametrize("text", ["alpine acorn", " Alpine  ACORN ", "alpine-acorn", "Alpine, acorn."])
def test_a_pseudonym_is_two_words_however_they_are_typed(text: str) -> None:
    assert plain_pseudonym(text) == "alpine acorn"
