"""Every field that is sealed: under which part, by which frozen label."""

from casetrack.domain.holdings import Part, Strand
from casetrack.services.fields import (
    ANSWER,
    CONTACT,
    ENTRIES,
    FILE_KEYS,
    FILES,
    IDENTITY,
    NOTES,
    PREVIEW,
    SEALED,
    named,
)

LABELS = {
    "identity": {
        *("given-names", "family-name", "other-names", "birth-date", "birth-date-is-estimate", "turns-18"),
        *("nationality", "nrm-reference", "crime-references", "document-numbers"),
    },
    "contact": {"address", "phone", "email", "voicemail", "times", "unsafe-areas"},
    "record": {"support-note", "investigation-note"},
    "note": {"support-entry", "investigation-entry"},
    "disclosure": {"support-words", "investigation-words"},
    "sar": {"support-request", "investigation-request"},
    "file": {"support-about", "support-key", "investigation-about", "investigation-key"},
}
"""Frozen: each is bound into every value that was ever sealed under it."""


def test_the_labels_are_those_that_values_were_sealed_under() -> None:
    found: dict[str, set[str]] = {}
    for field in SEALED:
        found.setdefault(field.label.table, set()).add(field.label.column)
    assert found == LABELS
    assert {(label.table, label.column) for label in (PREVIEW, ANSWER)} == {
        ("transfer", "preview"),
        ("transfer", "answer"),
    }


def test_no_two_fields_share_a_label_nor_two_of_a_page_a_name() -> None:
    assert len({field.label for field in SEALED}) == len(SEALED)
    for fields in (IDENTITY, CONTACT):
        assert len(named(fields)) == len(fields)


def test_who_the_person_is_and_how_to_reach_them_lie_in_parts_of_their_own() -> None:
    assert {field.part for field in IDENTITY} == {Part.IDENTITY}
    assert {field.part for field in CONTACT} == {Part.SAFE_ADDRESS}
    for fields in (NOTES, FILES, FILE_KEYS, ENTRIES):
        assert {strand: field.part for strand, field in fields.items()} == {
            Strand.SUPPORT: Part.SUPPORT,
            Strand.INVESTIGATION: Part.INVESTIGATION,
        }
