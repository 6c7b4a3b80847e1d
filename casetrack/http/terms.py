"""By which terms something is said to either door: the facts and the organisations in force today."""

from casetrack.domain.calendars import london_date
from casetrack.http.house import house
from casetrack.schemas.terms import Terms


def terms() -> Terms:
    """What is in force today."""
    place = house()
    return Terms(place.deployment.facts, place.deployment.holders, london_date(place.clock()))
