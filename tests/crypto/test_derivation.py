"""HKDF against RFC 5869. Our keys are 32 bytes, which are the first 32 of each published output."""

import pytest

from casetrack.crypto.derivation import expand, extract_and_expand
from tests.crypto.samples import cases


@pytest.mark.parametrize("case", cases("hkdf-sha256.json"))
def test_expanding_gives_the_published_bytes(case: dict[str, str]) -> None:
    assert case["okm"].startswith(expand(bytes.fromhex(case["prk"]), bytes.fromhex(case["info"])).hex())


@pytest.mark.parametrize("case", cases("hkdf-sha256.json"))
def test_extracting_and_expanding_gives_the_published_bytes(case: dict[str, str]) -> None:
    secret, salt, info = (bytes.fromhex(case[name]) for name in ("secret", "salt", "info"))
    derived = extract_and_expand(secret, info, salt=salt)
    assert len(derived) == 32
    assert case["okm"].startswith(derived.hex())
