"""Signatures: Ed25519 (RFC 8032), and the key that signs the log's checkpoints."""

import secrets
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.roots import LOG, RootKey

SEED_SIZE: Final = 32
PUBLIC_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


def public_of(seed: bytes) -> bytes:
    """The public key of a private one, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """64 bytes, always the same for the same key and message."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Returns when the signature is that key's over that message; otherwise `CannotOpen`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise CannotOpen(Reason.SIGNATURE) from None


@dataclass(frozen=True)
class LogVerifier:
    """The public half of a log key: 32 bytes, as they stand in a signed note's verifier key."""

    public: bytes

    def verify(self, message: bytes, signature: bytes) -> None:
        """Returns when this log signed the message; otherwise `CannotOpen`."""
        verify(self.public, message, signature)


class LogKey(HeldKey):
    """The key that signs the log's checkpoints."""

    __slots__ = ("_public", "_seed")

    def __init__(self, seed: bytes) -> None:
        """Hold the 32-byte seed."""
        self._seed = seed
        self._public = public_of(seed)
        super().__init__(self._public[:4].hex())

    @classmethod
    def generate(cls) -> Self:
        """A new key, drawn from the operating system."""
        return cls(secrets.token_bytes(SEED_SIZE))

    @classmethod
    def open(cls, sealed: bytes, root: RootKey, *, public: bytes) -> Self:
        """The key that was sealed under the log's root and has this public half, or `CannotOpen`."""
        return cls(root.open("log-key", public, sealed))

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._public

    def sealed(self, root: RootKey) -> bytes:
        """This key, for keeping, under the log's root: no holder's root opens it."""
        if root.holder != LOG:
            raise ValueError("a log key is sealed under the log's root")
        return root.seal("log-key", self._public, self._seed)

    def sign(self, message: bytes) -> bytes:
        """A raw Ed25519 signature, 64 bytes, as a signed note carries it."""
        return sign(self._seed, message)
