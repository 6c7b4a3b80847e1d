"""Invented people in their thousands, as unevenly named, aged and recorded as real ones are.

What they are like is in `crowd.toml`. The rest of each nation's names are invented, and follow Zipf's law.
"""

import tomllib
from bisect import bisect
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from casetrack.cli.demo.chance import Stream
from casetrack.domain.finding import Birth, Known

Choice = TypeVar("Choice")

TODAY: Final = date(2026, 11, 23)
NATIONS: Final[Mapping[str, Mapping[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("crowd.toml").read_text(encoding="utf-8")
)

_TAIL: Final = 3_000
"""Names that a nation has beside its commonest, as common as the tenth would be and fewer."""
_FIRST: Final = 10
_SYLLABLES: Final = ("ba", "cor", "du", "fen", "gil", "ho", "jas", "ki", "lor", "mu", "nev", "po", "ras", "ti", "vol")
_CHILDREN: Final = {17: 40, 16: 28, 15: 16, 14: 8, 13: 4, 12: 2, 10: 1, 8: 1}
_ADULTS: Final = {
    **dict.fromkeys(range(18, 25), 6.5),
    **dict.fromkeys(range(25, 35), 3),
    **dict.fromkeys(range(35, 45), 1.5),
    **dict.fromkeys(range(45, 66), 0.5),
}
_TOGETHER: Final = {1: 78, 2: 12, 3: 4, 4: 2.5, 6: 1.5, 9: 0.8, 14: 0.5, 22: 0.4, 35: 0.2, 60: 0.1}
"""How many people one crime reference is of, and how often in a hundred."""


class Weighted(Generic[Choice]):
    """Choices, each as likely as its weight says."""

    def __init__(self, weights: Mapping[Choice, float]) -> None:
        self._choices = list(weights)
        self._sums = list(accumulate(weights.values()))

    def draw(self, stream: Stream) -> Choice:
        return self._choices[bisect(self._sums, stream.unit() * self._sums[-1])]


class People:
    """A crowd that is the same every time, from the words it begins with."""

    def __init__(self, *words: object) -> None:
        self._stream = Stream("crowd", *words)
        self._nations = Weighted({nation: float(facts["referred"]) for nation, facts in NATIONS.items()})
        self._given = {nation: _names(nation, facts["given"]) for nation, facts in NATIONS.items()}
        self._family = {nation: _names(nation, facts.get("family")) for nation, facts in NATIONS.items()}
        self._ages = {True: Weighted(_CHILDREN), False: Weighted(_ADULTS)}
        self._together = Weighted(_TOGETHER)
        self._crime, self._more = "", 0

    def draw(self) -> tuple[str, Known]:
        """Somebody's nationality, and what is known of them."""
        stream, nation = self._stream, self._nations.draw(self._stream)
        return nation, Known(
            names=self._named(nation),
            birth=None if stream.happens(0.04) else self._born(nation),
            nrm_references=(f"NRM{stream.below(10**8):08}",),
            crime_references=(self._crime_reference(),),
            documents=(f"{stream.pick('ABCDEFGH')}{stream.below(10**8):08}",) if stream.happens(0.6) else (),
            phones=(self._phone(),),
            emails=(f"{stream.below(10**9)}@mail.example",) if stream.happens(0.5) else (),
        )

    def _named(self, nation: str) -> tuple[str, ...]:
        """Given and family name, or one's own, one's father's and grandfather's; of a few, one name only."""
        stream, given = self._stream, self._given[nation]
        if stream.happens(0.03):
            return (given.draw(stream),)
        if "family" not in NATIONS[nation]:
            return (given.draw(stream), f"{given.draw(stream)} {given.draw(stream)}")
        second = f" {given.draw(stream)}" if stream.happens(0.25) else ""
        likes = (f"Likes to be called {given.draw(stream)}",) if stream.happens(0.15) else ()
        return (f"{given.draw(stream)}{second}", self._family[nation].draw(stream), *likes)

    def _born(self, nation: str) -> Birth:
        stream, is_child = self._stream, self._stream.happens(NATIONS[nation]["children"] / 100)
        new_year = date(TODAY.year - self._ages[is_child].draw(stream), 1, 1)
        if nation != "UK" and stream.happens(0.15):
            return Birth.on(new_year)
        return Birth.on(new_year + timedelta(stream.below(365)), estimated=nation != "UK" and stream.happens(0.1))

    def _crime_reference(self) -> str:
        if self._more == 0:
            self._more = self._together.draw(self._stream)
            self._crime = f"{self._stream.below(50):02}/{self._stream.below(10**6):06}/26"
        self._more -= 1
        return self._crime

    def _phone(self) -> str:
        """A number of one's own; of some, that of a house where others live too."""
        stream = self._stream
        house = int(200 * stream.unit() ** 2)
        return f"020 7946 {house:04}" if stream.happens(0.05) else f"07{stream.below(10**9):09}"


def crowd(size: int, *words: object) -> list[tuple[str, Known]]:
    """So many people, each with a nationality."""
    people = People(*words)
    return [people.draw() for _ in range(size)]


def _names(nation: str, common: str | None) -> Weighted[str]:
    """The commonest names by their shares, and a tail of invented ones for the rest."""
    said = (common or "").split()
    shares = {name.replace("_", " "): float(share) for name, share in zip(said[::2], said[1::2], strict=True)}
    ranks = range(_FIRST, _FIRST + _TAIL)
    each = (100 - sum(shares.values())) / sum(1 / rank for rank in ranks)
    return Weighted({**{_invented(Stream(nation, rank)): each / rank for rank in ranks}, **shares})


def _invented(stream: Stream) -> str:
    return "".join(stream.pick(_SYLLABLES) for _ in range(stream.between(2, 4))).capitalize()
