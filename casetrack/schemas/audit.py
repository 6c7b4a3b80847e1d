"""What an auditor asks of the log."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.errors import MistypedReference
from casetrack.domain.ids import Instant
from casetrack.domain.references import Reference, read_reference
from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, UNSEEN, Choice, Day, Known, Moment, Text, Whole, says
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.services.audit import Use, purposes
from casetrack.services.lists import Outcome

LONGEST_CHECKPOINT: Final = 5000
"""How many characters: more than a checkpoint has that sixteen witnesses have signed too."""


class CaseReference(fields.String):
    """The reference of a case, however it was typed."""

    default_error_messages = says(required=N_("Enter a reference."), invalid=N_("Enter a reference."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Reference:  # noqa: ANN401 - whatever was sent
        try:
            return read_reference(str(super()._deserialize(value, attr, data, **more)))
        except MistypedReference as refused:
            raise ValidationError(refused.sentence) from None


class AnyHolder(fields.String):
    """An organisation, past or present, by its code: the log is older than today's list."""

    default_error_messages = says(
        required=N_("Choose an organisation."), invalid=N_("Choose an organisation from the list.")
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        code = str(super()._deserialize(value, attr, data, **more))
        if code not in ReadingBy.get().holders.by_code:
            raise self.make_error("invalid")
        return code


class DoneFor(fields.String):
    """What something was done for, by its code, past or present: the log is older than today's list."""

    default_error_messages = says(required=N_("Choose a purpose."), invalid=N_("Choose a purpose from the list."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        code = str(super()._deserialize(value, attr, data, **more))
        if code not in purposes(ReadingBy.get().facts):
            raise self.make_error("invalid")
        return code


class Passed(Moment):
    """An instant that has passed, by its day: that of today has begun to."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Instant:  # noqa: ANN401 - whatever was sent
        at = super()._deserialize(value, attr, data, **more)
        if london_date(at) > ReadingBy.get().today:
            raise ValidationError(N_("Enter a date that has passed."))
        return at


class SignedNote(fields.String):
    """A signed note as somebody kept it. A browser ends lines in its own way: here they end as they were signed."""

    default_error_messages = says(
        required=N_("Choose the file of a checkpoint, or paste one."),
        invalid=N_("Choose the file of a checkpoint, or paste one."),
        long=N_("That is longer than any checkpoint. Choose the file in which one was kept, and nothing else."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        note = str(super()._deserialize(value, attr, data, **more)).replace("\r\n", "\n").strip()
        if not note or UNSEEN.search(note):
            raise self.make_error("required")
        if len(note) >= LONGEST_CHECKPOINT:
            raise self.make_error("long")
        return f"{note}\n"


class OpenLog(Said):
    """Which of the four lawful uses the log is opened for."""

    use = Choice(Use, missing=N_("Choose what you open the log for."))


class OpenDesk(OpenLog):
    """The same, and why, in the auditor's own words: sealed to the audit desk, so they stand in no address."""

    words = Text(PARAGRAPH)


class SearchAudit(Said):
    """Which entries are asked for: codes and dates only, because this stands in an address."""

    reference = CaseReference(load_default=None)
    account = Known(load_default=None)
    holder = AnyHolder(load_default=None)
    action = Choice(Action, load_default=None)
    purpose = DoneFor(load_default=None)
    outcome = Choice(Outcome, load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    page = Whole(load_default=1)

    @validates_schema
    def in_order(self, said: Mapping[str, Any], **_: object) -> None:
        """The first day is not after the last."""
        since, until = said.get("since"), said.get("until")
        if since and until and since > until:
            raise ValidationError(N_("Enter a last day that is not before the first."), "until")


class AskAudit(OpenLog, SearchAudit):
    """Both in one, as a program asks: it keeps nothing from one call to the next."""


class ExportAudit(Said):
    """Of which entries somebody is given the payloads: of one case, of some days, or of a case on some days."""

    reference = CaseReference(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    holder = AnyHolder(load_default=None)

    @validates_schema
    def of_something(self, said: Mapping[str, Any], **_: object) -> None:
        """A case or both days are said, and the first day is not after the last."""
        since, until = said.get("since"), said.get("until")
        if said.get("reference") is None and since is None and until is None:
            raise ValidationError(N_("Enter a case reference, or the days from which and to which."), "reference")
        if (since is None) != (until is None):
            missing = (
                ("since", N_("Enter the first day too.")) if since is None else ("until", N_("Enter the last day too."))
            )
            raise ValidationError(missing[1], missing[0])
        if since and until and since > until:
            raise ValidationError(N_("Enter a last day that is not before the first."), "until")


class AskExport(OpenLog, ExportAudit):
    """Both in one, as a program asks."""


class FindCase(Said):
    """Which case is looked at, by its reference."""

    reference = CaseReference(required=True)


class LookAt(OpenLog):
    """What the log is opened for, and which page of the entries is looked at, as a program asks."""

    page = Whole(load_default=1)


class SayWhen(Said):
    """As at which instant somebody asks who could have opened a case: a date, and a time in London."""

    at = Passed(required=True)


class AskThen(OpenLog, SayWhen):
    """Both in one, as a program asks."""


class CompareCheckpoint(Said):
    """The older checkpoint that the log is held against."""

    checkpoint = SignedNote(required=True)


class AskComparison(OpenDesk, CompareCheckpoint):
    """Both in one, as a program asks."""


class FindAccount(Said):
    """Whose doings are looked for, by the name that they sign in by: it stands in no address."""

    name = Text(missing=N_("Enter a sign-in name."))
