"""Notes of a case: written, corrected, listed and shown, by whoever has their strand and by nobody else."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import (
    BelongsElsewhere,
    CaseIsClosed,
    CasetrackError,
    IntegrityBroken,
    NeedsStepUp,
    NotFound,
    NotHeld,
    PassedOn,
    Stale,
)
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import NoteId
from casetrack.domain.misplaced import Keeping
from casetrack.domain.notes import Note, NoteKind, Sensitivity
from casetrack.services import notes as service
from casetrack.services.cases import close_case, place_case
from casetrack.services.fields import ENTRIES
from casetrack.services.history import view_history
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.notes import NewNote, NoteQuery, list_notes, open_note, write_note
from casetrack.services.sealing import seal_fields
from tests.services import acts
from tests.services.acts import INVESTIGATION, SUPPORT, kept
from tests.world import CHARITY, NORTH, SOUTH, START, World

WORDS = "Quetzala was given a warm coat."


def a_note(
    words: str = WORDS,
    strand: Strand = Strand.SUPPORT,
    kind: NoteKind = NoteKind.FACT,
    sensitivity: Sensitivity = Sensitivity.ORDINARY,
) -> NewNote:
    return NewNote(strand=strand, kind=kind, sensitivity=sensitivity, words=words)


SENSITIVE = a_note("What he did to her.", kind=NoteKind.ACCOUNT, sensitivity=Sensitivity.SENSITIVE)


def written(
    world: World,
    case: Case,
    new: NewNote | None = None,
    by: str = "worker",
    *,
    corrects: NoteId | None = None,
    purpose: Purpose = CASEWORK,
    seen: int | None = None,
) -> NoteId:
    with world.work(by, purpose) as work:
        return write_note(work, case.reference, new or a_note(), seen=seen, corrects=corrects)[1]


def listed(world: World, case: Case, by: str = "worker", **asked: object) -> tuple[Note, ...]:
    with world.work(by) as work:
        return list_notes(work, case.reference, replace(NoteQuery(), **asked)).page.items  # type: ignore[arg-type]  # each by its own name


def opened(world: World, case: Case, note: NoteId, version: int | None = None, by: str = "worker") -> Note:
    with world.work(by) as work:
        return open_note(work, case.reference, note, version)[1]


def refused(world: World, case: Case, new: NewNote, by: str = "worker", **how: object) -> type[CasetrackError]:
    """The refusal; and that nothing was kept but that it was refused."""
    before = kept(world).copy()
    with pytest.raises(CasetrackError) as error:
        written(world, case, new, by, **how)  # type: ignore[arg-type]  # each by its own name
    assert replace(kept(world), entries=before.entries) == before
    (payload,) = acts.journalled(world, len(before.entries))
    assert (payload["refusal"], payload["action"]) == (type(error.value).__name__, "note:write")
    assert error.value.args == (type(error.value).__name__,)
    return type(error.value)


def _at(world: World) -> datetime:
    """When the last thing was written down."""
    return datetime.fromisoformat(acts.events(world, "NoteWritten")[-1]["at"])


def test_a_note_says_what_kind_it_is_whose_and_when() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case, a_note(kind=NoteKind.ASSESSMENT))

    with world.work("lead") as work:
        found = list_notes(work, case.reference, NoteQuery())
    (note,) = found.page.items
    assert (note.id, note.strand, note.kind, note.words) == (id_, Strand.SUPPORT, NoteKind.ASSESSMENT, WORDS)
    assert (note.by, note.holder, note.at) == (acts.account("worker"), world.actor("worker").holder, _at(world))
    assert (note.corrects, note.corrected_by) == (None, None)
    assert found.names == {note.by: "Worker Invented"}


def test_notes_are_listed_the_newest_first_of_each_strand_and_kind() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    kinds = [
        (Strand.SUPPORT, NoteKind.FACT),
        (Strand.INVESTIGATION, NoteKind.ACCOUNT),
        (Strand.SUPPORT, NoteKind.ACCOUNT),
    ]
    ids = [written(world, case, a_note(strand=strand, kind=kind)) for strand, kind in kinds]

    assert [note.id for note in listed(world, case)] == ids[::-1]
    assert [note.id for note in listed(world, case, strand=Strand.SUPPORT)] == [ids[2], ids[0]]
    assert [note.id for note in listed(world, case, kind=NoteKind.ACCOUNT)] == [ids[2], ids[1]]
    assert [note.id for note in listed(world, case, kind=NoteKind.ACCOUNT, strand=Strand.SUPPORT)] == [ids[2]]


def test_a_page_of_notes_opens_no_more_than_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "OF_A_PAGE", 2)
    world = World.in_memory()
    case = acts.opened(world)
    ids = [written(world, case, a_note(f"Number {number}.")) for number in range(5)]
    before = len(kept(world).entries)

    pages = [listed(world, case, page=number) for number in (1, 2, 3, 9)]
    assert [[note.id for note in page] for page in pages] == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], [ids[0]]]
    assert [payload["detail"]["values"] for payload in acts.journalled(world, before)] == [2, 2, 1, 1]
    assert [note.id for note in listed(world, case, kind=NoteKind.FACT, page=2)] == [ids[2], ids[1]]


def test_a_corrected_note_stays_and_says_that_another_took_its_place() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    written(world, case, a_note("It was a blanket."), "lead", corrects=id_)
    last = written(world, case, a_note("It was two blankets.", kind=NoteKind.ACCOUNT), corrects=id_)

    newest, middle, first = listed(world, case)
    assert {newest.id, middle.id, first.id} == {id_, last}
    assert [note.words for note in (first, middle, newest)] == [WORDS, "It was a blanket.", "It was two blankets."]
    assert (first.corrects, first.corrected_by) == (None, middle.version)
    assert (middle.corrects, middle.corrected_by) == (first.version, newest.version)
    assert (newest.corrects, newest.corrected_by) == (middle.version, None)
    assert [middle.by, newest.by] == [acts.account("lead"), acts.account("worker")]
    assert opened(world, case, id_) == newest
    assert opened(world, case, id_, first.version) == first


def test_a_correction_stays_with_the_strand_of_what_it_corrects() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case, a_note(strand=Strand.INVESTIGATION))
    written(world, case, a_note("Another.", strand=Strand.SUPPORT), corrects=id_)

    assert {note.strand for note in listed(world, case)} == {Strand.INVESTIGATION}


def test_only_a_note_that_is_there_is_corrected() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    assert refused(world, case, a_note(), corrects=NoteId(uuid4())) is NotFound


def test_two_people_write_at_once_and_only_one_of_them_corrects_the_same_note() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case, seen=case.version)
    written(world, case, a_note("Another."), seen=case.version)
    seen = acts.kept_case(world, case).case.version
    written(world, case, a_note("Right."), corrects=id_, seen=seen)

    assert refused(world, case, a_note("Wrong."), corrects=id_, seen=seen) is Stale
    with world.work("lead") as work:
        place_case(work, case.reference, Areas(home=NORTH.code), seen=seen)


def test_a_sensitive_note_is_closed_in_the_list_and_shown_by_itself_on_the_journal() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case, SENSITIVE)
    (note,) = listed(world, case)
    assert (note.is_closed, note.words) == (True, "")
    before = len(kept(world).entries)

    assert opened(world, case, id_, note.version).words == SENSITIVE.words
    (payload,) = acts.journalled(world, before)
    assert (payload["event"], payload["operations"]) == ("NoteOpened", ["consultation"])
    assert payload["detail"] == {"note": str(id_), "version": note.version, "labels": ["support-entry"]}
    assert payload["fields"] == ["support-entry"]


@pytest.mark.parametrize("version", [None, 1])
def test_a_note_that_is_not_there_is_not_shown(version: int | None) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    wrong = (NoteId(uuid4()), None) if version is None else (id_, version)

    with pytest.raises(NotFound):
        opened(world, case, *wrong)


def test_nothing_that_is_kept_shows_the_kind_the_author_or_the_words_of_a_note() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = len(kept(world).entries)
    written(world, case, SENSITIVE)
    (row,) = [value for value in acts.values_of(world, case) if value.label.table == "note"]

    for shown in (b"What he did", b"account", b"sensitive", str(acts.account("worker")).encode()):
        assert shown not in row.stored
    payload = json.dumps(acts.journalled(world, before)[0]["detail"])
    assert "account" not in payload
    assert "sensitive" not in payload
    assert SENSITIVE.words not in repr(kept(world))
    assert SENSITIVE.words not in repr(listed(world, case)) + repr(SENSITIVE)


def test_notes_of_about_one_length_are_kept_alike_whatever_they_are() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for new in (a_note("No."), SENSITIVE, a_note("A longer note than the others were.", kind=NoteKind.ASSESSMENT)):
        written(world, case, new)
    rows = [value for value in acts.values_of(world, case) if value.label.table == "note"]

    assert len({len(row.stored) for row in rows}) == 1


def test_that_a_note_was_written_is_on_the_journal_without_what_it_is() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    first = acts.events(world)[-1]
    written(world, case, corrects=id_)

    assert (first["event"], first["action"], first["case_version"]) == ("NoteWritten", "note:write", 4)
    assert first["detail"] == {"note": str(id_), "strand": "support", "corrects": None}
    assert acts.events(world)[-1]["detail"]["corrects"] == 4
    with world.work("worker") as work:
        assert view_history(work, case.reference, page=1)[1].items[0].payload["event"] == "NoteWritten"


def test_the_look_at_a_list_names_the_labels_that_were_opened_and_how_many() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = len(kept(world).entries)
    listed(world, case)
    written(world, case)
    written(world, case, a_note(strand=Strand.INVESTIGATION))
    listed(world, case)

    looks = [payload for payload in acts.journalled(world, before) if payload["event"] == "Consulted"]
    assert [(look["fields"], look["detail"]["values"]) for look in looks] == [
        ([], 0),
        (["investigation-entry", "support-entry"], 2),
    ]


def test_a_note_goes_where_its_strand_goes_with_every_wording_and_its_author() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    written(world, case, a_note("Another."), corrects=id_)
    other = written(world, case, a_note(strand=Strand.INVESTIGATION))
    acts.moved(world, case, SOUTH, SUPPORT)

    newest, first = listed(world, case, "receiver")
    assert [newest.words, first.words] == ["Another.", WORDS]
    assert newest.holder == world.actor("worker").holder
    assert [note.id for note in listed(world, case)] == [other]
    with pytest.raises(NotFound):
        opened(world, case, id_)
    assert refused(world, case, a_note(), corrects=id_) is NotFound


def test_the_holder_of_one_strand_neither_writes_nor_reads_in_the_other() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)
    assert refused(world, case, a_note(strand=Strand.INVESTIGATION), "charity-worker") is NotHeld
    written(world, case, by="charity-worker")
    assert len(listed(world, case, "charity-worker", strand=Strand.INVESTIGATION)) == 0


def test_a_former_holder_has_no_notes_and_a_stranger_no_case() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    written(world, case)
    assert refused(world, case, a_note(), "receiver") is NotFound
    acts.moved(world, case, SOUTH)

    assert refused(world, case, a_note()) is PassedOn
    with pytest.raises(PassedOn):
        listed(world, case)


def test_a_closed_case_can_be_read_and_not_written_in() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    written(world, case)
    with world.work("worker") as work:
        close_case(work, case.reference, "support-complete", seen=None)

    assert refused(world, case, a_note()) is CaseIsClosed
    assert [note.words for note in listed(world, case)] == [WORDS]


def test_a_token_writes_notes_and_reads_none() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    token = replace(world.actor("worker"), auth=Auth.TOKEN)
    with acts.acting(world, token) as work:
        id_ = write_note(work, case.reference, a_note(), seen=None)[1]
    with pytest.raises(NeedsStepUp), acts.acting(world, token) as work:
        list_notes(work, case.reference, NoteQuery())
    with pytest.raises(NeedsStepUp), acts.acting(world, token) as work:
        open_note(work, case.reference, id_)


@pytest.mark.parametrize(
    "said",
    [
        "only words",
        {},
        {"kind": "fact"},
        {
            "kind": "rumour",
            "sensitivity": "ordinary",
            "words": "",
            "at": START.isoformat(),
            "by": str(uuid4()),
            "holder": "",
        },
        {"kind": "fact", "sensitivity": "ordinary", "words": "", "at": "at noon", "by": str(uuid4()), "holder": ""},
        {
            "kind": "fact",
            "sensitivity": "ordinary",
            "words": "",
            "at": START.isoformat(),
            "by": "somebody",
            "holder": "",
        },
    ],
    ids=["words", "nothing", "little", "kind", "time", "author"],
)
def test_what_is_sealed_and_is_no_note_is_refused_without_quoting_it(said: Value) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    with world.work("worker") as work:
        opened_case = work.open(case.reference, to=Action.NOTE_WRITE)
        seal_fields(work, opened_case, {ENTRIES[Strand.SUPPORT]: said}, subject=id_)
        work.save(opened_case.write_note(id_, Strand.SUPPORT, corrects=4, by=work.actor, at=work.now))

    with pytest.raises(IntegrityBroken) as error:
        listed(world, case)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


def test_a_note_that_was_changed_or_put_back_by_somebody_with_the_database_is_refused() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    id_ = written(world, case)
    written(world, case, a_note("Another."), corrects=id_)
    first, second = sorted(
        (value for value in acts.values_of(world, case) if value.label.table == "note"), key=lambda row: row.version
    )
    for row, changed in (
        (first, replace(first, superseded=None)),
        (second, replace(second, subject=uuid4())),
        (second, replace(second, version=second.version + 1)),
        (second, replace(second, stored=first.stored)),
    ):
        kept(world).values[row.id] = changed
        with pytest.raises(IntegrityBroken):
            listed(world, case)
        kept(world).values[row.id] = row
    assert len(listed(world, case)) == 2


def test_a_note_of_a_case_of_one_strand_alone_is_that_strands() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=INVESTIGATION)
    assert refused(world, case, a_note()) is NotHeld
    written(world, case, a_note(strand=Strand.INVESTIGATION))
    (row,) = [value for value in acts.values_of(world, case) if value.label.table == "note"]
    assert row.part is Part.INVESTIGATION


def test_what_belongs_elsewhere_is_asked_about_and_stays_for_a_reason() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    new = a_note("Ring 07700 900123.")
    assert refused(world, case, new) is BelongsElsewhere
    before = len(kept(world).entries)
    written(world, case, new, purpose=replace(CASEWORK, keeping=Keeping.NOT_THE_PERSONS))

    assert acts.names_of(acts.journalled(world, before)) == ["WordsKept", "NoteWritten"]
    assert CHARITY.code not in acts.journalled(world, before)[0]["holders_then"]
