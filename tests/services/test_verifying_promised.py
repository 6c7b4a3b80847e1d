"""Verifying, and giving out, a log that does not go on from what others hold: it is named, and nothing leaves."""

from dataclasses import replace

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.errors import LogForked, LogRolledBack, PromiseBroken
from casetrack.services.audit import verify_audit
from casetrack.services.checkpoints import CheckpointSigner, origin_of
from casetrack.services.exporting import NO_WITNESSES, newest_witnessed
from casetrack.services.findings import About
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_journal import Believed
from tests.services import acts
from tests.services.everything import Everything, believed, log_key
from tests.services.evidence import LOG_KEY, MemoryEvidence
from tests.services.evidence import believed as believed_of_memory
from tests.world import NAME, World


@pytest.fixture
def world() -> World:
    """A log of several checkpoints."""
    world = World.in_memory()
    for _ in range(3):
        acts.opened(world)
    return world


def holding(world: World, note: str) -> Believed:
    """Others hold that checkpoint."""
    return replace(believed(world), held=note)


def signed(size: int, root: bytes = bytes(32), origin: str = origin_of(NAME)) -> str:
    """A checkpoint that the log's own key signed, of whatever it may be."""
    return sign_checkpoint(Checkpoint(origin, size, root), CheckpointSigner(origin, log_key()))


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_log_that_goes_on_from_it_is_as_it_was_recorded(world: World, place: int) -> None:
    everything = Everything.of(world)

    assert list(verify_database(everything, holding(world, everything.notes[place]))) == []


def test_a_log_that_is_shorter_or_other_than_what_others_hold_is_named(world: World) -> None:
    everything = Everything.of(world)
    size = len(everything.rows)
    for note, because in (
        (signed(size + 2), LogRolledBack(size=size + 2, found=size)),
        (signed(size), LogForked(size=size)),
        (signed(size - 1), LogForked(size=size - 1)),
    ):
        (found,) = verify_database(everything, holding(world, note))
        assert (found.about, found.sentence) == (About.LOG, str(PromiseBroken(because=because)))


def test_of_such_a_log_no_checkpoint_is_shown_to_be_kept(world: World) -> None:
    inspection = verify_audit(Everything.of(world), holding(world, signed(10_000)))

    assert (inspection.verified, inspection.checkpoint) == (None, "")


def test_what_others_hold_of_a_log_before_was_answered_for_when_this_one_began(world: World) -> None:
    assert list(verify_database(Everything.of(world), holding(world, signed(10_000, origin="before/audit")))) == []


def test_nothing_is_given_out_of_such_a_log(world: World) -> None:
    evidence, trusted = MemoryEvidence(world), believed_of_memory(world)
    note, newest = newest_witnessed(evidence, trusted, NO_WITNESSES)
    assert newest_witnessed(evidence, replace(trusted, held=note), NO_WITNESSES) == (note, newest)
    other = sign_checkpoint(replace(newest, size=newest.size + 1), CheckpointSigner(newest.origin, LOG_KEY))
    with pytest.raises(PromiseBroken):
        newest_witnessed(evidence, replace(trusted, held=other), NO_WITNESSES)
