"""Whole logs: honest ones verify, and the first thing wrong in any other is named."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.errors import (
    CheckpointMalformed,
    CheckpointOutOfOrder,
    CheckpointRefused,
    EntriesChanged,
    EntriesMissing,
    EntryMalformed,
    FrontierDiffers,
    LogForked,
    LogRefused,
    LogRolledBack,
    NoCheckpoint,
    NoteMalformed,
    OriginDiffers,
    PayloadChanged,
    SignatureMissing,
    SignatureRefused,
)
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.succession import LogKeys
from casetrack.audit.tree import Frontier
from casetrack.audit.verify import Verified, verify_frontier, verify_held, verify_log, verify_payload
from tests.audit.frozen import read, unhex
from tests.audit.keys import SigningKey, VerifyingKey
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, alone, checkpoint, entry, hashes, leaves, signed

FROZEN = read("log.json")
LOG = leaves(8)
ROOM_KEY = alone(KEY)


def verify(log: list[bytes], checkpoints: list[str]) -> Verified:
    return verify_log(log, checkpoints, ROOM_KEY, origin=ORIGIN)


# A log that is as it must be


def test_the_frozen_log_still_verifies() -> None:
    key = LogKeys.beginning(VerifierKey.parse(FROZEN["verifier_key"]), VerifyingKey)
    log = unhex([one["leaf"] for one in FROZEN["entries"]])
    verified = verify_log(log, [one["note"] for one in FROZEN["checkpoints"]], key, origin=FROZEN["origin"])
    assert (verified.entries, verified.checkpoints, verified.newest.size, verified.unsigned) == (7, 4, 6, 1)


@pytest.mark.parametrize("index", range(7))
def test_a_frozen_payload_is_still_the_one_committed_to(index: int) -> None:
    frozen = FROZEN["entries"][index]
    held = Entry.parse(bytes.fromhex(frozen["leaf"]))
    verify_payload(held, frozen["payload"].encode(), bytes.fromhex(frozen["salt"]))


def test_an_empty_log_with_its_checkpoint_verifies() -> None:
    assert verify([], signed([], 0)) == Verified(entries=0, checkpoints=1, newest=checkpoint([], 0))


@given(st.integers(0, 40), st.sets(st.integers(0, 40), min_size=1))
def test_an_honest_log_verifies(beyond: int, sizes: set[int]) -> None:
    log = leaves(max(sizes) + beyond)
    verified = verify(log, signed(log, *sorted(sizes)))
    assert verified.newest == checkpoint(log, max(sizes))
    assert (verified.entries, verified.checkpoints, verified.unsigned) == (len(log), len(sizes), beyond)


def test_leaves_and_checkpoints_are_read_once_and_no_faster_than_needed() -> None:
    read_so_far: list[str] = []

    def reading(log: list[bytes]) -> Iterator[bytes]:
        for index, leaf in enumerate(log):
            read_so_far.append(f"entry {index}")
            yield leaf

    def opening() -> Iterator[str]:
        for size in (1, 2):
            read_so_far.append(f"checkpoint of {size}")
            yield from signed(LOG, size)

    verify_log(reading(LOG[:3]), opening(), ROOM_KEY, origin=ORIGIN)
    assert read_so_far == ["checkpoint of 1", "entry 0", "checkpoint of 2", "entry 1", "entry 2"]


# Steps 1 to 5: the checkpoints


def refused_checkpoint(text: str) -> LogRefused:
    with pytest.raises(CheckpointRefused, match=r"^Checkpoint 2 is refused\. ") as refused:
        verify(LOG, [*signed(LOG, 3), text])
    assert str(refused.value).endswith(str(refused.value.because))
    return refused.value.because


def test_step_1_a_checkpoint_that_is_no_note_is_refused() -> None:
    assert isinstance(refused_checkpoint("nothing signed\n"), NoteMalformed)


def test_step_2_a_checkpoint_by_an_unknown_key_is_refused() -> None:
    assert isinstance(refused_checkpoint(sign_checkpoint(checkpoint(LOG, 8), OTHER_KEY)), SignatureMissing)


def test_step_2_a_checkpoint_with_the_signature_of_another_is_refused() -> None:
    (earlier,) = signed(LOG, 3)
    borrowed = Note(checkpoint(LOG, 8).body(), Note.parse(earlier).signatures)
    assert isinstance(refused_checkpoint(borrowed.format()), SignatureRefused)


def test_step_3_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    extended = Note.signed(checkpoint(LOG, 8).body() + "extension\n", KEY)
    assert isinstance(refused_checkpoint(extended.format()), CheckpointMalformed)


def test_step_4_a_checkpoint_of_another_log_is_refused() -> None:
    other = Note.signed(checkpoint(LOG, 8, "other.example/audit").body(), KEY)
    assert isinstance(refused_checkpoint(other.format()), OriginDiffers)


@pytest.mark.parametrize("sizes", [(5, 3), (3, 3), (0, 0)])
def test_step_5_checkpoints_whose_sizes_do_not_grow_are_refused(sizes: tuple[int, int]) -> None:
    words = f"Checkpoint 2 is of {sizes[1]} entries and the one before it of {sizes[0]}"
    with pytest.raises(CheckpointOutOfOrder, match=words):
        verify(LOG, signed(LOG, *sizes))


# Steps 6 to 10: the entries


@pytest.mark.parametrize("wrong", [b"", LOG[4][:-1], LOG[4] + b"\0", b"\x02" + LOG[4][1:]], ids=len)
@pytest.mark.parametrize("index", [4, 7])
def test_step_6_an_entry_that_is_no_leaf_is_named(wrong: bytes, index: int) -> None:
    log = [*LOG[:index], wrong, *LOG[index + 1 :]]
    with pytest.raises(EntryMalformed, match=f"^Entry {index} is not a leaf"):
        verify(log, signed(LOG, 3, 5))


def test_step_7_a_log_that_ends_too_soon_is_refused_at_the_first_missing_entry() -> None:
    with pytest.raises(EntriesMissing, match="Checkpoint 2 is of 8 entries and the log has only 5: entry 5 is"):
        verify(LOG[:5], signed(LOG, 3, 8))


def test_step_8_a_changed_entry_is_named_within_the_checkpoints_around_it() -> None:
    log = [*LOG[:4], entry(99).leaf(), *LOG[5:]]
    with pytest.raises(EntriesChanged) as refused:
        verify(log, signed(LOG, 3, 5, 8))
    changed = refused.value
    assert (changed.number, changed.first, changed.last) == (2, 3, 4)
    assert (changed.first_event, changed.last_event) == (entry(3).event.hex(), entry(99).event.hex())
    assert f"Entries 3 to 4 (events {entry(3).event.hex()} to {entry(99).event.hex()})" in str(changed)


def test_step_8_a_changed_entry_with_a_checkpoint_of_its_own_is_named_exactly() -> None:
    log = [*LOG[:4], entry(99).leaf(), *LOG[5:]]
    with pytest.raises(EntriesChanged) as refused:
        verify(log, signed(LOG, *range(1, 9)))
    assert (refused.value.first, refused.value.last) == (4, 4)
    assert refused.value.first_event == refused.value.last_event == entry(99).event.hex()


def test_step_9_a_log_without_a_checkpoint_is_refused() -> None:
    with pytest.raises(NoCheckpoint):
        verify(LOG, [])


def test_step_10_entries_after_the_newest_checkpoint_are_counted_as_not_yet_signed() -> None:
    assert verify(LOG, signed(LOG, 5)).unsigned == 3


# Each of the ways below is tried this often; the machine in test_machine.py mixes them.
FEW = 30

TAMPERINGS: dict[str, Callable[[list[bytes], int, int], list[bytes]]] = {
    "a bit flipped": lambda log, at, bit: [*log[:at], _flipped(log[at], bit), *log[at + 1 :]],
    "two swapped": lambda log, at, by: _swapped(log, at, (at + 1 + by % (len(log) - 1)) % len(log)),
    "one taken away": lambda log, at, _: [*log[:at], *log[at + 1 :]],
    "one twice": lambda log, at, to: _with(log, log[at], to % (len(log) - 1)),
    "one made up": lambda log, at, _: _with(log, entry(1000).leaf(), at),
    "one replaced": lambda log, at, _: [*log[:at], entry(1000).leaf(), *log[at + 1 :]],
    "the end cut off": lambda log, at, _: log[:at],
}


@settings(max_examples=FEW)
@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
@given(size=st.integers(2, 24), at=st.data(), by=st.integers(0, 57 * 8 - 1), beyond=st.integers(0, 2))
def test_a_log_that_was_tampered_with_is_refused(
    tampering: Callable[[list[bytes], int, int], list[bytes]], size: int, at: st.DataObject, by: int, beyond: int
) -> None:
    log = leaves(size + beyond)
    place = at.draw(st.integers(0, size - 1))
    sizes = at.draw(st.sets(st.integers(0, size)))
    tampered = tampering(log[:size], place, by)
    if len(tampered) >= size:
        tampered += log[size:]
    with pytest.raises((EntryMalformed, EntriesMissing, EntriesChanged)):
        verify(tampered, signed(log, *sorted(sizes | {size})))
    with pytest.raises((EntryMalformed, LogForked, LogRolledBack)):
        verify_held(checkpoint(log, size), tampered, origin=ORIGIN)


def _flipped(leaf: bytes, bit: int) -> bytes:
    changed = bytearray(leaf)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _with(log: list[bytes], leaf: bytes, at: int) -> list[bytes]:
    return [*log[:at], leaf, *log[at:]]


def _swapped(log: list[bytes], one: int, other: int) -> list[bytes]:
    swapped = list(log)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    return swapped


# Step 11: a payload


@pytest.mark.parametrize(
    ("payload", "salt"),
    [
        (b'{"n":6}', (5).to_bytes(32, "big")),
        (b'{"n":5}', (6).to_bytes(32, "big")),
        (b'{"n":5} ', (5).to_bytes(32, "big")),
        (b"", b""),
        (b'{"n":5}', (5).to_bytes(31, "big")),
    ],
)
def test_step_11_a_payload_or_salt_that_was_changed_is_named_by_its_event(payload: bytes, salt: bytes) -> None:
    verify_payload(entry(5), b'{"n":5}', (5).to_bytes(32, "big"))
    with pytest.raises(PayloadChanged, match=f"payload of event {entry(5).event.hex()}"):
        verify_payload(entry(5), payload, salt)


# Steps 12 to 14: a held checkpoint


@given(st.integers(0, 24), st.integers(0, 24))
def test_a_log_that_only_grew_still_begins_with_every_held_checkpoint(size: int, more: int) -> None:
    log = leaves(size + more)
    verify_held(checkpoint(log, size), log, origin=ORIGIN)


def test_a_held_checkpoint_is_compared_without_reading_what_came_after() -> None:
    log = iter(LOG)
    verify_held(checkpoint(LOG, 3), log, origin=ORIGIN)
    assert next(log) == LOG[3]


def test_step_12_a_held_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(OriginDiffers):
        verify_held(checkpoint(LOG, 3, "other.example/audit"), LOG, origin=ORIGIN)


def test_step_13_a_log_that_was_rolled_back_is_refused_although_its_own_checkpoints_agree() -> None:
    shorter, held = LOG[:5], checkpoint(LOG, 8)
    verify(shorter, signed(shorter, 3, 5))
    with pytest.raises(LogRolledBack, match="is of 8 entries and the log has only 5: entry 5 is"):
        verify_held(held, shorter, origin=ORIGIN)


def test_step_14_a_log_that_was_rewritten_and_signed_again_is_refused() -> None:
    rewritten = [entry(99).leaf(), *LOG[1:]]
    verify(rewritten, signed(rewritten, 3, 8))
    with pytest.raises(LogForked, match="The first 3 entries"):
        verify_held(checkpoint(LOG, 3), rewritten, origin=ORIGIN)


# Step 15: a stored frontier


@given(st.integers(0, 24))
def test_the_frontier_of_the_newest_checkpoint_is_one_to_grow_from(size: int) -> None:
    verify_frontier(Frontier().extend(hashes(leaves(size))), checkpoint(leaves(size), size))


@pytest.mark.parametrize(
    "frontier",
    [
        Frontier(),
        Frontier().extend(hashes(LOG[:4])),
        Frontier().extend(hashes(LOG[:6])),
        Frontier().extend(hashes([LOG[1], LOG[0], *LOG[2:5]])),
    ],
    ids=lambda frontier: frontier.size,
)
def test_step_15_a_frontier_that_is_not_the_checkpoints_own_is_refused(frontier: Frontier) -> None:
    with pytest.raises(FrontierDiffers, match=f"of {frontier.size} entries is not that of the checkpoint of 5"):
        verify_frontier(frontier, checkpoint(LOG, 5))


def test_a_frontier_with_the_root_of_another_size_is_refused() -> None:
    one_leaf = Frontier().extend(hashes(LOG[:1]))
    with pytest.raises(FrontierDiffers):
        verify_frontier(one_leaf, Checkpoint(ORIGIN, 2, one_leaf.root()))


def test_a_key_of_another_deployment_verifies_nothing_here() -> None:
    elsewhere = SigningKey("elsewhere.example/audit", KEY.seed)
    with pytest.raises(CheckpointRefused):
        verify_log(LOG, signed(LOG, 8), alone(elsewhere), origin=ORIGIN)
