"""Entries, their leaves, and commitments to payloads."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.entry import LEAF_BYTES, Entry, commit
from casetrack.audit.errors import EntryOutOfRange, LeafMalformed, SaltMalformed
from casetrack.audit.tree import leaf_hash
from tests.audit.frozen import read
from tests.audit.logs import entry

ENTRIES = st.builds(
    Entry,
    time_ms=st.integers(0, 2**64 - 1),
    event=st.binary(min_size=16, max_size=16),
    commitment=st.binary(min_size=32, max_size=32),
)


@pytest.mark.parametrize("vector", read("entries.json")["accepted"], ids=lambda vector: vector["time_ms"])
def test_a_frozen_entry_has_its_frozen_leaf(vector: dict[str, str | int]) -> None:
    frozen = Entry(
        time_ms=int(vector["time_ms"]),
        event=bytes.fromhex(str(vector["event"])),
        commitment=bytes.fromhex(str(vector["commitment"])),
    )
    assert frozen.leaf().hex() == vector["leaf"]
    assert Entry.parse(bytes.fromhex(str(vector["leaf"]))) == frozen
    assert leaf_hash(frozen.leaf()).hex() == vector["leaf_hash"]


@pytest.mark.parametrize("vector", read("entries.json")["refused"], ids=lambda vector: vector["why"])
def test_bytes_that_are_not_a_leaf_are_refused(vector: dict[str, str]) -> None:
    with pytest.raises(LeafMalformed):
        Entry.parse(bytes.fromhex(vector["leaf"]))


@pytest.mark.parametrize("vector", read("commitments.json"), ids=lambda vector: vector["payload"][:16])
def test_a_frozen_payload_has_its_frozen_commitment(vector: dict[str, str]) -> None:
    committed = commit(bytes.fromhex(vector["payload"]), bytes.fromhex(vector["salt"]))
    assert committed.hex() == vector["commitment"]


@given(ENTRIES)
def test_an_entry_reads_back_from_its_leaf(one: Entry) -> None:
    assert len(one.leaf()) == LEAF_BYTES
    assert Entry.parse(one.leaf()) == one


@given(ENTRIES, st.integers(8, LEAF_BYTES * 8 - 1))
def test_every_bit_of_a_leaf_after_the_first_byte_is_a_bit_of_the_entry(one: Entry, bit: int) -> None:
    flipped = bytearray(one.leaf())
    flipped[bit // 8] ^= 1 << bit % 8
    assert Entry.parse(bytes(flipped)) != one


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_ms": -1},
        {"time_ms": 2**64},
        {"event": bytes(15)},
        {"event": bytes(17)},
        {"commitment": bytes(31)},
        {"commitment": bytes(33)},
    ],
    ids=str,
)
def test_an_entry_that_fits_no_leaf_is_refused(wrong: dict[str, int | bytes]) -> None:
    with pytest.raises(EntryOutOfRange):
        replace(entry(0), **wrong)  # type: ignore[arg-type]  # the wrong values are the point


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_any_other_length_is_refused(size: int) -> None:
    with pytest.raises(SaltMalformed):
        commit(b"{}", bytes(size))


def test_the_same_payload_under_two_salts_has_two_commitments() -> None:
    assert commit(b"{}", bytes(32)) != commit(b"{}", b"\x01" * 32)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_two_payloads_under_one_salt_have_two_commitments(one: bytes, other: bytes) -> None:
    assert (commit(one, bytes(32)) == commit(other, bytes(32))) == (one == other)
