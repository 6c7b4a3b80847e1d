"""Milestones of a case: listed as they stand, recorded, and reopened with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from flask import Response

from casetrack.api import repeats
from casetrack.api.answers import answer, case_answer, seen
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.progress import Row
from casetrack.domain.records import RecordState
from casetrack.domain.references import Reference
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.milestones import ReopenMilestone
from casetrack.schemas.records import AddRecord
from casetrack.schemas.shown import CaseShown, MilestonesShown
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone, reopen_milestone
from casetrack.services.work import UnitOfWork

DATES: Final = ("started_at", "due_on", "due_at", "not_before", "days_left", "met_at")
"""What is not shown where it would give a sealed date away."""

calls = Calls("milestones", __name__, "What a person is due: due, met, missed.")


@calls.get("/cases/<reference:reference>/milestones", Action.MILESTONE_LIST, shows=MilestonesShown)
def list_(reference: Reference) -> Response:
    """Every milestone that one's own strands see, as it stands now; never the notes on them, which are sealed."""
    with begin() as work:
        found = list_milestones(work, reference)
    facts = {"reference": found.case.reference, "items": [facts_of(row) for row in found.rows]}
    return answer(MilestonesShown(), facts, version=found.case.version)


@calls.make("/cases/<reference:reference>/milestones", Action.MILESTONE_RECORD, shows=CaseShown, reads=AddRecord)
@leaves(POST=[Action.MILESTONE_RECORD, may(Action.MILESTONE_RECORD)])
def record(said: Mapping[str, Any], reference: Reference) -> Response:
    """Record a milestone, or a dated fact."""
    version, key = seen(), repeats.key()
    new = NewRecord(
        code=said["code"],
        state=RecordState(said["state"]),
        outcome=said["outcome"] or None,
        at=said["happened"],
        note=said["note"],
    )

    def recorded(work: UnitOfWork) -> Response:
        return case_answer(work, record_milestone(work, reference, new, seen=version), HTTPStatus.CREATED)

    with begin(replace(CASEWORK, keeping=said["keep"])) as work:
        return repeats.once(work, key, lambda: recorded(work))


@calls.post(
    "/cases/<reference:reference>/milestones/<code>/reopening",
    Action.MILESTONE_REOPEN,
    shows=CaseShown,
    reads=ReopenMilestone,
)
@leaves(POST=[Action.MILESTONE_REOPEN, may(Action.MILESTONE_REOPEN)])
def reopen(said: Mapping[str, Any], reference: Reference, code: str) -> Response:
    """Open again what was recorded, with a reason."""
    version = seen()
    with begin(Purpose(CASEWORK.code, said["words"], said["keep"])) as work:
        return case_answer(work, reopen_milestone(work, reference, code, seen=version))


def facts_of(row: Row) -> dict[str, Any]:
    """What `MilestoneShown` shows of a milestone: of a sealed one, no date."""
    dates = {name: None if row.sealed else getattr(row, name) for name in DATES}
    return {
        "code": row.rule.code,
        "label": row.rule.label,
        "phase": row.rule.phase,
        "status": row.status,
        "turn": row.turn,
        "responsible": row.rule.responsible,
        "standing": row.due.standing if row.due else None,
        "outcome": row.outcome,
        "sealed": row.sealed,
        "limit_passed": row.limit_passed and not row.sealed,
        **dates,
    }
