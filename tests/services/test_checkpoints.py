"""The log's own key, as the log asks for keys."""

import pytest

from casetrack.audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from casetrack.audit.errors import SignatureMissing, SignatureRefused
from casetrack.audit.note import VerifierKey
from casetrack.audit.tree import EMPTY_ROOT
from casetrack.crypto.signing import LogKey
from casetrack.services.checkpoints import CheckpointSigner, CheckpointVerifier, origin_of, verifier_of

KEY = LogKey.generate()
NAME = origin_of("casetrack.test")
NOTE = sign_checkpoint(Checkpoint(NAME, 0, EMPTY_ROOT), CheckpointSigner(NAME, KEY))


def test_a_log_is_named_after_its_deployment() -> None:
    assert NAME == "casetrack.test/audit"


def test_what_the_log_signed_its_verifier_believes() -> None:
    assert open_checkpoint(NOTE, CheckpointVerifier(NAME, KEY.public)).origin == NAME


def test_another_log_of_that_name_is_not_believed() -> None:
    with pytest.raises(SignatureMissing):
        open_checkpoint(NOTE, CheckpointVerifier(NAME, LogKey.generate().public))


def test_a_signature_that_does_not_hold_is_refused() -> None:
    verifier = CheckpointVerifier(NAME, KEY.public)

    with pytest.raises(SignatureRefused):
        verifier.verify(b"another text", KEY.sign(b"a text"))


def test_the_verifier_of_a_key_has_its_name_and_id() -> None:
    verifier, key = CheckpointVerifier(NAME, KEY.public), VerifierKey(NAME, KEY.public)

    assert verifier_of(key) == verifier
    assert key.key_id == verifier.key_id == CheckpointSigner(NAME, KEY).key_id
