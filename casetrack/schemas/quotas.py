"""What is said to let a colleague be shown more."""

from enum import StrEnum

from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, Choice, Known, Text
from casetrack.schemas.said import Said


class HowLong(StrEnum):
    """For how long a colleague may be shown more."""

    HOUR = "hour"
    SHIFT = "shift"


class RaiseQuota(Said):
    """Who may be shown more, for how long, and why."""

    worker = Known(required=True, error_messages={"required": N_("Choose a colleague.")})
    how_long = Choice(HowLong, missing=N_("Choose for how long."))
    words = Text(PARAGRAPH, missing=N_("Say why your colleague needs to see more."))
