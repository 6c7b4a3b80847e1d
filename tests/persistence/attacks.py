"""What somebody can do who has the superuser's password and no key: generated from the schema and the rows there are.

Each attack is committed, so that it is read as it would be, and undone afterwards from a copy of every table. The
constraints, triggers and generated columns that would be in the way are taken off first, as a superuser takes them off.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Column, Connection, Engine, LargeBinary, Table, text

from casetrack.persistence.schema import METADATA
from casetrack.persistence.values import DIGEST

ABOUT_CASES: Final = (
    *("cases", "holdings", "milestone_records", "transfers", "case_keys", "wraps", "sealed_values", "file_chunks"),
    *("index_tags", "proposals", "legal_holds"),
)
ATTACKED: Final = (*ABOUT_CASES, "keysets", "events")
TABLES: Final[Mapping[str, Table]] = {table.name: table for table in METADATA.sorted_tables if table.name in ATTACKED}
FREED: Final = {"sealed_values": "digest", "file_chunks": "hash"}
"""Generated columns that vouch for another: a superuser who changes that one leaves these as they were."""
TOLD_APART: Final = {"sealed_values", "wraps"}
"""Tables whose swaps within a part, across parts and across cases are each a kind of their own."""
BOUND: Final = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
    WHERE contype IN ('c', 'u', 'f', 'x') AND conrelid = ANY(CAST(:tables AS regclass[])) ORDER BY contype = 'f' DESC
"""
UNIQUE: Final = """
    SELECT indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND NOT indisprimary AND indrelid = ANY(CAST(:tables AS regclass[]))
"""


@dataclass(frozen=True)
class Attack:
    """Statements, the tables that they change, and the cases that the changed rows are, or were, of."""

    kind: str
    """What is done to which column, the same for attacks that differ only in the rows."""
    name: str
    tables: tuple[str, ...]
    cases: frozenset[UUID] | None
    """None where it may be any."""
    statements: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass
class Attacker:
    """A superuser, with a copy of each table as it was."""

    engine: Engine
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    past: list[dict[str, list[dict[str, Any]]]] = field(default_factory=list)

    def remember(self) -> None:
        """What every row is now will be an older row of it."""
        with self.engine.connect() as connection:
            self.past.append(_all(connection, ABOUT_CASES))

    def older(self) -> Iterator[Attack]:
        """Each row put back as it once was; and each case, with all that is about it but the journal."""
        now = {table: {_key(table, row): row for row in rows} for table, rows in self.rows.items()}
        for past in self.past:
            for table, rows in past.items():
                for row in rows:
                    newer = now[table].get(_key(table, row))
                    if newer is None:
                        yield planted(f"bring back a row of {table}", _short(row, table), table, row)
                    elif differing := {name: row[name] for name in writable(table) if row[name] != newer[name]}:
                        yield changed(f"put back a row of {table}", _short(row, table), table, newer, **differing)
            for case in past["cases"]:
                newer = now["cases"][_key("cases", case)]
                if newer["version"] != case["version"]:
                    yield self._put_back(case["id"], past)

    def _put_back(self, case: UUID, past: Mapping[str, Sequence[Mapping[str, Any]]]) -> Attack:
        def of_case(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, Mapping[str, Any]]]:
            return [
                (table, row) for table in ABOUT_CASES for row in rows[table] if case in (cases_of(table, row) or ())
            ]

        gone_now = [removed("", "", table, row) for table, row in of_case(self.rows)]
        back = [planted("", "", table, row) for table, row in of_case(past)]
        return joined("put back a case as it was", str(case), *gone_now, *back)

    def begin(self) -> None:
        """Nothing of the database's own is in the way any more, and each table is copied."""
        with self.engine.begin() as connection:
            asked = {"tables": list(ATTACKED)}
            for table, name in connection.execute(text(BOUND), asked).all():
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE"))
            for (index,) in connection.execute(text(UNIQUE), asked).all():
                connection.execute(text(f"DROP INDEX {index}"))
            for table in ATTACKED:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for table, column in FREED.items():
                connection.execute(text(f"ALTER TABLE {table} ALTER {column} DROP EXPRESSION"))
            connection.execute(text("CREATE SCHEMA kept"))
            for table in ATTACKED:
                connection.execute(text(f"CREATE TABLE kept.{table} AS TABLE {table}"))
            self.rows.update(_all(connection, ATTACKED))

    @contextmanager
    def doing(self, attack: Attack) -> Iterator[None]:
        """Inside the block the attack is done; afterwards it never was."""
        with self._free() as connection:
            for statement, parameters in attack.statements:
                connection.execute(text(statement), parameters)
        try:
            yield
        finally:
            with self._free() as connection:
                for table in attack.tables:
                    columns = ", ".join(writable(table))
                    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a table of ours
                    connection.execute(text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept.{table}"))  # noqa: S608 - a table of ours

    def failures(self) -> int:
        """How many failures of integrity the journal tells of."""
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM events WHERE refusal = 'IntegrityBroken'")) or 0)

    @contextmanager
    def _free(self) -> Iterator[Connection]:
        """A transaction in which no trigger runs and nothing waits for a disk."""
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off"))
            yield connection


def _all(connection: Connection, tables: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of each table, in the order of their keys."""
    found = {table: connection.execute(text(f"SELECT * FROM {table}")).mappings() for table in tables}  # noqa: S608 - a table of ours
    return {table: sorted(map(dict, rows), key=lambda row: str(_key(table, row))) for table, rows in found.items()}


def _key(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in keys(table))


def joined(kind: str, name: str, *attacks: Attack) -> Attack:
    """All of that at once."""
    tables = tuple(dict.fromkeys(table for each in attacks for table in each.tables))
    cases = frozenset(case for each in attacks for case in each.cases or ())
    return Attack(kind, name, tables, cases or None, tuple(said for each in attacks for said in each.statements))


def is_part(given: object, before: object) -> bool:
    """Nothing is given that was not given before, though some of it may be missing."""
    if given in (None, "", []):
        return True
    if isinstance(given, Mapping) and isinstance(before, Mapping):
        return all(name in before and is_part(value, before[name]) for name, value in given.items())
    if isinstance(given, list) and isinstance(before, list):
        return all(any(is_part(each, one) for one in before) for each in given)
    return given == before


def writable(table: str) -> list[str]:
    """The columns that are not made of others."""
    return [
        column.name for column in TABLES[table].columns if column.computed is None or FREED.get(table) == column.name
    ]


def keys(table: str) -> list[str]:
    """The columns by which a row is named."""
    return [column.name for column in TABLES[table].primary_key.columns]


def key_of(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What names the row."""
    return {name: row[name] for name in keys(table)}


def cases_of(table: str, *rows: Mapping[str, Any]) -> frozenset[UUID] | None:
    """The cases that the rows are of; None of what is of none."""
    if table == "cases":
        return frozenset(row["id"] for row in rows)
    return frozenset(row["case_id"] for row in rows if row["case_id"]) if "case_id" in rows[0] else None


def changed(kind: str, name: str, table: str, row: Mapping[str, Any], **values: Any) -> Attack:  # noqa: ANN401 - of any column
    """One row has other values."""
    setting = ", ".join(f"{column} = :new_{column}" for column in values)
    new = {f"new_{column}": value for column, value in values.items()}
    moved = {**row, **values}
    about = cases_of(table, row, moved)
    update = f"UPDATE {table} SET {setting} WHERE {_where(table)}"  # noqa: S608 - a table of ours
    done: list[tuple[str, Mapping[str, Any]]] = [(update, {**_named(table, row), **new})]
    if table == "sealed_values" and values.keys() - {"stored", "digest"}:
        done.append((f"UPDATE sealed_values SET digest = {DIGEST} WHERE {_where(table)}", _named(table, moved)))  # noqa: S608 - a table of ours
    return Attack(kind, name, (table,), about, tuple(done))


def swapped(
    kind: str, name: str, table: str, one: Mapping[str, Any], other: Mapping[str, Any], columns: Sequence[str]
) -> Attack:
    """The two rows have each other's values in those columns."""
    first = changed(kind, name, table, one, **{column: other[column] for column in columns})
    second = changed(kind, name, table, other, **{column: one[column] for column in columns})
    cases = None if first.cases is None or second.cases is None else first.cases | second.cases
    return Attack(kind, name, (table,), cases, (*first.statements, *second.statements))


def removed(kind: str, name: str, table: str, row: Mapping[str, Any]) -> Attack:
    """The row is not there any more."""
    statement = f"DELETE FROM {table} WHERE {_where(table)}"  # noqa: S608 - a table of ours
    return Attack(kind, name, (table,), cases_of(table, row), ((statement, _named(table, row)),))


def planted(kind: str, name: str, table: str, row: Mapping[str, Any], **values: Any) -> Attack:  # noqa: ANN401 - of any column
    """There is a row more, like that one but for these values."""
    new = {**row, **values}
    columns = writable(table)
    listed, given = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    statement = f"INSERT INTO {table} ({listed}) VALUES ({given})"  # noqa: S608 - a table of ours
    return Attack(
        kind, name, (table,), cases_of(table, row, new), ((statement, {column: new[column] for column in columns}),)
    )


def swaps(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Attack]:
    """Each value of bytes, and each whole row, exchanged with another of its table: of each kind of pair, one a row."""
    plain = [column for column in writable(table) if column not in keys(table)]
    for number, one in enumerate(rows):
        for other in _partners(one, rows[number + 1 :]):
            place = f"{_short(one, table)} and {_short(other, table)}"
            how = _alike(one, other) if table in TOLD_APART else ""
            for column in (name for name in plain if one[name] != other[name] and is_blob(table, name)):
                yield swapped(f"swap {column} of {table}{how}", place, table, one, other, [column])
            differing = [name for name in plain if one[name] != other[name]]
            if differing:
                yield swapped(f"swap rows of {table}{how}", place, table, one, other, differing)


def crossings(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Attack]:
    """Each sealed column of a row with each other of the same row."""
    blobs = [name for name in writable(table) if is_blob(table, name) and name not in keys(table)]
    for row in rows:
        for number, one in enumerate(blobs):
            for other in blobs[number + 1 :]:
                if row[one] is not None and row[other] is not None:
                    yield changed(
                        f"exchange {one} and {other} of {table}",
                        _short(row, table),
                        table,
                        row,
                        **{one: row[other], other: row[one]},
                    )


def edits(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Attack]:
    """Each column of each row, with another value: one that another row has, and one that none has."""
    for column in (TABLES[table].columns[name] for name in writable(table)):
        known = sorted((row[column.name] for row in rows if row[column.name] is not None), key=str)
        for row in rows:
            for value in _others(column, row[column.name], known):
                if column.name in keys(table) and any(
                    key_of(table, each) == key_of(table, {**row, column.name: value}) for each in rows
                ):
                    continue
                yield changed(f"edit {column.name} of {table}", _short(row, table), table, row, **{column.name: value})


def removals(table: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Attack]:
    """Each row, gone."""
    for row in rows:
        yield removed(f"delete of {table}", _short(row, table), table, row)


def is_blob(table: str, name: str) -> bool:
    """True of a column of bytes."""
    return isinstance(TABLES[table].columns[name].type, LargeBinary)


def _others(column: Column[Any], value: Any, known: Sequence[Any]) -> Iterable[Any]:  # noqa: ANN401 - of any column
    """Values that the column might have instead."""
    taken = next((each for each in known if each != value), None)
    made = next((make(value) for kind, make in MADE if isinstance(value, kind)), None)
    found = [taken, made, *([None] if column.nullable and value is not None else [])]
    allowed = [each for number, each in enumerate(found) if each is not None or number == 2]
    seen: list[Any] = []
    for each in allowed:
        if each != value and each not in seen:
            seen.append(each)
    return seen


MADE: Final[Sequence[tuple[type, Callable[[Any], Any]]]] = (
    (bool, lambda value: not value),
    (int, lambda value: value + 1),
    (bytes, lambda value: value[:-1] + bytes([value[-1] ^ 1]) if value else b"\0"),
    (UUID, lambda _: uuid4()),
    (datetime, lambda value: value + timedelta(days=3)),
    (date, lambda value: value + timedelta(days=3)),
)
"""A value that no row has. Texts are codes, of which one that another row has is taken."""


def _partners(one: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Of each kind of pair, the first: of the same case or another, the same part or another, the same field or not."""
    for _, pairs in groupby(sorted(rows, key=lambda other: _alike(one, other)), lambda other: _alike(one, other)):
        yield next(iter(pairs))


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """In what the two rows are alike."""
    told = ("case_id", "part", "label_column", "subject", "file_id", "recipient", "number", "holder", "aggregate_id")
    alike = [name for name in told if name in one and one[name] == other[name]]
    return f", alike in {'+'.join(alike)}" if alike else ""


def _where(table: str) -> str:
    return " AND ".join(f"{name} = :key_{name}" for name in keys(table))


def _named(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"key_{name}": row[name] for name in keys(table)}


def _short(row: Mapping[str, Any], table: str) -> str:
    told = [
        name for name in ("part", "label_column", "holder", "recipient", "version", "number", "action") if name in row
    ]
    return "/".join(str(row[name])[:12] for name in (*keys(table), *told))
