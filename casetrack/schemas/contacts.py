"""What is said of the safe way to contact a person, and why somebody asks."""

from marshmallow import fields

from casetrack.schemas.fields import FEW, PARAGRAPH, Masked, Text
from casetrack.schemas.identity import RevealIdentity
from casetrack.schemas.said import Said


class RecordContact(Said):
    """How the person can be contacted safely. None clears what is recorded; what is left out stays as it was."""

    address = Masked(PARAGRAPH)
    phone = Masked()
    email = Masked()
    voicemail = Masked(PARAGRAPH)
    times = Masked(PARAGRAPH)
    unsafe_areas = Masked(PARAGRAPH)


class CorrectContact(RecordContact):
    """The same on its page, where something is lost only after a second look."""

    empty = fields.List(Text(), load_default=list, validate=FEW)
    """The boxes that are meant to be empty: nothing was recorded there, or the person has said so."""


class RevealContact(RevealIdentity):
    """Why somebody asks to see how the person is contacted safely."""
