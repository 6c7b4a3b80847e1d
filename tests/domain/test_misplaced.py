"""What belongs elsewhere is seen in a text, and what only looks like it is left alone."""

import pytest

from casetrack.domain.holdings import Part
from casetrack.domain.misplaced import DAYS_TOO, FIRST_TOO, WORDS_TOO, Kind, find_misplaced

NAMES = ("Zoë Adaeze", "Nguyen Van Quillane", "likes to be called Blessing", "王小明", "أحمد")

POSTCODES = ("NG1 5FS", "ng15fs", "W1A 1AA", "EC1A 1BB", "M25 2ND", "GY1 1AA", "B33 8TH", "cr2 6xh")
PHONES = (
    "07700 900123",
    "07700900123",
    "07700-900-123",
    "07 70 09 00 12 3",
    "+44 7700 900123",
    "+44 (0)7700 900123",
    "0044 7700 900123",
    "447700 900123",
    "(0115) 496 0000",
    "0115 496 0000",
    "020 7946 0958",
    "01204 12345",
    "+84 91 234 56 78",
    "+355 69 123 4567",
)
EMAILS = ("ada@example.org", "Ada.B+tag@mail.example.com", "a_b@example.co.uk")
NOBODYS = (
    "call on 10 11 2026",
    "on 01 11 2026 10 30",
    "01.11.2026 10:30",
    "01/11/2026-02/12/2026",
    "on 01-11-26 10.30",
    "2026-11-21T10:00:00",
    "CT-7K3M-92Q2",
    "CT 7K3M 92QX",
    "ct-ng15-fs12",
    "e51ab2cd-1111-4e12-9c3a-aaaaaaaaaaaa",
    "M25 2nd exit, then the A4 for 3 miles",
    "N1 4th floor",
    "room E5 at 3pm, form H2 at 3am",
    "0300 123 4567",
    "08000 121 700",
    "999 and 101",
    "crime 06000123456",
    "crime 13FC/12345/26 and 01/12345/26",
    "sort code 01-02-03, account 12345678",
    "01-02-03 12345678",
    "2026/0012345678",
    "s. 45 of the 2015 Act",
    "desk@met.police.uk",
    "nrm@modernslavery.gov.uk",
    "@handle, and a @ b",
    "£1,000,000 and 07.5 %",
    "NHS 943 476 5919",
)
NAMED = (
    ("Adaeze came at noon.", "Adaeze"),
    ("I spoke to adaeze.", "adaeze"),
    ("ADAEZE's bag", "ADAEZE's"),
    ("Zoe rang", "Zoe"),
    ("with Mr Quillane-Smith", "Quillane"),
    ("Blessing rang", "Blessing"),
    ("we met Nguyen there", "Nguyen"),
    ("今天王小明说", "王小明"),
    ("I met أحمد today", "أحمد"),
)
NOT_NAMED = ("a blessing for us", "in a van", "Zoltan", "Quill", "likes to be here", "王小", "quillanes")


def kinds(text: str, *names: str) -> list[Kind]:
    return [each.kind for each in find_misplaced(text, names)]


@pytest.mark.parametrize("written", POSTCODES)
def test_a_postcode_is_seen(written: str) -> None:
    (found,) = find_misplaced(f"She lives at {written}, on the left.")
    assert (found.kind, found.said, found.start) == (Kind.POSTCODE, written, 13)


@pytest.mark.parametrize("written", PHONES)
def test_a_telephone_number_is_seen(written: str) -> None:
    (found,) = find_misplaced(f"Ring {written}, 2 times, before 10 11 2026.")
    assert (found.kind, found.said) == (Kind.PHONE, written)


def test_what_comes_after_a_telephone_number_is_no_part_of_it() -> None:
    (found,) = find_misplaced("Ring 07700 900123 2 times")
    assert found.said == "07700 900123"


@pytest.mark.parametrize("written", EMAILS)
def test_an_email_address_is_seen(written: str) -> None:
    (found,) = find_misplaced(f"It is <{written}>.")
    assert (found.kind, found.said) == (Kind.EMAIL, written)


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert not find_misplaced(text, NAMES)
    assert not find_misplaced(f"Note: {text}.", NAMES)


@pytest.mark.parametrize(("text", "said"), NAMED)
def test_a_name_of_the_person_is_seen(text: str, said: str) -> None:
    (found,) = find_misplaced(text, NAMES)
    assert (found.kind, found.said) == (Kind.NAME, said)
    assert text[found.start :].startswith(said)


@pytest.mark.parametrize("text", NOT_NAMED)
def test_what_is_like_a_name_is_left_alone(text: str) -> None:
    assert not find_misplaced(text, NAMES)


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        ("Long", "Long may it last", False),
        ("Long", "with Mr Long", True),
        ("An", "An officer came", False),
        ("An", "with An there", True),
        ("An", "an officer", False),
        ("Sunday", "on Sunday", False),
        ("Hope", "Hope rang", True),
        ("Hope", "we hope so", False),
        ("Q", "with Q", False),
    ],
)
def test_a_name_that_is_a_word_of_english_counts_where_it_is_meant_as_a_name(name: str, text: str, seen: bool) -> None:  # noqa: FBT001 - what is expected of each
    assert bool(find_misplaced(text, [name])) is seen


def test_without_a_name_nothing_is_taken_for_one() -> None:
    assert not kinds("Adaeze came.", "", "-")


def test_everything_is_found_in_its_order_and_says_where_it_belongs() -> None:
    found = find_misplaced("ada@example.org or 07700 900123; NG1 5FS is where Adaeze is.", NAMES)
    assert [each.kind for each in found] == [Kind.EMAIL, Kind.PHONE, Kind.POSTCODE, Kind.NAME]
    assert [each.kind.part for each in found] == [*[Part.SAFE_ADDRESS] * 3, Part.IDENTITY]


def test_what_was_found_is_not_in_its_repr() -> None:
    (found,) = find_misplaced("Ring 07700 900123")
    assert "900123" not in repr(found)


def test_no_word_is_in_two_of_the_lists() -> None:
    assert not (DAYS_TOO & WORDS_TOO) | (DAYS_TOO & FIRST_TOO) | (WORDS_TOO & FIRST_TOO)
