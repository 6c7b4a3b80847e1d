"""The log as a shipper is given it: what a checkpoint covers, in its order, and each entry as it was logged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pytest

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.entry import Entry
from casetrack.audit.errors import EntryMalformed, LogRolledBack, PayloadChanged, SignatureMissing
from casetrack.audit.note import VerifierKey
from casetrack.audit.succession import LogKeys
from casetrack.crypto.signing import LogKey
from casetrack.services.checkpoints import CheckpointSigner, SigningKeys, origin_of, verifier_of
from casetrack.services.ports import JournalEntry
from casetrack.services.shipping import AT_A_TIME, Logged, ShipmentDiffers, check_shipped, note_shipment, told_next
from tests.services import acts
from tests.services.acts import kept
from tests.world import World

ORIGIN: Final = origin_of("casetrack.test")


def keys_of(key: LogKey) -> LogKeys:
    """What is believed of a log that has signed with that key from the first."""
    return LogKeys.believed(VerifierKey(ORIGIN, key.public), (), verifier_of)


def logged(index: int, entry: JournalEntry) -> Logged:
    """The entry of that event, at that index."""
    leaf = Entry(int(entry.at.timestamp() * 1000), entry.id.bytes, entry.commitment).leaf()
    return Logged(index, leaf, entry.payload, entry.salt)


@dataclass
class Log:
    """A log in memory, of which so many entries are signed."""

    key: LogKey
    entries: list[Logged]
    signed: int

    def newest_checkpoint(self) -> str | None:
        """The newest signed note. Whether its root is that of the entries is not asked here."""
        signer = SigningKeys(keys_of(self.key), (CheckpointSigner(ORIGIN, self.key),))
        return signer.signed(Checkpoint(ORIGIN, self.signed, bytes(32))) if self.signed else None

    def logged(self, start: int, end: int) -> Sequence[Logged]:
        """Those entries."""
        return [each for each in self.entries if start <= each.index < end]


@pytest.fixture
def log() -> Log:
    """A log of which all entries but the last are signed."""
    world = World.in_memory()
    for _ in range(3):
        acts.opened(world)
    entries = [logged(index, entry) for index, entry in enumerate(kept(world).entries)]
    return Log(LogKey.generate(), entries, len(entries) - 1)


def test_what_a_checkpoint_covers_is_told_in_its_order_and_no_more(log: Log) -> None:
    told = told_next(log, keys_of(log.key), 0)
    assert [each.index for each in told] == list(range(log.signed))
    assert [each.event.bytes for each in told] == [Entry.parse(each.leaf).event for each in log.entries[: log.signed]]
    assert told[0].payload["event"] == "CaseOpened"
    assert [each.index for each in told_next(log, keys_of(log.key), 2)] == list(range(2, log.signed))
    assert told_next(log, keys_of(log.key), log.signed) == ()


def test_before_the_first_checkpoint_nothing_is_told(log: Log) -> None:
    log.signed = 0
    assert told_next(log, keys_of(log.key), 0) == ()


def test_only_so_many_are_told_at_a_time(log: Log) -> None:
    log.entries = [replace(log.entries[0], index=index) for index in range(AT_A_TIME + 2)]
    log.signed = AT_A_TIME + 2
    assert len(told_next(log, keys_of(log.key), 0)) == AT_A_TIME
    assert len(told_next(log, keys_of(log.key), AT_A_TIME)) == 2


def test_the_time_of_an_entry_is_that_of_its_leaf(log: Log) -> None:
    (first, *_) = told_next(log, keys_of(log.key), 0)
    assert first.at.isoformat() == first.payload["at"]


def test_a_checkpoint_that_another_signed_covers_nothing(log: Log) -> None:
    with pytest.raises(SignatureMissing):
        told_next(log, keys_of(LogKey.generate()), 0)


@pytest.mark.parametrize("what", ["payload", "salt", "length of the salt"])
def test_a_payload_that_is_not_what_was_logged_is_named_and_not_told(log: Log, what: str) -> None:
    changed = {
        "payload": replace(log.entries[1], payload=b"{}"),
        "salt": replace(log.entries[1], salt=bytes(32)),
        "length of the salt": replace(log.entries[1], salt=b""),
    }[what]
    log.entries[1] = changed
    with pytest.raises(PayloadChanged) as refused:
        told_next(log, keys_of(log.key), 0)
    assert refused.value.event == Entry.parse(changed.leaf).event.hex()


def test_a_leaf_that_is_none_is_named(log: Log) -> None:
    log.entries[1] = replace(log.entries[1], leaf=b"\x02" * 57)
    with pytest.raises(EntryMalformed) as refused:
        told_next(log, keys_of(log.key), 0)
    assert refused.value.index == 1


@pytest.mark.parametrize("gone", [0, 1])
def test_an_entry_that_is_gone_is_named(log: Log, gone: int) -> None:
    del log.entries[gone]
    with pytest.raises(LogRolledBack) as refused:
        told_next(log, keys_of(log.key), 0)
    assert refused.value.found == gone


def test_what_was_shipped_before_is_of_this_log(log: Log) -> None:
    keys, event = keys_of(log.key), told_next(log, keys_of(log.key), 1)[0].event
    check_shipped(log, keys, 1, event)
    for index, other in ((0, event), (2, event), (log.signed, event), (log.signed + 1, event)):
        with pytest.raises(ShipmentDiffers):
            check_shipped(log, keys, index, other)


def test_that_a_shipper_is_given_the_log_is_on_the_log() -> None:
    world = World.in_memory()
    with world.work("administrator") as work:
        note_shipment(work, 7)
    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"], payload["operations"]) == (
        "LogShipped",
        "audit:export",
        ["consultation"],
    )
    assert payload["detail"] == {"after": 7}
