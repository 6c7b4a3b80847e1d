"""The newest checkpoint of the log that others hold, kept beside the key files: what the log may never go back before.

A database that was put back from an older copy does not know what was promised since. This file does.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import HeldUnreadable, LogForked, LogRefused, PromiseBroken
from casetrack.audit.note import Note
from casetrack.domain.errors import NotPromised
from casetrack.gateways.durable import alone_in, write_whole

NAME: Final = "held-checkpoint"


@dataclass(frozen=True)
class HeldCheckpoint:
    """The newest signed note that was given out; there is none before the first."""

    path: Path

    @classmethod
    def beside(cls, key_file: Path) -> "HeldCheckpoint":
        """The one that belongs with those keys."""
        return cls(key_file.with_name(NAME))

    def note(self) -> str | None:
        """The signed note, whose signature nobody has checked yet; None before the first.

        `HeldUnreadable` of a file that is no such note: what others hold is then not known.
        """
        try:
            kept = self.path.read_bytes().decode("utf-8", "replace")
            _read(kept)
        except FileNotFoundError:
            return None
        except (OSError, LogRefused):
            raise HeldUnreadable from None
        return kept

    def keep(self, note: str) -> None:
        """Others hold that checkpoint, which is the log's own; one of the same log that is newer stays.

        Whoever calls this has asked that the log goes on from what was held before. `PromiseBroken` of another
        checkpoint of the same size, `HeldUnreadable` as `note` raises it, and `NotPromised` if the file cannot be
        written; it is then as it was before.
        """
        now = _read(note)
        try:
            with alone_in(self.path.parent):
                kept = self.note()
                before = None if kept is None else _read(kept)
                if before is not None and before.origin == now.origin:
                    if before.size == now.size and before != now:
                        raise PromiseBroken(because=LogForked(size=now.size))
                    if before.size > now.size:
                        return
                write_whole(self.path, note.encode())
        except OSError:
            raise NotPromised from None


def _read(note: str) -> Checkpoint:
    """What the note says, whoever signed it; a `LogRefused` if it is no note of a checkpoint."""
    return Checkpoint.parse(Note.parse(note).text)
