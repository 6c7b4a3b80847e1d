"""The log behind the journal: every event has its one leaf, in an order that never changes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from casetrack.audit.entry import Entry
from casetrack.audit.tree import Frontier, leaf_hash
from casetrack.persistence import log as log_room
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.refusals import DatabaseRefused
from casetrack.persistence.roles import AUDITOR, SEQUENCER
from casetrack.persistence.work import begin_log
from casetrack.services.lists import LogQuery
from casetrack.services.ports import JournalEntry
from tests.builders import NINE, after, new_entry, scope_of, viewed
from tests.persistence.databases import Database
from tests.persistence.walls import Walled
from tests.persistence.worlds import World


def written(world: World, how_many: int) -> list[JournalEntry]:
    case = world.case()
    entries = [new_entry(viewed(case, world.sender, at=after(hour)), world.sender) for hour in range(how_many)]
    for entry in entries:
        with world.as_(world.sender) as stores:
            stores.journal.write(entry)
    return entries


def drain(database: Database, limit: int = 1000) -> int:
    with begin_log(database.engine(SEQUENCER)) as log:
        return log.drain(limit)


def leaves(database: Database, start: int = 0) -> list[bytes]:
    with begin_log(database.engine(SEQUENCER)) as log:
        return list(log.leaves(start))


def grown(frontier: Frontier, found: list[bytes]) -> Frontier:
    return frontier.extend(leaf_hash(leaf) for leaf in found)


def test_each_event_has_a_leaf_of_its_own_in_the_order_in_which_they_were_written(walled: Walled) -> None:
    world, database = walled
    entries = written(world, 3)

    assert drain(database) == 4
    found = [Entry.parse(leaf) for leaf in leaves(database)]
    assert [entry.event for entry in found[1:]] == [entry.id.bytes for entry in entries]
    assert [entry.commitment for entry in found[1:]] == [entry.commitment for entry in entries]
    assert [entry.time_ms for entry in found[1:]] == [int(entry.at.timestamp()) * 1000 for entry in entries]


def test_a_queue_is_drained_in_batches_and_the_numbers_go_on(walled: Walled) -> None:
    world, database = walled
    written(world, 4)

    assert [drain(database, 2) for _ in range(4)] == [2, 2, 1, 0]
    with database.engine(SUPERUSER).connect() as connection:
        numbers = connection.scalars(text("SELECT number FROM leaves ORDER BY number")).all()
        waiting = connection.scalar(text("SELECT count(*) FROM log_queue"))
    assert (numbers, waiting) == ([0, 1, 2, 3, 4], 0)


def test_an_event_that_is_committed_late_is_not_passed_over(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    late = new_entry(viewed(case, world.sender, at=NINE), world.sender)
    with world.transaction(scope_of(world.sender)) as begun:
        begun.stores.journal.write(late)
        assert drain(database) == 1
    with world.as_(world.sender) as stores:
        stores.journal.write(new_entry(viewed(case, world.sender, at=after(1)), world.sender))

    assert drain(database) == 2
    assert late.id.bytes in {Entry.parse(leaf).event for leaf in leaves(database)}


def test_sequencers_that_run_at_once_give_each_event_one_number(walled: Walled) -> None:
    world, database = walled
    written(world, 20)

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: drain(database, 3), range(12)))
    assert sum(taken) == 21
    assert len({Entry.parse(leaf).event for leaf in leaves(database)}) == 21


def test_a_drain_that_does_not_end_well_leaves_the_queue_as_it_was(walled: Walled) -> None:
    world, database = walled
    written(world, 2)

    def half_done() -> None:
        with begin_log(database.engine(SEQUENCER)) as log:
            log.drain(10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with begin_log(database.engine(SEQUENCER)) as log:
        assert (log.size(), log.queue_length()) == (0, 3)


def test_the_frontier_is_that_of_the_newest_checkpoint(walled: Walled) -> None:
    world, database = walled
    frontier = Frontier()
    for number in (1, 2):
        written(world, 2)
        drain(database)
        with begin_log(database.engine(SEQUENCER)) as log:
            assert log.frontier() == frontier
            frontier = grown(frontier, list(log.leaves(frontier.size)))
            log.add_checkpoint(f"note {number}\n", frontier, after(number))
    with begin_log(database.engine(SEQUENCER)) as log:
        assert log.frontier() == frontier == grown(Frontier(), list(log.leaves()))
        assert list(log.checkpoints()) == ["note 1\n", "note 2\n"]
        assert log.newest_checkpoint() == "note 2\n"
        assert log.size() == frontier.size == 6


def test_an_empty_log_has_an_empty_frontier_and_no_checkpoint(walled: Walled) -> None:
    _, database = walled
    with begin_log(database.engine(SEQUENCER)) as log:
        assert log.frontier() == Frontier()
        assert (log.size(), log.newest_checkpoint(), list(log.leaves())) == (0, None, [])


def test_a_checkpoint_never_promises_a_leaf_that_is_not_there(walled: Walled) -> None:
    world, database = walled
    written(world, 1)
    drain(database)
    promised = grown(Frontier(), [*leaves(database), bytes(57)])

    with pytest.raises(DatabaseRefused) as refused, begin_log(database.engine(SEQUENCER)) as log:
        log.add_checkpoint("note\n", promised, NINE)
    assert refused.value.constraint == "fk_checkpoints_last_leaf_leaves"


def test_the_queue_says_how_long_the_oldest_has_waited(walled: Walled) -> None:
    world, database = walled
    with begin_log(database.engine(SEQUENCER)) as log:
        assert log.queue_age(NINE) == timedelta()
    written(world, 1)
    with database.engine(SUPERUSER).connect() as connection:
        now = connection.scalar(text("SELECT max(queued_at) FROM log_queue"))
    assert now is not None
    with begin_log(database.engine(SEQUENCER)) as log:
        assert log.queue_length() == 2
        assert timedelta(minutes=5) <= log.queue_age(now + timedelta(minutes=5)) < timedelta(minutes=6)
        assert log.queue_age(now - timedelta(minutes=5)) == timedelta(), "a clock that is behind"


def test_an_entry_says_its_place_in_the_log_once_it_has_one(walled: Walled) -> None:
    world, database = walled
    (entry,) = written(world, 1)

    def place() -> int | None:
        with world.as_(world.auditor) as stores:
            cards = stores.journal.search(LogQuery()).items
        return next(card.leaf for card in cards if card.id == entry.id)

    assert place() is None
    drain(database)
    assert place() == 1


def test_who_verifies_reads_the_log(walled: Walled) -> None:
    world, database = walled
    written(world, 1)
    drain(database)

    with begin_log(database.engine(AUDITOR)) as log:
        assert len(list(log.leaves())) == log.size() == 2
        assert list(log.checkpoints()) == []


def batches(found: Iterator[bytes]) -> int:
    return sum(1 for _ in found)


def test_a_log_of_more_than_one_batch_is_read_in_order(walled: Walled, monkeypatch: pytest.MonkeyPatch) -> None:
    world, database = walled
    monkeypatch.setattr(log_room, "BATCH", 10)
    written(world, 25)

    assert drain(database) == 26
    found = [Entry.parse(leaf).time_ms for leaf in leaves(database, 1)]
    assert found == sorted(found)
    assert len(found) == 25
