"""What the API shows of unusual accesses to an auditor's program: nothing that is sealed, and no name."""

from marshmallow import Schema, fields

from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.schemas.shown import PageShown, one_of, told
from casetrack.schemas.shown_log import EntryShown


class VolumeShown(Schema):
    """How much an account opened on one day, or was shown by lists and searches, and what is usual of it."""

    opened = fields.Integer(**told("How many cases, or people."))
    usual = fields.Float(**told("The median of its last 28 days of work."))
    of_many = fields.Boolean(**told("What was counted are the people whom lists of names and searches showed."))


class ReviewShown(Schema):
    """What an auditor said came of an unusual access; never the words."""

    id = fields.UUID()
    at = fields.DateTime()
    account = fields.UUID(**told("The id of the auditor's account."))
    disposition = one_of(Disposition, allow_none=True)
    entries = fields.Integer(**told("How many entries the access had then."))


class OccasionShown(Schema):
    """What one account did with one case on one day, or how much on the whole day, where that is unusual."""

    first = fields.Nested(EntryShown, **told("The entry that it began with."))
    of_day = fields.Boolean(**told("It is about how much was opened on the whole day."))
    reference = fields.String(**told("The case that it was of, or what was asked for and refused.", allow_none=True))
    entries = fields.List(fields.UUID(), **told("The ids of all its entries."))
    reasons = fields.List(one_of(Reason), **told("Why it is unusual."))
    volume = fields.Nested(VolumeShown, allow_none=True)
    review = fields.Nested(ReviewShown, **told("The newest, if anybody said what came of it.", allow_none=True))


class OccasionsShown(PageShown):
    """One page of unusual accesses."""

    items = fields.List(fields.Nested(OccasionShown))
