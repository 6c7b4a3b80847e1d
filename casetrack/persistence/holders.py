"""Holders: the organisations with keys."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.ids import HolderCode
from casetrack.persistence.db import Row


class HolderRow(Row):
    """An organisation, in force between two dates."""

    __tablename__ = "holders"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[HolderKind]
    nation: Mapped[str]
    region: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor: Mapped[str | None] = mapped_column(ForeignKey("holders.code", deferrable=True, initially="DEFERRED"))
    seat: Mapped[str | None] = mapped_column(ForeignKey("holders.code", deferrable=True, initially="DEFERRED"))
    phone: Mapped[str]


COLUMNS: Final = ("code", "name", "kind", "nation", "region", "valid_from", "valid_to", "successor", "seat", "phone")


class SqlHolders:
    """Holders, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def all(self) -> tuple[Holder, ...]:
        """Every holder, by its code."""
        rows = self._session.scalars(select(HolderRow).order_by(HolderRow.code))
        return tuple(_holder(row) for row in rows)

    def add(self, holders: Iterable[Holder]) -> None:
        """New holders are kept; those that are there already stay as they are."""
        rows = [{name: getattr(holder, name) for name in COLUMNS} for holder in holders]
        if rows:
            self._session.execute(insert(HolderRow).on_conflict_do_nothing(), rows)


def _holder(row: HolderRow) -> Holder:
    return Holder(
        code=HolderCode(row.code),
        name=row.name,
        kind=row.kind,
        nation=row.nation,
        region=row.region,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor=HolderCode(row.successor) if row.successor else None,
        seat=HolderCode(row.seat) if row.seat else None,
        phone=row.phone,
    )
