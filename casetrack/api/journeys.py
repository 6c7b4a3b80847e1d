"""The journey of a case: who was responsible when, each offer, and the milestones along the way."""

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.api.milestones import facts_of
from casetrack.domain.actions import Action
from casetrack.domain.holdings import STRAND_PARTS
from casetrack.domain.progress import Status
from casetrack.domain.references import Reference
from casetrack.http.work import begin
from casetrack.schemas.offers import JourneyShown
from casetrack.services.journeys import view_journey

calls = Calls("journeys", __name__, "The way that a case has come.")


@calls.get("/cases/<reference:reference>/journey", Action.JOURNEY_VIEW, shows=JourneyShown)
def view(reference: Reference) -> Response:
    """The journey so far: what its picture is drawn from."""
    with begin() as work:
        journey = view_journey(work, reference)
    strands = {part: strand for strand, part in STRAND_PARTS.items()}
    legs = [
        {"strand": strands[row.part], "holder": row.holder, "since": row.since, "until": row.until, "via": row.via}
        for row in journey.case.holdings.rows
        if row.part in strands and row.number
    ]
    facts = {
        "reference": journey.case.reference,
        "legs": legs,
        "transfers": journey.transfers,
        "milestones": [facts_of(row) for row in journey.rows if row.status is Status.MET],
    }
    return answer(JourneyShown(), facts, version=journey.case.version)
