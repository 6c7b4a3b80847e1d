"""One page of a list, in one statement."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from casetrack.services.lists import PAGE_SIZE, Page

Card = TypeVar("Card")


def page_of(
    session: Session,
    listed: Select[*tuple[Any, ...]],
    card: Callable[[Any], Card],
    *,
    number: int,
    size: int = PAGE_SIZE,
    cards: Callable[[Subquery], Select[*tuple[Any, ...]]] | None = None,
) -> Page[Card]:
    """That page of what the statement lists, and how much it lists in all, counted in the same statement.

    With `cards`, what is listed is made cards of for the rows of the page alone. A page past the end has nothing to
    carry the count, so for that alone it is asked a second time.
    """
    number = max(1, number)
    counted = listed.add_columns(func.count().over().label("total")).limit(size).offset((number - 1) * size)
    rows = session.execute(cards(counted.subquery("page")) if cards else counted).all()
    if rows:
        return Page(tuple(card(row) for row in rows), number, rows[0].total, size)
    total = 0 if number == 1 else session.scalar(select(func.count()).select_from(listed.subquery()))
    return Page((), number, total or 0, size)
