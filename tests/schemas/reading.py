"""Reading by the terms of a day, as both doors do."""

from datetime import date
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError

from casetrack import resources
from casetrack.domain.factfiles import read_facts
from casetrack.domain.holders import Holder, HolderKind, Holders
from casetrack.domain.ids import HolderCode
from casetrack.schemas.terms import ReadingBy, Terms

TODAY = date(2026, 11, 21)
PARTNER = Holder(HolderCode("charity"), "Invented Charity", HolderKind.PARTNER, "England", seat=HolderCode("north"))
FORCE = Holder(HolderCode("north"), "North Invented Police", HolderKind.TERRITORIAL, "England")
ENDED = Holder(HolderCode("old"), "Old Invented Police", HolderKind.TERRITORIAL, "England", valid_to=date(1974, 3, 31))
DESK = Holder(HolderCode("audit-desk"), "Invented Desk", HolderKind.AUDIT_DESK, "England")


@cache
def terms() -> Terms:
    """The real facts, and a few invented organisations."""
    facts = read_facts(resources.facts(), "2026-11-21")
    return Terms(facts, Holders.of((PARTNER, FORCE, ENDED, DESK)), TODAY)


def read(schema: Schema, said: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
    """What was said; `ValidationError` if it does not fit."""
    with ReadingBy(terms()):
        answer: dict[str, Any] = schema.load(said)
    return answer


def refused(schema: Schema, said: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
    """What is said of it, by field; empty if everything fits."""
    try:
        read(schema, said)
    except ValidationError as error:
        return dict(error.messages_dict)
    return {}
