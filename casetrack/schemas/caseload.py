"""What is said to see the names of one's own caseload."""

from casetrack.schemas.identity import RevealIdentity


class NameCaseload(RevealIdentity):
    """Why somebody opens the names of their own caseload for this shift."""
