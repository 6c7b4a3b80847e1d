"""Blind indexes: what a value looks like to whoever has to find it among others, and to nobody else.

    K_i = HKDF-Expand(index root, "casetrack/v1/index" 00 || lp(index), 32)
    tag = the leftmost L bits of HMAC-SHA256(K_i, lp(value))

A tag is kept in as many whole bytes as hold its bits; the bits to spare, the last ones of the last byte, are zero.
Which values an index has, and how they are made alike, is said where the index is declared.
"""

import hmac
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from casetrack.crypto.derivation import expand
from casetrack.crypto.encoding import labelled, lp

MOST_BITS: Final = 256
_BYTE: Final = 8

Entry: TypeAlias = tuple[str, int, str]
"""The name of an index, how many bits its tags have, and a value as the index makes values alike."""
Term: TypeAlias = tuple[str, str]
"""The name of an index, and a value that somebody looked for in it."""


def tags(index_root: bytes, entries: Iterable[Entry]) -> list[bytes]:
    """The tag of each entry, in that order."""
    given = list(entries)
    digests = _digests(index_root, "casetrack/v1/index", ((index, value) for index, _, value in given))
    return [leftmost(digest, bits) for digest, (_, bits, _) in zip(digests, given, strict=True)]


def search_marks(index_root: bytes, terms: Iterable[Term]) -> list[bytes]:
    """What the log keeps of each term that was looked for: 32 bytes that only the audit desk can make again.

    `index_root` is the audit desk's. The label is another one, so no mark is a tag of an index.
    """
    return list(_digests(index_root, "casetrack/v1/search-mark", terms))


def leftmost(digest: bytes, bits: int) -> bytes:
    """The first bits of a digest of 32 bytes, in whole bytes, with zeros where there are bits to spare."""
    if not 1 <= bits <= MOST_BITS:
        raise ValueError("a tag has from 1 to 256 bits")
    size = -(-bits // _BYTE)
    spare = size * _BYTE - bits
    kept = int.from_bytes(digest[:size], "big") >> spare << spare
    return kept.to_bytes(size, "big")


def _digests(index_root: bytes, label: str, terms: Iterable[Term]) -> Iterator[bytes]:
    """The HMAC of each term under the key of its index for that use; a key is derived once."""
    keys: dict[str, bytes] = {}
    for index, value in terms:
        if index not in keys:
            keys[index] = expand(index_root, labelled(label, lp(index)))
        yield hmac.digest(keys[index], lp(value), "sha256")
