"""Every field of a case: sealed under which part, or in clear and why. One table; a test holds it against the rows.

A sealed field's label is frozen: it is bound into every stored value, and stays when a column is renamed.
"""

from dataclasses import dataclass
from enum import StrEnum

from casetrack.crypto.fields import FieldLabel
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.words import N_


class Leaves(StrEnum):
    """Where a field may go beside the pages of those who hold the case."""

    NOWHERE = "nowhere"
    OFFER = "offer"
    """Into the preview of an offer, as the sender wrote it there."""
    LISTS = "lists"
    """Into lists, the journal and the API, as it stands."""


@dataclass(frozen=True)
class SealedField:
    """A field that only the keys of the part's holders open."""

    name: str
    label: FieldLabel
    part: Part
    says: str
    leaves: Leaves = Leaves.NOWHERE


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
)
CONTACT = (
    _contact("address", N_("Safe address")),
    _contact("phone", N_("Telephone")),
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
SEALED = (*IDENTITY, *CONTACT, *NOTES.values())

PREVIEW = FieldLabel("transfer", "preview")
"""What the sender chose to share, under the offer's key."""
ANSWER = FieldLabel("transfer", "answer")
"""What the receiver wrote when it answered, under the offer's key."""


def named(fields: tuple[SealedField, ...]) -> dict[str, SealedField]:
    """The fields, each found by its name."""
    return {field.name: field for field in fields}


@dataclass(frozen=True)
class ClearColumn:
    """A column that is readable in the database, why it must be, and where it may go."""

    table: str
    column: str
    why: str
    leaves: Leaves = Leaves.NOWHERE
