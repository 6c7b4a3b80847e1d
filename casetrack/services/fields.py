"""The sealed fields of a case: each under which part, and what it says. None leaves but to those who hold the part.

What stands in clear, and why, is in `columns.py`. A sealed field's label is frozen: it is bound into every stored
value, and stays when a column is renamed.
"""

from dataclasses import dataclass

from casetrack.crypto.fields import FieldLabel
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.words import N_


@dataclass(frozen=True)
class SealedField:
    """A field that only the keys of the part's holders open."""

    name: str
    label: FieldLabel
    part: Part
    says: str


def _identity(name: str, says: str) -> SealedField:
    return SealedField(name, FieldLabel("identity", name.replace("_", "-")), Part.IDENTITY, says)


def _contact(name: str, says: str) -> SealedField:
    return SealedField(name, FieldLabel("contact", name.replace("_", "-")), Part.SAFE_ADDRESS, says)


IDENTITY = (
    _identity("given_names", N_("Given names")),
    _identity("family_name", N_("Family name")),
    _identity("other_names", N_("Other names, and what the person likes to be called")),
    _identity("birth_date", N_("Date of birth")),
    _identity("birth_date_is_estimate", N_("Whether the date of birth is an estimate")),
    _identity("turns_18", N_("18th birthday")),
    _identity("nationality", N_("Nationality")),
    _identity("nrm_reference", N_("NRM reference")),
    _identity("crime_references", N_("Crime references")),
    _identity("document_numbers", N_("Numbers of passports, cards and permits")),
)
CONTACT = (
    _contact("address", N_("Safe address")),
    _contact("phone", N_("Telephone")),
    _contact("email", N_("E-mail")),
    _contact("voicemail", N_("Voicemail and code word")),
    _contact("times", N_("When and how contact is safe")),
    _contact("unsafe_areas", N_("Areas and people that are not safe")),
)
NOTES = {
    Strand.SUPPORT: SealedField("note", FieldLabel("record", "support-note"), Part.SUPPORT, N_("Note")),
    Strand.INVESTIGATION: SealedField(
        "note", FieldLabel("record", "investigation-note"), Part.INVESTIGATION, N_("Note")
    ),
}
FILES = {
    strand: SealedField("file", FieldLabel("file", f"{strand}-about"), STRAND_PARTS[strand], N_("File"))
    for strand in Strand
}
"""What is said of a file: its name, kind and size, when it was attached and by whom, and the digest of its chunks."""
FILE_KEYS = {
    strand: SealedField("key", FieldLabel("file", f"{strand}-key"), STRAND_PARTS[strand], N_("Key of a file"))
    for strand in Strand
}
ENTRIES = {
    strand: SealedField("entry", FieldLabel("note", f"{strand}-entry"), STRAND_PARTS[strand], N_("Note of the case"))
    for strand in Strand
}
"""The whole of a note of the case, its kind and author with its words. Those of `NOTES` stand beside a milestone."""
DISCLOSURES = {
    strand: SealedField("told", FieldLabel("disclosure", f"{strand}-words"), STRAND_PARTS[strand], N_("Disclosure"))
    for strand in Strand
}
"""What was written of a disclosure outside casetrack: to whom by name, and what was told."""
SARS = {
    strand: SealedField("request", FieldLabel("sar", f"{strand}-request"), STRAND_PARTS[strand], N_("Request"))
    for strand in Strand
}
"""The whole of a subject access request as it stands, with what was typed at each step of it."""
SEALED = (
    *(*IDENTITY, *CONTACT, *NOTES.values(), *FILES.values(), *FILE_KEYS.values()),
    *(*ENTRIES.values(), *DISCLOSURES.values(), *SARS.values()),
)

PREVIEW = FieldLabel("transfer", "preview")
"""What the sender chose to share, under the offer's key."""
ANSWER = FieldLabel("transfer", "answer")
"""What the receiver wrote when it answered, under the offer's key."""


def named(fields: tuple[SealedField, ...]) -> dict[str, SealedField]:
    """The fields, each found by its name."""
    return {field.name: field for field in fields}
