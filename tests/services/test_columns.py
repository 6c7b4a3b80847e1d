"""How each column is classified: nothing of a person that stands in the database leaves it, or can be read there."""

from collections import defaultdict

from casetrack.services.columns import COLUMNS, Kind, Leaves

KINDS = {(column.table, column.name): column.kind for column in COLUMNS}


def test_only_what_stands_in_clear_leaves_for_lists_and_other_organisations() -> None:
    assert {column.kind for column in COLUMNS if column.leaves is not Leaves.NOWHERE} == {Kind.CLEAR}


def test_what_people_write_and_the_keys_to_it_are_sealed_wherever_they_lie() -> None:
    places = {
        *(("sealed_values", "stored"), ("file_chunks", "sealed"), ("transfers", "preview"), ("transfers", "answer")),
        *(("proposals", "words"), ("events", "words"), ("drafts", "sealed"), ("wraps", "sealed")),
        *(("keysets", "sealed"), ("sessions", "sealed"), ("accounts", "password")),
    }
    assert {place for place, kind in KINDS.items() if kind is Kind.SEALED} == places


def test_beside_every_seal_stands_in_clear_with_which_keyset_it_was_made() -> None:
    columns: dict[str, set[str]] = defaultdict(set)
    for column in COLUMNS:
        columns[column.table].add(column.name)
    sealed = {table for table, names in columns.items() if "seal_signature" in names}

    assert {"cases", "holdings", "transfers", "proposals", "legal_holds", "tombstones", "accounts", "tokens"} == sealed
    assert {KINDS.get((table, "seal_keyset")) for table in sealed} == {Kind.CLEAR}
    assert {KINDS[table, "seal_signature"] for table in sealed} == {Kind.MARK}
