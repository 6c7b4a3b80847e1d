"""What is recorded on a case, and what follows from it: how high the risk is, and which rules of age apply."""

from dataclasses import replace

import pytest

from casetrack.domain.case import AgeGroup
from casetrack.domain.events import MilestoneRecorded
from casetrack.domain.records import Recorded, RecordState
from tests.domain.made import EASTMARCH, actor, after, met, number, only_event, opened

EAST = actor(EASTMARCH)


def test_a_record_is_added_and_none_is_taken_away() -> None:
    first, second = met("met-in-person"), met("met-in-person", hour=2)
    now = opened().record(first, by=EAST).record(second, by=EAST)
    now = now.reopen_milestone("met-in-person", id=number(90), by=EAST, at=after(3))

    assert now.records == (
        first,
        second,
        Recorded("met-in-person", RecordState.REOPENED, None, after(3), after(3), number(90)),
    )
    assert [event.touches for event in now.events[1:]] == ["milestone:met-in-person"] * 3


def test_a_past_fact_is_dated_when_it_happened_and_its_event_when_it_was_written_down() -> None:
    event = only_event(opened().record(met("met-in-person", hour=-500, written=1), by=EAST), opened())

    assert isinstance(event, MilestoneRecorded)
    assert (event.happened, event.at) == (after(-500), after(1))


RISK = "risk-assessed"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([], False, id="nobody has assessed it"),
        pytest.param([met(RISK, "high")], True, id="assessed as high"),
        pytest.param([met(RISK, "standard")], False, id="assessed as standard"),
        pytest.param([met(RISK, "standard"), met(RISK, "high", hour=1)], True, id="assessed anew, and higher"),
        pytest.param([met(RISK, "high"), met(RISK, "medium", hour=1)], False, id="assessed anew, and lower"),
        pytest.param(
            [met(RISK, "high", hour=2), met(RISK, "standard", hour=1, written=3)], True, id="an older one written later"
        ),
        pytest.param([met("another", "high")], False, id="another milestone"),
    ],
)
def test_the_risk_is_high_while_the_last_assessment_says_so(records: list[Recorded], *, expected: bool) -> None:
    case = opened()
    for entry in records:
        case = case.record(entry, by=EAST)

    assert case.is_high_risk is expected


def test_an_assessment_that_was_a_mistake_gives_way_to_the_one_before_it() -> None:
    case = opened().record(met(RISK, "high"), by=EAST).record(met(RISK, "standard", hour=1), by=EAST)

    assert not case.is_high_risk
    assert case.reopen_milestone(RISK, id=number(90), by=EAST, at=after(2)).is_high_risk


AGE = "age-considered"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("adult", AgeGroup.ADULT),
        ("child", AgeGroup.CHILD),
        ("not_sure", AgeGroup.IN_DOUBT),
        ("age_disputed", AgeGroup.IN_DOUBT),
        (None, AgeGroup.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("first", AgeGroup)
def test_considering_the_persons_age_decides_which_rules_apply(
    outcome: str | None, expected: AgeGroup, first: AgeGroup
) -> None:
    case = opened(age_group=first)

    assert case.record(met(AGE, outcome), by=EAST).age_group is expected
    assert case.record(met("another", outcome), by=EAST).age_group is first


@pytest.mark.parametrize("state", [RecordState.NOT_APPLICABLE, RecordState.DECLINED])
def test_an_age_that_was_not_considered_stays_as_it_was(state: RecordState) -> None:
    entry = replace(met(AGE), state=state)

    assert opened(age_group=AgeGroup.CHILD).record(entry, by=EAST).age_group is AgeGroup.CHILD


def test_an_older_consideration_written_down_later_does_not_undo_the_newer() -> None:
    case = opened().record(met(AGE, "child", hour=2), by=EAST)

    assert case.record(met(AGE, "adult", hour=1, written=3), by=EAST).age_group is AgeGroup.CHILD


def test_an_age_considered_by_mistake_is_what_it_was_before_and_in_doubt_if_nothing_was() -> None:
    once = opened().record(met(AGE, "child"), by=EAST)
    twice = once.record(met(AGE, "adult", hour=1), by=EAST)
    back = twice.reopen_milestone(AGE, id=number(90), by=EAST, at=after(2))

    assert (twice.age_group, back.age_group) == (AgeGroup.ADULT, AgeGroup.CHILD)
    assert back.reopen_milestone(AGE, id=number(91), by=EAST, at=after(3)).age_group is AgeGroup.IN_DOUBT


@pytest.mark.parametrize(
    ("group", "expected"), [(AgeGroup.ADULT, "adult"), (AgeGroup.CHILD, "child"), (AgeGroup.IN_DOUBT, "child")]
)
def test_somebody_whose_age_is_in_doubt_is_treated_as_a_child(group: AgeGroup, expected: str) -> None:
    assert group.treated_as == expected
