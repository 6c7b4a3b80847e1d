"""The chunks of attached files, each a row, written and read one at a time."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, FileId
from casetrack.persistence.db import Row

AT_A_TIME: Final = 4
"""How many chunks are fetched at once from the server's cursor."""


class FileChunkRow(Row):
    """One chunk of a file, as it was sealed."""

    __tablename__ = "file_chunks"
    __table_args__ = (Index("ix_file_chunks_case_id", "case_id"),)

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", deferrable=True, initially="DEFERRED"))
    part: Mapped[Part]
    sealed: Mapped[bytes]
    hash: Mapped[bytes | None] = mapped_column(Computed("sha256(sealed)", persisted=True))


class SqlFiles:
    """The chunks of files, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def add(self, case: CaseId, part: Part, file: FileId, chunks: Iterable[bytes]) -> None:
        """The chunks are kept as they come, one held at a time, for whoever has that part of the case."""
        for number, chunk in enumerate(chunks):
            row = {"file_id": file, "number": number, "case_id": case, "part": part, "sealed": chunk}
            self._session.connection().execute(insert(FileChunkRow), row)

    def hashes(self, file: FileId) -> tuple[bytes, ...]:
        """The SHA-256 of each chunk; none if the actor's holder does not have the part that the file lies with."""
        found = select(FileChunkRow.hash).where(FileChunkRow.file_id == file).order_by(FileChunkRow.number)
        return tuple(each or b"" for each in self._session.scalars(found))

    def chunks(self, file: FileId) -> Iterator[bytes]:
        """The chunks, a few held at a time."""
        wanted = select(FileChunkRow.sealed).where(FileChunkRow.file_id == file).order_by(FileChunkRow.number)
        found = self._session.connection().execute(wanted, execution_options={"yield_per": AT_A_TIME})
        with found:
            yield from found.scalars()
