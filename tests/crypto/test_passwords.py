"""A password is checked, and a name that nobody has costs as much."""

import time
import unicodedata

import pytest

from casetrack.crypto.errors import WrongPassword
from casetrack.crypto.passwords import LONGEST, NOBODY, burn, check_password, hash_password, needs_rehash

PASSWORD = "correct horse façade staple"
KEPT = hash_password(PASSWORD)


def test_the_right_password_is_accepted_from_any_keyboard() -> None:
    check_password(PASSWORD, KEPT)
    check_password(unicodedata.normalize("NFD", PASSWORD), KEPT)


@pytest.mark.parametrize("typed", ["", "correct horse facade staple", PASSWORD + " ", "\ud800"])
def test_any_other_is_refused(typed: str) -> None:
    with pytest.raises(WrongPassword):
        check_password(typed, KEPT)


@pytest.mark.parametrize("kept", ["", "plain text", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_a_hash_that_is_not_one_accepts_nothing(kept: str) -> None:
    with pytest.raises(WrongPassword):
        check_password("", kept)


def test_a_hash_is_salted_and_holds_no_password() -> None:
    assert hash_password(PASSWORD) != KEPT
    assert KEPT.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "horse" not in KEPT


def test_a_name_that_nobody_has_costs_what_a_real_one_does() -> None:
    assert not needs_rehash(NOBODY)
    assert len(NOBODY) == len(KEPT)
    started = time.process_time()
    burn(PASSWORD)
    burned = time.process_time() - started
    started = time.process_time()
    check_password(PASSWORD, KEPT)
    assert burned > (time.process_time() - started) / 4


def test_the_longest_password_there_is_can_be_set() -> None:
    longest = "\u0315\u0300" * (LONGEST // 2)
    check_password(longest, hash_password(longest))


def test_a_longer_one_is_refused_before_anything_is_done_with_it() -> None:
    """Marks above and below a letter are put in order, which takes the square of their number: minutes, for these."""
    endless = "a" + "\u0315\u0300" * 500_000
    started = time.process_time()
    with pytest.raises(WrongPassword):
        check_password(endless, KEPT)
    burn(endless)
    with pytest.raises(ValueError, match="256"):
        hash_password(endless)
    assert time.process_time() - started < 0.1


def test_nobodys_hash_accepts_no_likely_password() -> None:
    for typed in ("", "x", "password"):
        with pytest.raises(WrongPassword):
            check_password(typed, NOBODY)


def test_a_hash_of_another_cost_is_to_be_made_again() -> None:
    assert not needs_rehash(KEPT)
    assert needs_rehash(KEPT.replace("t=3", "t=2"))
