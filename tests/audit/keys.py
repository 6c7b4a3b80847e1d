"""Keys for tests: the ports of the note room over real Ed25519."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casetrack.audit.errors import SignatureRefused
from casetrack.audit.note import VerifierKey, key_id


@dataclass(frozen=True)
class SigningKey:
    """A `Signer`, made from a seed of 32 bytes so that its signatures are the same every time."""

    name: str
    seed: bytes

    @property
    def public_key(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public_key)

    def sign(self, text: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)

    def verifying(self) -> "VerifyingKey":
        return VerifyingKey(VerifierKey(self.name, self.public_key))


@dataclass(frozen=True)
class VerifyingKey:
    """A `Verifier` over a verifier key."""

    key: VerifierKey

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def key_id(self) -> bytes:
        return self.key.key_id

    def verify(self, text: bytes, signature: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.key.public_key).verify(signature, text)
        except InvalidSignature as invalid:
            raise SignatureRefused(name=self.name) from invalid
