"""Signed notes, to the byte of c2sp.org/signed-note, with signatures from outside.

A note is a text, an empty line, and one line a signature. This room makes and reads the lines; the
ports `Signer` and `Verifier` make and check the signatures.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol, TypeAlias

from casetrack.audit.errors import (
    NoteMalformed,
    SignatureMalformed,
    SignatureMissing,
    VerifierKeyMalformed,
)

KEY_ID_BYTES: Final = 4
PUBLIC_KEY_BYTES: Final = 32
# The format has a reader accept at least 16 and set a limit of its own.
MOST_SIGNATURES: Final = 100

_SIGNATURE_PREFIX: Final = "\u2014 "


class Signer(Protocol):
    """A key that signs notes: its name, its four-byte id, and the signature of some bytes."""

    @property
    def name(self) -> str:
        """The key's name, as it stands in the signature line."""

    @property
    def key_id(self) -> bytes:
        """The key's four-byte id; for Ed25519, `key_id(name, public_key)`."""

    def sign(self, text: bytes) -> bytes:
        """The signature of these bytes, without name or id."""


class Verifier(Protocol):
    """A key that is trusted, by name and four-byte id."""

    @property
    def name(self) -> str:
        """The key's name, as it stands in the signature line."""

    @property
    def key_id(self) -> bytes:
        """The key's four-byte id; for Ed25519, `key_id(name, public_key)`."""

    def verify(self, text: bytes, signature: bytes) -> None:
        """Returns when this key made the signature; otherwise raises `SignatureRefused`."""


class KeyKind(IntEnum):
    """What an Ed25519 key signs: its byte before the public key, so that its id and its verifier key say which."""

    SIGNS = 0x01
    """The text of a note, as a log does."""
    COSIGNS = 0x04
    """A checkpoint and the time, as a witness does (`cosignature`)."""


def key_id(name: str, public_key: bytes, kind: KeyKind = KeyKind.SIGNS) -> bytes:
    """The first four bytes of SHA-256(name, newline, kind, Ed25519 public key)."""
    return hashlib.sha256(name.encode() + b"\n" + kind.to_bytes() + public_key).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True)
class VerifierKey:
    """An Ed25519 public key with the name it signs under, as it is handed to people.

    Raises `VerifierKeyMalformed` when the name may not stand in a note or the key is not 32 bytes.
    """

    name: str
    public_key: bytes
    kind: KeyKind = KeyKind.SIGNS

    def __post_init__(self) -> None:
        """No verifier key exists that could not stand in a note."""
        if not is_key_name(self.name) or len(self.public_key) != PUBLIC_KEY_BYTES:
            raise VerifierKeyMalformed

    @property
    def key_id(self) -> bytes:
        """The four bytes by which notes name the key."""
        return key_id(self.name, self.public_key, self.kind)

    def format(self) -> str:
        """The key in one line: name, id in hex and base64 of kind and key, joined by plus."""
        return f"{self.name}+{self.key_id.hex()}+{in_base64(self.kind.to_bytes() + self.public_key)}"

    @classmethod
    def parse(cls, line: str, kind: KeyKind = KeyKind.SIGNS) -> "VerifierKey":
        """The key of that kind that a line holds; `VerifierKeyMalformed` when it is of another, or its parts differ."""
        name, _, rest = line.partition("+")
        hex_id, _, encoded = rest.partition("+")
        try:
            typed = from_base64(encoded)
        except ValueError as malformed:
            raise VerifierKeyMalformed from malformed
        key = cls(name, typed[1:], kind)
        if typed[:1] != kind.to_bytes() or hex_id != key.key_id.hex():
            raise VerifierKeyMalformed
        return key


VerifierOf: TypeAlias = Callable[[VerifierKey], Verifier]
"""What checks the signatures of a key: this room has no signatures of its own."""


@dataclass(frozen=True)
class Signature:
    """One signature line: whose it says it is, and the signature, not yet checked.

    Raises `NoteMalformed` when it could not stand in a note.
    """

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """No signature exists that has no line."""
        if not is_key_name(self.name) or len(self.key_id) != KEY_ID_BYTES or not self.signature:
            raise NoteMalformed

    def format(self) -> str:
        """The signature line, with its newline."""
        return f"{_SIGNATURE_PREFIX}{self.name} {in_base64(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str, *, number: int) -> "Signature":
        """The signature in a line without its newline; `SignatureMalformed` names the line."""
        name, space, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
        if not line.startswith(_SIGNATURE_PREFIX) or not space:
            raise SignatureMalformed(line=number)
        try:
            signed = from_base64(encoded)
            return cls(name=name, key_id=signed[:KEY_ID_BYTES], signature=signed[KEY_ID_BYTES:])
        except (ValueError, NoteMalformed) as malformed:
            raise SignatureMalformed(line=number) from malformed


@dataclass(frozen=True)
class Note:
    """A text and the signatures that came with it. The text means nothing until `verify`.

    Raises `NoteMalformed` when it could not be written as a signed note.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        """No note exists that would not read back as itself."""
        if not self.text.endswith("\n") or not _is_plain(self.text):
            raise NoteMalformed
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise NoteMalformed

    @classmethod
    def signed(cls, text: str, *signers: Signer) -> "Note":
        """The text with a signature by each of the keys, in this order."""
        return cls(
            text=text,
            signatures=tuple(
                Signature(name=by.name, key_id=by.key_id, signature=by.sign(text.encode())) for by in signers
            ),
        )

    def format(self) -> str:
        """The note as it is published."""
        return f"{self.text}\n{''.join(one.format() for one in self.signatures)}"

    @classmethod
    def parse(cls, note: str) -> "Note":
        """The note in a text; `NoteMalformed` or `SignatureMalformed` when there is none.

        Read the file as bytes and decode it as UTF-8: a reader that translates line endings
        changes what was signed.
        """
        before, blank, after = note.rpartition("\n\n")
        if not blank or not after.endswith("\n"):
            raise NoteMalformed
        # Not splitlines, which also splits at characters that may stand in a note.
        lines = after.removesuffix("\n").split("\n")
        return cls(
            text=before + "\n",
            signatures=tuple(Signature.parse(line, number=number) for number, line in enumerate(lines, start=1)),
        )

    def verify(self, verifiers: Sequence[Verifier]) -> None:
        """At least one of these keys signed the text, and no signature in their names is wrong.

        Signatures by other keys say nothing and are passed over. Raises `SignatureMissing` or
        `SignatureRefused`.
        """
        trusted = {(by.name, by.key_id): by for by in verifiers}
        known = [one for one in self.signatures if (one.name, one.key_id) in trusted]
        if not known:
            raise SignatureMissing
        for one in known:
            trusted[one.name, one.key_id].verify(self.text.encode(), one.signature)


def is_key_name(name: str) -> bool:
    """Whether a key may be called this: not empty, no space of any kind, no plus, plain text."""
    return name != "" and "+" not in name and not any(character.isspace() for character in name) and _is_plain(name)


def in_base64(value: bytes) -> str:
    """The bytes in base64 (RFC 4648, section 4)."""
    return base64.b64encode(value).decode("ascii")


def from_base64(encoded: str) -> bytes:
    """The bytes that have exactly this base64, bits of padding included; else `ValueError`.

    RFC 4648, section 3.5, leaves it to the reader whether padding bits must be zero. Here they
    must, so that no bit of a note can change unseen.
    """
    value = base64.b64decode(encoded, validate=True)
    if in_base64(value) != encoded:
        message = "not the only base64 of these bytes"
        raise ValueError(message)
    return value


def _is_plain(text: str) -> bool:
    """Whether a text is valid UTF-8 with no ASCII control character but newline."""
    if any(character < " " and character != "\n" for character in text):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
