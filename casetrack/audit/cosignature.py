"""Cosignatures, to the byte of c2sp.org/tlog-cosignature (Ed25519): a witness's word on a checkpoint, and when.

A witness signs that of the log of that name this is the largest tree that it has seen, that every tree it had seen
before is a beginning of it, and what time it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from casetrack.audit.checkpoint import LARGEST_SIZE
from casetrack.audit.errors import SignatureRefused
from casetrack.audit.note import Signer, VerifierKey

SIGNATURE_BYTES: Final = 64
LATEST: Final = LARGEST_SIZE
"""The latest second that a cosignature may name."""

_TIME_BYTES: Final = 8


def cosigned(text: bytes, time_s: int) -> bytes:
    """What a witness signs of the text of a checkpoint, at so many seconds since 1970."""
    return b"cosignature/v1\ntime %d\n" % time_s + text


@dataclass(frozen=True)
class Cosigner:
    """Signs checkpoints as a witness, at that time; `by` makes the raw signatures, and has a witness's key id."""

    by: Signer
    time_s: int

    @property
    def name(self) -> str:
        """The witness's name."""
        return self.by.name

    @property
    def key_id(self) -> bytes:
        """The four bytes by which notes name the key."""
        return self.by.key_id

    def sign(self, text: bytes) -> bytes:
        """The time in eight bytes, and the 64 bytes of the signature."""
        return self.time_s.to_bytes(_TIME_BYTES) + self.by.sign(cosigned(text, self.time_s))


@dataclass(frozen=True)
class CosignatureVerifier:
    """Believes what that witness cosigned. `check` takes what was signed and 64 bytes, or raises `SignatureRefused`."""

    key: VerifierKey
    check: Callable[[bytes, bytes], None]

    @property
    def name(self) -> str:
        """The witness's name."""
        return self.key.name

    @property
    def key_id(self) -> bytes:
        """The four bytes by which notes name the key."""
        return self.key.key_id

    def verify(self, text: bytes, signature: bytes) -> None:
        """Returns when the witness cosigned the text; otherwise `SignatureRefused`."""
        time_s = int.from_bytes(signature[:_TIME_BYTES])
        if len(signature) != _TIME_BYTES + SIGNATURE_BYTES or time_s > LATEST:
            raise SignatureRefused(name=self.name)
        self.check(cosigned(text, time_s), signature[_TIME_BYTES:])
