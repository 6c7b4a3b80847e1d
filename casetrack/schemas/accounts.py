"""What is said of accounts, and of the tokens by which programs act for them."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import Range

from casetrack.domain.actors import Role
from casetrack.domain.words import N_
from casetrack.schemas.audit import AnyHolder
from casetrack.schemas.fields import Answered, Choice, Password, Text, Whole
from casetrack.schemas.said import Said

LONGEST_LIFE: Final = 365
"""Days after which a token has ended, at the latest."""


class CreateAccount(Said):
    """Somebody who is to sign in: in one role, for one organisation."""

    sign_in_name = Text(missing=N_("Enter the name that the person will sign in by."))
    display_name = Text(missing=N_("Enter the name that colleagues know the person by."))
    role = Choice(Role, missing=N_("Choose a role."))
    holder = AnyHolder(required=True, error_messages={"required": N_("Choose an organisation.")})
    national = Answered(load_default=False)
    password = Password(required=True, error_messages={"required": N_("Enter a first password.")})

    @validates_schema(skip_on_field_errors=True)
    def national_in_role(self, said: Mapping[str, Any], **_: object) -> None:
        """Nobody works with the cases of every organisation."""
        if said["national"] and said["role"].is_caseworker:
            raise ValidationError(N_("Only an auditor or an administrator can be of every organisation."), "national")


class CloseAccount(Said):
    """The account signs in no more; nothing more is asked."""


class CreateToken(Said):
    """What a token is for, and for how long."""

    name = Text(missing=N_("Say what the token is for."))
    days = Whole(
        required=True,
        validate=Range(1, LONGEST_LIFE, error=N_("Enter a number of days from 1 to 365.")),
        error_messages={"required": N_("Enter for how many days.")},
    )


class RevokeToken(Said):
    """The token opens nothing any more; nothing more is asked."""


class ListAccounts(Said):
    """Which page of the accounts."""

    page = Whole(load_default=1)
