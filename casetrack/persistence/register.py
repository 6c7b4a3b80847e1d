"""The disclosure register, read from the journal's table: what left, of one case or of all that an auditor may read."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, case, func, not_, or_, select
from sqlalchemy.orm import Session

from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.events import HandedOff
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.domain.sar_events import SarDelivered
from casetrack.persistence.desk import consults
from casetrack.persistence.journal import EventRow, case_of, event_card, event_cards, lies_with
from casetrack.persistence.pages import page_of
from casetrack.services.lists import MOST_FOUND, PAGE_SIZE, EventCard, Page
from casetrack.services.register import DISCLOSING, FOR, LOG, LOG_USE, ORGANISATION, PERSON, Looks, RegisterQuery

ACTIONS: Final = sorted({action.value for action in DISCLOSING.values()})
OF_THE_LOG: Final = sorted(event for event, reason in FOR.items() if reason == LOG_USE)


class SqlRegister:
    """The register, in the journal's table."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def find(self, query: RegisterQuery) -> Page[EventCard]:
        """One page of the newest `MOST_FOUND` events by which something left, the newest first."""
        newest_first = (EventRow.at.desc(), EventRow.id)
        matching = select(EventRow.id, EventRow.at).where(*_conditions(query)).order_by(*newest_first)
        newest = matching.limit(MOST_FOUND).subquery("newest")
        listed = select(newest.c.id).order_by(newest.c.at.desc(), newest.c.id)

        def cards(page: Subquery) -> Select[*tuple[Any, ...]]:
            return event_cards().join(page, page.c.id == EventRow.id).add_columns(page.c.total).order_by(*newest_first)

        return page_of(self._session, listed, event_card, number=query.page, size=PAGE_SIZE, cards=cards)

    def looks(self, case: CaseId) -> tuple[Looks, ...]:
        """Which organisations looked at the case, and what for, in the order in which each first did."""
        first = func.min(EventRow.at)
        asked = (
            select(EventRow.holder, EventRow.purpose, func.count().label("times"), first, func.max(EventRow.at))
            .where(EventRow.case_id == case, EventRow.refusal.is_(None), consults())
            .group_by(EventRow.holder, EventRow.purpose)
            .order_by(first, EventRow.holder, EventRow.purpose)
        )
        return tuple(
            Looks(HolderCode(holder) if holder else None, purpose or "", times, since, until)
            for holder, purpose, times, since, until in self._session.execute(asked)
        )


def _conditions(query: RegisterQuery) -> Sequence[ColumnElement[bool]]:
    event = _says("event")
    on = func.coalesce(_says("detail", "on"), func.to_char(func.timezone("Europe/London", EventRow.at), "YYYY-MM-DD"))
    sender = case((event == HandedOff.__name__, _says("detail", "from_holder")), else_=EventRow.holder)
    wanted = (
        (EventRow.case_id, query.case),
        (EventRow.case_id, query.reference and case_of(query.reference)),
        (sender, query.sender),
        (_says("recipients", "0"), query.recipient),
    )
    return [
        *(EventRow.refusal.is_(None), EventRow.action.in_(ACTIONS), event.in_(sorted(DISCLOSING))),
        *(column == value for column, value in wanted if value is not None),
        *(not_(lies_with(strand)) for strand in sorted(query.unseen)),
        *([on >= query.since.isoformat()] if query.since else ()),
        *([on <= query.until.isoformat()] if query.until else ()),
        *([_is_of_kind(query.kind)] if query.kind else ()),
        *([_is_for(query.reason)] if query.reason else ()),
    ]


def _is_of_kind(kind: str) -> ColumnElement[bool]:
    if kind == ORGANISATION:
        return _says("recipients", "0").is_not(None)
    if kind == LOG:
        return _says("event").in_(OF_THE_LOG)
    of_kind = (_says("event") == Disclosed.__name__) & (_says("detail", "kind") == kind)
    return or_(of_kind, _says("event") == SarDelivered.__name__) if kind == PERSON else of_kind


def _is_for(reason: str) -> ColumnElement[bool]:
    of_itself = sorted(event for event, said in FOR.items() if said == reason)
    if of_itself:
        return _says("event").in_(of_itself)
    return (_says("event") == Disclosed.__name__) & (_says("detail", "reason") == reason)


def _says(*path: str) -> ColumnElement[str]:
    return func.payload_says(EventRow.payload, list(path))
