"""What one case's records say about a rule: what started its clock, what ended it, and whose case it was then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from casetrack.domain.calendars import Nation, london_date
from casetrack.domain.catalogue import AppliesTo, Catalogue, MilestoneRule, Trigger
from casetrack.domain.records import Recorded, RecordState, in_effect, when
from casetrack.domain.turns import Mark

TRANSFER: Final = "transfer"
TURNED_18: Final = "birth-date-18"


@dataclass(frozen=True)
class EarlierNation:
    """The nation that a case was in until a transfer changed it; a clock keeps the rules of the one it started in."""

    nation: Nation
    until: datetime


class Ledger:
    """What was recorded, by code, up to now."""

    def __init__(self, recorded: Iterable[Recorded], transfers: Iterable[Recorded], now: datetime) -> None:
        self.history: dict[str, list[Recorded]] = {}
        for record in sorted((*recorded, *transfers), key=lambda entry: (entry.recorded_at, when(entry))):
            if record.at <= now:
                self.history.setdefault(record.code, []).append(record)
        self.stands = {code: in_effect(records) for code, records in self.history.items()}

    def of(self, code: str) -> tuple[Recorded, ...]:
        """The records of the code that stand, in the order in which they happened."""
        return self.stands.get(code, ())

    @property
    def turned_18(self) -> datetime | None:
        """The 18th birthday, once it has come and if anybody knows it."""
        birthdays = self.of(TURNED_18)
        return birthdays[-1].at if birthdays else None


@dataclass(frozen=True)
class Scope:
    """Whose case it is, now and at any instant before."""

    age_group: AppliesTo
    nation: Nation
    earlier: Sequence[EarlierNation]
    turned_18: datetime | None

    def nation_at(self, at: datetime) -> Nation:
        """The nation that the case was in at that instant."""
        return next((each.nation for each in self.earlier if at < each.until), self.nation)

    def age_at(self, at: datetime) -> AppliesTo:
        """The age group at that instant: a child until the 18th birthday, if anybody knows it."""
        return AppliesTo.CHILD if self.turned_18 is not None and at < self.turned_18 else self.age_group

    def covers_now(self, rule: MilestoneRule) -> bool:
        """True if it is a milestone of this person here and now."""
        return rule.covers(self.age_group, self.nation)

    def starts(self, rule: MilestoneRule, at: datetime) -> bool:
        """The rules of the nation, the age and the day on which a clock starts are the ones that it keeps."""
        return rule.covers(self.age_at(at), self.nation_at(at)) and rule.in_force(london_date(at))


SAID_BY_TRANSFERS: Final[Mapping[str, Mapping[str, tuple[Mark, RecordState]]]] = {
    "transfer-sent": {"sent": (Mark.RECORD, RecordState.MET)},
    "transfer-seen": {
        "seen": (Mark.RECORD_IF_OPEN, RecordState.MET),
        "accepted": (Mark.RECORD_IF_OPEN, RecordState.MET),
        "declined": (Mark.RECORD_IF_OPEN, RecordState.MET),
        "withdrawn": (Mark.RECORD_IF_OPEN, RecordState.NOT_APPLICABLE),
        "expired": (Mark.RECORD_IF_OPEN, RecordState.NOT_APPLICABLE),
    },
    "transfer-decision": dict.fromkeys(
        ("accepted", "declined", "withdrawn", "expired"), (Mark.RECORD_IF_OPEN, RecordState.MET)
    ),
}
"""What the states of a transfer say of the milestones about it, so that nobody records the same thing twice."""


def marks_of(
    catalogue: Catalogue, rule: MilestoneRule, ledger: Ledger, scope: Scope
) -> Iterator[tuple[Mark, Recorded]]:
    """What the records do to the rule, in no order."""
    for record in _triggered(catalogue.starters(rule), ledger):
        if scope.starts(rule, record.at):
            yield Mark.START, record
    for record in _triggered(catalogue.stoppers(rule), ledger):
        yield Mark.STOP, record
    for record in ledger.of(rule.code):
        yield Mark.RECORD, record
    said = SAID_BY_TRANSFERS.get(rule.code, {})
    for record in ledger.of(TRANSFER):
        if record.outcome is not None and record.outcome in said:
            mark, state = said[record.outcome]
            outcome = record.outcome if rule.outcomes else None
            yield mark, replace(record, code=rule.code, state=state, outcome=outcome)


def _triggered(triggers: Iterable[Trigger], ledger: Ledger) -> Iterator[Recorded]:
    """The records that a clock waits on; what did not apply or was declined starts and stops nothing."""
    for trigger in triggers:
        for record in ledger.of(trigger.code):
            if record.state in (RecordState.MET, RecordState.FACT) and trigger.fits(record.outcome):
                yield record
