"""What is past its life, in the tables of what is asked before anybody is known, and of drafts, answers and quotas."""

from typing import Final

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from casetrack.domain.ids import Instant
from casetrack.persistence.db import changed_rows
from casetrack.persistence.doors import AnswerRow, FailureRow, LinkRow, SessionRow
from casetrack.persistence.drafts import DraftRow
from casetrack.persistence.quotas import QuotaRaiseRow, QuotaUseRow

LOCK: Final = 0x4341_5345_5357_50
"""The advisory lock of whoever sweeps, until the end of its transaction."""


class SqlLeftovers:
    """What is past its life, in its tables."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def hold(self) -> None:
        """Nobody else sweeps until this transaction ends; whoever would meanwhile waits."""
        self._session.execute(select(func.pg_advisory_xact_lock(LOCK)))

    def end_sessions(self, *, unused_since: Instant, begun_before: Instant) -> int:
        """The sessions that nobody has used since, or that began before, are gone."""
        dead = or_(SessionRow.seen < unused_since, SessionRow.since < begun_before)
        return changed_rows(self._session, delete(SessionRow).where(dead))

    def end_links(self, *, by: Instant) -> int:
        """The links that were used, or that had ended by then, are gone."""
        spent = or_(LinkRow.used_at.is_not(None), LinkRow.until <= by)
        return changed_rows(self._session, delete(LinkRow).where(spent))

    def end_failures(self, *, by: Instant) -> int:
        """The failures to sign in until then are gone."""
        return changed_rows(self._session, delete(FailureRow).where(FailureRow.at <= by))

    def end_drafts(self, *, before: Instant) -> int:
        """The drafts to which nothing was added since are gone."""
        return changed_rows(self._session, delete(DraftRow).where(DraftRow.at < before))

    def end_answers(self, *, before: Instant) -> int:
        """The answers that were first given before then are gone."""
        return changed_rows(self._session, delete(AnswerRow).where(AnswerRow.at < before))

    def end_quota_uses(self, *, by: Instant) -> int:
        """What accounts were shown until then is gone."""
        return changed_rows(self._session, delete(QuotaUseRow).where(QuotaUseRow.at <= by))

    def end_quota_raises(self, *, by: Instant) -> int:
        """What supervisors allowed, and what had ended by then, is gone."""
        return changed_rows(self._session, delete(QuotaRaiseRow).where(QuotaRaiseRow.until <= by))
