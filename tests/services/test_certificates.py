"""Certificates of erasure: whoever has one can check it, and whatever was changed in it is refused."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.services.certificates import CertificateRefused, reference_digest, verify_certificate
from casetrack.services.erasures import view_erasure
from tests.services import agreed
from tests.world import ACCOUNTS, NAME, NORTH, World


@cache
def given() -> bytes:
    """A certificate as it is given out."""
    world = World.in_memory()
    case, _ = agreed.erased(world)
    with world.work("supervisor") as work:
        return json.dumps(dict(view_erasure(work, case.id).certificate)).encode()


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The certificate, in which somebody changed something."""
    said = json.loads(given())
    change(said)
    return json.dumps(said).encode()


def test_a_certificate_says_who_agreed_to_what_and_is_checked_by_itself() -> None:
    held = verify_certificate(given())
    stone = held.stone
    assert (held.deployment, held.signer, held.entry) == (NAME, NORTH.code, None)
    assert (stone.proposed_by, stone.approved_by) == (ACCOUNTS["lead"].id, ACCOUNTS["supervisor"].id)
    assert (stone.rule, stone.reason, stone.lost["proposals"]) == ("storage-limit", "review", 0)
    assert len(held.fingerprint.split()) == 8


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "rule": lambda said: said["form"].update(rule="unlawful"),
    "count": lambda said: said["form"]["lost"].update(wraps=0),
    "people": lambda said: said["form"]["approved"].__setitem__(0, str(ACCOUNTS["worker"].id)),
    "one-person": lambda said: said["form"].update(proposed=said["form"]["approved"]),
    "version": lambda said: said["form"].update(version=99),
    "more": lambda said: said["form"].update(more="than was signed"),
    "signature": lambda said: said["seal"].update(signature="00" * 64),
    "keyset": lambda said: said["seal"].update(keyset=2),
    "signer": lambda said: said["seal"].update(holder="south"),
    "deployment": lambda said: said.update(deployment="elsewhere.test"),
    "service": lambda said: said.update(service=said["keysets"][0]),
    "chain": lambda said: said.update(keysets=[]),
    "short": lambda said: said["service"].update(sign_public="00"),
    "no-form": lambda said: said.pop("form"),
    "no-log": lambda said: said.pop("log"),
    "format": lambda said: said.update(format="casetrack/v1/parcel"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_in_a_certificate_is_refused(change: str) -> None:
    with pytest.raises(CertificateRefused):
        verify_certificate(changed(CHANGES[change]))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"not JSON", b"\xff"])
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(CertificateRefused, match="not a certificate"):
        verify_certificate(content)


def test_the_place_in_the_log_is_beside_what_is_signed() -> None:
    assert verify_certificate(changed(lambda said: said["log"].update(position=41))).entry == 41


def test_a_reference_gives_away_its_tombstone_to_whoever_knows_it_and_is_frozen() -> None:
    digest = reference_digest(CaseId(UUID(int=10)), Reference("CT-7K3M-92Q2"))
    assert digest.hex() == "8632e1c79109e3a996ee0b40b2aec1ac3e7cd15e08218076c38f8c2cd9a8b32f"
    assert digest != reference_digest(CaseId(UUID(int=11)), Reference("CT-7K3M-92Q2"))
