"""Data keys: what opens the sealed fields of one part of one case, or the preview of one offer."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from casetrack.crypto import xaes
from casetrack.crypto.derivation import KEY_SIZE, expand
from casetrack.crypto.encoding import labelled, lp, u32be
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import FieldLabel, Value, pack, unpack
from casetrack.crypto.held import HeldKey

OFFER: Final = 0
"""The number of every offer key. The data keys of a case are numbered from 1, so neither can stand in for the other."""

_HEADER: Final = b"\xc7\x01"
_FIELD: Final = labelled("casetrack/v1/field")
_HEADER_SIZE: Final = len(_HEADER) + 4
_LAST_NUMBER: Final = 0xFFFF_FFFF


@dataclass(frozen=True)
class KeyPlace:
    """Where a data key belongs: a deployment, a case, and a number that runs through the case and names its part."""

    deployment: str
    case: UUID
    number: int

    def __post_init__(self) -> None:
        if not OFFER <= self.number <= _LAST_NUMBER:
            raise ValueError("a data key's number is from 0 to 4,294,967,295")


def stored_number(stored: bytes) -> int:
    """The number of the data key that a stored field names; needs no key, and promises nothing about the rest."""
    if len(stored) < _HEADER_SIZE or not stored.startswith(_HEADER):
        raise CannotOpen(Reason.HEADER)
    return int.from_bytes(stored[len(_HEADER) : _HEADER_SIZE], "big")


class DataKey(HeldKey):
    """Thirty-two random bytes that seal and open fields in one place."""

    __slots__ = ("_bound", "_commitment", "_header", "_place", "_secret")

    def __init__(self, place: KeyPlace, secret: bytes) -> None:
        """Hold the secret; its commitment is made once, here."""
        message = labelled("casetrack/v1/dek-commit", place.case.bytes, u32be(place.number))
        self._place = place
        self._secret = secret
        self._commitment = hmac.digest(secret, message, "sha256")
        self._header = _HEADER + u32be(place.number)
        self._bound = labelled("casetrack/v1/aad", self._header, lp(place.deployment), place.case.bytes)
        super().__init__(self._commitment[:4].hex())

    @classmethod
    def generate(cls, place: KeyPlace) -> Self:
        """A new key, drawn from the operating system."""
        return cls(place, secrets.token_bytes(KEY_SIZE))

    @property
    def place(self) -> KeyPlace:
        """Where this key belongs."""
        return self._place

    def commitment(self) -> bytes:
        """C_dek: 32 bytes that stand for this key in this place, beside its wraps and in the journal."""
        return self._commitment

    def bare(self) -> bytes:
        """The 32 bytes themselves, for a wrap and for nothing else."""
        return self._secret

    def seal(self, label: FieldLabel, row: UUID, value: Value) -> bytes:
        """The value as it is stored in that field of that row, and nowhere else; a new nonce each time."""
        return self._header + xaes.seal_bytes(self._field_key(label), pack(value), self._aad(label, row))

    def open(self, label: FieldLabel, row: UUID, stored: bytes) -> Value:
        """The value that was sealed in that field of that row under this key, or `CannotOpen`."""
        if not stored.startswith(self._header):
            stored_number(stored)
            raise CannotOpen(Reason.KEY)
        return unpack(xaes.open_bytes(self._field_key(label), stored[_HEADER_SIZE:], self._aad(label, row)))

    def _field_key(self, label: FieldLabel) -> bytes:
        """K_f: a key for one field label, derived each time and never stored."""
        return expand(self._secret, _FIELD + label.written)

    def _aad(self, label: FieldLabel, row: UUID) -> bytes:
        """AAD: everything that a stored field may not be moved between."""
        return self._bound + label.written + row.bytes
