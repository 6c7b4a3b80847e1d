"""Half-finished answers, sealed to the account's own holder: a time-out loses nothing and a dump shows nothing."""

import json
from collections.abc import Mapping
from typing import Any

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.letters import letter_version, seal_letter
from casetrack.services.ports import Draft
from casetrack.services.work import UnitOfWork


def keep_draft(work: UnitOfWork, kind: str, answers: Mapping[str, Any]) -> None:
    """The answers wait for the account, in the place of what it kept before."""
    to = work.trust.current(work.actor.holder)
    text = json.dumps(answers, sort_keys=True)
    sealed = seal_letter(text, to=to, context=_context(work, kind), deployment=work.deployment.name)
    work.stores.drafts.keep(Draft(work.actor.account, kind, sealed, work.now))


def open_draft(work: UnitOfWork, kind: str) -> dict[str, Any]:
    """What the account answered so far; nothing if it has not begun, or its keys no longer open what it kept.

    `KeysUnavailable` if they cannot be reached: what is kept is not lost, and must not be begun anew over it.
    """
    draft = work.stores.drafts.get(work.actor.account, kind)
    if draft is None:
        return {}
    try:
        mine = work.trust.sealed(work.actor.holder, letter_version(draft.sealed))
        letter, context = draft.sealed, _context(work, kind)
        answers = json.loads(work.trust.reaching(lambda: work.deployment.keyring.open_letter(mine, letter, context)))
    except (CannotOpen, ValueError):
        return {}
    return answers if isinstance(answers, dict) else {}


def discard_draft(work: UnitOfWork, kind: str) -> None:
    """The answers were sent, or are not wanted any more."""
    work.stores.drafts.discard(work.actor.account, kind)


def _context(work: UnitOfWork, kind: str) -> bytes:
    return b"draft\0" + work.actor.account.bytes + kind.encode()
