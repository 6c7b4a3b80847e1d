"""How far a case has come: from what was recorded to what a page shows, milestone by milestone.

Nothing here is kept. The same records give the same rows, in whatever order they are handed in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from casetrack.domain.calendars import Nation, WorkingDays, london_date
from casetrack.domain.catalogue import AppliesTo, Catalogue, MilestoneRule, Phase, Responsible
from casetrack.domain.clocks import Due, due
from casetrack.domain.ledger import EarlierNation, Ledger, Scope, marks_of
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.turns import Turn, turns_of

__all__ = [
    "OTHER_BODIES",
    "EarlierNation",
    "RecordState",
    "Recorded",
    "Row",
    "Status",
    "first_due",
    "first_now",
    "is_to_do_now",
    "next_three",
    "phase_of",
    "progress",
    "waiting_on_others",
    "when_closed",
]


class Status(StrEnum):
    """Where a milestone stands."""

    NOT_STARTED = "not_started"
    WAITING = "waiting"
    """Another body must act. Its limit may pass, and is never called overdue."""
    DO_NOW = "do_now"
    DUE = "due"
    OVERDUE = "overdue"
    ELAPSED = "elapsed"
    """The clock runs and nothing is due: there is no limit, or only a minimum."""
    MET = "met"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"
    STOPPED = "stopped"
    """Another event ended the clock."""
    NOT_DONE = "not_done"
    """It was open when its case was closed, so nothing is due any more."""


OTHER_BODIES: Final = frozenset(
    {Responsible.COMPETENT_AUTHORITY, Responsible.LOCAL_AUTHORITY, Responsible.HEALTH, Responsible.PROBATION}
)
"""Who is waited on, where nobody says otherwise; to a council that holds a case, itself is no other body."""

ENDED: Final[Mapping[RecordState, Status]] = {
    RecordState.MET: Status.MET,
    RecordState.NOT_APPLICABLE: Status.NOT_APPLICABLE,
    RecordState.DECLINED: Status.DECLINED,
}
OURS_TO_DO: Final = frozenset({Status.DO_NOW, Status.OVERDUE, Status.DUE})


@dataclass(frozen=True)
class Row:
    """One milestone of one case, as a page shows it now."""

    rule: MilestoneRule
    status: Status
    turn: int
    """Which time round is shown, from 1: the oldest one that is open, or else the latest. 0 before the first."""
    started_at: datetime | None
    due: Due | None
    days: int | None
    """London days from the start of the clock to now, or to its end."""
    days_left: int | None
    """London days to the last day of the limit, negative once it has passed; only while the clock runs."""
    limit_passed: bool
    """The limit had ended by now, or before the milestone was met. Said of every body, and never of a minimum."""
    outcome: str | None
    """The outcome that it was met with or, while it is open, what was last said of it."""
    met_at: datetime | None
    stopped_by: str | None
    """The code of the event that ended the clock."""
    sealed: bool
    """Its dates give away a sealed one, so they may be shown only where that one may, and kept only where it is."""
    history: tuple[Recorded, ...]
    """Every record of it, in the order in which they were written down."""
    stands: tuple[Recorded, ...]
    """The records that nobody has reopened, in the order in which they happened."""

    @property
    def due_on(self) -> date | None:
        """The last London day on which it is in time; None without a limit, and for a minimum."""
        return None if self.due is None or self.due.is_minimum else self.due.on

    @property
    def due_at(self) -> datetime | None:
        """The instant at which a limit in hours ends; None for any other, and for a minimum."""
        return None if self.due is None or self.due.is_minimum else self.due.at

    @property
    def not_before(self) -> date | None:
        """The day on which a minimum has run; None for any other limit."""
        return self.due.on if self.due is not None and self.due.is_minimum else None

    @property
    def starts_others(self) -> bool:
        """True of what the journey begins with, while nobody has recorded it: no clock runs, and others wait on it."""
        return self.status is Status.DO_NOW and self.started_at is None

    @property
    def is_open(self) -> bool:
        """True while its clock runs, or the clocks of others wait on it."""
        return self.status in OURS_TO_DO or self.status in (Status.WAITING, Status.ELAPSED)


def progress(  # noqa: PLR0913 - a page of milestones depends on each of these, and all but two are named
    catalogue: Catalogue,
    recorded: Iterable[Recorded],
    *,
    age_group: str,
    nation: Nation,
    strands: Collection[str],
    now: datetime,
    working_days: WorkingDays,
    high_risk: bool,
    transfer_events: Iterable[Recorded] = (),
    earlier_nations: Sequence[EarlierNation] = (),
    other_bodies: Collection[Responsible] = OTHER_BODIES,
    switched_on: Collection[str] = (),
) -> tuple[Row, ...]:
    """Every milestone of the case, in the catalogue's order.

    `age_group` is adult or child (in doubt: child). `transfer_events` have the code `transfer` and the new state
    as outcome. `earlier_nations` are in the order of time. What is dated after `now` has not happened yet.
    A milestone that has a record or a running clock is shown whatever the age, nation or date is now.
    """
    ledger = Ledger(recorded, transfer_events, now)
    scope = Scope(AppliesTo(age_group), nation, earlier_nations, ledger.turned_18)
    reader = _Reader(catalogue, ledger, scope, working_days, now, high_risk=high_risk, other_bodies=other_bodies)
    rows = (
        reader.row(rule)
        for rule in catalogue.rules.values()
        if rule.of_strands(strands)
        and (rule.on_by_default or rule.code in switched_on or ledger.history.get(rule.code))
    )
    today = london_date(now)
    return tuple(row for row in rows if row.turn or (scope.covers_now(row.rule) and row.rule.in_force(today)))


class _Reader:
    """Reads one rule after another against one case."""

    def __init__(
        self,
        catalogue: Catalogue,
        ledger: Ledger,
        scope: Scope,
        working_days: WorkingDays,
        now: datetime,
        *,
        high_risk: bool,
        other_bodies: Collection[Responsible],
    ) -> None:
        self.catalogue = catalogue
        self.ledger = ledger
        self.scope = scope
        self.working_days = working_days
        self.now = now
        self.high_risk = high_risk
        self.other_bodies = other_bodies

    def row(self, rule: MilestoneRule) -> Row:
        turns = turns_of(rule, marks_of(self.catalogue, rule, self.ledger, self.scope))
        turn = next((turn for turn in turns if turn.is_open), turns[-1] if turns else Turn(0, None))
        limit = self._due(rule, turn)
        end = self.now if turn.ended_by is None else turn.ended_by.at
        said = turn.said if turn.is_open else turn.ended_by
        status = self._status(rule, turn, limit)
        return Row(
            rule=rule,
            status=status,
            turn=turn.number,
            started_at=turn.started_at,
            due=limit,
            days=None if turn.started_at is None else max(0, _days(turn.started_at, end)),
            days_left=(limit.on - london_date(self.now)).days if limit is not None and turn.is_open else None,
            limit_passed=limit is not None and not limit.is_minimum and not limit.do_now and limit.passed(end),
            outcome=said.outcome if said is not None and not turn.stopped else None,
            met_at=end if status is Status.MET else None,
            stopped_by=said.code if said is not None and turn.stopped else None,
            sealed=self.catalogue.is_sealed(rule),
            history=tuple(self.ledger.history.get(rule.code, ())),
            stands=self.ledger.of(rule.code),
        )

    def _due(self, rule: MilestoneRule, turn: Turn) -> Due | None:
        if turn.started_at is None:
            return None
        nation = self.scope.nation_at(turn.started_at)
        return due(rule, turn.started_at, nation, self.working_days, high_risk=self.high_risk)

    def _status(self, rule: MilestoneRule, turn: Turn, limit: Due | None) -> Status:
        if turn.ended_by is not None:
            return Status.STOPPED if turn.stopped else ENDED[turn.ended_by.state]
        is_others = rule.responsible in self.other_bodies
        if turn.started_by is None:
            return Status.DO_NOW if self.catalogue.begins(rule) and not is_others else Status.NOT_STARTED
        if is_others:
            return Status.WAITING
        return _status_of(limit, self.now)


def _status_of(limit: Due | None, now: datetime) -> Status:
    if limit is None or limit.is_minimum:
        return Status.ELAPSED
    if limit.do_now:
        return Status.DO_NOW
    return Status.OVERDUE if limit.passed(now) else Status.DUE


def _days(start: datetime, end: datetime) -> int:
    return (london_date(end) - london_date(start)).days


def when_closed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The milestones of a case that is closed: what was open is not done, and nothing of it is due, late or awaited."""
    return tuple(_not_done(row) if row.is_open else row for row in rows)


def _not_done(row: Row) -> Row:
    return replace(row, status=Status.NOT_DONE, due=None, days=None, days_left=None, limit_passed=False)


def next_three(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What is ours to do first: at once, then by when it is due, then what has run longest without a limit."""
    to_do = [row for row in rows if row.status in OURS_TO_DO or (row.status is Status.ELAPSED and row.due is None)]
    return tuple(sorted(to_do, key=_urgency)[:3])


def waiting_on_others(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What other bodies have to do, the longest wait first."""
    return tuple(sorted((row for row in rows if row.status is Status.WAITING), key=_start))


def first_due(rows: Iterable[Row]) -> Row | None:
    """What of ours is due first; nothing that gives away a sealed date, because lists keep it.

    What is to be done at once is not here: it is never overdue, and `first_now` says what there is of it.
    """
    dated = (row for row in rows if row.status in (Status.DUE, Status.OVERDUE) and not row.sealed)
    return min(dated, key=_urgency, default=None)


def first_now(rows: Iterable[Row]) -> Row | None:
    """What of ours is to be done at once, and before all else; nothing that gives away a sealed date."""
    at_once = (row for row in rows if row.status is Status.DO_NOW and not row.sealed)
    return min(at_once, key=_urgency, default=None)


def is_to_do_now(rows: Iterable[Row]) -> bool:
    """True if something of ours is to be done at once."""
    return any(row.status is Status.DO_NOW for row in rows)


def _start(row: Row) -> float:
    return row.started_at.timestamp() if row.started_at is not None else 0.0


def _urgency(row: Row) -> tuple[int, float]:
    if row.status is Status.DO_NOW:
        return 0, _start(row)
    if row.due is None:
        return 2, _start(row)
    return 1, row.due.ends_at.timestamp()


ANY: Final[frozenset[str]] = frozenset()
FIRST_STEPS: Final[Sequence[tuple[str, frozenset[str], Phase]]] = (
    ("encounter", ANY, Phase.SAFE),
    ("nrm-explained", frozenset({"explained", "explained_by_interpreter"}), Phase.REFER),
    ("nrm-consent", ANY, Phase.REFER),
)
"""Where a journey is before its first referral: as far as the last line that has been done."""
DECISIONS: Final[Sequence[tuple[str, frozenset[str], Phase]]] = (
    ("nrm-referral-adult", ANY, Phase.FIRST_DECISION),
    ("nrm-referral-child", ANY, Phase.FIRST_DECISION),
    ("rg-decision", frozenset({"positive", "further_positive"}), Phase.RECOVER),
    ("rg-decision-panel", frozenset({"positive"}), Phase.RECOVER),
    ("rg-decision", frozenset({"negative", "withdrawn", "closed_ineligible"}), Phase.MOVE_ON),
    ("rg-decision-panel", frozenset({"negative"}), Phase.MOVE_ON),
    ("rg-reconsider-reply", frozenset({"agreed"}), Phase.FIRST_DECISION),
    ("cg-decision", frozenset({"positive", "negative", "withdrawn"}), Phase.MOVE_ON),
    ("cg-decision-panel", frozenset({"positive", "negative"}), Phase.MOVE_ON),
    ("cg-reconsider-reply", frozenset({"agreed"}), Phase.FINAL_DECISION),
    ("nrm-withdrawn", ANY, Phase.MOVE_ON),
    ("vts-decision", frozenset({"granted", "refused"}), Phase.STATUS),
)
"""Where each decision leads: the latest one counts, and of two at one instant the later line."""


def phase_of(rows: Iterable[Row]) -> Phase:
    """Where the journey is now: where its latest decision led, since recovery goes round and not only forward.

    The recovery period lasts until the final decision, however long that takes, so the phase does not turn with the
    calendar and lists may keep it. Justice, redress and transfers go on beside the journey and are never its phase.
    """
    by_code = {row.rule.code: row for row in rows}
    decided = max(_reached(by_code, DECISIONS), default=None)
    if decided is None:
        steps = [step for _, _, step in _reached(by_code, FIRST_STEPS)]
        return steps[-1] if steps else Phase.IDENTIFY
    return decided[2]


def _reached(
    rows: Mapping[str, Row], lines: Sequence[tuple[str, frozenset[str], Phase]]
) -> Iterator[tuple[datetime, int, Phase]]:
    """When each line was reached, its place, and where it leads."""
    for place, (code, outcomes, phase) in enumerate(lines):
        for record in rows[code].stands if code in rows else ():
            if record.state is RecordState.MET and (not outcomes or record.outcome in outcomes):
                yield record.at, place, phase
