"""The plan of the demonstration: the same for a seed, with everything that can happen, in the right order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from casetrack.cli.demo.acts import (
    Begin,
    Close,
    Disclose,
    Enquire,
    Find,
    Look,
    Open,
    Pry,
    Record,
    ReopenCase,
    Reveal,
    Review,
    Send,
    Write,
)
from casetrack.cli.demo.asked import ASKED, Asked
from casetrack.cli.demo.journeys import BROWSED_AGO, BROWSING_DESK, LIVES, NIGHT_DESK, plan_lives
from casetrack.cli.demo.offers import BOTH, COMBINATIONS, INVESTIGATION, SUPPORT
from casetrack.cli.demo.people import MARK, colleague_name
from casetrack.cli.demo.scenes import PHASES
from casetrack.cli.demo.words import CORRECTED, NOTED
from casetrack.domain.case import AgeGroup, BeginReason, IdentityState
from casetrack.domain.enquiries import ANSWERED_FOR
from casetrack.domain.holdings import Strand
from casetrack.domain.misplaced import find_misplaced
from casetrack.domain.transfer import TransferKind, TransferState
from casetrack.domain.unusual_access import LEAST, Disposition
from tests.cli.demo.world import End, ends_of, planned, scene_of, world

SEEDS = ("casetrack", "another", "a third")
AT_LEAST = 3
INQUIRY = Strand.INVESTIGATION


def every(things: Iterable[object], wanted: Iterable[object]) -> bool:
    """Each of those wanted is there, often enough."""
    counted = Counter(things)
    return all(counted[each] >= AT_LEAST for each in wanted)


def test_the_same_seed_gives_the_same_lives() -> None:
    assert tuple(plan_lives(world(), "casetrack", range(50))) == planned("casetrack", LIVES)[:50]


def test_another_seed_gives_other_lives() -> None:
    assert not set(map(repr, planned("another", LIVES))) & set(map(repr, planned("casetrack", LIVES)))


def test_no_life_depends_on_which_others_are_asked_for() -> None:
    assert tuple(plan_lives(world(), "casetrack", [7, 90])) == tuple(
        planned("casetrack", LIVES)[number] for number in (7, 90)
    )


def test_there_are_enough_lives_to_get_lost_in() -> None:
    assert LIVES >= 400


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_of_offer_is_there_in_every_state(seed: str) -> None:
    offers = [scene.offer for scene in (scene_of(seed, journey) for journey in planned(seed, LIVES)) if scene.offer]

    assert every(((offer.kind, offer.state) for offer in offers), COMBINATIONS)
    assert every((offer.kind for offer in offers), TransferKind)
    assert every((offer.state for offer in offers), TransferState)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_phase_is_there_and_is_the_one_that_the_rules_read(seed: str) -> None:
    journeys = planned(seed, LIVES)
    drawn = [scene_of(seed, journey) for journey in journeys]

    assert every((scene.phase for scene in drawn), PHASES)
    assert [End.of(journey).phase(scene) for journey, scene in zip(journeys, drawn, strict=True)] == [
        scene.phase for scene in drawn
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_cases_are_open_closed_and_reopened(seed: str) -> None:
    ends = ends_of(planned(seed, LIVES))

    assert every(("closed" if end.is_closed else "open" for end in ends), ("open", "closed"))
    assert sum(end.was_reopened for end in ends) >= AT_LEAST


@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_is_closed_by_whoever_looks_after_the_person_for_a_reason_that_suits(seed: str) -> None:
    reasons = world().facts.codes["close_reasons"].codes
    closed = 0
    for journey in planned(seed, LIVES):
        for number, act in enumerate(journey.acts):
            if isinstance(act, Close | ReopenCase):
                closed += 1
                leads = End.of(replace(journey, acts=journey.acts[:number])).leads
                assert act.by.holder == (leads.get(Strand.SUPPORT) or leads[INQUIRY])
                suits = reasons[act.reason].more["of_strand"] if isinstance(act, Close) else "both"
                assert suits in {"both", *leads}
    assert closed > AT_LEAST


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_every_age_with_every_answer_about_their_name_are_there(seed: str) -> None:
    openings = [end.opening for end in ends_of(planned(seed, LIVES))]

    assert every((opening.age_group for opening in openings), AgeGroup)
    assert every((opening.identity for opening in openings), IdentityState)
    assert all(bool(opening.names) == (opening.identity is IdentityState.GIVEN) for opening in openings)


@pytest.mark.parametrize("seed", SEEDS)
def test_cases_are_with_the_police_without_them_and_with_partners(seed: str) -> None:
    ends = ends_of(planned(seed, LIVES))
    partners = {partner.code for partner in world().partners}

    assert every((frozenset(end.leads) for end in ends), (SUPPORT, INVESTIGATION, BOTH))
    assert sum(set(end.leads.values()) <= partners for end in ends) >= AT_LEAST
    assert sum(len(set(end.leads.values())) > 1 for end in ends) >= AT_LEAST
    assert sum(bool(end.stubs) for end in ends) >= AT_LEAST


@pytest.mark.parametrize("seed", SEEDS)
def test_strands_begin_later_than_their_cases_on_every_ground(seed: str) -> None:
    begun = [(journey, act) for journey in planned(seed, LIVES) for act in journey.acts if isinstance(act, Begin)]
    partners = {partner.code for partner in world().partners}

    assert every(((act.strand, act.reason) for _, act in begun), [(INQUIRY, ground) for ground in BeginReason])
    assert every((act.strand for _, act in begun), Strand)
    assert all(bool(act.words) is (act.reason is BeginReason.WITHOUT_AGREEMENT) for _, act in begun)
    assert not partners & {act.by.holder for _, act in begun}
    assert all(act.strand not in End.of(journey).opening.strands for journey, act in begun)


@pytest.mark.parametrize("seed", SEEDS)
def test_notes_of_every_kind_are_written_in_both_strands_and_some_are_corrected(seed: str) -> None:
    notes = [act for journey in planned(seed, LIVES) for act in journey.acts if isinstance(act, Write)]

    assert every(((act.kind, act.sensitivity) for act in notes), NOTED)
    assert every((act.strand for act in notes), Strand)
    assert sum(act.corrects for act in notes) >= AT_LEAST


def test_every_note_says_that_it_is_invented_and_nothing_that_belongs_elsewhere() -> None:
    for words in (CORRECTED, *(each for some in NOTED.values() for each in some)):
        assert words.startswith("An invented note")
        assert not find_misplaced(words, ["Zoribeth", "Quillan-Invented"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_happens_happens_in_order_and_before_today(seed: str) -> None:
    for journey in planned(seed, LIVES):
        moments = [(-act.when.days_ago, act.when.minute) for act in journey.acts]
        assert moments == sorted(moments), journey.number
        assert all(days < 0 <= minute < 24 * 60 for days, minute in moments), journey.number
        assert isinstance(journey.acts[0], Open)


@pytest.mark.parametrize("seed", SEEDS)
def test_there_is_something_for_the_auditor_to_find(seed: str) -> None:
    acts = [act for journey in planned(seed, LIVES) for act in journey.acts]

    assert sum(isinstance(act, Pry) for act in acts) >= AT_LEAST
    assert (
        sum(isinstance(act, Reveal) and act.by == NIGHT_DESK and act.when.minute > 23 * 60 for act in acts) >= AT_LEAST
    )
    browsed = [act for act in acts if isinstance(act, Look) and act.by == BROWSING_DESK]
    assert {act.when.days_ago for act in browsed} == {BROWSED_AGO}
    assert len(browsed) >= LEAST
    assert every((act.disposition for act in acts if isinstance(act, Review)), [Disposition.EXPECTED])


@pytest.mark.parametrize("seed", SEEDS)
def test_some_of_those_who_are_looked_at_by_night_have_the_surname_of_who_looks(seed: str) -> None:
    _, surname = colleague_name(seed, NIGHT_DESK)
    names = [
        str(End.of(journey).opening.names["family_name"])
        for journey in planned(seed, LIVES)
        if any(isinstance(act, Reveal) and act.by == NIGHT_DESK for act in journey.acts)
    ]
    assert AT_LEAST <= names.count(surname) < len(names)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_reviewed_was_done_before(seed: str) -> None:
    reviews = [(journey, act) for journey in planned(seed, LIVES) for act in journey.acts if isinstance(act, Review)]

    assert {act.disposition for _, act in reviews} >= {Disposition.STILL_LOOKING, Disposition.PROFESSIONAL_STANDARDS}
    for journey, review in reviews:
        days = {act.when.days_ago for act in journey.acts if act.by == review.of and isinstance(act, Reveal | Pry)}
        assert review.when.days_ago + review.days in days


@pytest.mark.parametrize("seed", SEEDS)
def test_something_is_told_of_both_strands_on_a_basis_where_there_is_one(seed: str) -> None:
    told = [act for journey in planned(seed, LIVES) for act in journey.acts if isinstance(act, Disclose)]

    assert every((act.strand for act in told), Strand)
    assert {act.basis is not None for act in told if world().is_partner(act.by.holder)} == {True}
    assert {act.basis for act in told if not world().is_partner(act.by.holder)} == {None}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_asked_about_somebody_is_not_too_old_to_be_answered(seed: str) -> None:
    asked = [journey for journey in planned(seed, LIVES) if journey.number in ASKED]
    enquiries = [act for journey in asked for act in journey.acts if isinstance(act, Enquire)]

    assert [len(journey.acts) > 1 for journey in asked] == [True] * len(Asked)
    assert len(enquiries) == len(Asked) - 1
    assert all(act.when.days_ago < ANSWERED_FOR.days for act in enquiries)


@pytest.mark.parametrize("seed", SEEDS)
def test_people_are_looked_for_by_their_names_in_another_spelling(seed: str) -> None:
    found = [(journey, act) for journey in planned(seed, LIVES) for act in journey.acts if isinstance(act, Find)]

    assert len(found) >= AT_LEAST
    for journey, act in found:
        names = End.of(journey).opening.names
        assert act.name not in " ".join(str(names[part]) for part in ("given_names", "family_name"))
        assert str(act.year) == str(names["birth_date"])[:4]


def test_every_name_says_that_it_is_invented_and_has_several_parts() -> None:
    for end in ends_of(planned("casetrack", LIVES)):
        if end.opening.names:
            given, family = (str(end.opening.names[part]) for part in ("given_names", "family_name"))
            assert given
            assert family.endswith(MARK)


def test_an_offer_tells_nobodys_name_and_reaches_nobody() -> None:
    for journey in planned("casetrack", LIVES):
        opening = End.of(journey).opening
        told = [*opening.names.values(), *opening.contact.values()]
        names = {value for value in told if isinstance(value, str) and len(value) > len("yes")}
        for act in journey.acts:
            if isinstance(act, Send):
                assert not [name for name in names if name in str(act.preview)]
                assert act.preview["phone"] == world().phone_of(act.by.holder)


def test_every_organisation_that_has_cases_has_a_number_of_its_own_that_reaches_nobody() -> None:
    numbers = [world().phone_of(holder) for holder in world().organisations]

    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("01632 960") for number in numbers)


def test_some_forget_things_and_most_do_not() -> None:
    acts = [act for journey in planned("casetrack", LIVES) for act in journey.acts if isinstance(act, Record)]
    written = Counter(entry.code for act in acts for entry in act.entries)

    assert written["lead-contact"] < written["encounter"]
    assert written["lead-contact"] > 0.9 * written["encounter"]


def test_forces_open_cases_as_often_as_they_referred_people() -> None:
    openers = Counter(str(end.opening.by.holder) for end in ends_of(planned("casetrack", LIVES)))

    assert openers["metropolitan"] > openers["sussex"] > 0
    assert len([force for force in world().forces if openers[force]]) > 35
