"""XAES-256-GCM as C2SP publishes it (c2sp.org/XAES-256-GCM): AES-256-GCM with a random nonce of 192 bits.

With so long a nonce there is no count of messages to keep under one key.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode

from casetrack.crypto.errors import CannotOpen, Reason

NONCE_SIZE = 24
TAG_SIZE = 16
_HALF = 12


def derive(key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """The AES-256-GCM key (32 bytes) and nonce (12 bytes) for this key and nonce.

    The counter KDF of NIST SP 800-108r1 over CMAC-AES256: label `X`, the first half of the nonce as context, a counter
    of 16 bits, and no length.
    """
    kdf = KBKDFCMAC(
        algorithm=AES,
        mode=Mode.CounterMode,
        length=32,
        rlen=2,
        llen=None,
        location=CounterLocation.BeforeFixed,
        label=None,
        context=None,
        fixed=b"X\0" + nonce[:_HALF],
    )
    return kdf.derive(key), nonce[_HALF:]


def encrypt(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    """The ciphertext and its tag under a nonce given; what is stored goes through `seal_bytes`, which draws its own."""
    derived, rest = derive(key, nonce)
    return AESGCM(derived).encrypt(rest, plain, aad)


def seal_bytes(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """The nonce, the ciphertext and its tag: 40 bytes more than `plain`."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + encrypt(key, nonce, plain, aad)


def open_bytes(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The bytes that were sealed under this key with this additional data, or `CannotOpen`."""
    if len(sealed) < NONCE_SIZE + TAG_SIZE:
        raise CannotOpen(Reason.SHAPE)
    derived, rest = derive(key, sealed[:NONCE_SIZE])
    try:
        return AESGCM(derived).decrypt(rest, sealed[NONCE_SIZE:], aad)
    except InvalidTag:
        raise CannotOpen(Reason.SEAL) from None
