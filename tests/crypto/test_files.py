"""Files: sealed under keys of their own, in their place, padded to a step; opened as they were sealed or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.files import CHUNK_SIZE, FileKey, FilePlace, FileSeal, digest_of, padded_size
from casetrack.crypto.floe import HEADER_SIZE, OVERHEAD, seal_stream
from tests.crypto import by_the_book
from tests.crypto.samples import CASE, DEPLOYMENT, OTHER_CASE, OTHER_ROW, ROW, cases, flipped

PLACE = FilePlace(DEPLOYMENT, CASE, ROW)
ROOM = CHUNK_SIZE - OVERHEAD
MOST = 100 * 2**20


def sealed(plain: bytes, key: FileKey) -> tuple[list[bytes], FileSeal]:
    sealing = key.seal([plain])
    return list(sealing), sealing.seal()


def opened(key: FileKey, chunks: list[bytes], seal: FileSeal, hashes: list[bytes] | None = None) -> bytes:
    return b"".join(key.open(chunks, hashes_of(chunks) if hashes is None else hashes, seal))


def refused(key: FileKey, chunks: list[bytes], seal: FileSeal, hashes: list[bytes] | None = None) -> Reason:
    with pytest.raises(CannotOpen) as error:
        opened(key, chunks, seal, hashes)
    return error.value.reason


def hashes_of(chunks: list[bytes]) -> list[bytes]:
    return [hashlib.sha256(chunk).digest() for chunk in chunks]


def believed(key: FileKey, chunks: list[bytes], size: int) -> Reason:
    """The same, when whoever changed the chunks could change what is sealed beside the key too."""
    return refused(key, chunks, FileSeal(size, digest_of(hashes_of(chunks))))


@given(st.binary(max_size=500), st.integers(0, 3), st.integers(1, 300))
def test_what_was_put_in_comes_out(held: bytes, chunks: int, pieces: int) -> None:
    plain = bytes(chunks * ROOM) + held
    key = FileKey.generate(PLACE)
    length = -(-len(plain) // pieces) or 1
    sealing = key.seal(plain[at : at + length] for at in range(0, len(plain), length))
    kept = list(sealing)

    assert opened(key, kept, sealing.seal()) == plain
    assert sealing.seal() == FileSeal(len(plain), by_the_book.file_digest(kept))


@pytest.mark.parametrize("case", cases("file.json"), ids=lambda case: str(case["what"]))
def test_the_frozen_files_open_and_are_made_again(case: dict[str, Any]) -> None:
    """A file is too long to write down: its chunks are made by the book, and their hashes are frozen."""
    place = FilePlace(case["deployment"], UUID(case["case"]), UUID(case["file"]))
    secret, iv = bytes.fromhex(case["key"]), bytes.fromhex(case["iv"])
    plain = (case["repeated"].encode() * case["times"])[: case["size"]]
    nonces = [number.to_bytes(12, "big") for number in range(len(case["chunks"]) - 1)]
    chunks = by_the_book.file_chunks(secret, place.deployment, place.case, place.file, plain, iv, nonces)
    seal = FileSeal(case["size"], bytes.fromhex(case["digest"]))

    assert [found.hex() for found in hashes_of(chunks)] == case["chunks"]
    assert by_the_book.file_digest(chunks) == seal.digest
    assert opened(FileKey(place, secret), chunks, seal) == plain


@pytest.mark.parametrize("size", [0, 1, ROOM - 1, ROOM, ROOM + 1, 9 * ROOM])
def test_every_chunk_is_as_long_as_the_next(size: int) -> None:
    chunks, seal = sealed(bytes(size), FileKey.generate(PLACE))

    assert [len(chunk) for chunk in chunks] == [HEADER_SIZE] + [CHUNK_SIZE] * (padded_size(size) // ROOM)
    assert seal.size == size


def test_a_length_says_little_of_the_true_one() -> None:
    lengths = {size: padded_size(size) for size in range(1, MOST, ROOM)}

    assert all(size <= padded < (size + ROOM) * 1.12 for size, padded in lengths.items())
    assert len(set(lengths.values())) < 90, "of all files of up to 100 MiB"
    assert {padded_size(size) // ROOM for size in (1, ROOM)} == {1}


def test_its_key_opens_it_in_its_place_alone() -> None:
    key = FileKey.generate(PLACE)
    chunks, seal = sealed(b"invented", key)
    elsewhere = (
        replace(PLACE, deployment="another"),
        replace(PLACE, case=OTHER_CASE),
        replace(PLACE, file=OTHER_ROW),
    )

    assert opened(FileKey(PLACE, key.bare()), chunks, seal) == b"invented"
    for place in elsewhere:
        assert refused(FileKey(place, key.bare()), chunks, seal) is Reason.KEY
    assert refused(FileKey.generate(PLACE), chunks, seal) is Reason.KEY


@pytest.mark.parametrize("which", [0, 1, 2])
def test_no_bit_of_a_chunk_can_be_changed(which: int) -> None:
    key = FileKey.generate(PLACE)
    chunks, seal = sealed(bytes(2 * ROOM), key)
    before = hashes_of(chunks)
    chunks[which] = flipped(chunks[which], 40)

    assert refused(key, chunks, seal) is Reason.SEAL
    assert refused(key, chunks, seal, before) is Reason.SEAL
    assert believed(key, chunks, seal.size) in {Reason.KEY, Reason.SEAL}


@pytest.mark.parametrize("order", [[0, 1], [0], [], [0, 2], [0, 2, 1], [0, 1, 2, 2], [1, 2]], ids=str)
def test_no_chunk_can_be_left_out_put_in_or_moved(order: list[int]) -> None:
    key = FileKey.generate(PLACE)
    chunks, seal = sealed(bytes(2 * ROOM), key)
    changed = [chunks[place] for place in order]

    assert refused(key, changed, seal) is Reason.SEAL
    assert refused(key, changed, seal, hashes_of(chunks)) in {Reason.SEAL, Reason.SHAPE, Reason.HEADER}
    assert believed(key, changed, seal.size) in {Reason.SEAL, Reason.SHAPE, Reason.HEADER}


def test_another_file_under_the_same_key_is_not_taken_for_this_one() -> None:
    """Whoever had the case once may have kept the file's key; what is sealed beside it is signed since."""
    key = FileKey.generate(PLACE)
    _, seal = sealed(b"what was attached", key)
    others, forged = sealed(b"what was forged", key)

    assert opened(key, others, forged) == b"what was forged"
    assert refused(key, others, seal) is Reason.SEAL


@pytest.mark.parametrize("size", [0, 8, 10, ROOM + 1, 3 * ROOM])
def test_a_file_is_as_long_as_was_sealed_beside_its_key(size: int) -> None:
    key = FileKey.generate(PLACE)
    chunks, seal = sealed(b"123456789", key)

    if size == 10:
        assert opened(key, chunks, replace(seal, size=10)) == b"123456789\0", "a zero is not told from padding"
    else:
        assert refused(key, chunks, replace(seal, size=size)) is Reason.SHAPE


def test_what_pads_a_file_is_zeros() -> None:
    key = FileKey.generate(PLACE)
    aad = b"casetrack/v1/file\0" + by_the_book.lp(DEPLOYMENT) + CASE.bytes + ROW.bytes
    chunks = list(seal_stream(key.bare(), [b"held".ljust(ROOM - 1, b"\0"), b"x"], aad, CHUNK_SIZE))

    assert believed(key, chunks, 4) is Reason.SHAPE


def test_nothing_is_read_before_a_chunk_is_taken_and_nothing_is_given_before_it_is_found_true() -> None:
    read: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(4):
            read.append(number)
            yield bytes(ROOM)

    key = FileKey.generate(PLACE)
    sealing = key.seal(pieces())
    chunks = iter(sealing)
    kept = [next(chunks), next(chunks)]
    assert read == [0, 1]
    kept += chunks

    changed = [*kept[:2], flipped(kept[2], 100), *kept[3:]]
    given = key.open(changed, hashes_of(kept), sealing.seal())
    assert next(given) == bytes(ROOM)
    with pytest.raises(CannotOpen):
        next(given)


def test_a_key_is_shown_only_as_the_file_it_is_of() -> None:
    key = FileKey.generate(PLACE)

    assert repr(key) == f"<FileKey {ROW.hex[:8]}>"
    assert key.bare().hex() not in repr(key.seal([]))
    assert len(key.bare()) == 32
