"""What is said of the safe way to contact a person, and why somebody asks."""

from casetrack.schemas.fields import PARAGRAPH, Text
from casetrack.schemas.identity import RevealIdentity
from casetrack.schemas.said import Said


class RecordContact(Said):
    """How the person can be contacted safely; what is left empty stays as it was."""

    address = Text(PARAGRAPH)
    phone = Text()
    voicemail = Text(PARAGRAPH)
    times = Text(PARAGRAPH)
    unsafe_areas = Text(PARAGRAPH)


class RevealContact(RevealIdentity):
    """Why somebody asks to see how the person is contacted safely."""
