"""One case that was tampered with, among many that are opened together: it hides no other, and is journalled."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from casetrack.domain.case import AgeGroup, Case, IdentityState
from casetrack.domain.errors import IntegrityBroken, NotHeld, Stale
from casetrack.domain.finding import Known
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId
from casetrack.domain.references import Reference
from casetrack.services.caseload import begin_shift, name_caseload
from casetrack.services.fields import IDENTITY, named
from casetrack.services.finding import FoundPeople, Sought, find_people
from casetrack.services.identity import record_identity
from casetrack.services.in_hand import Broken
from casetrack.services.limits import Spent
from casetrack.services.ports import KeptCase
from casetrack.services.sealing import open_across
from casetrack.services.work import UnitOfWork
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.services.watched import Watched
from tests.world import NORTH, World

SHIFT = timedelta(hours=10)
NAMES = {"given_names": "Testa Maria", "family_name": "Invented"}
EVERYBODY = Known(phones=("01632 960001",))


def edited(world: World, case: Case) -> None:
    before = kept(world).cases[case.id]
    kept(world).cases[case.id] = replace(before, case=replace(before.case, age_group=AgeGroup.CHILD))


def rewritten(world: World, case: Case) -> None:
    row = acts.values_of(world, case, Part.IDENTITY)[0]
    kept(world).values[row.id] = replace(row, stored=row.stored[:-1] + bytes([row.stored[-1] ^ 1]))


def planted(world: World, case: Case) -> None:
    row = acts.values_of(world, case, Part.IDENTITY)[0]
    new = replace(row, id=uuid4())
    kept(world).values[new.id] = new


def forgotten(world: World, case: Case) -> None:
    kept(world).entries = tuple(entry for entry in kept(world).entries if entry.case != case.id)


def unsigned(world: World, case: Case) -> None:
    wraps = kept(world).wraps
    kept(world).wraps = tuple(replace(wrap, signature=bytes(64)) if wrap.case == case.id else wrap for wrap in wraps)


def unwrapped(world: World, case: Case) -> None:
    kept(world).wraps = tuple(wrap for wrap in kept(world).wraps if wrap.case != case.id)


TAMPERED: Mapping[str, tuple[Callable[[World, Case], None], str]] = {
    "a fact": (edited, "IntegrityBroken"),
    "a value": (rewritten, "IntegrityBroken"),
    "a value beside": (planted, "IntegrityBroken"),
    "its journal": (forgotten, "IntegrityBroken"),
    "a wrap": (unsigned, "IntegrityBroken"),
    "no wrap": (unwrapped, "NotHeld"),
}
"""What somebody with the database alone does to one case, and what refuses it when it is opened by itself."""


@dataclass
class Three:
    """Three cases of one worker, of which one was tampered with, in a shift that has begun."""

    world: World = field(default_factory=World.in_memory)

    def __post_init__(self) -> None:
        self.one, self.broken, self.other = (acts.opened(self.world) for _ in range(3))
        with self.world.work("worker", REVEALING) as work:
            begin_shift(work)

    @property
    def sound(self) -> set[CaseId]:
        return {self.one.id, self.other.id}

    def named(self, by: str = "worker") -> tuple[list[CaseId], Mapping[CaseId, Any], frozenset[CaseId]]:
        with self.world.work(by) as work:
            cards, names, broken = name_caseload(work, page=1, shift=SHIFT)
        return [card.id for card in cards.items], names, broken

    def found(self, case_name: str | None = None) -> FoundPeople:
        with self.world.work("worker", REVEALING) as work:
            return find_people(work, Sought(Known() if case_name else EVERYBODY, case_name))

    def events(self) -> list[tuple[str, set[CaseId]]]:
        """The newest events, with the cases that each showed; a refusal with what it was that was refused."""
        said = [(acts.read(entry), entry) for entry in kept(self.world).entries[self.before :]]
        return [
            (f"{told['refusal']} {told['action']} {entry.attempted}", set())
            if told["event"] == "Refused"
            else (str(told["event"]), {case for case, _ in entry.shown})
            for told, entry in said
        ]

    def tamper(self, tamper: Callable[[World, Case], None]) -> None:
        tamper(self.world, self.broken)
        self.before = len(kept(self.world).entries)


@pytest.fixture
def three() -> Three:
    return Three()


@pytest.mark.parametrize(("tamper", "refusal"), TAMPERED.values(), ids=TAMPERED)
def test_the_names_of_all_others_are_shown_and_the_broken_one_stands_in_its_place(
    tamper: Callable[[World, Case], None], refusal: str, three: Three
) -> None:
    three.tamper(tamper)
    listed, names, broken = three.named()
    assert set(listed) == {*three.sound, three.broken.id}
    assert names == dict.fromkeys(three.sound, NAMES)
    assert broken == {three.broken.id}
    assert three.events() == [
        ("NamesShown", three.sound),
        ("SurnamesCompared", set()),
        (f"{refusal} caseload:name {three.broken.reference}", set()),
    ]


@pytest.mark.parametrize(("tamper", "refusal"), TAMPERED.values(), ids=TAMPERED)
def test_all_others_are_found_and_the_broken_one_is_named_as_not_searched(
    tamper: Callable[[World, Case], None], refusal: str, three: Three
) -> None:
    three.tamper(tamper)
    people = three.found()
    assert {each.case.id for each in people.people} == three.sound
    assert people.broken == (three.broken.reference,)
    assert three.events() == [
        ("SearchBegun", set()),
        ("PeopleSearched", three.sound),
        (f"{refusal} person:find {three.broken.reference}", set()),
    ]
    assert acts.events(three.world, "PeopleSearched")[-1]["detail"]["opened"] == 2


def test_a_broken_case_that_is_looked_for_by_its_name_is_not_found(three: Three) -> None:
    three.tamper(edited)
    for name in (three.broken.reference, three.broken.pseudonym):
        people = three.found(name)
        assert (people.people, people.broken) == ((), (three.broken.reference,))


def test_what_does_not_open_is_not_found_by_its_name_either(three: Three) -> None:
    three.tamper(unsigned)
    with three.world.work("worker", REVEALING) as work:
        people = find_people(work, Sought(EVERYBODY, three.broken.reference))
    assert {each.case.id for each in people.people} == three.sound
    assert people.broken == (three.broken.reference,)


def test_of_a_broken_case_nothing_counts_as_opened(three: Three) -> None:
    three.tamper(edited)
    three.found()
    assert Spent(opened=2) in [spent for _, spent, _ in kept(three.world).uses.values()]


def test_it_is_journalled_whatever_becomes_of_the_rest_and_once_however_often_it_is_met(three: Three) -> None:
    three.tamper(edited)
    with pytest.raises(Stale), three.world.work("worker", REVEALING) as work:
        _twice_and_stale(work)
    refused = f"IntegrityBroken person:find {three.broken.reference}"
    assert [event for event, _ in three.events()] == [refused, "Stale caseload:name None"]


def _twice_and_stale(work: UnitOfWork) -> None:
    find_people(work, Sought(EVERYBODY))
    name_caseload(work, page=1, shift=SHIFT)
    raise Stale


def test_the_words_of_the_reason_are_kept_once_and_not_with_what_was_broken(three: Three) -> None:
    three.tamper(edited)
    three.found()
    began, _, refused = acts.events(three.world)[-3:]
    assert (began["words"] is not None, refused["words"], refused["purpose"]) == (True, None, "contact-person")


def test_whoever_needs_all_of_them_is_refused_for_one(three: Three) -> None:
    cases = [three.one.id, three.broken.id]
    with three.world.work("worker") as work:
        assert [hand.case.id for hand in work.take_all(cases).whole()] == sorted(cases)
    three.tamper(edited)
    with pytest.raises(IntegrityBroken), three.world.work("worker") as work:
        work.take_all(cases).whole()


def test_a_broken_case_is_in_nobodys_hand(three: Three) -> None:
    three.tamper(unsigned)
    with three.world.work("worker") as work:
        hand = work.take_all([three.broken.id]).hands[three.broken.id]
        taken = work.take_again({three.broken.id: NotHeld})
        assert (hand.case.id in taken.hands, taken.broken[three.broken.id].refusal) == (False, NotHeld)
        with pytest.raises(KeyError):
            work.in_hand(three.broken.id)


class Earlier(Watched):
    """The cases of a store, one of which is first read, so many times, as it was before somebody changed it."""

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        now = super().all_of(cases)
        if not self.before:
            return now
        earlier = self.before.pop(0)
        return tuple(earlier if each.case.id == earlier.case.id else each for each in now)


def taken(three: Three, before: Iterable[KeptCase]) -> tuple[set[CaseId], set[Reference], int]:
    """Whom somebody has in hand, who is broken, and of which version the case in the middle is."""
    with three.world.work("worker") as work:
        work.stores = replace(work.stores, cases=Earlier(work.stores.cases, before=list(before)))
        found = work.take_all([three.one.id, three.broken.id, three.other.id])
        version = found.hands[three.broken.id].case.version if three.broken.id in found.hands else 0
    return set(found.hands), {each.reference for each in found.broken.values()}, version


def test_a_case_that_somebody_changes_in_the_middle_is_read_again_and_nobody_is_accused(three: Three) -> None:
    first = acts.kept_case(three.world, three.broken)
    acts.recorded(three.world, three.broken)
    second = acts.kept_case(three.world, three.broken)
    everybody = {*three.sound, three.broken.id}
    torn = replace(first, case=replace(second.case, version=first.case.version))
    assert taken(three, [first]) == taken(three, [torn]) == (everybody, set(), second.case.version)


def test_an_older_row_that_stays_is_broken(three: Three) -> None:
    before = acts.kept_case(three.world, three.broken)
    acts.recorded(three.world, three.broken)
    assert taken(three, [before] * 2) == (three.sound, {three.broken.reference}, 0)


def across(three: Three, meanwhile: Callable[[], None]) -> tuple[dict[CaseId, object], Mapping[CaseId, Broken]]:
    """The family names of the three, and who is broken: of rows that are read when that has been done to them."""
    family_name = named(IDENTITY)["family_name"]
    with three.world.work("worker") as work:
        taken = work.take_all([three.one.id, three.broken.id, three.other.id])
        meanwhile()
        opened = open_across(work, taken, (family_name,))
    return {case: found["family_name"] for case, found in opened.values.items()}, opened.broken


def test_a_value_that_the_seal_does_not_cover_is_refused_though_the_seal_was_checked_before(three: Three) -> None:
    called(three, "Testova")

    def put_back() -> None:
        rows = kept(three.world).values
        mine = acts.values_of(three.world, three.broken, Part.IDENTITY)
        rows.update({row.id: replace(row, superseded=None) for row in mine})

    names, broken = across(three, put_back)
    assert names == dict.fromkeys(three.sound, NAMES["family_name"])
    assert {case: each.refusal for case, each in broken.items()} == {three.broken.id: IntegrityBroken}


def test_a_value_that_somebody_seals_anew_in_the_middle_is_read_again_and_nobody_is_accused(three: Three) -> None:
    before = kept(three.world).copy()
    called(three, "Testova")
    now = kept(three.world).copy()
    vars(kept(three.world)).update(vars(before))

    names, broken = across(three, lambda: vars(kept(three.world)).update(vars(now)))
    assert names == {**dict.fromkeys(three.sound, NAMES["family_name"]), three.broken.id: "Testova"}
    assert broken == {}


def called(three: Three, family_name: str) -> None:
    """The person of the case in the middle goes by that name from now on."""
    with three.world.work("lead") as work:
        record_identity(work, three.broken.reference, IdentityState.GIVEN, {"family_name": family_name}, seen=None)


class Gone(Watched):
    """The cases of a store, from which one goes away between the list and the look."""

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        return tuple(each for each in super().all_of(cases) if each.case.id not in [was.case.id for was in self.before])


def test_a_case_that_goes_away_meanwhile_is_not_listed_and_not_shown(three: Three) -> None:
    three.tamper(lambda *_: None)
    with three.world.work("worker") as work:
        before = [acts.kept_case(three.world, three.broken)]
        work.stores = replace(work.stores, cases=Gone(work.stores.cases, before=before))
        cards, names, broken = name_caseload(work, page=1, shift=SHIFT)
    assert ({card.id for card in cards.items}, set(names), broken) == (three.sound, three.sound, frozenset())
    assert three.events() == [("NamesShown", three.sound), ("SurnamesCompared", set())]


def test_where_a_keyset_is_broken_each_case_is_and_that_is_said_of_each(three: Three) -> None:
    three.tamper(lambda *_: None)
    keysets = kept(three.world).keysets
    mine = keysets[NORTH.code, 1]
    keysets[NORTH.code, 1] = replace(mine, public=replace(mine.public, certificate=bytes(len(mine.public.certificate))))
    listed, names, broken = three.named()
    assert set(listed) == set(broken)
    assert names == {}
    assert len([event for event, _ in three.events() if event.startswith("IntegrityBroken")]) == 3
