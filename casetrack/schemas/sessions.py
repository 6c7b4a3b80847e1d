"""What is said to sign in."""

from casetrack.domain.words import N_
from casetrack.schemas.fields import Password, Text
from casetrack.schemas.said import Said


class OpenSession(Said):
    """A name and a password."""

    name = Text(missing=N_("Enter your sign-in name."))
    password = Password(required=True)
