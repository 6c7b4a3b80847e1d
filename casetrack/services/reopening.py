"""The log begins again under a new name, where the database is older than what others hold of the old one.

To go on under the old name would break the promise that its checkpoints were. The first entry under the new one commits
to all that is left of the old: whoever holds a checkpoint of that can still be shown what became of it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from casetrack.audit.errors import PromiseBroken
from casetrack.audit.succession import LogKeys
from casetrack.audit.tree import leaf_hash, root_of
from casetrack.crypto.signing import LogKey
from casetrack.domain.ids import EventId
from casetrack.domain.keyset_refusals import LogStands
from casetrack.domain.log_events import LogReopened
from casetrack.services.checkpoints import LogChain, SignedLog, require_promised
from casetrack.services.keysets import Keeper
from casetrack.services.log_keys import LogKeyFile


class OldLog(SignedLog, Protocol):
    """What the database has of one log."""

    def leaves(self) -> Iterator[bytes]:
        """The leaves, in order."""


class EveryLog(Protocol):
    """All the leaves there are, in one transaction."""

    def hold(self) -> None:
        """Nobody else has the log until this transaction ends."""

    def since(self, base: int) -> OldLog:
        """The log that began when there were so many leaves."""

    def size(self) -> int:
        """How many leaves there are."""

    def take(self, event: EventId) -> None:
        """That event has the next leaf."""


@dataclass(frozen=True)
class Reopener:
    """Whoever has the log begin again: the keeper of the keys, who reaches the log and its key file."""

    keeper: Keeper
    file: LogKeyFile
    begin: Callable[[], AbstractContextManager[EveryLog]]
    promised: str | None
    """The newest signed checkpoint that others hold."""


def reopen_log(by: Reopener) -> LogKeys:
    """The log goes on under a new name, with a new key, from a first entry that commits to what is left of the old.

    `LogStands` if the log that is here goes on from what others hold: then there is no reason to. After a crash it may
    be asked again, and does what is left.
    """
    with by.begin() as every:
        every.hold()
        chain = by.file.chain()
        if not chain.earlier or every.size() > chain.base:
            chain = _begun_again(by, every, chain)
        every.take(_note(by, every, chain))
    return chain.of(by.keeper.deployment.name)


def _begun_again(by: Reopener, every: EveryLog, old: LogChain) -> LogChain:
    """The key folder has the next log, and a key for it alone; the private half of the old one is gone."""
    try:
        require_promised(every.since(old.base), old.of(by.keeper.deployment.name), by.promised)
    except PromiseBroken:
        key = LogKey.generate()
        earlier = (*old.earlier, replace(old, earlier=()))
        chain = LogChain(key.public, number=old.number + 1, base=every.size(), earlier=earlier)
        by.file.keep(chain, (key,))
        return chain
    raise LogStands


def _note(by: Reopener, every: EveryLog, chain: LogChain) -> EventId:
    """What went before is on the journal, and waits for the first place under the new name."""
    old, deployment = chain.earlier[-1], by.keeper.deployment.name
    log, count = every.since(old.base), chain.base - old.base
    event = LogReopened(
        at=by.keeper.now,
        by=by.keeper.actor.account,
        old_origin=old.of(deployment).origin,
        origin=chain.of(deployment).origin,
        entries=count,
        root=root_of(map(leaf_hash, log.leaves())).hex(),
        checkpoint=log.newest_checkpoint() or "",
        held=by.promised or "",
    )
    with by.keeper.enter() as room:
        return by.keeper.note(room, event)
