"""What was recorded of milestones and dated facts, and which of it still stands.

A record is never changed or taken away. A mistake is put right by reopening, which is a record too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import heappop, heappush
from uuid import UUID


class RecordState(StrEnum):
    """What a record says: of a milestone, or that a dated fact happened."""

    MET = "met"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"
    REOPENED = "reopened"
    FACT = "fact"


@dataclass(frozen=True)
class Recorded:
    """One record of a milestone, a dated fact or, with the code `transfer`, a state of a transfer.

    `at` is when it happened and `recorded_at` when it was written down; both are aware instants.
    """

    code: str
    state: RecordState
    outcome: str | None
    at: datetime
    recorded_at: datetime
    id: UUID


def when(record: Recorded) -> tuple[datetime, datetime, int]:
    """The order in which things happened; what was written down first comes first where the instants are the same."""
    return record.at, record.recorded_at, record.id.int


def in_effect(recorded: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """The records of one code that still stand, in the order in which they happened.

    Reopening takes away the latest thing that the record then said had happened, so that it neither meets the
    milestone nor starts a clock.
    """
    standing: list[tuple[float, int, Recorded]] = []
    for number, record in enumerate(sorted(recorded, key=_written)):
        if record.state is not RecordState.REOPENED:
            heappush(standing, (-record.at.timestamp(), -number, record))
        elif standing:
            heappop(standing)
    return tuple(sorted((record for _, _, record in standing), key=when))


def _written(record: Recorded) -> tuple[datetime, bool, datetime, int]:
    """The order in which records were written down; a reopening comes after what was written at the same instant."""
    return record.recorded_at, record.state is RecordState.REOPENED, record.at, record.id.int
