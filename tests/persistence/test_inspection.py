"""What verifying reads, over PostgreSQL: everything, in order, as one instant, and nothing that opens anything."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from casetrack.domain.errors import NotPermitted
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.refusals import DatabaseRefused
from casetrack.persistence.roles import APP, AUDITOR, SEQUENCER
from casetrack.persistence.work import begin_log
from tests import builders
from tests.persistence.databases import Database
from tests.persistence.worlds import World

Walled = tuple[World, Database]


def test_events_come_by_case_and_each_cases_changes_first(walled: Walled) -> None:
    world, database = walled
    cases = [world.case() for _ in range(3)]
    with world.as_(world.sender) as stores:
        stores.journal.write(builders.new_entry(builders.viewed(cases[0], world.sender), world.sender))
    with inspecting(database.engine(AUDITOR)) as evidence:
        events = list(evidence.events())

    order = [(event.case or UUID(int=2**128 - 1), event.case_version or 10**6) for event in events]
    assert order == sorted(order)
    assert {event.case for event in events if event.case_version} == {case.id for case in cases}
    assert all(event.leaf is None and event.queued_at is not None for event in events)


def test_what_a_list_showed_comes_in_its_order(walled: Walled) -> None:
    world, database = walled
    cases = [world.case() for _ in range(5)]
    with world.as_(world.sender) as stores:
        stores.journal.write(builders.new_entry(builders.listed(cases, world.sender), world.sender))
    with inspecting(database.engine(AUDITOR)) as evidence:
        (shown,) = (event.shown for event in evidence.events() if event.shown)

    assert [case for case, _ in shown] == [case.id for case in cases]


def test_a_sequenced_event_comes_with_its_leaf(walled: Walled) -> None:
    world, database = walled
    world.case()
    with begin_log(database.engine(SEQUENCER)) as log:
        log.drain()
        leaves = list(log.leaves())
    with inspecting(database.engine(AUDITOR)) as evidence:
        events = {event.id: event for event in evidence.events()}
        numbered = list(evidence.leaves())

    assert [leaf for _, _, leaf in numbered] == leaves
    assert [number for number, _, _ in numbered] == list(range(len(events)))
    assert all(events[event].leaf == leaf and events[event].queued_at is None for _, event, leaf in numbered)


def test_a_case_comes_as_its_store_has_it(walled: Walled) -> None:
    world, database = walled
    cases = [world.case() for _ in range(3)]
    world.take(cases[0], world.offer(cases[0]))
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = {kept.case.id: kept for kept in evidence.cases()}
    with world.as_(world.sender) as stores:
        assert found == {case.id: stores.cases.get(case.id, lock=False) for case in cases}


def test_a_sealed_value_is_hashed_as_it_is_now(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    value = builders.new_value(case)
    with world.as_(world.sender) as stores:
        stores.values.add([value])
    with inspecting(database.engine(AUDITOR)) as evidence:
        (kept,) = evidence.cases()

    assert kept.values == (builders.digest_of(value),)


def test_a_holding_comes_with_its_place_and_its_seal(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    with inspecting(database.engine(AUDITOR)) as evidence:
        held = list(evidence.holdings())

    assert [(each.position, each.holding) for each in held] == list(enumerate(case.holdings.rows))
    assert {(each.case, each.reference) for each in held} == {(case.id, case.reference)}
    assert all(len(each.seal.signature) == 64 for each in held)


def test_a_transfer_comes_as_its_store_has_it(walled: Walled) -> None:
    world, database = walled
    offer = world.offer(world.case())
    with inspecting(database.engine(AUDITOR)) as evidence:
        assert list(evidence.transfers()) == [replace(offer, transfer=replace(offer.transfer, events=()))]


def test_keysets_come_without_their_private_half(walled: Walled) -> None:
    world, database = walled
    with world.as_(world.sender) as stores:
        kept = {holder.code: stores.keys.keysets(holder.code) for holder in stores.holders.all()}
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = evidence.keysets()

    assert found == {holder: tuple(each.public for each in chain) for holder, chain in kept.items() if chain}


def test_an_event_that_is_gone_is_an_orphans_leaf(walled: Walled) -> None:
    world, database = walled
    world.case()
    with begin_log(database.engine(SEQUENCER)) as log:
        log.drain()
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_are_for_ever"))
        gone = connection.scalar(text("DELETE FROM events WHERE case_version = 1 RETURNING id"))
        connection.execute(text("ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_for_ever"))
    with inspecting(database.engine(AUDITOR)) as evidence:
        assert list(evidence.orphans()) == [gone]


def test_what_happens_while_it_is_read_is_not_read(walled: Walled) -> None:
    world, database = walled
    world.case()
    with inspecting(database.engine(AUDITOR)) as evidence:
        before = len(list(evidence.cases()))
        world.case()
        assert len(list(evidence.cases())) == before == 1


@pytest.mark.parametrize("role", [APP, SEQUENCER])
def test_the_roles_that_serve_cannot_verify(walled: Walled, role: str) -> None:
    world, database = walled
    world.case()
    with pytest.raises((NotPermitted, DatabaseRefused)), inspecting(database.engine(role)) as evidence:
        list(evidence.cases())
