"""Who looked for somebody, and who was shown them: asked of the journal, for an enquiry that two auditors agreed to.

Which cases are meant is settled within the one statement, by a function that asks for the two people itself; no case
leaves the database for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, DateTime, Integer, LargeBinary, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Session

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, HolderCode, Instant, ProposalId
from casetrack.domain.unusual_access import LOOKS
from casetrack.persistence.refusals import refusing
from casetrack.services.desk import REVEALING
from casetrack.services.traces import MOST_TRACES, Doer, Searched, Showing, Shown, SoughtTag

DAY: Final = "width_bucket(e.at, CAST(:days AS timestamptz[])) - 1"
WITHIN: Final = "e.at >= :since AND e.at < :until AND e.account IS NOT NULL"

SEARCHES: Final[TextClause] = text(
    f"""
    SELECT found.day, found.account, found.holder, a.display_name AS name, array_agg(DISTINCT m.index_name) AS what
    FROM (
        SELECT {DAY} AS day, e.account, e.holder, said_in(e.payload) -> 'marks' AS marks
        FROM events e
        WHERE e.action = :search AND {WITHIN}
    ) found
    JOIN unnest(CAST(:marks AS text[]), CAST(:indexes AS text[])) AS m (mark, index_name)
      ON jsonb_exists(found.marks, m.mark)
    LEFT JOIN accounts a ON a.id = found.account
    GROUP BY found.day, found.account, found.holder, a.display_name
    ORDER BY found.day DESC, a.display_name, found.account, found.holder
    LIMIT :most
    """  # noqa: S608 - put together from what stands here
)
"""Who looked for any of those terms on which day, and by which indexes that is told."""

SHOWINGS: Final[TextClause] = text(
    f"""
    WITH likely AS MATERIALIZED (
        SELECT c.case_id, c.index_name
        FROM cases_enquired(:enquiry, :holders, :versions, :indexes, :tags, :terms, :enough) c
    ),
    told AS (
        SELECT {DAY} AS day, e.account, e.holder, l.index_name,
               CASE WHEN e.action = ANY (CAST(:reveals AS text[])) THEN :revealed ELSE :opened END AS how
        FROM likely l
        JOIN events e ON e.case_id = l.case_id
        WHERE e.action = ANY (CAST(:looks AS text[])) AND {WITHIN}
        UNION
        SELECT {DAY}, e.account, e.holder, l.index_name,
               CASE WHEN e.action = ANY (CAST(:reveals AS text[])) THEN :revealed ELSE :listed END
        FROM likely l
        JOIN event_shown s ON s.case_id = l.case_id
        JOIN events e ON e.id = s.event
        WHERE {WITHIN}
    )
    SELECT told.day, told.account, told.holder, a.display_name AS name, array_agg(DISTINCT told.how) AS how,
           array_agg(DISTINCT told.index_name) AS what
    FROM told
    LEFT JOIN accounts a ON a.id = told.account
    GROUP BY told.day, told.account, told.holder, a.display_name
    ORDER BY told.day DESC, a.display_name, told.account, told.holder
    LIMIT :most
    """  # noqa: S608 - put together from what stands here
).bindparams(
    bindparam("enquiry", type_=Uuid),
    bindparam("holders", type_=ARRAY(Text)),
    bindparam("versions", type_=ARRAY(Integer)),
    bindparam("indexes", type_=ARRAY(Text)),
    bindparam("tags", type_=ARRAY(LargeBinary)),
    bindparam("terms", type_=ARRAY(Integer)),
    bindparam("enough", type_=ARRAY(Integer)),
    bindparam("days", type_=ARRAY(DateTime(timezone=True))),
)
"""Who was shown a case that is like enough, on which day, and in which ways."""


class SqlTraces:
    """The questions of an enquiry, of the journal's tables and of tags."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def searches(self, marks: Mapping[str, str], days: Sequence[Instant]) -> tuple[Searched, ...]:
        """Who looked for any of the terms of those marks, the newest day first."""
        asked = {"search": Action.PERSON_FIND.value, "marks": list(marks), "indexes": list(marks.values())}
        found = self._session.execute(SEARCHES, asked | _within(days))
        return tuple(Searched(_doer(row), frozenset(row.what)) for row in found)

    def showings(self, enquiry: ProposalId, sought: Sequence[SoughtTag], days: Sequence[Instant]) -> tuple[Shown, ...]:
        """Who was shown a record that has enough of those tags, the newest day first."""
        asked: dict[str, Any] = {
            "enquiry": enquiry,
            "holders": [each.holder for each in sought],
            "versions": [each.keyset_version for each in sought],
            "indexes": [each.index for each in sought],
            "tags": [each.tag for each in sought],
            "terms": [each.term for each in sought],
            "enough": [each.enough for each in sought],
            "reveals": _codes(REVEALING),
            "looks": _codes(LOOKS),
            **{how.value: how.value for how in Showing},
        }
        with refusing():
            found = self._session.execute(SHOWINGS, asked | _within(days)).all()
        return tuple(Shown(_doer(row), frozenset(map(Showing, row.how)), frozenset(row.what)) for row in found)


def _within(days: Sequence[Instant]) -> dict[str, Any]:
    return {"days": list(days), "since": days[0], "until": days[-1], "most": MOST_TRACES + 1}


def _codes(actions: Iterable[Action]) -> list[str]:
    return sorted(action.value for action in actions)


def _doer(row: Found[Any]) -> Doer:
    return Doer(row.day, AccountId(row.account), row.name or "", HolderCode(row.holder))
