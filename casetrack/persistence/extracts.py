"""Reads the log to give it out: the whole tree, and the payloads of the entries that somebody may see.

What the auditors of one organisation may see is one rule, and the database's own: the policies of the table of events,
by which the desk's search is answered too. So an extract for them is read as they would read it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from casetrack.audit.export import Disclosure
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.persistence.cases import CaseRow
from casetrack.persistence.inspection import SqlEvidence
from casetrack.persistence.journal import TRANSFERS, EventRow, about
from casetrack.persistence.log import CheckpointRow, CosignatureRow, LeafRow
from casetrack.persistence.transfers import TransferRow
from casetrack.persistence.work import begin_walled
from casetrack.services.certificates import reference_digest
from casetrack.services.extracts import Extract


class SqlSource:
    """What is given out, from its tables."""

    def __init__(self, evidence: SqlEvidence, base: int, walled: Engine) -> None:
        """Read it among that evidence, and what an organisation's auditors may see over `walled`, as the pages do.

        Of the log it is what came after the first so many leaves, whose entries count from there.
        """
        self._evidence = evidence
        self._base = base
        self._walled = walled

    def witnessed(self) -> Iterator[str]:
        """The signed notes with what witnesses said of each, the newest first."""
        lines = func.array_agg(aggregate_order_by(CosignatureRow.line, CosignatureRow.at, CosignatureRow.name))
        noted = (
            select(CheckpointRow.size, CheckpointRow.note, lines.label("lines"))
            .join(CosignatureRow, CosignatureRow.size == CheckpointRow.size, isouter=True)
            .where(CheckpointRow.size > self._base if self._base else true())
            .group_by(CheckpointRow.size)
            .order_by(CheckpointRow.size.desc())
        )
        for row in self._evidence.lined(noted):
            yield row.note + "".join(line for line in row.lines if line)

    def leaves(self) -> Iterator[tuple[int, UUID, bytes]]:
        """Each leaf with its number and the event that it is said to be of, in the order of the numbers."""
        ours = select(LeafRow.number, LeafRow.event, LeafRow.leaf).where(LeafRow.number >= self._base)
        for row in self._evidence.lined(ours.order_by(LeafRow.number)):
            yield row.number - self._base, row.event, row.leaf

    def disclosed(self, extract: Extract, size: int) -> Iterator[Disclosure]:
        """The entries of that extract among the first so many, in their order."""
        if extract.reader is None:
            offers = select(TransferRow.id).where(TransferRow.case_id == extract.case)
            yield from self._disclosed(self._evidence, extract, size, offers)
        else:
            offers = select(TRANSFERS.c.id).where(TRANSFERS.c.case_id == extract.case)
            with begin_walled(self._walled, extract.reader) as session:
                yield from self._disclosed(SqlEvidence(session), extract, size, offers)

    def case_named(self, reference: Reference) -> CaseId | None:
        """Which case has that reference, or had it when it was erased; None if none has."""
        for there in self._evidence.lined(select(CaseRow.id).where(CaseRow.reference == reference)):
            return CaseId(there.id)
        stones = (kept.stone for kept in self._evidence.tombstones())
        was = (stone.case for stone in stones if stone.reference_digest == reference_digest(stone.case, reference))
        return next(was, None)

    def _disclosed(
        self, seen: SqlEvidence, extract: Extract, size: int, offers: Select[*tuple[Any, ...]]
    ) -> Iterator[Disclosure]:
        """Those that are seen there, where the offers of the case are these."""
        wanted = [LeafRow.number >= self._base + extract.after, LeafRow.number < self._base + size]
        if extract.case is not None:
            wanted.append(EventRow.id.in_(about(extract.case, extract.reference, offers)))
        if extract.since is not None:
            wanted.append(EventRow.at >= extract.since)
        if extract.until is not None:
            wanted.append(EventRow.at < extract.until)
        found = select(LeafRow.number, EventRow.payload, EventRow.salt).join(EventRow, EventRow.id == LeafRow.event)
        for row in seen.lined(found.where(*wanted).order_by(LeafRow.number)):
            yield Disclosure(row.number - self._base, row.payload, row.salt)
