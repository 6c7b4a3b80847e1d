"""The strand that a case lacks, begun by whoever leads the other: its holding, its key, its milestones, its event."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth
from casetrack.domain.case import BeginReason, Case
from casetrack.domain.errors import (
    AgreementUnknown,
    CaseIsClosed,
    CasetrackError,
    HolderNotInForce,
    NotFound,
    OfferOpen,
    PassedOn,
    ReasonNeeded,
    Stale,
    StrandExists,
    StrandNeedsForce,
)
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.progress import Status
from casetrack.services.cases import (
    begin_strand,
    close_case,
    open_case,
    permitted_now,
    place_case,
    prepare_strand,
    view_held,
)
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import list_milestones
from casetrack.services.outlook import milestones_of
from casetrack.services.ports import Outlook
from tests.domain.made import lacking
from tests.services import acts
from tests.services.acts import INVESTIGATION, SUPPORT, kept
from tests.services.everything import Everything
from tests.world import CHARITY, EAST, HOLDERS, NORTH, SOUTH, World, a_new_case

WHY = Purpose(CASEWORK.code, "Somebody else is in danger where the person was kept.")
BOTH_WAYS = pytest.mark.parametrize("had", [SUPPORT, INVESTIGATION], ids=acts.called)


def begun(
    world: World,
    case: Case,
    by: str = "worker",
    reason: BeginReason | None = BeginReason.AGREED,
    *,
    purpose: Purpose = CASEWORK,
    seen: int | None = None,
) -> Case:
    """The case, once the account has begun the strand that it lacks."""
    with world.work(by, purpose) as work:
        return begin_strand(work, case.reference, lacking(case), reason, seen=seen)


def in_lists(world: World, case: Case) -> Outlook:
    """What lists show of the case."""
    return kept(world).cases[case.id].outlook


# Who is responsible, and whose keys open what.


@BOTH_WAYS
def test_the_strand_has_a_lead_a_worker_and_a_key_from_that_instant(had: frozenset[Strand]) -> None:
    world = World.in_memory()
    before = acts.opened(world, "worker", had)
    keys = acts.live_keys(world, before)
    case = begun(world, before, "lead", seen=before.version)
    new = STRAND_PARTS[lacking(before)]

    assert case.holdings.leads == dict.fromkeys(Strand, NORTH.code)
    assert case.workers[lacking(before)] == acts.account("lead")
    assert [row.since for row in case.holdings.rows if row.part is new] == [world.now]
    assert acts.kept_case(world, case).case == case
    live = acts.live_keys(world, case)
    assert {part: key for part, key in live.items() if part is not new} == keys
    assert live[new].number == 1 + max(key.number for key in keys.values())
    assert acts.wrapped_for(world, case, live[new].number) == {NORTH.code}


@BOTH_WAYS
def test_what_is_written_of_the_strand_afterwards_is_sealed_and_opened_under_its_own_key(
    had: frozenset[Strand],
) -> None:
    world = World.in_memory()
    case = begun(world, acts.opened(world, "worker", had))
    acts.moved(world, case, SOUTH, had)
    acts.recorded(world, case, note="She will speak to an officer.")
    new = STRAND_PARTS[next(iter(frozenset(Strand) - had))]

    assert [value.part for value in acts.values_of(world, case, Part.SUPPORT, Part.INVESTIGATION)] == [new]
    for name, notes in (("lead", ["She will speak to an officer."]), ("receiving-lead", [])):
        with world.work(name) as work:
            assert list(list_milestones(work, case.reference).notes.values()) == notes


def test_a_strand_that_has_begun_is_handed_on_and_its_beginner_opens_it_no_more() -> None:
    world = World.in_memory()
    case = begun(world, acts.opened(world, "worker", SUPPORT))
    before = acts.live_keys(world, case)[Part.INVESTIGATION]
    case = acts.moved(world, case, SOUTH, INVESTIGATION)
    after = acts.live_keys(world, case)[Part.INVESTIGATION]

    assert case.holdings.leads == {Strand.SUPPORT: NORTH.code, Strand.INVESTIGATION: SOUTH.code}
    assert after.number > before.number
    assert acts.wrapped_for(world, case, before.number) == set()
    assert acts.wrapped_for(world, case, after.number) == {SOUTH.code}


def test_a_strand_that_was_taken_over_is_ground_enough_for_the_other() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world, "charity-worker", SUPPORT), SOUTH, SUPPORT, by="charity-lead")
    case = begun(world, case, "receiver")

    assert case.holdings.leads == dict.fromkeys(Strand, SOUTH.code)
    assert case.holdings.ever_held_by(CHARITY.code)


@BOTH_WAYS
def test_everything_that_is_kept_of_it_verifies(had: frozenset[Strand]) -> None:
    world = World.in_memory()
    case = begun(world, acts.opened(world, "worker", had))

    assert len(kept(world).cases[case.id].case.holdings.rows) == 4
    assert Everything.of(world).findings(world) == []


# What is on the journal.


@pytest.mark.parametrize(
    ("reason", "purpose", "has_words"),
    [
        (BeginReason.AGREED, CASEWORK, False),
        (BeginReason.AGREED, WHY, True),
        (BeginReason.WITHOUT_AGREEMENT, WHY, True),
    ],
)
def test_on_what_ground_it_began_is_on_the_journal_and_the_words_are_sealed(
    reason: BeginReason,
    purpose: Purpose,
    has_words: bool,  # noqa: FBT001 - whether somebody wrote something
) -> None:
    world = World.in_memory()
    case = begun(world, acts.opened(world, "worker", SUPPORT), reason=reason, purpose=purpose)
    (payload,) = acts.events(world, "StrandBegun")

    assert (payload["action"], payload["case_version"]) == ("strand:begin", case.version)
    assert payload["detail"] == {"strand": "investigation", "holder": "north", "reason": reason.value}
    assert (payload["holders_then"], payload["recipients"]) == ([NORTH.code], [])
    assert (payload["words"] is not None) is has_words
    assert payload["seal_digest"] == acts.kept_case(world, case).seal.digest.hex()
    assert WHY.words.encode() not in kept(world).entries[-1].payload


def test_support_has_no_ground_on_the_journal() -> None:
    world = World.in_memory()
    begun(world, acts.opened(world, "worker", INVESTIGATION), reason=None)

    assert acts.events(world, "StrandBegun")[0]["detail"]["reason"] is None


# Milestones.


def test_what_the_police_owe_is_there_from_the_instant_that_the_investigation_begins() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world, "worker", SUPPORT), "police-told")
    told = case.records[-1].at
    assert in_lists(world, case).due_investigation is None
    assert "crime-recorded" not in {row.rule.code for row in milestones_of(case, world.deployment, world.now)}

    case = begun(world, case)
    rows = {row.rule.code: row for row in milestones_of(case, world.deployment, world.now)}
    assert in_lists(world, case).due_investigation == (told + timedelta(hours=24)).date()
    assert (rows["crime-recorded"].status, rows["crime-recorded"].started_at) == (Status.DUE, told)


def test_what_support_owes_is_there_from_the_instant_that_it_begins() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world, "worker", INVESTIGATION))
    assert (in_lists(world, case).due_support is None) is False, "both strands have milestones in common"
    assert "adult-safeguarding" not in {row.rule.code for row in milestones_of(case, world.deployment, world.now)}

    case = begun(world, case)
    assert "adult-safeguarding" in {row.rule.code for row in milestones_of(case, world.deployment, world.now)}
    with world.work("worker") as work:
        assert "adult-safeguarding" in {row.rule.code for row in list_milestones(work, case.reference).rows}


def test_the_phase_is_where_it_was() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world, "worker", SUPPORT))
    before = in_lists(world, case).phase

    assert in_lists(world, begun(world, case)).phase == before == "safe"


def test_a_clock_that_ran_before_support_began_keeps_the_nation_that_it_started_in() -> None:
    world = World.in_memory()
    world.now += timedelta(days=7)
    case = acts.recorded(world, acts.opened(world, "worker", INVESTIGATION), "nrm-referral-adult")
    case = acts.moved(world, case, EAST, INVESTIGATION)
    england = {row.rule.code: row.due for row in milestones_of(case, world.deployment, world.now)}
    case = begun(world, case, "scottish-lead")
    now = {row.rule.code: row.due for row in milestones_of(case, world.deployment, world.now)}

    assert case.nation == "Scotland"
    assert now["ca-acknowledged"] == england["ca-acknowledged"]


# What is refused.


def refused(world: World, case: Case, by: str = "worker", reason: BeginReason = BeginReason.AGREED) -> str:
    """The name of what the account is refused by; nothing is left but that it was."""
    before = kept(world).copy()
    with pytest.raises(CasetrackError) as caught:
        begun(world, case, by, reason)
    assert replace(kept(world), entries=before.entries) == before
    assert acts.names_of(acts.journalled(world, len(before.entries))) == ["Refused"]
    return type(caught.value).__name__


def test_neither_strand_begins_twice() -> None:
    world = World.in_memory()
    case = begun(world, acts.opened(world, "worker", SUPPORT))

    assert refused(world, case) == StrandExists.__name__


def test_a_partner_begins_no_investigation() -> None:
    world = World.in_memory()

    assert refused(world, acts.opened(world, "charity-worker", SUPPORT), "charity-lead") == StrandNeedsForce.__name__


@pytest.mark.parametrize("name", ["receiver", "charity-lead", "auditor", "administrator"])
def test_a_case_of_others_is_absent(name: str) -> None:
    world = World.in_memory()

    assert refused(world, acts.opened(world, "worker", SUPPORT), name) == NotFound.__name__


def test_whoever_passed_the_one_strand_on_does_not_begin_the_other() -> None:
    world = World.in_memory()
    case = acts.moved(world, acts.opened(world, "worker", SUPPORT), SOUTH, SUPPORT)

    assert refused(world, case) == PassedOn.__name__


@pytest.mark.parametrize("offered", [SUPPORT, INVESTIGATION, acts.BOTH, acts.INFORMATION_ONLY], ids=acts.called)
def test_nothing_begins_while_an_offer_waits_whatever_it_moves(offered: frozenset[Strand]) -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", SUPPORT)
    acts.offered(world, case, SOUTH, offered)

    assert refused(world, case) == OfferOpen.__name__


def test_in_a_closed_case_nothing_begins() -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", SUPPORT)
    with world.work("worker") as work:
        case = close_case(work, case.reference, "support-complete", seen=None)

    assert refused(world, case) == CaseIsClosed.__name__


@pytest.mark.parametrize("words", ["", "  \n"])
def test_an_investigation_without_agreement_needs_words(words: str) -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", SUPPORT)

    with pytest.raises(ReasonNeeded):
        begun(world, case, reason=BeginReason.WITHOUT_AGREEMENT, purpose=Purpose(CASEWORK.code, words))
    with pytest.raises(AgreementUnknown):
        begun(world, case, reason=None)


def test_a_page_from_before_somebody_else_began_it_is_out_of_date() -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", SUPPORT)
    begun(world, case, "lead", seen=case.version)

    with pytest.raises(Stale):
        begun(world, case, seen=case.version)
    with pytest.raises(Stale), world.work("worker") as work:
        place_case(work, case.reference, case.areas, seen=case.version)


def test_an_organisation_that_has_ended_begins_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", SUPPORT)
    ended = replace(NORTH, valid_to=world.now.date() - timedelta(days=1))
    others = [each for each in HOLDERS if each is not NORTH]
    world.deployment = replace(world.deployment, holders=Holders.of([ended, *others]))

    with pytest.raises(HolderNotInForce):
        begun(world, case)


def test_a_token_begins_a_strand_as_it_opens_a_case() -> None:
    world = World.in_memory()
    with acts.acting(world, world.actor("worker", Auth.TOKEN)) as work:
        case = open_case(work, a_new_case(SUPPORT))
        case = begin_strand(work, case.reference, Strand.INVESTIGATION, BeginReason.AGREED, seen=case.version)

    assert case.holdings.strands == acts.BOTH


# The page.


@BOTH_WAYS
def test_the_page_asks_for_the_strand_that_the_case_lacks(had: frozenset[Strand]) -> None:
    world = World.in_memory()
    case = acts.opened(world, "worker", had)

    with world.work("worker") as work:
        overview, strand = prepare_strand(work, case.reference)
    assert (overview.case, {strand}) == (case, set(Strand) - had)


def test_the_page_refuses_at_once_what_would_be_refused_anyway() -> None:
    world = World.in_memory()
    both, offered = acts.opened(world), acts.opened(world, "worker", SUPPORT)
    charitys = acts.opened(world, "charity-worker", SUPPORT)
    acts.offered(world, offered, SOUTH, SUPPORT)

    for name, case, refusal in (
        ("worker", both, StrandExists),
        ("worker", offered, OfferOpen),
        ("charity-worker", charitys, StrandNeedsForce),
        ("receiver", both, NotFound),
    ):
        with pytest.raises(refusal), world.work(name) as work:
            prepare_strand(work, case.reference)


def test_only_who_can_begin_a_strand_has_a_button_for_it() -> None:
    world = World.in_memory()
    cases = {
        "worker": acts.opened(world, "worker", SUPPORT),
        "lead": acts.opened(world, "lead"),
        "charity-worker": acts.opened(world, "charity-worker", SUPPORT),
    }
    has = {}
    for name, case in cases.items():
        with world.work(name) as work:
            may = permitted_now(work.actor, view_held(work, case.reference), work.deployment.holders)
        assert Action.CASE_PLACE in may
        has[name] = Action.STRAND_BEGIN in may

    assert has == {"worker": True, "lead": False, "charity-worker": False}
