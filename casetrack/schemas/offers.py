"""What the API shows of transfers, field by field.

The preview is what the sender wrote for the receiver to read before it answers: it leaves for those two alone.
"""

from marshmallow import Schema, fields

from casetrack.domain.holdings import Strand
from casetrack.domain.progress import Status
from casetrack.domain.transfer import TransferKind, TransferState
from casetrack.schemas.shown import HOLDER, CaseCardShown, MilestoneShown, PageShown, one_of, told
from casetrack.schemas.transfers import Handed
from casetrack.services.caseload import Whose


class TransferShown(Schema):
    """Where an offer stands."""

    id = fields.UUID()
    version = fields.Integer(**told("The same as the ETag, in figures."))
    state = one_of(TransferState)
    kind = one_of(TransferKind)
    strands = fields.List(one_of(Strand))
    from_holder = fields.String(**told(HOLDER))
    to_holder = fields.String(**told(HOLDER))
    reason = fields.String()
    already_moved = fields.Boolean(**told("Whether the person had moved when the offer was sent."))
    high_risk = fields.Boolean()
    sent_at = fields.DateTime()
    seen_at = fields.DateTime(allow_none=True)
    answered_at = fields.DateTime(allow_none=True)
    decline_reason = fields.String(allow_none=True)


class PointShown(Schema):
    """Where one point of the handover checklist stands."""

    code = fields.String()
    answer = one_of(Handed)
    words = fields.String()


class StandingShown(Schema):
    """Where a milestone stood when the offer was sent."""

    code = fields.String()
    status = one_of(Status)
    due_on = fields.Date(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    not_before = fields.Date(allow_none=True)


class PreviewShown(Schema):
    """What the sender chose to share."""

    risks = fields.String()
    needs = fields.List(fields.String())
    language = fields.String()
    unsafe_areas = fields.String()
    outstanding = fields.List(fields.String(), **told("Codes of milestones that are still to be done."))
    standings = fields.List(
        fields.Nested(StandingShown), **told("Where those stood when the offer was sent; empty once it is answered.")
    )
    tonight = fields.String()
    phone = fields.String(**told("A number of the sender's that is answered at any hour."))
    checklist = fields.List(fields.Nested(PointShown))
    accurate = fields.Boolean()


class OfferShown(TransferShown):
    """An offer to one of its two sides. The sender has the preview; whoever is to answer reads it signed in."""

    reference = fields.String()
    pseudonym = fields.String()
    case_changed = fields.Boolean(
        allow_none=True,
        **told("To whoever has the case: it has changed since the offer was sent. Null once the offer is answered."),
    )
    preview = fields.Nested(PreviewShown, allow_none=True)
    answer = fields.String(**told("What the receiver wrote when it answered."))


class OfferCardShown(Schema):
    """An offer as a list shows it."""

    id = fields.UUID()
    reference = fields.String()
    pseudonym = fields.String()
    state = one_of(TransferState)
    strands = fields.List(one_of(Strand))
    from_holder = fields.String(**told(HOLDER))
    to_holder = fields.String(**told(HOLDER))
    reason = fields.String()
    already_moved = fields.Boolean()
    high_risk = fields.Boolean()
    sent_at = fields.DateTime()
    answered_at = fields.DateTime(allow_none=True)


class TransfersShown(PageShown):
    """One page of offers."""

    items = fields.List(fields.Nested(OfferCardShown))


class CaseTransfersShown(Schema):
    """Every offer of one case that one's own organisation may know of, oldest first."""

    items = fields.List(fields.Nested(TransferShown))


class LegShown(Schema):
    """One organisation's time of responsibility for a strand; without an end it is responsible now."""

    strand = one_of(Strand)
    holder = fields.String(**told(HOLDER))
    since = fields.DateTime()
    until = fields.DateTime(allow_none=True)
    transfer = fields.UUID(attribute="via", allow_none=True)


class JourneyShown(Schema):
    """Who was responsible when, each offer, and the milestones that were met along the way."""

    reference = fields.String()
    legs = fields.List(fields.Nested(LegShown))
    transfers = fields.List(fields.Nested(TransferShown))
    milestones = fields.List(fields.Nested(MilestoneShown))


class CountsShown(Schema):
    """How much waits among the open cases of one's own organisation."""

    overdue = fields.Integer()
    due_soon = fields.Integer()
    waiting = fields.Integer()
    transfers = fields.Integer()


class CaseloadShown(Schema):
    """My work: the counts, and the first few of what is late, due or offered."""

    whose = one_of(Whose)
    counts = fields.Nested(CountsShown)
    overdue = fields.List(fields.Nested(CaseCardShown))
    due_soon = fields.List(fields.Nested(CaseCardShown))
    inbox = fields.List(fields.Nested(OfferCardShown))
