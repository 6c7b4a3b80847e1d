"""From what was recorded to what a page of milestones shows."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue import Phase, Responsible
from casetrack.domain.clocks import Standing
from casetrack.domain.progress import (
    OTHER_BODIES,
    EarlierNation,
    Row,
    Status,
    first_due,
    is_to_do_now,
    next_three,
    phase_of,
    waiting_on_others,
)
from casetrack.domain.records import Recorded, RecordState
from tests.domain.milestones import CATALOGUE, catalogue_of, fact, limited, milestone, on_day, reopened, rows_of, said

FIRST_WEEK = (
    said("encounter"),
    said("nrm-explained", "explained", day=1),
    said("nrm-consent", "consented", day=2),
    said("nrm-referral-adult", day=2),
)


def case(*recorded: Recorded, day: float = 100, **more: object) -> dict[str, Row]:
    """The rows of the catalogue that is shipped, so many days after the first Monday."""
    return rows_of(CATALOGUE, *recorded, day=day, **more)


def asked(*recorded: Recorded, day: float = 100, columns: dict[str, str] | None = None, **more: object) -> Row:
    """The one row of a catalogue whose only milestone has a limit of two calendar days."""
    return rows_of(catalogue_of(limited(**(columns or {}))), *recorded, day=day, **more)["asked"]


def test_nothing_has_started_before_anything_is_recorded() -> None:
    rows = case(day=0)

    first = rows.pop("encounter")
    assert {row.status for row in rows.values()} == {Status.NOT_STARTED}
    assert {row.turn for row in (first, *rows.values())} == {0}
    assert not any(row.is_open or row.starts_others for row in rows.values())


@pytest.mark.parametrize(
    ("columns", "day", "expected"),
    [
        ({}, 2.5, Status.DUE),
        ({}, 3.5, Status.OVERDUE),
        ({"limit_kind": "max"}, 3.5, Status.OVERDUE),
        ({"limit_kind": "repeat"}, 3.5, Status.OVERDUE),
        ({"limit_kind": "min"}, 1.5, Status.ELAPSED),
        ({"limit_kind": "min"}, 30, Status.ELAPSED),
        ({"limit_value": "0", "limit_unit": "hours"}, 30, Status.DO_NOW),
        ({"limit_value": "4", "limit_unit": "hours"}, 0.1, Status.DUE),
        ({"limit_value": "4", "limit_unit": "hours"}, 0.2, Status.OVERDUE),
        ({"responsible": "competent_authority"}, 30, Status.WAITING),
        ({"responsible": "competent_authority", "limit_kind": "min"}, 30, Status.WAITING),
    ],
)
def test_a_running_clock_reads_as_its_limit_says(columns: dict[str, str], day: float, expected: Status) -> None:
    row = asked(fact("met-them"), day=day, columns=columns)

    assert row.status is expected
    assert row.is_open


def test_a_clock_without_a_limit_shows_the_time_that_has_gone_by() -> None:
    rows = rows_of(catalogue_of(milestone(clock_starts="met-them")), fact("met-them"), day=12)

    assert rows["asked"].status is Status.ELAPSED
    assert rows["asked"].days == 12
    assert rows["asked"].due_on is rows["asked"].due_at is rows["asked"].not_before is None


def test_a_row_says_when_it_is_due_and_how_long_is_left() -> None:
    row = asked(fact("met-them"), day=1)

    assert (row.started_at, row.due_on, row.due_at) == (on_day(0), on_day(2).date(), None)
    assert (row.days, row.days_left, row.limit_passed) == (1, 1, False)


def test_a_limit_in_hours_is_due_at_an_instant() -> None:
    row = asked(fact("met-them"), day=0.1, columns={"limit_value": "4", "limit_unit": "hours"})

    assert row.due_at is not None
    assert row.due_at.hour == 14


def test_a_minimum_is_a_day_before_which_and_never_a_day_by_which() -> None:
    row = asked(fact("met-them"), day=30, columns={"limit_kind": "min"})

    assert row.not_before == on_day(2).date()
    assert row.due_on is row.due_at is None
    assert not row.limit_passed


def test_waiting_on_another_body_counts_days_and_is_never_overdue() -> None:
    rows = case(*FIRST_WEEK, day=214)

    assert rows["rg-decision"].status is Status.WAITING
    assert rows["rg-decision"].days == 212
    assert rows["rg-decision"].limit_passed
    assert rows["rg-decision"].days_left == -205


def test_who_is_another_body_depends_on_who_looks() -> None:
    columns = {"responsible": "local_authority"}
    councils = OTHER_BODIES - {Responsible.LOCAL_AUTHORITY}

    assert asked(fact("met-them"), day=30, columns=columns).status is Status.WAITING
    assert asked(fact("met-them"), day=30, columns=columns, other_bodies=councils).status is Status.OVERDUE


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RecordState.MET, Status.MET),
        (RecordState.NOT_APPLICABLE, Status.NOT_APPLICABLE),
        (RecordState.DECLINED, Status.DECLINED),
    ],
)
def test_what_is_recorded_ends_the_row(state: RecordState, expected: Status) -> None:
    row = asked(fact("met-them"), said("asked", day=5, state=state))

    assert row.status is expected
    assert not row.is_open
    assert row.days == 5
    assert row.days_left is None
    assert row.limit_passed
    assert row.met_at == (on_day(5) if expected is Status.MET else None)


def test_what_did_not_apply_before_its_clock_started_took_no_days() -> None:
    row = asked(said("asked", state=RecordState.NOT_APPLICABLE), fact("met-them", day=30))

    assert (row.status, row.days) == (Status.NOT_APPLICABLE, 0)


def test_what_is_to_be_done_now_has_no_limit_to_pass() -> None:
    columns = {"limit_value": "0", "limit_unit": "hours"}

    assert not asked(fact("met-them"), columns=columns).limit_passed
    assert not asked(fact("met-them"), said("asked", day=9), columns=columns).limit_passed


def test_what_was_met_in_time_has_passed_no_limit() -> None:
    row = asked(fact("met-them"), said("asked", day=2))

    assert not row.limit_passed
    assert row.due_on == on_day(2).date()


def test_a_way_of_writing_that_is_not_safe_meets_the_row() -> None:
    rows = case(*FIRST_WEEK, said("rg-decision", "positive", day=9), said("rg-shared", "unsafe_to_write", day=10))

    assert rows["rg-shared"].status is Status.MET
    assert rows["rg-shared"].outcome == "unsafe_to_write"


def test_what_is_still_to_come_is_shown_on_the_open_row() -> None:
    rows = case(said("encounter"), said("language-needs", "not_yet_asked", day=0.1), day=1)

    assert rows["language-needs"].status is Status.DO_NOW
    assert rows["language-needs"].outcome == "not_yet_asked"
    assert rows["language-needs"].met_at is None


def test_while_the_person_wants_time_no_clock_of_the_duty_to_notify_runs() -> None:
    rows = case(
        said("encounter"), said("nrm-explained", "explained", day=1), said("nrm-consent", "wants_time", day=2), day=9
    )

    assert rows["nrm-consent"].status is Status.ELAPSED
    assert rows["nrm-consent"].outcome == "wants_time"
    assert rows["duty-to-notify"].status is Status.NOT_STARTED
    assert rows["pre-nrm-support"].status is Status.ELAPSED


def test_a_clock_waits_for_its_outcome() -> None:
    refused = case(said("nrm-consent", "refused"), day=1)
    agreed = case(said("nrm-consent", "consented"), day=1)

    assert refused["duty-to-notify"].status is Status.DUE
    assert refused["nrm-referral-adult"].status is Status.NOT_STARTED
    assert agreed["nrm-referral-adult"].status is Status.DUE
    assert agreed["duty-to-notify"].status is Status.NOT_STARTED


@pytest.mark.parametrize("state", [RecordState.NOT_APPLICABLE, RecordState.DECLINED])
def test_what_did_not_happen_starts_no_clock(state: RecordState) -> None:
    assert case(said("encounter", state=state), day=1)["risk-assessed"].status is Status.NOT_STARTED


def test_reopening_opens_the_row_with_its_first_clock_and_stops_what_it_had_started() -> None:
    rows = case(*FIRST_WEEK, said("rg-decision", "positive", day=9), reopened("rg-decision", day=12), day=20)

    assert rows["rg-decision"].status is Status.WAITING
    assert rows["rg-decision"].started_at == on_day(2)
    assert rows["recovery-ew"].status is Status.NOT_STARTED
    assert [record.state for record in rows["rg-decision"].history] == [RecordState.MET, RecordState.REOPENED]
    assert rows["rg-decision"].stands == ()


def test_a_second_attempt_is_a_second_turn_with_its_own_clock() -> None:
    rows = case(
        *FIRST_WEEK,
        said("rg-decision", "negative", day=9),
        said("nrm-referral-adult", day=60),
        day=61,
    )

    assert (rows["rg-decision"].turn, rows["rg-decision"].status) == (2, Status.WAITING)
    assert rows["rg-decision"].started_at == on_day(60)
    assert rows["rg-decision"].outcome is None
    assert [record.outcome for record in rows["rg-decision"].history] == ["negative"]


def test_the_oldest_open_turn_is_shown_first() -> None:
    row = asked(fact("met-them"), fact("met-them", day=5), day=6)

    assert (row.turn, row.started_at) == (1, on_day(0))


def test_another_event_stops_the_clock_and_says_which() -> None:
    rows = case(
        fact("cg-negative-received", day=1),
        said("extension-reply", "granted", day=3),
        day=30,
    )

    assert rows["exit-negative-cg"].status is Status.STOPPED
    assert rows["exit-negative-cg"].stopped_by == "extension-reply"
    assert rows["exit-negative-cg"].outcome is None
    assert not rows["exit-negative-cg"].is_open


def test_support_lasts_nine_working_days_from_the_day_the_letter_is_received() -> None:
    rows = case(fact("cg-negative-received"), day=14)

    assert rows["exit-negative-cg"].due_on == date(2026, 11, 13)
    assert rows["exit-negative-cg"].status is Status.OVERDUE


def test_a_safe_way_of_contact_is_due_to_be_checked_every_28_days() -> None:
    rows = case(
        said("safe-contact", "agreed"),
        said("safe-contact-checked", "still_safe", day=20),
        day=30,
    )

    assert rows["safe-contact-checked"].status is Status.DUE
    assert rows["safe-contact-checked"].turn == 2
    assert rows["safe-contact-checked"].due_on == on_day(48).date()


def test_recovery_is_counted_by_the_rule_in_force_on_the_day_of_the_decision() -> None:
    days_since_2022_12_20 = -1413
    rows = case(said("rg-decision", "positive", day=days_since_2022_12_20))

    assert rows["recovery-ew-2022"].not_before == date(2023, 1, 18)
    assert rows["recovery-ew"].status is Status.NOT_STARTED
    assert "recovery-ew-pre2023" not in rows


def test_a_rule_that_is_no_longer_in_force_is_shown_only_where_its_clock_started() -> None:
    assert "recovery-ew-2022" not in case(said("rg-decision", "positive"))


def test_what_is_dated_after_now_has_not_happened_yet() -> None:
    rows = case(fact("birth-date-18", day=50), day=49, age_group="child")

    assert rows["consents-renewed-18"].status is Status.NOT_STARTED
    assert case(fact("birth-date-18", day=50), day=50, age_group="adult")["consents-renewed-18"].status is Status.DO_NOW


def test_no_clock_of_an_adult_starts_while_the_person_is_a_child() -> None:
    rows = case(said("encounter"), fact("birth-date-18", day=50), day=60, age_group="adult")

    assert rows["safe-place-tonight"].status is Status.NOT_STARTED
    assert "child-sc-decision" not in rows
    assert rows["child-social-care"].status is Status.DO_NOW
    assert case(said("encounter"), day=60)["safe-place-tonight"].status is Status.OVERDUE
    assert "child-social-care" not in case(said("encounter"), day=60)


def test_a_clock_keeps_the_rules_of_the_nation_in_which_it_started() -> None:
    moved = catalogue_of(
        limited(nation="EW", limit_unit="working_days"),
        limited(code="asked-in-scotland", nation="S", clock_starts="met-them"),
    )
    england = [EarlierNation(Nation.ENGLAND, until=on_day(30))]
    rows = rows_of(moved, fact("met-them"), day=40, nation=Nation.SCOTLAND, earlier_nations=england)

    assert rows["asked"].status is Status.OVERDUE
    assert rows["asked-in-scotland"].status is Status.NOT_STARTED


def test_a_case_without_an_investigation_has_no_investigation_row() -> None:
    rows = case(said("encounter"), strands={"support"})

    assert "crime-recorded" not in rows
    assert "encounter" in rows


def test_a_milestone_that_is_off_is_shown_once_it_is_switched_on_or_recorded() -> None:
    assert "place-of-safety" not in case()
    assert "place-of-safety" in case(switched_on={"place-of-safety"})
    assert case(said("place-of-safety", "used"))["place-of-safety"].status is Status.MET


def test_high_risk_brings_the_due_date_forward() -> None:
    calm = asked(fact("met-them"), day=1, columns={"high_risk_limit_hours": "4"})
    risky = asked(fact("met-them"), day=1, columns={"high_risk_limit_hours": "4"}, high_risk=True)

    assert (calm.status, risky.status) == (Status.DUE, Status.OVERDUE)
    assert risky.due is not None
    assert risky.due.standing is Standing.OUR_AIM


def test_the_next_three_are_to_do_now_then_by_due_date_then_by_how_long_they_have_run() -> None:
    rows = rows_of(
        catalogue_of(
            milestone(code="long-running", clock_starts="met-them"),
            milestone(code="later-started", clock_starts="seen-them"),
            limited(code="due-later", limit_value="9"),
            limited(code="due-sooner", limit_value="5"),
            limited(code="now", limit_value="0", limit_unit="hours"),
            limited(code="floor", limit_kind="min"),
            limited(code="others", responsible="competent_authority"),
        ),
        fact("met-them"),
        fact("seen-them", day=1),
        day=2,
    )

    def first(codes: str) -> list[str]:
        return [row.rule.code for row in next_three(rows[code] for code in codes.split())]

    assert first(" ".join(rows)) == ["now", "due-sooner", "due-later"]
    assert first("floor others later-started long-running due-later") == ["due-later", "long-running", "later-started"]
    assert [row.rule.code for row in waiting_on_others(rows.values())] == ["others"]


def test_the_longest_wait_comes_first() -> None:
    rows = rows_of(
        catalogue_of(
            limited(code="short", clock_starts="seen-them", responsible="competent_authority"),
            limited(code="long", responsible="probation"),
        ),
        fact("met-them"),
        fact("seen-them", day=1),
    )

    assert [row.rule.code for row in waiting_on_others(rows.values())] == ["long", "short"]


def test_what_is_due_first_is_something_ours_with_a_date() -> None:
    rows = rows_of(
        catalogue_of(
            limited(code="ours", limit_value="9"),
            limited(code="ours-sooner", limit_value="7"),
            limited(code="others", responsible="competent_authority"),
            limited(code="floor", limit_kind="min"),
            limited(code="now", limit_value="0", limit_unit="hours"),
        ),
        fact("met-them"),
        day=3,
    )

    assert first_due(rows.values()) is rows["ours-sooner"]
    assert is_to_do_now(rows.values())
    assert first_due([rows["now"], rows["others"]]) is None
    assert not is_to_do_now([rows["ours"]])


def test_no_list_learns_a_date_that_gives_the_birthday_away() -> None:
    rows = case(fact("approaching-18"), day=1, age_group="child")

    assert rows["turning-18"].status is Status.DUE
    assert rows["turning-18"].sealed
    assert not rows["encounter"].sealed
    assert first_due(rows.values()) is None


@pytest.mark.parametrize(
    ("recorded", "day", "expected"),
    [
        ([], 1, Phase.IDENTIFY),
        ([said("encounter")], 1, Phase.SAFE),
        ([said("encounter"), said("nrm-explained", "not_yet", day=1)], 2, Phase.SAFE),
        ([said("encounter"), said("nrm-explained", "explained", day=1)], 2, Phase.REFER),
        ([said("nrm-consent", "refused"), said("encounter", day=3)], 4, Phase.REFER),
        ([*FIRST_WEEK], 5, Phase.FIRST_DECISION),
        ([*FIRST_WEEK, said("encounter", day=4)], 5, Phase.FIRST_DECISION),
        ([*FIRST_WEEK, said("rg-decision", "suspended", day=9)], 10, Phase.FIRST_DECISION),
        ([*FIRST_WEEK, said("rg-decision", "negative", day=9)], 10, Phase.MOVE_ON),
        ([*FIRST_WEEK, said("rg-decision", "positive", day=9)], 38, Phase.RECOVER),
        ([*FIRST_WEEK, said("rg-decision", "positive", day=9)], 500, Phase.RECOVER),
        (
            [*FIRST_WEEK, said("rg-decision", "positive", day=9), reopened("rg-decision", day=9.5)],
            39,
            Phase.FIRST_DECISION,
        ),
        (
            [*FIRST_WEEK, said("rg-decision", "negative", day=9), said("nrm-referral-adult", day=60)],
            61,
            Phase.FIRST_DECISION,
        ),
        ([said("rg-decision", "positive", day=9), said("cg-decision", "negative", day=90)], 99, Phase.MOVE_ON),
        ([said("rg-decision", "positive", day=9), said("cg-decision", "positive", day=9)], 99, Phase.MOVE_ON),
        (
            [said("cg-decision", "negative", day=90), said("cg-reconsider-reply", "agreed", day=95)],
            99,
            Phase.FINAL_DECISION,
        ),
        ([said("cg-decision", "positive", day=90), said("vts-decision", "granted", day=95)], 99, Phase.STATUS),
        ([*FIRST_WEEK, said("nrm-withdrawn", "withdrawn", day=9)], 99, Phase.MOVE_ON),
    ],
)
def test_the_phase_is_where_the_latest_decision_led(recorded: list[Recorded], day: float, expected: Phase) -> None:
    assert phase_of(case(*recorded, day=day).values()) is expected


def test_the_phase_of_a_child_whose_panel_has_not_decided_is_still_recovery() -> None:
    rows = case(said("rg-decision-panel", "positive"), day=90, age_group="child")

    assert phase_of(rows.values()) is Phase.RECOVER
    assert phase_of([row for code, row in rows.items() if code != "cg-decision"]) is Phase.RECOVER


ENDED = {Status.MET, Status.NOT_APPLICABLE, Status.DECLINED, Status.STOPPED}
CODES = st.sampled_from(sorted(CATALOGUE.rules))
FACT_CODES = st.sampled_from(sorted(code for code, event in CATALOGUE.events.items() if event.kind == "fact"))


@st.composite
def entries(draw: st.DrawFn) -> Recorded:
    """Anything that may be on a record, true to the catalogue."""
    day = draw(st.integers(0, 90))
    if draw(st.booleans()):
        return fact(draw(FACT_CODES), day=day)
    code = draw(CODES)
    state = draw(st.sampled_from([RecordState.MET, *(each for each in RecordState if each is not RecordState.FACT)]))
    outcomes = CATALOGUE.rules[code].outcomes if state is RecordState.MET else ()
    return said(code, draw(st.sampled_from(outcomes)) if outcomes else None, day=day, state=state)


ANYBODY = st.fixed_dictionaries(
    {
        "age_group": st.sampled_from(["adult", "child"]),
        "nation": st.sampled_from(Nation),
        "high_risk": st.booleans(),
        "strands": st.sampled_from([{"support"}, {"investigation"}, {"support", "investigation"}]),
    }
)


@given(recorded=st.lists(entries(), max_size=25), whose=ANYBODY, order=st.data())
def test_the_same_records_give_the_same_rows_in_whatever_order(
    recorded: list[Recorded], whose: dict[str, Any], order: st.DataObject
) -> None:
    shuffled = order.draw(st.permutations(recorded))

    assert case(*recorded, **whose) == case(*shuffled, **whose)


@given(recorded=st.lists(entries(), max_size=25), whose=ANYBODY)
def test_whatever_is_recorded_no_promise_of_the_page_is_broken(recorded: list[Recorded], whose: dict[str, Any]) -> None:
    rows = case(*recorded, **whose)

    for row in rows.values():
        overdue = row.status is Status.OVERDUE
        assert not (overdue and row.rule.responsible in OTHER_BODIES)
        assert not (overdue and (row.due is None or row.due.is_minimum or row.due.do_now))
        assert overdue <= row.limit_passed
        assert row.is_open == (row.status not in ENDED and (row.turn > 0 or row.starts_others))
        assert (row.met_at is None) == (row.status is not Status.MET)
        assert row.outcome is None or row.outcome in row.rule.outcomes
    assert phase_of(rows.values()) not in {Phase.JUSTICE, Phase.REDRESS, Phase.TRANSFER}
    assert all(row.is_open for row in (*next_three(rows.values()), *waiting_on_others(rows.values())))
