"""A superuser without a key changes what is kept, in every way that the schema gives; no use case is taken in by it.

Each look then either gives what it gave before, because what was changed is no part of it, or refuses; and where it
refuses because what is stored is not what was sealed, that is on the journal, once. A look at many cases refuses each
that was changed by itself, and gives the others. Lists of cases and of offers open nothing and are not among the looks:
they say what the rows say, and the case says the rest when it is opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from uuid import UUID

import pytest
from sqlalchemy import create_engine

from casetrack.domain.errors import IntegrityBroken
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.schema import METADATA
from casetrack.services.columns import COLUMNS, Kind
from tests.persistence import attacks, forgeries
from tests.persistence.attacks import ATTACKED, Attack, Attacker
from tests.persistence.databases import Database
from tests.persistence.readings import Given, Reading, Seeded, seed
from tests.world import World

HIDES = {
    *(
        "delete of cases",
        "edit id of cases",
        "delete of proposals",
        "edit id of proposals",
        "edit case_id of proposals",
    ),
    "edit words of proposals",
}
"""What can be made to be missed though not to say anything else: `casetrack audit verify --database` names it."""
KEYED = {"sealed_values", "wraps", "case_keys", "keysets", "index_tags"}
"""Tables for which the long looks are worth their time."""
ONE_IN = 3
"""Of the kinds, which there is time for beside everything else; the proof has them all."""
LEAST = {"few": 70, "many": 700}
"""How many attacks there are at the least: a change of the schema or of the seed cannot make them few unseen."""
ELSEWHERE = {
    *(("accounts", "password"), ("sessions", "sealed")),  # tests/services/test_vouching.py
    ("drafts", "sealed"),  # tests/services/test_drafts.py: what does not open is begun anew
}
"""What is sealed and is no part of a case, and where it is attacked."""


class Scene:
    """What everybody is given while nobody attacks."""

    def __init__(self, seeded: Seeded, attacker: Attacker) -> None:
        self.seeded = seeded
        self.attacker = attacker
        self.before = {reading.name: seeded.read(reading) for reading in seeded.readings}

    def every(self) -> Iterator[Attack]:
        for table, rows in self.attacker.rows.items():
            yield from attacks.swaps(table, rows)
            yield from attacks.crossings(table, rows)
            yield from attacks.edits(table, rows)
            yield from attacks.removals(table, rows)
        yield from self.attacker.older()
        yield from forgeries.every(self.attacker)

    def looked(self, attack: Attack, *, at_all: bool) -> Iterator[str]:
        """What is wrong with how the attack was met. Unless `at_all`, whoever notices it is the last to look."""
        with self.attacker.doing(attack):
            for reading in self._touched(attack.cases):
                if reading.is_long and not at_all and not KEYED & set(attack.tables):
                    continue
                failures = self.attacker.failures()
                given = self.seeded.read(reading)
                broken = sum(each.broken + (each.refused is IntegrityBroken) for each in given.values())
                noticed = broken > 0
                if self.attacker.failures() - failures != broken:
                    yield f"{attack.kind} ({attack.name}): not one event of each, by {reading.name}"
                for name, each in given.items():
                    if reading.is_of_many and attack.cases is not None and each.refused is not None:
                        yield f"{attack.kind} ({attack.name}): one case hides all others in {name} of {reading.name}"
                    if not self._is_right(attack, reading, name, each):
                        yield f"{attack.kind} ({attack.name}): another {name} of {reading.name}"
                if noticed and not at_all:
                    return

    def _touched(self, cases: frozenset[UUID] | None) -> Iterator[Reading]:
        return (each for each in self.seeded.readings if cases is None or cases & each.cases)

    def _is_right(self, attack: Attack, reading: Reading, name: str, given: Given) -> bool:
        before = self.before[reading.name][name]
        if given.refused is not None or given == before:
            return True
        return (reading.may_miss or attack.kind in HIDES) and attacks.is_part(given.gave, before.gave)


@pytest.fixture(scope="module")
def scene(cluster: EmbeddedCluster) -> Iterator[Scene]:
    with Database.made(cluster, "swapped") as database, database.app() as app, app.app_context():
        pooled = create_engine(database.url(SUPERUSER))
        attacker = Attacker(pooled)
        seeded = seed(World.over(work.begin, database.founding), attacker.remember)
        attacker.begin()
        yield Scene(seeded, attacker)
        pooled.dispose()


def some(every: Iterable[Attack], most: int) -> Sequence[Attack]:
    """So many of each kind: from other places in the rows for each, so that no row is always the one."""
    kinds: dict[str, list[Attack]] = defaultdict(list)
    for each in every:
        kinds[each.kind].append(each)
    places = (
        (of_kind, number + step * len(of_kind) // most)
        for number, of_kind in enumerate(kinds.values())
        for step in range(min(most, len(of_kind)))
    )
    return [of_kind[place % len(of_kind)] for of_kind, place in places]


def test_every_sealed_column_is_attacked_here_or_elsewhere() -> None:
    sealed = {(column.table, column.name) for column in COLUMNS if column.kind is Kind.SEALED}
    assert {(table, name) for table, name in sealed if table not in ATTACKED} == ELSEWHERE
    assert set(ATTACKED) <= {table.name for table in METADATA.sorted_tables}


def test_everybody_is_given_the_same_twice_while_nobody_attacks(scene: Scene) -> None:
    given = {reading.name: scene.seeded.read(reading) for reading in scene.seeded.readings}
    assert given == scene.before
    assert all(each.refused is not IntegrityBroken for each in chain.from_iterable(map(dict.values, given.values())))


def test_no_attack_of_any_kind_is_taken_for_what_was_recorded(scene: Scene) -> None:
    chosen = some(scene.every(), 1)[::ONE_IN]
    wrong = [said for attack in chosen for said in scene.looked(attack, at_all=False)]
    assert not wrong, "\n".join(wrong)
    assert len(chosen) >= LEAST["few"]


@pytest.mark.proof
def test_no_attack_of_many_of_each_kind_is_taken_for_what_was_recorded(scene: Scene) -> None:
    chosen = some(scene.every(), 4)
    wrong = [said for attack in chosen for said in scene.looked(attack, at_all=True)]
    assert not wrong, "\n".join(wrong)
    assert len(chosen) >= LEAST["many"]
