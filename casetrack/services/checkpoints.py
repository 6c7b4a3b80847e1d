"""The log's own key, as the log asks for keys: under the name of the log, which is its origin."""

from dataclasses import dataclass

from casetrack.audit.errors import SignatureRefused
from casetrack.audit.note import VerifierKey, key_id
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.signing import LogKey, LogVerifier


def origin_of(deployment: str) -> str:
    """What the log of that deployment is called in its checkpoints."""
    return f"{deployment}/audit"


@dataclass(frozen=True)
class CheckpointSigner:
    """Signs the checkpoints of the log of that name."""

    name: str
    key: LogKey

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return key_id(self.name, self.key.public)

    def sign(self, text: bytes) -> bytes:
        """The signature over the text, 64 bytes."""
        return self.key.sign(text)


@dataclass(frozen=True)
class CheckpointVerifier:
    """Believes the checkpoints that the log of that name signed; `public` is the 32 bytes of its public key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return key_id(self.name, self.public)

    def verify(self, text: bytes, signature: bytes) -> None:
        """Returns when the log signed the text; otherwise `SignatureRefused`."""
        try:
            LogVerifier(self.public).verify(text, signature)
        except CannotOpen:
            raise SignatureRefused(name=self.name) from None

    def line(self) -> str:
        """The key in the one line in which it is handed to people."""
        return VerifierKey(self.name, self.public).format()
