"""Anything may happen to a log, in any order: what is honest verifies, what is not is refused."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from casetrack.audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from casetrack.audit.errors import LogRefused
from casetrack.audit.proof import verify_consistency, verify_inclusion
from casetrack.audit.tree import Frontier, HashedLeaves, consistency_proof, inclusion_proof
from casetrack.audit.verify import verify_frontier, verify_held, verify_log
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, alone, entry, hashes

PLACES = st.integers(0, 10_000)


class Log(RuleBasedStateMachine):
    """A sequencer that appends and signs, somebody with its tables open, and everybody who checks."""

    def __init__(self) -> None:
        super().__init__()
        self.leaves: list[bytes] = []
        self.notes: list[str] = []
        self.held: list[Checkpoint] = []
        self.frontier = Frontier()

    @property
    def signed(self) -> int:
        """How many entries have been promised."""
        return self.held[-1].size if self.held else 0

    @rule(count=st.integers(1, 6))
    def append(self, count: int) -> None:
        batch = [entry(len(self.leaves) + more).leaf() for more in range(count)]
        self.leaves += batch
        self.frontier = self.frontier.extend(hashes(batch))

    @precondition(lambda self: not self.held or len(self.leaves) > self.signed)
    @rule()
    def sign(self) -> None:
        checkpoint = Checkpoint(ORIGIN, self.frontier.size, self.frontier.root())
        self.notes.append(sign_checkpoint(checkpoint, KEY))
        self.held.append(open_checkpoint(self.notes[-1], KEY.verifying()))

    @rule()
    def start_again_from_what_was_stored(self) -> None:
        self.frontier = Frontier.parse(self.frontier.to_bytes())

    @precondition(lambda self: self.leaves)
    @rule(at=PLACES)
    def prove_one_entry(self, at: int) -> None:
        of, index = hashes(self.leaves), at % len(self.leaves)
        verify_inclusion(
            leaf_hash=of[index],
            index=index,
            size=self.frontier.size,
            root=self.frontier.root(),
            proof=inclusion_proof(HashedLeaves(of), index),
        )

    @precondition(lambda self: self.signed)
    @rule(at=PLACES)
    def prove_a_held_checkpoint(self, at: int) -> None:
        held = [one for one in self.held if one.size]
        older = held[at % len(held)]
        verify_consistency(
            old_size=older.size,
            old_root=older.root,
            new_size=self.frontier.size,
            new_root=self.frontier.root(),
            proof=consistency_proof(HashedLeaves(hashes(self.leaves)), older.size),
        )

    @precondition(lambda self: self.signed)
    @rule(at=PLACES, bit=st.integers(0, 57 * 8 - 1))
    def flip_a_bit(self, at: int, bit: int) -> None:
        def flip(leaves: list[bytes], index: int) -> None:
            changed = bytearray(leaves[index])
            changed[bit // 8] ^= 1 << bit % 8
            leaves[index] = bytes(changed)

        self._refused(flip, at)

    @precondition(lambda self: self.signed)
    @rule(at=PLACES)
    def delete_an_entry(self, at: int) -> None:
        self._refused(lambda leaves, index: leaves.pop(index), at)

    @precondition(lambda self: self.signed > 1)
    @rule(at=PLACES)
    def duplicate_an_entry(self, at: int) -> None:
        self._refused(lambda leaves, index: leaves.insert(0, leaves[index]), at)

    @precondition(lambda self: self.signed > 1)
    @rule(at=PLACES)
    def swap_two_entries(self, at: int) -> None:
        def swap(leaves: list[bytes], index: int) -> None:
            other = (index + 1) % self.signed
            leaves[index], leaves[other] = leaves[other], leaves[index]

        self._refused(swap, at)

    @precondition(lambda self: self.signed)
    @rule(at=PLACES)
    def truncate(self, at: int) -> None:
        self._refused(lambda leaves, index: leaves.__delitem__(slice(index, None)), at)

    @precondition(lambda self: self.signed)
    @rule(at=PLACES)
    def rewrite_and_sign_again_with_the_logs_own_key(self, at: int) -> None:
        rewritten = list(self.leaves)
        rewritten[at % self.signed] = entry(100_000).leaf()
        frontier = Frontier().extend(hashes(rewritten))
        note = sign_checkpoint(Checkpoint(ORIGIN, frontier.size, frontier.root()), KEY)
        verify_log(rewritten, [note], alone(KEY), origin=ORIGIN)
        with pytest.raises(LogRefused):
            verify_held(self.held[-1], rewritten, origin=ORIGIN)

    @precondition(lambda self: self.held)
    @rule(at=PLACES)
    def forge_a_checkpoint(self, at: int) -> None:
        index = at % len(self.held)
        forged = [*self.notes[:index], sign_checkpoint(self.held[index], OTHER_KEY), *self.notes[index + 1 :]]
        with pytest.raises(LogRefused):
            verify_log(self.leaves, forged, alone(KEY), origin=ORIGIN)

    @precondition(lambda self: self.held)
    @rule(at=PLACES)
    def repeat_a_checkpoint(self, at: int) -> None:
        with pytest.raises(LogRefused):
            verify_log(self.leaves, [*self.notes, self.notes[at % len(self.notes)]], alone(KEY), origin=ORIGIN)

    @invariant()
    def the_honest_log_verifies(self) -> None:
        if not self.held:
            return
        verified = verify_log(self.leaves, self.notes, alone(KEY), origin=ORIGIN)
        assert verified.entries == self.frontier.size == len(self.leaves)
        assert verified.newest == self.held[-1]
        for older in self.held:
            verify_held(older, self.leaves, origin=ORIGIN)
        if self.frontier.size == self.signed:
            verify_frontier(self.frontier, self.held[-1])

    def _refused(self, tamper: Callable[[list[bytes], int], object], at: int) -> None:
        """The same tampering is noticed by whoever reads the log and by whoever holds a checkpoint."""
        tampered = list(self.leaves)
        tamper(tampered, at % self.signed)
        with pytest.raises(LogRefused):
            verify_log(tampered, self.notes, alone(KEY), origin=ORIGIN)
        with pytest.raises(LogRefused):
            verify_held(self.held[-1], tampered, origin=ORIGIN)


Log.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_a_log_verifies_until_somebody_touches_it = Log.TestCase
