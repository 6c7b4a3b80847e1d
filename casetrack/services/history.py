"""What changed on a case, when, and by which role of which organisation. Who looked is for the log to say."""

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.references import Reference
from casetrack.services.lists import EventCard, Page
from casetrack.services.work import UnitOfWork


def view_history(work: UnitOfWork, reference: Reference, *, page: int) -> tuple[Case, Page[EventCard]]:
    """The changes of the case and its transfers, the newest first."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return case, work.stores.journal.history(case.id, page=page)
