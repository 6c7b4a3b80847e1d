"""What the API shows of the log to an auditor's program."""

from marshmallow import Schema, fields

from casetrack.domain.actions import Action
from casetrack.schemas.shown import PageShown, told


class EntryShown(Schema):
    """An entry of the log: who did what, when, and exactly what was signed. Words that were typed are sealed."""

    id = fields.UUID()
    at = fields.DateTime()
    position = fields.Integer(
        **told("Its place in the log; none before it has one.", attribute="leaf", allow_none=True)
    )
    action = fields.Enum(Action, by_value=fields.String, allow_none=True)
    account = fields.UUID(**told("The id of an account; none of what nobody signed in to do.", allow_none=True))
    holder = fields.String(**told("The code of that account's organisation, then.", allow_none=True))
    reference = fields.String(**told("The case that it is about, if it is about one.", allow_none=True))
    payload = fields.Dict(**told("What was signed, as docs/formats/audit-log.md describes it."))


class EntriesShown(PageShown):
    """One page of entries."""

    items = fields.List(fields.Nested(EntryShown))


class FindingShown(Schema):
    """Something that is not as it was recorded."""

    about = fields.String(**told("What kind of thing it is."))
    name = fields.String(**told("Which one; told only to auditors of every organisation.", allow_none=True))
    sentence = fields.String()


class VerificationShown(Schema):
    """What checking everything has found: nothing, if it is all as it was recorded."""

    holds = fields.Boolean(
        **told("Everything is as it was recorded; none where that is not known, for lack of time.", allow_none=True)
    )
    whole = fields.Boolean(
        **told("Everything was checked. If not, there was no time: `casetrack audit verify --database` does it whole.")
    )
    findings = fields.List(fields.Nested(FindingShown))
    entries = fields.Integer(
        **told("How many the log has; none where it is not as signed, or was not checked.", allow_none=True)
    )
    unsigned = fields.Integer(**told("How many of them no checkpoint has signed yet.", allow_none=True))
    checkpoint = fields.String(**told("The newest signed note, which you hold now; empty if none can be given out."))
