"""Names every row of the forces, the map and the code lists that does not hold together."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from casetrack.domain.catalogue_faults import CODE, FileRow, is_day

COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "forces": frozenset(
        {
            "code",
            "ons_code",
            "name",
            "nation",
            "region",
            "kind",
            "nrm_service_list_name",
            "valid_from",
            "valid_to",
            "successor",
        }
    ),
    "force_neighbours": frozenset({"code_a", "code_b", "approx_border_km"}),
    "force_tiles": frozenset({"code", "col", "row"}),
}
CODE_COLUMNS: Final = frozenset({"code", "label", "source", "valid_from", "valid_to"})
KINDS: Final = frozenset({"territorial", "special", "agency"})
NATIONS: Final = frozenset({"England", "Wales", "Scotland", "Northern Ireland", "Great Britain", "United Kingdom"})


def faults_of_facts(files: Mapping[str, Sequence[FileRow]], lists: Mapping[str, Sequence[FileRow]]) -> tuple[str, ...]:
    """What does not hold together in the forces, their neighbours and tiles, and the code lists."""
    misshapen = tuple(_faults_of_shape(files, lists))
    return misshapen or tuple(_faults_of_content(files, lists))


def _faults_of_shape(files: Mapping[str, Sequence[FileRow]], lists: Mapping[str, Sequence[FileRow]]) -> Iterator[str]:
    for name, rows in files.items():
        yield from _misshapen(f"{name}.csv", rows, COLUMNS[name])
    for name, rows in lists.items():
        yield from _misshapen(f"codes/{name}.csv", rows, CODE_COLUMNS | rows[0].keys() if rows else CODE_COLUMNS)


def _misshapen(name: str, rows: Sequence[FileRow], columns: Collection[str]) -> Iterator[str]:
    if not rows:
        yield f"{name}: has no rows"
    for number, row in enumerate(rows, 1):
        if row.keys() != columns or None in row.values() or None in row:
            yield f"{name}: row {number}: has too many or too few columns"


def _faults_of_content(files: Mapping[str, Sequence[FileRow]], lists: Mapping[str, Sequence[FileRow]]) -> Iterator[str]:
    forces = files["forces"]
    known = {row["code"] for row in forces}
    yield from _faults_of_codes("forces.csv", forces, "name")
    for row in forces:
        yield from (f"forces.csv: {row['code']}: {fault}" for fault in _faults_of_force(row, known))
    yield from _faults_of_neighbours(files["force_neighbours"], known)
    yield from _faults_of_tiles(files["force_tiles"], known)
    for name, rows in lists.items():
        yield from _faults_of_codes(f"codes/{name}.csv", rows, "label")


def _faults_of_codes(name: str, rows: Sequence[FileRow], called: str) -> Iterator[str]:
    """A code is written in one way, is there once, says what it is called, and has days that a calendar has."""
    yield from _repeated(name, (row["code"] for row in rows))
    for row in rows:
        if not CODE.fullmatch(row["code"].lower()):
            yield f"{name}: {row['code']}: code is not in-this-form"
        if not row[called]:
            yield f"{name}: {row['code']}: {called} is empty"
        for column in ("valid_from", "valid_to"):
            if row[column] and not is_day(row[column]):
                yield f"{name}: {row['code']}: {column} is {row[column]!r}"


def _faults_of_force(row: FileRow, known: Collection[str]) -> Iterator[str]:
    if row["kind"] not in KINDS:
        yield f"kind is {row['kind']!r}"
    if row["nation"] not in NATIONS:
        yield f"nation is {row['nation']!r}"
    if row["successor"] and row["successor"] not in known:
        yield f"successor {row['successor']} is no force"


def _faults_of_neighbours(rows: Sequence[FileRow], known: Collection[str]) -> Iterator[str]:
    yield from _repeated("force_neighbours.csv", ("-".join(sorted((row["code_a"], row["code_b"]))) for row in rows))
    for row in rows:
        pair = f"force_neighbours.csv: {row['code_a']}, {row['code_b']}"
        if row["code_a"] == row["code_b"] or not {row["code_a"], row["code_b"]} <= set(known):
            yield f"{pair}: are not two forces"
        if not row["approx_border_km"].replace(".", "", 1).isdecimal():
            yield f"{pair}: approx_border_km is {row['approx_border_km']!r}"


def _faults_of_tiles(rows: Sequence[FileRow], known: Collection[str]) -> Iterator[str]:
    yield from _repeated("force_tiles.csv", (row["code"] for row in rows))
    yield from _repeated("force_tiles.csv", (f"column {row['col']}, row {row['row']}" for row in rows))
    for row in rows:
        if row["code"] not in known:
            yield f"force_tiles.csv: {row['code']}: is no force"
        if not (row["col"].isdecimal() and row["row"].isdecimal()):
            yield f"force_tiles.csv: {row['code']}: has no place on the grid"
    yield from (f"force_tiles.csv: {code}: has no tile" for code in sorted(set(known) - {row["code"] for row in rows}))


def _repeated(name: str, keys: Iterable[str]) -> Iterator[str]:
    return (f"{name}: {key}: is there more than once" for key, times in Counter(keys).items() if times > 1)
