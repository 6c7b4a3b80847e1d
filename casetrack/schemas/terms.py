"""What is said is read against the terms of its day: the codes that are offered, and the organisations in force."""

from dataclasses import dataclass
from datetime import date

from marshmallow.experimental.context import Context

from casetrack.domain.factfiles import Facts
from casetrack.domain.holders import Holders


@dataclass(frozen=True)
class Terms:
    """The facts of the field, the organisations, and the day on which something is said."""

    facts: Facts
    holders: Holders
    today: date


ReadingBy = Context[Terms]
"""`with ReadingBy(terms):` around whatever loads a schema; a field that asks without it is a fault."""
