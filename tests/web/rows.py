"""Rows of milestones as a page is given them, made without a clock."""

from datetime import UTC, date, datetime

from casetrack.domain.catalogue import LimitKind, MilestoneRule, Unit
from casetrack.domain.clocks import Due, Standing
from casetrack.domain.progress import Row, Status
from tests.domain.milestones import CATALOGUE

NOW = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)


def rule(code: str) -> MilestoneRule:
    """The milestone of that code in the newest catalogue."""
    return CATALOGUE.rules[code]


def limit(on: date, value: int = 5, unit: Unit = Unit.WORKING_DAYS, **more: object) -> Due:
    """A limit that ends on that day, or at `at`."""
    said = {"at": None, "kind": LimitKind.MAX, "standing": Standing.GUIDANCE} | more
    return Due(on=on, value=value, unit=unit, **said)  # type: ignore[arg-type]  # each is as its field wants it


def row(code: str, status: Status, due: Due | None = None, *, days: int | None = None, left: int | None = None) -> Row:
    """The milestone as it stands now."""
    return Row(
        rule=rule(code),
        status=status,
        turn=1,
        started_at=NOW,
        due=due,
        days=days,
        days_left=left,
        limit_passed=status is Status.OVERDUE,
        outcome=None,
        met_at=NOW if status is Status.MET else None,
        stopped_by=None,
        sealed=False,
        history=(),
        stands=(),
    )
