"""One entry of the log: when, which event, and a commitment to its payload."""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from casetrack.audit.errors import EntryOutOfRange, LeafMalformed, SaltMalformed

EVENT_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32
SALT_BYTES: Final = 32
LEAF_BYTES: Final = 57

_LEAF: Final = struct.Struct(f">BQ{EVENT_BYTES}s{COMMITMENT_BYTES}s")
_VERSION: Final = 0x01
_COMMITMENT_LABEL: Final = b"casetrack/audit-payload/v1\x00"


@dataclass(frozen=True)
class Entry:
    """What the log holds of one event, and all that a witness ever sees of it.

    `time_ms` is in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Raises
    `EntryOutOfRange` when a part does not fit its place in the leaf.
    """

    time_ms: int
    event: bytes
    commitment: bytes

    def __post_init__(self) -> None:
        """No entry exists that has no leaf."""
        if (
            not 0 <= self.time_ms < 1 << 64
            or len(self.event) != EVENT_BYTES
            or len(self.commitment) != COMMITMENT_BYTES
        ):
            raise EntryOutOfRange

    def leaf(self) -> bytes:
        """The 57 bytes of the entry in the log (format, section 3)."""
        return _LEAF.pack(_VERSION, self.time_ms, self.event, self.commitment)

    @classmethod
    def parse(cls, leaf: bytes) -> "Entry":
        """The entry that a leaf holds; `LeafMalformed` when the bytes are not a leaf."""
        if not is_leaf(leaf):
            raise LeafMalformed
        _, time_ms, event, commitment = _LEAF.unpack(leaf)
        return cls(time_ms=time_ms, event=event, commitment=commitment)


def is_leaf(leaf: bytes) -> bool:
    """Whether some entry has this leaf (format, section 3)."""
    return len(leaf) == LEAF_BYTES and leaf[0] == _VERSION


def commit(payload: bytes, salt: bytes) -> bytes:
    """The 32 bytes that bind a payload and say nothing of it (format, section 4).

    The salt is 32 random bytes of the event's own (`SaltMalformed` otherwise): without it, somebody
    who can guess a payload could test the guess. The payload is shorter than 2^32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise SaltMalformed
    length = struct.pack(">I", len(payload))
    return hashlib.sha256(_COMMITMENT_LABEL + salt + length + payload).digest()
