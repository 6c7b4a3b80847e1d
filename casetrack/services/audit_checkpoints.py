"""An older checkpoint that somebody kept is held against the log as it is now.

Whoever keeps one where nobody who runs casetrack reaches it can show by it that the log still begins with the same
entries: or that it was rolled back, or rewritten.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import LogRefused, LogRolledBack
from casetrack.audit.note import Note
from casetrack.domain.actions import Action
from casetrack.domain.errors import LogKeysRefused, NotOurCheckpoint
from casetrack.services.audit import Inspect, Use, note_look
from casetrack.services.desk import LogState
from casetrack.services.evidence import Evidence, OutOfTime
from casetrack.services.verifying_journal import Believed, KnownLog, verify_kept
from casetrack.services.work import UnitOfWork


class Verdict(StrEnum):
    """What comes of holding an older checkpoint against the log."""

    HOLDS = "holds"
    """The log still begins with the entries of the checkpoint."""
    ROLLED_BACK = "rolled-back"
    """The log has fewer entries than it had promised."""
    REWRITTEN = "rewritten"
    """The log has other entries than it had promised."""


@dataclass(frozen=True)
class Comparison:
    """An older checkpoint and the log, held against each other."""

    verdict: Verdict | None
    """None where it could not be told: for lack of time or, if that is said, for another reason."""
    size: int
    """How many entries the checkpoint has promised."""
    entries: int
    """How many the log's own newest checkpoint has; of a log that was rolled back, how many there are."""
    why: str = ""
    """Why nothing could be held against anything."""


def begin_comparing(work: UnitOfWork, note: str, use: Use) -> LogState:
    """The auditor is about to have the log, which is so far, held against that checkpoint.

    `NotOurCheckpoint` if it is none at all.
    """
    work.require(Action.AUDIT_VERIFY)
    note_look(work, Action.AUDIT_VERIFY, use, f"held={_said(note).size}")
    return work.stores.desk.log_state()


def compare_checkpoint(note: str, inspect: Inspect, within: Callable[[Evidence], Evidence]) -> Comparison:
    """Whether the log still begins with what the checkpoint has promised, after that looking was journalled.

    As far as the evidence may be read `within` it. `NotOurCheckpoint` if this log did not sign it, by a key that was in
    force at its size.
    """
    try:
        with inspect() as (evidence, believed):
            return _compared(note, within(evidence), believed)
    except LogKeysRefused as refused:
        return Comparison(None, _said(note).size, 0, why=refused.said)


def _compared(note: str, evidence: Evidence, believed: Believed) -> Comparison:
    log = believed.log_of(note)
    try:
        older = log.keys.open(note)
    except LogRefused as refused:
        raise NotOurCheckpoint(why=str(refused)) from None
    entries = 0
    try:
        entries = _signed(evidence, log)
        if entries < older.size:
            return Comparison(Verdict.ROLLED_BACK, older.size, entries)
        verify_kept(note, evidence, believed)
    except OutOfTime:
        return Comparison(None, older.size, 0)
    except LogRolledBack as refused:
        return Comparison(Verdict.ROLLED_BACK, older.size, refused.found)
    except LogRefused:
        return Comparison(Verdict.REWRITTEN, older.size, entries)
    return Comparison(Verdict.HOLDS, older.size, entries)


def _said(note: str) -> Checkpoint:
    """What the note says, whoever signed it."""
    try:
        return Checkpoint.parse(Note.parse(note).text)
    except LogRefused as refused:
        raise NotOurCheckpoint(why=str(refused)) from None


def _signed(evidence: Evidence, log: KnownLog) -> int:
    """How many entries the log's newest checkpoint has; `LogRefused` if that is not the log's own."""
    newest = deque(log.checkpoints(evidence), maxlen=1)
    return log.keys.open(newest[0]).size if newest else 0
