"""A token is random, only its digest is kept, and only the token opens its session."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import pack
from casetrack.crypto.tokens import SessionBox, new_token, token_digest
from tests.crypto import by_the_book
from tests.crypto.samples import flipped

TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
SEALED = SessionBox(TOKEN).seal(b"session")


def test_a_token_is_32_random_bytes_in_43_letters() -> None:
    token = new_token()
    assert len(token) == 43
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert new_token() != token


def test_a_digest_is_the_sha_256_of_the_text() -> None:
    assert token_digest(TOKEN) == hashlib.sha256(TOKEN.encode()).digest()


@given(st.text() | st.just("\ud800"))
def test_any_text_at_all_has_a_digest(text: str) -> None:
    assert len(token_digest(text)) == 32


@given(st.binary())
def test_a_session_opens_with_its_token(held: bytes) -> None:
    assert SessionBox(TOKEN).open(SessionBox(TOKEN).seal(held)) == held


def test_a_sessions_length_tells_only_a_step() -> None:
    assert len(SessionBox(TOKEN).seal(b"")) == len(SessionBox(TOKEN).seal(bytes(27))) == 2 + 40 + 32


@pytest.mark.parametrize("token", [TOKEN[:-1] + "9", TOKEN[:-1], TOKEN + "=", ""])
def test_another_token_opens_nothing(token: str) -> None:
    with pytest.raises(CannotOpen):
        SessionBox(token).open(SEALED)


@pytest.mark.parametrize("at", [0, 1, 2, 26, -1])
def test_a_changed_bit_is_refused(at: int) -> None:
    with pytest.raises(CannotOpen):
        SessionBox(TOKEN).open(flipped(SEALED, at))


def test_the_kept_digest_does_not_open_the_session() -> None:
    with pytest.raises(CannotOpen):
        SessionBox(token_digest(TOKEN).hex()).open(SEALED)


def test_a_session_that_holds_no_bytes_is_refused() -> None:
    with pytest.raises(CannotOpen) as refused:
        SessionBox(TOKEN).open(by_the_book.session_seal(TOKEN, bytes(24), pack("text")))
    assert refused.value.reason is Reason.SHAPE
