"""The log key: kept under the log's own root, and nobody else's."""

import pytest

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.roots import LOG, RootKey
from casetrack.crypto.signing import LogKey, LogVerifier
from tests.crypto.samples import flipped

ROOT = RootKey(LOG, bytes(range(32)))
KEY = LogKey(bytes(32))
OTHER = LogKey.generate()


def test_a_kept_log_key_signs_as_before() -> None:
    again = LogKey.open(KEY.sealed(ROOT), ROOT, public=KEY.public)
    assert again.public == KEY.public
    assert again.sign(b"checkpoint") == KEY.sign(b"checkpoint")
    LogVerifier(KEY.public).verify(b"checkpoint", again.sign(b"checkpoint"))


def test_a_log_key_is_of_one_root_and_one_public_half() -> None:
    kept = KEY.sealed(ROOT)
    for root, public in (
        (RootKey(LOG, bytes(32)), KEY.public),
        (RootKey("kent", bytes(range(32))), KEY.public),
        (ROOT, OTHER.public),
    ):
        with pytest.raises(CannotOpen):
            LogKey.open(kept, root, public=public)


def test_a_log_key_is_kept_under_the_logs_root_only() -> None:
    with pytest.raises(ValueError, match="under the log's root"):
        KEY.sealed(RootKey("kent", bytes(32)))


@pytest.mark.parametrize("public", [OTHER.public, bytes(31)], ids=["another", "none"])
def test_another_log_did_not_sign_it(public: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        LogVerifier(public).verify(b"checkpoint", KEY.sign(b"checkpoint"))
    assert refused.value.reason is Reason.SIGNATURE


def test_a_changed_checkpoint_or_signature_is_refused() -> None:
    signature = KEY.sign(b"checkpoint")
    for message, tried in ((b"checkpoints", signature), (b"checkpoint", flipped(signature, 0)), (b"checkpoint", b"")):
        with pytest.raises(CannotOpen):
            LogVerifier(KEY.public).verify(message, tried)
