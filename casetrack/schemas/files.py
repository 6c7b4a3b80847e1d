"""What is said of a file that is attached; the file itself is read as it comes."""

from casetrack.domain.holdings import Strand
from casetrack.domain.words import N_
from casetrack.schemas.fields import Choice
from casetrack.schemas.said import Said


class AttachFile(Said):
    """Which strand the file belongs to."""

    strand = Choice(Strand, missing=N_("Choose whether the file belongs to support, or to the investigation."))
