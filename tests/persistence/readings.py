"""A deployment with everything sealed that there is, and every use case that opens any of it: what each of them gives.

North and South each have cases of their own; some went from the one to the other, whole or in part, one is being
offered and one was declined. Values were superseded, a note was corrected, a file is attached, a hold stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import CasetrackError, IntegrityBroken
from casetrack.domain.finding import Known
from casetrack.domain.holdings import Holdings, Strand
from casetrack.domain.ids import CaseId, FileId, TransferId
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.records import Recorded
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.cases import overview_of, view_case, view_held
from casetrack.services.contacts import reveal_contact
from casetrack.services.files import NewFile, attach_file, list_files, open_file, read_file
from casetrack.services.finding import Sought, find_people
from casetrack.services.identity import record_identity, reveal_identity
from casetrack.services.journeys import view_journey
from casetrack.services.milestones import list_milestones
from casetrack.services.notes import NewNote, NoteQuery, list_notes, write_note
from casetrack.services.proposals import view_proposal
from casetrack.services.transfers import accept_transfer, decline_transfer, see_transfer, view_transfer
from casetrack.services.work import UnitOfWork, at_work
from tests.services import acts, agreed
from tests.services.acts import REVEALING, SUPPORT
from tests.world import NORTH, SOUTH, START, World

HELD: Final = b"%PDF-1.7\n" + b"An invented letter about nobody. " * 1200
SHIFT: Final = timedelta(hours=12)
WHO: Final[Mapping[str, str]] = {NORTH.code: "worker", SOUTH.code: "receiver"}
"""Who of each organisation looks."""
EVERYBODY: Final = Known(phones=("01632 960001",))


class Over(Exception):
    """The look is over, and is rolled back: nothing was spent on it."""


Look: TypeAlias = Callable[[UnitOfWork], object]


@dataclass(frozen=True)
class Reading:
    """Some use cases that open something of those cases, as one person, in one transaction."""

    name: str
    who: str
    cases: frozenset[UUID]
    looks: Mapping[str, Look]
    may_miss: bool = False
    """Whether it may give fewer than there are: a search, names of a list, and what is left to a former holder."""
    is_long: bool = False
    """Whether it is left out where nothing was done to keys or to what is under them."""

    @property
    def is_of_many(self) -> bool:
        """Whether it opens many cases together, of which one that was changed hides no other."""
        return len(self.cases) > 1


@dataclass(frozen=True)
class Given:
    """What a look gave, or by what it was refused."""

    gave: object = None
    refused: type[CasetrackError] | None = None
    broken: int = 0
    """How many of the cases that it opened together were left out because they are not as they were sealed."""


@dataclass
class Seeded:
    """The deployment, its cases and offers, and everything that reads them."""

    world: World
    cases: dict[str, Case]
    readings: tuple[Reading, ...] = ()
    now: datetime = START

    def read(self, reading: Reading) -> dict[str, Given]:
        """What each look of the reading gives, up to the first that finds something broken; what it kept is undone."""
        given: dict[str, Given] = {}
        actor = self.world.actor(reading.who)
        with (
            suppress(Over, IntegrityBroken),
            at_work(self.world.begin, self.world.deployment, actor, self.now, REVEALING) as work,
        ):
            for name, look in reading.looks.items():
                try:
                    before = _broken(work)
                    gave = plain(look(work))
                    given[name] = Given(gave, broken=_broken(work) - before)
                except CasetrackError as refusal:
                    given[name] = Given(refused=type(refusal))
                    if isinstance(refusal, IntegrityBroken):
                        raise
            raise Over
        return given


def _broken(work: UnitOfWork) -> int:
    return sum(event.refusal == IntegrityBroken.__name__ for event, _ in work.refused.values())


def plain(given: object) -> object:
    """The same without the order of holdings and records, which no rule reads: each says itself when it was."""
    if isinstance(given, Holdings):
        return sorted(map(repr, given.rows))
    if is_dataclass(given) and not isinstance(given, type):
        return {each.name: plain(getattr(given, each.name)) for each in fields(given)}
    if isinstance(given, Mapping):
        return {key: plain(value) for key, value in given.items()}
    if isinstance(given, tuple | list):
        return sorted(map(repr, given)) if _is_recorded(given) else [plain(each) for each in given]
    return given


def _is_recorded(given: Sequence[object]) -> bool:
    return bool(given) and all(isinstance(each, Recorded) for each in given)


def seed(world: World, remember: Callable[[], None]) -> Seeded:
    """Everybody has done their part; now and then, what is kept by then is remembered."""
    one = _full(world, "worker", "Quenby")
    remember()
    two = _full(world, "worker", "Ysolde")
    two = acts.moved(world, two, SOUTH, SUPPORT)
    _noted(world, two, "Said to South.", "receiver")
    three = _full(world, "lead", "Zephine")
    declined = acts.offered(world, three, SOUTH)
    with world.work("receiving-lead", REVEALING) as work:
        decline_transfer(work, declined.id, "not-our-area", seen=None)
    remember()
    hold = agreed.held(world, three)
    lifting = agreed.lifting(world, three, hold)
    remember()
    four = _full(world, "receiver", "Ottoline")
    five = acts.moved(world, _full(world, "worker", "Perdita"), SOUTH)
    remember()
    acts.recorded(world, one, note="A warm hat.")
    offer = acts.offered(world, one, SOUTH)
    with world.work("receiving-lead") as work:
        see_transfer(work, offer.id)
    for who in WHO.values():
        with world.work(who, REVEALING) as work:
            begin_shift(work)
    cases = {"one": one, "two": two, "three": three, "four": four, "five": five}
    seeded = Seeded(world, cases, now=world.now + timedelta(minutes=5))
    seeded.readings = (
        *_of_cases(seeded),
        *_of_offers({"one": (one.id, offer.id), "three": (three.id, declined.id)}),
        *_of_lists(seeded),
        _reading(
            "the proposal", "supervisor", [three.id], {"the proposal": lambda work: view_proposal(work, lifting.id)}
        ),
        _reading(
            "an acceptance", "receiving-lead", [one.id], {"an acceptance": partial(_accepted, offer.id)}, is_long=True
        ),
    )
    return seeded


def _full(world: World, who: str, called: str) -> Case:
    """A case with something in every part, some of it superseded."""
    case = acts.opened(world, who)
    with world.work(who) as work:
        record_identity(work, case.reference, IdentityState.GIVEN, {"given_names": f"Testa {called}"}, seen=None)
    acts.recorded(world, case, note=f"A warm coat, number {world.now:%H%M}.", by=who)
    acts.recorded(world, case, "risk-assessed", "high", by=who)
    _noted(world, case, f"A warm scarf, at {world.now:%H%M}.", who)
    pieces = (HELD + called.encode(),)
    file = NewFile(strand=Strand.INVESTIGATION, name="Letter.pdf", declared="application/pdf", pieces=pieces)
    with world.work(who) as work:
        return attach_file(work, case.reference, file, seen=None)[0]


def _noted(world: World, case: Case, words: str, who: str) -> None:
    """A note, and its correction."""
    new = NewNote(strand=Strand.SUPPORT, kind=NoteKind.FACT, sensitivity=Sensitivity.ORDINARY, words=words)
    with world.work(who) as work:
        _, note = write_note(work, case.reference, new, seen=None)
    with world.work(who) as work:
        write_note(work, case.reference, replace(new, words=f"{words} Corrected."), seen=None, corrects=note)


def _reading(
    name: str,
    who: str,
    cases: list[CaseId],
    looks: Mapping[str, Look],
    *,
    may_miss: bool = False,
    is_long: bool = False,
) -> Reading:
    return Reading(f"{name}, by {who}", who, frozenset(cases), looks, may_miss, is_long)


def _of_cases(seeded: Seeded) -> Iterator[Reading]:
    for name, case in seeded.cases.items():
        for code, who in WHO.items():
            if code in case.holdings.holders:
                yield _reading(
                    f"case {name}", who, [case.id], {kind: partial(look, case) for kind, look in OF_A_CASE.items()}
                )
    passed_on = seeded.cases["five"]
    left = {"what is left": lambda work: view_case(work, passed_on.reference)}
    yield _reading("what is left of five", "worker", [passed_on.id], left, may_miss=True)


def _overview(case: Case, work: UnitOfWork) -> object:
    return overview_of(work, view_held(work, case.reference))


def _identity(case: Case, work: UnitOfWork) -> object:
    return reveal_identity(work, case.reference)


def _contact(case: Case, work: UnitOfWork) -> object:
    return reveal_contact(work, case.reference)


def _milestones(case: Case, work: UnitOfWork) -> object:
    return list_milestones(work, case.reference)


def _journey(case: Case, work: UnitOfWork) -> object:
    return view_journey(work, case.reference)


def _notes(case: Case, work: UnitOfWork) -> object:
    return list_notes(work, case.reference, NoteQuery())


def _files(case: Case, work: UnitOfWork) -> object:
    """What the files are, and what they hold."""
    listed = list_files(work, case.reference)
    opened = [open_file(work, case.reference, FileId(card.id)) for card in listed.cards]
    return listed, [(each.card, b"".join(read_file(work, each))) for each in opened]


OF_A_CASE: Final[Mapping[str, Callable[[Case, UnitOfWork], object]]] = {
    "the overview": _overview,
    "the identity": _identity,
    "the contact": _contact,
    "the milestones": _milestones,
    "the journey": _journey,
    "the notes": _notes,
    "the files": _files,
}


def _of_offers(offers: Mapping[str, tuple[CaseId, TransferId]]) -> Iterator[Reading]:
    for name, (case, offer) in offers.items():
        for who in WHO.values():
            yield _reading(f"the offer of {name}", who, [case], {"an offer": partial(_offer, offer)})


def _of_lists(seeded: Seeded) -> Iterator[Reading]:
    every = [case.id for case in seeded.cases.values()]
    for who in WHO.values():
        yield _reading(
            "lists", who, every, {"a search": _found, "the names of the caseload": _named}, may_miss=True, is_long=True
        )


def _offer(offer: TransferId, work: UnitOfWork) -> object:
    return view_transfer(work, offer)


def _found(work: UnitOfWork) -> object:
    return {found.case.id: found for found in find_people(work, Sought(EVERYBODY)).people}


def _named(work: UnitOfWork) -> object:
    return name_caseload(work, page=1, shift=SHIFT)[1]


def _accepted(offer: TransferId, work: UnitOfWork) -> object:
    """Who holds what once the offer is accepted, and all that is then sealed under the new keys, opened."""
    taken = accept_transfer(work, offer, worker=acts.account("receiving-lead"), seen=None)
    assert taken is not None
    hand = work.in_hand(taken.id)
    said = {}
    for part in sorted(hand.data_keys):
        for row in work.stores.values.all_of(taken.id, part):
            said[row.id] = (
                row.label,
                row.subject,
                row.version,
                hand.data_keys[part].open(row.label, row.id, row.stored),
            )
    held = sorted((row.part, row.holder) for row in taken.holdings.rows if row.is_open)
    return held, said, taken.records, taken.workers
