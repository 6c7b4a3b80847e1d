"""What is refused when somebody records a milestone or a dated fact."""

from functools import partial

import pytest

from casetrack.domain.catalogue import SEALED_FACTS, ClockEvent, MilestoneRule, Side
from casetrack.domain.errors import NotOurPart, RuleBroken
from casetrack.domain.holdings import Strand
from casetrack.domain.milestone_refusals import (
    FutureDate,
    NothingToReopen,
    UnknownMilestone,
    UnknownOutcome,
    check_record,
    check_reopening,
    check_strand,
    recordable,
)
from casetrack.domain.records import Recorded, RecordState
from tests.domain.made import refused_by
from tests.domain.milestones import CATALOGUE, on_day, reopened, said

DECISION = CATALOGUE.rules["rg-decision"]
ENCOUNTER = CATALOGUE.rules["encounter"]
REPORT = CATALOGUE.events["police-report"]


@pytest.mark.parametrize("days_ago", [0, 1, 400, 40_000])
def test_a_past_fact_is_recorded_never_refused(days_ago: int) -> None:
    check_record(DECISION, "positive", on_day(-days_ago), on_day(0))


def test_a_date_before_a_minimum_is_recorded() -> None:
    check_record(CATALOGUE.rules["cg-decision"], "positive", on_day(1), on_day(2))


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("encounter", []),
        ("risk-assessed", []),
        ("safe-place-tonight", []),
        ("urgent-medical", []),
        ("adult-safeguarding", [Strand.INVESTIGATION]),
        ("journey-plan", [Strand.INVESTIGATION]),
        ("crime-ref-shared", [Strand.SUPPORT]),
        ("vc-bail-update", [Strand.SUPPORT]),
    ],
)
def test_a_milestone_of_a_strand_is_refused_to_whoever_has_only_the_other(code: str, refused: list[Strand]) -> None:
    rule = CATALOGUE.rules[code]

    assert [each for each in Strand if refused_by(partial(check_strand, rule, {each}))] == refused
    assert refused_by(lambda: check_strand(rule, frozenset(Strand))) is None


def test_a_dated_fact_is_of_no_strand() -> None:
    check_strand(REPORT, frozenset())


@pytest.mark.parametrize("code", CATALOGUE.rules)
def test_nothing_of_one_strand_is_anybody_elses(code: str) -> None:
    rule = CATALOGUE.rules[code]
    others = [each for each in Strand if rule.strand not in (Side.BOTH, each.value)]

    assert [each for each in Strand if refused_by(partial(check_strand, rule, {each})) is NotOurPart] == others


def test_what_has_not_happened_yet_is_refused() -> None:
    with pytest.raises(FutureDate):
        check_record(DECISION, "positive", on_day(0.01), on_day(0))


@pytest.mark.parametrize("outcome", ["maybe", "", None])
def test_an_outcome_that_the_milestone_does_not_have_is_refused(outcome: str | None) -> None:
    with pytest.raises(UnknownOutcome) as refused:
        check_record(DECISION, outcome, on_day(0), on_day(1))

    assert refused.value.facts == {"code": "rg-decision"}


@pytest.mark.parametrize("about", [ENCOUNTER, REPORT])
def test_what_has_no_outcomes_is_recorded_without_one(about: MilestoneRule | ClockEvent) -> None:
    check_record(about, None, on_day(0), on_day(1))

    with pytest.raises(UnknownOutcome):
        check_record(about, "positive", on_day(0), on_day(1))


@pytest.mark.parametrize("state", [RecordState.NOT_APPLICABLE, RecordState.DECLINED, RecordState.REOPENED])
def test_only_a_milestone_that_is_met_has_an_outcome(state: RecordState) -> None:
    check_record(DECISION, None, on_day(0), on_day(1), state)

    with pytest.raises(UnknownOutcome):
        check_record(DECISION, "positive", on_day(0), on_day(1), state)


def test_milestones_and_dated_facts_may_be_recorded() -> None:
    assert recordable(CATALOGUE, "rg-decision") is DECISION
    assert recordable(CATALOGUE, "police-report") is REPORT


@pytest.mark.parametrize("code", ["unheard-of", "transfer=accepted", "rg-decision=positive", ""])
def test_nothing_else_may_be_recorded(code: str) -> None:
    with pytest.raises(UnknownMilestone):
        recordable(CATALOGUE, code)


def test_what_stands_on_the_record_can_be_reopened() -> None:
    check_reopening("rg-decision", (said("rg-decision", "positive"), said("encounter")))


@pytest.mark.parametrize(
    "recorded",
    [(), (said("encounter"),), (said("rg-decision", "positive"), reopened("rg-decision", day=1))],
)
def test_what_is_open_already_cannot_be_reopened(recorded: tuple[Recorded, ...]) -> None:
    with pytest.raises(NothingToReopen):
        check_reopening("rg-decision", recorded)


@pytest.mark.parametrize("refusal", [FutureDate, NothingToReopen, UnknownMilestone, UnknownOutcome])
def test_every_refusal_is_a_broken_rule_with_a_sentence_of_its_own(refusal: type[RuleBroken]) -> None:
    assert issubclass(refusal, RuleBroken)
    assert refusal.sentence != RuleBroken.sentence


@pytest.mark.parametrize("code", sorted(SEALED_FACTS))
def test_what_a_birthday_could_be_told_from_is_nobodys_to_record(code: str) -> None:
    with pytest.raises(UnknownMilestone):
        recordable(CATALOGUE, code)
