"""A field opens in its own place under its own key, and nowhere else."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.datakeys import OFFER, DataKey, KeyPlace, stored_number
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import FieldLabel, Value
from tests.crypto.samples import CASE, DEPLOYMENT, GIVEN_NAME, OTHER_CASE, OTHER_ROW, ROW, data_key, flipped
from tests.crypto.test_fields import VALUES

PLACE = KeyPlace(DEPLOYMENT, CASE, 3)
SECRET = bytes(range(32))
KEY = DataKey(PLACE, SECRET)
STORED = KEY.seal(GIVEN_NAME, ROW, "Beispiel")


@given(VALUES, st.integers(0, 2**32 - 1), st.uuids(), st.uuids())
def test_a_sealed_value_opens_in_its_place(value: Value, number: int, case: UUID, row: UUID) -> None:
    key = DataKey.generate(KeyPlace(DEPLOYMENT, case, number))
    stored = key.seal(GIVEN_NAME, row, value)
    assert key.open(GIVEN_NAME, row, stored) == value
    assert stored_number(stored) == number


def test_a_short_field_takes_78_bytes() -> None:
    assert len(STORED) == 6 + 24 + 32 + 16
    assert len(KEY.seal(GIVEN_NAME, ROW, None)) == len(STORED)


def test_the_same_value_never_looks_the_same() -> None:
    assert KEY.seal(GIVEN_NAME, ROW, "Beispiel") != STORED


@pytest.mark.parametrize(
    "place", [replace(PLACE, deployment="casetrack.exampl"), replace(PLACE, case=OTHER_CASE), replace(PLACE, number=4)]
)
def test_the_same_key_in_another_place_opens_nothing(place: KeyPlace) -> None:
    with pytest.raises(CannotOpen):
        DataKey(place, SECRET).open(GIVEN_NAME, ROW, STORED)


@pytest.mark.parametrize(
    ("label", "row"),
    [
        (FieldLabel("identity", "family-name"), ROW),
        (FieldLabel("identities", "given-name"), ROW),
        (FieldLabel("identityg", "iven-name"), ROW),
        (GIVEN_NAME, OTHER_ROW),
    ],
)
def test_another_field_or_row_opens_nothing(label: FieldLabel, row: UUID) -> None:
    with pytest.raises(CannotOpen) as refused:
        KEY.open(label, row, STORED)
    assert refused.value.reason is Reason.SEAL


def test_another_key_of_the_same_place_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        DataKey.generate(PLACE).open(GIVEN_NAME, ROW, STORED)


@pytest.mark.parametrize("at", range(len(STORED)))
def test_a_changed_bit_in_any_byte_is_refused(at: int) -> None:
    with pytest.raises(CannotOpen):
        KEY.open(GIVEN_NAME, ROW, flipped(STORED, at))


def test_a_number_written_over_is_refused_even_by_the_key_of_that_number() -> None:
    moved = STORED[:2] + (4).to_bytes(4, "big") + STORED[6:]
    with pytest.raises(CannotOpen):
        DataKey(replace(PLACE, number=4), SECRET).open(GIVEN_NAME, ROW, moved)


@pytest.mark.parametrize("length", range(len(STORED)))
def test_a_field_cut_short_anywhere_is_refused(length: int) -> None:
    with pytest.raises(CannotOpen):
        KEY.open(GIVEN_NAME, ROW, STORED[:length])


def test_two_fields_of_one_row_do_not_change_places() -> None:
    family_name = FieldLabel("identity", "family-name")
    given, family = KEY.seal(GIVEN_NAME, ROW, "A"), KEY.seal(family_name, ROW, "B")
    with pytest.raises(CannotOpen):
        KEY.open(GIVEN_NAME, ROW, family)
    with pytest.raises(CannotOpen):
        KEY.open(family_name, ROW, given)


@pytest.mark.parametrize("stored", [b"", b"\xc7\x01\0\0\0", b"\xc7\x02\0\0\0\x03" + bytes(72), b"\0" * 78])
def test_only_a_field_has_a_number(stored: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        stored_number(stored)
    assert refused.value.reason is Reason.HEADER


def test_a_field_of_another_number_says_so_in_the_log() -> None:
    with pytest.raises(CannotOpen) as refused:
        data_key(4).open(GIVEN_NAME, ROW, STORED)
    assert refused.value.reason is Reason.KEY


@pytest.mark.parametrize(
    ("place", "secret"),
    [(replace(PLACE, case=OTHER_CASE), SECRET), (replace(PLACE, number=4), SECRET), (PLACE, bytes(32))],
)
def test_a_commitment_is_of_one_key_in_one_place(place: KeyPlace, secret: bytes) -> None:
    assert DataKey(place, secret).commitment() != KEY.commitment()
    assert len(KEY.commitment()) == 32


def test_an_offer_key_never_has_the_number_of_a_case_key() -> None:
    assert stored_number(data_key(OFFER).seal(GIVEN_NAME, ROW, "Beispiel")) == OFFER == 0


@pytest.mark.parametrize("number", [-1, 2**32])
def test_a_number_fits_its_four_bytes(number: int) -> None:
    with pytest.raises(ValueError, match="from 0 to"):
        KeyPlace(DEPLOYMENT, CASE, number)


def test_two_generated_keys_differ() -> None:
    first: Any = data_key()
    assert first.bare() != data_key().bare()
    assert first.place == PLACE
