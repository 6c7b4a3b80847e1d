"""The proportions that invented lives follow: published where they are, and said to be assumed where they are not."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Figures:
    """Weights and shares, each under what it is a figure of."""

    weights: Mapping[tuple[str, str], Mapping[str, float]]
    """By the figure's name and the age group that it is of, which is empty for everybody."""

    def of(self, figure: str, age: str = "") -> Mapping[str, float]:
        """The weights of that figure, for that age group."""
        return self.weights[figure, age]

    def share(self, of: str) -> float:
        """The share of that, from 0 to 1."""
        return self.weights["share", ""][of]

    def lag(self, of: str) -> tuple[float, float]:
        """The median, in days, and the spread, as a factor, of how long that takes."""
        days = self.weights["days", ""]
        return days[f"{of}: median"], days[f"{of}: spread"]


def read_figures() -> Figures:
    """The figures of `figures.csv`, which names the source of each."""
    weights: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with (HERE / "figures.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            weights[row["figure"], row["age"]][row["of"]] = float(row["value"])
    return Figures(weights)
