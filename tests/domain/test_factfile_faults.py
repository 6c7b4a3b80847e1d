"""Each fault of the forces, the map and the code lists is named."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from casetrack.domain.factfile_faults import faults_of_facts
from casetrack.domain.factfiles import FILES, read_rows
from casetrack.resources import facts
from tests.domain.milestones import FACTS

Rows = list[dict[str, str]]

FOLDER = facts() / FACTS.version


def force(code: str, **columns: str) -> dict[str, str]:
    row = dict.fromkeys(("ons_code", "region", "nrm_service_list_name", "valid_from", "valid_to", "successor"), "")
    return {**row, "code": code, "name": code.title(), "nation": "England", "kind": "territorial", **columns}


def files() -> dict[str, Rows]:
    """Two forces beside each other."""
    return {
        "forces": [force("east"), force("west")],
        "force_neighbours": [{"code_a": "east", "code_b": "west", "approx_border_km": "12.5"}],
        "force_tiles": [{"code": "east", "col": "1", "row": "0"}, {"code": "west", "col": "0", "row": "0"}],
    }


def reasons(**columns: str) -> dict[str, Sequence[Mapping[str, str]]]:
    row = {"code": "moved", "label": "Moved", "source": "casetrack", "valid_from": "", "valid_to": "", **columns}
    return {"reasons": [row]}


def test_the_files_that_are_shipped_hold_together() -> None:
    lists = {path.stem: read_rows(path) for path in (FOLDER / "codes").glob("*.csv")}

    assert faults_of_facts({name: read_rows(FOLDER / f"{name}.csv") for name in FILES}, lists) == ()


def test_what_holds_together_is_no_fault() -> None:
    assert faults_of_facts(files(), reasons(valid_from="2026-11-21")) == ()


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"kind": "secret"}, "kind is 'secret'"),
        ({"nation": "Mercia"}, "nation is 'Mercia'"),
        ({"successor": "north"}, "successor north is no force"),
        ({"name": ""}, "name is empty"),
        ({"valid_from": "1974-04-31"}, "valid_from is '1974-04-31'"),
        ({"valid_to": "soon"}, "valid_to is 'soon'"),
    ],
)
def test_what_is_wrong_with_a_force_is_named(columns: Mapping[str, str], fault: str) -> None:
    found = files()
    found["forces"][1] |= columns

    assert faults_of_facts(found, reasons()) == (f"forces.csv: west: {fault}",)


def test_a_force_may_be_succeeded_by_another() -> None:
    found = files()
    found["forces"][1] |= {"successor": "east", "valid_to": "2027-03-31"}

    assert faults_of_facts(found, reasons()) == ()


@pytest.mark.parametrize(
    ("name", "columns", "fault"),
    [
        ("force_neighbours", {"code_b": "east"}, "force_neighbours.csv: east, east: are not two forces"),
        ("force_neighbours", {"code_b": "north"}, "force_neighbours.csv: east, north: are not two forces"),
        ("force_neighbours", {"approx_border_km": "-1"}, "force_neighbours.csv: east, west: approx_border_km is '-1'"),
        ("force_tiles", {"col": "x"}, "force_tiles.csv: east: has no place on the grid"),
        ("force_tiles", {"row": ""}, "force_tiles.csv: east: has no place on the grid"),
        ("force_tiles", {"col": "0"}, "force_tiles.csv: column 0, row 0: is there more than once"),
    ],
)
def test_what_is_wrong_with_the_map_is_named(name: str, columns: Mapping[str, str], fault: str) -> None:
    found = files()
    found[name][0] |= columns

    assert faults_of_facts(found, reasons()) == (fault,)


def test_a_tile_is_of_a_force_and_every_force_has_one() -> None:
    found = files()
    found["force_tiles"][0]["code"] = "north"

    assert faults_of_facts(found, reasons()) == (
        "force_tiles.csv: north: is no force",
        "force_tiles.csv: east: has no tile",
    )


def test_a_border_is_there_once_whichever_side_is_named_first() -> None:
    found = files()
    found["force_neighbours"].append({"code_a": "west", "code_b": "east", "approx_border_km": "12.5"})

    assert faults_of_facts(found, reasons()) == ("force_neighbours.csv: east-west: is there more than once",)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"code": "moved on"}, "codes/reasons.csv: moved on: code is not in-this-form"),
        ({"label": ""}, "codes/reasons.csv: moved: label is empty"),
        ({"valid_to": "2026"}, "codes/reasons.csv: moved: valid_to is '2026'"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named(columns: Mapping[str, str], fault: str) -> None:
    assert faults_of_facts(files(), reasons(**columns)) == (fault,)


def test_an_answer_is_there_once() -> None:
    twice = {"reasons": [*reasons()["reasons"], *reasons()["reasons"]]}

    assert faults_of_facts(files(), twice) == ("codes/reasons.csv: moved: is there more than once",)


def test_rows_without_the_agreed_columns_are_named_and_nothing_else_is_asked() -> None:
    found = files()
    found["forces"][0] = {"code": "east"}
    found["force_tiles"][1] |= cast("dict[str, str]", {"row": None})
    odd: dict[str, Sequence[Mapping[str, str]]] = {
        "reasons": [*reasons()["reasons"], *reasons(more="yes")["reasons"]],
        "long": cast("Rows", [reasons()["reasons"][0] | {None: ["more"]}]),  # type: ignore[operator]  # as csv reads too many cells
        "empty": [],
    }

    assert faults_of_facts(found, odd) == (
        "forces.csv: row 1: has too many or too few columns",
        "force_tiles.csv: row 2: has too many or too few columns",
        "codes/reasons.csv: row 2: has too many or too few columns",
        "codes/long.csv: row 1: has too many or too few columns",
        "codes/empty.csv: has no rows",
    )
