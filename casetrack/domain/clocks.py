"""When a limit ends, and by what right it is a limit.

Everything here is worked out from the rule, the instant at which the clock started and the nation whose
working days count; nothing is kept.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from casetrack.domain.calendars import ONE_DAY, Nation, WorkingDays, end_of, london_date
from casetrack.domain.catalogue import Basis, Counting, Limit, LimitKind, MilestoneRule, Unit, Verified

DAYS_IN_WEEK: Final = 7
MONTHS_IN_YEAR: Final = 12


class Standing(StrEnum):
    """By what right something is asked for; what nobody has read in a source is our aim."""

    LAW = "law"
    GUIDANCE = "guidance"
    STANDARD = "standard"
    CONTRACT = "contract"
    OUR_AIM = "our_aim"


STANDINGS: Final[Mapping[Basis, Standing]] = {
    Basis.LAW: Standing.LAW,
    Basis.STATUTORY_GUIDANCE: Standing.GUIDANCE,
    Basis.STANDARD: Standing.STANDARD,
    Basis.CONTRACT: Standing.CONTRACT,
    Basis.OUR_AIM: Standing.OUR_AIM,
}


def duty_standing(rule: MilestoneRule) -> Standing:
    """By what right the milestone must be done at all; its number may be another's."""
    return STANDINGS[rule.duty_basis]


def limit_standing(limit: Limit) -> Standing:
    """By what right the limit has its number: law or guidance only if somebody has read it there."""
    return Standing.OUR_AIM if limit.verified is Verified.NO else STANDINGS[limit.basis]


@dataclass(frozen=True, slots=True)
class Due:
    """Where a limit ends: the last London day of it and, if it is counted in hours, the instant."""

    on: date
    at: datetime | None
    kind: LimitKind
    standing: Standing
    value: int
    """The number that was counted, in `unit`."""
    unit: Unit

    @property
    def do_now(self) -> bool:
        """True of a limit of no hours: it is done now, and is never overdue."""
        return self.value == 0

    @property
    def is_minimum(self) -> bool:
        """True if it says not before, and so can never be overdue."""
        return self.kind is LimitKind.MIN

    @property
    def ends_at(self) -> datetime:
        """The last instant of the limit, by which lists are sorted."""
        return self.at or end_of(self.on)

    def passed(self, at: datetime) -> bool:
        """True once the limit has ended: after the instant, or after the whole of its last day."""
        return at > self.at if self.at else london_date(at) > self.on


def due(
    rule: MilestoneRule, started: datetime, nation: Nation, working_days: WorkingDays, *, high_risk: bool = False
) -> Due | None:
    """Where the rule's limit ends for a clock that started at that instant.

    None if the rule has no limit, or was not in force on the day. A shorter limit for high risk is ours,
    whatever the other one rests on.
    """
    limit = rule.limit
    if limit is None or not rule.in_force(london_date(started)):
        return None
    if high_risk and rule.high_risk_limit_hours is not None:
        hours = rule.high_risk_limit_hours
        return _in_hours(hours, started, LimitKind.TARGET, Standing.OUR_AIM)
    if limit.unit is Unit.HOURS:
        return _in_hours(limit.value, started, limit.kind, limit_standing(limit))
    on = _last_day(limit, london_date(started), nation, working_days)
    return Due(on, None, limit.kind, limit_standing(limit), limit.value, limit.unit)


def _in_hours(hours: int, started: datetime, kind: LimitKind, standing: Standing) -> Due:
    """Hours run from the instant, through any change of the clocks."""
    at = started + timedelta(hours=hours)
    return Due(london_date(at), at, kind, standing, hours, Unit.HOURS)


def _last_day(limit: Limit, day: date, nation: Nation, working_days: WorkingDays) -> date:
    """The last day of the limit, where the day of the event is day 0 or day 1 as the rule says."""
    if limit.unit in MONTHS:
        return after_months(day, limit.value * MONTHS[limit.unit], limit.counting)
    day_0 = day - ONE_DAY if limit.counting is Counting.BEGINNING_WITH else day
    if limit.unit is Unit.WORKING_DAYS:
        return working_days.add(day_0, limit.value, nation)
    return day_0 + limit.value * DAYS[limit.unit]


DAYS: Final[Mapping[Unit, timedelta]] = {Unit.CALENDAR_DAYS: ONE_DAY, Unit.WEEKS: DAYS_IN_WEEK * ONE_DAY}
MONTHS: Final[Mapping[Unit, int]] = {Unit.MONTHS: 1, Unit.YEARS: MONTHS_IN_YEAR}


def after_months(day: date, months: int, counting: Counting) -> date:
    """The day of the same number, months later; where that month is too short, its last day.

    A period that begins with the day ends the day before that, unless the month is too short to have it
    (the corresponding date rule, Dodds v Walker [1981] 1 WLR 1027).
    """
    years, month = divmod(day.month - 1 + months, MONTHS_IN_YEAR)
    year, month = day.year + years, month + 1
    length = monthrange(year, month)[1]
    if day.day > length:
        return date(year, month, length)
    same = date(year, month, day.day)
    return same - ONE_DAY if counting is Counting.BEGINNING_WITH else same
