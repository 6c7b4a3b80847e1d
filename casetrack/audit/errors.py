"""What the log refuses, and in what words: one small family.

Every sentence is safe to show and to write down: it is filled in with indices, sizes and ids, never
with bytes from the log or from a payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """The sentence itself: marking changes nothing until a door shows it."""
    return sentence


class LogRefused(Exception):
    """Something of the log is not what it must be, and nothing is concluded from it."""

    sentence: ClassVar[str]

    @property
    def facts(self) -> Mapping[str, object]:
        """The indices, sizes and ids that the sentence names, by the names it has for them."""
        return vars(self)

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


# Of what shape a thing must be


@dataclass(eq=False)
class EntryOutOfRange(LogRefused):
    """A time, an event id or a commitment does not fit in the 57 bytes of a leaf."""

    sentence: ClassVar[str] = N_(
        "An entry has a time of 64 bits, an event id of 16 bytes and a commitment of 32 bytes."
    )


@dataclass(eq=False)
class LeafMalformed(LogRefused):
    """Bytes that should be a leaf are not one."""

    sentence: ClassVar[str] = N_("A leaf is 57 bytes and its first byte is 01.")


@dataclass(eq=False)
class SaltMalformed(LogRefused):
    """A salt is not 32 bytes."""

    sentence: ClassVar[str] = N_("The salt of a commitment is 32 bytes.")


@dataclass(eq=False)
class HashMalformed(LogRefused):
    """A hash is not 32 bytes."""

    sentence: ClassVar[str] = N_("A hash in the tree is 32 bytes.")


@dataclass(eq=False)
class FrontierMalformed(LogRefused):
    """A stored frontier has more or fewer hashes than its size calls for."""

    sentence: ClassVar[str] = N_("The stored frontier of the tree is not one hash for each one bit of its size.")


@dataclass(eq=False)
class VerifierKeyMalformed(LogRefused):
    """A verifier key is not a name, an id and an Ed25519 public key that agree."""

    sentence: ClassVar[str] = N_(
        "A verifier key is a name, the key id in eight hex digits and an Ed25519 public key of its kind, "
        "joined by plus signs, and the id must be that of the name, kind and key."
    )


@dataclass(eq=False)
class NoteMalformed(LogRefused):
    """A text is not a signed note."""

    sentence: ClassVar[str] = N_(
        "A signed note is a text ending in a newline, an empty line, then 1 to 100 signature "
        "lines, without control characters."
    )


@dataclass(eq=False)
class SignatureMalformed(LogRefused):
    """A line among the signatures of a note is not a signature line; the first is number 1."""

    line: int
    sentence: ClassVar[str] = N_("Signature line {line} of the note is not a dash, a key name and a base64 signature.")


@dataclass(eq=False)
class CheckpointMalformed(LogRefused):
    """One line of a checkpoint is wrong: 1 the origin, 2 the size, 3 the root hash, 4 the end."""

    line: int
    sentence: ClassVar[str] = N_(
        "Line {line} of the checkpoint is wrong: the lines are origin, size and root hash, and no more."
    )


# Who signed


@dataclass(eq=False)
class SignatureMissing(LogRefused):
    """No signature on a note is by a key that was asked for."""

    sentence: ClassVar[str] = N_("The note is not signed by any key that is trusted here.")


@dataclass(eq=False)
class SignatureRefused(LogRefused):
    """A signature by a trusted key does not hold. `name` is the trusted key's own name."""

    name: str
    sentence: ClassVar[str] = N_("The signature by the key {name} does not hold.")


@dataclass(eq=False)
class OriginDiffers(LogRefused):
    """A checkpoint is of another log. `origin` is the origin that was asked for."""

    origin: str
    sentence: ClassVar[str] = N_("The checkpoint is not of the log {origin}.")


# Of the keys of a log, one after the other


@dataclass(eq=False)
class StatementMalformed(LogRefused):
    """One line of a statement about keys is wrong: what it says, origin, old key, new key, size, time, or the end."""

    line: int
    sentence: ClassVar[str] = N_(
        "Line {line} of the statement about the log's keys is wrong: the lines are what it says, origin, old key, "
        "new key, size and time, and no more."
    )


@dataclass(eq=False)
class StatementOutOfPlace(LogRefused):
    """A statement about keys is of another log, or does not go on from the keys that are believed before it."""

    sentence: ClassVar[str] = N_("The statement does not go on from the keys that sign the log before it.")


@dataclass(eq=False)
class StatementRefused(LogRefused):
    """A statement about the log's keys could not be believed; the first is number 1."""

    number: int
    because: LogRefused
    sentence: ClassVar[str] = N_("Statement {number} about the log's keys is refused. {because}")


@dataclass(eq=False)
class KeyEnded(LogRefused):
    """A checkpoint is signed only by a key that had ended before it. `key` is the key's id in hex."""

    key: str
    until: int
    size: int
    sentence: ClassVar[str] = N_(
        "The checkpoint of {size} entries is signed only by the key {key}, which ended when the log had {until}."
    )


@dataclass(eq=False)
class KeyNotBegun(LogRefused):
    """A checkpoint is signed only by a key that began after it. `key` is the key's id in hex."""

    key: str
    after: int
    size: int
    sentence: ClassVar[str] = N_(
        "The checkpoint of {size} entries is signed only by the key {key}, which began after the log had {after}."
    )


# Of proofs


@dataclass(eq=False)
class EntryAbsent(LogRefused):
    """A proof was asked for an index that the tree does not have."""

    index: int
    size: int
    sentence: ClassVar[str] = N_("There is no entry {index} in a tree of {size} entries.")


@dataclass(eq=False)
class SizeAbsent(LogRefused):
    """A proof was asked from a size that the tree never had, or from the empty tree."""

    old_size: int
    size: int
    sentence: ClassVar[str] = N_("There is no proof from a tree of {old_size} entries to one of {size}.")


@dataclass(eq=False)
class ProofMalformed(LogRefused):
    """One line of a carried proof is wrong: 1 the header, then what came with it, the index, the hashes, the end."""

    line: int
    sentence: ClassVar[str] = N_("Line {line} of the proof is wrong.")


@dataclass(eq=False)
class InclusionRefused(LogRefused):
    """An inclusion proof does not lead from the entry to the root."""

    index: int
    size: int
    sentence: ClassVar[str] = N_("The proof does not show that entry {index} is in the tree of {size} entries.")


@dataclass(eq=False)
class ConsistencyRefused(LogRefused):
    """A consistency proof does not lead from both trees' roots to the same entries."""

    old_size: int
    new_size: int
    sentence: ClassVar[str] = N_(
        "The proof does not show that the tree of {new_size} entries begins with the tree of {old_size} entries."
    )


# Of a whole log


@dataclass(eq=False)
class NoCheckpoint(LogRefused):
    """A log came without one checkpoint, so nothing was promised and nothing can be checked."""

    sentence: ClassVar[str] = N_("The log has no checkpoint to verify against.")


@dataclass(eq=False)
class CheckpointRefused(LogRefused):
    """A checkpoint of a log could not be opened; the first is number 1."""

    number: int
    because: LogRefused
    sentence: ClassVar[str] = N_("Checkpoint {number} is refused. {because}")


@dataclass(eq=False)
class CheckpointOutOfOrder(LogRefused):
    """A checkpoint does not stand for a larger log than the checkpoint before it."""

    number: int
    size: int
    before: int
    sentence: ClassVar[str] = N_(
        "Checkpoint {number} is of {size} entries and the one before it of {before}: the sizes must grow."
    )


@dataclass(eq=False)
class EntryMalformed(LogRefused):
    """An entry of a log is not a leaf. Its event cannot be named: the bytes do not hold one."""

    index: int
    sentence: ClassVar[str] = N_("Entry {index} is not a leaf: a leaf is 57 bytes and its first byte is 01.")


@dataclass(eq=False)
class EntriesMissing(LogRefused):
    """A log ends before the size that a checkpoint promised."""

    number: int
    size: int
    found: int
    sentence: ClassVar[str] = N_(
        "Checkpoint {number} is of {size} entries and the log has only {found}: entry {found} is the first one missing."
    )


@dataclass(eq=False)
class EntriesChanged(LogRefused):
    """Entries of a log do not make the root that was signed.

    The entries below `first` were right at the checkpoint before. `first` and `last` are indices,
    `first_event` and `last_event` the event ids there in hex.
    """

    number: int
    first: int
    last: int
    first_event: str
    last_event: str
    sentence: ClassVar[str] = N_(
        "Entries {first} to {last} (events {first_event} to {last_event}) do not make the root "
        "that checkpoint {number} signed: one of them was changed, moved, added or taken away."
    )


@dataclass(eq=False)
class PayloadChanged(LogRefused):
    """A payload or its salt is not what was committed to. `event` is the event id in hex."""

    event: str
    sentence: ClassVar[str] = N_("The payload of event {event} is not the one that its entry in the log commits to.")


@dataclass(eq=False)
class LogRolledBack(LogRefused):
    """A log is shorter than a checkpoint that somebody holds."""

    size: int
    found: int
    sentence: ClassVar[str] = N_(
        "The held checkpoint is of {size} entries and the log has only {found}: entry {found} is the first one missing."
    )


@dataclass(eq=False)
class LogForked(LogRefused):
    """A log does not begin with the entries that a held checkpoint stands for."""

    size: int
    sentence: ClassVar[str] = N_(
        "The first {size} entries of the log are not those of the held checkpoint: the log was "
        "rewritten after that checkpoint was given out."
    )


@dataclass(eq=False)
class FrontierDiffers(LogRefused):
    """A stored frontier is not that of the checkpoint beside it. Sizes are of entries."""

    size: int
    checkpoint_size: int
    sentence: ClassVar[str] = N_(
        "The stored frontier of {size} entries is not that of the checkpoint of {checkpoint_size}."
    )


@dataclass(eq=False)
class PromiseBroken(LogRefused):
    """A log that is to grow does not go on from a checkpoint that others hold."""

    because: LogRefused
    sentence: ClassVar[str] = N_(
        "The database is older than a checkpoint of the log that others hold, so going on would fork the log. Put back "
        "a newer copy of the database; if there is none, run: casetrack audit reopen. {because}"
    )


@dataclass(eq=False)
class HeldUnreadable(LogRefused):
    """What is kept of the newest checkpoint that others hold is no checkpoint any more."""

    sentence: ClassVar[str] = N_(
        "The file held-checkpoint in the key folder cannot be read, or is no signed checkpoint: it was damaged or "
        "changed. Put it back from a copy of the key folder. If there is none, have the log held against checkpoints "
        "that others kept (casetrack audit verify --held), and only then take the file away."
    )


@dataclass(eq=False)
class LogNotBegun(LogRefused):
    """A log that goes on under a new name has no first entry, which says what it goes on from."""

    sentence: ClassVar[str] = N_(
        "The log goes on under a new name, and its first entry is not in this database: run casetrack audit reopen "
        "again."
    )
