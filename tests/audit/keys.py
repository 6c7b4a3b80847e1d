"""Keys for tests: the ports of the note room over real Ed25519."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casetrack.audit.cosignature import CosignatureVerifier
from casetrack.audit.errors import SignatureRefused
from casetrack.audit.note import KeyKind, Verifier, VerifierKey, key_id


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


@dataclass(frozen=True)
class WitnessKey(SigningKey):
    """A `Signer` of raw signatures, with the id of a witness."""

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public_key, KeyKind.COSIGNS)

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, self.public_key, KeyKind.COSIGNS)


def verifier_of(key: VerifierKey) -> Verifier:
    """What checks the signatures of that key, whether a log's or a witness's."""
    raw = VerifyingKey(key)
    return raw if key.kind is KeyKind.SIGNS else CosignatureVerifier(key, raw.verify)
