"""What is said of disclosures: what was told to whom outside casetrack, and which of all of them somebody asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from casetrack.domain.factfiles import Facts
from casetrack.domain.holdings import Part
from casetrack.domain.words import N_
from casetrack.schemas.audit import AnyHolder, CaseReference, OpenLog
from casetrack.schemas.fields import PARAGRAPH, Code, Day, Organisation, Several, Text, Whole, says
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.schemas.wording import Worded
from casetrack.services.disclosures import reasons, recipient_kinds
from casetrack.services.register import ORGANISATION


class RecordDisclosure(Worded):
    """What was told of the person outside casetrack, to whom, when and what for."""

    kind = Code("recipient_kinds", missing=N_("Choose to whom it was told."))
    recipient = Organisation(load_default=None)
    on = Day(required=True, error_messages={"required": N_("Enter the day on which it was told.")})
    reason = Code("disclosure_purposes", missing=N_("Choose what it was told for."))
    basis = Code("lawful_bases", load_default=None)
    parts = Several(Part, required=True, error_messages={"required": N_("Choose what was told.")})
    words = Text(PARAGRAPH, missing=N_("Write to whom exactly, and what was told."))

    @validates_schema
    def organisation_named(self, said: Mapping[str, Any], **_: object) -> None:
        """An organisation that casetrack knows is named, and only where that is whom it was told to."""
        is_one, is_named = said.get("kind") == ORGANISATION, said.get("recipient") is not None
        if is_one and not is_named:
            raise ValidationError(N_("Choose which organisation."), "recipient")
        if is_named and not is_one:
            raise ValidationError(N_("Choose no organisation here, or say above that it was told to one."), "recipient")


class ListDisclosures(Said):
    """Which page of what left of a case."""

    page = Whole(load_default=1)


class ListedCode(fields.String):
    """A code of what disclosures are found by, past or present: the register is older than today's lists."""

    default_error_messages = says(required=N_("Choose one from the list."), invalid=N_("Choose one from the list."))

    def __init__(self, of: Callable[[Facts], Mapping[str, str]], **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Take what that function of the facts has words for."""
        super().__init__(**options)
        self.of = of

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        code = str(super()._deserialize(value, attr, data, **more))
        if code not in self.of(ReadingBy.get().facts):
            raise self.make_error("invalid")
        return code


class SearchDisclosures(Said):
    """Which disclosures an auditor asks for."""

    reference = CaseReference(load_default=None)
    sender = AnyHolder(load_default=None)
    recipient = AnyHolder(load_default=None)
    kind = ListedCode(recipient_kinds, load_default=None)
    reason = ListedCode(reasons, load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    page = Whole(load_default=1)

    @validates_schema
    def in_order(self, said: Mapping[str, Any], **_: object) -> None:
        """The first day is not after the last."""
        since, until = said.get("since"), said.get("until")
        if since and until and since > until:
            raise ValidationError(N_("Enter a last day that is not before the first."), "until")


class AskDisclosures(SearchDisclosures, OpenLog):
    """The same, and what the log is opened for, as a program asks."""
