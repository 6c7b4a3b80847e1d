"""Checkpoints, to the byte of c2sp.org/tlog-checkpoint: the log's size and root, signed.

A checkpoint of ours is exactly three lines. The C2SP format also allows further lines, calls them
opaque and recommends against them; they are refused here, so that a checkpoint and its text are
one and the same and nothing can be signed that is not checked.
"""

import re
from dataclasses import dataclass
from typing import Final

from casetrack.audit.errors import CheckpointMalformed, OriginDiffers
from casetrack.audit.note import Note, Signer, Verifier, from_base64, in_base64, is_key_name
from casetrack.audit.tree import EMPTY_ROOT, HASH_BYTES

# What outside programs, and a signed 64-bit column, can hold.
LARGEST_SIZE: Final = (1 << 63) - 1

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")

_ORIGIN, _SIZE, _ROOT, _END = 1, 2, 3, 4


@dataclass(frozen=True)
class Checkpoint:
    """The log named `origin` has `size` entries, and they have this root.

    Raises `CheckpointMalformed`, with the line that is wrong, when it could not be published.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """No checkpoint exists that would not read back as itself."""
        if not is_key_name(self.origin):
            raise CheckpointMalformed(line=_ORIGIN)
        if not 0 <= self.size <= LARGEST_SIZE:
            raise CheckpointMalformed(line=_SIZE)
        if len(self.root) != HASH_BYTES or (self.size == 0 and self.root != EMPTY_ROOT):
            raise CheckpointMalformed(line=_ROOT)

    def body(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{in_base64(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> "Checkpoint":
        """The checkpoint in the text of a note; `CheckpointMalformed` names the line."""
        lines = body.split("\n")
        if len(lines) != _END or lines[-1]:
            raise CheckpointMalformed(line=min(len(lines), _END))
        origin, size, root, _ = lines
        try:
            number = number_in(size)
        except ValueError as malformed:
            raise CheckpointMalformed(line=_SIZE) from malformed
        try:
            return cls(origin=origin, size=number, root=hash_in(root))
        except ValueError as malformed:
            raise CheckpointMalformed(line=_ROOT) from malformed


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> str:
    """The signed note of a checkpoint, by each of the log's keys, which have the log's origin for their name.

    Raises `OriginDiffers` when a key is of another log.
    """
    for signer in signers:
        if signer.name != checkpoint.origin:
            raise OriginDiffers(origin=signer.name)
    return Note.signed(checkpoint.body(), *signers).format()


def open_checkpoint(note_text: str, *verifiers: Verifier) -> Checkpoint:
    """The checkpoint in a signed note, when one of these keys signed it (format, steps 1 to 3).

    Raises `NoteMalformed`, `SignatureMalformed`, `SignatureMissing`, `SignatureRefused` or
    `CheckpointMalformed`. Whose log it is of is the caller's to ask: a witness signs under a name
    of its own.
    """
    # Step 1: the text is a signed note.
    note = Note.parse(note_text)
    # Step 2: the keys' signatures hold; until then the text means nothing.
    note.verify(verifiers)
    # Step 3: the note's text is a checkpoint.
    return Checkpoint.parse(note.text)


def number_in(line: str) -> int:
    """The number that a line is, written without sign or leading zero, at most 2^63 - 1; otherwise `ValueError`."""
    if not _NUMBER.fullmatch(line) or int(line) > LARGEST_SIZE:
        message = "not a number as a log writes one"
        raise ValueError(message)
    return int(line)


def hash_in(line: str) -> bytes:
    """The hash of which a line is the base64, 32 bytes; otherwise `ValueError`."""
    value = from_base64(line)
    if len(value) != HASH_BYTES:
        message = "not a hash"
        raise ValueError(message)
    return value
