"""What is said of accounts, of passwords, and of the tokens by which programs act for accounts."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, validates_schema
from marshmallow.validate import Range

from casetrack.domain.actors import Role
from casetrack.domain.words import N_
from casetrack.schemas.audit import AnyHolder
from casetrack.schemas.fields import Answered, Choice, Password, Text, Whole
from casetrack.schemas.said import Said
from casetrack.services.lists import AccountSort, AccountState

LONGEST_LIFE: Final = 365
"""Days after which a token has ended, at the latest."""


class CreateAccount(Said):
    """Somebody who is to sign in: in one role, for one organisation."""

    sign_in_name = Text(missing=N_("Enter the name that the person will sign in by."))
    display_name = Text(missing=N_("Enter the name that colleagues know the person by."))
    role = Choice(Role, missing=N_("Choose a role."))
    holder = AnyHolder(required=True, error_messages={"required": N_("Choose an organisation.")})
    national = Answered(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def national_in_role(self, said: Mapping[str, Any], **_: object) -> None:
        """Nobody works with the cases of every organisation."""
        if said["national"] and said["role"].is_caseworker:
            raise ValidationError(N_("Only an auditor or an administrator can be of every organisation."), "national")


class ResetAccount(Said):
    """Somebody chooses a new password; nothing more is asked."""


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


class SetPassword(Said):
    """A password of one's own, twice, so that it is what one meant to type."""

    new_password = Password(required=True, error_messages={"required": N_("Enter a new password.")})
    new_password_again = Password(required=True, error_messages={"required": N_("Enter the new password again.")})

    @validates_schema(skip_on_field_errors=True)
    def alike(self, said: Mapping[str, Any], **_: object) -> None:
        """What was typed twice is the same."""
        if said["new_password"] != said["new_password_again"]:
            raise ValidationError(N_("Enter the same new password again."), "new_password_again")


class ChangePassword(SetPassword):
    """The present password too: whoever finds a browser that is signed in does not know it."""

    password = Password(required=True, error_messages={"required": N_("Enter your present password.")})


class ListAccounts(Said):
    """Which accounts a list shows, in what order: codes only, because this stands in an address."""

    holder = AnyHolder(load_default=None)
    state = Choice(AccountState, load_default=None)
    sort = Choice(AccountSort, load_default=AccountSort.SIGN_IN_NAME)
    descending = Answered(load_default=False)
    page = Whole(load_default=1)
