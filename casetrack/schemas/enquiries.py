"""What is said of an enquiry: who is meant, over which days and why; and whether a second auditor agrees."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from casetrack.domain.enquiries import check_named
from casetrack.domain.errors import RuleBroken
from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, Choice, Day, Text
from casetrack.schemas.persons import SayWho, known_of
from casetrack.schemas.terms import ReadingBy
from casetrack.schemas.wording import Worded
from casetrack.services.enquiries import Enquired


class AskEnquiry(SayWho, Worded):
    """Who is meant, by what is known of them; over which days; and why, for the second auditor."""

    since = Day(required=True, error_messages={"required": N_("Enter the first day.")})
    until = Day(required=True, error_messages={"required": N_("Enter the last day.")})
    words = Text(PARAGRAPH, missing=N_("Say why, for the auditor who decides."))

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, said: Mapping[str, Any], **_: object) -> None:
        """The first day is not after the last, and that has come."""
        if said["since"] > said["until"]:
            raise ValidationError(N_("Enter a last day that is not before the first."), "until")
        if said["until"] > ReadingBy.get().today:
            raise ValidationError(N_("Enter a last day that is not in the future."), "until")

    @validates_schema(skip_on_field_errors=True)
    def born(self, said: Mapping[str, Any], **_: object) -> None:
        """A name comes with a birth."""
        try:
            check_named(known_of(said))
        except RuleBroken as refused:
            raise ValidationError(refused.sentence, "birth") from None

    @post_load
    def asked(self, said: Mapping[str, Any], **_: object) -> dict[str, Any]:
        """Who is meant and over which days, and why."""
        enquired = Enquired(known_of(said), said["since"], said["until"])
        return {"asked": enquired, "words": said["words"], "keep": said["keep"]}


class Decision(StrEnum):
    """What becomes of an enquiry that waits."""

    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class DecideEnquiry(Worded):
    """Whether it is answered: whoever does not agree says why."""

    decision = Choice(Decision, missing=N_("Choose whether you agree."))
    words = Text(PARAGRAPH)

    @validates_schema(skip_on_field_errors=True)
    def why(self, said: Mapping[str, Any], **_: object) -> None:
        """Not to agree has a reason."""
        if said["decision"] is Decision.REFUSE and not said["words"].strip():
            raise ValidationError(N_("Say why you do not agree."), "words")
