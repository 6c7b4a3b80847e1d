"""Parcels: whatever was put in comes out, and nothing else does."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto import parcels
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.parcels import PIECE, ParcelKey, ParcelWriter, open_parcel
from casetrack.crypto.roots import PassphraseWork

CHEAP = PassphraseWork(memory_kib=8, passes=1, lanes=1)
PASSPHRASE = "a passphrase for tests"
HEAD = 30
"""Bytes before the first piece."""


def packed(*parts: bytes) -> bytes:
    """A parcel that the parts were put into."""
    target = BytesIO()
    writer = ParcelWriter(target, PASSPHRASE, CHEAP)
    for part in parts:
        writer.write(part)
    writer.close()
    return target.getvalue()


def opened(parcel: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(open_parcel(BytesIO(parcel), passphrase))


def pieces(parcel: bytes) -> list[bytes]:
    """Each piece of the parcel, with its length."""
    found, at = [], HEAD
    while at < len(parcel):
        end = at + 4 + struct.unpack_from(">I", parcel, at)[0]
        found.append(parcel[at:end])
        at = end
    return found


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_what_was_put_in_comes_out(parts: list[bytes]) -> None:
    assert opened(packed(*parts)) == b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])
def test_a_file_of_any_length_is_whole(size: int) -> None:
    plain = bytes(size)
    parcel = packed(plain)

    assert opened(parcel) == plain
    assert len(pieces(parcel)) == max(1, -(-size // PIECE))


def test_the_passphrase_is_the_same_from_any_keyboard() -> None:
    target = BytesIO()
    writer = ParcelWriter(target, "caf\u00e9", CHEAP)
    writer.close()

    assert opened(target.getvalue(), "cafe\u0301") == b""


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(CannotOpen) as refused:
        opened(packed(b"something"), "another")

    assert refused.value.reason is Reason.PASSPHRASE


def test_two_parcels_of_one_file_have_nothing_in_common() -> None:
    first, second = packed(b"the same"), packed(b"the same")

    assert first[HEAD:] != second[HEAD:]


@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    parcel = bytearray(packed(b"one", b"two"))
    at = data.draw(st.integers(0, len(parcel) - 1))
    # A head that asks for other work is worked for; nobody should wait for that here.
    if 18 <= at < HEAD:
        at += HEAD - 18
    parcel[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CannotOpen):
        opened(bytes(parcel))


@pytest.mark.parametrize(
    "order",
    [[0, 1], [0], [1, 2], [0, 2], [1, 0, 2], [0, 1, 2, 2], [0, 0, 1, 2]],
    ids=["end-cut", "two-cut", "first-gone", "middle-gone", "moved", "last-twice", "first-twice"],
)
def test_no_piece_can_be_left_out_put_in_or_moved(order: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "PIECE", 10)
    parcel = packed(b"a" * 10, b"b" * 10, b"c" * 5)
    found = pieces(parcel)
    assert len(found) == 3

    with pytest.raises(CannotOpen):
        opened(parcel[:HEAD] + b"".join(found[place] for place in order))


@pytest.mark.parametrize("kept", [0, 10, HEAD, HEAD + 2, HEAD + 20])
def test_a_parcel_cut_short_is_refused(kept: int) -> None:
    with pytest.raises(CannotOpen):
        opened(packed(b"something")[:kept])


def test_a_piece_longer_than_any_is_not_read() -> None:
    parcel = packed(b"x")

    with pytest.raises(CannotOpen) as refused:
        opened(parcel[:HEAD] + struct.pack(">I", 1 << 30) + parcel[HEAD + 4 :])

    assert refused.value.reason is Reason.SHAPE


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"), [(0, 1, 1), (2**31, 1, 1), (8, 65, 1), (8, 0, 1), (8, 1, 65), (8, 1, 2)]
)
def test_a_parcel_that_asks_for_too_much_work_is_not_worked_for(memory: int, passes: int, lanes: int) -> None:
    head = struct.pack(">2s16sIII", b"\xc7\x05", bytes(16), memory, passes, lanes)

    with pytest.raises(CannotOpen) as refused:
        opened(head + packed(b"x")[HEAD:])

    assert refused.value.reason is Reason.HEADER


def test_a_parcel_needs_a_passphrase() -> None:
    with pytest.raises(ValueError, match="needs a passphrase"):
        ParcelWriter(BytesIO(), "")


def test_its_key_is_shown_only_as_an_id() -> None:
    head = struct.pack(">2s16sIII", b"\xc7\x05", bytes(range(16)), 8, 1, 1)

    assert repr(ParcelKey(head, PASSPHRASE)) == "<ParcelKey 00010203>"
