"""What is said of who a person is, and why somebody asks."""

from datetime import date
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema

from casetrack.domain.case import IdentityState
from casetrack.domain.words import N_
from casetrack.schemas.fields import FEW, PARAGRAPH, Answered, Choice, Code, Day, Text
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.schemas.wording import Worded

NAMES: Final = ("given_names", "family_name", "other_names")
EARLIEST: Final = date(1900, 1, 1)


class RecordIdentity(Said):
    """Whether a name was given and, if it was, what is known; what is left empty stays as it was."""

    identity = Choice(IdentityState, missing=N_("Choose whether the person gave a name."))
    given_names = Text()
    family_name = Text()
    other_names = Text()
    birth_date = Day(load_default=None)
    birth_date_is_estimate = Answered(load_default=False)
    nationality = Text()
    nrm_reference = Text()
    crime_references = Text(PARAGRAPH)
    document_numbers = Text(PARAGRAPH)

    @validates_schema
    def born_before_today(self, said: dict[str, Any], **_: object) -> None:
        """Somebody's date of birth has passed."""
        born = said.get("birth_date")
        if born is not None and not EARLIEST <= born <= ReadingBy.get().today:
            raise ValidationError(N_("Enter a date of birth that has passed."), "birth_date")

    @post_load
    def estimated(self, said: dict[str, Any], **_: object) -> dict[str, Any]:
        """Whether a date of birth is an estimate is said of one that was given, and sealed as a word."""
        word = "yes" if said["birth_date_is_estimate"] else "no"
        return {**said, "birth_date_is_estimate": word if said.get("birth_date") else ""}


class ChangeIdentity(RecordIdentity):
    """The same of a case that there is. None clears what is recorded; what is left out stays as it was."""

    given_names = Text(allow_none=True)
    family_name = Text(allow_none=True)
    other_names = Text(allow_none=True)
    birth_date = Day(allow_none=True)
    nationality = Text(allow_none=True)
    nrm_reference = Text(allow_none=True)
    crime_references = Text(PARAGRAPH, allow_none=True)
    document_numbers = Text(PARAGRAPH, allow_none=True)


REMOVABLE: Final = tuple(name for name, each in ChangeIdentity().fields.items() if each.allow_none)
"""What can be cleared by itself."""


class CorrectIdentity(RecordIdentity):
    """The same on its page, whose boxes are empty: what is to be removed is ticked."""

    birth_date = Day()
    remove = fields.List(Text(), load_default=list, validate=FEW)

    @validates_schema
    def of_one_mind(self, said: dict[str, Any], **_: object) -> None:
        """What is removed is not written anew."""
        removed = said.get("remove", ())
        if not set(removed) <= set(REMOVABLE):
            raise ValidationError(N_("Choose from the list."), "remove")
        if both := [name for name in removed if said.get(name)]:
            raise ValidationError({name: [N_("Write it anew, or remove it: not both.")] for name in both})

    @post_load
    def removed(self, said: dict[str, Any], **_: object) -> dict[str, Any]:
        """What is ticked is cleared, as by a program that says None."""
        return {name: each for name, each in said.items() if name != "remove"} | dict.fromkeys(said["remove"])


class SayWhy(Said):
    """Why somebody asks to see who people are: a purpose of the list, and their own words."""

    purpose = Code("reveal_purposes", missing=N_("Choose what you need this for."))
    words = Text(PARAGRAPH, missing=N_("Say in your own words why you need this now."))


class RevealIdentity(SayWhy, Worded):
    """Why somebody asks to see what is sealed of one case."""
