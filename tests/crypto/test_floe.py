"""FLOE: what was sealed comes out whole and in order, and nothing else does."""

import struct
from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto import floe
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.floe import HEADER_SIZE, OVERHEAD, open_stream, seal_stream
from tests.crypto import by_the_book
from tests.crypto.samples import cases, flipped

KEY = bytes(range(32))
AAD = b"what it belongs to"
SIZE = 64
ROOM = SIZE - OVERHEAD


def sealed(*pieces: bytes, key: bytes = KEY, aad: bytes = AAD, size: int = SIZE) -> list[bytes]:
    return list(seal_stream(key, pieces, aad, size))


def opened(units: Iterable[bytes], *, key: bytes = KEY, aad: bytes = AAD, size: int = SIZE) -> bytes:
    return b"".join(open_stream(key, units, aad, size))


def refused(units: Iterable[bytes], *, key: bytes = KEY, aad: bytes = AAD, size: int = SIZE) -> Reason:
    with pytest.raises(CannotOpen) as error:
        opened(units, key=key, aad=aad, size=size)
    return error.value.reason


def three() -> list[bytes]:
    """A header and three segments, of which the last is short."""
    return sealed(b"a" * ROOM + b"b" * ROOM + b"c" * 5)


@given(st.lists(st.binary(max_size=3 * ROOM), max_size=5), st.integers(OVERHEAD + 1, 200))
def test_what_was_put_in_comes_out(pieces: list[bytes], size: int) -> None:
    units = sealed(*pieces, size=size)

    assert opened(units, size=size) == b"".join(pieces)
    assert {len(unit) for unit in units[1:-1]} <= {size}
    assert len(units[0]) == HEADER_SIZE
    assert OVERHEAD <= len(units[-1]) <= size


@given(st.binary(max_size=5 * ROOM), st.binary(max_size=40))
def test_it_opens_what_another_program_would_write(plain: bytes, aad: bytes) -> None:
    nonces = [bytes([number]) * 12 for number in range(max(1, -(-len(plain) // ROOM)))]
    units = by_the_book.floe_seal(KEY, plain, aad, SIZE, bytes(32), nonces)

    assert opened(units, aad=aad) == plain


@pytest.mark.parametrize("case", cases("floe.json"), ids=lambda case: str(case["what"]))
def test_the_frozen_messages_open_and_are_made_again(case: dict[str, Any]) -> None:
    key, iv, plain = (bytes.fromhex(case[name]) for name in ("key", "iv", "plain"))
    aad, nonces = case["aad"].encode(), [bytes.fromhex(nonce) for nonce in case["nonces"]]
    units = [bytes.fromhex(unit) for unit in (case["header"], *case["segments"])]

    assert opened(units, key=key, aad=aad, size=case["segment_size"]) == plain
    assert by_the_book.floe_seal(key, plain, aad, case["segment_size"], iv, nonces) == units


@pytest.mark.parametrize("size", [0, 1, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM])
def test_the_last_segment_is_full_before_another_begins(size: int) -> None:
    assert len(sealed(bytes(size))) == 1 + max(1, -(-size // ROOM))


def test_a_last_segment_with_nothing_in_it_is_read_too() -> None:
    """Others may write one where the message ends with a segment."""
    message = floe._Message(KEY, bytes(32), AAD, SIZE)  # noqa: SLF001 -- this writer never makes what is read here
    units = [message.header, message.seal(0, bytes(ROOM), last=False), message.seal(1, b"", last=True)]

    assert opened(units) == bytes(ROOM)


def test_each_key_of_the_cipher_seals_so_many_segments_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floe, "_KEY_LASTS", 2)
    plain = bytes(range(256)) * 2
    nonces = [bytes([number]) * 12 for number in range(-(-len(plain) // ROOM))]
    units = by_the_book.floe_seal(KEY, plain, AAD, SIZE, bytes(32), nonces, key_lasts=2)

    assert opened(units) == plain
    monkeypatch.undo()
    assert refused(units) is Reason.SEAL


def test_two_messages_of_one_text_have_nothing_in_common() -> None:
    first, second = sealed(b"the same"), sealed(b"the same")

    assert first[0][10:] != second[0][10:]
    assert first[1][4:] != second[1][4:]


@given(st.data())
def test_no_bit_can_be_changed(data: st.DataObject) -> None:
    units = three()
    which = data.draw(st.integers(0, 3))
    units[which] = flipped(units[which], data.draw(st.integers(0, len(units[which]) - 1)))

    assert refused(units) in {Reason.HEADER, Reason.KEY, Reason.SEAL, Reason.SHAPE}


@pytest.mark.parametrize(
    "order",
    [
        [0, 1, 2],
        [0, 1],
        [0],
        [],
        [0, 2, 3],
        [0, 1, 3],
        [0, 2, 1, 3],
        [0, 1, 2, 3, 3],
        [0, 1, 1, 2, 3],
        [1, 2, 3],
        [0, 3],
    ],
    ids=str,
)
def test_no_segment_can_be_left_out_put_in_or_moved(order: list[int]) -> None:
    units = three()

    assert refused([units[place] for place in order]) in {Reason.SHAPE, Reason.SEAL, Reason.HEADER}


def test_no_segment_of_another_message_can_be_put_in() -> None:
    units, others = three(), three()

    assert refused([*units[:2], others[2], units[3]]) is Reason.SEAL
    assert refused([others[0], *units[1:]]) is Reason.SEAL


def test_a_message_is_its_keys_its_datas_and_its_segment_lengths_alone() -> None:
    units = three()

    assert refused(units, key=bytes(32)) is Reason.KEY
    assert refused(units, aad=b"something else") is Reason.KEY
    assert refused(units, size=SIZE + 1) is Reason.HEADER


def test_an_inner_segment_is_no_last_one_nor_the_reverse() -> None:
    units = three()
    inner, last = units[2], units[3]

    assert refused([*units[:2], struct.pack(">I", SIZE) + inner[4:]]) is Reason.SEAL
    assert refused([*units[:3], b"\xff" * 4 + last[4:]]) is Reason.SHAPE
    assert refused([*units[:3], struct.pack(">I", len(last) + 1) + last[4:]]) is Reason.SHAPE


@pytest.mark.parametrize("segment", [b"", b"\0" * 10, bytes(SIZE + 1), b"\xff" * (SIZE + 1)])
def test_what_is_no_segment_is_not_tried(segment: bytes) -> None:
    assert refused([sealed(b"")[0], segment]) is Reason.SHAPE


def test_nothing_is_read_before_it_is_needed() -> None:
    """However long the message, only as much of it is held as makes a segment."""
    taken = count()

    def endless() -> Iterator[bytes]:
        while True:
            next(taken)
            yield bytes(ROOM)

    stream = seal_stream(KEY, endless(), AAD, SIZE)
    head = next(stream)
    assert next(taken) == 0
    first = next(stream)
    assert next(taken) == 3, "two were needed to know that the first is not the last"
    assert list(islice(open_stream(KEY, [head, first], AAD, SIZE), 1)) == [bytes(ROOM)]


def test_what_comes_before_a_changed_segment_is_given_and_nothing_of_it() -> None:
    units = three()
    stream = open_stream(KEY, [*units[:2], flipped(units[2], SIZE - 1), units[3]], AAD, SIZE)

    assert next(stream) == b"a" * ROOM
    with pytest.raises(CannotOpen):
        next(stream)
