"""A secret in memory is shown only as an id, and stays in its process."""

import copy
import pickle
from pathlib import Path

import pytest

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.held import HeldKey
from casetrack.crypto.keyring import Keyring, SealedKeyset
from casetrack.crypto.keysets import HolderKeyset
from casetrack.crypto.roots import RootFile, RootKey
from casetrack.crypto.seals import Seal
from casetrack.crypto.signing import LogKey
from casetrack.crypto.tokens import SessionBox, new_token
from tests.crypto.samples import DEPLOYMENT, HOLDERS, LEAST_WORK, data_key

PASSPHRASE = "grün leaf river"


@pytest.fixture
def held(tmp_path: Path) -> list[HeldKey]:
    roots = RootFile.create(tmp_path / "roots", PASSPHRASE, LEAST_WORK)
    root: RootKey = roots.add("kent")
    keyset = HolderKeyset.generate("kent", 1)
    return [data_key(), keyset, root, roots, LogKey.generate(), SessionBox(new_token()), Keyring(DEPLOYMENT, roots)]


def secrets_of(key: HeldKey) -> list[bytes | str]:
    """Every byte string and text that the key holds in a private slot, and the roots of a key file."""
    names = [name for kind in type(key).__mro__ for name in getattr(kind, "__slots__", ()) if name != "_id"]
    values = [getattr(key, name) for name in names if name.startswith("_")]
    roots = [root for value in values if isinstance(value, dict) for root in value.values()]
    return [value for value in (*values, *roots) if isinstance(value, bytes)]


def test_what_is_printed_holds_no_secret(held: list[HeldKey]) -> None:
    for key in held:
        shown = f"{key!r} {key}"
        assert shown.startswith(f"<{type(key).__name__} ")
        assert len(repr(key)) < 60
        for secret in secrets_of(key):
            assert isinstance(secret, bytes)
            assert secret.hex() not in shown
            assert str(secret) not in shown
    assert sum(bool(secrets_of(key)) for key in held) == 6  # All but the keyring, whose secrets are its key file's.


def test_a_row_of_a_keyset_shows_whose_it_is_and_no_bytes() -> None:
    public = HOLDERS.kent.public
    assert repr(public) == "<PublicKeyset kent 1>"
    assert repr(SealedKeyset(public, b"sealed bytes")) == "SealedKeyset(public=<PublicKeyset kent 1>)"
    assert repr(Seal("kent", 1, b"signature bytes")) == "Seal(holder='kent', keyset_version=1)"


def test_a_secret_is_neither_pickled_nor_copied(held: list[HeldKey]) -> None:
    for key in held:
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="does not leave this process"):
                leave(key)


def test_a_secret_has_no_dictionary_to_print(held: list[HeldKey]) -> None:
    for key in held:
        assert not hasattr(key, "__dict__")


def test_a_refusal_says_the_same_of_every_failure_but_the_key_files() -> None:
    sentences = {str(CannotOpen(reason)) for reason in Reason}
    of_files = {str(CannotOpen(reason)) for reason in (Reason.KEY_FILE, Reason.PASSPHRASE)}
    assert len(of_files) == 2
    assert len(sentences - of_files) == 1
