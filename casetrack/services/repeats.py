"""Requests that may be sent again: the same one has the same answer, and what it asked for is done once.

An answer is kept sealed to the account's own holder, because it says which case it is about.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from casetrack.crypto.letters import letter_version, seal_letter
from casetrack.domain.errors import SentBefore
from casetrack.services.trust import opening
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Answered:
    """What was answered, and the digest of the request that it answered."""

    request: str
    answer: str


def request_digest(*said: object) -> str:
    """A request, as two that ask for the same are told from two that do not: whatever JSON can say."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def answered_before(work: UnitOfWork, key: str) -> Answered | None:
    """The answer that the account had for the request of that key; None the first time."""
    kept = work.stores.doors.remembered(_digest(work, key), work.actor.account)
    if kept is None:
        return None
    mine = work.trust.sealed(work.actor.holder, opening(lambda: letter_version(kept)))
    held = json.loads(work.trust.asking(lambda: work.deployment.keyring.open_letter(mine, kept, _context(work, key))))
    return Answered(held["request"], held["answer"])


def take_turn(work: UnitOfWork, key: str) -> Answered | None:
    """The same, where the same request may be on its way twice: nobody else answers it before this work has ended.

    `StillAnswering` if the other takes long.
    """
    work.stores.doors.take_turn(_digest(work, key), work.actor.account, work.now)
    return answered_before(work, key)


def done_before(work: UnitOfWork, key: str, request: Callable[[], str]) -> bool:
    """True if the request of that key was done; `SentBefore` if what was done was another."""
    before = take_turn(work, key)
    if before is not None and before.request != request():
        raise SentBefore
    return before is not None


def remember_answer(work: UnitOfWork, key: str, answered: Answered) -> None:
    """The answer is kept for whoever sends the request of that key again; `Stale` if the other was first."""
    to = work.trust.current(work.actor.holder)
    text = json.dumps({"request": answered.request, "answer": answered.answer}, sort_keys=True)
    sealed = seal_letter(text, to=to, context=_context(work, key), deployment=work.deployment.name)
    work.stores.doors.remember(_digest(work, key), work.actor.account, sealed, work.now)


def _digest(work: UnitOfWork, key: str) -> bytes:
    return hashlib.sha256(b"casetrack/v1/repeat\x00" + work.actor.account.bytes + key.encode()).digest()


def _context(work: UnitOfWork, key: str) -> bytes:
    return b"repeat\0" + _digest(work, key)
