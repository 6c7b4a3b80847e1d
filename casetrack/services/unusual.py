"""Unusual accesses: listed for an auditor with why each is unusual, and what came of it recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.errors import NotFound, OwnAccess, ReasonNeeded
from casetrack.domain.events import LogOpened
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId, HolderCode
from casetrack.domain.unusual_access import Disposition
from casetrack.domain.unusual_events import AccessReviewed
from casetrack.domain.words import N_
from casetrack.services.audit import Use
from casetrack.services.desk_letters import open_words
from casetrack.services.lists import Page
from casetrack.services.measures import Surnames, measure
from casetrack.services.occasions import Occasion, Review, Stands, UnusualQuery
from casetrack.services.work import UnitOfWork

LONGEST: Final = 31
"""Days that an auditor may ask for at a time."""

DISPOSITIONS: Final[Mapping[Disposition, str]] = {
    Disposition.EXPECTED: N_("Expected: it is explained"),
    Disposition.SPOKEN_TO: N_("Spoken to the person who did it"),
    Disposition.PROFESSIONAL_STANDARDS: N_("Referred to professional standards"),
    Disposition.NO_FURTHER_ACTION: N_("No further action"),
    Disposition.STILL_LOOKING: N_("Still looking into it"),
}
STANDINGS: Final[Mapping[Stands, str]] = {
    Stands.NOT_REVIEWED: N_("Not reviewed yet"),
    **{Stands(disposition.value): words for disposition, words in DISPOSITIONS.items()},
}


@dataclass(frozen=True)
class Unusual:
    """One page of the occasions that match."""

    page: Page[Occasion]
    surnames: Surnames


@dataclass(frozen=True)
class Reviewed:
    """One occasion, and all that was said to have come of it, the newest first."""

    occasion: Occasion
    reviews: tuple[Review, ...] = ()
    words: Mapping[EventId, str] = field(default_factory=dict)
    """Why, by the entry of each review: for the audit desk alone."""
    may_review: bool = True
    """False of the reader's own access."""


def list_unusual(work: UnitOfWork, query: UnusualQuery, use: Use) -> Unusual:
    """The occasions of those days within the auditor's scope; that they were looked at, and what for, is on the log."""
    work.require(Action.UNUSUAL_LIST)
    measures, surnames = measure(work, query)
    page = work.stores.unusual.find(query, measures)
    _note_look(work, Action.UNUSUAL_LIST, query.filters, use, len(page.items))
    return Unusual(page, surnames)


def view_unusual(work: UnitOfWork, entry: EventId, use: Use, *, of_day: bool) -> Reviewed:
    """The occasion that this entry is of, or that is about its whole day; `NotFound` if there is none in scope."""
    work.require(Action.UNUSUAL_REVIEW)
    occasion = _looked_at(work, entry, use, of_day=of_day)
    reviews = work.stores.unusual.reviews(occasion.entries, of_day=of_day)
    words = open_words(work, [(each.id, each.letter) for each in reviews if each.letter is not None])
    return Reviewed(occasion, reviews, words, occasion.first.account != work.actor.account)


def review_unusual(work: UnitOfWork, entry: EventId, disposition: Disposition, use: Use, *, of_day: bool) -> Occasion:
    """The occasion as it stands now: what came of it is on the log, and takes the place of what was said before.

    The auditors in whose scope the occasion is are told of it, and no case's history is; why is for the desk alone.
    `OwnAccess` of one's own.
    """
    work.require(Action.UNUSUAL_REVIEW)
    if not work.purpose.words.strip():
        raise ReasonNeeded
    occasion = _looked_at(work, entry, use, of_day=of_day)
    if occasion.first.account == work.actor.account:
        raise OwnAccess
    reviewed = AccessReviewed(
        at=work.now,
        by=work.actor.account,
        entry=occasion.first.id,
        disposition=disposition,
        of_day=of_day,
        entries=len(occasion.entries),
    )
    noted = work.note(reviewed, sides=_in_scope_of(work, occasion))
    name = work.stores.accounts.names([work.actor.account])[work.actor.account]
    review = Review(noted, work.now, work.actor.account, name, disposition, len(occasion.entries))
    return replace(occasion, review=review)


def _looked_at(work: UnitOfWork, entry: EventId, use: Use, *, of_day: bool) -> Occasion:
    written = work.stores.unusual.entry(entry)
    if written is None:
        raise NotFound
    account, at = written
    day = london_date(at)
    query = UnusualQuery(since=day, until=day, account=account, entry=entry, of_day=of_day)
    measures, _ = measure(work, query)
    found = work.stores.unusual.find(query, measures).items
    if not found:
        raise NotFound
    _note_look(work, Action.UNUSUAL_REVIEW, query.filters, use, len(found[0].entries))
    return found[0]


def _note_look(work: UnitOfWork, action: Action, filters: tuple[str, ...], use: Use, entries: int) -> None:
    """A look names no case, and where it was for a reason that was typed, the reason is not its own."""
    looked = LogOpened(action=action, at=work.now, by=work.actor.account, use=use, filters=filters, entries=entries)
    work.note(looked, purpose=replace(work.purpose, words=""))


def _in_scope_of(work: UnitOfWork, occasion: Occasion) -> set[HolderCode]:
    """The organisations whose auditors know of the entry that the occasion began with; none of what the desk says.

    It may say so because of a surname, which is for the desk alone, or of an auditor.
    """
    if work.actor.holder == AUDIT_DESK:
        return set()
    then = occasion.first.payload.get("holders_then")
    named = then if isinstance(then, list) else []
    return {code for code in work.deployment.holders.by_code if code in named or code == occasion.first.holder}
