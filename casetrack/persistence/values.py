"""Sealed values. A changed value is a new row; the one before it stays, superseded."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Select, bindparam, insert, select, text, true, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.crypto.fields import FieldLabel
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.persistence.cases import HoldingRow
from casetrack.persistence.db import Row
from casetrack.services.ports import SealedValue

DIGEST: Final = (
    "sha256((((((((((part || '/'::text) || label_table) || '/'::text) || label_column) || '/'::text))::bytea"
    " || uuid_send(subject)) || int4send(version)) || stored))"
)
"""`SealedValue.digest`, made by the database itself."""


class SealedValueRow(Row):
    """One sealed value of one part of a case."""

    __tablename__ = "sealed_values"
    __table_args__ = (
        Index(
            "uq_sealed_values_current",
            *("case_id", "label_table", "label_column", "subject"),
            unique=True,
            postgresql_where=text("superseded IS NULL"),
        ),
        Index("ix_sealed_values_case_id", "case_id", "part"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    part: Mapped[Part]
    label_table: Mapped[str]
    label_column: Mapped[str]
    subject: Mapped[UUID]
    stored: Mapped[bytes]
    digest: Mapped[bytes | None] = mapped_column(Computed(DIGEST, persisted=True))
    version: Mapped[int]
    superseded: Mapped[int | None]


class SqlSealedValues:
    """Sealed values, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def current(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """The values of the part that stand: no other has superseded them, and they were not cleared."""
        return self.current_of([case], part)

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        """The same for many cases, in one statement."""
        return self._found(_of_part(cases, part).where(SealedValueRow.superseded.is_(None)))

    def all_of(self, case: CaseId, part: Part) -> tuple[SealedValue, ...]:
        """Every value of the part, superseded ones too."""
        return self._found(_of_part([case], part))

    def cases_with(self, labels: Collection[FieldLabel], holder: HolderCode) -> tuple[CaseId, ...]:
        """The cases in which a value of one of those labels stands in a part that the holder has."""
        one = (
            select(SealedValueRow.case_id)
            .where(
                SealedValueRow.case_id == HoldingRow.case_id,
                SealedValueRow.part == HoldingRow.part,
                tuple_(SealedValueRow.label_table, SealedValueRow.label_column).in_(
                    [(label.table, label.column) for label in labels]
                ),
                SealedValueRow.superseded.is_(None),
            )
            # Each of the holder's own cases is asked about by itself, by its index: joined, everybody's are read.
            .limit(1)
            .correlate(HoldingRow)
            .lateral()
        )
        found = (
            select(HoldingRow.case_id)
            .distinct()
            .join(one, true())
            .where(HoldingRow.holder == holder, HoldingRow.until.is_(None))
            .order_by(HoldingRow.case_id)
        )
        return tuple(CaseId(case) for case in self._session.scalars(found))

    def add(self, values: Iterable[SealedValue]) -> None:
        """New values are kept, and each of the same case, label and subject before them is superseded."""
        rows = [_columns(value) for value in values]
        if not rows:
            return
        superseding = (
            update(SealedValueRow)
            .where(
                SealedValueRow.case_id == bindparam("of_case"),
                SealedValueRow.label_table == bindparam("of_table"),
                SealedValueRow.label_column == bindparam("of_column"),
                SealedValueRow.subject == bindparam("of_subject"),
                SealedValueRow.superseded.is_(None),
            )
            .values(superseded=bindparam("by_version"))
        )
        before = [
            {
                "of_case": row["case_id"],
                "of_table": row["label_table"],
                "of_column": row["label_column"],
                "of_subject": row["subject"],
                "by_version": row["version"],
            }
            for row in rows
        ]
        self._session.connection().execute(superseding, before)
        self._session.execute(insert(SealedValueRow), rows)

    def reseal(self, values: Iterable[SealedValue]) -> None:
        """The same values, under new keys."""
        resealed = [{"of_id": value.id, "anew": value.stored} for value in values]
        if resealed:
            self._session.connection().execute(
                update(SealedValueRow).where(SealedValueRow.id == bindparam("of_id")).values(stored=bindparam("anew")),
                resealed,
            )

    def _found(self, wanted: Select[SealedValueRow]) -> tuple[SealedValue, ...]:
        rows = self._session.scalars(wanted.order_by(SealedValueRow.case_id, SealedValueRow.id))
        return tuple(_value(row) for row in rows)


def _of_part(cases: Sequence[CaseId], part: Part) -> Select[SealedValueRow]:
    return select(SealedValueRow).where(SealedValueRow.case_id.in_(cases), SealedValueRow.part == part)


def _columns(value: SealedValue) -> dict[str, Any]:
    return {
        "id": value.id,
        "case_id": value.case,
        "part": value.part,
        "label_table": value.label.table,
        "label_column": value.label.column,
        "subject": value.subject,
        "stored": value.stored,
        "version": value.version,
        "superseded": value.superseded,
    }


def _value(row: SealedValueRow) -> SealedValue:
    return SealedValue(
        id=row.id,
        case=CaseId(row.case_id),
        part=row.part,
        label=FieldLabel(row.label_table, row.label_column),
        subject=row.subject,
        stored=row.stored,
        version=row.version,
        superseded=row.superseded,
    )
