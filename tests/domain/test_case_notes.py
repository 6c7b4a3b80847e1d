"""A note of a case lies with one strand, and only whoever has that strand writes or corrects it."""

import pytest

from casetrack.domain.errors import CaseIsClosed, NotHeld
from casetrack.domain.events import NoteWritten
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import NoteId
from tests.domain.made import (
    EASTMARCH,
    LANTERN,
    NORTHMARCH,
    SUPPORT,
    actor,
    after,
    closed,
    moved,
    number,
    only_event,
    opened,
)

NOTE = NoteId(number(81))


@pytest.mark.parametrize("corrects", [None, 3])
def test_a_note_lies_with_a_strand_and_its_event_says_nothing_of_it(corrects: int | None) -> None:
    case = opened()
    written = case.write_note(NOTE, Strand.SUPPORT, corrects=corrects, by=actor(EASTMARCH), at=after(1))
    event = only_event(written, case)

    assert isinstance(event, NoteWritten)
    assert event.detail() == {"note": str(NOTE), "strand": "support", "corrects": corrects}
    assert event.touches == f"note:{NOTE}"


def test_each_strand_takes_the_notes_of_whoever_has_it_and_of_nobody_else() -> None:
    case = moved(opened(), LANTERN, SUPPORT)

    for by, strand in ((LANTERN, Strand.SUPPORT), (EASTMARCH, Strand.INVESTIGATION)):
        now = case.write_note(NOTE, strand, corrects=None, by=actor(by), at=after(200))
        assert now.version == case.version + 1
    for by, strand in ((LANTERN, Strand.INVESTIGATION), (EASTMARCH, Strand.SUPPORT), (NORTHMARCH, Strand.SUPPORT)):
        with pytest.raises(NotHeld):
            case.write_note(NOTE, strand, corrects=None, by=actor(by), at=after(200))


def test_a_strand_that_the_case_has_not_takes_none() -> None:
    case = opened(EASTMARCH, SUPPORT)
    with pytest.raises(NotHeld):
        case.write_note(NOTE, Strand.INVESTIGATION, corrects=None, by=actor(EASTMARCH), at=after(1))


def test_a_closed_case_takes_none() -> None:
    with pytest.raises(CaseIsClosed):
        closed(opened()).write_note(NOTE, Strand.SUPPORT, corrects=None, by=actor(EASTMARCH), at=after(200))
