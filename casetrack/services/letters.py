"""What somebody typed when something was done, read at the auditors' desk: each time by itself, and on the log.

It is sealed to the audit desk. The desk reads what anybody typed, and the auditors of another organisation what was
typed by that organisation's own accounts. How surnames compared, which casetrack itself sealed, is told elsewhere.
"""

import hashlib
from dataclasses import dataclass

from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.errors import IntegrityBroken, NotFound, NotYourWords
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.domain.unusual_events import SurnamesCompared
from casetrack.services.audit import Use, note_look
from casetrack.services.desk import WrittenEntry
from casetrack.services.desk_letters import opened
from casetrack.services.journal import read_kind
from casetrack.services.lists import EventCard
from casetrack.services.work import Attempt, UnitOfWork


@dataclass(frozen=True)
class Letter:
    """An entry, and what was typed with it."""

    card: EventCard
    words: str | None
    """None where what is kept cannot be opened, or is not what the log has the digest of: it was changed or lost."""


def is_typed(card: EventCard) -> bool:
    """Something was typed with the entry: it is kept, or the log has its digest although it is gone."""
    has_some = card.has_words or card.payload.get("words") is not None
    return has_some and read_kind(card.payload) != SurnamesCompared.__name__


def may_read(actor: Actor, card: EventCard) -> bool:
    """True of what was typed with an entry in the actor's scope, if they are of the desk or it is by one of their own.

    A token has no way to prove more, and is shown nothing that is sealed.
    """
    return is_typed(card) and actor.auth is not Auth.TOKEN and actor.holder in (AUDIT_DESK, card.holder)


def look_at_letter(work: UnitOfWork, entry: EventId, use: Use) -> EventCard:
    """The entry with which something was typed, and not yet that; that it was looked at is on the log."""
    work.require(Action.LETTER_OPEN)
    card = _in_scope(work, entry).card
    note_look(work, Action.AUDIT_SEARCH, use, f"entry={entry}", entries=1)
    return card


def open_letter(work: UnitOfWork, entry: EventId, use: Use) -> Letter:
    """What was typed with the entry, once it is on the log that the auditor reads it; in the history of no case.

    `NotFound` of an entry that is not in their scope, or with which nothing was typed; `NotYourWords` of one by
    somebody of another organisation. What does not open is told, and is on the log as what is not as it was sealed.
    """
    work.require(Action.LETTER_OPEN)
    written = _in_scope(work, entry)
    note_look(work, Action.LETTER_OPEN, use, f"entry={entry}", entries=1)
    words = _words(work, entry, written)
    if words is None:
        work.note(Attempt(Action.LETTER_OPEN).refused_by(IntegrityBroken, at=work.now, by=work.actor))
    return Letter(written.card, words)


def _in_scope(work: UnitOfWork, entry: EventId) -> WrittenEntry:
    written = work.stores.desk.entry(entry)
    if written is None or not is_typed(written.card):
        raise NotFound
    if not may_read(work.actor, written.card):
        raise NotYourWords
    return written


def _words(work: UnitOfWork, entry: EventId, written: WrittenEntry) -> str | None:
    """What the log has the digest of, opened."""
    letter = written.letter
    if letter is None or hashlib.sha256(letter).hexdigest() != written.card.payload.get("words"):
        return None
    return opened(work, [(entry, letter)]).get(entry)
