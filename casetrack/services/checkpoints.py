"""The log's own keys, as the log asks for keys: under the name of the log, which is its origin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.cosignature import CosignatureVerifier
from casetrack.audit.errors import LogForked, LogRolledBack, PromiseBroken, SignatureRefused
from casetrack.audit.note import KeyKind, Note, Verifier, VerifierKey, key_id
from casetrack.audit.succession import LogKeys
from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.signing import LogKey, LogVerifier


def origin_of(deployment: str, number: int = 1) -> str:
    """What the log of that deployment is called in its checkpoints; one that had to begin again has its number too."""
    return f"{deployment}/audit" if number == 1 else f"{deployment}/audit/{number}"


@dataclass(frozen=True)
class CheckpointSigner:
    """Signs the checkpoints of the log of that name."""

    name: str
    key: LogKey

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return key_id(self.name, self.key.public)

    def sign(self, text: bytes) -> bytes:
        """The signature over the text, 64 bytes."""
        return self.key.sign(text)


@dataclass(frozen=True)
class CheckpointVerifier:
    """Believes the checkpoints that the log of that name signed; `public` is the 32 bytes of its public key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return key_id(self.name, self.public)

    def verify(self, text: bytes, signature: bytes) -> None:
        """Returns when the log signed the text; otherwise `SignatureRefused`."""
        try:
            LogVerifier(self.public).verify(text, signature)
        except CannotOpen:
            raise SignatureRefused(name=self.name) from None


def verifier_of(key: VerifierKey) -> Verifier:
    """What checks the signatures of that key: of notes, or of a witness."""
    raw = CheckpointVerifier(key.name, key.public_key)
    return raw if key.kind is KeyKind.SIGNS else CosignatureVerifier(key, raw.verify)


@dataclass(frozen=True)
class LogChain:
    """What is kept of the log's keys for ever: the first public half, 32 bytes, and each statement of one that follows.

    Nothing of it is secret, and nothing of it but the first is believed for standing here.
    """

    first: bytes
    statements: tuple[str, ...] = ()
    number: int = 1
    """Which log of the deployment it is: one more whenever it had to begin again under a new name."""
    base: int = 0
    """How many leaves of the database are of the logs before."""
    earlier: tuple["LogChain", ...] = ()
    """The logs before, the first of all first."""

    def of(self, deployment: str) -> LogKeys:
        """The keys of the deployment's log; `StatementRefused` if a statement is not the log's own."""
        return self.believed(origin_of(deployment, self.number))

    def believed(self, origin: str) -> LogKeys:
        """The keys of the log of that name; `StatementRefused` if a statement is not the log's own."""
        return LogKeys.believed(VerifierKey(origin, self.first), self.statements, verifier_of)


@dataclass(frozen=True)
class SigningKeys:
    """What a sequencer signs with now: each key that is in force, and what is believed of the log until now."""

    believed: LogKeys
    signers: tuple[CheckpointSigner, ...]
    promised: str | None = None
    """The newest signed checkpoint that others hold, outside the database."""
    base: int = 0
    """How many leaves of the database are of logs before this one."""

    def signed(self, checkpoint: Checkpoint) -> str:
        """The signed note of a checkpoint, by each of them."""
        return sign_checkpoint(checkpoint, *self.signers)


class SignedLog(Protocol):
    """The checkpoints of the log, in one transaction."""

    def newest_checkpoint(self) -> str | None:
        """The newest signed note."""

    def checkpoint_of(self, size: int) -> str | None:
        """The signed note of that size; None if the log signed none."""


@dataclass(frozen=True)
class SignedNotes:
    """The same of whoever reads the signed notes one after the other, in any order."""

    read: Callable[[], Iterable[str]]

    def newest_checkpoint(self) -> str | None:
        """The newest signed note."""
        return max(self.read(), key=_size, default=None)

    def checkpoint_of(self, size: int) -> str | None:
        """The signed note of that size; None if the log signed none."""
        return next((note for note in self.read() if _size(note) == size), None)


def _size(note: str) -> int:
    return Checkpoint.parse(Note.parse(note).text).size


def require_promised(log: SignedLog, keys: LogKeys, promised: str | None) -> None:
    """The log that is here goes on from the newest checkpoint that others hold, if they hold one.

    Otherwise `PromiseBroken`: the database is an older copy, or another. To go on would tell two stories in one name.
    """
    # What others hold of a log before this one was answered for when this one began.
    if promised is None or Checkpoint.parse(Note.parse(promised).text).origin != keys.origin:
        return
    held, newest = keys.open(promised), log.newest_checkpoint()
    found = keys.open(newest).size if newest else 0
    kept = log.checkpoint_of(held.size)
    if held.size > found:
        raise PromiseBroken(because=LogRolledBack(size=held.size, found=found))
    if kept is None or keys.open(kept) != held:
        raise PromiseBroken(because=LogForked(size=held.size))
