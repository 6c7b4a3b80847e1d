"""Parcels: a file of any length, sealed under a passphrase a piece at a time.

    parcel = H || piece*                       H = C7 05 || salt[16] || u32be(memory) || u32be(passes) || u32be(lanes)
    piece  = u32be(length of sealed) || sealed
    sealed = nonce[24] || XAES(K, nonce, plain, "casetrack/v1/parcel" 00 || H || u64be(number) || last[1])

`K` is 32 bytes of Argon2id over the passphrase (NFC). The pieces are numbered from 0 and the last one says that it is,
so that none can be left out, put in or moved, and none cut off at the end.
"""

import secrets
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import astuple
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casetrack.crypto import xaes
from casetrack.crypto.derivation import KEY_SIZE
from casetrack.crypto.encoding import labelled
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.roots import PassphraseWork

PIECE: Final = 1 << 20
"""How many bytes of the file a piece holds, at most."""

_HEADER: Final = b"\xc7\x05"
_HEAD: Final = struct.Struct(">2s16sIII")
_LENGTH: Final = struct.Struct(">I")
_PLACE: Final = struct.Struct(">Q?")
_SALT_SIZE: Final = 16
_MOST_WORK: Final = PassphraseWork(memory_kib=2**21, passes=64, lanes=64)
"""A parcel that asks for more is not ours: this is read before the passphrase can vouch for it."""


class ParcelKey(HeldKey):
    """What seals and opens the pieces of one parcel."""

    __slots__ = ("_head", "_key")

    def __init__(self, head: bytes, passphrase: str) -> None:
        """Do the work that one guess at the passphrase costs."""
        _, salt, memory, passes, lanes = _HEAD.unpack(head)
        prepared = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
        argon2id = Argon2id(salt=salt, length=KEY_SIZE, iterations=passes, lanes=lanes, memory_cost=memory)
        self._head = head
        self._key = argon2id.derive(prepared)
        super().__init__(salt[:4].hex())

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        """The piece of that number."""
        sealed = xaes.seal_bytes(self._key, plain, self._bound(number, last=last))
        return _LENGTH.pack(len(sealed)) + sealed

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """What the piece of that number holds, or `CannotOpen`."""
        return xaes.open_bytes(self._key, sealed, self._bound(number, last=last))

    def _bound(self, number: int, *, last: bool) -> bytes:
        return labelled("casetrack/v1/parcel", self._head, _PLACE.pack(number, last))


class ParcelWriter:
    """Seals what it is given into a file; without `close`, no reader takes the parcel for whole."""

    def __init__(self, target: BinaryIO, passphrase: str, work: PassphraseWork | None = None) -> None:
        """Begin a parcel."""
        if not passphrase:
            raise ValueError("a parcel needs a passphrase")
        head = _HEAD.pack(_HEADER, secrets.token_bytes(_SALT_SIZE), *astuple(work or PassphraseWork()))
        self._target = target
        self._key = ParcelKey(head, passphrase)
        self._number = 0
        self._held = b""
        target.write(head)

    def write(self, plain: bytes) -> None:
        """More of the file."""
        self._held += plain
        while len(self._held) > PIECE:
            self._put(self._held[:PIECE], last=False)
            self._held = self._held[PIECE:]

    def close(self) -> None:
        """The file has ended."""
        self._put(self._held, last=True)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._key.seal(self._number, plain, last=last))
        self._number += 1


def open_parcel(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The file that was sealed, a piece at a time; `CannotOpen` at the first that is not as it was sealed.

    Until it ends well the file may have been cut short: what is done with its pieces must be possible to undo.
    """
    head = source.read(_HEAD.size)
    _check_head(head)
    key = ParcelKey(head, passphrase)
    number, sealed = 0, _next(source)
    while sealed is not None:
        after = _next(source)
        try:
            yield key.open(number, sealed, last=after is None)
        except CannotOpen:
            raise CannotOpen(Reason.SEAL if number else Reason.PASSPHRASE) from None
        number, sealed = number + 1, after
    if number == 0:
        raise CannotOpen(Reason.SHAPE)


def _next(source: BinaryIO) -> bytes | None:
    """The next sealed piece; None after the last."""
    length = source.read(_LENGTH.size)
    if not length:
        return None
    if len(length) < _LENGTH.size or (size := _LENGTH.unpack(length)[0]) > PIECE + xaes.NONCE_SIZE + xaes.TAG_SIZE:
        raise CannotOpen(Reason.SHAPE)
    sealed = source.read(size)
    if len(sealed) < size:
        raise CannotOpen(Reason.SHAPE)
    return sealed


def _check_head(head: bytes) -> None:
    if len(head) < _HEAD.size:
        raise CannotOpen(Reason.HEADER)
    header, _, memory, passes, lanes = _HEAD.unpack(head)
    asked = zip((memory, passes, lanes), astuple(_MOST_WORK), strict=True)
    if header != _HEADER or not all(1 <= wanted <= most for wanted, most in asked) or memory < 8 * lanes:
        raise CannotOpen(Reason.HEADER)
