"""Notes through the use cases, the same over dictionaries and over PostgreSQL; and what a page of them costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from casetrack.crypto.keyring import Keyring
from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound, Stale
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import NoteId
from casetrack.domain.notes import Note, NoteKind, Sensitivity
from casetrack.persistence import work
from casetrack.services.cases import open_case
from casetrack.services.notes import OF_A_PAGE, NewNote, NoteQuery, list_notes, open_note, write_note
from casetrack.services.transfers import NewOffer, accept_transfer, send_transfer
from tests.persistence.databases import Database
from tests.persistence.test_statements import counting
from tests.world import ACCOUNTS, SOUTH, World, a_new_case

SUPPORT = frozenset({Strand.SUPPORT})


@pytest.fixture(params=["memory", "postgres"])
def real(request: pytest.FixtureRequest) -> World:
    """A deployment with real keys, over either kind of stores."""
    if request.param == "memory":
        return World.in_memory()
    return World.over(work.begin, request.getfixturevalue("app_engine").founding)


def opened(real: World) -> Case:
    with real.work("worker") as at:
        return open_case(at, a_new_case())


def written(real: World, case: Case, words: str, corrects: NoteId | None = None, seen: int | None = None) -> NoteId:
    new = NewNote(strand=Strand.SUPPORT, kind=NoteKind.FACT, sensitivity=Sensitivity.ORDINARY, words=words)
    with real.work("worker") as at:
        return write_note(at, case.reference, new, seen=seen, corrects=corrects)[1]


def listed(real: World, case: Case, by: str = "worker", query: NoteQuery | None = None) -> tuple[Note, ...]:
    with real.work(by) as at:
        return list_notes(at, case.reference, query or NoteQuery()).page.items


def moved(real: World, case: Case) -> None:
    new = NewOffer(to=SOUTH.code, strands=SUPPORT, reason="moved-home", already_moved=False, preview={})
    with real.work("worker") as at:
        offer = send_transfer(at, case.reference, new, seen=None)
    with real.work("receiving-lead") as at:
        accept_transfer(at, offer.id, worker=ACCOUNTS["receiver"].id, seen=None)


def test_notes_are_written_corrected_and_go_with_their_strand(real: World) -> None:
    case = opened(real)
    id_ = written(real, case, "It was a coat.")
    written(real, case, "It was a blanket.", corrects=id_)
    other = written(real, case, "Another.")
    moved(real, case)

    another, blanket, coat = listed(real, case, "receiver")
    assert [another.id, blanket.id, coat.id] == [other, id_, id_]
    assert (coat.corrected_by, blanket.corrects) == (blanket.version, coat.version)
    assert [note.words for note in (coat, blanket)] == ["It was a coat.", "It was a blanket."]
    assert listed(real, case) == ()
    with pytest.raises(NotFound), real.work("worker") as at:
        open_note(at, case.reference, id_)


def test_of_two_who_correct_one_note_the_second_is_told(real: World) -> None:
    case = opened(real)
    id_ = written(real, case, "It was a coat.")
    written(real, case, "Theirs.", corrects=id_, seen=case.version + 1)
    with pytest.raises(Stale):
        written(real, case, "Mine.", corrects=id_, seen=case.version + 1)
    assert [note.words for note in listed(real, case)] == ["Theirs.", "It was a coat."]


@contextmanager
def unwrapping(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many wraps were opened, each time that any were."""
    opened_wraps: list[int] = []
    really = Keyring.open_wraps

    def watched(self: Keyring, mine: object, wraps: list[object]) -> object:
        opened_wraps.append(len(wraps))
        return really(self, mine, wraps)  # type: ignore[arg-type]  # handed on as it came

    with monkeypatch.context() as patched:
        patched.setattr(Keyring, "open_wraps", watched)
        yield opened_wraps


@pytest.mark.parametrize("query", [NoteQuery(), NoteQuery(kind=NoteKind.FACT)], ids=["all", "of a kind"])
def test_a_page_of_notes_costs_as_many_statements_and_one_key_however_many_there_are(
    app_engine: Database, monkeypatch: pytest.MonkeyPatch, query: NoteQuery
) -> None:
    real = World.over(work.begin, app_engine.founding)
    case = opened(real)
    asked: list[int] = []
    found: tuple[Note, ...] = ()
    for more in (1, OF_A_PAGE, 5):
        for number in range(more):
            written(real, case, f"Number {number}.")
        with counting() as sent, unwrapping(monkeypatch) as keys:
            found = listed(real, case, query=query)
        asked.append(len(sent))
        assert keys == [1]
    assert len(found) == OF_A_PAGE
    assert len(listed(real, case, query=replace(query, page=2))) == 1 + 5
    assert asked[0] == asked[1] == asked[2]
