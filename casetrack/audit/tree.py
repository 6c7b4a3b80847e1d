"""The Merkle tree of RFC 6962, section 2.1, with SHA-256.

A tree of n leaves is known by its leaf hashes, in order. Only the root needs signing, and only the
frontier needs remembering: the roots of the largest complete trees that the leaves fall into, from
the left, one for each one bit of n. Appending a batch of n leaves costs at most one
inner hash for each of them and for each hash of the frontier, and never looks at the leaves before.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from casetrack.audit.errors import EntryAbsent, FrontierMalformed, HashMalformed, SizeAbsent

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

_SIZE: Final = struct.Struct(">Q")


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 00 and the leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash above two hashes: SHA-256 of 01, the left and the right (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """All that must be remembered of a tree to append to it and to know its root.

    `size` is the number of leaves; `hashes` are the roots of its complete subtrees, the largest and
    leftmost first, one for each one bit of the size. Raises `FrontierMalformed` when they are not.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """No frontier exists that cannot be appended to."""
        if not 0 <= self.size < 1 << 64 or len(self.hashes) != self.size.bit_count():
            raise FrontierMalformed
        if any(len(one) != HASH_BYTES for one in self.hashes):
            raise FrontierMalformed

    def append(self, leaf_hash: bytes) -> "Frontier":
        """The frontier of the tree with one more leaf, given by its hash."""
        return self.extend((leaf_hash,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """The frontier of the tree with these leaves after its own.

        Raises `HashMalformed` for anything but 32 bytes, so that a leaf is not taken for its hash.
        """
        size, hashes = self.size, list(self.hashes)
        for right in leaf_hashes:
            if len(right) != HASH_BYTES:
                raise HashMalformed
            hashes.append(right)
            # Each one bit at the end of the size is a complete tree as large as the one to its
            # right has just become: the two are one tree now.
            carry = size
            while carry & 1:
                last = hashes.pop()
                hashes[-1] = node_hash(hashes[-1], last)
                carry >>= 1
            size += 1
        return Frontier(size=size, hashes=tuple(hashes))

    def root(self) -> bytes:
        """The root of the tree: MTH(D[size]) of RFC 6962, section 2.1."""
        if not self.hashes:
            return EMPTY_ROOT
        *lefts, root = self.hashes
        for left in reversed(lefts):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """The frontier as kept beside a checkpoint: the size in eight bytes, then the hashes."""
        return _SIZE.pack(self.size) + b"".join(self.hashes)

    @classmethod
    def parse(cls, stored: bytes) -> "Frontier":
        """The frontier that `to_bytes` wrote; `FrontierMalformed` when it did not."""
        if len(stored) < _SIZE.size:
            raise FrontierMalformed
        (size,) = _SIZE.unpack_from(stored)
        starts = range(_SIZE.size, len(stored), HASH_BYTES)
        return cls(size=size, hashes=tuple(stored[at : at + HASH_BYTES] for at in starts))


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root of the tree with exactly these leaves."""
    return Frontier().extend(leaf_hashes).root()


class Tree(Protocol):
    """A tree of which proofs are made, wherever its hashes are."""

    @property
    def size(self) -> int:
        """How many leaves it has."""

    def root(self, start: int, end: int) -> bytes:
        """The root of the leaves from `start` up to, not including, `end`: MTH(D[start:end]) of RFC 6962."""


@dataclass(frozen=True)
class HashedLeaves:
    """The tree of leaves whose hashes are all at hand."""

    hashes: Sequence[bytes]

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self.hashes)

    def root(self, start: int, end: int) -> bytes:
        """The root of the leaves from `start` up to, not including, `end`."""
        return root_of(self.hashes[start:end])


def inclusion_proof(tree: Tree, index: int) -> tuple[bytes, ...]:
    """The hashes that lead from the leaf at `index` to the root, the nearest first.

    PATH(m, D[n]) of RFC 6962, section 2.1.1. Raises `EntryAbsent` when there is no such leaf.
    """
    if not 0 <= index < tree.size:
        raise EntryAbsent(index=index, size=tree.size)
    return _path(index, tree, 0, tree.size)


def consistency_proof(tree: Tree, old_size: int) -> tuple[bytes, ...]:
    """The hashes that show this tree to begin with the tree of its first `old_size` leaves.

    PROOF(m, D[n]) of RFC 6962, section 2.1.2; nothing when the two are the same tree. Raises
    `SizeAbsent` when this tree never had that size, or the size is 0: everything begins with
    nothing, so there is nothing to prove.
    """
    if not 0 < old_size <= tree.size:
        raise SizeAbsent(old_size=old_size, size=tree.size)
    return _subproof(old_size, tree, 0, tree.size, known=True)


def _path(index: int, tree: Tree, start: int, end: int) -> tuple[bytes, ...]:
    if end - start == 1:
        return ()
    split = start + _split(end - start)
    if index < split:
        return (*_path(index, tree, start, split), tree.root(split, end))
    return (*_path(index, tree, split, end), tree.root(start, split))


def _subproof(old_end: int, tree: Tree, start: int, end: int, *, known: bool) -> tuple[bytes, ...]:
    """SUBPROOF(m, D[n], b) of D[start:end]: `known` says that the old tree's root is this subtree's own."""
    if old_end == end:
        return () if known else (tree.root(start, end),)
    split = start + _split(end - start)
    if old_end <= split:
        return (*_subproof(old_end, tree, start, split, known=known), tree.root(split, end))
    return (*_subproof(old_end, tree, split, end, known=False), tree.root(start, split))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2 (RFC 6962, 2.1)."""
    return 1 << (size - 1).bit_length() - 1
