"""Milestones: listed as they stand, recorded with a note, and reopened with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.domain.actors import Auth
from casetrack.domain.case import AgeGroup, Case
from casetrack.domain.errors import CaseIsClosed, NotOurPart, NotPermitted, ReasonNeeded, Stale
from casetrack.domain.holdings import Part
from casetrack.domain.milestone_refusals import FutureDate, NothingToReopen, UnknownMilestone, UnknownOutcome
from casetrack.domain.progress import Row, Status
from casetrack.domain.records import RecordState
from casetrack.services.cases import close_case
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import NewRecord, list_milestones, record_milestone, reopen_milestone
from tests.services import acts
from tests.services.acts import INVESTIGATION, REVEALING, SUPPORT, kept
from tests.world import CHARITY, SOUTH, START, World


def record(world: World, case: Case, new: NewRecord, by: str = "worker") -> Case:
    with world.work(by) as work:
        return record_milestone(work, case.reference, new, seen=None)


def met(code: str = "encounter", outcome: str | None = None, note: str = "") -> NewRecord:
    return NewRecord(code=code, state=RecordState.MET, outcome=outcome, at=START, note=note)


def rows(world: World, case: Case, by: str = "worker") -> dict[str, Row]:
    with world.work(by) as work:
        return {row.rule.code: row for row in list_milestones(work, case.reference).rows}


def reopen(world: World, case: Case, code: str = "encounter", purpose: Purpose = REVEALING, by: str = "worker") -> Case:
    with world.work(by, purpose) as work:
        return reopen_milestone(work, case.reference, code, seen=None)


def test_what_is_recorded_meets_the_milestone_and_starts_the_clocks_that_wait_for_it() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = rows(world, case)
    record(world, case, met())

    after = rows(world, case)
    assert (before["encounter"].status, after["encounter"].status) == (Status.DO_NOW, Status.MET)
    assert (before["risk-assessed"].status, after["risk-assessed"].status) == (Status.NOT_STARTED, Status.DUE)


def test_a_dated_fact_is_recorded_as_one_whatever_state_was_said() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met("found-missing"))

    assert case.records[-1].state is RecordState.FACT
    assert rows(world, case)["missing-reported"].started_at == START


def test_a_note_lies_with_its_record_and_is_read_beside_it() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met(note="Likes to sit by the door."))
    record(world, case, met("lead-contact", note="Her cousin, at work."))

    with world.work("lead") as work:
        notes = list_milestones(work, case.reference).notes
    assert notes[case.records[-1].id] == "Likes to sit by the door."
    assert len(notes) == 2


def test_the_look_at_milestones_names_the_notes_that_were_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = len(kept(world).entries)
    rows(world, case)
    record(world, case, met(note="Likes to sit by the door."))
    rows(world, case)

    looks = [entry for entry in acts.journalled(world, before) if entry["event"] == "Consulted"]
    assert [(look["fields"], look["detail"]["values"]) for look in looks] == [([], 0), (["support-note"], 1)]


def test_a_token_sees_milestones_and_no_note_of_them() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met(note="Likes to sit by the door."))
    before = len(kept(world).entries)
    with acts.acting(world, replace(world.actor("worker"), auth=Auth.TOKEN)) as work:
        found = list_milestones(work, case.reference)

    assert found.rows
    assert found.notes == {}
    assert acts.journalled(world, before)[0]["fields"] == []


def test_the_note_of_a_force_that_only_investigates_is_the_investigations() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=INVESTIGATION)
    case = record(world, case, met(note="What was found at the flat."))

    assert [value.part for value in acts.values_of(world, case, Part.INVESTIGATION)] == ["investigation"]
    with world.work("worker") as work:
        assert [*list_milestones(work, case.reference).notes.values()] == ["What was found at the flat."]


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (met("no-such-thing"), UnknownMilestone),
        (met("transfer"), UnknownMilestone),
        (met("encounter", "adult"), UnknownOutcome),
        (met("age-considered"), UnknownOutcome),
        (met("age-considered", "ancient"), UnknownOutcome),
        (NewRecord(code="encounter", state=RecordState.MET, outcome=None, at=START + timedelta(days=1)), FutureDate),
    ],
)
def test_what_cannot_be_is_not_recorded(new: NewRecord, refusal: type[Exception]) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(refusal):
        record(world, case, new)
    assert acts.kept_case(world, case).case == case


def test_a_milestone_of_the_other_strand_does_not_exist() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    with pytest.raises(UnknownMilestone):
        record(world, case, met("journey-plan"), "worker")
    with pytest.raises(UnknownMilestone):
        record(world, case, met("vc-bail-update", "told"), "charity-worker")
    with pytest.raises(UnknownMilestone):
        reopen(world, case, "journey-plan")
    record(world, case, met("journey-plan"), "charity-worker")
    assert "journey-plan" not in rows(world, case)
    assert rows(world, case, "charity-worker")["journey-plan"].status is Status.MET


@pytest.mark.parametrize(
    ("by", "theirs", "others"),
    [("worker", "crime-ref-shared", "adult-safeguarding"), ("charity-worker", "advocate-offered", "crime-ref-shared")],
    ids=["the investigation", "the support"],
)
def test_a_milestone_of_a_strand_is_recorded_and_opened_again_by_whoever_has_it(
    by: str, theirs: str, others: str
) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)
    skipped = NewRecord(code=others, state=RecordState.NOT_APPLICABLE, outcome=None, at=START)

    assert others in rows(world, case, by)
    with pytest.raises(NotOurPart):
        record(world, case, skipped, by)
    record(world, case, replace(skipped, code=theirs), by)
    record(world, case, skipped, "charity-worker" if by == "worker" else "worker")
    with pytest.raises(NotOurPart):
        reopen(world, case, others, by=by)
    reopen(world, case, theirs, by=by)


@pytest.mark.parametrize("by", ["worker", "charity-worker"])
def test_what_is_of_the_whole_case_and_a_dated_fact_are_recorded_by_whoever_has_any_of_it(by: str) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, CHARITY, SUPPORT)

    record(world, case, met("risk-assessed", "high"), by)
    assert record(world, case, met("found-missing"), by).records[-1].state is RecordState.FACT


def test_a_milestone_of_a_strand_that_the_case_has_not_is_nobodys() -> None:
    world = World.in_memory()
    case = acts.opened(world, strands=SUPPORT)
    with pytest.raises(NotOurPart):
        record(world, case, met("crime-ref-shared"))


def test_considering_the_age_changes_which_rules_of_age_apply() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met("age-considered", "child"))

    assert case.age_group is AgeGroup.CHILD
    assert "child-social-care" in rows(world, case)


def test_a_milestone_is_open_again_and_what_was_recorded_stays() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met())
    reopened = reopen(world, case)

    assert rows(world, case)["encounter"].status is Status.DO_NOW
    assert [entry.state for entry in reopened.records] == [RecordState.MET, RecordState.REOPENED]
    payload = acts.events(world, "MilestoneReopened")[-1]
    assert payload["purpose"] == REVEALING.code
    assert payload["words"] is not None


def test_only_what_stands_is_reopened_and_with_a_reason() -> None:
    world = World.in_memory()
    case = record(world, acts.opened(world), met())
    with pytest.raises(ReasonNeeded):
        reopen(world, case, purpose=CASEWORK)
    attempt = acts.events(world)[-1]
    assert (attempt["event"], attempt["action"], attempt["refusal"]) == ("Refused", "milestone:reopen", "ReasonNeeded")
    assert attempt["detail"]["reference"] == case.reference
    with pytest.raises(NothingToReopen):
        reopen(world, case, "lead-contact")
    with pytest.raises(UnknownMilestone):
        reopen(world, case, "no-such-thing")
    reopen(world, case)
    with pytest.raises(NothingToReopen):
        reopen(world, case)


def test_two_people_who_record_the_same_milestone_get_in_each_others_way_and_no_others() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    record(world, case, met())

    with pytest.raises(Stale), world.work("lead") as work:
        record_milestone(work, case.reference, met(), seen=case.version)
    with world.work("lead") as work:
        record_milestone(work, case.reference, met("lead-contact"), seen=case.version)


def test_nothing_is_recorded_of_a_closed_case_or_by_a_former_holder() -> None:
    world = World.in_memory()
    closed, passed = acts.opened(world), acts.opened(world)
    with world.work("lead") as work:
        close_case(work, closed.reference, "support-complete", seen=None)
    acts.moved(world, passed, SOUTH)

    with pytest.raises(CaseIsClosed):
        record(world, closed, met())
    with pytest.raises(NotPermitted):
        record(world, passed, met())
    assert acts.kept_case(world, closed).case.records == ()


def test_the_steps_of_a_transfer_meet_the_milestones_of_transfers() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    offer = acts.offered(world, case, SOUTH, SUPPORT)
    sent = rows(world, case)
    acts.accepted(world, offer)
    taken = rows(world, case, "receiver")

    assert sent["transfer-decision"].started_at == offer.sent_at
    assert taken["first-contact-new"].started_at == world.now - timedelta(minutes=1)
    assert kept(world).transfers[offer.id].transfer.answered_at == taken["first-contact-new"].started_at
