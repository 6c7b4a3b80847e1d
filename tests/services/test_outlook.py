"""Where milestones stand: for whoever leads a strand, and in brief for lists."""

from datetime import date, timedelta

import pytest

from casetrack.domain.case import Case
from casetrack.domain.holdings import Strand
from casetrack.domain.progress import Row, Status
from casetrack.services.outlook import milestones_of, outlook_of, seen_by
from casetrack.services.ports import Outlook
from casetrack.services.transfers import decline_transfer, see_transfer, withdraw_transfer
from tests.services import acts
from tests.services.acts import BOTH, INVESTIGATION, SUPPORT, kept
from tests.world import CHARITY, EAST, NORTH, SOUTH, World


def in_lists(world: World, case: Case) -> Outlook:
    """What lists show of the case."""
    return kept(world).cases[case.id].outlook


def rows(world: World, case: Case, strands: frozenset[Strand] = BOTH) -> dict[str, Row]:
    """The milestones of the case as it is kept, with all its offers."""
    transfers = [offer.transfer for offer in kept(world).transfers.values() if offer.transfer.case == case.id]
    every = milestones_of(
        acts.kept_case(world, case).case, world.deployment, world.now, transfers=transfers, strands=strands
    )
    return {row.rule.code: row for row in every}


def test_lists_show_the_phase_and_what_is_due_first() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=SUPPORT)
    new = in_lists(world, case)
    assert (new.phase, new.due_support, new.do_now_support, new.milestone_support) == (
        *("identify", None),
        *(True, "encounter"),
    )

    acts.recorded(world, case)
    outlook = in_lists(world, case)
    assert (outlook.phase, outlook.due_support) == ("safe", world.now.date() + timedelta(days=1))
    assert (outlook.do_now_support, outlook.waiting, outlook.high_risk) == (True, False, False)


def test_what_lists_show_follows_from_the_case_alone_and_is_kept_with_every_change() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for code in ("encounter", "nrm-referral-adult"):
        now = acts.recorded(world, case, code)
        assert in_lists(world, case) == outlook_of(now, world.deployment, world.now)
    assert in_lists(world, case).waiting


def test_what_a_new_case_begins_with_is_to_be_done_by_whoever_looks_after_the_person() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    outlook = in_lists(world, case)
    assert (outlook.do_now_support, outlook.milestone_support) == (True, "encounter")
    assert (outlook.do_now_investigation, outlook.milestone_investigation) == (False, None)
    assert rows(world, case, SUPPORT)["encounter"].status is Status.DO_NOW
    assert rows(world, case, INVESTIGATION)["encounter"].status is Status.NOT_STARTED


def test_high_risk_is_what_the_last_assessment_said() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.recorded(world, case, "risk-assessed", "high")
    assert in_lists(world, case).high_risk
    acts.recorded(world, case, "risk-assessed", "medium")
    assert not in_lists(world, case).high_risk


def test_the_lead_of_support_waits_for_the_police_and_the_police_for_everybody_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    for code in ("encounter", "nrm-referral-adult", "police-told"):
        acts.recorded(world, case, code)

    def waited_for(strands: frozenset[Strand]) -> set[str]:
        found = rows(world, case, strands)
        return {row.rule.responsible.value for row in found.values() if row.status is Status.WAITING}

    assert waited_for(BOTH) == {"competent_authority"}
    assert waited_for(SUPPORT) == {"competent_authority", "police_force"}
    assert waited_for(INVESTIGATION) == {"competent_authority", "first_responder", "lead_contact"}


def test_a_force_that_only_investigates_does_all_of_it_while_nobody_else_leads() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world, strands=INVESTIGATION))
    assert rows(world, case, INVESTIGATION)["risk-assessed"].status is Status.DUE
    assert in_lists(world, case).due_investigation is not None


def test_where_each_strand_has_its_lead_each_is_shown_what_is_its_own_to_do() -> None:
    world = World.in_memory()
    case = acts.recorded(world, acts.opened(world))
    acts.moved(world, case, CHARITY, SUPPORT)

    outlook = in_lists(world, case)
    assert outlook.due_support is not None
    assert outlook.due_investigation is None
    assert (outlook.milestone_support, outlook.milestone_investigation) == ("urgent-medical", None)
    assert (outlook.do_now_support, outlook.do_now_investigation) == (True, False)


@pytest.mark.parametrize(
    ("strands", "sides"),
    [
        (frozenset[Strand](), {"both"}),
        (SUPPORT, {"both", "support"}),
        (INVESTIGATION, {"both", "investigation"}),
        (BOTH, {"both", "support", "investigation"}),
    ],
    ids=["neither", "support", "investigation", "both"],
)
def test_workers_see_what_is_for_their_strands(strands: frozenset[Strand], sides: set[str]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    assert {row.rule.visible_to.value for row in seen_by(rows(world, case).values(), strands)} == sides


def test_an_offer_starts_and_ends_the_clocks_that_wait_for_its_states() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    assert rows(world, case)["transfer-seen"].status is Status.NOT_STARTED

    offer = acts.offered(world, case, SOUTH)
    assert rows(world, case)["transfer-seen"].started_at == offer.sent_at
    with world.work("receiver") as work:
        see_transfer(work, offer.id)
    assert rows(world, case)["transfer-seen"].status is Status.MET
    with world.work("receiving-lead") as work:
        decline_transfer(work, offer.id, "duplicate", seen=None)
    decision = rows(world, case)["transfer-decision"]
    assert (decision.status, decision.outcome, decision.met_at) == (Status.MET, "declined", world.now)


def test_an_offer_that_was_withdrawn_unseen_was_never_seen() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH)
    with world.work("lead") as work:
        withdraw_transfer(work, offer.id, seen=None)

    found = rows(world, case)
    assert found["transfer-seen"].status is not Status.MET
    assert found["transfer-decision"].outcome == "withdrawn"


def before_saint_andrews_day(strands: frozenset[Strand]) -> tuple[World, Case]:
    """A person who was referred on Friday 27 November 2026: the Monday after it is a holiday in Scotland alone."""
    world = World.in_memory()
    world.now += timedelta(days=7)
    return world, acts.recorded(world, acts.opened(world, strands=strands), "nrm-referral-adult")


@pytest.mark.parametrize("strands", [SUPPORT, INVESTIGATION], ids=acts.called)
def test_a_clock_keeps_the_rules_of_the_nation_that_it_started_in(strands: frozenset[Strand]) -> None:
    world, case = before_saint_andrews_day(strands)
    monday = date(2026, 11, 30)
    assert rows(world, case)["ca-acknowledged"].due_on == monday

    acts.moved(world, case, EAST, strands)
    assert acts.kept_case(world, case).case.nation == "Scotland"
    assert rows(world, case)["ca-acknowledged"].due_on == monday

    acts.moved(world, case, NORTH, strands, by="scottish-lead")
    acts.moved(world, case, EAST, strands)
    assert rows(world, case)["ca-acknowledged"].due_on == monday


def test_a_clock_that_starts_in_scotland_keeps_its_holidays_after_the_person_came_to_england() -> None:
    world = World.in_memory()
    world.now += timedelta(days=7)
    case = acts.opened(world, "scottish-lead", INVESTIGATION)
    acts.recorded(world, case, "nrm-referral-adult", by="scottish-lead")
    tuesday = date(2026, 12, 1)
    assert rows(world, case)["ca-acknowledged"].due_on == tuesday

    acts.moved(world, case, NORTH, INVESTIGATION, by="scottish-lead")
    assert rows(world, case)["ca-acknowledged"].due_on == tuesday
