"""The catalogue of milestones: who must do what on the journey, when a clock starts and by what right it has a limit.

It is read from versioned data. Nothing of it is written in code, and one row that does not hold
together refuses the whole.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue_faults import FactsRefused, FileRow, faults_of, references


class Phase(StrEnum):
    """The part of the journey that a milestone belongs to."""

    IDENTIFY = "identify"
    SAFE = "safe"
    REFER = "refer"
    FIRST_DECISION = "first_decision"
    RECOVER = "recover"
    FINAL_DECISION = "final_decision"
    MOVE_ON = "move_on"
    STATUS = "status"
    JUSTICE = "justice"
    REDRESS = "redress"
    TRANSFER = "transfer"


class Side(StrEnum):
    """The strand that a milestone belongs to, or whose workers see it; both is the whole case."""

    SUPPORT = "support"
    INVESTIGATION = "investigation"
    BOTH = "both"


class Responsible(StrEnum):
    """Who must act."""

    FIRST_RESPONDER = "first_responder"
    LEAD_CONTACT = "lead_contact"
    SUPPORT_PROVIDER = "support_provider"
    POLICE_FORCE = "police_force"
    LOCAL_AUTHORITY = "local_authority"
    HEALTH = "health"
    COMPETENT_AUTHORITY = "competent_authority"
    PROBATION = "probation"
    SENDING_HOLDER = "sending_holder"
    RECEIVING_HOLDER = "receiving_holder"


class Unit(StrEnum):
    """What a limit is counted in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class LimitKind(StrEnum):
    """Do by, not before, aim for, or do every."""

    MAX = "max"
    MIN = "min"
    TARGET = "target"
    REPEAT = "repeat"


class Counting(StrEnum):
    """Whether the day of the event is day 0 or day 1."""

    DAY_AFTER = "day_after"
    BEGINNING_WITH = "beginning_with"


class Basis(StrEnum):
    """Where a duty, or the number of its limit, comes from."""

    LAW = "law"
    STATUTORY_GUIDANCE = "statutory_guidance"
    STANDARD = "standard"
    CONTRACT = "contract"
    OUR_AIM = "our_aim"


class Verified(StrEnum):
    """How far a limit was read: in the source, in somebody's account of it, or nowhere."""

    YES = "yes"
    SECONDARY = "secondary"
    NO = "no"


class AppliesTo(StrEnum):
    """Whose milestone it is. Somebody whose age is in doubt is a child here."""

    ADULT = "adult"
    CHILD = "child"
    BOTH = "both"


class RuleNation(StrEnum):
    """The nations that a milestone belongs to."""

    ENGLAND = "E"
    WALES = "W"
    ENGLAND_AND_WALES = "EW"
    SCOTLAND = "S"
    NORTHERN_IRELAND = "NI"
    GREAT_BRITAIN = "GB"
    UNITED_KINGDOM = "UK"

    def covers(self, nation: Nation) -> bool:
        """True if the milestone belongs to that nation."""
        return nation in COVERED[self]


COVERED: Final[Mapping[RuleNation, frozenset[Nation]]] = {
    RuleNation.ENGLAND: frozenset({Nation.ENGLAND}),
    RuleNation.WALES: frozenset({Nation.WALES}),
    RuleNation.ENGLAND_AND_WALES: frozenset({Nation.ENGLAND, Nation.WALES}),
    RuleNation.SCOTLAND: frozenset({Nation.SCOTLAND}),
    RuleNation.NORTHERN_IRELAND: frozenset({Nation.NORTHERN_IRELAND}),
    RuleNation.GREAT_BRITAIN: frozenset(Nation) - {Nation.NORTHERN_IRELAND},
    RuleNation.UNITED_KINGDOM: frozenset(Nation),
}


class ConsentRule(StrEnum):
    """Whether the person's consent is needed; `ask` is to seek it, where risk or law may override it with a reason."""

    YES = "yes"
    NO = "no"
    ASK = "ask"
    NOT_NEEDED_CHILD = "not_needed_child"


class Shown(StrEnum):
    """Whether the person sees the milestone; some only once a human has told them."""

    YES = "yes"
    AFTER_TOLD = "after_told"
    NEVER = "never"


class EventKind(StrEnum):
    """What kind of event starts or stops a clock."""

    MILESTONE_MET = "milestone_met"
    FACT = "fact"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a milestone may take, how that is counted, and where the number comes from."""

    value: int
    unit: Unit
    kind: LimitKind
    counting: Counting
    basis: Basis
    source: str
    verified: Verified


@dataclass(frozen=True, slots=True)
class MilestoneRule:
    """One milestone of the catalogue, as its row has it; without a limit, time is only shown."""

    code: str
    label: str
    person_label: str
    phase: Phase
    strand: Side
    responsible: Responsible
    clock_starts: str
    limit: Limit | None
    duty_basis: Basis
    duty_source: str
    applies_to: AppliesTo
    nation: RuleNation
    consent: ConsentRule
    outcomes: tuple[str, ...]
    visible_to: Side
    shown_to_person: Shown
    repeatable: bool
    stops_on: str
    high_risk_limit_hours: int | None
    in_force_from: date | None
    in_force_to: date | None
    on_by_default: bool
    notes: str

    def covers(self, age_group: str, nation: Nation) -> bool:
        """True if it is a milestone of a person of that age group (adult or child) in that nation."""
        return self.applies_to in (age_group, AppliesTo.BOTH) and self.nation.covers(nation)

    def of_strands(self, strands: Collection[str]) -> bool:
        """True if a case with those strands has it: a case without an investigation has no investigation row."""
        return self.strand is Side.BOTH or self.strand in strands

    def in_force(self, on: date) -> bool:
        """True of a day on which its clock can start."""
        return (self.in_force_from is None or self.in_force_from <= on) and (
            self.in_force_to is None or on <= self.in_force_to
        )


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that starts or stops clocks: a milestone met, a dated fact, or a state of a transfer."""

    code: str
    label: str
    kind: EventKind
    how_it_happens: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a clock waits on: the code, and the outcomes that count; every outcome counts if none is named."""

    code: str
    outcomes: frozenset[str] = frozenset()

    def fits(self, outcome: str | None) -> bool:
        """True if the clock waits on this outcome of the code."""
        return not self.outcomes or outcome in self.outcomes


SEALED_FACTS: Final = frozenset({"approaching-18", "birth-date-18"})
"""Facts worked out from the sealed birth date: a date counted from one gives the birthday away."""


@dataclass(frozen=True)
class Catalogue:
    """One version of the catalogue."""

    version: str
    rules: Mapping[str, MilestoneRule]
    events: Mapping[str, ClockEvent]

    def starters(self, rule: MilestoneRule) -> tuple[Trigger, ...]:
        """What starts the rule's clock, whichever comes first."""
        return triggers(rule.clock_starts)

    def stoppers(self, rule: MilestoneRule) -> tuple[Trigger, ...]:
        """What ends the rule's clock without meeting it."""
        return triggers(rule.stops_on)

    def begins(self, rule: MilestoneRule) -> bool:
        """True of what a journey begins with: it waits on nothing itself, and clocks of others wait on it."""
        if rule.clock_starts or rule.phase is not Phase.IDENTIFY:
            return False
        return any(trigger.code == rule.code for each in self.rules.values() for trigger in self.starters(each))

    def is_sealed(self, rule: MilestoneRule) -> bool:
        """True if the rule's dates give away a sealed one, so that no list and no clear column may hold them."""
        return any(trigger.code in SEALED_FACTS for trigger in self.starters(rule))


class CatalogueRefused(FactsRefused):
    """The catalogue does not hold together."""


ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "phase": frozenset(Phase),
    "strand": frozenset(Side),
    "responsible": frozenset(Responsible),
    "limit_unit": frozenset(Unit),
    "limit_kind": frozenset(LimitKind),
    "limit_counting": frozenset(Counting),
    "duty_basis": frozenset(Basis),
    "limit_basis": frozenset(Basis),
    "limit_verified": frozenset(Verified),
    "applies_to": frozenset(AppliesTo),
    "nation": frozenset(RuleNation),
    "consent": frozenset(ConsentRule),
    "visible_to": frozenset(Side),
    "shown_to_person": frozenset(Shown),
    "repeatable": frozenset({"yes", "no"}),
    "on_by_default": frozenset({"yes", "no"}),
}


@cache
def triggers(text: str) -> tuple[Trigger, ...]:
    """What a clock waits on, from `code`, `code=outcome` or `code=one|other`, several joined by a semicolon."""
    named: dict[str, set[str]] = {}
    for reference in references(text):
        code, _, outcome = reference.partition("=")
        named.setdefault(code, set()).add(outcome)
    return tuple(Trigger(code, frozenset(outcomes if all(outcomes) else ())) for code, outcomes in named.items())


def read_catalogue(version: str, milestones: Iterable[FileRow], events: Iterable[FileRow]) -> Catalogue:
    """The catalogue that the rows say; refuses it whole, naming every fault, if one row does not hold together."""
    milestone_rows, event_rows = tuple(milestones), tuple(events)
    faults = faults_of(milestone_rows, event_rows, ALLOWED)
    if faults:
        raise CatalogueRefused(faults)
    return Catalogue(
        version,
        {row["code"]: _rule(row) for row in milestone_rows},
        {row["code"]: _event(row) for row in event_rows},
    )


def _rule(row: FileRow) -> MilestoneRule:
    return MilestoneRule(
        code=row["code"],
        label=row["label"],
        person_label=row["person_label"],
        phase=Phase(row["phase"]),
        strand=Side(row["strand"]),
        responsible=Responsible(row["responsible"]),
        clock_starts=row["clock_starts"],
        limit=_limit(row) if row["limit_value"] else None,
        duty_basis=Basis(row["duty_basis"]),
        duty_source=row["duty_source"],
        applies_to=AppliesTo(row["applies_to"]),
        nation=RuleNation(row["nation"]),
        consent=ConsentRule(row["consent"]),
        outcomes=tuple(filter(None, row["outcomes"].split("|"))),
        visible_to=Side(row["visible_to"]),
        shown_to_person=Shown(row["shown_to_person"]),
        repeatable=row["repeatable"] == "yes",
        stops_on=row["stops_on"],
        high_risk_limit_hours=int(row["high_risk_limit_hours"]) if row["high_risk_limit_hours"] else None,
        in_force_from=date.fromisoformat(row["in_force_from"]) if row["in_force_from"] else None,
        in_force_to=date.fromisoformat(row["in_force_to"]) if row["in_force_to"] else None,
        on_by_default=row["on_by_default"] == "yes",
        notes=row["notes"],
    )


def _limit(row: FileRow) -> Limit:
    return Limit(
        value=int(row["limit_value"]),
        unit=Unit(row["limit_unit"]),
        kind=LimitKind(row["limit_kind"]),
        counting=Counting(row["limit_counting"]),
        basis=Basis(row["limit_basis"]),
        source=row["limit_source"],
        verified=Verified(row["limit_verified"]),
    )


def _event(row: FileRow) -> ClockEvent:
    return ClockEvent(row["code"], row["label"], EventKind(row["kind"]), row["how_it_happens"])
