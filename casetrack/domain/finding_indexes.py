"""The indexes by which people are found, and the rule that keeps an index from giving them away.

An index shows which rows are equal, without a key, to whoever has the database. Where one value is common, its rows can
be told by counting. So an index says when it is declared how many values it has among how many people, and one whose
commonest value is expected in more than one row in a hundred is not an index.
"""

from dataclasses import dataclass
from math import log
from typing import Final

MOST_COMMON: Final = 0.01
"""The share of rows that the commonest value of an index may be expected in."""
_MOST_BITS: Final = 256
_NEARLY_UNIQUE: Final = 2.0
"""People to a value, on average: above this the values repeat, and what repeats is never even."""
_EULER: Final = 0.5772156649015329


class TooCommon(ValueError):
    """The index would give away the rows of its commonest value: it is refused where it is declared."""

    def __init__(self, name: str, share: float) -> None:
        super().__init__(f"index {name}: its commonest value is expected in {share:.1%} of rows, and 1 % is the most")
        self.name = name
        self.share = share


@dataclass(frozen=True)
class Commonest:
    """The share of an index's people who have its commonest value, and where that is known from."""

    share: float
    source: str

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and self.source):
            raise ValueError("a share is from 0 to 1, and has its source")


@dataclass(frozen=True)
class Index:
    """A blind index, as it was declared; another way of making values alike is another index, with another name."""

    name: str
    bits: int
    """How many bits its tags have, from 1 to 256."""
    population: int
    """How many people with a value it was judged among."""
    distinct: int
    """How many values are expected among them."""
    commonest: Commonest | None = None
    """What is known of the commonest value; without it the worst is expected."""

    def __post_init__(self) -> None:
        if not (1 <= self.bits <= _MOST_BITS and self.population > 0 and self.distinct > 0):
            raise ValueError("an index has from 1 to 256 bits, and people and values to be judged by")
        if self.expected_share > MOST_COMMON:
            raise TooCommon(self.name, self.expected_share)

    @property
    def expected_share(self) -> float:
        """The share of rows that the commonest value is expected in.

        What is declared, and never less than even shares would give. Where nothing is declared, or where the values
        repeat, it is that of the first of so many values by Zipf's law, one over the harmonic number: names, nations
        and years are spread so or worse, and a declaration cannot make them even.
        """
        declared = self.commonest.share if self.commonest else 0.0
        repeats = self.population > _NEARLY_UNIQUE * self.distinct
        by_zipf = zipf_share(self.distinct) if repeats or not self.commonest else 0.0
        return max(declared, 1 / self.distinct, by_zipf)


def zipf_share(distinct: int) -> float:
    """The share of the commonest of so many values, where the n-th is a n-th as common as the first."""
    return 1 / (log(distinct) + _EULER + 1 / (2 * distinct))


_PEOPLE: Final = 20_000

NAME: Final = Index(
    "name",
    bits=20,
    population=_PEOPLE,
    distinct=70_000,
    commonest=Commonest(
        0.002, "measured on invented people, with the names, ages and nations of NRM referrals in 2023 (0.15 %)"
    ),
)
"""A name's sound, the initial of another name, and the month of birth."""
NRM: Final = Index(
    "nrm-reference",
    bits=16,
    population=_PEOPLE,
    distinct=_PEOPLE,
    commonest=Commonest(0.0005, "one reference a referral; ten, for one that was copied from record to record"),
)
CRIME: Final = Index(
    "crime-reference",
    bits=16,
    population=_PEOPLE,
    distinct=11_000,
    commonest=Commonest(0.005, "a hundred people found in one operation, recorded under one crime"),
)
DOCUMENT: Final = Index(
    "document",
    bits=16,
    population=12_000,
    distinct=12_000,
    commonest=Commonest(0.001, "one document a person; twelve, for a forged one that was used again and again"),
)
PHONE: Final = Index(
    "phone",
    bits=16,
    population=_PEOPLE,
    distinct=18_000,
    commonest=Commonest(0.005, "a hundred people reached through the telephone of one house"),
)
EMAIL: Final = Index(
    "e-mail",
    bits=16,
    population=10_000,
    distinct=9_000,
    commonest=Commonest(0.005, "fifty people reached through the address of one house"),
)

INDEXES: Final = (NAME, NRM, CRIME, DOCUMENT, PHONE, EMAIL)
