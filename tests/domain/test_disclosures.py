"""What left casetrack: under which regime, of which strand, and what is refused of what somebody records."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.disclosure_events import Disclosed
from casetrack.domain.disclosures import (
    BasisDoesNotFit,
    DisclosedLater,
    NothingDisclosed,
    PartsOfBoth,
    Regime,
    ToOneself,
    regime_of,
    strand_of,
)
from casetrack.domain.errors import NotHeld, RuleBroken
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from tests.domain.made import (
    CASE_HOLDERS,
    EASTMARCH,
    FORCES,
    LANTERN,
    NINE,
    NORTHMARCH,
    SUPPORT,
    a_disclosure,
    actor,
    after,
    closed,
    moved,
    opened,
    refused_by,
)

PARTS = st.frozensets(st.sampled_from(Part))
TOMORROW = NINE.date() + timedelta(days=1)


def test_forces_handle_a_case_under_part_3_and_everybody_else_under_the_uk_gdpr() -> None:
    assert {each for each in CASE_HOLDERS if regime_of(each) is Regime.LAW_ENFORCEMENT} == set(FORCES)


def test_what_is_recorded_is_what_was_told() -> None:
    told = a_disclosure(recipient=LANTERN.code, kind="organisation")
    case = opened().disclose(told, by=actor(EASTMARCH), at=after(1))
    (_, event) = case.events
    assert isinstance(event, Disclosed)
    said = {name: value for name, value in asdict(told).items() if name != "id"}
    assert {name: getattr(event, name) for name in said} == said
    assert (event.disclosure, event.by, event.case) == (told.id, actor(EASTMARCH).account, case.id)
    assert event.recipients == {LANTERN.code}


def test_whom_casetrack_does_not_know_is_no_recipient_by_a_code() -> None:
    event = opened().disclose(a_disclosure(), by=actor(EASTMARCH), at=after(1)).events[-1]
    assert (event.recipients, event.touches) == (frozenset(), f"disclosure:{a_disclosure().id}")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"parts": frozenset()}, NothingDisclosed),
        ({"parts": frozenset({Part.SUPPORT, Part.INVESTIGATION})}, PartsOfBoth),
        ({"parts": frozenset({Part.INVESTIGATION})}, PartsOfBoth),
        ({"on": TOMORROW}, DisclosedLater),
        ({"recipient": EASTMARCH.code}, ToOneself),
        ({"basis": "consent"}, BasisDoesNotFit),
        ({"from_regime": Regime.GENERAL}, BasisDoesNotFit),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, object], refusal: type[RuleBroken]) -> None:
    told = a_disclosure(**changes)
    assert refused_by(lambda: opened().disclose(told, by=actor(EASTMARCH), at=after(1))) is refusal


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": frozenset({Part.SUPPORT, Part.IDENTITY, Part.SAFE_ADDRESS})},
        {"parts": frozenset({Part.INVESTIGATION, Part.IDENTITY}), "strand": Strand.INVESTIGATION},
        {"on": NINE.date() - timedelta(days=400)},
        {"basis": "consent", "from_regime": Regime.GENERAL},
        {"recipient": NORTHMARCH.code},
    ],
)
def test_what_fits_is_recorded_of_an_open_case_and_of_a_closed_one(changes: dict[str, object]) -> None:
    for case in (opened(), closed(opened())):
        after_it = case.disclose(a_disclosure(**changes), by=actor(EASTMARCH), at=after(300))
        assert isinstance(after_it.events[-1], Disclosed)


def test_nobody_tells_of_a_part_that_they_have_not_got() -> None:
    case = moved(opened(), LANTERN, SUPPORT)
    of_support = a_disclosure()
    assert refused_by(lambda: case.disclose(of_support, by=actor(EASTMARCH), at=after(9))) is NotHeld
    of_address = a_disclosure(strand=Strand.INVESTIGATION, parts=frozenset({Part.SAFE_ADDRESS}))
    assert refused_by(lambda: case.disclose(of_address, by=actor(EASTMARCH), at=after(9))) is NotHeld
    ours = a_disclosure(from_regime=Regime.GENERAL, basis="consent")
    assert case.disclose(ours, by=actor(LANTERN), at=after(9)).version == case.version + 1


@given(PARTS, st.frozensets(st.sampled_from(Strand), min_size=1))
def test_it_lies_with_the_strand_of_which_some_was_told_or_else_with_one_that_is_ours(
    parts: frozenset[Part], led: frozenset[Strand]
) -> None:
    strand = strand_of(parts, led)
    told = {each for each in Strand if STRAND_PARTS[each] in parts}
    assert strand in (told or led)
    if Strand.INVESTIGATION in told:
        assert strand is Strand.INVESTIGATION
    elif Strand.SUPPORT in (told or led):
        assert strand is Strand.SUPPORT


def test_whoever_leads_nothing_tells_of_the_support() -> None:
    assert strand_of(frozenset({Part.IDENTITY}), frozenset()) is Strand.SUPPORT
