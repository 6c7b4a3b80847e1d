"""The chunks of attached files, in memory."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, FileId
from tests.memory.kept import Memory


class MemoryFiles:
    """The chunks of files, for whoever has the part that they lie with."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, case: CaseId, part: Part, file: FileId, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            if part not in self._memory.parts_held(case):
                raise NotPermitted
            *_, before = self._memory.kept.files.get(file, (case, part, ()))
            self._memory.kept.files[file] = (case, part, (*before, chunk))

    def hashes(self, file: FileId) -> tuple[bytes, ...]:
        return tuple(sha256(chunk).digest() for chunk in self.chunks(file))

    def chunks(self, file: FileId) -> Iterator[bytes]:
        kept = self._memory.kept.files.get(file)
        if kept is not None and kept[1] in self._memory.parts_held(kept[0]):
            yield from kept[2]
