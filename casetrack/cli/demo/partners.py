"""The invented partners: charities and a council, each with the force area that it works from; and invented numbers."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from casetrack.cli.demo.figures import HERE
from casetrack.domain.factfiles import ForceFact
from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.ids import HolderCode
from casetrack.services.founding import forces

CHARITY: Final = HolderCode("harbour-light")
"""The charity that the tour begins at."""


FIRST_OF_THE_POLICE: Final = 960200
"""Of the range that Ofcom keeps for drama, 01632 960000 to 960999: none of them reaches anybody."""


def numbered(facts: Iterable[ForceFact]) -> tuple[Holder, ...]:
    """The police bodies of the facts, each with a number that nobody has, in the place of its own."""
    return tuple(
        replace(force, phone=f"01632 {number}") for number, force in enumerate(forces(facts), FIRST_OF_THE_POLICE)
    )


def read_partners(facts: Mapping[str, ForceFact]) -> tuple[Holder, ...]:
    """The partners of `partners.csv`, in the nation and region of the force area that each works from."""
    with (HERE / "partners.csv").open(newline="", encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    return tuple(
        Holder(
            code=HolderCode(row["code"]),
            name=row["name"],
            kind=HolderKind.PARTNER,
            nation=facts[row["seat"]].nation,
            region=facts[row["seat"]].region,
            seat=HolderCode(row["seat"]),
            phone=row["phone"],
        )
        for row in rows
    )
