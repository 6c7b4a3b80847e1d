"""Each fault of the catalogue is named, by its row."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.catalogue import ALLOWED
from casetrack.domain.catalogue_faults import COLUMNS, EVENT_COLUMNS, LIMIT, faults_of, references
from casetrack.domain.factfiles import read_rows
from casetrack.resources import facts
from tests.domain.milestones import FACTS, events_for, limited, milestone

FOLDER = facts() / FACTS.version
MILESTONES = read_rows(FOLDER / "milestones.csv")
EVENTS = read_rows(FOLDER / "events.csv")


def faults(*rows: Mapping[str, str], events: Sequence[Mapping[str, str]] | None = None) -> tuple[str, ...]:
    return faults_of(rows, events_for(rows) if events is None else events, ALLOWED)


def event(code: str, **columns: str) -> dict[str, str]:
    return {"code": code, "label": "Something", "kind": "fact", "how_it_happens": "so", **columns}


def test_the_files_that_are_shipped_hold_together() -> None:
    assert faults_of(MILESTONES, EVENTS, ALLOWED) == ()


def test_the_columns_are_those_of_the_files() -> None:
    assert MILESTONES[0].keys() == COLUMNS
    assert EVENTS[0].keys() == EVENT_COLUMNS


@pytest.mark.parametrize("column", sorted(ALLOWED))
def test_a_word_that_a_column_does_not_know_is_named(column: str) -> None:
    assert f"milestones.csv: asked: {column} is 'elsewhere'" in faults(limited(**{column: "elsewhere"}))


@pytest.mark.parametrize("column", sorted(set(ALLOWED) - set(LIMIT)))
def test_a_word_that_is_missing_is_named(column: str) -> None:
    assert f"milestones.csv: asked: {column} is ''" in faults(limited(**{column: ""}))


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"code": "Asked_them"}, "code is not in-this-form"),
        ({"label": ""}, "label or duty_source is empty"),
        ({"duty_source": ""}, "label or duty_source is empty"),
        ({"outcomes": "yes|yes"}, "outcomes are not unique_words|like_this"),
        ({"outcomes": "yes|Not Yet"}, "outcomes are not unique_words|like_this"),
        ({"outcomes": "yes|"}, "outcomes are not unique_words|like_this"),
        ({"limit_source": ""}, "limit columns are partly empty"),
        ({"limit_kind": ""}, "limit columns are partly empty"),
        ({"limit_value": ""}, "limit_value is not a whole number"),
        ({"limit_value": "two"}, "limit_value is not a whole number"),
        ({"limit_value": "-2"}, "limit_value is not a whole number"),
        ({"limit_value": "²"}, "limit_value is not a whole number"),
        ({"limit_value": "0"}, "a limit of 0 is `do now`: 0 hours, target"),
        ({"limit_value": "00"}, "a limit of 0 is `do now`: 0 hours, target"),
        (
            {"limit_value": "0", "limit_unit": "hours", "limit_kind": "max"},
            "a limit of 0 is `do now`: 0 hours, target",
        ),
        (
            {"limit_basis": "law"},
            "limit_verified no with limit_basis law: an unverified limit is our aim, and our aim only",
        ),
        (
            {"limit_verified": "yes"},
            "limit_verified yes with limit_basis our_aim: an unverified limit is our aim, and our aim only",
        ),
        ({"limit_kind": "repeat", "repeatable": "no"}, "limit_kind repeat on a row that does not repeat"),
        ({"clock_starts": ""}, "a limit without a clock"),
        ({"person_label": ""}, "person_label must be empty when never shown, and only then"),
        ({"shown_to_person": "never"}, "person_label must be empty when never shown, and only then"),
        ({"person_label": f"We {'very ' * 14}much ask."}, "person_label has a sentence of more than 15 words"),
        ({"label": "Letter of receipt sent"}, "label names a provider, or uses a word kept off screens"),
        ({"person_label": "Barnardo's helps you."}, "label names a provider, or uses a word kept off screens"),
        ({"strand": "support", "visible_to": "investigation"}, "not visible to its own strand"),
        ({"consent": "not_needed_child"}, "consent not_needed_child on a row not for children"),
        ({"high_risk_limit_hours": "soon"}, "high_risk_limit_hours is not a whole number"),
        ({"in_force_from": "2026-13-01"}, "in_force_from is '2026-13-01'"),
        ({"in_force_to": "20261121"}, "in_force_to is '20261121'"),
        ({"in_force_to": "soon"}, "in_force_to is 'soon'"),
        ({"stops_on": "asked"}, "waits on itself"),
    ],
)
def test_what_does_not_hold_together_in_a_row_is_named(columns: Mapping[str, str], fault: str) -> None:
    row = limited(**columns)

    assert f"milestones.csv: {row['code']}: {fault}" in faults(row)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"limit_value": "0", "limit_unit": "hours"},
        {"limit_kind": "repeat"},
        {"limit_basis": "law", "limit_verified": "secondary"},
        {"strand": "support", "visible_to": "support"},
        {"strand": "both", "visible_to": "support"},
        {"consent": "not_needed_child", "applies_to": "child"},
        {"person_label": "", "shown_to_person": "never"},
        {"person_label": f"We {'very ' * 13}much. We ask."},
        {"high_risk_limit_hours": "4"},
        {"in_force_from": "2026-02-28", "in_force_to": "2026-11-21"},
    ],
)
def test_what_holds_together_is_no_fault(columns: Mapping[str, str]) -> None:
    assert faults(limited(**columns)) == ()


def test_a_clock_that_waits_on_nothing_known_is_named() -> None:
    row = limited(clock_starts="met-them;seen-them")

    assert faults(row, events=[event("met-them")]) == (
        "milestones.csv: asked: waits on seen-them, which is not in events.csv",
    )


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        ({"nation": "S"}, False),
        ({"nation": "EW"}, True),
        ({"applies_to": "child"}, False),
        ({"applies_to": "both"}, True),
    ],
)
def test_a_clock_that_waits_on_another_nation_or_age_is_named(other: Mapping[str, str], *, fits: bool) -> None:
    first = milestone(code="first", **other)
    row = limited(clock_starts="first", nation="E", applies_to="adult")
    fault = "milestones.csv: asked: waits on first, which belongs to another nation or age"

    assert faults(first, row) == (() if fits else (fault,))


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"label": ""}, "label or how_it_happens is empty"),
        ({"how_it_happens": ""}, "label or how_it_happens is empty"),
        ({"kind": "milestone_met"}, "is no milestone"),
        ({"kind": "transfer"}, "is no state of a transfer"),
        ({"kind": "rumour"}, "kind is 'rumour'"),
    ],
)
def test_what_does_not_hold_together_in_an_event_is_named(columns: Mapping[str, str], fault: str) -> None:
    assert f"events.csv: met-them: {fault}" in faults(limited(), events=[event("met-them", **columns)])


@pytest.mark.parametrize(
    ("code", "kind", "fault"),
    [
        ("asked=maybe", "milestone_met", "is no outcome of asked"),
        ("met-them=twice", "fact", "is a fact with an outcome, or with a milestone's name"),
        ("asked", "fact", "is a fact with an outcome, or with a milestone's name"),
        ("transfer=lost", "transfer", "is no state of a transfer"),
        ("never-waited-on", "fact", "starts and stops nothing"),
    ],
)
def test_an_event_that_is_not_what_it_says_is_named(code: str, kind: str, fault: str) -> None:
    found = faults(limited(outcomes="yes|no"), events=[event("met-them"), event(code, kind=kind)])

    assert f"events.csv: {code}: {fault}" in found


def test_a_transfer_that_no_clock_waits_on_is_no_fault() -> None:
    assert faults(limited(), events=[event("met-them"), event("transfer=expired", kind="transfer")]) == ()


def test_what_is_there_twice_is_named_once() -> None:
    found = faults(limited(), limited(), events=[event("met-them"), event("met-them"), event("met-them")])

    assert found == (
        "milestones.csv: asked: is there more than once",
        "events.csv: met-them: is there more than once",
    )


def test_rows_without_the_agreed_columns_are_named_and_nothing_else_is_asked() -> None:
    short = {column: value for column, value in limited(phase="later").items() if column != "notes"}
    long = cast("dict[str, str]", limited() | {None: ["more"]})  # as csv reads too many cells
    cut = cast("dict[str, str]", event("met-them") | {"label": None})  # as csv reads too few

    assert faults(short, long, events=[cut]) == (
        "milestones.csv: asked: has too many or too few columns",
        "milestones.csv: asked: has too many or too few columns",
        "events.csv: met-them: has too many or too few columns",
    )


def test_a_catalogue_without_milestones_is_named() -> None:
    assert faults(events=[]) == ("milestones.csv: has no rows",)


def test_a_reference_names_each_event() -> None:
    assert references("a=x|y;b") == ("a=x", "a=y", "b")
    assert references("") == ()


@given(
    number=st.integers(0, len(MILESTONES) - 1),
    column=st.sampled_from(sorted(ALLOWED)),
    word=st.text(min_size=1).filter(lambda text: text not in set().union(*ALLOWED.values())),
)
def test_no_row_of_the_files_holds_together_with_a_word_that_nobody_knows(number: int, column: str, word: str) -> None:
    rows = [*MILESTONES]
    rows[number] = {**rows[number], column: word}

    found = faults_of(rows, EVENTS, ALLOWED)

    assert f"milestones.csv: {rows[number]['code']}: {column} is {word!r}" in found


@given(number=st.integers(0, len(EVENTS) - 1))
def test_no_event_can_be_taken_out_of_the_files(number: int) -> None:
    rest = [row for index, row in enumerate(EVENTS) if index != number]
    taken = EVENTS[number]

    found = faults_of(MILESTONES, rest, ALLOWED)

    assert taken["kind"] == "transfer" or any(f"waits on {taken['code']}, which is not" in fault for fault in found)
