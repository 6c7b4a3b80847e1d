"""The turns of one milestone: each time its clock started, and what ended it.

A milestone that repeats has a turn for each event that starts its clock: a second attempt, a new
episode. What is recorded ends every turn that was open when it happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Final

from casetrack.domain.calendars import london_date
from casetrack.domain.catalogue import LimitKind, MilestoneRule
from casetrack.domain.records import Recorded, RecordState, when

STILL_TO_COME: Final = frozenset(
    {"later", "not_yet", "not_yet_asked", "paused", "planned", "suspended", "unknown", "wants_time"}
)
"""Outcomes that say the thing itself is still to come. They stand on the record and start the clocks that wait on
them, and the milestone stays open. Any other outcome meets it, `unsafe_to_write` and its like among them."""


class Mark(IntEnum):
    """What something on the record does to a milestone, in the order that counts at one instant."""

    START = 0
    RECORD = 1
    RECORD_IF_OPEN = 2
    STOP = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One time round: what started the clock, what has been said meanwhile, and what ended it."""

    number: int
    started_by: Recorded | None
    said: Recorded | None = None
    ended_by: Recorded | None = None
    stopped: bool = False
    """True if another event ended the clock, and not a record of this milestone."""

    @property
    def is_open(self) -> bool:
        """True while nothing has ended it."""
        return self.ended_by is None

    @property
    def started_at(self) -> datetime | None:
        """When the clock started; None of what was recorded without one."""
        return None if self.started_by is None else self.started_by.at


def turns_of(rule: MilestoneRule, marks: Iterable[tuple[Mark, Recorded]]) -> tuple[Turn, ...]:
    """Every turn of the milestone, in the order in which they began."""
    line = _Line(rule)
    for mark, record in sorted(marks, key=lambda each: (each[1].at, each[0], when(each[1]))):
        line.take(mark, record)
    return tuple(line.turns)


class _Line:
    """The turns so far. The open ones are all at the end: whatever ends one ends every one that is open."""

    def __init__(self, rule: MilestoneRule) -> None:
        self.rule = rule
        self.turns: list[Turn] = []
        self.open = 0

    def take(self, mark: Mark, record: Recorded) -> None:
        if mark is Mark.START:
            self._start(record)
        elif mark is Mark.STOP:
            self._end(record, stopped=True)
        elif record.state is RecordState.MET and record.outcome in STILL_TO_COME:
            self._say(record)
        elif self.open:
            self._end(record)
            self._again(record)
        elif mark is Mark.RECORD:
            self._record(record)
            self._again(record)

    def _start(self, by: Recorded) -> None:
        last = self.turns[-1] if self.turns else None
        if last and not self.rule.repeatable:
            self.turns[-1] = replace(last, started_by=last.started_by or by)
        elif last and _absorbs(last, by):
            self.turns[-1] = replace(last, started_by=by)
        else:
            if self._recurs:
                self._end(by, stopped=True)
            self._begin(by)

    def _begin(self, by: Recorded | None, *, ended_by: Recorded | None = None) -> None:
        self.turns.append(Turn(len(self.turns) + 1, by, ended_by=ended_by))
        self.open += self.turns[-1].is_open

    def _end(self, by: Recorded, *, stopped: bool = False) -> None:
        for index in range(len(self.turns) - self.open, len(self.turns)):
            self.turns[index] = replace(self.turns[index], ended_by=by, stopped=stopped)
        self.open = 0

    def _say(self, record: Recorded) -> None:
        """What is said of a milestone that nothing has started starts it."""
        if not self.open and (self.rule.repeatable or not self.turns):
            self._begin(record)
        for index in range(len(self.turns) - max(self.open, 1), len(self.turns)):
            self.turns[index] = replace(self.turns[index], said=record)

    def _record(self, record: Recorded) -> None:
        """With no turn open, a record is a turn of its own, or the last word on one that cannot come again."""
        last = self.turns[-1] if self.turns else None
        if last and (last.stopped or not self.rule.repeatable):
            self.turns[-1] = replace(last, ended_by=record, stopped=False)
        else:
            self._begin(None, ended_by=record)

    def _again(self, record: Recorded) -> None:
        """What must be done every so often is due again, counted from when it was done."""
        if self._recurs and record.state is RecordState.MET:
            self._begin(record)

    @property
    def _recurs(self) -> bool:
        return self.rule.limit is not None and self.rule.limit.kind is LimitKind.REPEAT


def _absorbs(last: Turn, by: Recorded) -> bool:
    """True if the record came first and the event that starts the clock belongs to it.

    That is so on the same London day, whichever was written first or had no hour; and always of what was
    recorded as not applicable before anything started.
    """
    if last.ended_by is None or last.started_by is not None:
        return False
    return last.ended_by.state is RecordState.NOT_APPLICABLE or london_date(last.ended_by.at) == london_date(by.at)
