"""The Merkle tree, its frontier and the proofs it gives."""

import hashlib
import sys
from collections.abc import Sequence
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.errors import EntryAbsent, FrontierMalformed, HashMalformed, SizeAbsent
from casetrack.audit.tree import (
    EMPTY_ROOT,
    Frontier,
    HashedLeaves,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)
from tests.audit.frozen import read, unhex
from tests.audit.logs import hashes, leaves

SIZES = st.integers(0, 70)


def definition(leaf_hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if len(leaf_hashes) == 0:
        return hashlib.sha256(b"").digest()
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = 1
    while split * 2 < len(leaf_hashes):
        split *= 2
    left, right = definition(leaf_hashes[:split]), definition(leaf_hashes[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_reference_leaves_of_certificate_transparency_make_their_published_roots(size: int) -> None:
    reference = read("certificate-transparency.json")
    published = [leaf_hash(leaf) for leaf in unhex(reference["leaves"])]
    assert root_of(published[:size]).hex() == reference["roots"][size]


def test_the_eight_reference_leaves_make_the_check_value() -> None:
    published = [leaf_hash(leaf) for leaf in unhex(read("certificate-transparency.json")["leaves"])]
    assert root_of(published).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_empty_tree_has_the_hash_of_nothing_for_its_root() -> None:
    assert root_of([]) == Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(SIZES)
def test_the_root_is_the_one_that_the_rfc_defines(size: int) -> None:
    of = hashes(leaves(size))
    assert root_of(of) == definition(of)


@given(SIZES, SIZES)
def test_appending_one_by_one_and_in_batches_makes_the_same_tree(size: int, cut: int) -> None:
    of = hashes(leaves(size))
    one_by_one = Frontier()
    for leaf in of:
        one_by_one = one_by_one.append(leaf)
    assert one_by_one == Frontier().extend(of[:cut]).extend(of[cut:]) == Frontier().extend(of)


@pytest.mark.parametrize(("before", "batch"), [(0, 1000), (1, 1000), (1023, 1000), (1_000, 24), (777, 1)])
def test_appending_a_batch_costs_one_hash_for_each_two_trees_that_become_one(before: int, batch: int) -> None:
    of = hashes(leaves(before + batch))
    frontier = Frontier().extend(of[:before])
    calls: list[str] = []

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is node_hash.__code__:
            calls.append(event)

    sys.setprofile(count)
    try:
        frontier.extend(of[before:])
    finally:
        sys.setprofile(None)
    assert len(calls) == len(frontier.hashes) + batch - (before + batch).bit_count()


@given(SIZES)
def test_a_frontier_reads_back_from_its_bytes(size: int) -> None:
    frontier = Frontier().extend(hashes(leaves(size)))
    assert Frontier.parse(frontier.to_bytes()) == frontier


@pytest.mark.parametrize("vector", read("log.json")["checkpoints"], ids=lambda vector: vector["size"])
def test_a_frozen_frontier_has_its_frozen_root(vector: dict[str, str | int]) -> None:
    frontier = Frontier.parse(bytes.fromhex(str(vector["frontier"])))
    assert frontier.size == vector["size"]
    assert frontier.root().hex() == vector["root"]


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        bytes(7),
        bytes(8) + bytes(32),
        (1).to_bytes(8, "big"),
        (1).to_bytes(8, "big") + bytes(31),
        (1).to_bytes(8, "big") + bytes(33),
        (2).to_bytes(8, "big") + bytes(64),
        (3).to_bytes(8, "big") + bytes(63),
    ],
    ids=len,
)
def test_bytes_that_are_not_a_frontier_are_refused(stored: bytes) -> None:
    with pytest.raises(FrontierMalformed):
        Frontier.parse(stored)


@pytest.mark.parametrize("size", [-1, 2**64])
def test_a_frontier_of_no_possible_size_is_refused(size: int) -> None:
    with pytest.raises(FrontierMalformed):
        Frontier(size, (bytes(32),))


def test_a_leaf_is_not_taken_for_its_hash() -> None:
    with pytest.raises(HashMalformed):
        Frontier().append(leaves(1)[0])


@pytest.mark.parametrize("vector", read("log.json")["inclusion"], ids=lambda vector: vector["index"])
def test_an_inclusion_proof_is_the_frozen_one(vector: dict[str, int | list[str]]) -> None:
    of = _frozen_hashes()[: int(str(vector["size"]))]
    assert [one.hex() for one in inclusion_proof(HashedLeaves(of), int(str(vector["index"])))] == vector["proof"]


@pytest.mark.parametrize("vector", read("log.json")["consistency"], ids=lambda vector: vector["old_size"])
def test_a_consistency_proof_is_the_frozen_one(vector: dict[str, int | list[str]]) -> None:
    of = _frozen_hashes()[: int(str(vector["new_size"]))]
    assert [one.hex() for one in consistency_proof(HashedLeaves(of), int(str(vector["old_size"])))] == vector["proof"]


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3), (4, 3)])
def test_there_is_no_inclusion_proof_of_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(EntryAbsent, match=f"no entry {index} in a tree of {size}"):
        inclusion_proof(HashedLeaves(hashes(leaves(size))), index)


@pytest.mark.parametrize(("old_size", "size"), [(0, 0), (0, 3), (-1, 3), (4, 3)])
def test_there_is_no_consistency_proof_from_a_tree_that_never_was(old_size: int, size: int) -> None:
    with pytest.raises(SizeAbsent, match=f"from a tree of {old_size} entries to one of {size}"):
        consistency_proof(HashedLeaves(hashes(leaves(size))), old_size)


def _frozen_hashes() -> list[bytes]:
    return hashes(unhex([one["leaf"] for one in read("log.json")["entries"]]))
