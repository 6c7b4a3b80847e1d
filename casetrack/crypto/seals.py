"""Seals: a holder's signature over an aggregate's canonical form, so that a row edited in the database is noticed.

What the canonical form says, and who might make which change, is its caller's to know; here it is bytes.
"""

import hashlib
from dataclasses import dataclass, field

from casetrack.crypto.encoding import labelled, lp
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keysets import PublicKeyset


@dataclass(frozen=True)
class Seal:
    """Who sealed, with which version of its keyset, and the signature: 64 bytes."""

    holder: str
    keyset_version: int
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class AggregateSeal:
    """The signature under an aggregate as it stands at one version: over `digest`, which follows on `previous`."""

    digest: bytes
    previous: bytes
    seal: Seal


def seal_message(deployment: str, canonical: bytes) -> bytes:
    """What a seal signs."""
    return labelled("casetrack/v1/seal", lp(deployment), canonical)


def digest(canonical: bytes) -> bytes:
    """Thirty-two bytes that name this sealed state: in the journal, and in the next state's canonical form."""
    return hashlib.sha256(labelled("casetrack/v1/seal-digest", canonical)).digest()


def check_seal(seal: Seal, *, deployment: str, canonical: bytes, by: PublicKeyset) -> None:
    """Returns when that keyset, which the caller already believes, sealed this form; otherwise `CannotOpen`."""
    if (seal.holder, seal.keyset_version) != (by.holder, by.version):
        raise CannotOpen(Reason.KEY)
    by.verify(seal_message(deployment, canonical), seal.signature)
