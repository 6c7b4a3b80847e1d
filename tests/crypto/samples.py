"""Keysets, keys and vectors that the tests of this room share. Every key here is public and opens nothing else."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from casetrack.crypto import hpke, signing
from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset
from casetrack.crypto.roots import PassphraseWork

VECTORS = Path(__file__).parent / "vectors"

DEPLOYMENT = "casetrack.example"
CASE = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
OTHER_CASE = UUID("11111111-2222-4333-8444-555555555555")
ROW = UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
OTHER_ROW = UUID("66666666-7777-4888-8999-aaaaaaaaaaaa")
TRANSFER = UUID("9b2e7a52-2c1d-4d6f-8f0e-1f6b7a3c5d21")
OTHER_TRANSFER = UUID("bbbbbbbb-cccc-4ddd-8eee-ffffffffffff")
GIVEN_NAME = FieldLabel("identity", "given-name")

LEAST_WORK = PassphraseWork(memory_kib=64, passes=1, lanes=1)
"""The least that Argon2id can do, so that a test is quick. Nothing outside the tests asks for so little."""


@dataclass(frozen=True)
class Holders:
    """Three holders' first keysets, not yet certified."""

    service: HolderKeyset
    kent: HolderKeyset
    refuge: HolderKeyset


def made(holder: str, version: int) -> HolderKeyset:
    """The same keys for the same holder and version in every run, so that test ids do not change either."""
    held = hashlib.shake_256(f"{holder} {version}".encode()).digest(96)
    return HolderKeyset(PublicKeyset(holder, version, hpke.public_of(held[:32]), signing.public_of(held[32:64])), held)


HOLDERS = Holders(made("service", 1), made("kent", 1), made("refuge", 1))


def data_key(number: int = 3) -> DataKey:
    """A new data key in the sample case."""
    return DataKey.generate(KeyPlace(DEPLOYMENT, CASE, number))


def read(name: str) -> Any:  # noqa: ANN401 -- each file has a shape of its own, which its test spells out
    """The vectors in one JSON file."""
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def cases(name: str) -> list[Any]:
    """The cases in one JSON file of vectors."""
    found = read(name)["cases"]
    assert isinstance(found, list)
    return found


def keyset(case: dict[str, Any]) -> HolderKeyset:
    """The keyset that a case of `certificate.json` spells out."""
    return HolderKeyset(public(case), bytes.fromhex(case["held"]))


def public(case: dict[str, Any]) -> PublicKeyset:
    """The public half that a case of `certificate.json` spells out."""
    return PublicKeyset(
        case["holder"],
        case["version"],
        bytes.fromhex(case["kem_public"]),
        bytes.fromhex(case["sign_public"]),
        bytes.fromhex(case["certificate"]),
    )


def frozen(holder: str, version: int) -> HolderKeyset:
    """The keyset of `certificate.json` with that holder and version."""
    return next(
        keyset(case) for case in cases("certificate.json") if (case["holder"], case["version"]) == (holder, version)
    )


def flipped(sealed: bytes, at: int) -> bytes:
    """The same bytes with one bit of one byte changed."""
    changed = bytearray(sealed)
    changed[at] ^= 1
    return bytes(changed)
