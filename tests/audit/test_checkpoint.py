"""Checkpoints: one text for each, and nobody but the log signs it."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import LARGEST_SIZE, Checkpoint, open_checkpoint, sign_checkpoint
from casetrack.audit.errors import (
    CheckpointMalformed,
    LogRefused,
    OriginDiffers,
    SignatureMissing,
    SignatureRefused,
)
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.tree import EMPTY_ROOT
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, VerifyingKey
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, checkpoint, leaves

FROZEN = read("log.json")
SIGNED = sign_checkpoint(checkpoint(leaves(3), 3), KEY)


@pytest.mark.parametrize("vector", read("checkpoints.json")["accepted"], ids=lambda vector: vector["size"])
def test_a_frozen_checkpoint_reads_and_writes_the_same(vector: dict[str, Any]) -> None:
    frozen = Checkpoint(vector["origin"], vector["size"], bytes.fromhex(vector["root"]))
    assert frozen.body() == vector["body"]
    assert Checkpoint.parse(vector["body"]) == frozen


@pytest.mark.parametrize("vector", read("checkpoints.json")["refused"], ids=lambda vector: vector["why"])
def test_what_is_not_a_checkpoint_is_refused_at_its_line(vector: dict[str, Any]) -> None:
    with pytest.raises(CheckpointMalformed, match=f"Line {vector['line']} of the checkpoint"):
        Checkpoint.parse(vector["body"])


@pytest.mark.parametrize("vector", FROZEN["checkpoints"], ids=lambda vector: vector["size"])
def test_a_frozen_note_opens_and_is_signed_the_same(vector: dict[str, Any]) -> None:
    key = VerifyingKey(VerifierKey.parse(FROZEN["verifier_key"]))
    opened = open_checkpoint(vector["note"], key)
    assert opened == Checkpoint(FROZEN["origin"], vector["size"], bytes.fromhex(vector["root"]))
    assert sign_checkpoint(opened, SigningKey(FROZEN["origin"], bytes.fromhex(FROZEN["seed"]))) == vector["note"]


def test_the_frozen_key_has_its_frozen_names() -> None:
    key = VerifierKey.parse(FROZEN["verifier_key"])
    assert key.public_key.hex() == FROZEN["public_key"]
    assert key.key_id.hex() == FROZEN["key_id"]


@pytest.mark.parametrize(
    ("origin", "size", "root", "line"),
    [
        ("", 1, bytes(32), 1),
        ("a b", 1, bytes(32), 1),
        (ORIGIN, -1, bytes(32), 2),
        (ORIGIN, LARGEST_SIZE + 1, bytes(32), 2),
        (ORIGIN, 1, bytes(31), 3),
        (ORIGIN, 0, bytes(32), 3),
    ],
)
def test_a_checkpoint_that_could_not_be_published_is_refused(origin: str, size: int, root: bytes, line: int) -> None:
    with pytest.raises(CheckpointMalformed, match=f"Line {line}"):
        Checkpoint(origin, size, root)


def test_the_largest_and_the_smallest_checkpoint_are_possible() -> None:
    for one in (Checkpoint(ORIGIN, 0, EMPTY_ROOT), Checkpoint(ORIGIN, LARGEST_SIZE, bytes(32))):
        assert Checkpoint.parse(one.body()) == one


@given(
    st.text(max_size=60)
    | st.tuples(
        st.sampled_from([ORIGIN, "a b", ""]),
        st.sampled_from(["0", "1", "01", "+1", "1_0", "\u0661", " 1"]),
        st.sampled_from(
            ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="]
        ),
        st.sampled_from(["", "extension", "\n"]),
    ).map("\n".join)
)
@example(f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
def test_no_text_but_its_own_stands_for_a_checkpoint(body: str) -> None:
    try:
        read_back = Checkpoint.parse(body)
    except CheckpointMalformed:
        return
    assert read_back.body() == body


def test_a_key_of_another_name_does_not_sign_for_the_log() -> None:
    with pytest.raises(OriginDiffers, match=r"other\.example/audit"):
        sign_checkpoint(checkpoint(leaves(3), 3), SigningKey("other.example/audit", KEY.seed))


def test_a_checkpoint_by_another_key_of_the_same_name_is_not_opened() -> None:
    with pytest.raises(SignatureMissing):
        open_checkpoint(SIGNED, OTHER_KEY.verifying())


def test_a_checkpoint_is_not_read_before_its_signature_holds() -> None:
    forged = Note("not a checkpoint\n", Note.parse(SIGNED).signatures).format()
    with pytest.raises(SignatureRefused):
        open_checkpoint(forged, KEY.verifying())


def test_a_text_that_the_key_signed_and_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(CheckpointMalformed):
        open_checkpoint(Note.signed("not a checkpoint\n", KEY).format(), KEY.verifying())


@given(st.integers(0, len(SIGNED.encode()) * 8 - 1))
def test_no_bit_of_a_signed_checkpoint_can_change(bit: int) -> None:
    changed = bytearray(SIGNED.encode())
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(LogRefused):
        open_checkpoint(changed.decode(errors="surrogateescape"), KEY.verifying())
