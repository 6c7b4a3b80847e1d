"""A file of lines that only grows: each line is there whole, durably, and one process at a time adds to it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from casetrack.gateways.durable import settle

PIECE: Final = 64 * 1024
"""How many bytes are read at a time, from the end."""
NEWLINE: Final = b"\n"


class LinesTaken(Exception):
    """Somebody else adds to the file, or has moved or cut it; the message says what to do."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the file."""
        super().__init__(f"{path} {why}")


class LineFile:
    """The file, and how much of it there is."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Whatever comes after the last whole line is cut off: somebody was stopped while they wrote it."""
        self._path = path
        self._descriptor = descriptor
        self._end = self._whole(os.fstat(descriptor).st_size)
        os.ftruncate(descriptor, self._end)

    @classmethod
    @contextmanager
    def adding_to(cls, path: Path) -> Iterator["LineFile"]:
        """The file at that path, which is made if it is not there; `LinesTaken` while somebody else adds to it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LinesTaken(path, "is being written to by another process. Stop that, or name another.") from None
            settle(path.parent)
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def last(self) -> bytes | None:
        """The last line; None of a file that has none."""
        if not self._end:
            return None
        start = self._whole(self._end - 1)
        return os.pread(self._descriptor, self._end - start, start)

    def add(self, lines: bytes) -> None:
        """Those lines come last, and are on the disk before this returns."""
        self._require_ours()
        left = memoryview(lines)
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)
        self._end += len(lines)

    def _require_ours(self) -> None:
        """Nobody has moved the file away or cut it: lines that are added to what is gone would be lost."""
        mine = os.fstat(self._descriptor)
        try:
            there = self._path.stat()
        except OSError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino) or mine.st_size != self._end:
            raise LinesTaken(self._path, "was moved, cut or written to meanwhile. Begin again with a new file.")

    def _whole(self, end: int) -> int:
        """Where the last whole line of the first so many bytes ends: after its newline, or at the beginning."""
        while end:
            start = max(0, end - PIECE)
            found = os.pread(self._descriptor, end - start, start).rfind(NEWLINE)
            if found >= 0:
                return start + found + 1
            end = start
        return 0
