"""What changed on a case, when, and by which role of which organisation. Who looked is for the log to say."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.ids import AccountId
from casetrack.domain.references import Reference
from casetrack.services.lists import EventCard, Page
from casetrack.services.milestones import hidden_codes
from casetrack.services.ports import Change
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Changes:
    """Some changes of a case, oldest first, and what colleagues call those who made them."""

    made: tuple[Change, ...]
    names: Mapping[AccountId, str]


def view_history(work: UnitOfWork, reference: Reference, *, page: int) -> tuple[Case, Page[EventCard]]:
    """The changes of the case and its transfers, the newest first.

    Of a milestone that only the other strand's workers see, it says that something was recorded and not what.
    """
    case = work.open(reference, to=Action.HISTORY_VIEW)
    hidden = hidden_codes(work, case)
    found = work.stores.journal.history(case.id, page=page)
    return case, replace(found, items=tuple(_without(card, hidden) for card in found.items))


def changes_since(work: UnitOfWork, reference: Reference, version: int) -> Changes:
    """What changed on the case after the version that the actor was looking at."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return _told(work, case, work.stores.journal.changes(case.id, version))


def changed_meanwhile(work: UnitOfWork, case: Case) -> Changes:
    """What others changed in other parts of the case while the actor worked on what is saved now."""
    return _told(work, case, work.changed_meanwhile(case.id))


def _without(card: EventCard, hidden: Collection[str]) -> EventCard:
    detail = card.payload.get("detail")
    is_hidden = isinstance(detail, Mapping) and detail.get("code") in hidden
    return replace(card, payload={**card.payload, "detail": {}}) if is_hidden else card


def _told(work: UnitOfWork, case: Case, changes: Iterable[Change]) -> Changes:
    hidden = {f"milestone:{code}" for code in hidden_codes(work, case)}
    made = tuple(replace(change, aspect="milestone:") if change.aspect in hidden else change for change in changes)
    accounts = {change.account for change in made if change.account is not None}
    return Changes(made, work.stores.accounts.names(accounts) if accounts else {})
