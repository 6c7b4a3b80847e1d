"""The facts that are shipped, and that a version which does not hold together is refused."""

import csv
import re
from datetime import date
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest

from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue import CatalogueRefused
from casetrack.domain.catalogue_faults import FactsRefused
from casetrack.domain.factfiles import Code, CodeList, Tile, read_facts, versions
from casetrack.domain.holders import HolderKind
from casetrack.resources import facts
from tests.domain.milestones import FACTS


def test_there_are_49_police_bodies_45_of_them_with_an_area() -> None:
    kinds = [force.kind for force in FACTS.forces.values()]

    assert len(kinds) == 49
    assert kinds.count("territorial") == 45
    assert set(kinds) == {HolderKind.TERRITORIAL, HolderKind.SPECIAL, HolderKind.AGENCY}


def test_a_force_is_read_with_every_column() -> None:
    force = FACTS.forces["avon-and-somerset"]

    assert force.name == "Avon and Somerset Police"
    assert force.nrm_service_list_name == "Avon and Somerset Constabulary"
    assert (force.ons_code, force.region) == ("E23000036", "South West")
    assert (force.valid_from, force.valid_to, force.successor) == (date(1974, 4, 1), None, "")


def test_every_force_has_the_calendar_of_a_nation() -> None:
    assert {Nation.named(force.nation) for force in FACTS.forces.values()} == set(Nation)


def test_there_are_101_borders_between_forces_with_an_area() -> None:
    assert len(FACTS.neighbours) == 101
    assert {FACTS.forces[code].kind for pair in FACTS.neighbours for code in (pair.one, pair.other)} == {"territorial"}
    assert all(pair.border_km >= 0 for pair in FACTS.neighbours)


def test_every_force_has_a_tile_and_only_those_without_an_area_are_in_the_inset() -> None:
    inset = {tile.force for tile in FACTS.tiles.values() if tile.column == 8}

    assert FACTS.tiles["cumbria"] == Tile("cumbria", 3, 1)
    assert inset == {force.code for force in FACTS.forces.values() if force.kind != "territorial"}


def test_the_code_lists_are_those_that_the_forms_ask() -> None:
    assert FACTS.codes.keys() == {
        "authority_checks",
        "close_reasons",
        "decline_reasons",
        "delivery_ways",
        "destruction_reasons",
        "destruction_rules",
        "disclosure_purposes",
        "erasure_reasons",
        "erasure_rules",
        "exploitation_types",
        "extension_reasons",
        "handover_checklist",
        "hold_reasons",
        "languages",
        "lawful_bases",
        "lifting_reasons",
        "recipient_kinds",
        "restriction_grounds",
        "reveal_purposes",
        "risk_flags",
        "support_needs",
        "transfer_reasons",
    }


def test_every_answer_says_where_it_comes_from() -> None:
    sources = {code.source for codes in FACTS.codes.values() for code in codes.codes.values()}

    assert sources == {"casetrack", "home_office", "statutory_guidance"}


def test_an_exploitation_type_belongs_to_a_group_or_is_one() -> None:
    types = FACTS.codes["exploitation_types"].codes
    groups = {code for code, each in types.items() if not each.more["group"]}

    assert groups == {"labour-financial", "sexual", "criminal", "domestic", "other"}
    assert {each.more["group"] for each in types.values()} - {""} <= groups
    assert types["organs-removed"].more["group"] == "criminal"
    assert types["organs-removed"].more["statistics_type"] == "Organ harvesting"


def test_high_risk_is_yes_no_or_for_a_child() -> None:
    flags = FACTS.codes["risk_flags"].codes

    assert {flag.more["high_risk"] for flag in flags.values()} == {"yes", "no", "child"}
    assert flags["still-in-situation"].more["high_risk"] == "yes"
    assert flags["missing-risk"].more["high_risk"] == "child"


def test_a_reason_to_close_a_case_is_of_a_strand_or_of_any_case() -> None:
    of = {reason.code: reason.more["of_strand"] for reason in FACTS.codes["close_reasons"].codes.values()}

    assert set(of.values()) == {"support", "investigation", "both"}
    assert (of["support-complete"], of["investigation-complete"]) == ("support", "investigation")
    assert of["duplicate"] == "both"


def test_the_handover_checklist_has_24_points_and_says_which_must_be_answered() -> None:
    points = tuple(FACTS.codes["handover_checklist"].codes.values())
    must = {
        int(point.more["number"]): point.more["travels_with"] for point in points if point.more["mandatory"] == "yes"
    }

    assert [int(point.more["number"]) for point in points] == list(range(1, 25))
    assert {number for number, strand in must.items() if strand == "both"} == {1, 2, 3, 4, 5, 18, 19, 20, 22, 23, 24}
    assert {number for number, strand in must.items() if strand == "investigation"} == {6, 8}
    assert len(must) == 13
    assert {point.more["travels_with"] for point in points[5:12]} == {"investigation"}
    assert {point.more["travels_with"] for point in points[12:17]} == {"support"}


def test_a_language_has_the_shape_of_a_bcp_47_tag() -> None:
    tags = FACTS.codes["languages"].codes

    assert {"en", "cy", "bfi", "sq", "vi", "ti", "kmr"} <= tags.keys()
    assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", tag) for tag in tags)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 1), ["kept"]), (date(2026, 1, 2), ["kept", "new"]), (date(2026, 2, 2), ["kept"])],
)
def test_an_answer_is_offered_from_its_first_to_its_last_day(day: date, expected: list[str]) -> None:
    kept = Code("kept", "Kept", "casetrack", None, None, {})
    new = Code("new", "New", "casetrack", date(2026, 1, 2), date(2026, 2, 1), {})

    assert [code.code for code in CodeList("test", {"kept": kept, "new": new}).offered(day)] == expected


def test_versions_are_the_folders_oldest_first() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for version in ("2027-01-01", "2026-11-21"):
            (folder / version).mkdir()
        (folder / "README.md").touch()
        (folder / "words").mkdir()

        assert versions(folder) == ("2026-11-21", "2027-01-01")


def change(path: Path, column: str, value: str) -> None:
    """The first row of the file says this instead."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = value
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("name", "column", "refusal", "fault"),
    [
        ("milestones.csv", "phase", CatalogueRefused, "milestones.csv: encounter: phase is 'wrong'"),
        ("forces.csv", "kind", FactsRefused, "forces.csv: avon-and-somerset: kind is 'wrong'"),
        ("codes/languages.csv", "valid_to", FactsRefused, "codes/languages.csv: en: valid_to is 'wrong'"),
    ],
)
def test_a_version_with_one_bad_row_is_refused_by_name(
    name: str, column: str, refusal: type[FactsRefused], fault: str
) -> None:
    with TemporaryDirectory() as folder:
        copytree(facts() / FACTS.version, Path(folder) / "2030-01-01")
        change(Path(folder) / "2030-01-01" / name, column, "wrong")

        with pytest.raises(refusal) as refused:
            read_facts(Path(folder), "2030-01-01")

    assert refused.value.faults == (fault,)
    assert str(refused.value) == fault
