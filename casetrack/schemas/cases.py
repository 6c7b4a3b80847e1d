"""What is said of cases."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from casetrack.domain.case import AgeGroup, BeginReason, IdentityState, Status
from casetrack.domain.catalogue import Phase
from casetrack.domain.holdings import Strand
from casetrack.domain.words import N_
from casetrack.schemas.contacts import RecordContact
from casetrack.schemas.fields import (
    PARAGRAPH,
    Answered,
    Area,
    CaseName,
    Choice,
    Code,
    Known,
    Organisation,
    Several,
    Text,
    Whole,
)
from casetrack.schemas.identity import NAMES, RecordIdentity
from casetrack.schemas.said import Said
from casetrack.schemas.wording import Worded
from casetrack.services.lists import Due, Sort

EVERY_STATUS: Final = "any"


class PlaceCase(Said):
    """The areas of exploitation, home and encounter, each apart from the others."""

    exploitation = Area(load_default=None)
    home = Area(load_default=None)
    encounter = Area(load_default=None)


class ChooseStrands(Said):
    """What the person wants of the opener's organisation."""

    strands = Several(Strand, required=True)

    @validates_schema
    def some(self, said: dict[str, Any], **_: object) -> None:
        """A case without a strand would have nobody responsible."""
        if not said.get("strands"):
            raise ValidationError(N_("Choose at least one: support, or investigation."), "strands")


class SayAge(Said):
    """Which rules of age apply."""

    age_group = Choice(AgeGroup, missing=N_("Choose adult, child, or not sure."))


class SayIdentity(RecordIdentity):
    """What is known of who the person is when a case is opened."""

    @validates_schema
    def named(self, said: dict[str, Any], **_: object) -> None:
        """Somebody who gave a name has one."""
        if said.get("identity") is IdentityState.GIVEN and not any(said.get(name) for name in NAMES):
            raise ValidationError(N_("Enter the name that the person gave, or choose another answer."), "given_names")


class OpenCase(ChooseStrands, SayAge, PlaceCase, SayIdentity, RecordContact):
    """Everything that may be said when a case is opened; a name is never needed."""


class AssignCase(Said):
    """Which worker has which strand."""

    strand = Choice(Strand, missing=N_("Choose support or investigation."))
    worker = Known(required=True, error_messages={"required": N_("Choose a worker.")})


class CloseCase(Worded):
    """Nobody works on the case any more, for a reason of the list and in the worker's own words."""

    reason = Code("close_reasons", missing=N_("Choose why the case is closed."))
    words = Text(PARAGRAPH)


class ReopenCase(Worded):
    """Why somebody works on the case again."""

    words = Text(PARAGRAPH, missing=N_("Say why the case is opened again."))


class BeginStrand(Worded):
    """The strand that the case lacks; of an investigation, whether the person has agreed, or why it must begin without.

    The words are for auditors alone.
    """

    strand = Choice(Strand, missing=N_("Choose support or investigation."))
    reason = Choice(BeginReason, load_default=None)
    words = Text(PARAGRAPH)

    @validates_schema
    def grounded(self, said: dict[str, Any], **_: object) -> None:
        """An investigation begins on a ground, and support needs none."""
        reason = said["reason"]
        if said["strand"] is not Strand.INVESTIGATION:
            if reason is not None:
                raise ValidationError(N_("This was not asked for."), "reason")
        elif reason is None:
            raise ValidationError(N_("Choose whether the person has agreed."), "reason")
        elif reason is BeginReason.WITHOUT_AGREEMENT and not said["words"]:
            raise ValidationError(N_("Say why it must begin although the person has not agreed."), "words")


class FindCase(Said):
    """The reference or the pseudonym of a case, whole."""

    name = CaseName(required=True)


class ListCases(Said):
    """Which cases a list shows, in what order: codes only, because this stands in an address."""

    status = fields.String(load_default=Status.OPEN.value, validate=OneOf((*Status, EVERY_STATUS)))
    worker = Known(load_default=None)
    lead = Organisation(load_default=None)
    phase = Choice(Phase, load_default=None)
    due = Choice(Due, load_default=None)
    waiting = Answered(load_default=False)
    offered = Answered(load_default=False)
    passed_on = Answered(load_default=False)
    sort = Choice(Sort, load_default=Sort.DUE)
    descending = Answered(load_default=False)
    page = Whole(load_default=1)
