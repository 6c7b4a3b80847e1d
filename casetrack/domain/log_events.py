"""What happens to the log itself: somebody or a log shipper is given it, and a witness cosigns it."""

from dataclasses import dataclass, field

from casetrack.domain.actions import Action
from casetrack.domain.events import Event, Operation


@dataclass(frozen=True, kw_only=True)
class LogExported(Event):
    """The log was put in files, with the payloads of some entries, for one of the uses that the law allows (s.62(4)).

    `size` is that of the checkpoint that went with it, `scope` says which entries, and `manifest` is the SHA-256, in
    hex, of the note by which whoever has the files can show that they are these.
    """

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.AUDIT_EXPORT, init=False)
    use: str
    scope: tuple[str, ...]
    size: int
    entries: int
    manifest: str


@dataclass(frozen=True, kw_only=True)
class LogReopened(Event):
    """The log goes on under a new name, because the old one promised what this database has lost.

    It is the first entry under that name, and says what went before: the name, how many entries of it the database has
    and their root, in hex; the newest signed checkpoint of them, empty if there is none; and the one that others hold.
    """

    action: Action = field(default=Action.KEYSET_REOPEN, init=False)
    old_origin: str
    origin: str
    entries: int
    root: str
    checkpoint: str
    held: str


@dataclass(frozen=True, kw_only=True)
class LogShipped(Event):
    """From here on a log shipper is given the log, and of each entry who did what when, by ids and codes.

    `after` is how many entries its file had by then: it is given every later one.
    """

    operations = (Operation.CONSULTATION,)
    action: Action = field(default=Action.AUDIT_EXPORT, init=False)
    after: int


@dataclass(frozen=True, kw_only=True)
class CheckpointCosigned(Event):
    """A witness cosigned the checkpoint of that size: its verifier key."""

    action: Action = field(default=Action.CHECKPOINT_COSIGN, init=False)
    size: int
    witness: str
