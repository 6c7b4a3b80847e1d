"""Reads one version of the field's facts from its folder, and refuses it whole if it does not hold together."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from casetrack.domain.catalogue import Catalogue, read_catalogue
from casetrack.domain.catalogue_faults import FactsRefused, FileRow, is_day
from casetrack.domain.factfile_faults import CODE_COLUMNS, faults_of_facts

FILES: Final = ("forces", "force_neighbours", "force_tiles")


@dataclass(frozen=True, slots=True)
class ForceFact:
    """A police body as the facts have it, in being between two days, both included."""

    code: str
    ons_code: str
    """The Office for National Statistics code of its area; empty for a body without one."""
    name: str
    nation: str
    region: str
    kind: str
    nrm_service_list_name: str
    """What the Home Office's NRM form calls it; empty if it is not on that list."""
    valid_from: date | None
    valid_to: date | None
    successor: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two forces whose areas share a land border; each pair is there once."""

    one: str
    other: str
    border_km: float


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a force stands on the tile grid, from the upper left corner."""

    force: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a code list, offered between two days, both included."""

    code: str
    label: str
    source: str
    valid_from: date | None
    valid_to: date | None
    more: Mapping[str, str]
    """The columns that only this list has."""

    def in_force(self, on: date) -> bool:
        """True of a day on which it may be chosen."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class CodeList:
    """The answers to one question, in the order in which they are offered."""

    name: str
    codes: Mapping[str, Code]

    def offered(self, on: date) -> tuple[Code, ...]:
        """What may be chosen on that day."""
        return tuple(code for code in self.codes.values() if code.in_force(on))


@dataclass(frozen=True)
class Facts:
    """One version of what casetrack knows of the field."""

    version: str
    catalogue: Catalogue
    forces: Mapping[str, ForceFact]
    neighbours: tuple[Neighbours, ...]
    tiles: Mapping[str, Tile]
    codes: Mapping[str, CodeList]


def versions(folder: Path) -> tuple[str, ...]:
    """The versions that the folder holds, each named by its day, oldest first."""
    return tuple(sorted(each.name for each in folder.iterdir() if is_day(each.name)))


def read_facts(folder: Path, version: str) -> Facts:
    """The facts of that version; raises FactsRefused, naming every fault, if one row is wrong."""
    where = folder / version
    catalogue = read_catalogue(version, read_rows(where / "milestones.csv"), read_rows(where / "events.csv"))
    files = {name: read_rows(where / f"{name}.csv") for name in FILES}
    lists = {path.stem: read_rows(path) for path in sorted((where / "codes").glob("*.csv"))}
    faults = faults_of_facts(files, lists)
    if faults:
        raise FactsRefused(faults)
    return Facts(
        version=version,
        catalogue=catalogue,
        forces={row["code"]: _force(row) for row in files["forces"]},
        neighbours=tuple(
            Neighbours(row["code_a"], row["code_b"], float(row["approx_border_km"]))
            for row in files["force_neighbours"]
        ),
        tiles={row["code"]: Tile(row["code"], int(row["col"]), int(row["row"])) for row in files["force_tiles"]},
        codes={name: CodeList(name, {row["code"]: _code(row) for row in rows}) for name, rows in lists.items()},
    )


def read_rows(path: Path) -> tuple[FileRow, ...]:
    """The rows of a CSV file in UTF-8, each by its column's name."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def _force(row: FileRow) -> ForceFact:
    return ForceFact(
        code=row["code"],
        ons_code=row["ons_code"],
        name=row["name"],
        nation=row["nation"],
        region=row["region"],
        kind=row["kind"],
        nrm_service_list_name=row["nrm_service_list_name"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor=row["successor"],
    )


def _code(row: FileRow) -> Code:
    more = {column: value for column, value in row.items() if column not in CODE_COLUMNS}
    return Code(row["code"], row["label"], row["source"], _day(row["valid_from"]), _day(row["valid_to"]), more)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
