"""Whoever believes the first key of a log believes the next by what the keys before it signed, and by nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit import errors
from casetrack.audit.checkpoint import LARGEST_SIZE, Checkpoint, sign_checkpoint
from casetrack.audit.errors import (
    CheckpointRefused,
    KeyEnded,
    LogRefused,
    NoteMalformed,
    OriginDiffers,
    SignatureMissing,
    SignatureRefused,
    StatementMalformed,
    StatementOutOfPlace,
    StatementRefused,
)
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.succession import LogKeys, Says, Statement, sign_statement
from casetrack.audit.verify import verify_log
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, VerifyingKey
from tests.audit.logs import KEY, ORIGIN, checkpoint, leaves

FROZEN = read("succession.json")
FIRST, SECOND, THIRD = (
    SigningKey(ORIGIN, bytes.fromhex(FROZEN["seeds"][name])) for name in ("first", "second", "third")
)
KEYS = {"first": FIRST, "second": SECOND, "third": THIRD}
LOG = leaves(9)


def told(says: Says, old: SigningKey, new: SigningKey, size: int, **changes: Any) -> str:  # noqa: ANN401 - any field of a statement
    """A statement about two keys, by both of them."""
    statement = Statement(says, ORIGIN, old.verifying().key, new.verifying().key, size, 1)
    return sign_statement(replace(statement, **changes), old, new)


FOLLOWS, ENDS = told(Says.FOLLOWS, FIRST, SECOND, 3), told(Says.ENDS, FIRST, SECOND, 6)


def believed(*statements: str) -> LogKeys:
    """What somebody believes who began with the first key."""
    return LogKeys.believed(FIRST.verifying().key, statements, VerifyingKey)


def signed(size: int, *by: SigningKey) -> str:
    """The true checkpoint of that size, by those keys."""
    return sign_checkpoint(checkpoint(LOG, size), *by)


# The frozen vectors


def frozen_keys() -> LogKeys:
    """What follows from the first frozen key."""
    first = VerifierKey.parse(FROZEN["verifier_keys"]["first"])
    return LogKeys.believed(first, [one["note"] for one in FROZEN["statements"]], VerifyingKey)


@pytest.mark.parametrize("vector", FROZEN["statements"], ids=lambda vector: f"{vector['says']} {vector['size']}")
def test_a_frozen_statement_is_still_written_to_the_same_bytes(vector: dict[str, Any]) -> None:
    old, new = KEYS[vector["old"]], KEYS[vector["new"]]
    keys = old.verifying().key, new.verifying().key
    assert [key.format() for key in keys] == [FROZEN["verifier_keys"][vector[name]] for name in ("old", "new")]
    statement = Statement(Says(vector["says"]), FROZEN["origin"], keys[0], keys[1], vector["size"], vector["time_ms"])
    assert sign_statement(statement, old, new) == vector["note"]
    assert Statement.parse(Note.parse(vector["note"]).text) == statement


def test_the_frozen_keys_are_still_believed_from_the_first() -> None:
    keys = frozen_keys()
    assert [key.format() for key in keys.in_force] == [FROZEN["verifier_keys"][name] for name in ("second", "third")]
    assert [(span.after, span.until, span.since_ms) for span in keys.spans] == [
        (-1, 4, None),
        (2, None, 1_767_225_601_000),
        (5, None, 1_767_225_603_000),
    ]
    assert keys.statements == tuple(one["note"] for one in FROZEN["statements"])


@pytest.mark.parametrize("vector", FROZEN["accepted"], ids=lambda vector: vector["what"])
def test_a_frozen_checkpoint_is_still_accepted(vector: dict[str, Any]) -> None:
    assert frozen_keys().open(vector["note"]).size == vector["size"]


@pytest.mark.parametrize("vector", FROZEN["refused"], ids=lambda vector: vector["what"])
def test_a_frozen_checkpoint_is_still_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(LogRefused) as refused:
        frozen_keys().open(vector["note"])
    assert type(refused.value) is vars(errors)[vector["refusal"]]


# A renewal


def test_entries_before_during_and_after_an_overlap_all_verify() -> None:
    notes = [signed(2, FIRST), signed(3, FIRST), signed(5, FIRST, SECOND), signed(6, SECOND, FIRST), signed(9, SECOND)]
    verified = verify_log(LOG, notes, believed(FOLLOWS, ENDS), origin=ORIGIN)
    assert (verified.entries, verified.checkpoints, verified.unsigned) == (9, 5, 0)


def test_an_old_checkpoint_verifies_for_ever() -> None:
    further = told(Says.FOLLOWS, SECOND, THIRD, 7), told(Says.ENDS, SECOND, THIRD, 8)
    keys = believed(FOLLOWS, ENDS, *further)
    assert [keys.open(signed(size, FIRST)).size for size in (1, 3, 6)] == [1, 3, 6]
    assert keys.in_force == (THIRD.verifying().key,)


@pytest.mark.parametrize("by", [(FIRST,), (SECOND,)], ids=["the old one", "the new one"])
def test_in_an_overlap_one_signature_is_enough(by: tuple[SigningKey, ...]) -> None:
    assert believed(FOLLOWS).open(signed(5, *by)).size == 5


def test_a_history_rewritten_with_the_key_that_ended_is_refused_and_says_which() -> None:
    rewritten = [*LOG[:4], *leaves(20)[10:15]]
    notes = [signed(3, FIRST), sign_checkpoint(checkpoint(rewritten, 9), FIRST)]
    with pytest.raises(CheckpointRefused) as refused:
        verify_log(rewritten, notes, believed(FOLLOWS, ENDS), origin=ORIGIN)
    assert isinstance(refused.value.because, KeyEnded)
    assert str(refused.value.because) == (
        f"The checkpoint of 9 entries is signed only by the key {FIRST.key_id.hex()}, which ended when the log had 6."
    )


def test_a_key_that_is_in_force_does_not_mend_a_wrong_signature_by_one_that_ended() -> None:
    note = Note.parse(signed(9, SECOND, FIRST))
    right, wrong = note.signatures
    forged = Note(note.text, (right, replace(wrong, signature=bytes(64)))).format()
    with pytest.raises(SignatureRefused):
        believed(FOLLOWS, ENDS).open(forged)


def test_a_key_of_which_nothing_was_stated_is_not_believed() -> None:
    with pytest.raises(SignatureMissing):
        believed().open(signed(5, SECOND))


# What is not believed


def planted(by: SigningKey, new: SigningKey) -> str:
    """A statement that a key follows the first one, by somebody who has not the first one's private half."""
    statement = Statement(Says.FOLLOWS, ORIGIN, FIRST.verifying().key, new.verifying().key, 3, 1)
    return sign_statement(statement, by, new)


def half(note: str, kept: int) -> str:
    """The note with one of its signatures."""
    read = Note.parse(note)
    return Note(read.text, (read.signatures[kept],)).format()


ELSEWHERE = SigningKey("elsewhere.example/audit", bytes(32))


@pytest.mark.parametrize(
    ("before", "statement", "refusal"),
    [
        ((), "nothing signed\n", NoteMalformed),
        ((), planted(THIRD, SECOND), SignatureMissing),
        ((), half(FOLLOWS, 1), SignatureMissing),
        ((), half(FOLLOWS, 0), SignatureMissing),
        ((FOLLOWS,), half(ENDS, 0), SignatureMissing),
        ((FOLLOWS,), half(ENDS, 1), SignatureMissing),
        ((), signed(3, FIRST, SECOND), StatementMalformed),
        ((), ENDS, StatementOutOfPlace),
        ((FOLLOWS,), FOLLOWS, StatementOutOfPlace),
        ((FOLLOWS, ENDS), FOLLOWS, StatementOutOfPlace),
        ((FOLLOWS, ENDS), ENDS, StatementOutOfPlace),
        ((FOLLOWS, ENDS), told(Says.FOLLOWS, FIRST, THIRD, 8), SignatureMissing),
        ((FOLLOWS, ENDS), told(Says.FOLLOWS, SECOND, FIRST, 8), StatementOutOfPlace),
        ((FOLLOWS, ENDS), told(Says.FOLLOWS, SECOND, THIRD, 5), StatementOutOfPlace),
        ((FOLLOWS,), told(Says.ENDS, FIRST, SECOND, 2), StatementOutOfPlace),
        ((FOLLOWS,), told(Says.ENDS, SECOND, FIRST, 6), StatementOutOfPlace),
        ((), told(Says.FOLLOWS, FIRST, SECOND, 3, origin="elsewhere.example/audit"), StatementOutOfPlace),
        ((), told(Says.FOLLOWS, FIRST, ELSEWHERE, 3), StatementOutOfPlace),
    ],
)
def test_a_statement_that_does_not_follow_is_refused(
    before: tuple[str, ...], statement: str, refusal: type[LogRefused]
) -> None:
    with pytest.raises(StatementRefused) as refused:
        believed(*before, statement)
    assert (refused.value.number, type(refused.value.because)) == (len(before) + 1, refusal)
    assert str(refused.value).endswith(str(refused.value.because))


def test_a_third_key_is_not_taken_while_two_sign() -> None:
    note = Note.signed(
        Statement(Says.FOLLOWS, ORIGIN, SECOND.verifying().key, THIRD.verifying().key, 5, 1).body(),
        *(FIRST, SECOND, THIRD),
    ).format()
    with pytest.raises(StatementOutOfPlace):
        believed(FOLLOWS).told(note)


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_statement_of_which_one_byte_is_changed_is_refused(place: int, change: int) -> None:
    changed = bytearray(FOLLOWS.encode())
    changed[place % len(changed)] ^= change
    text = changed.decode(errors="surrogateescape")
    with pytest.raises(LogRefused):
        believed().told(text)


# The six lines

LINES = Statement.parse(Note.parse(FOLLOWS).text).body().removesuffix("\n").split("\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (1, "casetrack/v1/log-key-forgets"),
        (2, ""),
        (2, "two words"),
        (3, "casetrack.example/audit"),
        (4, f"{LINES[3]}+"),
        (5, "-1"),
        (5, "03"),
        (5, "\u0663"),
        (5, ""),
        (5, str(LARGEST_SIZE + 1)),
        (5, "1" * 5000),
        (6, "now"),
        (6, str(LARGEST_SIZE + 1)),
        (7, "and more"),
    ],
)
def test_a_line_that_is_wrong_is_named(line: int, says: str) -> None:
    lines = [*LINES[: line - 1], says, *LINES[line:]]
    with pytest.raises(StatementMalformed) as refused:
        Statement.parse("\n".join(lines) + "\n")
    assert refused.value.line == line


@pytest.mark.parametrize("count", range(6))
def test_a_text_that_ends_early_is_refused(count: int) -> None:
    with pytest.raises(StatementMalformed):
        Statement.parse("\n".join(LINES[:count]) + "\n")


def test_a_text_without_its_last_line_end_is_refused() -> None:
    with pytest.raises(StatementMalformed):
        Statement.parse("\n".join(LINES))


@given(st.sampled_from(Says), st.integers(0, LARGEST_SIZE), st.integers(0, LARGEST_SIZE))
def test_a_statement_reads_back_as_itself(says: Says, size: int, time_ms: int) -> None:
    statement = Statement(says, ORIGIN, FIRST.verifying().key, SECOND.verifying().key, size, time_ms)
    assert Statement.parse(statement.body()) == statement


def test_a_checkpoint_is_signed_by_keys_of_its_own_log_alone() -> None:
    with pytest.raises(OriginDiffers):
        sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), FIRST, ELSEWHERE)


@pytest.mark.parametrize(("size", "time_ms", "line"), [(-1, 0, 5), (0, -1, 6), (1 << 63, 0, 5), (0, 1 << 63, 6)])
def test_a_statement_that_nobody_could_read_back_is_not_made(size: int, time_ms: int, line: int) -> None:
    key = KEY.verifying().key
    with pytest.raises(StatementMalformed, match=rf"^Line {line} "):
        Statement(Says.FOLLOWS, ORIGIN, key, key, size, time_ms)
