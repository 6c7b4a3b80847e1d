"""Proofs: the published ones, our own, and damaged ones."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.audit.errors import ConsistencyRefused, InclusionRefused, LogRefused
from casetrack.audit.proof import verify_consistency, verify_inclusion
from casetrack.audit.tree import HashedLeaves, consistency_proof, inclusion_proof, root_of
from tests.audit.frozen import VECTORS
from tests.audit.logs import hashes, leaves

PUBLISHED = VECTORS / "merkle" / "testdata"
FILES = sorted(PUBLISHED.rglob("*.json"))

PLACES = st.integers(1, 40).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))
GROWTHS = st.integers(1, 40).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size)))


def check(vector: dict[str, Any]) -> None:
    proof = [base64.b64decode(one) for one in vector["proof"] or ()]
    if "leafIdx" in vector:
        verify_inclusion(
            leaf_hash=base64.b64decode(vector["leafHash"]),
            index=vector["leafIdx"],
            size=vector["treeSize"],
            root=base64.b64decode(vector["root"]),
            proof=proof,
        )
    else:
        verify_consistency(
            old_size=vector["size1"],
            old_root=base64.b64decode(vector["root1"]),
            new_size=vector["size2"],
            new_root=base64.b64decode(vector["root2"]),
            proof=proof,
        )


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PUBLISHED)))
def test_a_published_proof_is_accepted_or_refused_as_it_must_be(file: Path) -> None:
    vector = json.loads(file.read_text(encoding="utf-8"))
    if vector["wantErr"]:
        with pytest.raises((InclusionRefused, ConsistencyRefused)):
            check(vector)
    else:
        check(vector)


def test_all_the_published_proofs_are_here() -> None:
    refused = [file for file in FILES if json.loads(file.read_text(encoding="utf-8"))["wantErr"]]
    assert (len(FILES), len(refused)) == (196, 184)


@given(PLACES)
def test_every_entry_of_every_tree_is_proved_to_be_in_it(place: tuple[int, int]) -> None:
    index, size = place
    of = hashes(leaves(size))
    verify_inclusion(
        leaf_hash=of[index], index=index, size=size, root=root_of(of), proof=inclusion_proof(HashedLeaves(of), index)
    )


@given(GROWTHS)
def test_every_tree_is_proved_to_begin_with_every_smaller_one(growth: tuple[int, int]) -> None:
    old_size, new_size = growth
    of = hashes(leaves(new_size))
    verify_consistency(
        old_size=old_size,
        old_root=root_of(of[:old_size]),
        new_size=new_size,
        new_root=root_of(of),
        proof=consistency_proof(HashedLeaves(of), old_size),
    )


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


# Each of the ways below is tried this often.
FEW = 30

DAMAGES: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "a bit flipped": lambda proof, at: [*proof[:at], flipped(proof[at], at), *proof[at + 1 :]],
    "a hash left out": lambda proof, at: [*proof[:at], *proof[at + 1 :]],
    "a hash put in": lambda proof, at: [*proof[:at], bytes(32), *proof[at:]],
    "a hash twice": lambda proof, at: [*proof[:at], proof[at], *proof[at:]],
    "a hash cut short": lambda proof, at: [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
    "two hashes joined": lambda proof, at: [*proof[:at], b"".join(proof[at : at + 2]) + b"\0", *proof[at + 2 :]],
    "nothing": lambda _proof, _at: [],
}


@settings(max_examples=FEW)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@given(place=st.integers(2, 40).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), at=st.data())
def test_a_damaged_inclusion_proof_is_refused(
    damage: Callable[[list[bytes], int], list[bytes]], place: tuple[int, int], at: st.DataObject
) -> None:
    index, size = place
    of = hashes(leaves(size))
    proof = list(inclusion_proof(HashedLeaves(of), index))
    wrong = damage(proof, at.draw(st.integers(0, len(proof) - 1)))
    with pytest.raises(InclusionRefused, match=f"entry {index} is in the tree of {size} entries"):
        verify_inclusion(leaf_hash=of[index], index=index, size=size, root=root_of(of), proof=wrong)


@settings(max_examples=FEW)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@given(growth=st.integers(2, 40).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), at=st.data())
def test_a_damaged_consistency_proof_is_refused(
    damage: Callable[[list[bytes], int], list[bytes]], growth: tuple[int, int], at: st.DataObject
) -> None:
    old, new = growth
    of = hashes(leaves(new))
    proof = list(consistency_proof(HashedLeaves(of), old))
    wrong = damage(proof, at.draw(st.integers(0, len(proof) - 1)))
    with pytest.raises(ConsistencyRefused, match=f"tree of {new} entries begins with the tree of {old} entries"):
        verify_consistency(old_size=old, old_root=root_of(of[:old]), new_size=new, new_root=root_of(of), proof=wrong)


@given(PLACES, st.integers(0, 45), st.integers(0, 45))
def test_an_inclusion_proof_shows_no_other_entry(place: tuple[int, int], index: int, other: int) -> None:
    true_index, size = place
    of = hashes(leaves(46))
    proof, root = inclusion_proof(HashedLeaves(of[:size]), true_index), root_of(of[:size])
    if (index, other) != (true_index, true_index):
        with pytest.raises(LogRefused):
            verify_inclusion(leaf_hash=of[other], index=index, size=size, root=root, proof=proof)


@given(GROWTHS, st.integers(-1, 45))
def test_a_consistency_proof_shows_no_other_old_size(growth: tuple[int, int], old_size: int) -> None:
    old, new = growth
    of = hashes(leaves(new))
    if old_size != old:
        with pytest.raises(ConsistencyRefused):
            verify_consistency(
                old_size=old_size,
                old_root=root_of(of[:old]),
                new_size=new,
                new_root=root_of(of),
                proof=consistency_proof(HashedLeaves(of), old),
            )


def test_a_hash_more_than_the_tree_is_high_is_refused_although_it_leads_to_the_root() -> None:
    of = hashes(leaves(2))
    with pytest.raises(InclusionRefused):
        verify_inclusion(leaf_hash=of[1], index=0, size=1, root=root_of(of), proof=[of[0]])


def test_bytes_moved_between_a_hash_and_its_neighbour_are_refused_although_they_lead_to_the_root() -> None:
    of = hashes(leaves(3))
    left, right = root_of(of[:2]), of[2]
    with pytest.raises(ConsistencyRefused):
        verify_consistency(old_size=2, old_root=left[:31], new_size=3, new_root=root_of(of), proof=[left[31:] + right])
    with pytest.raises(InclusionRefused):
        verify_inclusion(leaf_hash=right[1:], index=2, size=3, root=root_of(of), proof=[left + right[:1]])


def test_a_negative_index_is_refused() -> None:
    of = hashes(leaves(1))
    with pytest.raises(InclusionRefused):
        verify_inclusion(leaf_hash=of[0], index=-1, size=1, root=of[0], proof=())
