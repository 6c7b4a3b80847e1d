"""Files of a case: attached, listed and opened, by whoever has their strand and by nobody else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain import files as rules
from casetrack.domain.actions import Action
from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import (
    CaseIsClosed,
    CasetrackError,
    FileEmpty,
    FileIsNotWhatItSays,
    FileKindNotAllowed,
    FileTooLarge,
    IntegrityBroken,
    NotFound,
    NotHeld,
    NotPermitted,
    Stale,
)
from casetrack.domain.files import FileKind
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import FileId
from casetrack.services.cases import close_case, place_case
from casetrack.services.fields import FILE_KEYS, FILES, SealedField
from casetrack.services.files import FileCard, NewFile, OpenedFile, attach_file, list_files, open_file, read_file
from casetrack.services.history import view_history
from casetrack.services.sealing import seal_fields
from tests.fakes import MemoryStores
from tests.services import acts
from tests.services.acts import SUPPORT, kept
from tests.world import CHARITY, NORTH, SOUTH, START, World

HELD = b"%PDF-1.7\n" + b"An invented letter about nobody. " * 4000
NAME = "Letter to Quetzala.pdf"


def letter(
    strand: Strand = Strand.SUPPORT, held: bytes = HELD, name: str = NAME, declared: str = "application/pdf"
) -> NewFile:
    pieces = [held[at : at + 10_000] for at in range(0, len(held), 10_000)]
    return NewFile(strand=strand, name=name, declared=declared, pieces=pieces)


def attached(world: World, case: Case, new: NewFile | None = None, by: str = "worker") -> FileCard:
    with world.work(by) as work:
        return attach_file(work, case.reference, new or letter(), seen=None)[1]


def opened(world: World, case: Case, file: FileId, by: str = "worker") -> OpenedFile:
    with world.work(by) as work:
        return open_file(work, case.reference, file)


def read(world: World, file: OpenedFile, by: str = "worker") -> bytes:
    with world.work(by) as work:
        return b"".join(read_file(work, file))


def listed(world: World, case: Case, by: str = "worker") -> tuple[FileCard, ...]:
    with world.work(by) as work:
        return list_files(work, case.reference).cards


def refused(world: World, case: Case, new: NewFile, by: str = "worker") -> type[CasetrackError]:
    """The refusal; and that nothing was kept but that it was refused."""
    before = kept(world).copy()
    with pytest.raises(CasetrackError) as error:
        attached(world, case, new, by)
    assert replace(kept(world), entries=before.entries) == before
    (payload,) = acts.journalled(world, len(before.entries))
    assert (payload["refusal"], payload["action"]) == (type(error.value).__name__, "file:attach")
    return type(error.value)


def test_a_file_is_listed_and_comes_out_as_it_went_in() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)

    with world.work("lead") as work:
        found = list_files(work, case.reference)
    assert found.cards == (card,)
    assert (card.name, card.kind, card.seal.size) == (NAME, FileKind.PDF, len(HELD))
    assert (card.strand, card.attached_by) == (Strand.SUPPORT, acts.account("worker"))
    assert found.names == {card.attached_by: "Worker Invented"}
    assert read(world, opened(world, case, card.id, "lead"), "lead") == HELD


def test_files_are_listed_the_oldest_first_and_each_has_a_key_of_its_own() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    cards = [attached(world, case), attached(world, case, letter(Strand.INVESTIGATION)), attached(world, case)]

    assert listed(world, case) == tuple(cards)
    keys = {opened(world, case, card.id).key.bare() for card in cards}
    assert len(keys) == len(cards)


def test_nothing_that_is_kept_shows_the_name_the_kind_the_length_or_what_is_in_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    everything = repr(kept(world)).encode() + b"".join(kept(world).files[card.id][2])

    for shown in (b"Quetzala", b"pdf", b"invented letter", str(len(HELD)).encode()):
        assert shown not in everything
    assert NAME not in repr(card)
    assert NAME not in repr(opened(world, case, card.id))


def test_two_files_of_about_one_length_are_kept_alike() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    cards = [attached(world, case, letter(held=HELD[:length])) for length in (66_000, 130_000)]

    lengths = [[len(chunk) for chunk in kept(world).files[card.id][2]] for card in cards]
    assert lengths[0] == lengths[1] == [74, 65_536, 65_536]
    stored = {len(value.stored) for value in acts.values_of(world, case) if value.label == FILES[Strand.SUPPORT].label}
    assert len(stored) == 1


def test_that_a_file_was_attached_is_on_the_journal_without_saying_which_kind_of_file() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)

    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"], payload["case_version"]) == ("FileAttached", "file:attach", 4)
    assert payload["detail"] == {"file": str(card.id), "strand": "support", "digest": card.seal.digest.hex()}
    with world.work("worker") as work:
        assert view_history(work, case.reference, page=1)[1].items[0].payload["event"] == "FileAttached"


def test_that_a_file_was_opened_is_on_the_journal_before_any_of_it_is_read() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    before = len(kept(world).entries)
    file = opened(world, case, card.id)

    (payload,) = acts.journalled(world, before)
    assert (payload["event"], payload["operations"]) == ("FileOpened", ["consultation"])
    assert payload["detail"] == {"file": str(card.id)}
    assert read(world, file) == HELD
    assert len(acts.journalled(world, before)) == 1


def test_a_file_goes_where_its_strand_goes_and_its_chunks_stay_as_they_are() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card, other = attached(world, case), attached(world, case, letter(Strand.INVESTIGATION))
    before, values = dict(kept(world).files), acts.values_of(world, case, Part.SUPPORT)
    acts.moved(world, case, CHARITY, SUPPORT)

    assert kept(world).files == before
    assert {value.stored for value in acts.values_of(world, case, Part.SUPPORT)}.isdisjoint(
        value.stored for value in values
    )
    assert listed(world, case, "charity-worker") == (card,)
    assert read(world, opened(world, case, card.id, "charity-worker"), "charity-worker") == HELD
    assert listed(world, case) == (other,)
    with pytest.raises(NotFound):
        opened(world, case, card.id)
    with pytest.raises(NotFound):
        opened(world, case, other.id, "charity-worker")


def test_a_former_holder_and_a_stranger_have_no_files() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    acts.moved(world, case, SOUTH)

    with pytest.raises(NotPermitted):
        listed(world, case)
    with pytest.raises(NotPermitted):
        opened(world, case, card.id)
    with pytest.raises(NotFound):
        listed(world, case, "scottish-lead")
    with pytest.raises(NotFound):
        opened(world, case, card.id, "scottish-lead")


def test_a_file_of_another_case_is_not_found_in_this_one() -> None:
    world = World.in_memory()
    one, other = acts.opened(world), acts.opened(world)
    card = attached(world, one)

    for file in (card.id, FileId(uuid4())):
        before = len(kept(world).entries)
        with pytest.raises(NotFound):
            opened(world, other, file)
        assert acts.names_of(acts.journalled(world, before)) == ["Refused"]


def test_what_was_opened_is_no_longer_read_once_the_case_has_gone_elsewhere() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    file = opened(world, case, card.id)
    acts.moved(world, case, SOUTH)

    with pytest.raises(NotFound):
        read(world, file)


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (letter(held=b""), FileEmpty),
        (letter(name="letter.docx"), FileKindNotAllowed),
        (letter(name="/"), FileKindNotAllowed),
        (letter(declared="text/html"), FileIsNotWhatItSays),
        (letter(held=b"MZ\x90\x00" + HELD), FileIsNotWhatItSays),
        (letter(held=b"A short text.\n" * 9000 + b"\0", name="chat.txt", declared="text/plain"), FileIsNotWhatItSays),
    ],
)
def test_what_may_not_be_attached_leaves_nothing(new: NewFile, refusal: type[CasetrackError]) -> None:
    world = World.in_memory()

    assert refused(world, acts.opened(world), new) is refusal


def test_a_file_that_turns_out_too_large_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", len(HELD) - 1)
    world = World.in_memory()

    assert refused(world, acts.opened(world), letter()) is FileTooLarge


def test_an_upload_that_breaks_off_leaves_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = kept(world).copy()

    def broken() -> Iterator[bytes]:
        yield HELD
        raise ConnectionError

    with pytest.raises(ConnectionError):
        attached(world, case, replace(letter(), pieces=broken()))
    assert kept(world) == before


def test_what_would_be_refused_anyway_is_refused_before_the_file_is_read() -> None:
    world = World.in_memory()
    case = acts.opened(world, "charity-worker", SUPPORT)
    read_of: list[Strand] = []

    def coming(strand: Strand) -> Iterator[bytes]:
        read_of.append(strand)
        yield HELD

    def pieces(strand: Strand) -> NewFile:
        return replace(letter(strand), pieces=coming(strand))

    assert refused(world, case, pieces(Strand.INVESTIGATION), "charity-worker") is NotHeld
    assert refused(world, case, pieces(Strand.SUPPORT), "worker") is NotFound
    assert refused(world, case, pieces(Strand.SUPPORT), "auditor") is NotFound
    with world.work("charity-lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    assert refused(world, case, pieces(Strand.SUPPORT), "charity-worker") is CaseIsClosed
    assert read_of == []


def slowly(world: World, doing: Callable[[], object]) -> NewFile:
    """A file on its way, while somebody else does something in a transaction of their own."""
    memory = world.memory
    assert isinstance(memory, MemoryStores)

    def coming() -> Iterator[bytes]:
        yield HELD
        scope, memory._memory.scope = memory._memory.scope, None  # noqa: SLF001 -- one memory, two at work in it
        doing()
        memory._memory.scope = scope  # noqa: SLF001 -- the other has finished

    return replace(letter(), pieces=coming())


def test_a_case_that_went_elsewhere_while_the_file_was_on_its_way_does_not_take_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)

    with pytest.raises(NotPermitted):
        attached(world, case, slowly(world, lambda: acts.accepted(world, offer)))


def test_a_case_that_others_changed_while_the_file_was_on_its_way_takes_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case, slowly(world, lambda: acts.recorded(world, case)))

    assert listed(world, case, "lead") == (card,)
    assert acts.kept_case(world, case).case.version == case.version + 2


def test_two_files_are_attached_at_once_from_pages_of_one_version() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    seen = case.version
    for name in ("worker", "lead"):
        with world.work(name) as work:
            attach_file(work, case.reference, letter(), seen=seen)

    assert len(listed(world, case)) == 2
    with pytest.raises(Stale), world.work("worker") as work:
        attach_file(work, case.reference, letter(), seen=99)
    with world.work("worker") as work:
        place_case(work, case.reference, Areas(home=NORTH.code), seen=seen)


def chunks(world: World, card: FileCard) -> list[bytes]:
    return list(kept(world).files[card.id][2])


def put(world: World, case: Case, card: FileCard, held: list[bytes]) -> None:
    kept(world).files[card.id] = (case.id, Part.SUPPORT, tuple(held))


@pytest.mark.parametrize("order", [[0, 1, 2], [0, 2, 1, 3], [0, 1, 2, 3, 3], [], [0], [1, 2, 3]], ids=str)
def test_chunks_that_were_cut_off_swapped_or_added_in_the_database_open_nothing(order: list[int]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    before = chunks(world, card)
    put(world, case, card, [before[place] for place in order])

    with pytest.raises(IntegrityBroken):
        opened(world, case, card.id)
    assert acts.events(world)[-1]["refusal"] == "IntegrityBroken"


def test_chunks_that_were_changed_between_opening_and_reading_are_noticed_and_journalled() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    file, before = opened(world, case, card.id), chunks(world, card)
    put(world, case, card, [*before[:2], bytes(65_536), before[3]])

    with world.work("worker") as work:
        given = read_file(work, file)
        assert next(given) == HELD[:65_504]
    with pytest.raises(IntegrityBroken):
        read(world, file)
    assert acts.events(world)[-1]["refusal"] == "IntegrityBroken"


def test_the_chunks_of_two_files_cannot_be_exchanged() -> None:
    world = World.in_memory()
    case, other = acts.opened(world), acts.opened(world)
    one, two, three = attached(world, case), attached(world, case), attached(world, other)

    for card, place in ((two, case), (three, other)):
        before = chunks(world, one)
        put(world, case, one, chunks(world, card))
        with pytest.raises(IntegrityBroken):
            opened(world, case, one.id)
        put(world, case, one, before)
        assert read(world, opened(world, place, card.id)) == HELD


def test_a_file_that_a_former_holder_forged_with_the_files_own_key_is_not_taken_for_it() -> None:
    """The key of a file stays as it is when its strand moves: whoever had it may have kept it."""
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    key = opened(world, case, card.id).key
    acts.moved(world, case, SOUTH)
    put(world, case, card, list(key.seal([b"%PDF-1.7 Something that was never written."])))

    with pytest.raises(IntegrityBroken):
        opened(world, case, card.id, "receiver")


def sealed(world: World, case: Case, values: dict[SealedField, Value], file: FileId) -> None:
    """Somebody who has the keys has sealed that of a file."""
    with world.work("worker") as work:
        mine = work.open(case.reference, to=Action.CASE_PLACE)
        seal_fields(work, mine, values, subject=file)
        work.save(mine.place(mine.areas, by=work.actor, at=work.now))


ABOUT: dict[str, Value] = {
    "name": NAME,
    "kind": "pdf",
    "size": 1,
    "digest": "00" * 32,
    "at": START.isoformat(),
    "by": str(acts.account("worker")),
}


@pytest.mark.parametrize(
    "about",
    [
        "a text",
        ["a", "list"],
        {},
        {**ABOUT, "kind": "html"},
        {**ABOUT, "size": "many"},
        {**ABOUT, "digest": 7},
        {**ABOUT, "at": "yesterday"},
        {**ABOUT, "by": 7},
    ],
    ids=str,
)
def test_what_is_said_of_a_file_and_is_not_of_that_shape_is_not_shown(about: Value) -> None:
    """Whoever has the keys may seal anything, and is believed in nothing."""
    world = World.in_memory()
    case = acts.opened(world)
    file = FileId(uuid4())
    sealed(world, case, {FILES[Strand.SUPPORT]: about, FILE_KEYS[Strand.SUPPORT]: bytes(32)}, file)

    with pytest.raises(IntegrityBroken) as error:
        listed(world, case)
    assert error.value.__context__ is None
    with pytest.raises(IntegrityBroken):
        opened(world, case, file)


def test_a_file_without_a_key_is_not_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    sealed(world, case, {FILE_KEYS[Strand.SUPPORT]: None}, card.id)

    assert listed(world, case) == (card,)
    with pytest.raises(IntegrityBroken):
        opened(world, case, card.id)


def test_another_key_opens_nothing_of_a_file() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    card = attached(world, case)
    sealed(world, case, {FILE_KEYS[Strand.SUPPORT]: bytes(32)}, card.id)
    file = opened(world, case, card.id)

    with pytest.raises(IntegrityBroken):
        read(world, file)
