"""Looks for a word in bytes, however it may have been written down there: plain, in 16 bits, in hexadecimal, in base64.

Capitals and small letters are the same to it, so that what was casefolded for an index is found too.
"""

import base64
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ALIGNMENTS: Final = 3
BLOCK: Final = 8 * 1024 * 1024


@dataclass(frozen=True)
class Found:
    """Where the word was found, and how it was written."""

    place: str
    encoding: str
    around: bytes


class Scanner:
    """A word in every way in which it may have been written."""

    def __init__(self, word: str) -> None:
        """Look for that word: ASCII letters and digits, and long enough that chance does not write it."""
        self._needles = dict(_written(word))
        self._longest = max(len(needle) for needle in self._needles.values())

    def in_bytes(self, content: bytes, place: str) -> Iterator[Found]:
        """Each way in which the word is written there, once."""
        small = content.lower()
        for encoding, needle in self._needles.items():
            at = small.find(needle)
            if at >= 0:
                yield Found(place, encoding, content[max(0, at - 40) : at + len(needle) + 40])

    def in_file(self, path: Path) -> Iterator[Found]:
        """The same for a file, read in overlapping blocks."""
        if path.stat().st_size == 0:
            return
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for start in range(0, len(content), BLOCK):
                yield from self.in_bytes(content[start : start + BLOCK + self._longest], str(path))

    def in_folder(self, folder: Path) -> Iterator[Found]:
        """The same for every file under the folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield from self.in_file(path)


def _written(word: str) -> Iterator[tuple[str, bytes]]:
    small = word.casefold()
    yield "UTF-8", small.encode()
    for encoding in ("UTF-16-LE", "UTF-16-BE"):
        yield encoding, small.encode(encoding)
    for said, content in (("as written", word), ("casefolded", small), ("in capitals", word.upper())):
        for encoding in ("UTF-8", "UTF-16-LE", "UTF-16-BE"):
            yield f"{encoding} in hexadecimal, {said}", content.encode(encoding).hex().encode()
        for alignment in range(ALIGNMENTS):
            yield f"base64, {said}, {alignment} bytes on", _base64_inside(content.encode(), alignment).lower()


def _base64_inside(content: bytes, alignment: int) -> bytes:
    """The letters of the base64 that stay the same whatever stands before and after: with so many bytes before it."""
    padded = base64.b64encode(b"\0" * alignment + content)
    first = -(-alignment * 8 // 6)
    last = (alignment + len(content)) * 8 // 6
    return padded[first:last]
