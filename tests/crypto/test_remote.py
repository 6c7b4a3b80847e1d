"""A root whose key stays elsewhere: what is sealed names its key, and opens for one holder, use and context."""

import secrets

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.remote import RemoteRoot
from tests.crypto.samples import flipped

PLAIN = bytes(96)


class Service:
    """Keys in memory, as a service of keys has them."""

    def __init__(self) -> None:
        self.keys = {b"first": secrets.token_bytes(32)}

    def current(self) -> bytes:
        return list(self.keys)[-1]

    def encrypt(self, key_id: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        return AESGCM(self.keys[key_id]).encrypt(nonce, plain, aad)

    def decrypt(self, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        if key_id not in self.keys:
            raise CannotOpen(Reason.KEY)
        try:
            return AESGCM(self.keys[key_id]).decrypt(nonce, sealed, aad)
        except InvalidTag:
            raise CannotOpen(Reason.SEAL) from None


def test_what_is_sealed_opens_under_the_key_that_sealed_it_whichever_seals_now() -> None:
    service = Service()
    root = RemoteRoot("kent", service)
    old = root.seal("keyset", b"context", PLAIN)
    service.keys[b"second"] = secrets.token_bytes(32)
    new = root.seal("keyset", b"context", PLAIN)

    assert root.open("keyset", b"context", old) == root.open("keyset", b"context", new) == PLAIN
    assert (old[:9], new[:10]) == (b"\xc7\x07\0\5first", b"\xc7\x07\0\6second")


def test_the_same_is_never_sealed_twice_alike() -> None:
    root = RemoteRoot("kent", Service())

    assert len({root.seal("keyset", b"context", PLAIN) for _ in range(50)}) == 50


def test_another_holder_use_context_or_key_opens_nothing() -> None:
    service = Service()
    sealed = RemoteRoot("kent", service).seal("keyset", b"context", PLAIN)
    for root, use, context in (
        (RemoteRoot("refuge", service), "keyset", b"context"),
        (RemoteRoot("kent", service), "log-key", b"context"),
        (RemoteRoot("kent", service), "keyset", b"contexts"),
        (RemoteRoot("kent", Service()), "keyset", b"context"),
    ):
        with pytest.raises(CannotOpen):
            root.open(use, context, sealed)


def test_a_byte_changed_or_cut_off_opens_nothing() -> None:
    root = RemoteRoot("kent", Service())
    sealed = root.seal("keyset", b"context", PLAIN)
    for place in range(len(sealed)):
        with pytest.raises(CannotOpen):
            root.open("keyset", b"context", flipped(sealed, place))
        with pytest.raises(CannotOpen):
            root.open("keyset", b"context", sealed[:place])


def test_what_names_no_key_is_not_asked_of_the_service() -> None:
    with pytest.raises(CannotOpen) as refused:
        RemoteRoot("kent", Service()).open("keyset", b"context", b"\xc7\x07\0\0" + bytes(100))

    assert refused.value.reason is Reason.SHAPE


def test_it_shows_whose_it_is() -> None:
    assert repr(RemoteRoot("kent", Service())) == "<RemoteRoot kent>"
