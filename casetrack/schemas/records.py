"""What is said of a milestone where its code is not in the address already."""

from casetrack.domain.words import N_
from casetrack.schemas.fields import Text
from casetrack.schemas.milestones import RecordMilestone


class AddRecord(RecordMilestone):
    """Which milestone or dated fact, what happened and when."""

    code = Text(missing=N_("Send the code of a milestone."))
