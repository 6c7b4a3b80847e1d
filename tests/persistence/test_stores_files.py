"""The chunks of files as they are kept: the same over dictionaries and over PostgreSQL."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from casetrack.domain.case import Areas, Case
from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.ids import FileId
from casetrack.persistence import db as room
from casetrack.persistence import work
from casetrack.persistence.files import AT_A_TIME
from casetrack.services.cases import open_case, place_case
from casetrack.services.files import NewFile, attach_file, list_files, open_file, read_file
from casetrack.services.people import Account
from tests.builders import new_chunks
from tests.persistence.databases import Database
from tests.persistence.walls import Walled
from tests.persistence.worlds import World
from tests.services import acts
from tests.world import NORTH, a_new_case
from tests.world import World as RealWorld

HELD = b"%PDF-1.7\n" + b"An invented letter about nobody. " * 20_000


def keep(world: World, case: Case, chunks: tuple[bytes, ...], by: Account | None = None) -> FileId:
    file = FileId(uuid4())
    with world.as_(by or world.sender) as stores:
        stores.files.add(case.id, Part.SUPPORT, file, chunks)
    return file


def test_a_file_is_read_again_in_the_order_in_which_it_came(world: World) -> None:
    case = world.case()
    kept = {keep(world, case, chunks): chunks for chunks in (new_chunks(2 * AT_A_TIME + 1), new_chunks(0))}

    with world.as_(world.sender) as stores:
        for file, chunks in kept.items():
            assert tuple(stores.files.chunks(file)) == chunks
            assert stores.files.hashes(file) == tuple(sha256(chunk).digest() for chunk in chunks)
        assert (tuple(stores.files.chunks(FileId(uuid4()))), stores.files.hashes(FileId(uuid4()))) == ((), ())


def test_two_files_may_be_read_at_once_and_neither_to_its_end(world: World) -> None:
    case = world.case()
    one, two = new_chunks(6), new_chunks(6)
    files = [keep(world, case, one), keep(world, case, two)]

    with world.as_(world.sender) as stores:
        first, second = (stores.files.chunks(file) for file in files)
        assert [*islice(first, 2), *islice(second, 3), *islice(first, 2)] == [*one[:2], *two[:3], *one[2:4]]


def test_a_file_that_breaks_off_is_not_kept(world: World) -> None:
    case = world.case()
    file = FileId(uuid4())

    def broken() -> Iterator[bytes]:
        yield from new_chunks(2)
        raise ConnectionError

    def attach() -> None:
        with world.as_(world.sender) as stores:
            stores.files.add(case.id, Part.SUPPORT, file, broken())

    with pytest.raises(ConnectionError):
        attach()
    with world.as_(world.sender) as stores:
        assert stores.files.hashes(file) == ()


@pytest.mark.parametrize("who", ["receiver", "stranger", "partner", "auditor", "national"])
def test_whoever_does_not_have_the_case_reads_no_chunk_and_adds_none(world: World, who: str) -> None:
    case = world.case()
    file = keep(world, case, new_chunks())
    account = getattr(world, who)

    with world.as_(account) as stores:
        assert (tuple(stores.files.chunks(file)), stores.files.hashes(file)) == ((), ())
    with pytest.raises(NotPermitted):
        keep(world, case, new_chunks(), account)


def test_the_receiver_reads_the_chunks_once_it_has_the_case_and_the_sender_then_does_not(world: World) -> None:
    case = world.case()
    file = keep(world, case, new_chunks())
    offer = world.offer(case)
    with world.as_(world.receiver) as stores:
        assert stores.files.hashes(file) == ()
    world.take(case, offer)

    with world.as_(world.receiver) as stores:
        assert len(stores.files.hashes(file)) == 2
    with world.as_(world.sender) as stores:
        assert stores.files.hashes(file) == ()


def test_chunks_are_kept_as_they_come_and_no_more_than_a_few_are_fetched_at_once(walled: Walled) -> None:
    world, _ = walled
    case = world.case()
    file = FileId(uuid4())
    kept_before_it_came: list[int] = []

    def coming() -> Iterator[bytes]:
        for chunk in new_chunks(3):
            kept_before_it_came.append(len(tuple(stores.files.hashes(file))))
            yield chunk

    with world.as_(world.sender) as stores:
        stores.files.add(case.id, Part.SUPPORT, file, coming())
        reading = stores.files.chunks(file)
        next(reading)
        cursors = room.db.session.scalars(text("SELECT is_scrollable FROM pg_cursors")).all()
        reading.close()  # type: ignore[attr-defined]  # it is a generator
        after = room.db.session.scalars(text("SELECT is_scrollable FROM pg_cursors")).all()
    assert kept_before_it_came == [0, 1, 2, 3]
    assert (len(cursors), len(after)) == (1, 0)


# The whole of it, with real keys


def pieces(held: bytes = HELD) -> Iterator[bytes]:
    for at in range(0, len(held), 10_000):
        yield held[at : at + 10_000]


def letter(coming: Iterator[bytes]) -> NewFile:
    return NewFile(strand=next(iter(acts.SUPPORT)), name="letter.pdf", declared="application/pdf", pieces=coming)


def test_a_file_is_attached_listed_and_read_over_postgresql(app_engine: Database) -> None:
    world = RealWorld.over(work.begin, app_engine.founding)
    with world.work("worker") as at:
        case = open_case(at, a_new_case())
    with world.work("worker") as at:
        _, card = attach_file(at, case.reference, letter(pieces()), seen=None)
    with world.work("lead") as at:
        assert list_files(at, case.reference).cards == (card,)
    with world.work("lead") as at:
        opened = open_file(at, case.reference, card.id)
    with world.work("lead") as at:
        assert b"".join(read_file(at, opened)) == HELD


def test_nobody_waits_for_the_case_while_a_file_is_on_its_way(store_app: Flask, app_engine: Database) -> None:
    world = RealWorld.over(work.begin, app_engine.founding)
    with world.work("worker") as at:
        case = open_case(at, a_new_case())

    def slowly() -> Iterator[bytes]:
        yield from pieces()
        with store_app.app_context(), world.work("lead") as meanwhile:
            place_case(meanwhile, case.reference, Areas(home=NORTH.code), seen=None)

    with world.work("worker") as at:
        after, card = attach_file(at, case.reference, letter(slowly()), seen=case.version)
    assert after.version == case.version + 2
    with world.work("lead") as at:
        assert [each.id for each in list_files(at, case.reference).cards] == [card.id]
