"""The list of erasures as a file beside the key files: only ever added to, and on the disk before anybody goes on."""

import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casetrack.services.approvals import Write

NAME: Final = "erasures.jsonl"
LINE_END: Final = b"\n"


@dataclass(frozen=True)
class ErasureFile:
    """The list, a line each; there is no file before the first erasure."""

    path: Path

    @classmethod
    def beside(cls, key_file: Path) -> "ErasureFile":
        """The list that belongs with those keys."""
        return cls(key_file.with_name(NAME))

    def append(self, write: Write) -> None:
        """One more line is on the disk when this returns, and nobody else added one meanwhile.

        What was left of a line that was only half written is taken away first: nothing was committed on it.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            whole, lines = _read(file.read())
            file.truncate(whole)
            previous = hashlib.sha256(lines[-1] if lines else b"").digest()
            file.write(write(len(lines), previous) + LINE_END)
            file.flush()
            os.fsync(descriptor)
        if is_new:
            _keep_name(self.path.parent)

    def lines(self) -> tuple[bytes, ...]:
        """Every line, from the first; nothing of one that was only half written."""
        return _read(self.path.read_bytes())[1] if self.path.exists() else ()


def _read(content: bytes) -> tuple[int, tuple[bytes, ...]]:
    """How many bytes are whole lines, and those."""
    whole = content.rfind(LINE_END) + 1
    return whole, tuple(content[:whole].split(LINE_END)[:-1])


def _keep_name(folder: Path) -> None:
    """That there is such a file outlives a crash, as what is in it does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
