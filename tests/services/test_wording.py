"""What people write is looked over wherever they write it: what belongs elsewhere is not kept unless they say why."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from casetrack.domain.actors import Auth
from casetrack.domain.case import BeginReason, Case, IdentityState
from casetrack.domain.errors import BelongsElsewhere
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.misplaced import Keeping, Kind
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.records import RecordState
from casetrack.services.cases import begin_strand, close_case, reopen_case
from casetrack.services.contacts import record_contact, reveal_contact
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journal import Purpose
from casetrack.services.milestones import NewRecord, record_milestone, reopen_milestone
from casetrack.services.notes import NewNote, write_note
from casetrack.services.transfers import NewOffer, accept_transfer, decline_transfer, send_transfer
from casetrack.services.wording import look_over
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import SUPPORT, kept
from tests.world import NORTH, SOUTH, START, World

NUMBER: Final = "Ring 07700 900123 first."
NAMED: Final = "Testa was there."
"""Of every person in `tests.world`, a given name."""

Doing = Callable[[UnitOfWork, Case], object]


def purpose(words: str = "", keeping: Keeping | None = None) -> Purpose:
    return Purpose("contact-person", words, keeping)


def a_note(words: str) -> NewNote:
    return NewNote(strand=Strand.SUPPORT, kind=NoteKind.FACT, sensitivity=Sensitivity.ORDINARY, words=words)


def noted(work: UnitOfWork, case: Case) -> object:
    new = NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=START, note=NUMBER)
    return record_milestone(work, case.reference, new, seen=None)


def offering(name: str) -> Doing:
    preview = (
        {"risks": "", "checklist": {"paper": {"answer": "told", "words": NUMBER}}}
        if name == "paper"
        else {name: NUMBER}
    )

    def do(work: UnitOfWork, case: Case) -> object:
        offer = NewOffer(to=SOUTH.code, strands=SUPPORT, reason="moved-home", already_moved=False, preview=preview)
        return send_transfer(work, case.reference, offer, seen=None)

    return do


IN_TEXTS: Final[dict[str, Doing]] = {
    "note:write": lambda work, case: write_note(work, case.reference, a_note(NUMBER), seen=None),
    "milestone:record": noted,
    "transfer:send risks": offering("risks"),
    "transfer:send unsafe_areas": offering("unsafe_areas"),
    "transfer:send tonight": offering("tonight"),
    "transfer:send paper": offering("paper"),
}
IN_REASONS: Final[dict[str, Doing]] = {
    "milestone:reopen": lambda work, case: reopen_milestone(work, case.reference, "encounter", seen=None),
    "case:close": lambda work, case: close_case(work, case.reference, "support-complete", seen=None),
    "strand:begin": lambda work, case: begin_strand(
        work, case.reference, Strand.INVESTIGATION, BeginReason.WITHOUT_AGREEMENT, seen=None
    ),
    "identity:reveal": lambda work, case: reveal_identity(work, case.reference),
    "contact:reveal": lambda work, case: reveal_contact(work, case.reference),
}


def a_case(world: World) -> Case:
    """A case of the support strand alone, with a milestone on its record."""
    case = acts.opened(world, "lead", SUPPORT)
    return acts.recorded(world, case, by="lead")


def tried(world: World, case: Case, doing: Doing, why: Purpose, by: str = "lead") -> list[dict[str, object]]:
    """What is on the journal afterwards, of what was tried."""
    before = len(kept(world).entries)
    with world.work(by, why) as work:
        doing(work, case)
    return acts.journalled(world, before)


def refused(world: World, case: Case, doing: Doing, why: Purpose, by: str = "lead") -> None:
    before = kept(world).copy()
    with pytest.raises(BelongsElsewhere) as error:
        tried(world, case, doing, why, by)
    assert replace(kept(world), entries=before.entries) == before
    assert [entry["refusal"] for entry in acts.journalled(world, len(before.entries))] == ["BelongsElsewhere"]
    assert "900123" not in f"{error.value!r} {error.value} {error.value.facts} {error.value.__context__}"


@pytest.mark.parametrize("what", IN_TEXTS)
def test_what_is_kept_holds_nothing_that_belongs_elsewhere_unless_it_is_said_why(what: str) -> None:
    world = World.in_memory()
    case = a_case(world)
    refused(world, case, IN_TEXTS[what], purpose())
    first, *_ = tried(world, case, IN_TEXTS[what], purpose(keeping=Keeping.NOT_THE_PERSONS))

    assert (first["event"], first["action"]) == ("WordsKept", what.partition(" ")[0])
    assert first["detail"] == {"found": ["phone"], "reason": "not-the-persons"}


@pytest.mark.parametrize("what", IN_REASONS)
def test_a_reason_holds_nothing_that_belongs_elsewhere_unless_it_is_said_why(what: str) -> None:
    world = World.in_memory()
    case = a_case(world)
    refused(world, case, IN_REASONS[what], purpose(NUMBER))
    journalled = tried(world, case, IN_REASONS[what], purpose(NUMBER, Keeping.NEEDED_HERE))

    (stayed,) = [entry for entry in journalled if entry["event"] == "WordsKept"]
    assert (stayed["action"], stayed["detail"]) == (what, {"found": ["phone"], "reason": "needed-here"})


def test_so_does_why_a_case_is_opened_again() -> None:
    world = World.in_memory()
    case = a_case(world)
    tried(world, case, IN_REASONS["case:close"], purpose())
    refused(world, case, lambda work, case: reopen_case(work, case.reference, seen=None), purpose(NUMBER))


def test_what_the_receiver_answers_is_looked_over_too() -> None:
    world = World.in_memory()
    case = a_case(world)
    offer = acts.offered(world, case, SOUTH, SUPPORT).id
    lead = acts.account("receiving-lead")

    refused(
        world,
        case,
        lambda work, _: decline_transfer(work, offer, "duplicate", seen=None),
        purpose(NUMBER),
        "receiving-lead",
    )
    refused(
        world,
        case,
        lambda work, _: accept_transfer(work, offer, worker=lead, seen=None),
        purpose(NUMBER),
        "receiving-lead",
    )
    with world.work("receiving-lead", purpose(NAMED)) as work:
        taken = accept_transfer(work, offer, worker=lead, seen=None)
    assert taken is not None, "a name is not looked for by whom nothing is opened for yet"


def test_what_belongs_elsewhere_is_kept_there_without_a_question() -> None:
    world = World.in_memory()
    case = a_case(world)
    with world.work("lead") as work:
        record_contact(work, case.reference, {"phone": "07700 900123", "times": "Ask for Testa."}, seen=None)
    with world.work("lead") as work:
        recorded = record_identity(work, case.reference, IdentityState.GIVEN, {"other_names": "Testa"}, seen=None)
    assert recorded.version == case.version + 2
    assert not acts.events(world, "WordsKept")


def test_the_names_of_the_person_are_looked_for_among_the_rest() -> None:
    world = World.in_memory()
    case = a_case(world)
    with world.work("lead") as work:
        found = look_over(work, case.reference, ["Testa rang from 07700 900123", "", "She lives at NG1 5FS."])
    assert [(each.kind, each.said) for each in found] == [
        (Kind.NAME, "Testa"),
        (Kind.PHONE, "07700 900123"),
        (Kind.POSTCODE, "NG1 5FS"),
    ]
    refused(world, case, lambda work, case: write_note(work, case.reference, a_note(NAMED), seen=None), purpose())


def test_of_a_person_who_gave_no_name_none_is_looked_for() -> None:
    world = World.in_memory()
    case = a_case(world)
    with world.work("lead") as work:
        record_identity(work, case.reference, IdentityState.WITHHELD, {}, seen=None)
    journalled = tried(
        world, case, lambda work, case: write_note(work, case.reference, a_note(NAMED), seen=None), purpose()
    )
    assert [entry["event"] for entry in journalled] == ["NoteWritten"]


def test_a_token_cannot_find_a_name_out_by_writing_it() -> None:
    world = World.in_memory()
    case = a_case(world)
    read: list[Part] = []
    with acts.acting(world, replace(world.actor("lead"), auth=Auth.TOKEN), purpose()) as work:
        work.stores = replace(work.stores, values=Watched(work.stores.values, read))  # type: ignore[arg-type]  # a store with a witness
        write_note(work, case.reference, a_note(NAMED), seen=None)
    assert Part.IDENTITY not in read


class Watched:
    """Sealed values, with a note of the parts that were read."""

    def __init__(self, values: object, read: list[Part]) -> None:
        self._values = values
        self._read = read

    def __getattr__(self, name: str) -> object:
        method = getattr(self._values, name)

        def watched(*asked: object, **how: object) -> object:
            self._read += [each for each in asked if isinstance(each, Part)]
            return method(*asked, **how)

        return watched


@pytest.mark.parametrize("what", ["transfer:accept", "transfer:decline"])
def test_why_a_receiver_keeps_such_words_is_told_of_the_offer_and_of_its_case(what: str) -> None:
    """Nothing of the case is the receiver's yet, but whose case it is, is known by the offer."""
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    with world.work("receiving-lead", purpose(NUMBER, Keeping.NEEDED_HERE)) as work:
        if what == "transfer:accept":
            accept_transfer(work, offer.id, worker=acts.account("receiving-lead"), seen=None)
        else:
            decline_transfer(work, offer.id, "duplicate", seen=None)

    (stayed,) = acts.events(world, "WordsKept")
    assert (stayed["action"], stayed["case"], stayed["transfer"]) == (what, str(case.id), str(offer.id))
    assert stayed["holders_then"] == [NORTH.code, SOUTH.code]
    assert stayed["step"] is None
