"""An older checkpoint that somebody kept, held against the log as it is now."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.tree import EMPTY_ROOT, Frontier, leaf_hash
from casetrack.crypto.signing import LogKey
from casetrack.domain.errors import LogKeysRefused, NotOurCheckpoint, NotPermitted
from casetrack.services.audit import Use
from casetrack.services.audit_checkpoints import Comparison, Verdict, begin_comparing, compare_checkpoint
from casetrack.services.checkpoints import CheckpointSigner, origin_of
from casetrack.services.evidence import Evidence, InTime
from casetrack.services.verifying_journal import Believed
from tests.services import acts
from tests.services.acts import kept
from tests.services.evidence import LOG_KEY, MemoryEvidence, inspecting
from tests.world import NAME, World


def newest(world: World) -> str:
    """What somebody keeps today."""
    (note,) = MemoryEvidence(world).checkpoints()
    return note


def size_of(note: str) -> int:
    return int(note.splitlines()[1])


def compared(world: World, note: str, evidence: Evidence | None = None) -> Comparison:
    return compare_checkpoint(note, partial(inspecting, world), lambda kept: evidence or kept)


@pytest.fixture
def world() -> World:
    world = World.in_memory()
    acts.opened(world)
    return world


def test_a_log_that_has_grown_since_still_holds(world: World) -> None:
    held = newest(world)
    acts.opened(world)
    grown = size_of(newest(world))
    assert compared(world, held) == Comparison(Verdict.HOLDS, size_of(held), grown)
    assert grown > size_of(held)
    assert compared(world, newest(world)).verdict is Verdict.HOLDS


def test_a_log_that_has_lost_entries_was_rolled_back(world: World) -> None:
    held = newest(world)
    kept(world).entries = kept(world).entries[:-2]
    assert compared(world, held) == Comparison(Verdict.ROLLED_BACK, size_of(held), size_of(held) - 2)


def test_a_log_with_other_entries_was_rewritten(world: World) -> None:
    held = newest(world)
    *others, last = kept(world).entries
    kept(world).entries = (*others, replace(last, commitment=bytes(32)))
    assert compared(world, held) == Comparison(Verdict.REWRITTEN, size_of(held), size_of(held))


class Broken(MemoryEvidence):
    """A log of which somebody took something away that is signed."""

    def __init__(self, world: World, *, leaves: bool = False) -> None:
        super().__init__(world)
        self.takes_leaves = leaves

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        found = list(super().leaves())
        yield from found[:-1] if self.takes_leaves else found

    def checkpoints(self) -> Iterator[str]:
        (note,) = super().checkpoints()
        yield note if self.takes_leaves else note.replace("\n\n", "\nline\n\n")


def test_entries_that_are_gone_though_a_checkpoint_still_promises_them_were_rolled_back(world: World) -> None:
    held = newest(world)
    gone = compared(world, held, Broken(world, leaves=True))
    assert gone == Comparison(Verdict.ROLLED_BACK, size_of(held), size_of(held) - 1)


class Older(MemoryEvidence):
    """A log of which somebody took the newest checkpoints away, and left the entries."""

    def __init__(self, world: World, note: str) -> None:
        super().__init__(world)
        self.note = note

    def checkpoints(self) -> Iterator[str]:
        yield self.note


def test_a_promise_that_the_log_does_not_make_any_more_was_rolled_back_though_the_entries_are_there(
    world: World,
) -> None:
    before = newest(world)
    acts.opened(world)
    held = newest(world)
    assert compared(world, held, Older(world, before)) == Comparison(
        Verdict.ROLLED_BACK, size_of(held), size_of(before)
    )


def test_a_log_whose_own_checkpoint_is_not_as_signed_was_rewritten(world: World) -> None:
    assert compared(world, newest(world), Broken(world)).verdict is Verdict.REWRITTEN


def test_an_empty_log_has_lost_everything_but_what_was_never_there(world: World) -> None:
    held, origin = newest(world), origin_of(NAME)
    nothing = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), CheckpointSigner(origin, LOG_KEY))
    kept(world).founding = kept(world).entries = ()
    assert compared(world, held) == Comparison(Verdict.ROLLED_BACK, size_of(held), 0)
    assert compared(world, nothing) == Comparison(Verdict.HOLDS, 0, 0)


def test_whoever_waits_for_a_while_is_not_told_that_it_holds(world: World) -> None:
    short = InTime(MemoryEvidence(world), until=world.now, clock=lambda: world.now + timedelta(minutes=1))
    held = newest(world)
    assert compared(world, held, short) == Comparison(None, size_of(held), 0)


def test_where_the_keys_of_the_log_are_not_believed_that_is_said(world: World) -> None:
    @contextmanager
    def inspect() -> Iterator[tuple[Evidence, Believed]]:
        raise LogKeysRefused(why="Statement 1 is refused.")
        yield

    held = newest(world)
    comparison = compare_checkpoint(held, inspect, lambda kept: kept)
    assert (comparison.verdict, comparison.size) == (None, size_of(held))
    assert comparison.why.endswith("so nothing was checked: Statement 1 is refused.")


def foreign() -> dict[str, str]:
    """What no checkpoint of this log is, by what is wrong with it."""
    origin, world = origin_of(NAME), World.in_memory()
    leaves = [leaf for _, _, leaf in MemoryEvidence(world).leaves()]
    frontier = Frontier().extend(map(leaf_hash, leaves))
    mine = Checkpoint(origin, frontier.size, frontier.root())
    other = Checkpoint("elsewhere/audit", frontier.size, frontier.root())
    signed = sign_checkpoint(mine, CheckpointSigner(origin, LOG_KEY))
    return {
        "nothing": "",
        "words": "The log was whole on Monday.",
        "no signature": mine.body(),
        "another key of the same name": sign_checkpoint(mine, CheckpointSigner(origin, LogKey.generate())),
        "another log": sign_checkpoint(other, CheckpointSigner("elsewhere/audit", LOG_KEY)),
        "another size": signed.replace(f"\n{frontier.size}\n", f"\n{frontier.size - 1}\n"),
        "a cut off end": signed[:-9],
        "another line": signed.replace("\n\n", "\nextension\n\n"),
    }


@pytest.mark.parametrize("what", foreign())
def test_what_this_log_did_not_sign_is_refused_and_why_is_said(what: str) -> None:
    world = World.in_memory()
    with pytest.raises(NotOurCheckpoint) as refused:
        compared(world, foreign()[what])
    assert refused.value.said.startswith("That is not a checkpoint of this log.")
    assert refused.value.facts["why"]


def test_that_the_log_was_opened_for_it_is_on_the_log_with_the_size(world: World) -> None:
    held = newest(world)
    with world.work("auditor") as work:
        begin_comparing(work, held, Use.INTEGRITY)
    opened = acts.events(world)[-1]
    assert (opened["event"], opened["action"]) == ("LogOpened", "audit:verify")
    assert opened["detail"] == {"use": "integrity", "filters": [f"held={size_of(held)}"], "entries": 0}


def test_what_is_no_checkpoint_at_all_is_refused_before_anything_is_looked_at(world: World) -> None:
    with pytest.raises(NotOurCheckpoint), world.work("auditor") as work:
        begin_comparing(work, "words", Use.INTEGRITY)
    assert acts.events(world)[-1]["refusal"] == "NotOurCheckpoint"
    with pytest.raises(NotPermitted), world.work("lead") as work:
        begin_comparing(work, newest(world), Use.INTEGRITY)
    assert NotOurCheckpoint().said == NotOurCheckpoint.sentence
