"""What the API shows where two people are needed: proposals, legal holds, and what is left of an erased case."""

from marshmallow import Schema, fields

from casetrack.domain.proposals import ProposalKind, ProposalState
from casetrack.schemas.shown import HOLDER, PageShown, told

ACCOUNT = "The id of an account."


class ProposalShown(Schema):
    """Where a proposal stands; never the words that its proposer wrote to the second person."""

    id = fields.UUID()
    version = fields.Integer(**told("The same as the ETag, in figures."))
    kind = fields.Enum(ProposalKind, by_value=fields.String)
    case = fields.UUID(**told("The id of the case, as the log has it.", allow_none=True))
    state = fields.Enum(ProposalState, by_value=fields.String)
    rule = fields.String(**told("A code of the list of its kind; of a legal hold, what that was set for."))
    reason = fields.String()
    from_holder = fields.String(**told(HOLDER))
    to_holder = fields.String(**told("The code of the organisation whose person decides."))
    proposed_by = fields.UUID(**told(ACCOUNT))
    proposed_at = fields.DateTime()
    until = fields.DateTime(**told("When it expires, if nobody has decided on it by then."))
    decided_by = fields.UUID(**told(ACCOUNT, allow_none=True))
    decided_at = fields.DateTime(allow_none=True)


class ProposalCardShown(Schema):
    """A proposal as a list shows it."""

    proposal = fields.Nested(ProposalShown)
    reference = fields.String(**told("Nothing of a case that was erased.", allow_none=True))
    pseudonym = fields.String(allow_none=True)


class ProposalsShown(PageShown):
    """One page of proposals."""

    items = fields.List(fields.Nested(ProposalCardShown))


class HoldShown(Schema):
    """A legal hold that stands: nothing of its case is erased."""

    id = fields.UUID()
    reason = fields.String(**told("A code of the list of what a case is kept for."))
    holder = fields.String(**told(HOLDER))
    set_by = fields.UUID(**told(ACCOUNT))
    set_at = fields.DateTime()


class HoldsShown(Schema):
    """Every legal hold that stands on one case, oldest first."""

    reference = fields.String()
    items = fields.List(fields.Nested(HoldShown))


class ErasureCardShown(Schema):
    """An erasure as a list shows it."""

    case = fields.UUID(**told("The id of the case, as the log has it."))
    rule = fields.String()
    erased_at = fields.DateTime()


class ErasuresShown(PageShown):
    """One page of erasures."""

    items = fields.List(fields.Nested(ErasureCardShown))


class SignedBy(Schema):
    """Whose signature it is: the organisation of the second person, by which version of its keys."""

    holder = fields.String(**told(HOLDER))
    keyset = fields.Integer()
    signature = fields.String(**told("Hexadecimal."))


class KeysetShown(Schema):
    """The public half of a version of an organisation's keys; each of them is hexadecimal."""

    holder = fields.String(**told(HOLDER))
    version = fields.Integer()
    kem_public = fields.String()
    sign_public = fields.String()
    certificate = fields.String()


class PlaceShown(Schema):
    """Where the erasure is in the log."""

    event = fields.UUID()
    position = fields.Integer(**told("Null until it is sequenced.", allow_none=True))


class CertificateShown(Schema):
    """A certificate of erasure, whole: saved as it is, `casetrack audit certificate` checks it."""

    format = fields.String()
    deployment = fields.String()
    form = fields.Dict(**told("The tombstone of the case, exactly as it was signed."))
    seal = fields.Nested(SignedBy)
    keysets = fields.List(fields.Nested(KeysetShown))
    service = fields.Nested(KeysetShown)
    log = fields.Nested(PlaceShown)
