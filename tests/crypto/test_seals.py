"""A seal is one holder's, over one form, in one deployment."""

import pytest

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.seals import Seal, check_seal, digest, seal_message
from tests.crypto.samples import DEPLOYMENT, HOLDERS, flipped

CANONICAL = b"case/1\nversion 4\n"
SIGNATURE = HOLDERS.kent.sign(seal_message(DEPLOYMENT, CANONICAL))
SEAL = Seal("kent", 1, SIGNATURE)


def test_a_good_seal_is_accepted() -> None:
    check_seal(SEAL, deployment=DEPLOYMENT, canonical=CANONICAL, by=HOLDERS.kent.public)
    assert seal_message(DEPLOYMENT, CANONICAL) == b"casetrack/v1/seal\x00\x00\x11casetrack.example" + CANONICAL


@pytest.mark.parametrize(
    ("deployment", "canonical", "signature"),
    [
        ("casetrack.exampl", CANONICAL, SIGNATURE),
        (DEPLOYMENT, CANONICAL + b"\n", SIGNATURE),
        (DEPLOYMENT, CANONICAL, flipped(SIGNATURE, 0)),
        (DEPLOYMENT, CANONICAL, HOLDERS.kent.sign(CANONICAL)),
        (DEPLOYMENT, CANONICAL, HOLDERS.refuge.sign(seal_message(DEPLOYMENT, CANONICAL))),
    ],
)
def test_anything_changed_alone_is_refused(deployment: str, canonical: bytes, signature: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        check_seal(Seal("kent", 1, signature), deployment=deployment, canonical=canonical, by=HOLDERS.kent.public)
    assert refused.value.reason is Reason.SIGNATURE


@pytest.mark.parametrize("seal", [Seal("refuge", 1, SIGNATURE), Seal("kent", 2, SIGNATURE)])
def test_a_seal_that_names_another_keyset_is_refused(seal: Seal) -> None:
    with pytest.raises(CannotOpen) as refused:
        check_seal(seal, deployment=DEPLOYMENT, canonical=CANONICAL, by=HOLDERS.kent.public)
    assert refused.value.reason is Reason.KEY


def test_a_digest_names_one_form() -> None:
    assert len(digest(CANONICAL)) == 32
    assert digest(CANONICAL) != digest(CANONICAL + b"\n")
