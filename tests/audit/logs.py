"""Logs for tests, with nothing in them but numbers."""

from collections.abc import Sequence

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.entry import Entry, commit
from casetrack.audit.succession import LogKeys
from casetrack.audit.tree import leaf_hash, root_of
from tests.audit.keys import SigningKey, VerifyingKey

ORIGIN = "casetrack.example/audit"
KEY = SigningKey(ORIGIN, bytes(range(32)))
OTHER_KEY = SigningKey(ORIGIN, bytes(32))


def alone(key: SigningKey) -> LogKeys:
    """That key believed as the only one of its log."""
    return LogKeys.beginning(key.verifying().key, VerifyingKey)


def entry(number: int) -> Entry:
    """An entry whose every part differs from those of any other number."""
    payload = f'{{"n":{number}}}'.encode()
    salt = number.to_bytes(32, "big")
    return Entry(time_ms=1_767_225_600_000 + number, event=number.to_bytes(16, "big"), commitment=commit(payload, salt))


def leaves(count: int) -> list[bytes]:
    """A log of so many entries."""
    return [entry(number).leaf() for number in range(count)]


def hashes(of: Sequence[bytes]) -> list[bytes]:
    """The leaf hashes of these leaves."""
    return [leaf_hash(leaf) for leaf in of]


def checkpoint(of: Sequence[bytes], size: int, origin: str = ORIGIN) -> Checkpoint:
    """The true checkpoint of a log at a size."""
    return Checkpoint(origin, size, root_of(hashes(of[:size])))


def signed(of: Sequence[bytes], *sizes: int) -> list[str]:
    """The true checkpoints of a log at these sizes, signed by the log's key."""
    return [sign_checkpoint(checkpoint(of, size), KEY) for size in sizes]
