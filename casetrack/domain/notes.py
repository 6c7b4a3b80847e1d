"""A note of a case: what kind of saying it is, how openly it is shown, and which wording of it stands.

A note is never changed. It is corrected by another wording, which takes its place; the one before stays to be read.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode, Instant, NoteId

LONGEST_NOTE: Final = 5000
"""Characters of one note: some two pages. What is longer is several notes, or a file."""


class NoteKind(StrEnum):
    """Who says it, and how it is known: what readers must not take for one another."""

    FACT = "fact"
    """Something that was seen, done or received."""
    ACCOUNT = "account"
    """What the person said, in their own words: it is never paraphrased into a statement of the worker's."""
    ASSESSMENT = "assessment"
    """What the worker makes of it."""


class Sensitivity(StrEnum):
    """How openly a note is shown to those who may read it.

    Two answers, because each must change what the page does: an ordinary note is read in the list. A sensitive one,
    such as an account of what was done to somebody, is closed until it is asked for, and that it was asked for is on
    the log by itself. A longer scale would be filled in without a thought, and would change nothing.
    """

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One wording of a note; a note that was never corrected has one.

    A wording goes by the version of the case that it made, and no two of a case have the same.
    """

    id: NoteId
    version: int
    strand: Strand
    kind: NoteKind
    sensitivity: Sensitivity
    words: str = field(repr=False)
    at: Instant
    by: AccountId
    holder: HolderCode
    """The author's organisation at that time."""
    corrects: int | None = None
    """The wording in the place of which this one stands."""
    corrected_by: int | None = None
    """The wording that stands in the place of this one."""

    @property
    def is_closed(self) -> bool:
        """True of a note that is shown only to whoever asks for it."""
        return self.sensitivity is Sensitivity.SENSITIVE
