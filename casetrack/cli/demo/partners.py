"""The invented partners: charities and a council, each with the force area that it works from."""

import csv
from collections.abc import Mapping
from typing import Final

from casetrack.cli.demo.figures import HERE
from casetrack.domain.factfiles import ForceFact
from casetrack.domain.holders import Holder, HolderKind
from casetrack.domain.ids import HolderCode

CHARITY: Final = HolderCode("harbour-light")
"""The charity that the tour begins at."""


def read_partners(forces: Mapping[str, ForceFact]) -> tuple[Holder, ...]:
    """The partners of `partners.csv`, in the nation and region of the force area that each works from."""
    with (HERE / "partners.csv").open(newline="", encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    return tuple(
        Holder(
            code=HolderCode(row["code"]),
            name=row["name"],
            kind=HolderKind.PARTNER,
            nation=forces[row["seat"]].nation,
            region=forces[row["seat"]].region,
            seat=HolderCode(row["seat"]),
            phone=row["phone"],
        )
        for row in rows
    )
