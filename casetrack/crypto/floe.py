"""FLOE-AES-256-GCM-SHA-384 as Snowflake publishes it: a message of any length, sealed and opened a segment at a time.

The specification is github.com/Snowflake-Labs/floe-specification, the proofs eprint.iacr.org/2025/2275. The header
commits to the key, to the additional data and to how long a segment is; each segment is bound to its place and to being
the last or not. So none can be left out, put in, moved, cut off, or opened as part of another message.

Sealed, a message is a header of 74 bytes and segments of one length, of which the last may be shorter: together, in
this order, they are FLOE's bytes and nothing else.
"""

import hmac
import secrets
import struct
from collections.abc import Iterable, Iterator
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from casetrack.crypto.derivation import KEY_SIZE
from casetrack.crypto.encoding import u32be
from casetrack.crypto.errors import CannotOpen, Reason

HEADER_SIZE: Final = 74
"""Bytes: the parameters, the IV and the header's tag."""
OVERHEAD: Final = 32
"""How many bytes longer a sealed segment is than what it holds."""

_IV_SIZE: Final = 32
_HEADER_TAG_SIZE: Final = 32
_MESSAGE_KEY_SIZE: Final = 48
_NONCE_SIZE: Final = 12
_PLACE: Final = struct.Struct(">Q?")
_INNER: Final = b"\xff\xff\xff\xff"
"""What stands before a segment that is not the last, in place of its length."""
_KEY_LASTS: Final = 20
"""One key of AES-GCM seals two to the power of this many segments."""


class _Message:
    """The keys of one message, and what its segments are bound to."""

    def __init__(self, key: bytes, iv: bytes, aad: bytes, segment_size: int) -> None:
        self._bound = (_parameters(segment_size) + iv, aad)
        self._segment_size = segment_size
        self._key = self._derive(key, b"MESSAGE_KEY:", _MESSAGE_KEY_SIZE)
        self._cipher: tuple[int, AESGCM] | None = None
        self.header = _parameters(segment_size) + iv + self._derive(key, b"HEADER_TAG:", _HEADER_TAG_SIZE)

    @classmethod
    def begun_by(cls, header: bytes, key: bytes, aad: bytes, segment_size: int) -> Self:
        """The message that begins with that header; `CannotOpen` if another key or other data began it."""
        parameters = _parameters(segment_size)
        if len(header) != HEADER_SIZE or not header.startswith(parameters):
            raise CannotOpen(Reason.HEADER)
        message = cls(key, header[len(parameters) : -_HEADER_TAG_SIZE], aad, segment_size)
        if not hmac.compare_digest(message.header, header):
            raise CannotOpen(Reason.KEY)
        return message

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        nonce = secrets.token_bytes(_NONCE_SIZE)
        sealed = self._aead(number).encrypt(nonce, plain, _PLACE.pack(number, last))
        return (u32be(len(plain) + OVERHEAD) if last else _INNER) + nonce + sealed

    def open(self, number: int, segment: bytes, *, last: bool) -> bytes:
        if not OVERHEAD <= len(segment) <= self._segment_size:
            raise CannotOpen(Reason.SHAPE)
        if len(segment) != (int.from_bytes(segment[:4], "big") if last else self._segment_size):
            raise CannotOpen(Reason.SHAPE)
        nonce, sealed = segment[4 : 4 + _NONCE_SIZE], segment[4 + _NONCE_SIZE :]
        try:
            return self._aead(number).decrypt(nonce, sealed, _PLACE.pack(number, last))
        except InvalidTag:
            raise CannotOpen(Reason.SEAL) from None

    def _aead(self, number: int) -> AESGCM:
        """The cipher of the segment of that number, and of its neighbours."""
        first = number >> _KEY_LASTS << _KEY_LASTS
        if self._cipher is None or self._cipher[0] != first:
            key = self._derive(self._key, b"DEK:" + first.to_bytes(8, "big"), KEY_SIZE)
            self._cipher = (first, AESGCM(key))
        return self._cipher[1]

    def _derive(self, key: bytes, purpose: bytes, size: int) -> bytes:
        """`FLOE_KDF`: HKDF-Expand with SHA-384 (RFC 5869 section 2.3)."""
        begins, aad = self._bound
        return HKDFExpand(SHA384(), size, begins + purpose + aad).derive(key)


def seal_stream(key: bytes, plain: Iterable[bytes], aad: bytes, segment_size: int) -> Iterator[bytes]:
    """The header, then each segment as soon as what it holds is there; the pieces may be of any lengths.

    `key` is 32 bytes. Every segment but the last is `segment_size` bytes long, `OVERHEAD` of them FLOE's own.
    """
    message = _Message(key, secrets.token_bytes(_IV_SIZE), aad, segment_size)
    yield message.header
    room = segment_size - OVERHEAD
    held, number = bytearray(), 0
    for piece in plain:
        held += piece
        while len(held) > room:
            yield message.seal(number, bytes(held[:room]), last=False)
            del held[:room]
            number += 1
    yield message.seal(number, bytes(held), last=True)


def open_stream(key: bytes, sealed: Iterable[bytes], aad: bytes, segment_size: int) -> Iterator[bytes]:
    """What each segment holds, after it was found to be what was sealed; `sealed` is the header, then the segments.

    `CannotOpen` at the first that is not. Until it ends well the message may have been cut short.
    """
    segments = iter(sealed)
    message = _Message.begun_by(next(segments, b""), key, aad, segment_size)
    is_last = False
    for number, segment in enumerate(segments):
        if is_last:
            raise CannotOpen(Reason.SHAPE)
        is_last = not segment.startswith(_INNER)
        yield message.open(number, segment, last=is_last)
    if not is_last:
        raise CannotOpen(Reason.SHAPE)


def _parameters(segment_size: int) -> bytes:
    """AES-256-GCM, HKDF-Expand with SHA-384, how long a segment is, how long the IV is."""
    return b"\0\0" + u32be(segment_size) + u32be(_IV_SIZE)
