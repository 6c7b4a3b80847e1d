"""What an auditor asks of the log."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from casetrack.domain.actions import Action
from casetrack.domain.errors import MistypedReference
from casetrack.domain.references import Reference, read_reference
from casetrack.domain.words import N_
from casetrack.schemas.fields import Choice, Day, Known, Text, Whole, says
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.services.audit import Use
from casetrack.services.lists import Outcome


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


class OpenLog(Said):
    """Which of the four lawful uses the log is opened for."""

    use = Choice(Use, missing=N_("Choose what you open the log for."))


class SearchAudit(Said):
    """Which entries are asked for: codes and dates only, because this stands in an address."""

    reference = CaseReference(load_default=None)
    account = Known(load_default=None)
    holder = AnyHolder(load_default=None)
    action = Choice(Action, load_default=None)
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


class FindAccount(Said):
    """Whose doings are looked for, by the name that they sign in by: it stands in no address."""

    name = Text(missing=N_("Enter a sign-in name."))
