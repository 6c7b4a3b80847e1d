"""The catalogue, as it is shipped and as it is read."""

from collections.abc import Mapping
from datetime import date

import pytest

from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue import (
    AppliesTo,
    Basis,
    Catalogue,
    CatalogueRefused,
    EventKind,
    LimitKind,
    Phase,
    Responsible,
    RuleNation,
    Side,
    Trigger,
    Unit,
    Verified,
    read_catalogue,
    triggers,
)
from casetrack.domain.ledger import SAID_BY_TRANSFERS, TURNED_18
from casetrack.domain.progress import DECISIONS, FIRST_STEPS
from casetrack.domain.turns import STILL_TO_COME
from tests.domain.milestones import CATALOGUE, catalogue_of, events_for, limited, milestone, rule_of

BOTH_STRANDS = frozenset({"support", "investigation"})


def codes(catalogue: Catalogue, age_group: str, nation: Nation, strands: frozenset[str] = BOTH_STRANDS) -> set[str]:
    rules = (rule for rule in catalogue.rules.values() if rule.covers(age_group, nation) and rule.of_strands(strands))
    return {rule.code for rule in rules if rule.on_by_default}


def test_the_catalogue_that_is_shipped_holds_122_milestones_and_93_events() -> None:
    assert len(CATALOGUE.rules) == 122
    assert len(CATALOGUE.events) == 93


def test_a_row_is_read_with_every_column() -> None:
    rule = CATALOGUE.rules["homeless-relief"]

    assert rule.label == "Council's relief duty period"
    assert rule.phase is Phase.SAFE
    assert rule.strand is Side.SUPPORT
    assert rule.responsible is Responsible.LOCAL_AUTHORITY
    assert rule.limit is not None
    assert (rule.limit.value, rule.limit.unit, rule.limit.kind) == (56, Unit.CALENDAR_DAYS, LimitKind.MAX)
    assert (rule.limit.basis, rule.limit.verified) == (Basis.LAW, Verified.YES)
    assert rule.applies_to is AppliesTo.ADULT
    assert rule.nation is RuleNation.ENGLAND
    assert rule.outcomes == ("housed", "ended", "main_duty")
    assert rule.repeatable
    assert rule.on_by_default
    assert rule.high_risk_limit_hours is None


def test_dates_and_hours_are_read_where_a_row_has_them() -> None:
    assert CATALOGUE.rules["recovery-ew-2022"].in_force_from == date(2022, 12, 13)
    assert CATALOGUE.rules["recovery-ew-2022"].in_force_to == date(2023, 1, 29)
    assert CATALOGUE.rules["transfer-decision"].high_risk_limit_hours == 24
    assert CATALOGUE.rules["encounter"].limit is None
    assert CATALOGUE.rules["encounter"].outcomes == ()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 12, 12), False),
        (date(2022, 12, 13), True),
        (date(2023, 1, 29), True),
        (date(2023, 1, 30), False),
    ],
)
def test_a_rule_is_in_force_on_both_of_its_days(day: date, *, expected: bool) -> None:
    assert CATALOGUE.rules["recovery-ew-2022"].in_force(day) is expected


def test_a_rule_without_dates_is_always_in_force() -> None:
    assert CATALOGUE.rules["encounter"].in_force(date(1999, 1, 1))


def test_what_a_clock_waits_on_is_a_code_with_the_outcomes_that_count() -> None:
    starters = CATALOGUE.starters(CATALOGUE.rules["legal-advice"])

    assert starters == (
        Trigger("rg-decision", frozenset({"positive", "further_positive"})),
        Trigger("rg-decision-panel", frozenset({"positive"})),
    )
    assert CATALOGUE.stoppers(CATALOGUE.rules["recovery-ew"]) == (
        Trigger("public-order-check", frozenset({"applied"})),
    )


def test_any_outcome_counts_where_one_reference_names_none() -> None:
    (trigger,) = triggers("a=x;a;a=y")

    assert trigger == Trigger("a")
    assert trigger.fits("z")
    assert trigger.fits(None)


def test_only_the_outcomes_that_are_named_count() -> None:
    (trigger,) = triggers("a=x|y")

    assert trigger.fits("x")
    assert not trigger.fits("z")
    assert not trigger.fits(None)


@pytest.mark.parametrize(
    ("columns", "nation", "age_group", "expected"),
    [
        ({"nation": "EW"}, Nation.WALES, "adult", True),
        ({"nation": "E"}, Nation.WALES, "adult", False),
        ({"nation": "GB"}, Nation.SCOTLAND, "adult", True),
        ({"nation": "GB"}, Nation.NORTHERN_IRELAND, "adult", False),
        ({"nation": "UK"}, Nation.NORTHERN_IRELAND, "adult", True),
        ({"nation": "NI"}, Nation.NORTHERN_IRELAND, "adult", True),
        ({"nation": "S"}, Nation.ENGLAND, "adult", False),
        ({"nation": "W"}, Nation.WALES, "adult", True),
        ({"applies_to": "child"}, Nation.ENGLAND, "adult", False),
        ({"applies_to": "child"}, Nation.ENGLAND, "child", True),
        ({"applies_to": "adult"}, Nation.ENGLAND, "child", False),
        ({"applies_to": "both"}, Nation.ENGLAND, "child", True),
    ],
)
def test_a_milestone_belongs_to_its_nation_and_age(
    columns: Mapping[str, str], nation: Nation, age_group: str, *, expected: bool
) -> None:
    assert ("asked" in codes(catalogue_of(limited(**columns)), age_group, nation)) is expected


def test_a_case_without_an_investigation_has_no_investigation_row() -> None:
    without = codes(CATALOGUE, "adult", Nation.ENGLAND, frozenset({"support"}))

    assert not [code for code in without if CATALOGUE.rules[code].strand is Side.INVESTIGATION]
    assert "encounter" in without
    assert "initial-needs" in without
    assert "crime-recorded" in codes(CATALOGUE, "adult", Nation.ENGLAND)


@pytest.mark.parametrize("nation", Nation)
@pytest.mark.parametrize("age_group", ["adult", "child"])
def test_every_person_has_milestones_of_the_whole_case_and_of_both_strands(nation: Nation, age_group: str) -> None:
    strands = {CATALOGUE.rules[code].strand for code in codes(CATALOGUE, age_group, nation)}

    assert strands == set(Side)


def test_dates_counted_from_the_birth_date_are_sealed() -> None:
    sealed = {code for code, rule in CATALOGUE.rules.items() if CATALOGUE.is_sealed(rule)}

    assert sealed == {"turning-18", "adult-handover-18", "consents-renewed-18", "cica-claim-child"}


def test_no_rule_joins_support_to_speaking_with_the_police() -> None:
    """Statutory guidance 2020, 11.7 and 11.22; Northern Ireland Act 2015 s.18(5)."""
    waiting = {
        code
        for code, rule in CATALOGUE.rules.items()
        for trigger in (*CATALOGUE.starters(rule), *CATALOGUE.stoppers(rule))
        if trigger.code == "police-engagement-choice"
    }

    assert {CATALOGUE.rules[code].strand for code in waiting} == {Side.INVESTIGATION}


def test_what_the_rules_name_in_code_is_in_the_catalogue() -> None:
    outcomes = {outcome for rule in CATALOGUE.rules.values() for outcome in rule.outcomes}

    assert outcomes >= STILL_TO_COME
    assert CATALOGUE.events[TURNED_18].kind is EventKind.FACT
    assert CATALOGUE.rules.keys() >= SAID_BY_TRANSFERS.keys()
    for code, named, _ in (*FIRST_STEPS, *DECISIONS):
        assert named <= set(CATALOGUE.rules[code].outcomes), code


def test_what_does_not_hold_together_is_refused_with_every_fault() -> None:
    rows = [milestone(phase="later"), milestone(code="Other", label="")]

    with pytest.raises(CatalogueRefused) as refused:
        read_catalogue("test", rows, [{"code": "x", "label": "X", "kind": "fact", "how_it_happens": "so"}])

    assert refused.value.faults == (
        "milestones.csv: asked: phase is 'later'",
        "milestones.csv: Other: code is not in-this-form",
        "milestones.csv: Other: label or duty_source is empty",
        "events.csv: x: starts and stops nothing",
    )
    assert str(refused.value) == "\n".join(refused.value.faults)


def test_rows_are_read_once_so_that_a_file_may_be_handed_in() -> None:
    rows = [limited()]
    catalogue = read_catalogue("2026", iter(rows), iter(events_for(rows)))

    assert catalogue.version == "2026"
    assert catalogue.rules["asked"] == rule_of()
