"""What a witness does: it cosigns a checkpoint that goes on from the last one of that log that it cosigned.

A request is the body of `add-checkpoint` of c2sp.org/tlog-witness. Whoever keeps a witness's state stores what
`advance` returns, durably, before the cosignature leaves; of two requests at once the keeper makes one wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from casetrack.audit.checkpoint import Checkpoint, hash_in, number_in
from casetrack.audit.errors import ConsistencyRefused, LogForked
from casetrack.audit.export_errors import OldSizeDiffers, SubmissionMalformed
from casetrack.audit.note import in_base64
from casetrack.audit.proof import verify_consistency

MOST_HASHES: Final = 63
"""The format's own limit."""

_OLD: Final = "old "

Said = TypeVar("Said")


@dataclass(frozen=True)
class Submission:
    """What a witness is asked to cosign: a checkpoint, which is a signed note, and a proof that it goes on from a size.

    Nothing of it is believed until the checkpoint was opened and `advance` has looked at the rest.
    """

    old_size: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def format(self) -> str:
        """The body of the request."""
        lines = [f"{_OLD}{self.old_size}", *map(in_base64, self.hashes)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.checkpoint}"

    @classmethod
    def parse(cls, body: str) -> "Submission":
        """The request in a text; `SubmissionMalformed` names the line. The checkpoint is not looked at."""
        before, blank, checkpoint = body.partition("\n\n")
        first, *lines = before.split("\n")
        if not first.startswith(_OLD):
            raise SubmissionMalformed(line=1)
        old_size = _said(number_in, first.removeprefix(_OLD), 1)
        hashes = tuple(_said(hash_in, line, number) for number, line in enumerate(lines, start=2))
        if not blank or not checkpoint or len(hashes) > MOST_HASHES:
            raise SubmissionMalformed(line=len(lines) + 2)
        return cls(old_size, hashes, checkpoint)


def advance(last: Checkpoint | None, submission: Submission, asked: Checkpoint) -> Checkpoint:
    """The checkpoint that the witness will have cosigned last: `asked`, which was opened from the submission.

    `last` is the one of that log that it cosigned before. Raises `OldSizeDiffers`, `LogForked` when what was cosigned
    has another root now, or `ConsistencyRefused`.
    """
    cosigned = last.size if last else 0
    if submission.old_size != cosigned:
        raise OldSizeDiffers(old_size=submission.old_size, cosigned=cosigned)
    if last is None or not cosigned:
        # Every log begins with nothing: there is nothing to prove, and a proof of it is none.
        if submission.hashes:
            raise ConsistencyRefused(old_size=0, new_size=asked.size)
        return asked
    if asked.size == cosigned and asked.root != last.root:
        raise LogForked(size=cosigned)
    verify_consistency(
        old_size=cosigned, old_root=last.root, new_size=asked.size, new_root=asked.root, proof=submission.hashes
    )
    return asked


def _said(read: Callable[[str], Said], line: str, number: int) -> Said:
    try:
        return read(line)
    except ValueError as malformed:
        raise SubmissionMalformed(line=number) from malformed
