"""Proofs to carry away, to the byte of c2sp.org/tlog-proof: that one entry is in the log, with its checkpoint.

Whoever has the entry, such a proof and a policy needs neither the log nor whoever keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from casetrack.audit.checkpoint import Checkpoint, hash_in, number_in
from casetrack.audit.errors import ProofMalformed
from casetrack.audit.note import from_base64, in_base64
from casetrack.audit.proof import verify_inclusion
from casetrack.audit.tree import leaf_hash

MOST_HASHES: Final = 63
"""A tree of up to 2^63 - 1 entries is no deeper."""

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "

Said = TypeVar("Said")


@dataclass(frozen=True)
class LogProof:
    """The entry at that index is in the tree of the checkpoint. Nothing of it is believed until it is verified.

    `checkpoint` is a signed note, verbatim. `extra` is whatever came with the proof; nothing authenticates it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def format(self) -> str:
        """The proof as it is carried."""
        extra = [] if self.extra is None else [_EXTRA + in_base64(self.extra)]
        lines = [_HEADER, *extra, f"{_INDEX}{self.index}", *map(in_base64, self.hashes)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.checkpoint}"

    @classmethod
    def parse(cls, carried: str) -> "LogProof":
        """The proof in a text; `ProofMalformed` names the line. The checkpoint is not looked at."""
        before, blank, checkpoint = carried.partition("\n\n")
        lines = before.split("\n")
        if lines[0] != _HEADER:
            raise ProofMalformed(line=1)
        at = 1
        extra = None
        if lines[at:] and lines[at].startswith(_EXTRA):
            extra = _said(from_base64, lines[at].removeprefix(_EXTRA), at + 1)
            at += 1
        if not lines[at:] or not lines[at].startswith(_INDEX):
            raise ProofMalformed(line=at + 1)
        index = _said(number_in, lines[at].removeprefix(_INDEX), at + 1)
        hashes = tuple(_said(hash_in, line, number) for number, line in enumerate(lines[at + 1 :], start=at + 2))
        if not blank or not checkpoint or len(hashes) > MOST_HASHES:
            raise ProofMalformed(line=len(lines) + 1)
        return cls(index, hashes, checkpoint, extra)

    def verify(self, leaf: bytes, checkpoint: Checkpoint) -> None:
        """The leaf is at that index in the tree of the checkpoint, which was opened; otherwise `InclusionRefused`."""
        verify_inclusion(
            leaf_hash=leaf_hash(leaf),
            index=self.index,
            size=checkpoint.size,
            root=checkpoint.root,
            proof=self.hashes,
        )


def _said(read: Callable[[str], Said], line: str, number: int) -> Said:
    try:
        return read(line)
    except ValueError as malformed:
        raise ProofMalformed(line=number) from malformed
