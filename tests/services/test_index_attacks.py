"""What somebody who has the database, no key and all the statistics there are can tell from the shipped indexes.

The attacks are on 20,000 invented people under one holder's keys, more than any holder has: the worst there is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TypeVar

import pytest

from casetrack.crypto.indexes import tags
from casetrack.domain.finding import Known, Terms, terms_of
from casetrack.domain.finding_indexes import INDEXES, NAME, Index
from tests.services.crowd import NATIONS, crowd

Kept = TypeVar("Kept", str, bytes)

PEOPLE = 20_000
MOST = 0.05
"""The share of rows that an attack may recover."""
ROOT = sha256(b"the index root of a holder that is attacked").digest()

Values = Sequence[frozenset[str]]
"""What each row holds, as the one who knows the people sees it."""
Marks = Sequence[frozenset[bytes]]
"""What each row holds, as the one who has the database sees it."""


@cache
def people() -> Sequence[tuple[str, Known]]:
    return crowd(PEOPLE)


@cache
def terms() -> Sequence[Terms]:
    return [terms_of(known) for _, known in people()]


def values(index: Index) -> Values:
    """The values of everybody who has one."""
    return [row[index] for row in terms() if index in row]


def tagged(rows: Values, name: str, bits: int) -> Marks:
    """The rows as they are kept."""
    made = iter(tags(ROOT, ((name, bits, value) for row in rows for value in row)))
    return [frozenset(next(made) for _ in row) for row in rows]


def recovered(rows: Values, marks: Marks, guesses: Mapping[bytes, str]) -> float:
    """The share of rows of which the attacker names a value, and is right."""
    return sum(any(guesses.get(mark) in row for mark in kept) for row, kept in zip(rows, marks, strict=True)) / len(
        rows
    )


def by_rank(rows: Iterable[Iterable[str]], marks: Iterable[Iterable[bytes]]) -> Mapping[bytes, str]:
    """The commonest tag is the commonest value, and so on; which of two as common is which, nobody can tell."""
    known = Counter(value for row in rows for value in row)
    seen = Counter(mark for kept in marks for mark in kept)
    ranked = sorted(known, key=lambda value: (-known[value], sha256(value.encode()).digest()))
    return dict(zip(sorted(seen, key=lambda mark: (-seen[mark], mark)), ranked, strict=False))


def by_neighbours(rows: Values, marks: Marks) -> Mapping[bytes, str]:
    """Tags and values that are alone in how common they are, together with how common what stands beside them is.

    The attacker has the very list of the people, everybody's every value, and lacks only which row is whose.
    """
    known, seen = _alone(rows), _alone(marks)
    return {seen[look]: known[look] for look in seen.keys() & known.keys()}


def _alone(rows: Sequence[frozenset[Kept]]) -> dict[object, Kept]:
    count = Counter(value for row in rows for value in row)
    beside: dict[Kept, list[tuple[int, ...]]] = {value: [] for value in count}
    for row in rows:
        look = tuple(sorted(count[value] for value in row))
        for value in row:
            beside[value].append(look)
    looks = {value: (count[value], tuple(sorted(others))) for value, others in beside.items()}
    often = Counter(looks.values())
    return {look: value for value, look in looks.items() if often[look] == 1}


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_counting_tags_recovers_under_five_rows_in_a_hundred(index: Index) -> None:
    rows = values(index)
    marks = tagged(rows, index.name, index.bits)
    assert recovered(rows, marks, by_rank(rows, marks)) < MOST


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_looking_at_what_stands_beside_a_tag_recovers_under_five_rows_in_a_hundred(index: Index) -> None:
    rows = values(index)
    marks = tagged(rows, index.name, index.bits)
    assert recovered(rows, marks, by_neighbours(rows, marks)) < MOST


def test_the_tags_of_all_indexes_together_recover_under_five_rows_in_a_hundred() -> None:
    rows = [frozenset(f"{index.name} {value}" for index, kept in row.items() for value in kept) for row in terms()]
    entries = [(index, value) for row in terms() for index, kept in row.items() for value in kept]
    made = iter(tags(ROOT, ((index.name, index.bits, value) for index, value in entries)))
    marks = [
        frozenset(index.name.encode() + next(made) for index, kept in row.items() for _ in kept) for row in terms()
    ]
    assert recovered(rows, marks, by_rank(rows, marks)) < MOST
    assert recovered(rows, marks, by_neighbours(rows, marks)) < MOST


@pytest.mark.parametrize("bits", [8, 256])
def test_the_same_attack_recovers_nearly_everybody_from_an_index_on_nationality(bits: int) -> None:
    rows = [frozenset({nation}) for nation, _ in people()]
    marks = tagged(rows, "nationality", bits)
    assert recovered(rows, marks, by_rank(rows, marks)) > 0.6


def test_the_same_attack_recovers_many_from_an_index_on_family_names() -> None:
    rows = [frozenset({known.names[-1].split()[-1]}) for nation, known in people() if "family" in NATIONS[nation]]
    marks = tagged(rows, "family-name", 256)
    assert recovered(rows, marks, by_rank(rows, marks)) > 0.2


def test_names_would_give_rows_away_if_their_tags_were_whole() -> None:
    rows = values(NAME)
    marks = tagged(rows, NAME.name, 256)
    assert recovered(rows, marks, by_neighbours(rows, marks)) > MOST


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_what_an_index_declares_is_what_is_measured(index: Index) -> None:
    rows = values(index)
    common = Counter(value for row in rows for value in row)
    assert common.most_common(1)[0][1] / len(rows) <= index.expected_share
    assert len(rows) == pytest.approx(index.population, rel=0.1)
    assert len(common) == pytest.approx(index.distinct, rel=0.15)
