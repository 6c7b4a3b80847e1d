"""What is said to see one's work, and the names of one's own caseload."""

from casetrack.schemas.fields import Choice
from casetrack.schemas.identity import SayWhy
from casetrack.schemas.said import Said
from casetrack.services.caseload import Whose


class ViewCaseload(Said):
    """Whose cases one's work is about; without it, those that somebody in that role looks at first."""

    whose = Choice(Whose, load_default=None)


class NameCaseload(SayWhy):
    """Why somebody opens the names of their own caseload for this shift."""
