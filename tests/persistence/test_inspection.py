"""What verifying reads, over PostgreSQL: everything, in order, as one instant, and nothing that opens anything."""

from dataclasses import replace
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from casetrack.domain.errors import NotPermitted, Unavailable
from casetrack.domain.holdings import Part
from casetrack.domain.ids import CaseId, FileId
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import SqlEvidence, inspecting
from casetrack.persistence.refusals import DatabaseRefused
from casetrack.persistence.roles import APP, AUDITOR, SEQUENCER
from casetrack.persistence.work import begin_log
from casetrack.services.evidence import KeptAccount, KeptFile, OutOfTime
from casetrack.services.people import Token
from casetrack.services.ports import KeptCase
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


def test_a_statement_that_takes_too_long_is_no_time_for_everything(walled: Walled) -> None:
    world, database = walled
    world.case()
    with database.engine(SUPERUSER).begin() as busy, Session(database.engine(AUDITOR)) as session:
        busy.execute(text("LOCK TABLE events"))
        session.execute(text("SET LOCAL statement_timeout = 50; SET LOCAL lock_timeout = 0"))
        with pytest.raises(OutOfTime):
            list(SqlEvidence(session).events())


def test_whoever_does_not_say_what_is_left_is_told_to_try_again(walled: Walled) -> None:
    _, database = walled
    with pytest.raises(Unavailable), inspecting(database.engine(AUDITOR)):
        raise OutOfTime


def test_a_case_comes_as_its_store_has_it(walled: Walled) -> None:
    world, database = walled
    cases = [world.case() for _ in range(3)]
    world.take(cases[0], world.offer(cases[0]))
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = {kept.case.id: kept for kept in evidence.cases()}
    stored: dict[CaseId, KeptCase] = {}
    for account in (world.sender, world.receiver):
        with world.as_(account) as stores:
            stored |= {kept.case.id: kept for kept in stores.cases.all_of([case.id for case in cases])}
    assert found == stored


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


def test_a_file_comes_with_the_hashes_of_its_chunks_as_they_are_now(walled: Walled) -> None:
    world, database = walled
    files: dict[UUID, KeptFile] = {}
    for case in (world.case(), world.case()):
        file, chunks = FileId(uuid4()), builders.new_chunks(2)
        files[file] = KeptFile(file, case.id, tuple(sha256(chunk).digest() for chunk in chunks))
        with world.as_(world.sender) as stores:
            stores.files.add(case.id, Part.SUPPORT, file, chunks)
    with inspecting(database.engine(AUDITOR)) as evidence:
        assert {file.id: file for file in evidence.attached()} == files

    swapped = next(iter(files.values()))
    swap = "UPDATE file_chunks SET number = 3 - number WHERE file_id = :file AND number > 0"
    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("ALTER TABLE file_chunks DROP CONSTRAINT pk_file_chunks"))
        connection.execute(text(swap), {"file": swapped.id})
        connection.execute(text("ALTER TABLE file_chunks ADD CONSTRAINT pk_file_chunks PRIMARY KEY (file_id, number)"))
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = {file.id: file.hashes for file in evidence.attached()}
    header, *rest = swapped.hashes
    assert found[swapped.id] == (header, *reversed(rest))


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


def test_an_account_comes_without_its_password_and_with_a_digest_of_its_hash_as_it_is_now(walled: Walled) -> None:
    world, database = walled
    accounts = {each.id: each for each in (world.sender, world.receiver, world.stranger, world.auditor)}
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = {kept.account.id: kept for kept in evidence.accounts()}
    for account in accounts.values():
        assert found[account.id] == KeptAccount(replace(account, password=""), account.password_digest)

    with database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("UPDATE accounts SET password = 'another'"))
    with inspecting(database.engine(AUDITOR)) as evidence:
        assert {kept.password_digest for kept in evidence.accounts()} == {sha256(b"another").digest()}


def test_the_verifying_role_reads_no_password(walled: Walled) -> None:
    _, database = walled
    with database.engine(AUDITOR).connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("SELECT password FROM accounts"))


def test_a_token_comes_as_its_store_has_it(walled: Walled) -> None:
    world, database = walled
    token = Token(uuid4(), "invented program", bytes(32), world.sender.id, 0, builders.NINE)
    with world.begin(builders.NOBODY) as stores:
        stores.accounts.add_token(token)
        kept = stores.accounts.tokens(world.sender.id)
    with inspecting(database.engine(AUDITOR)) as evidence:
        assert tuple(evidence.tokens()) == kept
