"""The published X-Wing vectors, and HPKE opened by another program."""

from typing import Any

import pytest

from casetrack.crypto import hpke
from casetrack.crypto.errors import CannotOpen, Reason
from tests.crypto import by_the_book
from tests.crypto.samples import cases, flipped

SEED = bytes(range(32))


@pytest.mark.parametrize("case", cases("x-wing.json"))
def test_a_seed_gives_the_published_public_key(case: dict[str, Any]) -> None:
    assert hpke.public_of(bytes.fromhex(case["seed"])).hex() == case["public"]


@pytest.mark.parametrize("case", cases("x-wing.json"))
def test_the_book_agrees_with_the_published_shared_secret(case: dict[str, Any]) -> None:
    opened = by_the_book.x_wing_decapsulate(bytes.fromhex(case["seed"]), bytes.fromhex(case["ciphertext"]))
    assert opened.hex() == case["shared_secret"]


def test_what_is_sealed_here_opens_by_the_book() -> None:
    sealed = hpke.seal_to(hpke.public_of(SEED), b"thirty-two bytes of a data key..", b"context")
    assert by_the_book.hpke_open(SEED, sealed, b"context") == b"thirty-two bytes of a data key.."


def test_a_data_key_takes_1168_bytes() -> None:
    assert len(hpke.seal_to(hpke.public_of(SEED), bytes(32), b"")) == 1168


def test_it_opens_with_its_own_seed_and_context() -> None:
    sealed = hpke.seal_to(hpke.public_of(SEED), b"plain", b"context")
    assert hpke.open_from(SEED, sealed, b"context") == b"plain"


@pytest.mark.parametrize("at", [0, 1087, 1088, 1119, 1120, -1])
def test_a_changed_bit_anywhere_is_refused(at: int) -> None:
    sealed = hpke.seal_to(hpke.public_of(SEED), b"plain", b"context")
    with pytest.raises(CannotOpen) as refused:
        hpke.open_from(SEED, flipped(sealed, at), b"context")
    assert refused.value.reason is Reason.SEAL


@pytest.mark.parametrize("length", [0, 1119, 1120, 1140])
def test_a_shorter_one_is_refused(length: int) -> None:
    sealed = hpke.seal_to(hpke.public_of(SEED), b"plain", b"context")
    with pytest.raises(CannotOpen):
        hpke.open_from(SEED, sealed[:length], b"context")


@pytest.mark.parametrize(("seed", "info"), [(bytes(32), b"context"), (SEED, b"contexts"), (SEED, b"")])
def test_another_key_or_context_is_refused(seed: bytes, info: bytes) -> None:
    sealed = hpke.seal_to(hpke.public_of(SEED), b"plain", b"context")
    with pytest.raises(CannotOpen):
        hpke.open_from(seed, sealed, info)


@pytest.mark.parametrize("public", [b"\xff" * 1216, hpke.public_of(SEED)[:1184] + bytes(32), b""])
def test_a_malformed_public_key_seals_nothing(public: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        hpke.seal_to(public, b"plain", b"")
    assert refused.value.reason is Reason.KEY
