"""What an auditor asks of unusual accesses, and says of one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from marshmallow import ValidationError, post_load, validates_schema

from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.domain.words import N_
from casetrack.schemas.audit import AnyHolder, OpenLog
from casetrack.schemas.fields import PARAGRAPH, Answered, Choice, Day, Known, Text, Whole
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.services.occasions import Stands
from casetrack.services.unusual import LONGEST

A_WEEK: Final = timedelta(days=6)
"""From the first day of it to the last."""


class ListUnusual(Said):
    """Which unusual accesses are asked for: codes and dates only, because this stands in an address.

    Without a last day it is today, and without a first a week goes before the last.
    """

    reason = Choice(Reason, load_default=None)
    stands = Choice(Stands, load_default=None)
    holder = AnyHolder(load_default=None)
    account = Known(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)
    page = Whole(load_default=1)

    @post_load
    def days_filled_in(self, said: dict[str, Any], **_: object) -> dict[str, Any]:
        """Both days are said, and the page is one that there can be."""
        until = said["until"] or ReadingBy.get().today
        return said | {"until": until, "since": said["since"] or until - A_WEEK, "page": max(1, said["page"])}

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, said: Mapping[str, Any], **_: object) -> None:
        """The first day is not after the last, and the two are not far apart."""
        since, until = said["since"], said["until"] or ReadingBy.get().today
        if since and since > until:
            raise ValidationError(N_("Enter a last day that is not before the first."), "until")
        if since and (until - since).days >= LONGEST:
            raise ValidationError(N_("Ask for at most 31 days at a time. Enter an earlier last day."), "until")


class AskUnusual(OpenLog, ListUnusual):
    """Both in one, as a program asks: it keeps nothing from one call to the next."""


class ReviewUnusual(Said):
    """What came of an unusual access, and why."""

    disposition = Choice(Disposition, missing=N_("Choose what came of it."))
    words = Text(PARAGRAPH, missing=N_("Say what you found out."))


class RecordReview(OpenLog, ReviewUnusual):
    """The same with what the log is opened for, as a program says it; and whether it is about the whole day."""

    of_day = Answered(load_default=False)
