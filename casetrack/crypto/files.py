"""Files: each sealed under a random key of its own, a chunk at a time, and as long as a step however long it is.

The format is `docs/formats/files.md`. A file's key is kept as a sealed field: a new data key seals 32 bytes anew, and
not the file.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self
from uuid import UUID

from casetrack.crypto.derivation import KEY_SIZE
from casetrack.crypto.encoding import labelled, lp
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.floe import OVERHEAD, open_stream, seal_stream
from casetrack.crypto.held import HeldKey

CHUNK_SIZE: Final = 1 << 16
"""Bytes of a chunk as it is kept; the first one, FLOE's header, is shorter."""

_ROOM: Final = CHUNK_SIZE - OVERHEAD
_DIGEST: Final = labelled("casetrack/v1/file-digest")


@dataclass(frozen=True)
class FilePlace:
    """Where a file belongs: a deployment, a case, and an id that no other file has."""

    deployment: str
    case: UUID
    file: UUID


@dataclass(frozen=True)
class FileSeal:
    """What is sealed beside a file's key of the file itself: how many bytes it has, and the digest of its chunks."""

    size: int
    digest: bytes


class FileSealing:
    """A file as it is sealed, a chunk at a time, once; what its seal says is true when the last chunk was taken."""

    def __init__(self, key: bytes, aad: bytes, plain: Iterable[bytes]) -> None:
        """Begin; nothing of the file is read yet."""
        self._key = key
        self._aad = aad
        self._plain = plain
        self._size = 0
        self._hashes = sha256(_DIGEST)

    def __iter__(self) -> Iterator[bytes]:
        """The header, then the chunks."""
        for chunk in seal_stream(self._key, self._padded(), self._aad, CHUNK_SIZE):
            self._hashes.update(sha256(chunk).digest())
            yield chunk

    def seal(self) -> FileSeal:
        """What is to be sealed beside the key."""
        return FileSeal(self._size, self._hashes.digest())

    def _padded(self) -> Iterator[bytes]:
        for piece in self._plain:
            self._size += len(piece)
            yield piece
        left = padded_size(self._size) - self._size
        while left:
            yield bytes(min(left, _ROOM))
            left -= min(left, _ROOM)


class FileKey(HeldKey):
    """Thirty-two random bytes that seal and open one file."""

    __slots__ = ("_aad", "_secret")

    def __init__(self, place: FilePlace, secret: bytes) -> None:
        """Hold the secret, for the file of that place and no other."""
        self._aad = labelled("casetrack/v1/file", lp(place.deployment), place.case.bytes, place.file.bytes)
        self._secret = secret
        super().__init__(place.file.hex[:8])

    @classmethod
    def generate(cls, place: FilePlace) -> Self:
        """A new key, drawn from the operating system."""
        return cls(place, secrets.token_bytes(KEY_SIZE))

    def bare(self) -> bytes:
        """The 32 bytes themselves, for the sealed field that keeps them and for nothing else."""
        return self._secret

    def seal(self, plain: Iterable[bytes]) -> FileSealing:
        """The chunks that the file is kept as; its pieces may be of any lengths, and are read as they are needed."""
        return FileSealing(self._secret, self._aad, plain)

    def open(self, chunks: Iterable[bytes], hashes: Sequence[bytes], promised: FileSeal) -> Iterator[bytes]:
        """What the file holds, each piece after its chunk was found to be the one that was sealed, in its place.

        `hashes` are the SHA-256 of every chunk, as the store says them; they are believed because their digest is the
        promised one. `CannotOpen` at the first thing that is not as it was sealed. Until it ends well the file may have
        been cut short.
        """
        if digest_of(hashes) != promised.digest:
            raise CannotOpen(Reason.SEAL)
        at = 0
        for piece in open_stream(self._secret, _promised(chunks, hashes), self._aad, CHUNK_SIZE):
            within = max(0, promised.size - at)
            if piece[within:].strip(b"\0"):
                raise CannotOpen(Reason.SHAPE)
            at += len(piece)
            if within:
                yield piece[:within]
        if at != padded_size(promised.size):
            raise CannotOpen(Reason.SHAPE)


def digest_of(hashes: Iterable[bytes]) -> bytes:
    """Thirty-two bytes that name the sealed file: over the SHA-256 of each of its chunks, in their order."""
    return sha256(_DIGEST + b"".join(hashes)).digest()


def padded_size(size: int) -> int:
    """How many bytes are sealed of a file of that size: whole chunks, as many as Padmé allows.

    Of a length n so padded there are O(log log n) bits to learn, for at most 12 % more chunks (Nikitin and others,
    "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4.2).
    """
    chunks = max(1, -(-size // _ROOM))
    exponent = chunks.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-chunks // step) * step * _ROOM


def _promised(chunks: Iterable[bytes], hashes: Sequence[bytes]) -> Iterator[bytes]:
    """The chunks, each found to have the hash of its place; that none is missing is for FLOE to notice."""
    expected = iter(hashes)
    for chunk in chunks:
        if sha256(chunk).digest() != next(expected, None):
            raise CannotOpen(Reason.SEAL)
        yield chunk
