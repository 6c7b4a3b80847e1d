"""The copy for the person: what is in it, and what never is."""

import pytest

from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound, ReasonNeeded
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import SarId
from casetrack.domain.misplaced import Keeping
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.sars import Decision, Item, NotItsTurn, Restriction
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.notes import NewNote, write_note
from casetrack.services.register import Looks
from casetrack.services.sar_copies import LEFT_OUT, SarCopy, copy_sar, looked_over
from tests.services import acts, sars
from tests.services.acts import REVEALING, SUPPORT
from tests.world import CHARITY, NORTH, World

ASKED_FOR = Purpose("right-of-access", "To hand it over this afternoon.")


def copied(world: World, case: Case, *without: Item, notes: tuple[NoteKind, ...] = tuple(NoteKind)) -> SarCopy:
    sar = sars.decided(world, case, *without, notes=notes)
    with world.work("lead", ASKED_FOR) as work:
        return copy_sar(work, case.reference, sar)


def noted(
    world: World, case: Case, words: str, kind: NoteKind = NoteKind.ACCOUNT, strand: Strand = Strand.SUPPORT
) -> None:
    new = NewNote(strand=strand, kind=kind, sensitivity=Sensitivity.SENSITIVE, words=words)
    with world.work("worker", Purpose("casework", keeping=Keeping.NEEDED_HERE)) as work:
        write_note(work, case.reference, new, seen=None)


def a_full_case(world: World) -> Case:
    case = acts.opened(world)
    noted(world, case, "I want to work again.")
    noted(world, case, "She has a room.", NoteKind.FACT)
    noted(world, case, "The driver is known.", NoteKind.FACT, Strand.INVESTIGATION)
    return acts.recorded(world, case, "encounter", note="Nobody else reads this.")


def test_it_says_who_the_person_is_what_happened_what_was_written_and_who_looked() -> None:
    world = World.in_memory()
    case = a_full_case(world)
    with world.work("worker", REVEALING) as work:
        reveal_identity(work, case.reference)
    copy = copied(world, case)
    assert copy.identity["family_name"]
    assert [record.code for record in copy.records] == ["encounter"]
    assert [note.words for note in copy.notes] == ["I want to work again.", "She has a room.", "The driver is known."]
    revealed = next(each for each in copy.looks if each.purpose == "contact-person")
    assert (revealed.holder, revealed.times, revealed.first) == (NORTH.code, 1, revealed.last)
    assert isinstance(revealed, Looks)
    assert [each.holder for each in copy.periods] == [NORTH.code]


@pytest.mark.parametrize("item", Item)
def test_what_is_restricted_is_not_in_it(item: Item) -> None:
    world = World.in_memory()
    copy = copied(world, a_full_case(world), item)
    there = {
        Item.IDENTITY: bool(copy.identity),
        Item.MILESTONES: bool(copy.records),
        Item.SUPPORT_NOTES: any(note.strand is Strand.SUPPORT for note in copy.notes),
        Item.INVESTIGATION_NOTES: any(note.strand is Strand.INVESTIGATION for note in copy.notes),
        Item.LOOKS: bool(copy.looks),
    }
    assert {each for each, is_there in there.items() if not is_there} == {item}


def test_only_the_kinds_of_note_that_were_decided_on_are_in_it() -> None:
    world = World.in_memory()
    assert [note.kind for note in copied(world, a_full_case(world), notes=(NoteKind.ACCOUNT,)).notes] == ["account"]
    world = World.in_memory()
    assert copied(world, a_full_case(world), notes=()).notes == ()


def test_no_address_no_number_and_no_colleague_is_in_what_was_written() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    noted(world, case, "Worker rang 07700 900123, wrote to a@example.org and came to LS1 4AP with Lead.")
    (note,) = copied(world, case).notes
    assert "07700" not in note.words
    assert "LS1" not in note.words
    assert "example.org" not in note.words
    assert "Worker" not in note.words
    assert note.words.startswith(f"{LEFT_OUT} rang {LEFT_OUT}, wrote to {LEFT_OUT} and came to {LEFT_OUT} with")


def test_nothing_of_the_safe_contact_is_opened() -> None:
    world = World.in_memory()
    case = a_full_case(world)
    before = len(acts.kept(world).entries)
    copied(world, case)
    labels = {label for entry in acts.journalled(world, before) for label in entry["fields"]}
    assert not labels & {"address", "phone", "email", "voicemail", "times", "unsafe-areas"}


def test_the_showing_is_on_the_log_as_any_other_of_who_the_person_is() -> None:
    world = World.in_memory()
    case = a_full_case(world)
    sar = sars.decided(world, case)
    before = len(acts.kept(world).entries)
    with world.work("lead", ASKED_FOR) as work:
        copy_sar(work, case.reference, sar)
    told = acts.journalled(world, before)
    assert acts.names_of(told) == ["Revealed", "SurnamesCompared", "SarCopied"]
    assert {each["purpose"] for each in told} == {"right-of-access"}
    assert told[-1]["detail"] == {"items": sorted(Item), "notes": 3, "sar": str(sar)}


def test_why_it_is_needed_is_said_first() -> None:
    world = World.in_memory()
    case = a_full_case(world)
    sar = sars.decided(world, case)
    with pytest.raises(ReasonNeeded), world.work("lead") as work:
        copy_sar(work, case.reference, sar)


def test_there_is_none_before_it_was_decided_nor_of_a_request_that_was_refused() -> None:
    world = World.in_memory()
    case = a_full_case(world)
    sar = sars.checked(world, case)
    with pytest.raises(NotItsTurn), world.work("lead", ASKED_FOR) as work:
        copy_sar(work, case.reference, sar)
    world = World.in_memory()
    case = a_full_case(world)
    sar = sars.decided(world, case, Item.LOOKS, decision=Decision.REFUSE)
    with pytest.raises(NotItsTurn), world.work("lead", ASKED_FOR) as work:
        copy_sar(work, case.reference, sar)


def test_of_a_strand_of_others_nothing_is_in_it() -> None:
    world = World.in_memory()
    case = acts.moved(world, a_full_case(world), CHARITY, SUPPORT)
    why = Restriction("others-general", "A friend.")
    sar = sars.decided(world, case, Item.IDENTITY, by="charity-lead", why=why)
    with world.work("charity-lead") as work:
        copy = copy_sar(work, case.reference, sar)
    assert {note.strand for note in copy.notes} == {Strand.SUPPORT}
    with pytest.raises(NotFound), world.work("charity-lead") as work:
        copy_sar(work, case.reference, SarId(acts.account("lead")))


def test_words_without_anything_of_that_kind_stay_as_they_are() -> None:
    assert looked_over("She was cold.", ["Worker Invented"]) == "She was cold."
