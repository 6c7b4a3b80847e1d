"""One key from another: HKDF with SHA-256 (RFC 5869), always 32 bytes."""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32


def expand(key: bytes, info: bytes) -> bytes:
    """A key for the stated use, from a key that is already uniform (RFC 5869 section 2.3): one block is all of it."""
    return hmac.digest(key, info + b"\1", "sha256")


def extract_and_expand(secret: bytes, info: bytes, *, salt: bytes = b"") -> bytes:
    """A key for the stated use, from a secret that is hard to guess but not uniform (RFC 5869 section 2)."""
    return HKDF(SHA256(), KEY_SIZE, salt, info).derive(secret)
