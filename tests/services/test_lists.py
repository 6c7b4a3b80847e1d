"""What lists are asked for, and what the journal keeps of that."""

from datetime import date

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.case import Status
from casetrack.domain.ids import AccountId
from casetrack.services.lists import CaseQuery, Due, LogQuery, Page, Sort
from tests.domain.made import number
from tests.world import NORTH, SOUTH

TODAY = date(2026, 11, 20)
QUERY = CaseQuery(holder=NORTH.code, today=TODAY, soon=date(2026, 11, 27))


@pytest.mark.parametrize(("total", "size", "pages"), [(0, 25, 1), (1, 25, 1), (25, 25, 1), (26, 25, 2), (51, 10, 6)])
def test_a_page_knows_how_many_there_are(total: int, size: int, pages: int) -> None:
    assert Page[int]((), 1, total, size).pages == pages


def test_a_query_is_told_in_codes_and_never_by_a_name_that_was_typed() -> None:
    worker = AccountId(number(7))
    asked = CaseQuery(
        holder=NORTH.code,
        today=TODAY,
        soon=TODAY,
        status=Status.CLOSED,
        worker=worker,
        phase="safe",
        due=Due.OVERDUE,
        waiting=True,
        offered=True,
        lead=SOUTH.code,
        passed_on=True,
        name="bright lantern",
        sort=Sort.PHASE,
        page=3,
    )
    assert asked.filters == (
        "due=overdue",
        "lead=south",
        "offered=True",
        "passed_on=True",
        "phase=safe",
        "status=closed",
        "waiting=True",
        f"worker={worker}",
    )
    assert QUERY.filters == ("status=open",)


def test_a_name_is_looked_for_among_open_and_closed_from_the_first_page() -> None:
    named = QUERY.named("  bright lantern ")
    assert (named.name, named.status, named.page, named.holder) == ("bright lantern", None, 1, NORTH.code)


def test_what_an_auditor_asked_for_is_told_in_codes() -> None:
    query = LogQuery(holder=NORTH.code, action=Action.CASE_VIEW, since=TODAY, until=TODAY, page=4)
    assert query.filters == ("holder=north", "action=case:view", "since=2026-11-20", "until=2026-11-20")
    assert LogQuery().filters == ()
