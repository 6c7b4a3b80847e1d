"""Certificates of erasure: a tombstone with its seal, in a form that anybody can check (docs/formats/erasure.md).

Nothing is signed that was not sealed already: the tombstone's own seal is the signature of the certificate.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import rfc8785

from casetrack.crypto.encoding import labelled
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keysets import PublicKeyset, trust
from casetrack.crypto.seals import AggregateSeal, Seal, check_seal, digest
from casetrack.domain.erasures import Tombstone
from casetrack.domain.ids import AccountId, CaseId, EventId, HolderCode, ProposalId
from casetrack.domain.references import Reference
from casetrack.domain.words import N_
from casetrack.services.approvals import KeptTombstone
from casetrack.services.seals import form_of

FORMAT: Final = "casetrack/v1/erasure-certificate"


class CertificateRefused(Exception):
    """What was given is no certificate of an erasure, or not one that its signer made; the message says which."""


@dataclass(frozen=True)
class Certified:
    """What a certificate certifies, and by whose word: whoever relies on it compares the fingerprint of the service."""

    deployment: str
    stone: Tombstone
    signer: HolderCode
    fingerprint: str
    """Of the service's keyset, from which the signer's is certified."""
    entry: int | None
    """The place of the erasure in the log, as the certificate says it."""


def reference_digest(case: CaseId, reference: Reference) -> bytes:
    """By which whoever knows the reference can tell the tombstone of its case: 32 bytes."""
    return hashlib.sha256(labelled("casetrack/v1/erased-reference", case.bytes, reference.encode())).digest()


def certificate(
    kept: KeptTombstone,
    deployment: str,
    *,
    signer: Sequence[PublicKeyset],
    service: PublicKeyset,
    event: EventId,
    entry: int | None,
) -> dict[str, Any]:
    """The certificate as it is given out: what was signed, by whom, and the keys to check that by."""
    return {
        "format": FORMAT,
        "deployment": deployment,
        **signed(kept),
        "keysets": [keyset_form(each) for each in signer],
        "service": keyset_form(service),
        "log": {"event": str(event), "position": entry},
    }


def signed(kept: KeptTombstone) -> dict[str, Any]:
    """The tombstone's canonical form, and the seal over it."""
    seal = kept.seal.seal
    return {
        "form": json.loads(form_of(kept)),
        "seal": {"holder": seal.holder, "keyset": seal.keyset_version, "signature": seal.signature.hex()},
    }


def read_signed(said: Mapping[str, Any]) -> KeptTombstone:
    """The tombstone and its seal; `CertificateRefused` unless they are in exactly the form that was signed."""
    try:
        form, seal = said["form"], said["seal"]
        made = Seal(str(seal["holder"]), int(seal["keyset"]), bytes.fromhex(seal["signature"]))
        stone, previous = _stone(form), bytes.fromhex(form["previous"])
    except (KeyError, TypeError, ValueError):
        raise CertificateRefused(N_("This is not a certificate of an erasure.")) from None
    canonical = rfc8785.dumps(form)
    kept = KeptTombstone(stone, AggregateSeal(digest(canonical), previous, made), stone.version)
    if form_of(kept) != canonical:
        raise CertificateRefused(N_("This is not a certificate of an erasure."))
    return kept


def verify_signed(kept: KeptTombstone, deployment: str, by: PublicKeyset) -> None:
    """Two people agreed to it, and the organisation of the second signed it with that keyset; refused otherwise."""
    stone = kept.stone
    if stone.proposed_by == stone.approved_by or by.holder != stone.approved_holder:
        raise CertificateRefused(N_("Two people have not agreed to this."))
    try:
        check_seal(kept.seal.seal, deployment=deployment, canonical=form_of(kept), by=by)
    except CannotOpen:
        raise CertificateRefused(N_("The signature does not fit: something in it was changed.")) from None


def verify_certificate(content: bytes) -> Certified:
    """What the certificate certifies, if its signature and the certificates of the keys hold; needs nothing else."""
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise CertificateRefused(N_("This is not a certificate of an erasure."))
        deployment, entry = str(said["deployment"]), said["log"]["position"]
        service, chain = read_keyset(said["service"]), [read_keyset(each) for each in said["keysets"]]
    except (KeyError, TypeError, ValueError, CannotOpen):
        raise CertificateRefused(N_("This is not a certificate of an erasure.")) from None
    kept = read_signed(said)
    try:
        trust(chain, service, deployment)
    except CannotOpen:
        raise CertificateRefused(N_("The keys in it were not certified by the service in it.")) from None
    version = kept.seal.seal.keyset_version
    if not 1 <= version <= len(chain):
        raise CertificateRefused(N_("The keys in it are not those that signed it."))
    verify_signed(kept, deployment, chain[version - 1])
    signer = HolderCode(kept.seal.seal.holder)
    return Certified(deployment, kept.stone, signer, service.fingerprint, int(entry) if entry is not None else None)


def _stone(form: Mapping[str, Any]) -> Tombstone:
    proposed, approved = form["proposed"], form["approved"]
    return Tombstone(
        case=CaseId(UUID(form["id"])),
        version=int(form["version"]),
        reference_digest=bytes.fromhex(form["reference"]),
        holders=tuple(HolderCode(each) for each in form["holders"]),
        proposal=ProposalId(UUID(form["proposal"])),
        rule=str(form["rule"]),
        reason=str(form["reason"]),
        proposed_by=AccountId(UUID(proposed[0])),
        proposed_holder=HolderCode(proposed[1]),
        proposed_at=datetime.fromisoformat(proposed[2]),
        approved_by=AccountId(UUID(approved[0])),
        approved_holder=HolderCode(approved[1]),
        erased_at=datetime.fromisoformat(approved[2]),
        lost={str(kind): int(number) for kind, number in form["lost"].items()},
    )


def keyset_form(public: PublicKeyset) -> dict[str, Any]:
    """The public keyset as it stands in what is given out."""
    return {
        "holder": public.holder,
        "version": public.version,
        "kem_public": public.kem_public.hex(),
        "sign_public": public.sign_public.hex(),
        "certificate": public.certificate.hex(),
    }


def read_keyset(said: Mapping[str, Any]) -> PublicKeyset:
    """The public keyset that stands there; an error of its value, or `CannotOpen`, where none does."""
    return PublicKeyset(
        str(said["holder"]),
        int(said["version"]),
        bytes.fromhex(said["kem_public"]),
        bytes.fromhex(said["sign_public"]),
        bytes.fromhex(said["certificate"]),
    )
