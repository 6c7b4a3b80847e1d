"""What changed on a case, when, and by which role of which organisation. Who looked is for the log to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.ids import AccountId
from casetrack.domain.references import Reference
from casetrack.services.lists import EventCard, Page
from casetrack.services.ports import Change
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Changes:
    """Some changes of a case, oldest first, and what colleagues call those who made them."""

    made: tuple[Change, ...]
    names: Mapping[AccountId, str]


def view_history(work: UnitOfWork, reference: Reference, *, page: int) -> tuple[Case, Page[EventCard]]:
    """The changes of the case and its transfers, the newest first."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return case, work.stores.journal.history(case.id, page=page)


def changes_since(work: UnitOfWork, reference: Reference, version: int) -> Changes:
    """What changed on the case after the version that the actor was looking at."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return _told(work, work.stores.journal.changes(case.id, version))


def changed_meanwhile(work: UnitOfWork, case: Case) -> Changes:
    """What others changed in other parts of the case while the actor worked on what is saved now."""
    return _told(work, work.changed_meanwhile(case.id))


def _told(work: UnitOfWork, changes: Iterable[Change]) -> Changes:
    made = tuple(changes)
    accounts = {change.account for change in made if change.account is not None}
    return Changes(made, work.stores.accounts.names(accounts) if accounts else {})
