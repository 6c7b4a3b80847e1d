"""Finding a person by what is sealed: for a reason, among the cases that one may open, and never a word of it kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from casetrack.crypto.fields import Value
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import (
    KeysUnavailable,
    NeedsStepUp,
    NotPermitted,
    QuotaSpent,
    ReasonNeeded,
    RuleBroken,
    Unavailable,
    UnknownChoice,
)
from casetrack.domain.finding import Birth, Known, terms_of
from casetrack.domain.finding_matches import Grade
from casetrack.domain.finding_refusals import BirthAlone, NameTooShort, NothingToFindBy, NumberTooShort, TooManyAlike
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId
from casetrack.domain.references import new_reference
from casetrack.services import finding
from casetrack.services.cases import close_case, open_case
from casetrack.services.finding import FoundPeople, Sought, find_people
from casetrack.services.founding import OWN_HOLDERS
from casetrack.services.identity import record_identity
from casetrack.services.indexed import entries_in
from casetrack.services.journal import Purpose
from casetrack.services.limits import Limits
from casetrack.services.lists import PAGE_SIZE
from casetrack.services.ports import Journal, JournalEntry, Scope, SealedValue, SealedValues, Stores
from tests.services import acts
from tests.services.acts import REVEALING, SUPPORT, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, World, a_new_case

DESK = next(holder for holder in OWN_HOLDERS if holder.code == AUDIT_DESK)
BORN = date(1999, 5, 14)
LINH: Mapping[str, Value] = {
    "given_names": "Linh",
    "family_name": "Nguyễn Thị",
    "birth_date": BORN,
    "birth_date_is_estimate": "no",
    "nrm_reference": "NRM00012345",
    "crime_references": "13/004512/26",
    "document_numbers": "BA1234567",
}
CONTACT: Mapping[str, Value] = {"phone": "+44 (0)7700 900123", "email": "linh@example.org"}


def opened(world: World, by: str = "worker", /, contact: Mapping[str, Value] = CONTACT, **names: Value) -> Case:
    """A case of somebody who is Linh, but for what is said otherwise."""
    with world.work(by) as work:
        return open_case(work, replace(a_new_case(), names={**LINH, **names}, contact=contact))


def found(world: World, known: Known | None = None, by: str = "worker", *, case_name: str | None = None) -> FoundPeople:
    with world.work(by, REVEALING) as work:
        return find_people(work, Sought(known or Known(), case_name))


def references(people: FoundPeople) -> list[str]:
    return [each.case.reference for each in people.people]


def named(*names: str, born: date | None = None, year: int | None = None) -> Known:
    birth = Birth.on(born) if born else Birth(year) if year else None
    return Known(names=names, birth=birth)


# What finds a person


FINDS: dict[str, tuple[Known, Grade]] = {
    "name and date": (named("Nguyễn Thị Linh", born=BORN), Grade.STRONG),
    "without marks": (named("Linh Nguyen", born=BORN), Grade.STRONG),
    "another spelling and the year": (named("Lin", "Nguen", year=1999), Grade.LIKELY),
    "the name alone": (named("Nguyen, Linh"), Grade.POSSIBLE),
    "one name and the date": (named("Linh", born=BORN), Grade.LIKELY),
    "NRM reference": (Known(nrm_references=("00012345",)), Grade.STRONG),
    "crime reference": (Known(crime_references=("13 004512 26",)), Grade.STRONG),
    "document": (Known(documents=("ba 1234567",)), Grade.STRONG),
    "telephone": (Known(phones=("00447700900123",)), Grade.STRONG),
    "telephone without the country": (Known(phones=("07700900123",)), Grade.LIKELY),
    "e-mail": (Known(emails=("LINH@example.org",)), Grade.STRONG),
}


@pytest.mark.parametrize("how", FINDS)
def test_a_person_is_found_by_any_of_it_however_it_is_written(how: str) -> None:
    world, (known, grade) = World.in_memory(), FINDS[how]
    case = opened(world)
    opened(
        world,
        given_names="Testa",
        family_name="Invented",
        nrm_reference="",
        crime_references="",
        contact={},
        birth_date=None,
        document_numbers="",
    )

    (only,) = found(world, known).people

    assert (only.case.id, only.grade) == (case.id, grade)
    assert only.reasons


def test_the_surest_come_first_and_why_is_said_without_a_name() -> None:
    world = World.in_memory()
    one = opened(world)
    other = opened(world, birth_date=date(2000, 2, 2), given_names="Lin")

    people = found(world, named("Linh", "Nguyen", year=1999)).people

    assert [each.case.id for each in people] == [one.id, other.id]
    assert people[0].grade > people[1].grade
    said = " ".join(sentence for each in people for sentence in each.reasons)
    assert "year of birth" in said
    assert "Linh" not in said


@pytest.mark.parametrize("name", ["reference", "pseudonym"])
def test_a_case_is_found_by_its_reference_or_pseudonym_too(name: str) -> None:
    world = World.in_memory()
    case = opened(world)
    opened(world)

    people = found(world, case_name=getattr(case, name))

    assert references(people) == [case.reference]
    assert people.people[0].grade is Grade.STRONG
    (searched,) = acts.events(world, "PeopleSearched")
    assert (searched["detail"]["indexes"], searched["detail"]["opened"]) == (["case-name"], 0)


def test_whoever_matches_either_way_is_shown_once() -> None:
    world = World.in_memory()
    case, other = opened(world), opened(world, given_names="Lin")
    people = found(world, named("Linh", "Nguyen", born=BORN), case_name=other.reference)
    assert set(references(people)) == {case.reference, other.reference}


def test_a_closed_case_is_found_and_so_is_somebody_without_a_name() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, replace(a_new_case(identity=IdentityState.WITHHELD), contact=CONTACT))
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)
    assert references(found(world, Known(phones=("07700 900123",)))) == [case.reference]


def test_what_was_taken_back_finds_nobody_any_more() -> None:
    world = World.in_memory()
    case = opened(world)
    with world.work("worker") as work:
        record_identity(work, case.reference, IdentityState.WITHHELD, {}, seen=None)
    assert references(found(world, named("Linh", "Nguyen", born=BORN))) == []


def test_who_works_on_the_cases_is_said() -> None:
    world = World.in_memory()
    opened(world)
    assert set(found(world, named("Linh", "Nguyen")).workers.values()) == {"Worker Invented"}


def test_no_more_are_shown_than_fit_on_a_page_and_how_many_are_left_out_is_said() -> None:
    world = World.in_memory()
    for _ in range(PAGE_SIZE + 2):
        opened(world)
    people = found(world, named("Linh", "Nguyen", born=BORN))
    assert (len(people.people), people.left_out) == (PAGE_SIZE, 2)
    assert len(acts.events(world, "PeopleSearched")[0]["shown"]) == PAGE_SIZE


# Who is never found


def test_the_cases_of_others_are_never_found_nor_those_that_were_passed_on() -> None:
    world = World.in_memory()
    theirs = opened(world, "receiver")
    passed = opened(world)
    acts.moved(world, passed, EAST)

    for known in (named("Linh", "Nguyen", born=BORN), Known(phones=("07700 900123",))):
        assert found(world, known).people == ()
        assert references(found(world, known, "receiver")) == [theirs.reference]
    for name in (theirs.reference, passed.reference, new_reference(lambda _: 5)):
        assert found(world, case_name=name).people == ()
    assert {
        event["detail"]["opened"] for event in acts.events(world, "PeopleSearched") if event["holder"] == "north"
    } == {0}


def test_the_receiver_of_an_offer_finds_nobody_before_it_accepts() -> None:
    world = World.in_memory()
    case = opened(world)
    offer = acts.offered(world, case, SOUTH)
    known = named("Linh", "Nguyen", born=BORN)

    assert found(world, known, "receiver").people == ()
    acts.accepted(world, offer)
    assert references(found(world, known, "receiver")) == [case.reference]
    assert found(world, known).people == ()


def test_whoever_holds_one_part_finds_by_that_part_alone() -> None:
    world = World.in_memory()
    case = opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    by_name, by_phone = named("Linh", "Nguyen", born=BORN), Known(phones=("07700 900123",))

    assert references(found(world, by_name)) == references(found(world, by_name, "charity-worker")) == [case.reference]
    assert found(world, by_phone).people == ()
    assert references(found(world, by_phone, "charity-worker")) == [case.reference]


def test_a_tag_that_was_moved_to_another_case_makes_a_candidate_that_is_dropped() -> None:
    world = World.in_memory()
    case, other = opened(world), opened(world, given_names="Testa", family_name="Invented", birth_date=None, contact={})
    moved = {
        (other.id, part, tag) for about, part, tag in kept(world).tags if about == case.id and part is Part.IDENTITY
    }
    kept(world).tags |= moved

    people = found(world, named("Linh", "Nguyen", born=BORN))

    assert references(people) == [case.reference]
    assert acts.events(world, "PeopleSearched")[0]["detail"]["opened"] == 2


def test_a_candidate_that_is_not_as_it_was_sealed_is_shown_to_nobody() -> None:
    world = World.in_memory()
    case = opened(world)
    sealed = acts.values_of(world, case, Part.IDENTITY)[0]
    kept(world).values[sealed.id] = replace(sealed, stored=sealed.stored[:-1] + bytes([sealed.stored[-1] ^ 1]))
    people = found(world, named("Linh", "Nguyen", born=BORN))
    assert (people.people, people.broken) == ((), (case.reference,))


def test_tags_of_an_older_keyset_still_find_and_those_of_a_newer_are_nobodys() -> None:
    world = World.in_memory()
    case = opened(world)
    mine = kept(world).keysets[NORTH.code, 1]
    renewed = world.deployment.keyring.renew(mine)
    kept(world).keysets[NORTH.code, 2] = renewed
    known = named("Linh", "Nguyen", born=BORN)
    assert references(found(world, known)) == [case.reference]

    kept(world).tags = frozenset((about, part, replace(tag, keyset_version=3)) for about, part, tag in kept(world).tags)
    assert found(world, known).people == ()


# Why comes first, and too little is refused


@pytest.mark.parametrize("words", ["", " \n"])
def test_without_a_reason_nobody_is_looked_for(words: str) -> None:
    world = World.in_memory()
    with pytest.raises(ReasonNeeded), world.work("worker", Purpose("contact-person", words)) as work:
        find_people(work, Sought(named("Linh")))
    with pytest.raises(UnknownChoice), world.work("worker", Purpose("curiosity", "I wondered.")) as work:
        find_people(work, Sought(named("Linh")))
    assert acts.events(world, "PeopleSearched", "SearchBegun") == []


@pytest.mark.parametrize(
    ("refusal", "known"),
    [
        (NothingToFindBy, Known()),
        (NameTooShort, named("L")),
        (BirthAlone, Known(birth=Birth.on(BORN))),
        (NumberTooShort, Known(documents=("1234",))),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "known",
)
def test_too_little_to_look_for_is_refused_and_counts_for_nothing(known: Known, refusal: type[RuleBroken]) -> None:
    world = World.in_memory()
    with pytest.raises(refusal):
        found(world, known)
    (refused,) = acts.events(world, "Refused")
    assert (refused["action"], refused["refusal"]) == ("person:find", refusal.__name__)
    assert kept(world).uses == {}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_whoever_does_no_casework_finds_nobody(role: Role) -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), acts.acting(world, acts.with_role(world, "auditor", role), REVEALING) as work:
        find_people(work, Sought(named("Linh")))


def test_a_token_finds_nobody() -> None:
    world = World.in_memory()
    token = world.actor("worker", Auth.TOKEN)
    with pytest.raises(NeedsStepUp), acts.acting(world, token, REVEALING) as work:
        find_people(work, Sought(named("Linh")))


def test_a_question_that_would_open_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.in_memory()
    monkeypatch.setattr(finding, "MOST_OPENED", 2)
    for _ in range(2):
        opened(world)
    assert len(found(world, named("Linh", "Nguyen")).people) == 2
    opened(world)
    with pytest.raises(TooManyAlike):
        found(world, named("Linh", "Nguyen"))
    assert acts.events(world)[-1]["refusal"] == "TooManyAlike"


# What it costs


def limited(world: World, **most: int) -> None:
    world.deployment = replace(world.deployment, limits=Limits(**most))


def test_each_search_counts_as_a_reveal_whether_or_not_it_finds_anybody() -> None:
    world = World.in_memory()
    limited(world, reveals=2)
    opened(world)
    found(world, named("Linh", "Nguyen"))
    found(world, named("Nobody", "Here"))
    with pytest.raises(QuotaSpent):
        found(world, named("Linh", "Nguyen"))
    (refused,) = acts.events(world, "Refused")
    assert (refused["action"], refused["refusal"]) == ("person:find", "QuotaSpent")
    found(world, named("Linh", "Nguyen"), "lead")


def test_whom_a_search_opens_is_counted_before_anybody_is_opened() -> None:
    world = World.in_memory()
    limited(world, opened=3)
    for _ in range(2):
        opened(world)
    found(world, named("Linh", "Nguyen"))
    with pytest.raises(QuotaSpent):
        found(world, named("Linh", "Nguyen"))
    assert len(acts.events(world, "PeopleSearched")) == 1


# What the log keeps


def test_that_somebody_looks_is_journalled_with_why_and_then_whom_it_showed() -> None:
    world = World.in_memory()
    case = opened(world)
    before = len(kept(world).entries)
    found(world, replace(named("Linh", "Nguyen", born=BORN), phones=("07700 900123",)))

    begun, searched = acts.journalled(world, before)
    assert (begun["event"], begun["purpose"], begun["detail"]) == (
        "SearchBegun",
        REVEALING.code,
        {"indexes": ["name", "phone"]},
    )
    assert begun["words"] is not None
    assert (searched["event"], searched["words"], searched["operations"]) == ("PeopleSearched", None, ["consultation"])
    assert searched["detail"]["indexes"] == ["name", "phone"]
    assert searched["detail"]["opened"] == 1
    assert [shown for shown, _ in kept(world).entries[-1].shown] == [case.id]


def test_the_log_keeps_marks_that_the_audit_desk_alone_can_make_again() -> None:
    world = World.in_memory()
    known = replace(named("Linh", "Nguyen", born=BORN), phones=("07700 900123",))
    found(world, known)

    (searched,) = acts.events(world, "PeopleSearched")
    terms = [(index, value) for index, _, value in entries_in(terms_of(known))]
    desk, mine = kept(world).keysets[AUDIT_DESK, 1], kept(world).keysets[NORTH.code, 1]
    marks = world.deployment.keyring.search_marks(desk, terms)
    assert searched["detail"]["marks"] == sorted(
        f"{index}:{mark.hex()}" for (index, _), mark in zip(terms, marks, strict=True)
    )
    assert not set(marks) & set(world.deployment.keyring.search_marks(mine, terms))


def test_nothing_that_was_looked_for_is_in_the_journal() -> None:
    world = World.in_memory()
    opened(world)
    before = len(kept(world).entries)
    found(world, named("Zibeline Quetzala", born=BORN), case_name="periwinkle marzipan")
    with pytest.raises(NumberTooShort):
        found(world, Known(documents=("9876",), names=("Zibeline",)))

    for entry in kept(world).entries[before:]:
        text = json.dumps(acts.read(entry)).casefold()
        assert not [said for said in ("zibeline", "quetzala", "1999", "9876", "periwinkle", "nguyen") if said in text]


def test_nobody_is_opened_unless_the_journal_has_that_somebody_looks() -> None:
    world = World.in_memory()
    opened(world)
    begin, read = world.begin, list[Part]()

    @contextmanager
    def broken(scope: Scope) -> Iterator[Stores]:
        with begin(scope) as stores:
            yield replace(stores, journal=LostJournal(stores.journal), values=Watched(stores.values, read))

    world.begin = broken
    with pytest.raises(Unavailable):
        found(world, named("Linh", "Nguyen", born=BORN))
    assert read == []
    world.begin = begin
    assert len(found(world, named("Linh", "Nguyen", born=BORN)).people) == 1


def test_while_the_audit_desk_cannot_mark_what_is_looked_for_nobody_is_looked_for() -> None:
    world = World.in_memory()
    opened(world)
    world.deployment = replace(world.deployment, keyring=acts.without_keys_of(world, DESK))
    with pytest.raises(KeysUnavailable):
        found(world, named("Linh", "Nguyen"))
    assert acts.events(world, "SearchBegun", "PeopleSearched") == []


def test_a_search_changes_nothing_that_is_kept_but_the_journal_and_the_count() -> None:
    world = World.in_memory()
    opened(world)
    before = kept(world).copy()
    found(world, named("Linh", "Nguyen"))
    assert replace(kept(world), entries=before.entries, uses=before.uses) == before
    assert [(spent.reveals, spent.opened) for _, spent, _ in kept(world).uses.values()] == [(1, 0), (0, 1)]


class LostJournal:
    """A journal that cannot keep that somebody looks for a person."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def write(self, entry: JournalEntry) -> None:
        if b'"event":"SearchBegun"' in entry.payload:
            raise Unavailable
        self._journal.write(entry)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the journal has
        return getattr(self._journal, name)


class Watched:
    """Sealed values, with a note of what was read."""

    def __init__(self, values: SealedValues, read: list[Part]) -> None:
        self._values = values
        self._read = read

    def current_of(self, cases: Sequence[CaseId], part: Part) -> tuple[SealedValue, ...]:
        self._read.append(part)
        return self._values.current_of(cases, part)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._values, name)
