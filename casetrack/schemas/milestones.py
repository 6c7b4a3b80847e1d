"""What is said of milestones and dated facts."""

from enum import StrEnum

from casetrack.domain.records import RecordState
from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, Choice, Moment, Text
from casetrack.schemas.wording import Worded


class Recordable(StrEnum):
    """What can be recorded of a milestone; of a dated fact, that it happened."""

    MET = RecordState.MET.value
    NOT_APPLICABLE = RecordState.NOT_APPLICABLE.value
    DECLINED = RecordState.DECLINED.value


class RecordMilestone(Worded):
    """What happened and when. An outcome is said where the milestone has some and was met."""

    state = Choice(Recordable, load_default=Recordable.MET)
    outcome = Text()
    happened = Moment(required=True, error_messages={"required": N_("Enter the date on which it happened.")})
    note = Text(PARAGRAPH)


class ReopenMilestone(Worded):
    """Why what was recorded is open again."""

    words = Text(PARAGRAPH, missing=N_("Say why this is opened again."))
