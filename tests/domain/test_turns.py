"""Each time a clock started, and what ended it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.catalogue import MilestoneRule
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.turns import STILL_TO_COME, Mark, Turn, turns_of
from tests.domain.milestones import fact, rule_of, said

AGAIN = rule_of()
ONCE = rule_of(repeatable="no")
EVERY = rule_of(limit_kind="repeat")
Marks = list[tuple[Mark, Recorded]]


def start(day: float) -> tuple[Mark, Recorded]:
    return Mark.START, fact("met-them", day=day)


def met(
    day: float, outcome: str | None = None, *, state: RecordState = RecordState.MET, written: float | None = None
) -> tuple[Mark, Recorded]:
    return Mark.RECORD, said("asked", outcome, day=day, state=state, written=written)


def stop(day: float) -> tuple[Mark, Recorded]:
    return Mark.STOP, fact("moved-away", day=day)


def drawn(turns: tuple[Turn, ...]) -> list[tuple[Recorded | None, Recorded | None]]:
    return [(turn.started_by, turn.ended_by) for turn in turns]


def test_nothing_that_happened_is_no_turn() -> None:
    assert turns_of(AGAIN, []) == ()


def test_a_turn_begins_with_its_event_and_ends_with_its_record() -> None:
    first, second = start(1), met(2)

    (turn,) = turns_of(AGAIN, [second, first])

    assert turn == Turn(1, first[1], ended_by=second[1])
    assert turn.started_at == first[1].at
    assert not turn.is_open


def test_each_later_event_starts_a_turn_of_its_own() -> None:
    marks = [start(1), met(2), start(5)]

    turns = turns_of(AGAIN, marks)

    assert [turn.number for turn in turns] == [1, 2]
    assert drawn(turns) == [(marks[0][1], marks[1][1]), (marks[2][1], None)]


def test_a_record_ends_every_turn_that_was_open_when_it_happened() -> None:
    marks = [start(1), start(3), met(5), start(7)]

    assert drawn(turns_of(AGAIN, marks)) == [
        (marks[0][1], marks[2][1]),
        (marks[1][1], marks[2][1]),
        (marks[3][1], None),
    ]


def test_what_can_happen_once_has_one_turn() -> None:
    marks = [start(1), start(3)]

    assert drawn(turns_of(ONCE, marks)) == [(marks[0][1], None)]


def test_what_can_happen_once_is_not_opened_by_an_event_that_comes_after_the_record() -> None:
    marks = [met(1), start(30)]

    assert drawn(turns_of(ONCE, marks)) == [(marks[1][1], marks[0][1])]


def test_the_last_word_counts_on_what_can_happen_once() -> None:
    marks = [start(1), met(2, "yes"), met(3, "no")]

    assert drawn(turns_of(ONCE, marks)) == [(marks[0][1], marks[2][1])]


def test_a_second_record_of_what_repeats_is_a_turn_without_a_clock() -> None:
    marks = [start(1), met(2, "no"), met(9, "yes")]

    assert drawn(turns_of(AGAIN, marks)) == [(marks[0][1], marks[1][1]), (None, marks[2][1])]


def test_a_record_without_a_clock_is_a_turn() -> None:
    marks = [met(2)]

    (turn,) = turns_of(AGAIN, marks)

    assert drawn((turn,)) == [(None, marks[0][1])]
    assert turn.started_at is None


def test_a_record_and_the_event_of_the_same_day_belong_together_whichever_came_first() -> None:
    marks = [met(2), start(2.2)]

    assert drawn(turns_of(AGAIN, marks)) == [(marks[1][1], marks[0][1])]


def test_a_record_and_an_event_at_the_same_instant_belong_together() -> None:
    marks = [met(2, written=1), start(2)]

    assert drawn(turns_of(AGAIN, marks)) == [(marks[1][1], marks[0][1])]


def test_a_record_of_an_earlier_day_does_not_meet_a_later_turn() -> None:
    marks = [met(2), start(3)]

    assert drawn(turns_of(AGAIN, marks)) == [(None, marks[0][1]), (marks[1][1], None)]


def test_a_record_that_ended_one_turn_does_not_meet_another_of_the_same_day() -> None:
    marks = [start(1), met(1.1), start(1.2)]

    assert drawn(turns_of(AGAIN, marks)) == [(marks[0][1], marks[1][1]), (marks[2][1], None)]


def test_what_did_not_apply_before_anything_started_does_not_apply_when_it_does() -> None:
    marks = [met(2, state=RecordState.NOT_APPLICABLE), start(30), start(60)]

    assert drawn(turns_of(AGAIN, marks)) == [(marks[1][1], marks[0][1]), (marks[2][1], None)]


@pytest.mark.parametrize("outcome", sorted(STILL_TO_COME))
def test_an_outcome_that_is_still_to_come_leaves_the_turn_open(outcome: str) -> None:
    marks = [start(1), met(2, outcome)]

    assert turns_of(AGAIN, marks) == (Turn(1, marks[0][1], said=marks[1][1]),)


@pytest.mark.parametrize("outcome", ["unsafe_to_write", "unsafe_to_tell", "could_not_contact", "declined", None])
def test_any_other_outcome_meets_it(outcome: str | None) -> None:
    (turn,) = turns_of(AGAIN, [start(1), met(2, outcome)])

    assert not turn.is_open


def test_what_is_still_to_come_starts_a_turn_that_nothing_had_started() -> None:
    marks = [met(2, "wants_time"), met(5, "consented")]

    assert turns_of(AGAIN, marks) == (Turn(1, marks[0][1], said=marks[0][1], ended_by=marks[1][1]),)


def test_what_is_still_to_come_is_noted_on_what_can_happen_once() -> None:
    marks = [start(1), met(2), met(3, "later")]

    assert turns_of(ONCE, marks) == (Turn(1, marks[0][1], said=marks[2][1], ended_by=marks[1][1]),)


def test_declining_is_an_end_whatever_is_said_with_it() -> None:
    (turn,) = turns_of(AGAIN, [start(1), met(2, "later", state=RecordState.DECLINED)])

    assert not turn.is_open


def test_another_event_stops_every_open_turn() -> None:
    marks = [start(1), start(2), stop(3)]

    turns = turns_of(AGAIN, marks)

    assert drawn(turns) == [(marks[0][1], marks[2][1]), (marks[1][1], marks[2][1])]
    assert all(turn.stopped for turn in turns)


def test_what_starts_and_stops_at_one_instant_is_stopped() -> None:
    marks = [(Mark.STOP, fact("moved-away", day=3, written=3)), (Mark.START, fact("met-them", day=3, written=4))]

    (turn,) = turns_of(AGAIN, marks)

    assert turn.stopped


def test_an_event_that_stops_clocks_leaves_alone_what_ended_before_and_what_starts_after() -> None:
    marks = [start(1), met(2), stop(3), start(4)]

    turns = turns_of(AGAIN, marks)

    assert drawn(turns) == [(marks[0][1], marks[1][1]), (marks[3][1], None)]
    assert not any(turn.stopped for turn in turns)


def test_a_record_says_more_than_the_event_that_stopped_the_clock() -> None:
    marks = [start(1), stop(3), met(5)]

    turns = turns_of(AGAIN, marks)

    assert drawn(turns) == [(marks[0][1], marks[2][1])]
    assert not turns[0].stopped


def test_what_is_done_every_so_often_is_due_again_from_when_it_was_done() -> None:
    marks = [start(1), met(20), met(45)]

    assert drawn(turns_of(EVERY, marks)) == [
        (marks[0][1], marks[1][1]),
        (marks[1][1], marks[2][1]),
        (marks[2][1], None),
    ]


def test_a_new_event_begins_the_round_afresh() -> None:
    marks = [start(1), start(20)]

    turns = turns_of(EVERY, marks)

    assert drawn(turns) == [(marks[0][1], marks[1][1]), (marks[1][1], None)]
    assert turns[0].stopped


def test_what_is_done_every_so_often_goes_on_from_a_record_without_a_clock() -> None:
    marks = [met(3)]

    assert drawn(turns_of(EVERY, marks)) == [(None, marks[0][1]), (marks[0][1], None)]


@pytest.mark.parametrize("state", [RecordState.DECLINED, RecordState.NOT_APPLICABLE])
def test_what_was_declined_or_does_not_apply_is_not_due_again(state: RecordState) -> None:
    marks = [start(1), met(20, state=state)]

    assert drawn(turns_of(EVERY, marks)) == [(marks[0][1], marks[1][1])]


def test_what_counts_only_while_a_turn_is_open_says_nothing_otherwise() -> None:
    early, late = (Mark.RECORD_IF_OPEN, said("asked", day=0)), (Mark.RECORD_IF_OPEN, said("asked", day=5))
    begun = start(1)

    assert drawn(turns_of(AGAIN, [early, begun, late])) == [(begun[1], late[1])]


MARKS = st.lists(
    st.one_of(
        st.integers(0, 30).map(start),
        st.integers(0, 30).map(stop),
        st.tuples(st.integers(0, 30), st.sampled_from(["yes", "later", None])).map(lambda each: met(*each)),
        st.integers(0, 30).map(lambda day: met(day, state=RecordState.NOT_APPLICABLE)),
    ),
    max_size=12,
)


@given(marks=MARKS, order=st.data())
def test_the_order_in_which_records_are_handed_in_does_not_matter(marks: Marks, order: st.DataObject) -> None:
    assert turns_of(AGAIN, marks) == turns_of(AGAIN, order.draw(st.permutations(marks)))


@given(marks=MARKS, rule=st.sampled_from([AGAIN, ONCE, EVERY]))
def test_turns_are_numbered_and_only_the_last_are_open(marks: Marks, rule: MilestoneRule) -> None:
    turns = turns_of(rule, marks)
    still_open = [turn.is_open for turn in turns]

    assert [turn.number for turn in turns] == list(range(1, len(turns) + 1))
    assert still_open == sorted(still_open)
    assert len(turns) <= 1 or rule is not ONCE


@given(marks=MARKS, last=st.integers(31, 60))
def test_a_last_record_leaves_nothing_open(marks: Marks, last: int) -> None:
    assert not any(turn.is_open for turn in turns_of(AGAIN, [*marks, met(last)]))
