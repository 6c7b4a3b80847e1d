"""What shows that a row of the database was written by casetrack: a keyed hash, under a secret that is not in it."""

import hmac
from typing import Final

from casetrack.crypto.encoding import labelled
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey

_SHOWN: Final = 4


class RowKey(HeldKey):
    """The secret by which this installation knows the rows of its doors for its own.

    For rows that live for hours and are checked by whoever wrote them. What lasts, and what others check, is signed
    (`crypto.seals`).
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Take a secret of 32 bytes that no database holds."""
        self._secret = secret
        super().__init__(self.mac(b"")[:_SHOWN].hex())

    def mac(self, row: bytes) -> bytes:
        """HMAC-SHA256 of the row's canonical form: 32 bytes to keep beside it."""
        return hmac.digest(self._secret, labelled("casetrack/v1/row", row), "sha256")

    def check(self, row: bytes, mac: bytes) -> None:
        """Returns when this installation wrote the row, as it stands; otherwise `CannotOpen`."""
        if not hmac.compare_digest(self.mac(row), mac):
            raise CannotOpen(Reason.SIGNATURE)
