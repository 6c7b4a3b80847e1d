"""What an offer says is still to be done: as it stood when the offer was sent, and nothing of what came after.

It is sealed into the preview. Neither side is told more by it: a receiver that has not accepted does not have the case,
and a sender whose offer was accepted has it no longer.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from casetrack.domain.ids import Instant
from casetrack.domain.progress import Row, Status


@dataclass(frozen=True)
class Standing:
    """Where a milestone stood when the offer was sent; at most one of its dates is there."""

    status: Status
    due_on: date | None = None
    due_at: Instant | None = None
    not_before: date | None = None


def standings(rows: Iterable[Row], named: Collection[str]) -> dict[str, dict[str, str]]:
    """Where each of the named milestones stands, as the preview keeps it; no date that gives a sealed one away."""
    return {row.rule.code: _kept(row) for row in rows if row.rule.code in named and row.is_open and not row.sealed}


def read_standings(kept: Mapping[str, Mapping[str, str]]) -> dict[str, Standing]:
    """The same, as pages show it."""
    return {code: _read(standing) for code, standing in kept.items()}


def _kept(row: Row) -> dict[str, str]:
    dates = {
        "due_at": row.due_at,
        "due_on": None if row.due_at else row.due_on,
        "not_before": row.not_before,
    }
    return {"status": row.status.value} | {name: each.isoformat() for name, each in dates.items() if each is not None}


def _read(standing: Mapping[str, str]) -> Standing:
    on, at, earliest = (standing.get(name) for name in ("due_on", "due_at", "not_before"))
    return Standing(
        Status(standing["status"]),
        due_on=date.fromisoformat(on) if on else None,
        due_at=datetime.fromisoformat(at) if at else None,
        not_before=date.fromisoformat(earliest) if earliest else None,
    )
