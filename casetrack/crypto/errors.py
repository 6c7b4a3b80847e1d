"""What is refused, in words that hold nothing of what was sealed."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something did not open: a label that is safe to log, for whoever mends it and not for whoever asked."""

    HEADER = "header"
    """The first bytes are not of this format and version."""
    KEY = "key"
    """It names another key, holder or version than the one that was given."""
    SEAL = "seal"
    """The key does not open these bytes in this place."""
    SHAPE = "shape"
    """It is not of the shape that is written."""
    COMMITMENT = "commitment"
    """The key that came out is not the one that was promised."""
    SIGNATURE = "signature"
    """The signature is not this holder's over these bytes."""
    DESTROYED = "destroyed"
    """The private half that would open it was destroyed."""
    CERTIFICATE = "certificate"
    """The public half is not certified by the one before it, or by the service."""
    KEY_FILE = "key-file"
    """The key file cannot be read, or is not one of this version."""
    PASSPHRASE = "passphrase"  # noqa: S105 -- the name of a reason, which opens nothing
    """The passphrase is not the key file's, or the file was changed: the two cannot be told apart."""


_SENTENCES = {
    Reason.KEY_FILE: "The key file cannot be read, or is not a casetrack key file of this version.",
    Reason.PASSPHRASE: "The key file does not open: the passphrase is wrong, or the file has been changed.",
}


class CannotOpen(Exception):
    """Something sealed or signed is not what it should be, so nothing of it is shown.

    One class for every failure: a caller answers all of them alike. `reason` is for the log.
    """

    def __init__(self, reason: Reason) -> None:
        """Keep the label; the sentence never depends on what was sealed."""
        super().__init__(_SENTENCES.get(reason, "What is stored here is not what was sealed or signed."))
        self.reason = reason


class KeysOutOfReach(Exception):
    """A holder's keys cannot be reached, so nothing can be said of what they seal.

    The sentence is for whoever runs this process: it says what does not answer, and never a secret.
    """

    def __init__(self, holder: str, sentence: str) -> None:
        """Keep whose keys they are."""
        super().__init__(sentence)
        self.holder = holder


class CannotSeal(ValueError):
    """This value has no form in the format. The sentence says which kind it is and never repeats it."""


class WrongPassword(Exception):
    """The password typed is not the one that was set."""

    def __init__(self) -> None:
        super().__init__("The password is not the one that was set.")


class SuiteUnsupported(RuntimeError):
    """This machine's cryptography library cannot wrap keys, so nothing may start."""

    def __init__(self) -> None:
        super().__init__(
            "The cryptography library on this machine does not offer X-Wing (ML-KEM-768 with X25519). "
            "Install cryptography 50 or later from a wheel, or build it against OpenSSL 3.5 or later."
        )
