"""What changed on a case, when, and by which role of which organisation. Who looked is for the log to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.case import Case
from casetrack.domain.events import ContactRecorded
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import AccountId
from casetrack.domain.references import Reference
from casetrack.services.lists import LYING, EventCard, Page, Unseen
from casetrack.services.milestones import hidden_codes, strands_seen
from casetrack.services.ports import Change
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Changes:
    """Some changes of a case, oldest first, and what colleagues call those who made them."""

    made: tuple[Change, ...]
    names: Mapping[AccountId, str]


def view_history(work: UnitOfWork, reference: Reference, *, page: int) -> tuple[Case, Page[EventCard]]:
    """The changes of the case and its transfers, the newest first; none of what lies in a part that is another's."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return case, work.stores.journal.history(case.id, page=page, unseen=_unseen(work, case))


def changes_since(work: UnitOfWork, reference: Reference, version: int) -> Changes:
    """What changed on the case after the version that the actor was looking at."""
    case = work.open(reference, to=Action.HISTORY_VIEW)
    return _told(work, case, work.stores.journal.changes(case.id, version))


def changed_meanwhile(work: UnitOfWork, case: Case) -> Changes:
    """What others changed in other parts of the case while the actor worked on what is saved now."""
    return _told(work, case, work.changed_meanwhile(case.id))


def _unseen(work: UnitOfWork, case: Case) -> Unseen:
    """What the actor's organisation is not shown: what is of a strand that it lacks, and an address of others."""
    aspects = {f"milestone:{code}" for code in hidden_codes(work, case)}
    if Part.SAFE_ADDRESS not in case.holdings.parts_of(work.actor.holder):
        aspects.add(ContactRecorded.aspect)
    return Unseen(frozenset(aspects), frozenset(Strand) - strands_seen(work, case))


def _told(work: UnitOfWork, case: Case, changes: Iterable[Change]) -> Changes:
    """What of it the actor is shown: a file or a note of others lies with a strand that its organisation has not."""
    unseen, own = _unseen(work, case), work.actor.holder
    is_apart = bool(unseen.strands)
    shown = (change for change in changes if change.aspect not in unseen.aspects)
    made = tuple(each for each in shown if not (is_apart and each.action in LYING and each.holder != own))
    accounts = {change.account for change in made if change.account is not None}
    return Changes(made, work.stores.accounts.names(accounts) if accounts else {})
