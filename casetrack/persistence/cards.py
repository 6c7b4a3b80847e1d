"""Lists of cases. One statement each: the cases, who leads them now, the worker's name and the open offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, case, func, or_, select
from sqlalchemy.engine import Row as Found
from sqlalchemy.orm import Session, aliased

from casetrack.domain.calendars import london_date
from casetrack.domain.ids import AccountId, CaseId, HolderCode
from casetrack.domain.references import Pseudonym, Reference
from casetrack.persistence.accounts import AccountRow
from casetrack.persistence.cases import CaseRow, HoldingRow
from casetrack.persistence.pages import page_of
from casetrack.persistence.stubs import lead_columns, leads_of, stub_card, stubs_listed
from casetrack.persistence.transfers import OPEN, TransferRow
from casetrack.services.lists import CaseCard, CaseQuery, Due, Page, Sort, WorkCounts

OFFER: Final = aliased(TransferRow, name="offer")
WORKER: Final = aliased(AccountRow, name="worker")


@dataclass(frozen=True)
class Listed:
    """What a list of one holder's cases is made of: the columns that every list asks in the same words."""

    now: Subquery
    """Of each case that anybody holds: who leads its strands, and whether this holder has any of it."""
    holder: HolderCode

    @classmethod
    def of(cls, holder: HolderCode) -> "Listed":
        """The cases as that holder sees them."""
        present = (
            select(HoldingRow.case_id, *lead_columns(), func.bool_or(HoldingRow.holder == holder).label("held"))
            .where(HoldingRow.until.is_(None))
            .group_by(HoldingRow.case_id)
        )
        return cls(present.subquery("present"), holder)

    @property
    def leads_support(self) -> ColumnElement[bool]:
        """The holder leads the support strand."""
        return func.coalesce(self.now.c.support_lead == self.holder, False)

    @property
    def leads_investigation(self) -> ColumnElement[bool]:
        """The holder leads the investigation strand."""
        return func.coalesce(self.now.c.investigation_lead == self.holder, False)

    @property
    def dues(self) -> tuple[ColumnElement[date | None], ColumnElement[date | None]]:
        """When something is due in each of the strands, where the holder leads it."""
        return (
            case((self.leads_support, CaseRow.due_support)),
            case((self.leads_investigation, CaseRow.due_investigation)),
        )

    @property
    def due(self) -> ColumnElement[date | None]:
        """The earliest due date of the strands that the holder leads."""
        return func.least(*self.dues)

    @property
    def milestone(self) -> ColumnElement[str | None]:
        """What is due then; where nothing has a date, what is to be done at once."""
        support, investigation = self.dues
        return case(
            (support == self.due, CaseRow.milestone_support),
            (investigation == self.due, CaseRow.milestone_investigation),
            (and_(self.leads_support, CaseRow.do_now_support), CaseRow.milestone_support),
            (and_(self.leads_investigation, CaseRow.do_now_investigation), CaseRow.milestone_investigation),
        )

    @property
    def worker(self) -> ColumnElement[Any]:
        """The holder's own worker: of the support strand, where it leads both."""
        return case(
            (self.leads_support, CaseRow.support_worker),
            (self.leads_investigation, CaseRow.investigation_worker),
        )

    @property
    def do_now(self) -> ColumnElement[bool]:
        """Something in a strand that the holder leads is to be done at once."""
        return or_(
            and_(self.leads_support, CaseRow.do_now_support),
            and_(self.leads_investigation, CaseRow.do_now_investigation),
        )

    def is_due(self, due: Due, today: date, soon: date) -> ColumnElement[bool]:
        """Overdue, or due soon: what is to be done at once has no date, and counts as soon. No case is both."""
        if due is Due.OVERDUE:
            return self.due < today
        return or_(self.due.between(today, soon), and_(self.do_now, or_(self.due.is_(None), self.due >= today)))

    def select(self, *columns: SQLColumnExpression[Any]) -> Select[*tuple[Any, ...]]:
        """Those columns of every case, with its open offer beside it."""
        open_offer = and_(OFFER.case_id == CaseRow.id, OFFER.state.in_(OPEN))
        return (
            select(*columns)
            .select_from(CaseRow)
            .join(self.now, self.now.c.case_id == CaseRow.id)
            .join(OFFER, open_offer, isouter=True)
        )


class SqlCaseCards:
    """Lists, from the tables of cases, holdings, transfers and accounts."""

    def __init__(self, session: Session) -> None:
        """Work in that session's transaction."""
        self._session = session

    def find(self, query: CaseQuery) -> Page[CaseCard]:
        """One page of the cases that match: what the holder has, or what it had and passed on."""
        if query.passed_on:
            return page_of(self._session, stubs_listed(query), stub_card, number=query.page, size=query.size)
        listed = Listed.of(query.holder)
        columns = (
            CaseRow.id,
            CaseRow.reference,
            CaseRow.pseudonym,
            CaseRow.status,
            CaseRow.opened_at,
            CaseRow.phase,
            CaseRow.waiting,
            CaseRow.high_risk,
            listed.now.c.support_lead,
            listed.now.c.investigation_lead,
            listed.due.label("due"),
            listed.milestone.label("milestone"),
            listed.do_now.label("do_now"),
            listed.worker.label("worker"),
            WORKER.display_name.label("worker_name"),
            OFFER.to_holder.label("offered_to"),
        )
        cases = (
            listed.select(*columns)
            .join(WORKER, listed.worker == WORKER.id, isouter=True)
            .where(*_conditions(query, listed))
            .order_by(*_order(query, listed))
        )
        return page_of(self._session, cases, _card, number=query.page, size=query.size)

    def counts(self, query: CaseQuery) -> WorkCounts:
        """How many of the holder's open cases, or of its worker's, are overdue, soon due, waiting, or being offered."""
        listed = Listed.of(query.holder)
        counted = listed.select(
            func.count().filter(listed.is_due(Due.OVERDUE, query.today, query.soon)),
            func.count().filter(listed.is_due(Due.SOON, query.today, query.soon)),
            func.count().filter(CaseRow.waiting),
            func.count().filter(OFFER.id.is_not(None)),
        ).where(*_conditions(query, listed))
        return WorkCounts(*self._session.execute(counted).one())


def _conditions(query: CaseQuery, listed: Listed) -> list[SQLColumnExpression[bool]]:
    asked: list[tuple[object, SQLColumnExpression[bool]]] = [
        (query.status, CaseRow.status == query.status),
        (query.worker, _worked_by(query.worker, listed)),
        (query.phase, CaseRow.phase == query.phase),
        (query.due, listed.is_due(query.due or Due.SOON, query.today, query.soon)),
        (query.waiting, CaseRow.waiting),
        (query.offered, OFFER.id.is_not(None)),
        (query.lead, or_(listed.now.c.support_lead == query.lead, listed.now.c.investigation_lead == query.lead)),
        (query.name, _goes_by(query.name or "")),
    ]
    return [listed.now.c.held, *(condition for wanted, condition in asked if wanted)]


def _worked_by(worker: AccountId | None, listed: Listed) -> ColumnElement[bool]:
    return or_(
        and_(listed.leads_support, CaseRow.support_worker == worker),
        and_(listed.leads_investigation, CaseRow.investigation_worker == worker),
    )


def _goes_by(name: str) -> ColumnElement[bool]:
    """A reference or a pseudonym, whole, in capitals or not."""
    return or_(CaseRow.reference == name.upper(), func.lower(CaseRow.pseudonym) == name.lower())


def _order(query: CaseQuery, listed: Listed) -> Iterable[SQLColumnExpression[Any]]:
    """What was asked for, then the reference. What is to be done at once comes before what has a date."""
    by: dict[Sort, tuple[SQLColumnExpression[Any], ...]] = {
        Sort.DUE: (case((listed.do_now, 0), else_=1), listed.due),
        Sort.REFERENCE: (),
        Sort.PSEUDONYM: (CaseRow.pseudonym,),
        Sort.OPENED: (CaseRow.opened_at,),
        Sort.PHASE: (CaseRow.phase,),
    }
    for column in (*by[query.sort], CaseRow.reference):
        yield (column.desc() if query.descending else column.asc()).nulls_last()


def _card(found: Found[Any]) -> CaseCard:
    return CaseCard(
        id=CaseId(found.id),
        reference=Reference(found.reference),
        pseudonym=Pseudonym(found.pseudonym),
        status=found.status,
        leads=leads_of(found),
        held=True,
        worker=AccountId(found.worker) if found.worker else None,
        worker_name=found.worker_name or "",
        phase=found.phase,
        due=found.due,
        milestone=found.milestone,
        do_now=found.do_now,
        waiting=found.waiting,
        high_risk=found.high_risk,
        opened_on=london_date(found.opened_at),
        offered_to=HolderCode(found.offered_to) if found.offered_to else None,
    )
