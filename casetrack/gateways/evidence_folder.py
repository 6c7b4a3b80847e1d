"""An export of the log as a folder: written so that a crash leaves nothing that looks whole, and read without trust."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from casetrack.audit.export import CHECKPOINT
from casetrack.gateways.durable import settle

LARGEST: Final = 1 << 25
"""No file of an export that is read whole is larger: a bundle has at most 256 entries of 65,535 bytes."""
LONGEST_LINE: Final = 1 << 20
"""Of what is disclosed. A longer one is read in parts, and no part is a disclosure."""

_TREE: Final = "tile/"
_PART: Final = ".part"


class FolderTaken(Exception):
    """The folder has files of another log; the message names it and says what to do."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} has the export of another log, or of another state of this one. Name a new folder.")


@dataclass(frozen=True)
class EvidenceFolder:
    """An export that is read from where it lies. Whatever is not a file of sensible size is not there."""

    path: Path

    def read(self, path: str) -> bytes | None:
        """What that file has; None if there is no such file."""
        try:
            with _regular(self.path / path) as file:
                content = file.read(LARGEST + 1)
        except OSError:
            return None
        return content if len(content) <= LARGEST else None

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of that file, each with its end; none if there is no such file."""
        try:
            with _regular(self.path / path) as file:
                while line := file.readline(LONGEST_LINE):
                    yield line
        except OSError:
            return

    def paths(self) -> Iterator[str]:
        """The path of whatever lies there and is no folder; a link is named, and what it leads to is not looked at."""
        for folder, folders, files in os.walk(self.path):
            links = (name for name in folders if Path(folder, name).is_symlink())
            yield from (Path(folder, name).relative_to(self.path).as_posix() for name in (*files, *links))


@dataclass
class Writing:
    """An export that is being written: the tree where it belongs, and what is beside it under names nobody reads."""

    folder: EvidenceFolder
    _waiting: list[str] = field(default_factory=list)
    _folders: set[Path] = field(default_factory=set)

    def put(self, path: str, content: Iterable[bytes]) -> None:
        """The file has that content, durably. `FolderTaken` if a file of the tree is there that differs."""
        target = self.folder.path / path
        if target.parent not in self._folders:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folders.update(each for each in target.parents if each.is_relative_to(self.folder.path))
        if not path.startswith(_TREE):
            _write(_partial(target), content)
            self._waiting.append(path)
            return
        whole = b"".join(content)
        there = self.folder.read(path)
        if there is None:
            _write(_partial(target), (whole,))
            _partial(target).replace(target)
        elif there != whole:
            raise FolderTaken(self.folder.path)

    def read(self, path: str) -> bytes | None:
        """What a file has that was put, or that was there."""
        return self.folder.read(path + _PART if path in self._waiting else path)

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of such a file."""
        return self.folder.lines(path + _PART if path in self._waiting else path)

    def finish(self) -> None:
        """Every file has its name, durably, and the last that was put has it last of all: the checkpoint."""
        (self.folder.path / CHECKPOINT).unlink(missing_ok=True)
        *others, last = self._waiting
        for path in others:
            self._name(path)
        for folder in self._folders:
            settle(folder)
        self._name(last)
        settle(self.folder.path)
        self._waiting.clear()

    def _name(self, path: str) -> None:
        target = self.folder.path / path
        _partial(target).replace(target)

    def abandon(self) -> None:
        """Nothing is left of what has no name yet. What there is of the tree stays: it says nothing of anybody."""
        for path in self._waiting:
            _partial(self.folder.path / path).unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[Writing]:
    """An export is written there; whatever was not finished in the block is gone after it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Writing(EvidenceFolder(folder))
    try:
        yield made
    finally:
        made.abandon()


def _partial(target: Path) -> Path:
    return target.with_name(target.name + _PART)


def _regular(path: Path) -> BinaryIO:
    """The file, if it is one: whoever gave the folder may have put something there that never says anything."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return os.fdopen(descriptor, "rb")


def _write(target: Path, content: Iterable[bytes]) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(content)
        file.flush()
        os.fsync(descriptor)
