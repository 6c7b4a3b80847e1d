"""What the API shows of the auditors' desk to an auditor's program, within their scope. People are accounts there."""

from marshmallow import Schema, fields

from casetrack.domain.actors import Role
from casetrack.domain.disclosures import Regime
from casetrack.domain.holdings import Part, Strand
from casetrack.schemas.shown import PageShown, one_of, told
from casetrack.schemas.shown_log import EntriesShown, EntryShown
from casetrack.services.audit_checkpoints import Verdict


class LogStateShown(Schema):
    """How far the log is."""

    size = fields.Integer(**told("How many entries the newest checkpoint has signed."))
    signed_at = fields.DateTime(**told("When it was signed; none before the first.", allow_none=True))
    waiting = fields.Integer(**told("How many events have no place in the log yet."))
    waited = fields.Integer(**told("For how many seconds the oldest of them has waited."))
    late = fields.Boolean(**told("That is longer than it may be: nobody sequences the log."))


class TallyShown(Schema):
    """How often an organisation, or everybody, was at a case."""

    holder = fields.String(**told("The code of the organisation; none of everybody together.", allow_none=True))
    people = fields.Integer()
    looked = fields.Integer()
    changed = fields.Integer()
    refused = fields.Integer()


class PersonAtCaseShown(Schema):
    """How often somebody was at a case. What a list or a search showed was looked at."""

    account = fields.UUID(**told("The id of an account; none of what nobody signed in to do.", allow_none=True))
    holder = fields.String(**told("The code of that account's organisation, then.", allow_none=True))
    looked = fields.Integer()
    changed = fields.Integer()
    refused = fields.Integer()
    first = fields.DateTime()
    last = fields.DateTime()


class CaseAuditedShown(Schema):
    """Everybody who was at a case, and a page of the entries about it."""

    everybody = fields.Nested(TallyShown)
    organisations = fields.List(fields.Nested(TallyShown))
    people = fields.List(fields.Nested(PersonAtCaseShown), **told("Whoever was there last comes first."))
    entries = fields.Nested(EntriesShown, attribute="page")


class DepartureShown(Schema):
    """What left casetrack. What somebody wrote of it is sealed, and shown to whoever has the case."""

    id = fields.UUID(attribute="card.id", **told("The id of the entry of the log that says it."))
    at = fields.DateTime(attribute="card.at")
    event = fields.String(**told("What happened; empty of an entry that is not as casetrack writes them."))
    reference = fields.String(
        attribute="card.reference", **told("None of what is of no case, or of one that was erased.", allow_none=True)
    )
    account = fields.UUID(attribute="card.account", allow_none=True)
    on = fields.Date(**told("The day on which it left.", allow_none=True))
    sender = fields.String(**told("The code of the organisation that it left.", allow_none=True))
    recipient = fields.String(
        **told("The code of the organisation that has it, if casetrack knows it.", allow_none=True)
    )
    kind = fields.String(**told("What kind of recipient."))
    reason = fields.String(**told("What it was disclosed for."))
    basis = fields.String(**told("The lawful basis, of a sender under the UK GDPR.", allow_none=True))
    from_regime = one_of(Regime, allow_none=True)
    to_regime = one_of(Regime, allow_none=True)
    parts = fields.List(one_of(Part))


class RegisterShown(PageShown):
    """One page of the disclosure register."""

    items = fields.List(fields.Nested(DepartureShown))


class ErasureToldShown(Schema):
    """A case that was erased: by which two people, and under which rule."""

    id = fields.UUID(attribute="erased.id", **told("The id of the entry of the log that says it."))
    at = fields.DateTime(attribute="erased.at")
    case = fields.UUID(attribute="erased.case", **told("Its id: a case that was erased has no reference."))
    holders = fields.List(fields.String(), **told("Codes of those that were responsible, or asked to agree."))
    rule = fields.String(**told("The code of the rule under which it was erased."))
    reason = fields.String()
    repeated = fields.Boolean(**told("It was erased once more, from a copy of the database that was put back."))
    proposed_by = fields.UUID(
        attribute="proposed.account", **told("The account; none out of the auditor's scope.", allow_none=True)
    )
    proposed_at = fields.DateTime(attribute="proposed.at", allow_none=True)
    approved_by = fields.UUID(attribute="erased.account", allow_none=True)


class ErasuresToldShown(PageShown):
    """One page of what was erased."""

    items = fields.List(fields.Nested(ErasureToldShown))


class SignInsShown(Schema):
    """How often an account was signed in to."""

    opened = fields.Integer()
    failed = fields.Integer(**told("How often somebody failed to sign in as it."))
    first = fields.DateTime(allow_none=True)
    last = fields.DateTime(allow_none=True)
    refused = fields.Integer(**told("How often it was refused something, once signed in."))


class CaseOfAccountShown(Schema):
    """A case that an account was at."""

    reference = fields.String(**told("None of one that was erased, or that you may not know by it.", allow_none=True))
    opened = fields.Integer()
    revealed = fields.Integer()
    changed = fields.Integer()
    first = fields.DateTime()
    last = fields.DateTime()


class AccountAuditedShown(Schema):
    """What one account did, and what was done about it."""

    account = fields.UUID(attribute="account.id")
    holder = fields.String(attribute="account.holder", **told("The code of its organisation."))
    own = fields.Boolean(
        attribute="is_own",
        **told(
            "It is of your own organisation, or you audit every one. If not, only what it did with your cases is told."
        ),
    )
    told_of = fields.List(
        fields.Nested(EntryShown), attribute="told", **told("What was done about it, the newest first.")
    )
    sign_ins = fields.Nested(SignInsShown)
    cases = fields.List(
        fields.Nested(CaseOfAccountShown), attribute="cases.items", **told("Those that it was last at.")
    )
    number_of_cases = fields.Integer(attribute="cases.total")
    entries = fields.Nested(EntriesShown, attribute="page")


class AbleShown(Schema):
    """An account that could have opened a case."""

    account = fields.UUID()
    role = one_of(Role)
    since = fields.DateTime()
    until = fields.DateTime(**told("When it was closed.", allow_none=True))
    parts = fields.List(one_of(Part), **told("What of the case it could be shown."))


class ResponsibleShown(Schema):
    """An organisation that was responsible for some of a case."""

    holder = fields.String(**told("The code of the organisation."))
    strands = fields.List(one_of(Strand))
    parts = fields.List(one_of(Part))
    since = fields.DateTime()
    people = fields.List(
        fields.Nested(AbleShown),
        **told("Who of it could have; none where that is for its own auditors to know.", allow_none=True),
    )


class ThenShown(Schema):
    """Who could have opened a case at an instant that has passed. It says nothing of whether they did."""

    at = fields.DateTime()
    known = fields.Boolean(attribute="is_known", **told("You may know who was responsible then."))
    responsible = fields.List(fields.Nested(ResponsibleShown))
    passed_on = fields.List(fields.String(), **told("Codes of organisations that had been responsible before."))
    journal_agrees = fields.Boolean(
        attribute="is_told_so",
        **told("The journal tells of the same; none where you do not read all that it says of that.", allow_none=True),
    )


class ComparisonShown(Schema):
    """What came of holding an older checkpoint against the log."""

    verdict = one_of(
        Verdict,
        **told(
            "None where it could not be told: for lack of time or, if `why` is not empty, for that.", allow_none=True
        ),
    )
    size = fields.Integer(**told("How many entries the checkpoint has promised."))
    entries = fields.Integer(**told("How many the log's own newest checkpoint has."))
    why = fields.String()
