"""Roots whose key never comes here: a service of keys does the AES-256-GCM, and this is what it is given to do."""

import secrets
from typing import Final, Protocol

from casetrack.crypto.encoding import labelled, lp
from casetrack.crypto.errors import CannotOpen, Reason

NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_HEADER: Final = b"\xc7\x07"
_LENGTH_SIZE: Final = 2


class KeyService(Protocol):
    """The keys of one holder that are kept elsewhere. Each verb raises `KeysOutOfReach` if it does not answer."""

    def current(self) -> bytes:
        """The id of the key that seals now."""
        ...

    def encrypt(self, key_id: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """AES-256-GCM under the key of that id: the ciphertext and its tag of 16 bytes."""
        ...

    def decrypt(self, key_id: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        """What was encrypted so, or `CannotOpen`."""
        ...


class RemoteRoot:
    """The root of one holder, in a service that alone knows the key."""

    def __init__(self, holder: str, service: KeyService) -> None:
        """Ask that service for whatever is done with the holder's root."""
        self.holder = holder
        self._service = service

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.holder}>"

    def seal(self, use: str, context: bytes, plain: bytes) -> bytes:
        """`plain` for that use and in that context only, under the key that seals now, whose id it names.

        The nonce is 96 random bits: one key seals a few keysets in its life, far below the 2³² of NIST SP 800-38D.
        """
        key_id = self._service.current()
        nonce = secrets.token_bytes(NONCE_SIZE)
        header = _HEADER + lp(key_id)
        return header + nonce + self._service.encrypt(key_id, nonce, plain, self._bound(header, use, context))

    def open(self, use: str, context: bytes, sealed: bytes) -> bytes:
        """What was sealed under this root for that use and in that context: `CannotOpen`, or `KeysOutOfReach`."""
        if not sealed.startswith(_HEADER):
            raise CannotOpen(Reason.HEADER)
        begin = len(_HEADER) + _LENGTH_SIZE
        end = begin + int.from_bytes(sealed[len(_HEADER) : begin], "big")
        if end == begin or len(sealed) < end + NONCE_SIZE + _TAG_SIZE:
            raise CannotOpen(Reason.SHAPE)
        key_id, nonce, rest = sealed[begin:end], sealed[end : end + NONCE_SIZE], sealed[end + NONCE_SIZE :]
        return self._service.decrypt(key_id, nonce, rest, self._bound(sealed[:end], use, context))

    def _bound(self, header: bytes, use: str, context: bytes) -> bytes:
        return labelled("casetrack/v1/remote-root-aad", header, lp(self.holder), lp(use), lp(context))
