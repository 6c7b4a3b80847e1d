"""The newest checkpoint of the log that others hold, kept beside the key files: what the log may never go back before.

A database that was put back from an older copy does not know what was promised since. This file does.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.errors import LogRefused
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
        """The signed note, of which nothing is believed yet; None before the first."""
        try:
            return self.path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None

    def keep(self, note: str) -> None:
        """Others hold that checkpoint, which is the log's own; one of the same log that is newer stays.

        `NotPromised` if the file cannot be read or written; it is then as it was before.
        """
        now = Checkpoint.parse(Note.parse(note).text)
        try:
            with alone_in(self.path.parent):
                before = self._checkpoint()
                if before is None or before.origin != now.origin or before.size <= now.size:
                    write_whole(self.path, note.encode())
        except OSError:
            raise NotPromised from None

    def _checkpoint(self) -> Checkpoint | None:
        kept = self.note()
        try:
            return None if kept is None else Checkpoint.parse(Note.parse(kept).text)
        except LogRefused:
            return None
