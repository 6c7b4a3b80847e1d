"""Builders for tests about milestones: rows as a file has them, rules, records, and bank holidays from a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from casetrack import resources
from casetrack.domain.calendars import Nation, WorkingDays
from casetrack.domain.catalogue import Catalogue, MilestoneRule, read_catalogue
from casetrack.domain.catalogue_faults import references
from casetrack.domain.factfiles import Facts, read_facts, versions
from casetrack.domain.progress import Row, progress
from casetrack.domain.records import Recorded, RecordState

FACTS: Final[Facts] = read_facts(resources.facts(), versions(resources.facts())[-1])
CATALOGUE: Final[Catalogue] = FACTS.catalogue

ONE_ROW: Final[Mapping[str, str]] = {
    "code": "asked",
    "label": "Asked what they want",
    "person_label": "We ask what you want.",
    "phase": "recover",
    "strand": "both",
    "responsible": "lead_contact",
    "clock_starts": "",
    "limit_value": "",
    "limit_unit": "",
    "limit_kind": "",
    "limit_counting": "",
    "duty_basis": "standard",
    "duty_source": "A standard",
    "limit_basis": "",
    "limit_source": "",
    "limit_verified": "",
    "applies_to": "both",
    "nation": "UK",
    "consent": "no",
    "outcomes": "",
    "visible_to": "both",
    "shown_to_person": "yes",
    "repeatable": "yes",
    "stops_on": "",
    "high_risk_limit_hours": "",
    "in_force_from": "",
    "in_force_to": "",
    "on_by_default": "yes",
    "notes": "",
}
OUR_LIMIT: Final[Mapping[str, str]] = {
    "clock_starts": "met-them",
    "limit_value": "2",
    "limit_unit": "calendar_days",
    "limit_kind": "target",
    "limit_counting": "day_after",
    "limit_basis": "our_aim",
    "limit_source": "casetrack",
    "limit_verified": "no",
}


def milestone(**columns: str) -> dict[str, str]:
    """A row of milestones.csv that holds together, with these columns instead."""
    return {**ONE_ROW, **columns}


def limited(**columns: str) -> dict[str, str]:
    """A row with a limit of our own: two calendar days from the fact `met-them`."""
    return {**ONE_ROW, **OUR_LIMIT, **columns}


def events_for(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows of events.csv that these milestones wait on."""
    listed = list(rows)
    codes = {row["code"] for row in listed}
    waited = {event for row in listed for event in references(f"{row['clock_starts']};{row['stops_on']}")}
    return [
        {"code": code, "label": code, "kind": _kind(code, codes), "how_it_happens": "so"} for code in sorted(waited)
    ]


def _kind(code: str, milestones: Iterable[str]) -> str:
    base = code.partition("=")[0]
    return "transfer" if base == "transfer" else "milestone_met" if base in milestones else "fact"


def catalogue_of(*rows: Mapping[str, str]) -> Catalogue:
    """A catalogue of these rows and the events that they wait on."""
    return read_catalogue("test", rows, events_for(rows))


def rule_of(**columns: str) -> MilestoneRule:
    """The one rule of a catalogue, with a limit of our own unless the columns say otherwise."""
    row = limited(**columns)
    return catalogue_of(row).rules[row["code"]]


@dataclass(frozen=True)
class TableBankHolidays:
    """Bank holidays from a table: none, unless some are named."""

    days: Mapping[Nation, frozenset[date]] = field(default_factory=dict)

    def on(self, nation: Nation, year: int) -> frozenset[date]:
        """The days of that nation and year in the table."""
        return frozenset(day for day in self.days.get(nation, ()) if day.year == year)


NO_HOLIDAYS: Final = WorkingDays(TableBankHolidays())
MONDAY: Final = datetime(2026, 11, 2, 10, tzinfo=UTC)
"""A Monday morning in winter, when London and UTC agree."""

_numbers = count(1)


def on_day(days: float) -> datetime:
    """So many days after that Monday morning."""
    return MONDAY + timedelta(days=days)


def said(
    code: str,
    outcome: str | None = None,
    *,
    day: float = 0,
    state: RecordState = RecordState.MET,
    written: float | None = None,
) -> Recorded:
    """A record of what happened so many days after that Monday, written down then or later."""
    recorded_at = on_day(day if written is None else written)
    return Recorded(code, state, outcome, on_day(day), recorded_at, UUID(int=next(_numbers)))


def fact(code: str, *, day: float = 0, written: float | None = None) -> Recorded:
    """A dated fact."""
    return said(code, day=day, written=written, state=RecordState.FACT)


def transferred(state: str, *, day: float = 0) -> Recorded:
    """A state of a transfer."""
    return said("transfer", state, day=day, state=RecordState.FACT)


def reopened(code: str, *, day: float = 0) -> Recorded:
    """A milestone opened again."""
    return said(code, day=day, state=RecordState.REOPENED)


def rows_of(catalogue: Catalogue, *recorded: Recorded, day: float = 100, **more: object) -> dict[str, Row]:
    """The rows of an adult's case in England, with both strands, so many days after that Monday, by code."""
    asked: dict[str, object] = {
        "age_group": "adult",
        "nation": Nation.ENGLAND,
        "strands": {"support", "investigation"},
        "now": on_day(day),
        "working_days": NO_HOLIDAYS,
        "high_risk": False,
    }
    rows = progress(catalogue, recorded, **(asked | more))  # type: ignore[arg-type]  # each test names what it changes
    return {row.rule.code: row for row in rows}
