"""An export of the log as one file: a ZIP, made in a temporary file that has no name and is gone when it is closed.

The same files give the same bytes: they are in the order in which they were put, as of one time, and not compressed,
because one program that does that does it otherwise than another. A folder or two of any system opens it.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from casetrack.gateways.evidence_folder import LONGEST_LINE

PIECE: Final = 1 << 16
"""How many bytes leave at a time."""

_THE_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file: the earliest that the format has."""
_UNIX: Final = 3
_FOR_ITS_OWNER: Final = 0o100600 << 16
"""An ordinary file, which its owner alone reads and writes: where a ZIP made on Unix says so."""


class EvidenceArchive:
    """An export that is being written, and is read back from what was written."""

    def __init__(self) -> None:
        """There is nothing in it yet."""
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by `close`
        self._zip = ZipFile(self._file, "w", ZIP_STORED)

    def put(self, path: str, content: Iterable[bytes]) -> None:
        """The file has that content."""
        named = ZipInfo(path, _THE_TIME)
        named.create_system, named.external_attr = _UNIX, _FOR_ITS_OWNER
        with self._zip.open(named, "w") as file:
            for part in content:
                file.write(part)

    def read(self, path: str) -> bytes | None:
        """What a file has that was put; None if there is none."""
        with suppress(KeyError):
            return self._zip.read(path)
        return None

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of such a file, each with its end."""
        with self._zip.open(path) as file:
            while line := file.readline(LONGEST_LINE):
                yield line

    def finish(self) -> int:
        """Nothing is put any more; how many bytes it has."""
        self._zip.close()
        return self._file.seek(0, os.SEEK_END)

    def pieces(self) -> Iterator[bytes]:
        """The whole of it once it is finished, a piece at a time."""
        self._file.seek(0)
        while piece := self._file.read(PIECE):
            yield piece

    def close(self) -> None:
        """Nothing is left of it."""
        try:
            self._zip.close()
        finally:
            self._file.close()
