"""The log's own key is renewed: a new one signs beside the old one for a while, and then alone.

The key file is the state, and is changed in one step; the journal is told of it in a transaction that ends just after.
A crash between the two leaves keys that hold and that the journal does not yet speak of: asking again tells it. Nobody
signs meanwhile, because whoever renews a key holds the log.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.succession import LogKeys, Says, Statement, sign_statement
from casetrack.crypto.signing import LogKey
from casetrack.domain.actions import Action
from casetrack.domain.key_events import LogKeyEnded, LogKeyFollowed
from casetrack.domain.keyset_refusals import LogKeyAlone, LogKeyUnused
from casetrack.services.checkpoints import CheckpointSigner, LogChain
from casetrack.services.evidence import KeptEvent
from casetrack.services.journal import read_kind, read_payload
from casetrack.services.keysets import Keeper

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
SPEAKING: Final = frozenset({Action.KEYSET_FOLLOW, Action.KEYSET_END})
"""The actions by which the journal speaks of the log's own keys."""


class LogKeyFile(Protocol):
    """Where the log's keys are kept."""

    def chain(self) -> LogChain:
        """The first public half, and every statement since."""

    def log_keys(self) -> tuple[LogKey, ...]:
        """The private halves that are kept, the oldest first."""

    def keep(self, chain: LogChain, keys: Collection[LogKey]) -> None:
        """Those, and no other private half, are kept: all at once, or nothing has changed."""


class HeldLog(Protocol):
    """The log, in one transaction."""

    def hold(self) -> None:
        """Nobody else has the log until this transaction ends."""

    def since(self, base: int) -> "HeldLog":
        """The log that began when there were so many leaves."""

    def newest_checkpoint(self) -> str | None:
        """The newest signed note."""


@dataclass(frozen=True)
class LogKeeper:
    """Whoever renews the log's key: the keeper of the keys, who reaches the log and its key file."""

    keeper: Keeper
    file: LogKeyFile
    begin: Callable[[], AbstractContextManager[HeldLog]]
    spoken: Callable[[], Collection[str]]
    """The statements about the log's keys that the journal has."""

    def believed(self) -> LogKeys:
        """The keys of the log that are believed now."""
        return self.file.chain().of(self.keeper.deployment.name)


@dataclass(frozen=True)
class LogRenewal:
    """Which keys sign the log's checkpoints, the oldest first; `begun` if nothing was left to be done."""

    keys: tuple[VerifierKey, ...]
    begun: bool


def plan_log_key(by: LogKeeper) -> LogRenewal:
    """Which keys sign now, and whether a renewal has begun. Nothing is changed."""
    in_force = by.believed().in_force
    return LogRenewal(in_force, begun=len(in_force) > 1)


def renew_log_key(by: LogKeeper) -> LogRenewal:
    """A new key of the log signs beside the old one, and the old one says so.

    If two sign already they stay so, and what a crash kept from the journal is all that is done: it is told.
    """
    with by.begin() as log:
        log.hold()
        planned = plan_log_key(by)
        if _tell(by, by.file.chain()) or planned.begun:
            return replace(planned, begun=True)
        (old,) = by.file.log_keys()
        new = LogKey.generate()
        _keep(by, _state(by, log, Says.FOLLOWS, old, new), (old, new))
    return LogRenewal(by.believed().in_force, begun=False)


def end_log_key(by: LogKeeper) -> LogRenewal:
    """The new key of the log signs alone, and the private half of the old one is gone.

    `LogKeyAlone` if one key signs, and `LogKeyUnused` before the new one has signed a checkpoint: until then whoever
    sequences the log might not have it.
    """
    with by.begin() as log:
        log.hold()
        planned = plan_log_key(by)
        if not planned.begun:
            if not _tell(by, by.file.chain()):
                raise LogKeyAlone
            return LogRenewal(planned.keys, begun=True)
        old, new = by.file.log_keys()
        _require_used(log.since(by.file.chain().base), planned.keys[-1])
        _keep(by, _state(by, log, Says.ENDS, old, new), (new,))
    return LogRenewal(by.believed().in_force, begun=False)


def statement_in(payload: Mapping[str, Any]) -> str | None:
    """The statement about the log's keys that the payload of an event has, if it is of one; empty if it has none."""
    detail = payload.get("detail")
    if read_kind(payload) not in (LogKeyFollowed.__name__, LogKeyEnded.__name__) or not isinstance(detail, dict):
        return None
    statement = detail.get("statement")
    return statement if isinstance(statement, str) else ""


def statements_in(events: Iterable[KeptEvent]) -> frozenset[str]:
    """What the journal says of the log's own keys, in events of the actions that speak of them."""
    found = (statement_in(read_payload(event.payload)) for event in events)
    return frozenset(filter(None, found))


def _require_used(log: HeldLog, key: VerifierKey) -> None:
    note = log.newest_checkpoint()
    signed = Note.parse(note).signatures if note else ()
    if (key.name, key.key_id) not in {(each.name, each.key_id) for each in signed}:
        raise LogKeyUnused


def _state(by: LogKeeper, log: HeldLog, says: Says, old: LogKey, new: LogKey) -> LogChain:
    """The chain with one more statement, by both keys, which is believed before it is kept."""
    chain, believed = by.file.chain(), by.believed()
    note, origin = log.since(chain.base).newest_checkpoint(), believed.origin
    statement = sign_statement(
        Statement(
            says=says,
            origin=origin,
            old=VerifierKey(origin, old.public),
            new=VerifierKey(origin, new.public),
            size=believed.open(note).size if note else 0,
            time_ms=(by.keeper.now - EPOCH) // MILLISECOND,
        ),
        CheckpointSigner(origin, old),
        CheckpointSigner(origin, new),
    )
    return replace(chain, statements=believed.told(statement).statements)


def _keep(by: LogKeeper, chain: LogChain, keys: Collection[LogKey]) -> None:
    """The key file is changed and the journal told, or neither; a crash between the two leaves the first alone."""
    with by.keeper.enter() as room:
        for statement in _unspoken(by, chain):
            by.keeper.note(room, _event_of(statement, by))
        by.file.keep(chain, keys)


def _tell(by: LogKeeper, chain: LogChain) -> bool:
    """The journal has every statement; whether it had not."""
    unspoken = _unspoken(by, chain)
    if unspoken:
        with by.keeper.enter() as room:
            for statement in unspoken:
                by.keeper.note(room, _event_of(statement, by))
    return bool(unspoken)


def _unspoken(by: LogKeeper, chain: LogChain) -> tuple[str, ...]:
    spoken = by.spoken()
    return tuple(statement for statement in chain.statements if statement not in spoken)


def _event_of(note: str, by: LogKeeper) -> LogKeyFollowed | LogKeyEnded:
    statement = Statement.parse(Note.parse(note).text)
    kind = LogKeyFollowed if statement.says is Says.FOLLOWS else LogKeyEnded
    return kind(
        at=by.keeper.now,
        by=by.keeper.actor.account,
        old_key=statement.old.format(),
        new_key=statement.new.format(),
        statement=note,
    )
