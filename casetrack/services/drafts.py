"""Half-finished answers, sealed to the account's own holder: a time-out loses nothing and a dump shows nothing.

An account may have the same answers open in two tabs. A page carries the mark of the answers that it was made from, and
whatever is sent from it is refused once they are others: what was checked is what is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.letters import letter_version, seal_letter
from casetrack.domain.errors import DraftChanged, DraftSent
from casetrack.services.repeats import Answered, answered_before, remember_answer
from casetrack.services.unsent import Draft
from casetrack.services.work import UnitOfWork


@dataclass(frozen=True)
class Begun:
    """Answers that wait, and their mark: another each time that they are kept, and nothing where none are."""

    kind: str
    answers: Mapping[str, Any] = field(repr=False)
    mark: str


def keep_draft(work: UnitOfWork, kind: str, answers: Mapping[str, Any]) -> None:
    """The answers wait for the account, in the place of what it kept before."""
    work.stores.drafts.keep(_sealed(work, kind, answers))


def open_draft(work: UnitOfWork, kind: str) -> Mapping[str, Any]:
    """What the account answered so far, as `view_draft` has it."""
    return view_draft(work, kind).answers


def view_draft(work: UnitOfWork, kind: str) -> Begun:
    """What the account answered so far; nothing if it has not begun, or its keys no longer open what it kept.

    `KeysUnavailable` if they cannot be reached: what is kept is not lost, and must not be begun anew over it.
    """
    return _begun(work, kind, work.stores.drafts.get(work.actor.account, kind))


def hold_draft(work: UnitOfWork, kind: str, *, seen: str) -> Begun:
    """The answers that a page with that mark was made from: nobody else changes or sends them until the end.

    `DraftSent` if they were sent, and `DraftChanged` if they are others for any other reason.
    """
    begun = _begun(work, kind, work.stores.drafts.get(work.actor.account, kind, lock=True))
    if begun.mark == seen:
        return begun
    sent = answered_before(work, _sent(kind, seen)) if seen else None
    if sent is not None:
        raise DraftSent(draft=kind, sent=sent.answer)
    raise DraftChanged(draft=kind)


def change_draft(work: UnitOfWork, begun: Begun, answers: Mapping[str, Any]) -> None:
    """The answers wait in the place of those that are held; `DraftChanged` if others were begun at the same time."""
    draft = _sealed(work, begun.kind, answers)
    if begun.mark:
        work.stores.drafts.keep(draft)
    elif not work.stores.drafts.begin(draft):
        raise DraftChanged(draft=begun.kind)


def discard_draft(work: UnitOfWork, kind: str) -> None:
    """The answers are not wanted any more."""
    work.stores.drafts.discard(work.actor.account, kind)


def send_draft(work: UnitOfWork, begun: Begun, made: str) -> None:
    """The answers that are held are sent, and so gone; whoever sends them once more is told what was made of them."""
    remember_answer(work, _sent(begun.kind, begun.mark), Answered(begun.mark, made))
    discard_draft(work, begun.kind)


def _sealed(work: UnitOfWork, kind: str, answers: Mapping[str, Any]) -> Draft:
    to = work.trust.current(work.actor.holder)
    text = json.dumps(answers, sort_keys=True)
    sealed = seal_letter(text, to=to, context=_context(work, kind), deployment=work.deployment.name)
    return Draft(work.actor.account, kind, sealed, work.now)


def _begun(work: UnitOfWork, kind: str, draft: Draft | None) -> Begun:
    if draft is None:
        return Begun(kind, {}, "")
    return Begun(kind, _opened(work, draft), sha256(draft.sealed).hexdigest())


def _opened(work: UnitOfWork, draft: Draft) -> Mapping[str, Any]:
    try:
        mine = work.trust.sealed(work.actor.holder, letter_version(draft.sealed))
        letter, context = draft.sealed, _context(work, draft.kind)
        answers = json.loads(work.trust.reaching(lambda: work.deployment.keyring.open_letter(mine, letter, context)))
    except (CannotOpen, ValueError):
        return {}
    return answers if isinstance(answers, dict) else {}


def _sent(kind: str, mark: str) -> str:
    return f"draft:{kind}:{mark}"


def _context(work: UnitOfWork, kind: str) -> bytes:
    return b"draft\0" + work.actor.account.bytes + kind.encode()
