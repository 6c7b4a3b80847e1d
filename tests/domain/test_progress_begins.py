"""What a journey begins with: the first thing to do in a new case, until somebody records it."""

import pytest

from casetrack.domain.catalogue import Responsible
from casetrack.domain.progress import Row, Status, first_due, first_now, next_three
from casetrack.domain.records import Recorded
from tests.domain.milestones import CATALOGUE, fact, rows_of, said


def case(*recorded: Recorded, day: float = 100, **more: object) -> dict[str, Row]:
    """The rows of the catalogue that is shipped, so many days after the first Monday."""
    return rows_of(CATALOGUE, *recorded, day=day, **more)


def test_what_a_journey_begins_with_is_the_first_thing_to_do_until_somebody_records_it() -> None:
    rows = case(day=0)
    first, done = rows["encounter"], case(said("encounter"))["encounter"]

    assert (first.status, first.is_open, first.starts_others) == (Status.DO_NOW, True, True)
    assert (first.due_on, first.started_at, first.limit_passed) == (None, None, False)
    assert next_three(rows.values()) == (first,)
    assert first_now(rows.values()) == first
    assert first_due(rows.values()) is None
    assert (done.status, done.starts_others) == (Status.MET, False)


@pytest.mark.parametrize("code", ["nrm-withdrawn", "voluntary-return", "indicators-noted", "language-needs"])
def test_nothing_else_begins_a_journey(code: str) -> None:
    """Somebody may withdraw, or go home, and what waits on the encounter waits."""
    assert not CATALOGUE.begins(CATALOGUE.rules[code])
    assert CATALOGUE.begins(CATALOGUE.rules["encounter"])


def test_what_a_journey_begins_with_waits_for_whoever_is_to_record_it() -> None:
    first = case(day=0, other_bodies=frozenset({Responsible.FIRST_RESPONDER}))["encounter"]

    assert (first.status, first.is_open, first.starts_others) == (Status.NOT_STARTED, False, False)


def test_of_what_is_to_be_done_at_once_what_starts_the_rest_comes_first() -> None:
    rows = case(said("safe-contact", "agreed"), fact("found-missing"))

    assert rows["missing-reported"].status is Status.DO_NOW
    assert next_three(rows.values())[0].rule.code == "encounter"
