"""Verifying a log that began again: the one before is verified as well, and the first entry after it answers for it."""

from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.errors import LogRolledBack
from casetrack.audit.tree import leaf_hash, root_of
from casetrack.crypto.signing import LogKey
from casetrack.domain.errors import NotOurCheckpoint
from casetrack.domain.log_events import LogReopened
from casetrack.services.audit_checkpoints import Comparison, Verdict, compare_checkpoint
from casetrack.services.checkpoints import CheckpointSigner, LogChain, origin_of
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_journal import Believed, earlier_logs, verify_kept
from tests.services import acts
from tests.services.everything import Everything, believed, log_key, signed
from tests.services.keeping import keeper
from tests.world import NAME, World

OLD, NEW = origin_of(NAME), origin_of(NAME, 2)


@cache
def new_key() -> LogKey:
    """The key of the second log."""
    return LogKey.generate()


class TwoLogs:
    """A world whose log began again: all that is kept of it, and where the second log begins."""

    def __init__(self, **said: Any) -> None:  # noqa: ANN401 - what the first entry says otherwise than is true
        self.world = World.in_memory()
        acts.opened(self.world)
        before = Everything.of(self.world)
        self.base = len(before.rows)
        truly = {
            "old_origin": OLD,
            "entries": self.base,
            "root": root_of(leaf_hash(leaf) for _, _, leaf in before.rows).hex(),
            "checkpoint": before.notes[-1],
        }
        self._note(truly | said)
        acts.opened(self.world)
        self.everything = Everything.of(self.world)
        leaves = [leaf for _, _, leaf in self.everything.rows[self.base :]]
        self.everything.notes = [*before.notes, *signed(leaves, CheckpointSigner(NEW, new_key()))]

    def _note(self, said: dict[str, Any]) -> None:
        by = keeper(self.world)
        event = LogReopened(at=by.now, by=by.actor.account, origin=NEW, held="", **said)
        with by.enter() as room:
            by.note(room, event)

    @property
    def believed(self) -> Believed:
        """What verifying starts from."""
        chain = LogChain(new_key().public, number=2, base=self.base, earlier=(LogChain(log_key().public),))
        return replace(believed(self.world), log=chain.of(NAME), base=chain.base, earlier=earlier_logs(chain, NAME))

    def findings(self) -> list[str]:
        """What verifying finds wrong with it, in words."""
        return [str(finding) for finding in verify_database(self.everything, self.believed)]

    def compared(self, note: str) -> Comparison:
        """What comes of holding that checkpoint against it."""
        return compare_checkpoint(note, lambda: nullcontext((self.everything, self.believed)), lambda kept: kept)


def test_both_logs_are_as_they_were_signed() -> None:
    assert TwoLogs().findings() == []


@pytest.mark.parametrize(
    "said",
    [{"entries": 1}, {"root": "00" * 32}, {"checkpoint": ""}, {"old_origin": NEW}],
    ids=["how many", "which", "signed by whom", "of which log"],
)
def test_a_first_entry_that_says_otherwise_is_named(said: dict[str, Any]) -> None:
    assert TwoLogs(**said).findings() == [f"The log {OLD}: The log after it does not say what was left of it."]


def test_a_checkpoint_of_either_log_that_somebody_kept_is_held_against_its_own() -> None:
    logs = TwoLogs()
    for note in logs.everything.notes:
        verify_kept(note, logs.everything, logs.believed)
        assert logs.compared(note).verdict is Verdict.HOLDS
    assert logs.compared(logs.everything.notes[0]).entries == logs.base
    assert logs.compared(logs.everything.notes[-1]).entries == len(logs.everything.rows) - logs.base


def test_what_the_old_log_had_promised_and_lost_stays_lost() -> None:
    logs = TwoLogs()
    promised = sign_checkpoint(Checkpoint(OLD, logs.base + 1, bytes(32)), CheckpointSigner(OLD, log_key()))
    with pytest.raises(LogRolledBack):
        verify_kept(promised, logs.everything, logs.believed)
    assert logs.compared(promised) == Comparison(Verdict.ROLLED_BACK, logs.base + 1, logs.base)


def test_a_checkpoint_of_no_log_of_ours_is_none_of_ours() -> None:
    logs = TwoLogs()
    foreign = sign_checkpoint(Checkpoint("x", 1, bytes(32)), CheckpointSigner("x", log_key()))
    with pytest.raises(NotOurCheckpoint):
        logs.compared(foreign)


def test_an_old_log_of_which_no_checkpoint_is_left_is_named() -> None:
    logs = TwoLogs()
    logs.everything.notes = [note for note in logs.everything.notes if not note.startswith(f"{OLD}\n")]
    whole, answer = logs.findings()
    assert "not signed by any key" in whole
    assert answer == f"The log {OLD}: The log after it does not say what was left of it."


def test_an_entry_of_the_old_log_that_is_another_is_named() -> None:
    logs = TwoLogs()
    number, event, leaf = logs.everything.rows[1]
    logs.everything.rows[1] = (number, event, leaf[:-1] + bytes([leaf[-1] ^ 1]))
    assert any(OLD in finding for finding in logs.findings())
