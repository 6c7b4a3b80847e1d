"""Wraps: a data key handed to one holder's keyset, committed to and signed by whoever hands it.

The sealing is anonymous, so the signature is what stops someone who can write rows from planting a key of their own.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm

from casetrack.crypto import hpke
from casetrack.crypto.datakeys import OFFER, DataKey, KeyPlace
from casetrack.crypto.derivation import KEY_SIZE
from casetrack.crypto.encoding import labelled, lp, u32be
from casetrack.crypto.errors import CannotOpen, Reason, SuiteUnsupported
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset

_NO_TRANSFER: Final = UUID(int=0)


@dataclass(frozen=True)
class Wrap:
    """One data key for one version of one holder's keyset, as a row holds it."""

    case: UUID
    number: int
    commitment: bytes = field(repr=False)
    recipient: str
    recipient_version: int
    sender: str
    sender_version: int
    transfer: UUID | None
    """The transfer that it was made for: always named for an offer key, and for what a hand-off moves."""
    sealed: bytes = field(repr=False)
    """1,168 bytes."""
    signature: bytes = field(repr=False)
    """64 bytes, by the sender's keyset."""


def wrap(data_key: DataKey, *, sender: HolderKeyset, recipient: PublicKeyset, transfer: UUID | None) -> Wrap:
    """The data key, for that recipient to open. The caller already believes the recipient's public half."""
    place = data_key.place
    if not _names_its_transfer(place.number, transfer):
        raise ValueError("an offer key is wrapped for a transfer, and a transfer's id is never the nil UUID")
    info = _info(place, data_key.commitment(), recipient, sender.public.holder, transfer)
    sealed = recipient.seal(data_key.bare(), info)
    return Wrap(
        case=place.case,
        number=place.number,
        commitment=data_key.commitment(),
        recipient=recipient.holder,
        recipient_version=recipient.version,
        sender=sender.public.holder,
        sender_version=sender.public.version,
        transfer=transfer,
        sealed=sealed,
        signature=sender.sign(_signed(info, recipient.version, sender.public.version, sealed)),
    )


def unwrap(wrap: Wrap, *, recipient: HolderKeyset, sender: PublicKeyset, deployment: str) -> DataKey:
    """The data key that this sender wrapped for this recipient, or `CannotOpen`. The caller already believes `sender`.

    1. The wrap names this recipient, this sender and, for an offer key, a transfer.
    2. The sender signed every part of it, with this recipient's key id.
    3. The recipient's key opens it in exactly this context.
    4. The key that comes out is the one committed to.
    """
    mine = recipient.public
    named = (wrap.recipient, wrap.recipient_version, wrap.sender, wrap.sender_version)
    if named != (mine.holder, mine.version, sender.holder, sender.version):  # 1
        raise CannotOpen(Reason.KEY)
    if not _names_its_transfer(wrap.number, wrap.transfer):
        raise CannotOpen(Reason.SHAPE)
    place = _place(deployment, wrap)
    info = _info(place, wrap.commitment, mine, sender.holder, wrap.transfer)
    sender.verify(_signed(info, mine.version, sender.version, wrap.sealed), wrap.signature)  # 2
    secret = recipient.open_sealed(wrap.sealed, info)  # 3
    if len(secret) != KEY_SIZE:
        raise CannotOpen(Reason.SHAPE)
    data_key = DataKey(place, secret)
    if not hmac.compare_digest(data_key.commitment(), wrap.commitment):  # 4
        raise CannotOpen(Reason.COMMITMENT)
    return data_key


def check_suite() -> None:
    """Returns when this machine can wrap a key and open it again; otherwise `SuiteUnsupported`. Asked at start-up."""
    seed = secrets.token_bytes(hpke.SEED_SIZE)
    try:
        hpke.open_from(seed, hpke.seal_to(hpke.public_of(seed), b"casetrack", b"check"), b"check")
    except UnsupportedAlgorithm as missing:
        raise SuiteUnsupported from missing


def _place(deployment: str, wrap: Wrap) -> KeyPlace:
    try:
        return KeyPlace(deployment, wrap.case, wrap.number)
    except ValueError:  # A row may hold any number.
        raise CannotOpen(Reason.SHAPE) from None


def _names_its_transfer(number: int, transfer: UUID | None) -> bool:
    """True but for an offer key without a transfer, and for the nil UUID, which stands for none in the bytes."""
    return transfer != _NO_TRANSFER and (number != OFFER or transfer is not None)


def _info(place: KeyPlace, commitment: bytes, recipient: PublicKeyset, sender: str, transfer: UUID | None) -> bytes:
    return labelled(
        "casetrack/v1/hpke-dek-wrap",
        lp(place.deployment),
        place.case.bytes,
        u32be(place.number),
        commitment,
        lp(recipient.holder),
        recipient.key_id,
        lp(sender),
        (transfer or _NO_TRANSFER).bytes,
    )


def _signed(info: bytes, recipient_version: int, sender_version: int, sealed: bytes) -> bytes:
    versions = u32be(recipient_version) + u32be(sender_version)
    return labelled("casetrack/v1/dek-wrap-signature", versions, lp(info), hashlib.sha256(sealed).digest())
