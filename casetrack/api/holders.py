"""The organisations that can be responsible for a person. Nothing here is about a case."""

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.domain.calendars import london_date
from casetrack.http.house import house
from casetrack.schemas.shown import HoldersShown

calls = Calls("holders", __name__, "The organisations that can be responsible for a person.")


@calls.get("/holders", shows=HoldersShown)
def list_() -> Response:
    """The organisations that can be responsible for a person today, by name."""
    place = house()
    return answer(HoldersShown(), {"items": place.deployment.holders.that_hold_cases(london_date(place.clock()))})
