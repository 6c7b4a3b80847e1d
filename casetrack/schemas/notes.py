"""What is said of notes."""

from casetrack.domain.holdings import Strand
from casetrack.domain.notes import LONGEST_NOTE, NoteKind, Sensitivity
from casetrack.domain.words import N_
from casetrack.schemas.fields import Answered, Choice, Text, Whole
from casetrack.schemas.said import Said
from casetrack.schemas.wording import Worded


class CorrectNote(Worded):
    """A wording that takes the place of a note: what kind of saying it is, and how openly it is shown."""

    kind = Choice(NoteKind, missing=N_("Choose whether this is a fact, the account of the person, or your assessment."))
    sensitivity = Choice(Sensitivity, load_default=Sensitivity.ORDINARY)
    words = Text(LONGEST_NOTE, missing=N_("Write the note."))


class WriteNote(CorrectNote):
    """A note, and with which strand it lies."""

    strand = Choice(Strand, missing=N_("Choose whether the note belongs to support, or to the investigation."))


class ComposeNote(WriteNote):
    """The same on its page, where what was written can wait as a draft."""

    later = Answered(load_default=False)


class ListNotes(Said):
    """Which notes of a case; every kind of either strand if nobody says."""

    strand = Choice(Strand, load_default=None)
    kind = Choice(NoteKind, load_default=None)
    page = Whole(load_default=1)
