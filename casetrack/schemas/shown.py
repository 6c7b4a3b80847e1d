"""What the API shows of cases, field by field: what is not named here does not leave. Nothing sealed is named."""

from enum import StrEnum
from typing import Any, Final

from marshmallow import Schema, fields

from casetrack.domain.actions import Action
from casetrack.domain.actors import Role
from casetrack.domain.case import AgeGroup, IdentityState, Status
from casetrack.domain.catalogue import AppliesTo, LimitKind, Phase, Responsible, RuleNation, Side, Unit
from casetrack.domain.clocks import Standing
from casetrack.domain.holders import HolderKind
from casetrack.domain.holdings import Part
from casetrack.domain.progress import Status as MilestoneStatus

HOLDER: Final = "The code of an organisation."
DAY: Final = "A day in London."


def told(says: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - marshmallow's own options
    """A field's options, with what the description of the API says of it."""
    return {"metadata": {"description": says}, **options}


def one_of(codes: type[StrEnum], **options: Any) -> fields.Enum[StrEnum]:  # noqa: ANN401 - marshmallow's own options
    """One of the codes of an enumeration."""
    return fields.Enum(codes, by_value=fields.String, **options)


class ByStrandShown(Schema):
    """Something of each strand that the case has; a strand that it does not have is left out."""

    support = fields.String()
    investigation = fields.String()


class SinceByStrandShown(Schema):
    """An instant of each strand that the case has; a strand that it does not have is left out."""

    support = fields.DateTime()
    investigation = fields.DateTime()


class AreasShown(Schema):
    """Police force areas, each apart from the others; who is responsible is not told from them."""

    exploitation = fields.String(**told(HOLDER, allow_none=True))
    home = fields.String(**told(HOLDER, allow_none=True))
    encounter = fields.String(**told(HOLDER, allow_none=True))


class ChangeShown(Schema):
    """A change that somebody else made: to which part of the case, and when."""

    version = fields.Integer()
    action = one_of(Action)
    part = fields.String(attribute="aspect")
    at = fields.DateTime()


class CaseShown(Schema):
    """A case to those who have it. Of one that was passed on: what `OF_A_STUB` names, and nothing else."""

    reference = fields.String(attribute="case.reference")
    pseudonym = fields.String(attribute="case.pseudonym")
    status = one_of(Status, attribute="case.status")
    opened_at = fields.DateTime(attribute="case.opened_at")
    responsible = fields.Nested(ByStrandShown, **told("Codes of organisations.", attribute="case.holdings.leads"))
    responsible_since = fields.Nested(SinceByStrandShown, attribute="case.holdings.led_since")
    version = fields.Integer(**told("The same as the ETag, in figures.", attribute="case.version"))
    close_reason = fields.String(attribute="case.close_reason", allow_none=True)
    nation = fields.String(attribute="case.nation")
    age_group = one_of(AgeGroup, attribute="case.age_group")
    identity = one_of(IdentityState, **told("Whether a name is recorded; never the name.", attribute="case.identity"))
    high_risk = fields.Boolean(attribute="case.is_high_risk")
    areas = fields.Nested(AreasShown, attribute="case.areas")
    workers = fields.Nested(ByStrandShown, **told("Ids of accounts.", attribute="case.workers"))
    parts = fields.List(one_of(Part), **told("What the keys of one's own organisation open."))
    may = fields.List(one_of(Action), **told("What this token may do with the case as it is."))
    changed_meanwhile = fields.List(
        fields.Nested(ChangeShown),
        **told("What else was changed, in other parts of the case, since the version in If-Match."),
    )


OF_A_STUB: Final = ("reference", "pseudonym", "opened_at", "responsible", "responsible_since")
"""What a former holder is shown of a case: what it was called when it went, and who is responsible now since when."""


class CaseCardShown(Schema):
    """A case as a list shows it."""

    reference = fields.String()
    pseudonym = fields.String()
    status = one_of(Status, **told("Not told of a case that one's own organisation passed on.", allow_none=True))
    opened_on = fields.Date(**told(DAY))
    responsible = fields.Nested(ByStrandShown, **told("Codes of organisations.", attribute="leads"))
    held = fields.Boolean(**told("False of a case that one's own organisation passed on."))
    worker = fields.UUID(**told("The id of an account.", allow_none=True))
    phase = fields.String()
    due = fields.Date(**told(DAY, allow_none=True))
    milestone = fields.String(
        **told("The code of what is due then; where nothing has a date, of what is to do at once.", allow_none=True)
    )
    do_now = fields.Boolean(**told("Something is to be done at once, which no day is given for."))
    waiting = fields.Boolean(**told("Somebody else's decision is awaited."))
    high_risk = fields.Boolean()
    offered_to = fields.String(**told(HOLDER, allow_none=True))


class PageShown(Schema):
    """Where a page stands in its list; the Link header leads to the others (RFC 8288)."""

    page = fields.Integer(attribute="number")
    pages = fields.Integer()
    total = fields.Integer()


class CasesShown(PageShown):
    """One page of cases."""

    items = fields.List(fields.Nested(CaseCardShown))


class LimitShown(Schema):
    """How long a milestone may take, and by what right."""

    value = fields.Integer()
    unit = one_of(Unit)
    kind = one_of(LimitKind)
    standing = one_of(Standing)


class RuleShown(Schema):
    """A milestone of the catalogue."""

    code = fields.String(attribute="rule.code")
    label = fields.String(attribute="rule.label")
    phase = one_of(Phase, attribute="rule.phase")
    strand = one_of(Side, attribute="rule.strand")
    responsible = one_of(Responsible, attribute="rule.responsible")
    duty = one_of(Standing)
    limit = fields.Nested(LimitShown, allow_none=True)
    applies_to = one_of(AppliesTo, attribute="rule.applies_to")
    nation = one_of(RuleNation, attribute="rule.nation")
    outcomes = fields.List(fields.String(), attribute="rule.outcomes")
    visible_to = one_of(Side, attribute="rule.visible_to")
    repeatable = fields.Boolean(attribute="rule.repeatable")


class CatalogueShown(Schema):
    """The milestones of one version of the field's facts."""

    version = fields.String()
    items = fields.List(fields.Nested(RuleShown))


class CodeShown(Schema):
    """One answer of a list."""

    code = fields.String()
    label = fields.String()


class CodeListShown(Schema):
    """The answers to one question that are offered today."""

    name = fields.String()
    items = fields.List(fields.Nested(CodeShown))


class CodeListsShown(Schema):
    """The lists of answers."""

    version = fields.String()
    lists = fields.List(fields.Nested(CodeListShown))


class MilestoneShown(Schema):
    """A milestone of a case as it stands now; of one whose dates give a birthday away, no date."""

    code = fields.String()
    label = fields.String()
    phase = one_of(Phase)
    status = one_of(MilestoneStatus)
    turn = fields.Integer(**told("Which time round, from 1; 0 before the first."))
    responsible = one_of(Responsible)
    standing = one_of(Standing, allow_none=True)
    outcome = fields.String(allow_none=True)
    sealed = fields.Boolean(**told("Its dates are not shown: they would give a sealed one away."))
    started_at = fields.DateTime(allow_none=True)
    due_on = fields.Date(**told(DAY, allow_none=True))
    due_at = fields.DateTime(**told("Of a limit in hours.", allow_none=True))
    not_before = fields.Date(**told(DAY, allow_none=True))
    days_left = fields.Integer(allow_none=True)
    limit_passed = fields.Boolean()
    met_at = fields.DateTime(allow_none=True)


class MilestonesShown(Schema):
    """Every milestone of a case that one's own strands see."""

    reference = fields.String()
    items = fields.List(fields.Nested(MilestoneShown))


class DetailShown(Schema):
    """What an event says besides, in codes and dates; each kind of event has some of these."""

    strands = fields.List(fields.String())
    strand = fields.String()
    holder = fields.String(**told(HOLDER))
    from_holder = fields.String(**told(HOLDER))
    to_holder = fields.String(**told(HOLDER))
    parts = fields.List(fields.String())
    reason = fields.String()
    state = fields.String()
    code = fields.String(**told("The code of a milestone or of a dated fact."))
    outcome = fields.String(allow_none=True)
    happened = fields.String(**told("An instant (RFC 3339)."))
    worker = fields.String(**told("The id of an account."))
    nation = fields.String()
    age_group = fields.String()
    exploitation = fields.String(**told(HOLDER, allow_none=True))
    home = fields.String(**told(HOLDER, allow_none=True))
    encounter = fields.String(**told(HOLDER, allow_none=True))
    already_moved = fields.Boolean()


class EventShown(Schema):
    """A change of a case or a step of one of its transfers; never who looked."""

    at = fields.DateTime()
    event = fields.String()
    action = one_of(Action, allow_none=True)
    version = fields.Integer(**told("The version of the case that it made.", allow_none=True))
    holder = fields.String(**told("The organisation that did it.", allow_none=True))
    role = one_of(Role, allow_none=True)
    transfer = fields.String(allow_none=True)
    detail = fields.Nested(DetailShown)


class HistoryShown(PageShown):
    """One page of a case's history, the newest first."""

    items = fields.List(fields.Nested(EventShown))


class HolderShown(Schema):
    """An organisation that can be responsible for a person."""

    code = fields.String()
    name = fields.String()
    kind = one_of(HolderKind)
    nation = fields.String()
    region = fields.String()
    area = fields.String(**told("The force area that it works from."))
    phone = fields.String(**told("Answered at any hour; empty if it has none."))
    leads_investigations = fields.Boolean(attribute="kind.is_police")


class HoldersShown(Schema):
    """The organisations that can be responsible for a person today, by name."""

    items = fields.List(fields.Nested(HolderShown))
