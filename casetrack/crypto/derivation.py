"""One key from another: HKDF with SHA-256 (RFC 5869), always 32 bytes."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

KEY_SIZE = 32


def expand(key: bytes, info: bytes) -> bytes:
    """A key for the stated use, from a key that is already uniform (RFC 5869 section 2.3)."""
    return HKDFExpand(SHA256(), KEY_SIZE, info).derive(key)


def extract_and_expand(secret: bytes, info: bytes, *, salt: bytes = b"") -> bytes:
    """A key for the stated use, from a secret that is hard to guess but not uniform (RFC 5869 section 2)."""
    return HKDF(SHA256(), KEY_SIZE, salt, info).derive(secret)
