"""Signed notes, to the byte, and who may be believed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.errors import (
    NoteMalformed,
    SignatureMalformed,
    SignatureMissing,
    SignatureRefused,
    VerifierKeyMalformed,
)
from casetrack.audit.note import Note, Signature, VerifierKey, from_base64, in_base64, key_id
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, VerifyingKey

VECTORS = read("notes.json")
PUBLISHED_KEY = VerifyingKey(VerifierKey.parse(VECTORS["verifier_key"]))
ONE = SigningKey("one.example/key", b"\x01" * 32)
TWO = SigningKey("two.example/key", b"\x02" * 32)
TEXT = "Something was said.\n"

TEXTS = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]) | st.just("\n")).map(
    lambda text: text + "\n"
)


def test_the_published_note_is_signed_by_the_published_key() -> None:
    note = Note.parse(VECTORS["verified"]["note"])
    assert note.text == VECTORS["verified"]["text"]
    note.verify([PUBLISHED_KEY])


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda vector: vector["why"])
def test_a_note_is_read_and_written_to_the_byte(vector: dict[str, Any]) -> None:
    note = Note.parse(vector["note"])
    assert note.text == vector["text"]
    assert [one.name for one in note.signatures] == vector["names"]
    assert note.format() == vector["note"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_what_is_not_a_note_is_refused(vector: dict[str, Any]) -> None:
    line = vector["signature_line"]
    if line is None:
        with pytest.raises(NoteMalformed):
            Note.parse(vector["note"])
    else:
        with pytest.raises(SignatureMalformed, match=f"Signature line {line} of the note"):
            Note.parse(vector["note"])


def test_a_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(NoteMalformed):
        Note.parse("half a pair \ud800\n\n" + VECTORS["verified"]["note"].split("\n\n")[1])


def test_the_published_verifier_key_reads_and_writes_the_same() -> None:
    key = VerifierKey.parse(VECTORS["verifier_key"])
    assert key.format() == VECTORS["verifier_key"]
    assert key.name == "example.com/foo"
    assert key.key_id.hex() == "530d903a"
    assert key.key_id == key_id(key.name, key.public_key)


@pytest.mark.parametrize("vector", VECTORS["refused_keys"], ids=lambda vector: vector["why"])
def test_what_is_not_a_verifier_key_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(vector["line"])


@pytest.mark.parametrize("name", ["", "a b", "a\u00a0b", "a+b", "a\nb", "a\0b", "a\ud800b"], ids=ascii)
def test_a_key_may_not_be_called_what_a_note_cannot_hold(name: str) -> None:
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey(name, bytes(32))
    with pytest.raises(NoteMalformed):
        Signature(name, bytes(4), bytes(64))


@pytest.mark.parametrize(("key", "signature"), [(3, 64), (5, 64), (4, 0)])
def test_a_signature_without_a_line_is_refused(key: int, signature: int) -> None:
    with pytest.raises(NoteMalformed):
        Signature("example.com/foo", bytes(key), bytes(signature))


@given(TEXTS)
def test_a_signed_text_verifies_and_reads_back(text: str) -> None:
    note = Note.parse(Note.signed(text, ONE, TWO).format())
    assert note == Note.signed(text, ONE, TWO)
    note.verify([ONE.verifying()])
    note.verify([TWO.verifying(), ONE.verifying()])


@pytest.mark.parametrize("text", ["", "no newline at the end", "a\tb\n", "a\rb\n", "half \ud800\n"], ids=ascii)
def test_a_text_that_no_note_can_hold_is_not_written(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Note(text, (Signature("example.com/foo", bytes(4), bytes(64)),))


@pytest.mark.parametrize("count", [0, 101])
def test_a_note_has_between_1_and_100_signatures(count: int) -> None:
    with pytest.raises(NoteMalformed):
        Note(TEXT, (Signature("example.com/foo", bytes(4), bytes(64)),) * count)


def test_a_note_by_strangers_is_refused() -> None:
    with pytest.raises(SignatureMissing):
        Note.signed(TEXT, TWO).verify([ONE.verifying()])


def test_a_note_is_refused_when_nobody_is_trusted() -> None:
    with pytest.raises(SignatureMissing):
        Note.signed(TEXT, ONE).verify([])


def test_a_stranger_of_the_same_name_is_passed_over() -> None:
    namesake = SigningKey(ONE.name, TWO.seed)
    with pytest.raises(SignatureMissing):
        Note.signed(TEXT, namesake).verify([ONE.verifying()])
    Note.signed(TEXT, namesake, ONE).verify([ONE.verifying()])


def test_a_stranger_with_the_same_key_id_is_passed_over() -> None:
    signed = Note.signed(TEXT, ONE)
    double = Signature("three.example/key", ONE.key_id, bytes(64))
    Note(TEXT, (double, *signed.signatures)).verify([ONE.verifying()])
    with pytest.raises(SignatureMissing):
        Note(TEXT, (double,)).verify([ONE.verifying()])


def test_one_wrong_signature_in_a_trusted_name_spoils_the_note() -> None:
    signed = Note.signed(TEXT, ONE, TWO)
    forged = Signature(TWO.name, TWO.key_id, bytes(64))
    spoilt = Note(TEXT, (*signed.signatures, forged))
    spoilt.verify([ONE.verifying()])
    with pytest.raises(SignatureRefused, match=r"two\.example/key"):
        spoilt.verify([ONE.verifying(), TWO.verifying()])


def test_a_signature_does_not_hold_over_another_text() -> None:
    with pytest.raises(SignatureRefused, match=r"one\.example/key"):
        Note("Something else.\n", Note.signed(TEXT, ONE).signatures).verify([ONE.verifying()])


@given(st.binary(max_size=80))
def test_bytes_read_back_from_their_base64(value: bytes) -> None:
    assert from_base64(in_base64(value)) == value


@pytest.mark.parametrize(
    "encoded", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ==QQ==", "_-==", "Q===", "é==="], ids=ascii
)
def test_any_other_way_to_write_base64_is_refused(encoded: str) -> None:
    with pytest.raises(ValueError, match=r"base64|ASCII|padding|data"):
        from_base64(encoded)
