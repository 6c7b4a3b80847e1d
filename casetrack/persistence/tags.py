"""The tags of sealed values, by which those who hold a part of a case find a person in it."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, TextClause, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.persistence.db import Row
from casetrack.services.ports import IndexTag

VERSIONS: Final[TextClause] = text(
    """
    SELECT version FROM generate_series(1, :up_to) AS version
    WHERE EXISTS (SELECT FROM index_tags t WHERE t.holder = :holder AND t.keyset_version = version)
    ORDER BY version
    """
)
OLDER: Final[TextClause] = text(
    """
    SELECT c.id FROM cases c
    WHERE c.id IN (SELECT t.case_id FROM index_tags t WHERE t.holder = :holder AND t.keyset_version < :version)
    ORDER BY c.id
    LIMIT :most
    FOR UPDATE OF c SKIP LOCKED
    """
)
CASES: Final[TextClause] = text(
    """
    SELECT DISTINCT t.case_id
    FROM unnest(CAST(:indexes AS text[]), CAST(:versions AS integer[]), CAST(:tags AS bytea[]))
         AS sought (index_name, keyset_version, tag)
    JOIN index_tags t
      ON t.holder = (SELECT scope_caseworker()) AND t.keyset_version = sought.keyset_version
     AND t.index_name = sought.index_name AND t.tag = sought.tag
    ORDER BY t.case_id
    LIMIT :most
    """
)
"""However many tags are sought, each is looked up among the actor's own holder's alone."""


class IndexTagRow(Row):
    """One tag of one part of a case, for one of its holders."""

    __tablename__ = "index_tags"
    __table_args__ = (
        ForeignKeyConstraint(["holder", "keyset_version"], ["keysets.holder", "keysets.version"]),
        Index("ix_index_tags_case_id", "case_id", "part"),
    )

    holder: Mapped[str] = mapped_column(primary_key=True)
    keyset_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index_name: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[bytes] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    part: Mapped[Part] = mapped_column(primary_key=True)


class SqlIndexTags:
    """Tags, in their table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def replace(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        """These are the part's tags, in the place of all that it had."""
        self.forget(case, part)
        self._add(case, part, tags)

    def replace_own(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        """These are the part's tags for the actor's own holder; those of its other holders stay."""
        self._session.execute(select(func.forget_own_tags(case, part.value)))
        self._add(case, part, tags)

    def _add(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        rows = [
            {
                "holder": each.holder,
                "keyset_version": each.keyset_version,
                "index_name": each.index,
                "tag": each.tag,
                "case_id": case,
                "part": part,
            }
            for each in tags
        ]
        if rows:
            self._session.connection().execute(insert(IndexTagRow), rows)

    def forget(self, case: CaseId, part: Part) -> None:
        """The part has no tags any more, whoever's they were, if the actor's holder has the part."""
        self._session.execute(select(func.forget_tags(case, part.value)))

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[CaseId, ...]:
        """Some cases with tags of the holder by versions before that one, locked; what others hold is passed by."""
        found = self._session.scalars(OLDER, {"holder": holder, "version": version, "most": most})
        return tuple(CaseId(case) for case in found)

    def left(self, holder: HolderCode, version: int) -> int:
        """How many tags the holder has by versions before that one."""
        older = select(func.count()).where(IndexTagRow.holder == holder, IndexTagRow.keyset_version < version)
        return self._session.scalars(older).one()

    def versions(self, holder: HolderCode, *, up_to: int) -> tuple[int, ...]:
        """By which versions of its keyset the holder has tags."""
        return tuple(self._session.scalars(VERSIONS, {"holder": holder, "up_to": up_to}))

    def cases(self, sought: Sequence[IndexTag], *, most: int) -> tuple[CaseId, ...]:
        """The cases that have any of these tags in a part that the actor's holder has, at most so many."""
        found = self._session.scalars(
            CASES,
            {
                "indexes": [each.index for each in sought],
                "versions": [each.keyset_version for each in sought],
                "tags": [each.tag for each in sought],
                "most": most,
            },
        )
        return tuple(CaseId(case) for case in found)
