"""Unusual accesses: found among the events in the auditor's scope, by what the rules said of the days beforehand.

What was measured is handed over as arrays, so that each question is one statement however long they are. No instant is
put into a day here, and none into working hours: both come as the instants between which they lie.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    TextualSelect,
    Uuid,
    select,
    text,
)
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Session, aliased

from casetrack.domain.actions import Action
from casetrack.domain.ids import AccountId, EventId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.domain.unusual_access import (
    ASKING_NO_TIE,
    LOOKS,
    NOT_TO_BE_OPENED,
    OF_MANY,
    OF_OFFERS,
    OPENINGS,
    Disposition,
    Reason,
)
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.journal import REFERENCES, EventRow, event_card, event_cards
from casetrack.persistence.pages import page_of
from casetrack.persistence.types import InstantType
from casetrack.services.journal import read_detail, read_payload
from casetrack.services.lists import Page
from casetrack.services.occasions import Comparison, Measures, Occasion, Opened, Review, Stands, UnusualQuery, Volume

DISPOSITIONS: Final = {disposition.value: disposition for disposition in Disposition}

ASKED: Final = """
    (CAST(:account AS uuid) IS NULL OR e.account = CAST(:account AS uuid))
    AND (CAST(:holder AS text) IS NULL OR e.holder = CAST(:holder AS text))
"""
"""Of the accounts that the query asks for."""

_COUNTED: Final = f"""
    WITH recent AS (
        SELECT e.account, {{case}} AS case_id, width_bucket(e.at, CAST(:days AS timestamptz[])) - 1 AS day
        FROM events e {{shown}}
        WHERE e.at >= :since AND e.at < :until AND e.refusal IS NULL AND e.action = ANY (CAST(:counted AS text[]))
          AND (scope_is_national() OR e.holder = scope_holder()) AND {ASKED}
    ),
    busy AS (
        SELECT DISTINCT r.account
        FROM recent r
        GROUP BY r.account, r.day
        HAVING count(DISTINCT r.case_id) >= :least
    )
    SELECT b.account, o.holder, o.day, o.cases
    FROM busy b
    -- One after another: nobody else's log of those weeks is read for it.
    CROSS JOIN LATERAL (
        SELECT e.holder, width_bucket(e.at, CAST(:days AS timestamptz[])) - 1 AS day, count(DISTINCT {{case}}) AS cases
        FROM events e {{shown}}
        WHERE e.account = b.account AND e.at >= :first AND e.at < :until AND e.refusal IS NULL
          AND e.action = ANY (CAST(:counted AS text[]))
        GROUP BY e.holder, day
    ) o
    """  # noqa: S608 - put together from what stands here
OPENED: Final = text(_COUNTED.format(case="e.case_id", shown=""))
"""How many cases each account opened on each day that opened many on one of the last days."""
NAMED: Final = text(_COUNTED.format(case="s.case_id", shown="JOIN event_shown s ON s.event = e.id"))
"""The same of the people whom lists and searches showed."""

COMPARED: Final = text(
    f"""
    SELECT e.id, e.aggregate_id AS entry, e.words
    FROM events e
    WHERE e.action = 'surname:compare' AND e.at >= :since AND e.at < :until
      AND e.words IS NOT NULL AND e.aggregate_id IS NOT NULL AND {ASKED}
    ORDER BY e.at DESC, e.id
    LIMIT :most
    """  # noqa: S608 - put together from what stands here
)

OCCASIONS: Final = f"""
    WITH hours AS (
        SELECT h.holder, b.bounds
        FROM unnest(CAST(:holders AS text[]), CAST(:calendar_of AS integer[])) AS h (holder, number)
        LEFT JOIN (
            SELECT o.number, array_agg(o.at ORDER BY o.at) AS bounds
            FROM unnest(CAST(:calendars AS integer[]), CAST(:bounds AS timestamptz[])) AS o (number, at)
            GROUP BY o.number
        ) b USING (number)
    ),
    looks AS (
        SELECT e.id, e.at, e.account, e.action, e.refusal IS NOT NULL AS refused,
               width_bucket(e.at, CAST(:days AS timestamptz[])) - 1 AS day, c.id AS case_id,
               coalesce(CAST(c.id AS text), e.attempted, CAST(e.aggregate_id AS text), '') AS about,
               coalesce(width_bucket(e.at, h.bounds) % 2 = 0, true) AS closed
        FROM events e
        LEFT JOIN hours h ON h.holder = e.holder
        LEFT JOIN case_references r ON e.refusal IS NOT NULL AND r.reference = e.attempted
        LEFT JOIN transfer_cases t ON e.refusal IS NOT NULL AND t.id = e.aggregate_id
        CROSS JOIN LATERAL (SELECT coalesce(e.case_id, r.id, t.case_id) AS id) c
        WHERE e.at >= :since AND e.at < :until AND e.account IS NOT NULL AND {ASKED}
          AND CASE WHEN e.refusal IS NULL THEN e.action = ANY (CAST(:looks AS text[]))
                   ELSE e.refusal = ANY (CAST(:refusals AS text[]))
                        AND (e.attempted IS NOT NULL OR e.aggregate_id IS NOT NULL) END
    ),
    marked AS (
        SELECT l.id, l.at, l.account, l.day, l.case_id, l.about, 'hours' AS reason
        FROM looks l
        WHERE l.closed
        UNION ALL
        SELECT l.id, l.at, l.account, l.day, l.case_id, l.about, 'relationship'
        FROM looks l
        WHERE (l.refused OR l.case_id IS NOT NULL AND l.action <> ALL (CAST(:of_offers AS text[])))
          AND NOT EXISTS (
              SELECT FROM case_ties t
              WHERE t.case_id = l.case_id AND t.account = l.account
                AND t.since <= l.at AND (t.until IS NULL OR l.at < t.until)
          )
        UNION ALL
        -- Who opens a case may say more of it at that very instant.
        SELECT e.id, e.at, e.account, width_bucket(e.at, CAST(:days AS timestamptz[])) - 1, e.case_id,
               CAST(e.case_id AS text), 'relationship'
        FROM events e
        WHERE e.at >= :since AND e.at < :until AND e.account IS NOT NULL AND e.case_id IS NOT NULL AND {ASKED}
          AND (e.case_version IS NOT NULL OR e.step IS NOT NULL) AND e.action <> ALL (CAST(:asking_no_tie AS text[]))
          AND NOT EXISTS (
              SELECT FROM case_ties t
              WHERE t.case_id = e.case_id AND t.account = e.account
                AND t.since < e.at AND (t.until IS NULL OR e.at <= t.until)
          )
          AND NOT EXISTS (
              SELECT FROM events o
              WHERE o.case_id = e.case_id AND o.account = e.account AND o.at = e.at AND o.action = 'case:open'
                AND o.case_version IS NOT NULL
          )
        UNION ALL
        SELECT e.id, e.at, e.account, width_bucket(e.at, CAST(:days AS timestamptz[])) - 1, r.id, CAST(r.id AS text),
               'surname'
        FROM unnest(CAST(:shared AS uuid[]), CAST(:places AS integer[])) AS m (entry, place)
        JOIN events e ON e.id = m.entry
        LEFT JOIN event_shown s ON s.event = e.id AND s.position = m.place AND e.case_id IS NULL
        JOIN case_references r ON r.id = coalesce(e.case_id, s.case_id)
    ),
    occasions AS (
        SELECT m.account, m.day, min(m.at) AS at, max(m.at) AS latest,
               (array_agg(m.id ORDER BY m.at, m.id))[1] AS first,
               (array_agg(m.case_id))[1] AS case_id, array_agg(DISTINCT m.id) AS entries,
               array_agg(DISTINCT m.reason) AS reasons, CAST(NULL AS integer) AS opened, CAST(NULL AS float8) AS usual,
               false AS of_many
        FROM marked m
        GROUP BY m.account, m.day, m.about
        UNION ALL
        SELECT l.account, l.day, min(l.at), max(l.at), (array_agg(l.id ORDER BY l.at, l.id))[1], NULL, array_agg(l.id),
               ARRAY['volume'], v.opened, v.usual, v.of_many
        FROM looks l
        JOIN unnest(
            CAST(:busy AS uuid[]), CAST(:busy_days AS integer[]), CAST(:opened AS integer[]), CAST(:usual AS float8[]),
            CAST(:busy_of_many AS boolean[])
        ) AS v (account, day, opened, usual, of_many) USING (account, day)
        WHERE NOT l.refused AND (l.action = ANY (CAST(:of_many AS text[]))) = v.of_many
        GROUP BY l.account, l.day, v.opened, v.usual, v.of_many
    )
    SELECT o.account, o.day, o.at, o.first, o.case_id, o.entries, o.reasons, o.opened, o.usual,
           o.of_many, d.id AS review, d.disposition, coalesce(d.at < o.latest, false) AS reopened
    FROM occasions o
    LEFT JOIN LATERAL (
        SELECT e.id, e.at, s.said ->> 'disposition' AS disposition
        FROM events e
        CROSS JOIN LATERAL (SELECT said_in(e.payload) AS said) s
        WHERE e.action = 'unusual:review' AND e.refusal IS NULL AND e.aggregate_id = ANY (o.entries)
          AND s.said ->> 'of_day' = CAST(o.opened IS NOT NULL AS text)
        ORDER BY e.at DESC, e.id
        LIMIT 1
    ) d ON true
    """  # noqa: S608 - put together from what stands here
"""Everything unusual in those days: what one account did with one case on one day, and how much on the whole day."""

_REVIEW: Final = aliased(EventRow, name="review")
_REVIEWER: Final = aliased(AccountRow, name="reviewer")
_OF_CASE: Final = REFERENCES.alias("of_case")


class SqlUnusual:
    """Unusual accesses, in the tables of the journal."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def opened(
        self, query: UnusualQuery, days: Sequence[Instant], *, since: int, least: int, of_many: bool
    ) -> tuple[Opened, ...]:
        """How many cases were opened, or shown, on each day by each account that had many on one of the last."""
        found = self._session.execute(
            NAMED if of_many else OPENED,
            {
                "days": list(days),
                "first": days[0],
                "since": days[since],
                "until": days[-1],
                "least": least,
                "counted": _codes(OF_MANY if of_many else OPENINGS),
                **_asked(query),
            },
        )
        return tuple(Opened(AccountId(row.account), HolderCode(row.holder), row.day, row.cases) for row in found)

    def comparisons(self, query: UnusualQuery, since: Instant, until: Instant, *, most: int) -> tuple[Comparison, ...]:
        """The newest comparisons of surnames from the one instant to the other, no more than so many."""
        found = self._session.execute(COMPARED, {"since": since, "until": until, "most": most, **_asked(query)})
        return tuple(Comparison(EventId(row.id), EventId(row.entry), row.words) for row in found)

    def find(self, query: UnusualQuery, measures: Measures) -> Page[Occasion]:
        """One page of the occasions that match, the newest first; in one statement, whatever their number."""
        every = _occasions(query, measures).subquery("occasions").c
        newest_first = (every.at.desc(), every.first)
        listed = select(
            *(every.first, every.case_id, every.entries, every.reasons),
            *(every.account.label("by"), every.day, every.opened, every.usual, every.review),
            *(every.reopened, every.of_many),
            every.at.label("began"),
        )

        def cards(page: Subquery) -> Select[*tuple[Any, ...]]:
            return _cards(page).order_by(page.c.began.desc(), page.c.first)

        matching = listed.where(*_matching(query, every)).order_by(*newest_first)
        return page_of(self._session, matching, _occasion, number=query.page, size=query.size, cards=cards)

    def entry(self, entry: EventId) -> tuple[AccountId | None, Instant] | None:
        """Whose that entry is, and when it was written; None of one that is not in the auditor's scope."""
        found = self._session.execute(select(EventRow.account, EventRow.at).where(EventRow.id == entry)).one_or_none()
        return (AccountId(found.account) if found.account else None, found.at) if found else None

    def reviews(self, entries: Sequence[EventId], *, of_day: bool) -> tuple[Review, ...]:
        """What was said of an occasion that has those entries, the newest first, each with its letter."""
        said = (
            select(
                EventRow.id, EventRow.at, EventRow.account, EventRow.payload, EventRow.words, AccountRow.display_name
            )
            .join(AccountRow, AccountRow.id == EventRow.account)
            .where(
                EventRow.action == Action.UNUSUAL_REVIEW.value,
                EventRow.refusal.is_(None),
                EventRow.aggregate_id.in_(entries),
            )
            .order_by(EventRow.at.desc(), EventRow.id)
        )
        found = [(row, read_detail(read_payload(row.payload))) for row in self._session.execute(said)]
        return tuple(
            _review(row.id, row.at, row.account, row.display_name, detail, row.words)
            for row, detail in found
            if detail.get("of_day") is of_day
        )


def _asked(query: UnusualQuery) -> dict[str, Any]:
    return {"account": query.account, "holder": query.holder}


def _codes(actions: frozenset[Action]) -> list[str]:
    return sorted(action.value for action in actions)


def _occasions(query: UnusualQuery, measures: Measures) -> TextualSelect:
    """Everything unusual in the days of the query."""
    bounds = [(number, at) for number, bounds in enumerate(measures.calendars) for at in bounds]
    told: Mapping[str, Any] = {
        "days": list(measures.days),
        "since": measures.days[0],
        "until": measures.days[-1],
        "holders": list(measures.calendar_of),
        "calendar_of": list(measures.calendar_of.values()),
        "calendars": [number for number, _ in bounds],
        "bounds": [at for _, at in bounds],
        "looks": _codes(LOOKS),
        "of_many": _codes(OF_MANY),
        "of_offers": _codes(OF_OFFERS),
        "asking_no_tie": _codes(ASKING_NO_TIE),
        "refusals": sorted(NOT_TO_BE_OPENED),
        "shared": [entry for entry, _ in measures.shared],
        "places": [place for _, place in measures.shared],
        "busy": [volume.account for volume in measures.volumes],
        "busy_days": [volume.day for volume in measures.volumes],
        "opened": [volume.opened for volume in measures.volumes],
        "usual": [volume.usual for volume in measures.volumes],
        "busy_of_many": [volume.of_many for volume in measures.volumes],
        **_asked(query),
    }
    return (
        text(OCCASIONS)
        .bindparams(**told)
        .columns(
            account=Uuid,
            day=Integer,
            at=InstantType,
            first=Uuid,
            case_id=Uuid,
            entries=ARRAY(Uuid),
            reasons=ARRAY(Text),
            opened=Integer,
            usual=Float,
            of_many=Boolean,
            review=Uuid,
            disposition=Text,
            reopened=Boolean,
        )
    )


def _matching(query: UnusualQuery, every: Any) -> list[ColumnElement[bool]]:  # noqa: ANN401 - the columns of a subquery
    conditions: list[ColumnElement[bool]] = []
    if query.reason is not None:
        conditions.append(every.reasons.any_() == query.reason.value)
    if query.stands is Stands.NOT_REVIEWED:
        conditions.append(every.review.is_(None) | every.reopened)
    elif query.stands is not None:
        conditions += [every.disposition == query.stands.value, ~every.reopened]
    if query.entry is not None:
        conditions += [every.entries.any_() == query.entry, every.opened.is_not(None) == query.of_day]
    return conditions


def _cards(page: Subquery) -> Select[*tuple[Any, ...]]:
    """The occasions of a page, each with the entry that it began with and the newest review."""
    return (
        event_cards()
        .join(page, page.c.first == EventRow.id)
        .join(_OF_CASE, _OF_CASE.c.id == page.c.case_id, isouter=True)
        .join(_REVIEW, _REVIEW.id == page.c.review, isouter=True)
        .join(_REVIEWER, _REVIEWER.id == _REVIEW.account, isouter=True)
        .add_columns(
            *(page.c.total, page.c.entries, page.c.reasons, page.c.by, page.c.day, page.c.opened, page.c.usual),
            *(page.c.reopened, page.c.of_many),
            _OF_CASE.c.reference.label("of_case"),
            EventRow.attempted,
            _REVIEW.id.label("review"),
            _REVIEW.at.label("reviewed_at"),
            _REVIEW.account.label("reviewed_by"),
            _REVIEW.payload.label("review_payload"),
            _REVIEWER.display_name.label("reviewer"),
        )
    )


def _occasion(found: Found[Any]) -> Occasion:
    known = found.of_case or found.attempted
    is_of_day = found.opened is not None
    return Occasion(
        first=event_card(found),
        reference=Reference(known) if known else None,
        entries=tuple(map(EventId, found.entries)),
        reasons=frozenset(map(Reason, found.reasons)),
        volume=Volume(AccountId(found.by), found.day, found.opened, found.usual, found.of_many) if is_of_day else None,
        review=_newest(found) if found.review else None,
        is_reopened=found.reopened,
    )


def _newest(found: Found[Any]) -> Review:
    detail = read_detail(read_payload(found.review_payload))
    return _review(found.review, found.reviewed_at, found.reviewed_by, found.reviewer, detail, None)


def _review(
    id_: Any,  # noqa: ANN401 - what a row has of it
    at: Instant,
    account: Any,  # noqa: ANN401 - what a row has of it
    name: str,
    detail: Mapping[str, Any],
    letter: bytes | None,
) -> Review:
    entries = detail.get("entries")
    return Review(
        id=EventId(id_),
        at=at,
        account=AccountId(account),
        account_name=name,
        disposition=DISPOSITIONS.get(str(detail.get("disposition"))),
        entries=entries if isinstance(entries, int) else 0,
        letter=letter,
    )
