"""Who is responsible, from when until when: one lead a strand, with no gap and no overlap, and keys that follow."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.holdings import FOLLOWING_PARTS, STRAND_PARTS, Holding, Holdings, Part, Strand
from casetrack.domain.ids import HolderCode, TransferId
from tests.domain.made import (
    BOTH,
    EASTMARCH,
    HARBOUR,
    INVESTIGATION,
    LANTERN,
    NORTHMARCH,
    SUPPORT,
    after,
    had_at,
    is_unbroken,
    line,
    number,
)

EAST, NORTH, LANTERNS, HARBOURS = EASTMARCH.code, NORTHMARCH.code, LANTERN.code, HARBOUR.code
STRANGER = HolderCode("invented-stranger")
HAND_OFF = TransferId(number(20))

STRANDS = st.sampled_from([SUPPORT, INVESTIGATION, BOTH])
HOLDERS = st.sampled_from([EAST, NORTH, LANTERNS, HARBOURS])
PASSES = st.lists(st.tuples(STRANDS, HOLDERS, st.integers(0, 3)), max_size=8)
"""Strands that pass to a holder, and how many hours after the pass before; in the same instant, too."""


def history(
    first: frozenset[Strand], by: HolderCode, passes: Iterable[tuple[frozenset[Strand], HolderCode, int]]
) -> list[Holdings]:
    """The holdings of a case after each pass."""
    made = [Holdings.begun(first, by, after(0))]
    hour = 0
    for strands, to, gap in passes:
        hour += gap
        made.append(made[-1].passed(strands, to=to, at=after(hour), via=HAND_OFF))
    return made


HISTORIES = st.builds(history, STRANDS, HOLDERS, PASSES)


@given(HISTORIES)
def test_at_any_instant_they_were_what_they_were_then(made: list[Holdings]) -> None:
    """What stood once the last pass of an instant was made is what is told of that instant, whatever came later."""
    stood = {max(instants(each), default=after(0)): each for each in made}
    for at, then in stood.items():
        assert made[-1].as_at(at) == made[-1].as_at(at + timedelta(minutes=59)) == then
    assert made[-1].as_at(after(-1)) == Holdings(())


def instants(holdings: Holdings) -> set[datetime]:
    return {row.since for row in holdings.rows}


@given(HISTORIES)
def test_the_line_of_a_strand_has_no_gap_and_no_overlap(made: list[Holdings]) -> None:
    now = made[-1]

    assert all(is_unbroken(line(now, strand)) for strand in now.strands)
    for strand in now.strands:
        began = line(now, strand)[0].since
        assert all(len(had_at(now, STRAND_PARTS[strand], at)) == 1 for at in instants(now) if at >= began)


@given(HISTORIES)
def test_a_strand_that_exists_has_one_lead_for_ever_after(made: list[Holdings]) -> None:
    for before, now in pairwise(made):
        assert before.strands <= now.strands
    for now in made:
        assert now.strands == now.leads.keys()
        assert now.leads == {strand: now.lead(strand) for strand in now.strands}
        assert all(now.lead(strand) is None for strand in BOTH - now.strands)
        assert all(now.holders_of(STRAND_PARTS[strand]) == {lead} for strand, lead in now.leads.items())


@given(HISTORIES)
def test_the_identity_is_with_every_lead_and_nobody_else_at_every_instant(made: list[Holdings]) -> None:
    now = made[-1]
    for at in instants(now):
        leads = {holder for strand in Strand for holder in had_at(now, STRAND_PARTS[strand], at)}
        assert sorted(had_at(now, Part.IDENTITY, at)) == sorted(leads)


@given(HISTORIES)
def test_the_safe_address_is_with_whoever_looks_after_the_person_at_every_instant(made: list[Holdings]) -> None:
    now = made[-1]
    for at in instants(now):
        support, investigation = (had_at(now, STRAND_PARTS[strand], at) for strand in Strand)
        assert had_at(now, Part.SAFE_ADDRESS, at) == (support or investigation)


@given(HISTORIES)
def test_holders_of_a_part_and_parts_of_a_holder_say_the_same(made: list[Holdings]) -> None:
    now = made[-1]
    for holder in (EAST, NORTH, LANTERNS, HARBOURS, STRANGER):
        parts = now.parts_of(holder)
        assert parts == {part for part in Part if holder in now.holders_of(part)}
        assert bool(parts) is (holder in now.holders) is bool(now.led_by(holder))
        assert now.led_by(holder) == {strand for strand in Strand if STRAND_PARTS[strand] in parts}
        assert now.ever_held_by(holder) is any(holder in earlier.holders for earlier in made)


@given(HISTORIES)
def test_what_happened_is_never_rewritten(made: list[Holdings]) -> None:
    for before, now in pairwise(made):
        kept = now.rows[: len(before.rows)]
        assert [replace(row, until=None) for row in kept] == [replace(row, until=None) for row in before.rows]
        assert all(then == row for then, row in zip(before.rows, kept, strict=True) if not then.is_open)
        assert all(row.is_open and row.via == HAND_OFF for row in now.rows[len(before.rows) :])


@given(HISTORIES)
def test_nobody_has_a_part_twice_over(made: list[Holdings]) -> None:
    now = made[-1]
    for at in instants(now):
        assert all(len(set(had)) == len(had) for had in (had_at(now, part, at) for part in Part))


@given(HISTORIES, STRANDS, HOLDERS)
def test_the_parts_that_moved_are_those_that_somebody_gained_or_lost(
    made: list[Holdings], strands: frozenset[Strand], to: HolderCode
) -> None:
    before = made[-1]
    now = before.passed(strands, to=to, at=after(100), via=HAND_OFF)
    moved = before.moved_parts(now)

    assert {part for strand in strands for part in [STRAND_PARTS[strand]] if before.lead(strand) != to} <= moved
    for holder in before.holders | now.holders:
        assert before.parts_of(holder) ^ now.parts_of(holder) <= moved
    assert before.moved_parts(before) == frozenset()


def rows(holdings: Holdings) -> set[tuple[Part, HolderCode]]:
    return {(row.part, row.holder) for row in holdings.rows if row.is_open}


@pytest.mark.parametrize(
    ("first", "by", "strands", "to", "expected"),
    [
        pytest.param(
            BOTH,
            EAST,
            SUPPORT,
            LANTERNS,
            {
                (Part.SUPPORT, LANTERNS),
                (Part.SAFE_ADDRESS, LANTERNS),
                (Part.IDENTITY, LANTERNS),
                (Part.INVESTIGATION, EAST),
                (Part.IDENTITY, EAST),
            },
            id="moved for safety: support goes, the investigation stays",
        ),
        pytest.param(
            BOTH,
            EAST,
            INVESTIGATION,
            NORTH,
            {
                (Part.SUPPORT, EAST),
                (Part.SAFE_ADDRESS, EAST),
                (Part.IDENTITY, EAST),
                (Part.INVESTIGATION, NORTH),
                (Part.IDENTITY, NORTH),
            },
            id="the investigation goes, and where the person lives is not its business",
        ),
        pytest.param(
            BOTH, EAST, BOTH, NORTH, {(part, NORTH) for part in Part}, id="everything goes, and the sender has nothing"
        ),
        pytest.param(
            SUPPORT,
            LANTERNS,
            INVESTIGATION,
            EAST,
            {
                (Part.SUPPORT, LANTERNS),
                (Part.SAFE_ADDRESS, LANTERNS),
                (Part.IDENTITY, LANTERNS),
                (Part.INVESTIGATION, EAST),
                (Part.IDENTITY, EAST),
            },
            id="a person who wanted no police now does",
        ),
        pytest.param(
            INVESTIGATION,
            EAST,
            INVESTIGATION,
            NORTH,
            {(Part.INVESTIGATION, NORTH), (Part.SAFE_ADDRESS, NORTH), (Part.IDENTITY, NORTH)},
            id="the lead of the only strand looks after the person",
        ),
        pytest.param(
            INVESTIGATION,
            EAST,
            SUPPORT,
            LANTERNS,
            {
                (Part.SUPPORT, LANTERNS),
                (Part.SAFE_ADDRESS, LANTERNS),
                (Part.IDENTITY, LANTERNS),
                (Part.INVESTIGATION, EAST),
                (Part.IDENTITY, EAST),
            },
            id="once there is support, the safe address is with support",
        ),
    ],
)
def test_what_opens_for_whom_after_a_hand_off(
    first: frozenset[Strand],
    by: HolderCode,
    strands: frozenset[Strand],
    to: HolderCode,
    expected: set[tuple[Part, HolderCode]],
) -> None:
    assert rows(Holdings.begun(first, by, after(0)).passed(strands, to=to, at=after(1), via=HAND_OFF)) == expected


def test_no_key_of_the_sender_opens_what_moved_even_where_it_keeps_the_other_strand() -> None:
    before = Holdings.begun(BOTH, EAST, after(0))
    now = before.passed(SUPPORT, to=LANTERNS, at=after(1), via=HAND_OFF)

    assert now.parts_of(EAST) == {Part.INVESTIGATION, Part.IDENTITY}
    assert before.moved_parts(now) == {Part.SUPPORT, Part.SAFE_ADDRESS, Part.IDENTITY}


def test_a_case_held_by_a_partner_alone_is_opened_by_no_force() -> None:
    now = Holdings.begun(SUPPORT, LANTERNS, after(0))

    assert now.holders == {LANTERNS}
    assert now.holders_of(Part.INVESTIGATION) == frozenset()
    assert now.lead(Strand.INVESTIGATION) is None


def test_a_holding_says_from_when_until_when_and_by_which_transfer() -> None:
    now = Holdings.begun(SUPPORT, EAST, after(0)).passed(SUPPORT, to=LANTERNS, at=after(1), via=HAND_OFF)

    assert line(now, Strand.SUPPORT) == [
        Holding(Part.SUPPORT, EAST, 1, after(0), after(1), None),
        Holding(Part.SUPPORT, LANTERNS, 2, after(1), None, HAND_OFF),
    ]
    assert [row.is_open for row in line(now, Strand.SUPPORT)] == [False, True]


def test_leads_are_numbered_and_what_follows_them_is_not() -> None:
    now = Holdings.begun(BOTH, EAST, after(0)).passed(BOTH, to=NORTH, at=after(1), via=HAND_OFF)

    assert all((row.number is None) is (row.part in FOLLOWING_PARTS) for row in now.rows)


def test_an_investigation_that_begins_later_begins_its_own_line() -> None:
    now = Holdings.begun(SUPPORT, LANTERNS, after(0)).passed(INVESTIGATION, to=EAST, at=after(5), via=HAND_OFF)

    assert [(row.number, row.since) for row in line(now, Strand.INVESTIGATION)] == [(1, after(5))]


def test_each_strand_has_a_part_of_its_own_and_every_part_belongs_to_a_strand_or_follows_one() -> None:
    assert STRAND_PARTS.keys() == set(Strand)
    assert {*STRAND_PARTS.values()} | FOLLOWING_PARTS == set(Part)
    assert not {*STRAND_PARTS.values()} & FOLLOWING_PARTS
