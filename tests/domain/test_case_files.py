"""A file of a case lies with one strand, and only whoever has that strand puts it there."""

import pytest

from casetrack.domain.errors import CaseIsClosed, NotHeld
from casetrack.domain.events import FileAttached
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import FileId
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

FILE = FileId(number(80))
DIGEST = bytes(range(32))


def test_a_file_is_attached_to_a_strand_and_the_event_names_neither_its_name_nor_its_size() -> None:
    case = opened()
    event = only_event(case.attach(FILE, Strand.SUPPORT, DIGEST, by=actor(EASTMARCH), at=after(1)), case)

    assert isinstance(event, FileAttached)
    assert event.detail() == {"file": str(FILE), "strand": "support", "digest": DIGEST.hex()}
    assert event.touches == f"file:{FILE}"


def test_each_strand_takes_the_files_of_whoever_has_it_and_of_nobody_else() -> None:
    case = moved(opened(), LANTERN, SUPPORT)

    for by, strand in ((LANTERN, Strand.SUPPORT), (EASTMARCH, Strand.INVESTIGATION)):
        now = case.attach(FILE, strand, DIGEST, by=actor(by), at=after(200))
        assert now.version == case.version + 1
    for by, strand in ((LANTERN, Strand.INVESTIGATION), (EASTMARCH, Strand.SUPPORT), (NORTHMARCH, Strand.SUPPORT)):
        with pytest.raises(NotHeld):
            case.attach(FILE, strand, DIGEST, by=actor(by), at=after(200))


def test_a_strand_that_the_case_has_not_takes_none() -> None:
    with pytest.raises(NotHeld):
        opened(EASTMARCH, SUPPORT).attach(FILE, Strand.INVESTIGATION, DIGEST, by=actor(EASTMARCH), at=after(1))


def test_a_closed_case_takes_none() -> None:
    with pytest.raises(CaseIsClosed):
        closed(opened()).attach(FILE, Strand.SUPPORT, DIGEST, by=actor(EASTMARCH), at=after(200))
