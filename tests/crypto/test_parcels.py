"""Parcels: whatever was put in comes out, and nothing else does."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto import parcels
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.floe import HEADER_SIZE, OVERHEAD
from casetrack.crypto.parcels import SEGMENT_SIZE, open_parcel, seal_parcel
from casetrack.crypto.roots import PassphraseWork
from tests.crypto import by_the_book
from tests.crypto.samples import read

CHEAP = PassphraseWork(memory_kib=8, passes=1, lanes=1)
PASSPHRASE = "a passphrase for tests"
HEAD = 30
"""Bytes before what FLOE writes."""
BEGUN = HEAD + HEADER_SIZE
"""Bytes before the first segment."""


def packed(*parts: bytes) -> bytes:
    """A parcel that the parts were put into."""
    return b"".join(seal_parcel(parts, PASSPHRASE, CHEAP))


def opened(parcel: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(open_parcel(BytesIO(parcel), passphrase))


def refused(parcel: bytes, passphrase: str = PASSPHRASE) -> Reason:
    with pytest.raises(CannotOpen) as error:
        opened(parcel, passphrase)
    return error.value.reason


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_what_was_put_in_comes_out(parts: list[bytes]) -> None:
    assert opened(packed(*parts)) == b"".join(parts)


ROOM = SEGMENT_SIZE - OVERHEAD


@pytest.mark.parametrize("size", [0, 1, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM, 2 * ROOM + 5])
def test_a_file_of_any_length_is_whole(size: int) -> None:
    plain = bytes(size)
    parcel = packed(plain)

    assert opened(parcel) == plain
    assert len(parcel) == BEGUN + size + OVERHEAD * max(1, -(-size // ROOM))


def test_the_frozen_parcel_opens_and_is_read_by_the_book() -> None:
    case = read("parcel.json")
    parcel, key, iv, nonce = (bytes.fromhex(case[name]) for name in ("parcel", "key", "iv", "nonce"))
    plain = case["plain"].encode()

    assert opened(parcel, case["passphrase"]) == plain
    bound = b"casetrack/v1/parcel\0" + parcel[:HEAD]
    assert b"".join(by_the_book.floe_seal(key, plain, bound, 1 << 20, iv, [nonce])) == parcel[HEAD:]


def test_the_passphrase_is_the_same_from_any_keyboard() -> None:
    parcel = b"".join(seal_parcel([], "caf\u00e9", CHEAP))

    assert opened(parcel, "cafe\u0301") == b""


def test_another_passphrase_opens_nothing_and_is_said_to_be_wrong_before_a_segment_is_read() -> None:
    assert refused(packed(b"something"), "another") is Reason.PASSPHRASE
    assert refused(packed(b"something")[:BEGUN], "another") is Reason.PASSPHRASE


def test_two_parcels_of_one_file_have_nothing_in_common() -> None:
    first, second = packed(b"the same"), packed(b"the same")

    assert first[HEAD + 10 :] != second[HEAD + 10 :]
    assert first[2:18] != second[2:18]


@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    parcel = bytearray(packed(b"one", b"two"))
    at = data.draw(st.integers(0, len(parcel) - 1))
    # A head that asks for other work is worked for; nobody should wait for that here.
    if 18 <= at < HEAD:
        at += HEAD - 18
    parcel[at] ^= data.draw(st.integers(1, 255))

    assert refused(bytes(parcel))


@pytest.mark.parametrize("after", [b"", b"x", b"\0" * 40], ids=["last twice", "a byte", "zeros"])
def test_nothing_can_be_put_after_the_end(after: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "SEGMENT_SIZE", 40)
    parcel = packed(b"a" * 8 + b"b" * 8)

    assert refused(parcel + (after or parcel[-40:])) is Reason.SHAPE


@pytest.mark.parametrize("kept", [0, 10, HEAD, HEAD + 2, BEGUN, BEGUN + 20, BEGUN + 40])
def test_a_parcel_cut_short_is_refused(kept: int) -> None:
    assert refused(packed(b"something")[:kept])


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"), [(0, 1, 1), (2**31, 1, 1), (8, 65, 1), (8, 0, 1), (8, 1, 65), (8, 1, 2)]
)
def test_a_parcel_that_asks_for_too_much_work_is_not_worked_for(memory: int, passes: int, lanes: int) -> None:
    head = struct.pack(">2s16sIII", b"\xc7\x06", bytes(16), memory, passes, lanes)

    assert refused(head + packed(b"x")[HEAD:]) is Reason.HEADER


def test_what_is_no_parcel_of_this_kind_is_refused() -> None:
    assert refused(b"\xc7\x05" + packed(b"x")[2:]) is Reason.HEADER


def test_a_parcel_needs_a_passphrase() -> None:
    with pytest.raises(ValueError, match="needs a passphrase"):
        seal_parcel([], "")
