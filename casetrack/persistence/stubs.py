"""The list of what a holder passed on: one statement, of what its stubs say and who leads those cases now."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Label, Select, SQLColumnExpression, false, func, or_, select
from sqlalchemy.engine import Row as Found

from casetrack.domain.calendars import london_date
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.domain.references import Pseudonym, Reference
from casetrack.persistence.cases import STUBS, HoldingRow
from casetrack.services.lists import CaseCard, CaseQuery, Sort


def lead_columns() -> tuple[Label[str], Label[str]]:
    """Who leads each strand, of the holdings of one case that are open."""
    support, investigation = (
        func.max(HoldingRow.holder).filter(HoldingRow.part == part).label(f"{part.value}_lead")
        for part in (Part.SUPPORT, Part.INVESTIGATION)
    )
    return support, investigation


def leads_of(found: Found[Any]) -> dict[Strand, HolderCode]:
    """The same, as a card has them."""
    leads = {Strand.SUPPORT: found.support_lead, Strand.INVESTIGATION: found.investigation_lead}
    return {strand: HolderCode(lead) for strand, lead in leads.items() if lead}


def stubs_listed(query: CaseQuery) -> Select[*tuple[Any, ...]]:
    """The stubs that match. What is asked of a case's work, no stub answers to."""
    now = (
        select(HoldingRow.case_id, *lead_columns())
        .where(HoldingRow.until.is_(None), HoldingRow.number.is_not(None))
        .group_by(HoldingRow.case_id)
        .subquery("now")
    )
    asked: list[tuple[object, SQLColumnExpression[bool]]] = [
        (query.worker or query.phase or query.due or query.waiting or query.offered, false()),
        (query.lead, or_(now.c.support_lead == query.lead, now.c.investigation_lead == query.lead)),
        (query.name, _goes_by(query.name or "")),
    ]
    return (
        select(*STUBS.c, now.c.support_lead, now.c.investigation_lead)
        .join(now, now.c.case_id == STUBS.c.case_id)
        .where(*(condition for wanted, condition in asked if wanted))
        .order_by(*_order(query))
    )


def stub_card(found: Found[Any]) -> CaseCard:
    """A stub says what the case went by, when it began and who is responsible now, and no more."""
    return CaseCard(
        id=CaseId(found.case_id),
        reference=Reference(found.reference),
        pseudonym=Pseudonym(found.pseudonym),
        status=None,
        leads=leads_of(found),
        held=False,
        worker=None,
        worker_name="",
        phase="",
        due=None,
        milestone=None,
        do_now=False,
        waiting=False,
        high_risk=False,
        opened_on=london_date(found.opened_at),
        offered_to=None,
    )


def _goes_by(name: str) -> SQLColumnExpression[bool]:
    return or_(STUBS.c.reference == name.upper(), func.lower(STUBS.c.pseudonym) == name.lower())


def _order(query: CaseQuery) -> Iterable[SQLColumnExpression[Any]]:
    by = {Sort.PSEUDONYM: (STUBS.c.pseudonym,), Sort.OPENED: (STUBS.c.opened_at,)}
    for column in (*by.get(query.sort, ()), STUBS.c.reference):
        yield column.desc() if query.descending else column.asc()
