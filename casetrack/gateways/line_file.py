"""A file of lines that only grows: each line is there whole, durably, and one process at a time adds to it."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from casetrack.gateways.durable import settle

PIECE: Final = 64 * 1024
"""How many bytes are read at a time, from the end."""
NEWLINE: Final = b"\n"
Read = TypeVar("Read")


class LinesTaken(Exception):
    """Somebody else adds to the file, has moved or cut it, or it takes no lines; the message says what to do."""

    def __init__(self, path: Path, why: str) -> None:
        """Name the file."""
        super().__init__(f"{path} {why}")


class LinesForeign(Exception):
    """The file has a line that nobody who adds to it wrote; the message says which, and what to do."""

    def __init__(self, path: Path, number: int) -> None:
        """Name the file, and the line by its number from 1."""
        super().__init__(
            f"Line {number} of {path} is not one that casetrack writes there. The file was left as it is: name another."
        )


class LineFile:
    """The file, and how much of it there is.

    What comes after its last whole line was torn by whatever stopped its writer. It is there until lines are added.
    """

    def __init__(self, path: Path, descriptor: int, beginning: bytes) -> None:
        """`LinesForeign` if what comes after the last whole line is not of a line that begins as ours do."""
        self._path = path
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._end = self._whole(self._size)
        torn = os.pread(descriptor, len(beginning), self._end)
        if not beginning.startswith(torn):
            raise self._foreign(self._end)

    @classmethod
    @contextmanager
    def adding_to(cls, path: Path, beginning: bytes) -> Iterator["LineFile"]:
        """The file at that path, which is made if it is not there, and of which every line begins with those bytes.

        `LinesTaken` while somebody else adds to it, and of what cannot be opened or is no file.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as refused:
            raise LinesTaken(path, f"cannot be opened to add lines ({refused.strerror}). Name another.") from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise LinesTaken(
                    path, "is no file that keeps what is added. Name another, or none and pass on what is printed."
                )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LinesTaken(path, "is being written to by another process. Stop that, or name another.") from None
            settle(path.parent)
            yield cls(path, descriptor, beginning)
        finally:
            os.close(descriptor)

    def last(self, read: Callable[[bytes], Read | None]) -> Read | None:
        """What the last whole line says; None of a file that has none, `LinesForeign` of one that cannot be read."""
        if not self._end:
            return None
        start = self._whole(self._end - 1)
        said = read(os.pread(self._descriptor, self._end - start, start))
        if said is None:
            raise self._foreign(start)
        return said

    def add(self, lines: bytes) -> None:
        """Those lines come after the last whole one, and are on the disk before this returns; or `LinesTaken`."""
        self._require_ours()
        left = memoryview(lines)
        try:
            os.ftruncate(self._descriptor, self._end)
            while left:
                left = left[os.write(self._descriptor, left) :]
            os.fsync(self._descriptor)
        except OSError as refused:
            raise LinesTaken(
                self._path, f"takes no more lines ({refused.strerror}). Mend that, and run this again."
            ) from None
        self._end += len(lines)
        self._size = self._end

    def _require_ours(self) -> None:
        """Nobody has moved the file away or cut it: lines that are added to what is gone would be lost."""
        mine = os.fstat(self._descriptor)
        try:
            there = self._path.stat()
        except OSError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino) or mine.st_size != self._size:
            raise LinesTaken(self._path, "was moved, cut or written to meanwhile. Begin again with a new file.")

    def _foreign(self, start: int) -> LinesForeign:
        """What is said of the line that begins there: its number is that of the newlines before, and one."""
        places = range(0, start, PIECE)
        pieces = (os.pread(self._descriptor, min(PIECE, start - place), place) for place in places)
        return LinesForeign(self._path, 1 + sum(piece.count(NEWLINE) for piece in pieces))

    def _whole(self, end: int) -> int:
        """Where the last whole line of the first so many bytes ends: after its newline, or at the beginning."""
        while end:
            start = max(0, end - PIECE)
            found = os.pread(self._descriptor, end - start, start).rfind(NEWLINE)
            if found >= 0:
                return start + found + 1
            end = start
        return 0
