"""A log as files that never change, to the byte of c2sp.org/tlog-tiles: tiles of hashes, and bundles of entries.

A tile has up to 256 hashes side by side: at level 0 those of the leaves, at each level above the roots of the full
tiles below. A bundle has the leaves of one tile of level 0. A full one stays as it is for ever; one that is not full
yet is named by how many it has, so that a longer log changes no file of a shorter one.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.export_errors import (
    BundleMalformed,
    EntryChanged,
    FileMissing,
    LeafTooLong,
    TileChanged,
    TileMalformed,
    TilePathMalformed,
    TilesDiffer,
)
from casetrack.audit.tree import HASH_BYTES, Frontier, leaf_hash

WIDTH: Final = 256
"""How many hashes a full tile has, and how many leaves a full bundle."""
LONGEST_LEAF: Final = 0xFFFF
HIGHEST_LEVEL: Final = 7
"""Of a log of up to 2^64 leaves. The format has room for more."""

_BITS: Final = 8
_ENTRIES: Final = "entries"
_PATH: Final = re.compile(r"tile/(entries|[0-7])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LENGTH_BYTES: Final = 2

Read = Callable[[str], bytes | None]
"""What a file of the log has; None if there is no such file."""


@dataclass(frozen=True)
class Place:
    """A tile of that level, or a bundle where there is no level: the how manieth, and how many of its 256 it has."""

    level: int | None
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Where it lies: groups of three digits, all but the last behind an x, so that no file is a folder too."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *above, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        level = _ENTRIES if self.level is None else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return "/".join(("tile", level, *(f"x{each}" for each in above), last)) + part

    @classmethod
    def parse(cls, path: str) -> "Place":
        """The place that has that path, and no other has; `TilePathMalformed` otherwise."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise TilePathMalformed
        level = None if found[1] == _ENTRIES else int(found[1])
        place = cls(level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or WIDTH))
        if place.path() != path:
            raise TilePathMalformed
        return place


def places(size: int) -> Iterator[Place]:
    """Every tile and bundle of a log of so many entries, and no other: the bundles, and then level by level."""
    level: int | None = None
    count = size
    while count:
        full, rest = divmod(count, WIDTH)
        for index in range(full):
            yield Place(level, index)
        if rest:
            yield Place(level, full, rest)
        level, count = (0, size) if level is None else (level + 1, full)


def tiled(leaves: Iterable[bytes]) -> Iterator[tuple[Place, bytes]]:
    """The files of a log that has these leaves: each as soon as it is full, and at the end those that are not.

    However long the log is, no more is held than one file of each level. `LeafTooLong` names a leaf that has no place.
    """
    levels: list[_Level] = []
    bundle = bytearray()
    number = -1
    for number, leaf in enumerate(leaves):
        if len(leaf) > LONGEST_LEAF:
            raise LeafTooLong(index=number)
        bundle += len(leaf).to_bytes(_LENGTH_BYTES) + leaf
        if number % WIDTH == WIDTH - 1:
            yield Place(None, number // WIDTH), bytes(bundle)
            bundle.clear()
        yield from _grown(levels, leaf_hash(leaf))
    if bundle:
        index, rest = divmod(number + 1, WIDTH)
        yield Place(None, index, rest), bytes(bundle)
    for height, level in enumerate(levels):
        if level.hashes:
            yield Place(height, level.full, len(level.hashes) // HASH_BYTES), bytes(level.hashes)


def verified_bundles(checkpoint: Checkpoint, read: Read) -> Iterator[list[bytes]]:
    """The leaves of each bundle in their order, once it and every tile above it are as the checkpoint says.

    Otherwise a `LogRefused` names the first file or entry that is not: from the left to the right, each bundle with the
    tile above. However long the log is, no more is held than one file of each level.
    """
    size, tops = checkpoint.size, list[tuple[int, int, bytes]]()
    for level in range(HIGHEST_LEVEL, -1, -1):
        full, rest = divmod(size >> _BITS * level, WIDTH)
        if rest:
            tops.append((level, full, _tile(Place(level, full, rest), read)))
    hashes = tuple(each for _, _, tile in tops for each in Frontier().extend(_split(tile)).hashes)
    if Frontier(size, hashes).root() != checkpoint.root:
        raise TilesDiffer(size=size)
    for level, index, tile in tops:
        yield from _below(level, index, tile, read)


@dataclass(frozen=True)
class TiledTree:
    """The tree of a log of so many entries, in its tiles. What it says of them is as true as the tiles are."""

    size: int
    read: Read

    def root(self, start: int, end: int) -> bytes:
        """The root of the leaves from `start`, where a complete subtree as large as the largest of them begins."""
        hashes = []
        at = start
        while at < end:
            bits = (end - at).bit_length() - 1
            hashes.append(self._complete(at, bits))
            at += 1 << bits
        return Frontier(end - start, tuple(hashes)).root()

    def _complete(self, start: int, bits: int) -> bytes:
        """The root of the complete subtree of 2^bits leaves that begins there."""
        level = min(bits // _BITS, HIGHEST_LEVEL)
        first = start >> _BITS * level
        index, at = divmod(first, WIDTH)
        width = min(WIDTH, (self.size >> _BITS * level) - index * WIDTH)
        tile = _tile(Place(level, index, width), self.read)
        return _root(tile[at * HASH_BYTES : (at + (1 << bits - _BITS * level)) * HASH_BYTES])


@dataclass
class _Level:
    """What is not full yet of one level, and how many full tiles came before it."""

    hashes: bytearray
    full: int = 0


def _grown(levels: list[_Level], one: bytes) -> Iterator[tuple[Place, bytes]]:
    """A hash more at level 0; and at each level above, the root of a tile that it filled."""
    height = 0
    while True:
        if height == len(levels):
            levels.append(_Level(bytearray()))
        level = levels[height]
        level.hashes += one
        if len(level.hashes) < WIDTH * HASH_BYTES:
            return
        tile = bytes(level.hashes)
        yield Place(height, level.full), tile
        level.hashes.clear()
        level.full += 1
        one, height = _root(tile), height + 1


def _root(tile: bytes) -> bytes:
    """The root above the hashes of a tile, or of a part of one, as many of them as a power of two."""
    while len(tile) > HASH_BYTES:
        pairs = range(0, len(tile), 2 * HASH_BYTES)
        tile = b"".join(hashlib.sha256(b"\x01" + tile[at : at + 2 * HASH_BYTES]).digest() for at in pairs)
    return tile


def _below(level: int, index: int, tile: bytes, read: Read) -> Iterator[list[bytes]]:
    """What is below a tile that is believed: its bundle, or what each full tile is that a hash of it stands for."""
    if level == 0:
        bundle = _bundle(Place(None, index, len(tile) // HASH_BYTES), read)
        hashes = list(map(leaf_hash, bundle))
        if b"".join(hashes) != tile:
            first = next(at for at, (one, other) in enumerate(zip(hashes, _split(tile), strict=True)) if one != other)
            raise EntryChanged(index=index * WIDTH + first)
        yield bundle
        return
    for at, hashed in enumerate(_split(tile)):
        place = Place(level - 1, index * WIDTH + at)
        found = _tile(place, read)
        if _root(found) != hashed:
            raise TileChanged(path=place.path())
        yield from _below(level - 1, place.index, found, read)


def _tile(place: Place, read: Read) -> bytes:
    found = read(place.path())
    if found is None:
        raise FileMissing(path=place.path())
    if len(found) != place.width * HASH_BYTES:
        raise TileMalformed(path=place.path())
    return found


def _bundle(place: Place, read: Read) -> list[bytes]:
    """The leaves of a bundle, each behind its length in two bytes, and nothing after the last."""
    found, leaves, at = read(place.path()), list[bytes](), 0
    if found is None:
        raise FileMissing(path=place.path())
    for _ in range(place.width):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(found[at:start])
        if start > len(found) or end > len(found):
            raise BundleMalformed(path=place.path())
        leaves.append(found[start:end])
        at = end
    if at != len(found):
        raise BundleMalformed(path=place.path())
    return leaves


def _split(tile: bytes) -> Iterator[bytes]:
    return (tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES))
