"""Letters: text that one holder alone can read, such as a reason typed for the audit desk, or a draft for oneself.

A letter is not signed: it proves nothing of who wrote it. Where that matters its digest stands in something signed.
"""

from typing import Final

from casetrack.crypto.encoding import labelled, lp, u32be
from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.fields import pack, unpack
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset

_HEADER: Final = b"\xc7\x03"
_HEADER_SIZE: Final = len(_HEADER) + 4


def letter_version(sealed: bytes) -> int:
    """The version of the keyset that a letter names; needs no key, and promises nothing about the rest."""
    if len(sealed) < _HEADER_SIZE or not sealed.startswith(_HEADER):
        raise CannotOpen(Reason.HEADER)
    return int.from_bytes(sealed[len(_HEADER) : _HEADER_SIZE], "big")


def seal_letter(text: str, *, to: PublicKeyset, context: bytes, deployment: str) -> bytes:
    """The text, padded as a field is, for that holder and in that context only."""
    header = _HEADER + u32be(to.version)
    return header + to.seal(pack(text), _info(header, to, context, deployment))


def open_letter(sealed: bytes, *, mine: HolderKeyset, context: bytes, deployment: str) -> str:
    """The text that was sealed to this keyset in this context, or `CannotOpen`."""
    if letter_version(sealed) != mine.public.version:
        raise CannotOpen(Reason.KEY)
    header = sealed[:_HEADER_SIZE]
    text = unpack(mine.open_sealed(sealed[_HEADER_SIZE:], _info(header, mine.public, context, deployment)))
    if not isinstance(text, str):
        raise CannotOpen(Reason.SHAPE)
    return text


def _info(header: bytes, to: PublicKeyset, context: bytes, deployment: str) -> bytes:
    return labelled("casetrack/v1/letter", header, lp(deployment), lp(to.holder), to.key_id, lp(context))
