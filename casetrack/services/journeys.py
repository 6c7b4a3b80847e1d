"""The journey of a case: who was responsible where and when, each hand-off, and the milestones along the way."""

from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.progress import Row
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.milestones import strands_seen
from casetrack.services.offers import transfers_of
from casetrack.services.outlook import milestones_of, seen_by
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Journey:
    """What the picture of a journey is drawn from."""

    case: Case
    transfers: tuple[Transfer, ...]
    rows: tuple[Row, ...]


def view_journey(work: UnitOfWork, reference: Reference) -> Journey:
    """The journey so far, with the milestones that the actor's strands see."""
    case = work.open(reference, to=Action.JOURNEY_VIEW)
    transfers = transfers_of(work, case)
    strands = strands_seen(work, case)
    every = milestones_of(case, work.deployment, work.now, transfers=transfers, strands=strands)
    rows = seen_by(every, strands)
    return Journey(case, transfers, rows)
