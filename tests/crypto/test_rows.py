"""A row that casetrack did not write, or not like that, is known by its keyed hash."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.rows import RowKey
from tests.crypto.samples import flipped

SECRET = bytes(range(32))
ROW = b'{"kind":"session"}'


@given(st.binary())
def test_a_row_that_was_written_here_is_known(row: bytes) -> None:
    RowKey(SECRET).check(row, RowKey(SECRET).mac(row))


def test_the_hash_is_hmac_sha_256_over_a_label_and_the_row() -> None:
    by_the_book = hmac.new(SECRET, b"casetrack/v1/row\0" + ROW, hashlib.sha256).digest()
    assert RowKey(SECRET).mac(ROW) == by_the_book


@pytest.mark.parametrize("at", [0, 5, -1])
def test_a_changed_row_or_a_changed_hash_is_refused(at: int) -> None:
    key = RowKey(SECRET)
    for row, mac in ((flipped(ROW, at), key.mac(ROW)), (ROW, flipped(key.mac(ROW), at))):
        with pytest.raises(CannotOpen) as refused:
            key.check(row, mac)
        assert refused.value.reason is Reason.SIGNATURE


@pytest.mark.parametrize("mac", [b"", bytes(32), b"short"])
def test_a_hash_that_is_none_is_refused(mac: bytes) -> None:
    with pytest.raises(CannotOpen):
        RowKey(SECRET).check(ROW, mac)


def test_another_installations_hash_is_refused() -> None:
    with pytest.raises(CannotOpen):
        RowKey(SECRET).check(ROW, RowKey(bytes(32)).mac(ROW))


def test_a_row_key_shows_an_id_and_nothing_of_its_secret() -> None:
    assert SECRET.hex() not in repr(RowKey(SECRET))
    assert repr(RowKey(SECRET)) != repr(RowKey(bytes(32)))
