"""Every column is classified, once, and every class is true of the column."""

from sqlalchemy import LargeBinary, Text

from casetrack.persistence.schema import METADATA
from casetrack.services.columns import COLUMNS, Kind

ROWS = {(table.name, column.name): column for table in METADATA.sorted_tables for column in table.columns}


def test_every_column_of_every_table_is_classified_once() -> None:
    classified = [(column.table, column.name) for column in COLUMNS]

    assert len(classified) == len(set(classified))
    assert set(classified) == set(ROWS)


def test_what_is_sealed_is_kept_as_bytes_or_as_a_hash_in_text() -> None:
    sealed = [ROWS[column.table, column.name].type for column in COLUMNS if column.kind is Kind.SEALED]

    assert sealed
    assert all(isinstance(kind, LargeBinary | Text) for kind in sealed)


def test_every_column_says_why_it_is_as_it_is() -> None:
    assert all(len(column.why) > 10 for column in COLUMNS)


def test_no_column_in_clear_can_hold_free_text_of_a_case() -> None:
    """Text in clear is a code, a reference or a name of an organisation: the tables have a check, or a foreign key."""
    about_people = {"note", "words", "address", "phone", "name", "text", "description", "comment"}
    of_cases = {"cases", "holdings", "milestone_records", "transfers", "sealed_values", "case_keys", "wraps"}
    in_clear = {(column.table, column.name) for column in COLUMNS if column.kind is Kind.CLEAR}

    assert not {(table, name) for table, name in in_clear if table in of_cases and name in about_people}
