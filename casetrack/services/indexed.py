"""Which sealed fields a person is found by, and what they say as it is looked for: from fields to what is known."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from casetrack.crypto.fields import Value
from casetrack.crypto.indexes import Entry
from casetrack.domain.finding import Birth, Known, Terms, terms_of
from casetrack.domain.holdings import Part
from casetrack.services.fields import CONTACT, IDENTITY, SealedField

NAMES: Final = ("given_names", "family_name", "other_names")
INDEXED: Final[Mapping[Part, tuple[SealedField, ...]]] = {
    Part.IDENTITY: tuple(
        field
        for field in IDENTITY
        if field.name
        in {
            *NAMES,
            *("birth_date", "birth_date_is_estimate"),
            *("nrm_reference", "crime_references", "document_numbers"),
        }
    ),
    Part.SAFE_ADDRESS: tuple(field for field in CONTACT if field.name in {"phone", "email"}),
}
"""The fields of each part that its tags are made of; of other parts nothing is looked for."""
_BETWEEN: Final = re.compile(r"[,;\n]")


def known_of(values: Mapping[str, Value]) -> Known:
    """What is known of a person, from sealed fields that were opened, by the names of the fields."""
    born = values.get("birth_date")
    estimated = values.get("birth_date_is_estimate") == "yes"
    return Known(
        names=tuple(text for name in NAMES if (text := _text(values, name))),
        birth=Birth.on(born, estimated=estimated) if isinstance(born, date) else None,
        nrm_references=_each(values, "nrm_reference"),
        crime_references=_each(values, "crime_references"),
        documents=_each(values, "document_numbers"),
        phones=_each(values, "phone"),
        emails=_each(values, "email"),
    )


def entries_of(known: Known) -> list[Entry]:
    """What of that is tagged, in a fixed order: the index, how many bits its tags have, and the value."""
    return entries_in(terms_of(known))


def entries_in(terms: Terms) -> list[Entry]:
    """The same for terms that were made already."""
    return sorted((index.name, index.bits, value) for index, values in terms.items() for value in values)


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _each(values: Mapping[str, Value], name: str) -> tuple[str, ...]:
    """Several numbers or addresses in one field stand on lines of their own, or with a comma between them."""
    return tuple(text for part in _BETWEEN.split(_text(values, name)) if (text := part.strip()))
