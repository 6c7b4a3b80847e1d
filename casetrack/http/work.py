"""The unit of work of a request: as whoever is signed in, at this instant."""

from contextlib import AbstractContextManager

from casetrack.http.house import house
from casetrack.http.identity import current_actor
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.work import UnitOfWork, at_work


def begin(purpose: Purpose = CASEWORK) -> AbstractContextManager[UnitOfWork]:
    """One actor doing one thing, for one purpose, in one transaction; a refusal rolls it back and is journalled."""
    place = house()
    return at_work(place.begin, place.deployment, current_actor(), place.clock(), purpose)
