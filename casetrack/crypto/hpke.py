"""Sealing to a public key: HPKE (RFC 9180, base mode) over X-Wing, so that what is recorded today stays shut tomorrow.

X-Wing joins ML-KEM-768 to X25519 (draft-connolly-cfrg-xwing-kem; MLKEM768-X25519 in draft-ietf-hpke-pq). Base mode says
nothing about who sealed: whoever must know that checks a signature beside it.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from casetrack.crypto.errors import CannotOpen, Reason

SEED_SIZE: Final = 32
PUBLIC_SIZE: Final = 1216
_MLKEM_PUBLIC_SIZE: Final = 1184
_MLKEM_SEED_SIZE: Final = 64


def public_of(seed: bytes) -> bytes:
    """The public key of a private one: ML-KEM-768's 1,184 bytes, then X25519's 32."""
    mlkem, x25519 = _expanded(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def seal_to(public: bytes, plain: bytes, info: bytes) -> bytes:
    """`plain` for the holder of that key and in that context: 1,136 bytes longer. A malformed key is `CannotOpen`."""
    try:
        recipient = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
        )
        return _suite().encrypt(plain, recipient, info)
    except ValueError:  # Not a point of the lattice or of the curve.
        raise CannotOpen(Reason.KEY) from None


def open_from(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    """What was sealed to this key in this context, or `CannotOpen`."""
    try:
        return _suite().decrypt(sealed, MLKEM768X25519PrivateKey(*_expanded(seed)), info)
    except InvalidTag:
        raise CannotOpen(Reason.SEAL) from None


def _suite() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _expanded(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """`expandDecapsulationKey` of the X-Wing draft: 96 bytes of SHAKE-256."""
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + SEED_SIZE)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
    )
