"""Random tokens that name a session or an API client, of which only a digest is kept; and the session's own key."""

import hashlib
import secrets
from typing import Final

from casetrack.crypto import xaes
from casetrack.crypto.derivation import extract_and_expand
from casetrack.crypto.encoding import labelled
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import pack, unpack
from casetrack.crypto.held import HeldKey

_TOKEN_SIZE: Final = 32
_HEADER: Final = b"\xc7\x04"


def new_token() -> str:
    """Thirty-two random bytes as 43 letters that may stand in a URL or a cookie."""
    return secrets.token_urlsafe(_TOKEN_SIZE)


def token_digest(token: str) -> bytes:
    """SHA-256 of the token's text, 32 bytes: what is kept and looked up. Any text has one, so that none is an error."""
    return hashlib.sha256(_text(token)).digest()


class SessionBox(HeldKey):
    """What seals a session's bytes: its key comes from the token in the cookie, so the database alone reads nothing."""

    __slots__ = ("_bound", "_key")

    def __init__(self, token: str) -> None:
        """Derive the key of this token's session."""
        digest = token_digest(token)
        self._key = extract_and_expand(_text(token), labelled("casetrack/v1/session"))
        self._bound = labelled("casetrack/v1/session-aad", _HEADER, digest)
        super().__init__(digest[:4].hex())

    def seal(self, held: bytes) -> bytes:
        """The session's bytes for keeping, padded as a field is."""
        return _HEADER + xaes.seal_bytes(self._key, pack(held), self._bound)

    def open(self, sealed: bytes) -> bytes:
        """The bytes that were sealed with this token, or `CannotOpen`."""
        if not sealed.startswith(_HEADER):
            raise CannotOpen(Reason.HEADER)
        held = unpack(xaes.open_bytes(self._key, sealed[len(_HEADER) :], self._bound))
        if not isinstance(held, bytes):
            raise CannotOpen(Reason.SHAPE)
        return held


def _text(token: str) -> bytes:
    return token.encode(errors="surrogatepass")
