"""What is sealed to the audit desk beside entries of the log, opened for whoever may know what it says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.letters import letter_version
from casetrack.domain.actors import Auth
from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import EventId
from casetrack.services.work import UnitOfWork

Letter: TypeAlias = tuple[EventId, bytes]
"""An entry, and what is sealed beside it."""


def is_of_desk(work: UnitOfWork) -> bool:
    """True of somebody of the audit desk who has signed in: letters are sealed to their own organisation.

    To a token nothing is opened that is sealed: it has no way to prove more.
    """
    return work.actor.holder == AUDIT_DESK and work.actor.auth is not Auth.TOKEN


def open_words(work: UnitOfWork, letters: Iterable[Letter]) -> Mapping[EventId, str]:
    """What each of the letters says; nothing of one that does not open, and nothing at all but to the desk.

    `KeysUnavailable` while the desk's keys cannot be reached.
    """
    return opened(work, letters) if is_of_desk(work) else {}


def opened(work: UnitOfWork, letters: Iterable[Letter]) -> Mapping[EventId, str]:
    """The same to whoever asks: that they may know is settled by then."""
    by_version: dict[int, list[Letter]] = defaultdict(list)
    for entry, letter in letters:
        with suppress(CannotOpen):
            by_version[letter_version(letter)].append((entry, letter))
    said: dict[EventId, str] = {}
    for version, some in sorted(by_version.items()):
        with suppress(IntegrityBroken):
            said.update(_opened(work, work.trust.sealed(AUDIT_DESK, version), some))
    return said


def _opened(work: UnitOfWork, mine: SealedKeyset, letters: Sequence[Letter]) -> Mapping[EventId, str]:
    """All at once; only where that is refused each is tried alone, and what does not open is left out."""
    try:
        return _read(work, mine, letters)
    except IntegrityBroken:
        said: dict[EventId, str] = {}
        for each in letters:
            with suppress(IntegrityBroken):
                said.update(_read(work, mine, [each]))
        return said


def _read(work: UnitOfWork, mine: SealedKeyset, letters: Sequence[Letter]) -> Mapping[EventId, str]:
    keyring = work.deployment.keyring
    texts = work.trust.asking(lambda: keyring.open_letters(mine, [(letter, entry.bytes) for entry, letter in letters]))
    return {entry: text for (entry, _), text in zip(letters, texts, strict=True)}
