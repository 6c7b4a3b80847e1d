"""Legal holds, to be looked at. They are set and lifted signed in, and never by a token."""

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.domain.actions import Action
from casetrack.domain.references import Reference
from casetrack.http.work import begin
from casetrack.schemas.approvals import HoldsShown
from casetrack.services.cases import overview_of, view_held

calls = Calls("holds", __name__, "Legal holds: while one stands on a case, nothing of that is erased.")


@calls.get("/cases/<reference:reference>/holds", Action.CASE_VIEW, shows=HoldsShown)
def list_(reference: Reference) -> Response:
    """Every legal hold that stands on a case, oldest first."""
    with begin() as work:
        overview = overview_of(work, view_held(work, reference))
    return answer(HoldsShown(), {"reference": reference, "items": overview.holds})
