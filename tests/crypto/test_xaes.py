"""XAES-256-GCM against what C2SP publishes, and what it refuses."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto import xaes
from casetrack.crypto.errors import CannotOpen, Reason
from tests.crypto import by_the_book
from tests.crypto.samples import cases, flipped, read

KEY = bytes(range(32))


@pytest.mark.parametrize("case", cases("xaes-256-gcm.json"))
def test_the_derived_key_and_nonce_are_the_published_ones(case: dict[str, str]) -> None:
    key, nonce = xaes.derive(bytes.fromhex(case["key"]), bytes.fromhex(case["nonce"]))
    assert (key.hex(), nonce.hex()) == (case["derived_key"], case["derived_nonce"])


@pytest.mark.parametrize("case", cases("xaes-256-gcm.json"))
def test_the_ciphertext_is_the_published_one_and_opens(case: dict[str, str]) -> None:
    key, nonce, plain, aad = (bytes.fromhex(case[name]) for name in ("key", "nonce", "plain", "aad"))
    sealed = xaes.encrypt(key, nonce, plain, aad)
    assert sealed.hex() == case["ciphertext"]
    assert xaes.open_bytes(key, nonce + sealed, aad) == plain


def test_ten_thousand_random_messages_add_up_to_the_published_hash() -> None:
    accumulated: dict[str, Any] = read("xaes-256-gcm.json")["accumulated"]
    stream = hashlib.shake_128(b"").digest(accumulated["iterations"] * (32 + 24 + 2 * 256))
    at = 0

    def take(length: int) -> bytes:
        nonlocal at
        at += length
        return stream[at - length : at]

    total = hashlib.shake_128()
    for _ in range(accumulated["iterations"]):
        key, nonce = take(32), take(24)
        plain = take(take(1)[0])
        aad = take(take(1)[0])
        total.update(xaes.encrypt(key, nonce, plain, aad))
    assert total.hexdigest(32)[: len(accumulated["shake128"])] == accumulated["shake128"]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=24, max_size=24), st.binary(), st.binary())
def test_block_by_block_comes_to_the_same(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> None:
    assert xaes.encrypt(key, nonce, plain, aad) == by_the_book.xaes(key, nonce, plain, aad)


@given(st.binary(), st.binary())
def test_what_was_sealed_opens(plain: bytes, aad: bytes) -> None:
    assert xaes.open_bytes(KEY, xaes.seal_bytes(KEY, plain, aad), aad) == plain


def test_the_same_bytes_sealed_twice_share_no_nonce() -> None:
    first, second = (xaes.seal_bytes(KEY, b"plain", b"") for _ in range(2))
    assert first[: xaes.NONCE_SIZE] != second[: xaes.NONCE_SIZE]
    assert first[xaes.NONCE_SIZE :] != second[xaes.NONCE_SIZE :]


@given(st.integers(0, 44))
def test_a_changed_bit_anywhere_is_refused(at: int) -> None:
    with pytest.raises(CannotOpen) as refused:
        xaes.open_bytes(KEY, flipped(xaes.seal_bytes(KEY, b"plain", b"aad"), at), b"aad")
    assert refused.value.reason is Reason.SEAL


@pytest.mark.parametrize(("key", "aad"), [(bytes(32), b"aad"), (KEY, b"aa"), (KEY, b"")])
def test_another_key_or_other_data_is_refused(key: bytes, aad: bytes) -> None:
    with pytest.raises(CannotOpen):
        xaes.open_bytes(key, xaes.seal_bytes(KEY, b"plain", b"aad"), aad)


@pytest.mark.parametrize("length", [0, 23, 24, 39])
def test_what_is_too_short_to_be_sealed_is_refused(length: int) -> None:
    with pytest.raises(CannotOpen) as refused:
        xaes.open_bytes(KEY, bytes(length), b"")
    assert refused.value.reason is Reason.SHAPE
