"""Checking proofs without the log: RFC 9162, sections 2.1.3.2 and 2.1.4.2, line by line.

The comments carry the RFC's own numbering and variable names, so that the two can be laid side by
side. Beyond the RFC, every hash in a proof must be 32 bytes. Both functions return when the proof
holds and raise when it does not.

Sizes and roots must come together from checkpoints that were opened: a root does not fix the size
of its tree, so a proof for three entries can also hold for four under the same root. Only the
signature over both says which it was.
"""

from collections.abc import Sequence
from itertools import chain

from casetrack.audit.errors import ConsistencyRefused, InclusionRefused
from casetrack.audit.tree import HASH_BYTES, node_hash


def verify_inclusion(*, leaf_hash: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """The leaf with this hash is at `index` in the tree of `size` leaves with this root.

    Otherwise raises `InclusionRefused`. RFC 9162, section 2.1.3.2.
    """
    refused = InclusionRefused(index=index, size=size)
    # 1. Compare leaf_index against tree_size; if it is greater or equal, fail.
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        raise refused
    # 2. Set fn to leaf_index and sn to tree_size - 1.
    fn, sn = index, size - 1
    # 3. Set r to hash.
    r = leaf_hash
    # 4. For each value p in the inclusion_path array:
    for p in proof:
        # 4a. If sn is 0, fail.
        if sn == 0:
            raise refused
        # 4b. If LSB(fn) is set, or if fn is equal to sn:
        if fn & 1 or fn == sn:
            # 4b i. Set r to HASH(0x01 || p || r).
            r = node_hash(p, r)
            # 4b ii. If LSB(fn) is not set, right-shift both until LSB(fn) is set or fn is 0.
            fn, sn = _shifted_past_zeros(fn, sn)
        else:
            # 4b, otherwise: set r to HASH(0x01 || r || p).
            r = node_hash(r, p)
        # 4c. Right-shift both fn and sn one time.
        fn, sn = fn >> 1, sn >> 1
    # 5. If sn is 0 and r is the root_hash, the inclusion is proven. Otherwise, fail.
    if sn != 0 or r != root:
        raise refused


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """The tree of `new_size` leaves begins with the leaves of the tree of `old_size`.

    Otherwise raises `ConsistencyRefused`. RFC 9162, section 2.1.4.2, which is for
    0 < first < second. Two trees of one size are the same when their roots are, and need no proof;
    from the empty tree there is nothing to prove, so it is refused.
    """
    refused = ConsistencyRefused(old_size=old_size, new_size=new_size)
    if not 0 < old_size <= new_size:
        raise refused
    if old_size == new_size:
        if proof or old_root != new_root:
            raise refused
        return
    # 1. If consistency_path is an empty array, fail.
    if not proof or not _are_hashes(old_root, new_root, *proof):
        raise refused
    if _roots_shown(old_size, old_root, new_size, proof) != (old_root, new_root):
        raise refused


def _roots_shown(old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and new root that a consistency proof leads to; None when it leads nowhere."""
    # 2. If first is an exact power of 2, prepend first_hash to the consistency_path array.
    path = chain((old_root,), proof) if old_size.bit_count() == 1 else iter(proof)
    # 3. Set fn to first - 1 and sn to second - 1.
    fn, sn = old_size - 1, new_size - 1
    # 4. If LSB(fn) is set, right-shift both equally until LSB(fn) is not set.
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    # 5. Set both fr and sr to the first value in the consistency_path array.
    fr = sr = next(path)
    # 6. For each subsequent value c in the consistency_path array:
    for c in path:
        # 6a. If sn is 0, fail.
        if sn == 0:
            return None
        # 6b. If LSB(fn) is set, or if fn is equal to sn:
        if fn & 1 or fn == sn:
            # 6b i. Set fr to HASH(0x01 || c || fr) and sr to HASH(0x01 || c || sr).
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            # 6b ii. If LSB(fn) is not set, right-shift both until LSB(fn) is set or fn is 0.
            fn, sn = _shifted_past_zeros(fn, sn)
        else:
            # 6b, otherwise: set sr to HASH(0x01 || sr || c).
            sr = node_hash(sr, c)
        # 6c. Right-shift both fn and sn one time.
        fn, sn = fn >> 1, sn >> 1
    # 7. fr must be the first_hash, sr the second_hash (the caller's part), and sn must be 0.
    return (fr, sr) if sn == 0 else None


def _shifted_past_zeros(fn: int, sn: int) -> tuple[int, int]:
    while not fn & 1 and fn != 0:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
