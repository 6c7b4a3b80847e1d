"""What a sealed field holds, and that its length tells only a step."""

import enum
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.errors import CannotOpen, CannotSeal, Reason
from casetrack.crypto.fields import FieldLabel, Value, pack, unpack

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
JSON_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(JSON_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))
VALUES = st.none() | NUMBERS | st.dates() | st.binary() | st.lists(JSON) | st.dictionaries(TEXT, JSON)


class Colour(enum.StrEnum):
    RED = "red"


def packed(encoded: bytes, size: int = 32) -> bytes:
    return (len(encoded).to_bytes(4, "big") + encoded).ljust(size, b"\0")


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    opened = unpack(pack(value))
    assert opened == value
    assert type(opened) is type(value)


@given(TEXT)
def test_text_comes_back_composed(text: str) -> None:
    assert unpack(pack(text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, b"\x00"),
        ("e\u0301", b"\x01\xc3\xa9"),
        (-1, b"\x02" + b"\xff" * 8),
        (2**63 - 1, b"\x02\x7f" + b"\xff" * 7),
        (date(1994, 2, 28), b"\x031994-02-28"),
        ({"b": 1.0, "a": [True, None]}, b'\x04{"a":[true,null],"b":1}'),
        ([], b"\x04[]"),
        (b"\x00", b"\x05\x00"),
    ],
)
def test_each_kind_has_its_type_byte(value: Value, encoded: bytes) -> None:
    assert pack(value) == packed(encoded)


@pytest.mark.parametrize(
    ("length", "size"),
    [
        *((0, 32), (27, 32), (28, 64), (59, 64), (60, 128), (123, 128), (124, 256), (251, 256), (252, 512)),
        *((507, 512), (508, 1024), (1019, 1024), (1020, 2048), (2043, 2048), (2044, 3072), (10_000, 10_240)),
    ],
)
def test_a_length_is_padded_to_its_step(length: int, size: int) -> None:
    assert len(pack(bytes(length))) == size


@given(VALUES)
def test_every_size_is_a_step(value: Value) -> None:
    size = len(pack(value))
    assert size in {32, 64, 128, 256, 512} or size % 1024 == 0


@pytest.mark.parametrize(
    "value",
    [
        True,
        1.5,
        datetime(2026, 1, 1, tzinfo=UTC),
        Colour.RED,
        ("a",),
        2**63,
        -(2**63) - 1,
        "\ud800",
        {"a": 2**53},
        {"a": float("nan")},
        {1: "a"},
        ["\ud800"],
        [object()],
    ],
)
def test_a_value_without_a_form_is_refused(value: Any) -> None:  # noqa: ANN401 -- the types are what is wrong
    with pytest.raises(CannotSeal, match="has no form"):
        pack(value)


def test_a_list_nested_too_deep_is_refused() -> None:
    nested: list[Any] = []
    for _ in range(20_000):
        nested = [nested]
    with pytest.raises(CannotSeal, match="this list has no form"):
        pack(nested)


@pytest.mark.parametrize("value", ["Ngozi\ud800", {"name": "Ngozi", "n": 2**60}, 777_777_777_777_777_777_777])
def test_a_refusal_repeats_nothing_of_the_value(value: Value) -> None:
    with pytest.raises(CannotSeal) as refused:
        pack(value)
    assert refused.value.__context__ is None
    assert not any(piece in str(refused.value) for piece in ("Ngozi", "777", str(2**60)))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\0\0\0",
        bytes(32),
        packed(b"\x06"),
        packed(b"\x00\x00"),
        packed(b"\x01\xff"),
        packed(b"\x02\x00"),
        packed(b"\x03" + b"20240229"),
        packed(b"\x03" + b"2024-W09-4"),
        packed(b"\x03" + b"2023-02-29"),
        packed(b"\x04"),
        packed(b"\x041"),
        packed(b'\x04"text"'),
        packed(b"\x04\xff"),
        packed(b"\x05", 64),
        packed(b"\x05", 31),
        packed(b"\x05")[:-1] + b"\x01",
        b"\0\0\0\x20" + packed(b"\x05")[4:],
        b"\xff" * 32,
    ],
)
def test_any_other_shape_is_refused(wrong: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        unpack(wrong)
    assert refused.value.reason is Reason.SHAPE
    assert refused.value.__context__ is None


def test_a_large_float_comes_back_a_float_and_seals_again() -> None:
    assert unpack(pack([2.007832732458545e16, 2.0**53 - 1])) == [2.007832732458545e16, 2**53 - 1]
    assert pack(unpack(pack([2.007832732458545e16]))) == pack([2.007832732458545e16])


@pytest.mark.parametrize("label", ["", "Name", "1st", "given name", "é", "a" * 64, "a\n"])
def test_a_label_is_plain_and_short(label: str) -> None:
    with pytest.raises(ValueError, match="a label is"):
        FieldLabel(label, "column")
    with pytest.raises(ValueError, match="a label is"):
        FieldLabel("table", label)


def test_a_label_may_hold_dots_dashes_and_digits() -> None:
    assert FieldLabel("identity", "given-name_2.x").column == "given-name_2.x"
