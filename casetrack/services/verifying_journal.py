"""Whether the log is what was signed, and each event what the log has of it.

What verifying says of anything else rests on what the journal says of it, so this comes first. It goes on after each
thing that is wrong, so that everything wrong is named.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain as chained
from itertools import groupby, islice, pairwise
from typing import Final

from casetrack.audit.errors import LogRefused
from casetrack.audit.succession import LogKeys
from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.audit.verify import Verified, verify_held, verify_log
from casetrack.crypto.keysets import PublicKeyset
from casetrack.domain.ids import Instant
from casetrack.domain.words import N_
from casetrack.services.checkpoints import LogChain, SignedNotes, require_promised
from casetrack.services.events_read import EventsRead, Reopened
from casetrack.services.evidence import Evidence
from casetrack.services.findings import About, Finding

LATE: Final = timedelta(minutes=2)
"""How long an event may wait for its place in the log before that is a fault."""


@dataclass(frozen=True)
class KnownLog:
    """One log of the deployment, under one name: its keys, and which of all the leaves are its own."""

    keys: LogKeys
    base: int
    """How many leaves are of the logs before it."""
    end: int | None = None
    """Where the log after it begins; None of the one that goes on."""

    def leaves(self, evidence: Evidence) -> Iterator[bytes]:
        """Its leaves, in order."""
        return islice((leaf for _, _, leaf in evidence.leaves()), self.base, self.end)

    def checkpoints(self, evidence: Evidence) -> Iterator[str]:
        """The notes that say that they are of it, the oldest first."""
        return (note for note in evidence.checkpoints() if _origin(note) == self.keys.origin)


@dataclass(frozen=True)
class Believed:
    """What verifying starts from: the deployment, its service's keysets, the log's keys, and what time it is."""

    deployment: str
    service: tuple[PublicKeyset, ...]
    """Every version that its root proved, oldest first."""
    log: LogKeys
    now: Instant
    base: int = 0
    """How many leaves are of the logs before this one."""
    earlier: tuple[KnownLog, ...] = ()
    """The logs before, under other names, the first of all first."""
    held: str | None = None
    """The newest signed checkpoint that others hold, as is kept outside of the database; None before the first.

    It was read before the evidence: what was promised since then is newer than the evidence.
    """

    @property
    def logs(self) -> tuple[KnownLog, ...]:
        """Every log there was, the one that goes on last."""
        return (*self.earlier, KnownLog(self.log, self.base))

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement about the keys of any of these logs."""
        return tuple(statement for log in self.logs for statement in log.keys.statements)

    def log_of(self, note: str) -> KnownLog:
        """The log that a checkpoint says it is of; if there is none of that name, the one that goes on."""
        named = (log for log in self.logs if log.keys.origin == _origin(note))
        return next(named, self.logs[-1])


def earlier_logs(chain: LogChain, deployment: str) -> tuple[KnownLog, ...]:
    """The logs of the deployment before the one of that chain; `StatementRefused` as `LogChain.of` raises it."""
    every = (*chain.earlier, chain)
    return tuple(KnownLog(old.of(deployment), old.base, new.base) for old, new in pairwise(every))


def verify_checkpoints(evidence: Evidence, believed: Believed) -> Verified:
    """Every entry of the log is as it was signed, and of each log before; `LogRefused` names the first that is not.

    `PromiseBroken` if it is all signed, and still not what others hold.
    """
    leaves = (leaf for _, _, leaf in evidence.leaves())
    notes = groupby(evidence.checkpoints(), key=_origin)
    for log, after in pairwise(believed.logs):
        part = islice(leaves, after.base - log.base)
        verify_log(part, _next_of(notes, log.keys.origin), log.keys, origin=log.keys.origin)
    rest = chained.from_iterable(of for _, of in notes)
    verified = verify_log(leaves, rest, believed.log, origin=believed.log.origin)
    signed = SignedNotes(partial(believed.logs[-1].checkpoints, evidence))
    require_promised(signed, believed.log, believed.held)
    return verified


def verify_kept(note: str, evidence: Evidence, believed: Believed) -> None:
    """The log of a checkpoint that somebody kept still begins with its entries; `LogRefused` if not."""
    log = believed.log_of(note)
    verify_held(log.keys.open(note), log.leaves(evidence), origin=log.keys.origin)


def _origin(note: str) -> str:
    """The name that a checkpoint says it is of. Whether it is, is for its signature to say."""
    return note.partition("\n")[0]


def _next_of(notes: Iterator[tuple[str, Iterator[str]]], origin: str) -> Iterator[str]:
    """The checkpoints of that log, which come next; whatever else comes is refused by whoever opens it."""
    return next(notes, (origin, iter(())))[1]


def verify_journal(evidence: Evidence, believed: Believed, read: EventsRead) -> Iterator[Finding]:
    """What is wrong with the log and with the events, which are read into `read`."""
    # Step 1: the entries of the log are as its checkpoints signed them, and it goes on from what others hold.
    try:
        verify_checkpoints(evidence, believed)
    except LogRefused as refused:
        yield Finding(About.LOG, "", str(refused))
    # Step 2: the leaves have every number from 0, and each has its event.
    for index, (number, event, _) in enumerate(evidence.leaves()):
        if number != index:
            yield Finding(About.EVENT, str(event), N_("It does not have the next place in the log."))
            break
    for event in evidence.orphans():
        yield Finding(About.EVENT, str(event), N_("It is in the log, and its row is gone."))
    # Steps 3 to 6, about each event, are numbered in `events_read`.
    for kept in evidence.events():
        yield from (Finding(About.EVENT, str(kept.id), wrong) for wrong in read.wrong_with(kept))
    yield from _wrong_with_earlier(evidence, believed, read)
    yield from _wrong_with_spoken_of(evidence, read)
    # Step 7: nothing has waited long for its place in the log.
    if read.waits_since is not None and believed.now - read.waits_since > LATE:
        yield Finding(About.QUEUE, "", N_("Events wait for their place in the log. Is casetrack worker running?"))


def _wrong_with_earlier(evidence: Evidence, believed: Believed, read: EventsRead) -> Iterator[Finding]:
    """A log that began again says with its first entry what it goes on from."""
    for log, after in pairwise(believed.logs):
        if read.reopened.get(after.base) != _left_of(evidence, log):
            yield Finding(About.LOG, log.keys.origin, N_("The log after it does not say what was left of it."))


def _wrong_with_spoken_of(evidence: Evidence, read: EventsRead) -> Iterator[Finding]:
    """Step 17: whatever entry another is about is in the log, or waits for its place there."""
    gone = {entry: by for entry, by in read.spoken_of.items() if entry not in read.waiting}
    for _, event, _ in evidence.leaves():
        gone.pop(event, None)
    for by in gone.values():
        yield Finding(About.EVENT, str(by), N_("It is about an entry of the log that is gone."))


def _left_of(evidence: Evidence, log: KnownLog) -> Reopened:
    """What the database has of a log that could not go on."""
    newest = deque(log.checkpoints(evidence), maxlen=1)
    left = Frontier().extend(map(leaf_hash, log.leaves(evidence)))
    return Reopened(log.keys.origin, left.size, left.root().hex(), newest[0] if newest else "")
