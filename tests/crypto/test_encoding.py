"""The bytes that every format is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.encoding import labelled, lp, u32be
from tests.crypto import by_the_book


@given(st.text() | st.binary())
def test_a_part_follows_its_length(part: str | bytes) -> None:
    assert lp(part) == by_the_book.lp(part)


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_no_two_lists_of_parts_have_the_same_bytes(left: list[bytes], right: list[bytes]) -> None:
    assert (b"".join(map(lp, left)) == b"".join(map(lp, right))) == (left == right)


def test_a_part_holds_65535_bytes_and_no_more() -> None:
    assert len(lp(bytes(65_535))) == 65_537
    with pytest.raises(ValueError, match="at most 65,535"):
        lp(bytes(65_536))


def test_a_number_is_four_bytes_with_the_most_significant_first() -> None:
    assert u32be(0x01020304) == b"\x01\x02\x03\x04"


def test_a_label_ends_with_a_zero_byte() -> None:
    assert labelled("casetrack/v1/seal", b"a", b"b") == b"casetrack/v1/seal\x00ab"
