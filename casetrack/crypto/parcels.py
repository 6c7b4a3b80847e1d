"""Parcels: a file of any length, sealed under a passphrase a segment at a time.

    parcel = H || FLOE(K, plain, "casetrack/v1/parcel" 00 || H)
    H      = C7 06 || salt[16] || u32be(memory) || u32be(passes) || u32be(lanes)

`K` is 32 bytes of Argon2id over the passphrase (NFC), and a segment of FLOE is 1 MiB long.
"""

import secrets
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import chain
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casetrack.crypto.derivation import KEY_SIZE
from casetrack.crypto.encoding import labelled
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.floe import HEADER_SIZE, open_stream, seal_stream
from casetrack.crypto.roots import PassphraseWork

SEGMENT_SIZE: Final = 1 << 20
"""Bytes of a segment as it is kept."""

_HEADER: Final = b"\xc7\x06"
_HEAD: Final = struct.Struct(">2s16sIII")
_SALT_SIZE: Final = 16
_MOST_WORK: Final = PassphraseWork(memory_kib=2**21, passes=64, lanes=64)
"""A parcel that asks for more is not ours: this is read before the passphrase can vouch for it."""


def seal_parcel(plain: Iterable[bytes], passphrase: str, work: PassphraseWork | None = None) -> Iterator[bytes]:
    """The parcel, a part at a time; without the last of them no reader takes it for whole."""
    if not passphrase:
        raise ValueError("a parcel needs a passphrase")
    head = _HEAD.pack(_HEADER, secrets.token_bytes(_SALT_SIZE), *astuple(work or PassphraseWork()))
    return chain((head,), seal_stream(_key(head, passphrase), plain, _bound(head), SEGMENT_SIZE))


def open_parcel(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The file that was sealed, a segment at a time; `CannotOpen` at the first that is not as it was sealed.

    Until it ends well the file may have been cut short: what is done with its pieces must be possible to undo.
    """
    head = source.read(_HEAD.size)
    _check_head(head)
    sealed = chain((source.read(HEADER_SIZE),), iter(lambda: source.read(SEGMENT_SIZE), b""))
    try:
        yield from open_stream(_key(head, passphrase), sealed, _bound(head), SEGMENT_SIZE)
    except CannotOpen as failure:
        raise CannotOpen(Reason.PASSPHRASE if failure.reason is Reason.KEY else failure.reason) from None


def _key(head: bytes, passphrase: str) -> bytes:
    """Do the work that one guess at the passphrase costs."""
    _, salt, memory, passes, lanes = _HEAD.unpack(head)
    prepared = unicodedata.normalize("NFC", passphrase).encode(errors="surrogatepass")
    return Argon2id(salt=salt, length=KEY_SIZE, iterations=passes, lanes=lanes, memory_cost=memory).derive(prepared)


def _bound(head: bytes) -> bytes:
    return labelled("casetrack/v1/parcel", head)


def _check_head(head: bytes) -> None:
    if len(head) < _HEAD.size:
        raise CannotOpen(Reason.HEADER)
    header, _, memory, passes, lanes = _HEAD.unpack(head)
    asked = zip((memory, passes, lanes), astuple(_MOST_WORK), strict=True)
    if header != _HEADER or not all(1 <= wanted <= most for wanted, most in asked) or memory < 8 * lanes:
        raise CannotOpen(Reason.HEADER)
