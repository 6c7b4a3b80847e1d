"""Cosignatures: what witnesses of public logs published holds, and nothing that is near it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import open_checkpoint, sign_checkpoint
from casetrack.audit.cosignature import LATEST, CosignatureVerifier, Cosigner, cosigned
from casetrack.audit.errors import SignatureMissing, SignatureRefused, VerifierKeyMalformed
from casetrack.audit.note import KeyKind, Note, Signature, VerifierKey, key_id
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, VerifyingKey, WitnessKey, verifier_of
from tests.audit.logs import KEY, checkpoint, leaves

PUBLISHED = read("cosignatures.json")["published"]
OWN = read("cosignatures.json")["own"]
WITNESS = WitnessKey("witness.example/w1", b"\x07" * 32)
SIGNED = sign_checkpoint(checkpoint(leaves(3), 3), KEY)


def cosigned_by(witness: WitnessKey, time_s: int, note: str = SIGNED) -> str:
    plain = Note.parse(note)
    added = Note.signed(plain.text, Cosigner(witness, time_s)).signatures
    return Note(plain.text, plain.signatures + added).format()


@pytest.mark.parametrize("line", PUBLISHED["witnesses"])
def test_what_public_witnesses_published_holds(line: str) -> None:
    witness = VerifierKey.parse(line, KeyKind.COSIGNS)
    assert witness.format() == line
    assert open_checkpoint(PUBLISHED["note"], verifier_of(witness)).size == PUBLISHED["size"]


def test_the_log_that_they_cosigned_signed_it_too() -> None:
    log = VerifierKey.parse(PUBLISHED["log"])
    assert open_checkpoint(PUBLISHED["note"], verifier_of(log)).origin == log.name


@pytest.mark.parametrize("line", PUBLISHED["witnesses"])
def test_a_published_cosignature_is_of_that_checkpoint_alone(line: str) -> None:
    other = PUBLISHED["note"].replace("1432088532", "1432088533")
    with pytest.raises(SignatureRefused):
        open_checkpoint(other, verifier_of(VerifierKey.parse(line, KeyKind.COSIGNS)))


def test_the_frozen_cosignature_is_made_again_to_the_same_bytes() -> None:
    witness = WitnessKey(VerifierKey.parse(OWN["verifier_key"], KeyKind.COSIGNS).name, bytes.fromhex(OWN["seed"]))
    assert witness.key.format() == OWN["verifier_key"]
    (made,) = Note.signed(OWN["text"], Cosigner(witness, OWN["time_s"])).signatures
    assert made.format() == OWN["line"]


@pytest.mark.parametrize("line", [line for line in PUBLISHED["note"].split("\n") if "remora" in line])
def test_a_published_cosignature_says_when(line: str) -> None:
    found = Signature.parse(line, number=1)
    assert int.from_bytes(found.signature[:8]) == PUBLISHED["time_s"]


def test_what_is_signed_is_the_time_and_the_whole_text() -> None:
    assert cosigned(b"a\n1\nb\n", 1679315147) == b"cosignature/v1\ntime 1679315147\na\n1\nb\n"
    assert cosigned(b"", 0) == b"cosignature/v1\ntime 0\n"


@given(st.integers(0, LATEST))
def test_a_cosignature_holds_and_says_when(time_s: int) -> None:
    note = Note.parse(cosigned_by(WITNESS, time_s))
    note.verify([verifier_of(WITNESS.key)])
    note.verify([KEY.verifying(), verifier_of(WITNESS.key)])
    assert int.from_bytes(note.signatures[-1].signature[:8]) == time_s


@pytest.mark.parametrize("at", range(72))
def test_every_byte_of_a_cosignature_counts(at: int) -> None:
    note = Note.parse(cosigned_by(WITNESS, 5))
    *before, last = note.signatures
    changed = bytes(byte ^ (place == at) for place, byte in enumerate(last.signature))
    forged = Note(note.text, (*before, Signature(last.name, last.key_id, changed)))
    with pytest.raises(SignatureRefused, match=WITNESS.name):
        forged.verify([verifier_of(WITNESS.key)])


@pytest.mark.parametrize("length", [1, 8, 64, 71, 73])
def test_a_cosignature_has_one_length(length: int) -> None:
    verifier = verifier_of(WITNESS.key)
    with pytest.raises(SignatureRefused):
        verifier.verify(b"text\n", bytes(length))


def test_a_time_after_the_last_one_is_refused_whoever_signed_it() -> None:
    late = LATEST + 1
    text = Note.parse(SIGNED).text.encode()
    signature = late.to_bytes(8) + WITNESS.sign(cosigned(text, late))
    with pytest.raises(SignatureRefused):
        verifier_of(WITNESS.key).verify(text, signature)


def test_a_witness_is_no_log_and_a_log_no_witness() -> None:
    """The same private key, taken for the other: neither its id nor what it signs is the same."""
    as_log = SigningKey(WITNESS.name, WITNESS.seed)
    assert key_id(WITNESS.name, WITNESS.public_key) != WITNESS.key_id
    with pytest.raises(SignatureMissing):
        Note.parse(cosigned_by(WITNESS, 5)).verify([as_log.verifying()])
    *_, cosignature = Note.parse(cosigned_by(WITNESS, 5)).signatures
    plain = Note.parse(sign_checkpoint(checkpoint(leaves(3), 3, WITNESS.name), as_log))
    with pytest.raises(SignatureMissing):
        plain.verify([verifier_of(WITNESS.key)])
    renamed = Note(plain.text, (Signature(WITNESS.name, WITNESS.key_id, plain.signatures[0].signature),))
    with pytest.raises(SignatureRefused):
        renamed.verify([verifier_of(WITNESS.key)])
    taken = Note(plain.text, (Signature(WITNESS.name, as_log.key_id, cosignature.signature),))
    with pytest.raises(SignatureRefused):
        taken.verify([as_log.verifying()])


def test_a_verifier_key_says_of_which_kind_it_is() -> None:
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(WITNESS.key.format())
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(KEY.verifying().key.format(), KeyKind.COSIGNS)


def test_a_witness_key_whose_id_is_of_the_other_kind_is_refused() -> None:
    name, _, encoded = WITNESS.key.format().split("+", 2)
    as_log = key_id(WITNESS.name, WITNESS.public_key).hex()
    assert base64.b64decode(encoded)[:1] == b"\x04"
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(f"{name}+{as_log}+{encoded}", KeyKind.COSIGNS)


def test_a_cosigner_and_its_verifier_go_by_the_name_of_the_key() -> None:
    cosigner, verifier = Cosigner(WITNESS, 1), CosignatureVerifier(WITNESS.key, VerifyingKey(WITNESS.key).verify)
    assert (cosigner.name, cosigner.key_id) == (verifier.name, verifier.key_id) == (WITNESS.name, WITNESS.key_id)
