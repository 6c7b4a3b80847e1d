"""Transactions: what is refused by the database comes out in the rules' own words, and says nothing of a row."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casetrack.domain.case import Areas
from casetrack.domain.errors import CasetrackError, NotPermitted, OfferOpen, Stale, Unavailable
from casetrack.domain.holdings import Strand
from casetrack.persistence import db as room
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.refusals import BY_CONSTRAINT, DatabaseRefused, refusing
from tests import builders
from tests.builders import EASTMARCH, LANTERN, NOBODY, NORTHMARCH, actor_of, after, scope_of
from tests.persistence.databases import Database
from tests.persistence.walls import Walled


def chain_of(error: BaseException) -> list[BaseException]:
    """The error and everything that travels with it."""
    linked = [error]
    while (before := linked[-1].__cause__ or linked[-1].__context__) is not None:
        linked.append(before)
    return linked


def test_every_constraint_that_has_a_refusal_is_there(migrated: Database) -> None:
    with migrated.engine(SUPERUSER).connect() as connection:
        there = connection.scalars(
            text("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        ).all()
    assert set(there) >= set(BY_CONSTRAINT)


def test_a_refusal_carries_no_statement_no_value_and_no_cause(walled: Walled) -> None:
    world, _ = walled
    case = world.case()
    world.offer(case)
    with pytest.raises(OfferOpen) as refused, world.as_(world.sender) as stores:
        builders.keep_offer(stores, builders.new_offer(case, world.sender, LANTERN, (Strand.SUPPORT,)))
    assert chain_of(refused.value) == [refused.value]


def test_what_no_rule_foresaw_names_its_condition_and_nothing_of_a_row(
    walled: Walled, caplog: pytest.LogCaptureFixture
) -> None:
    world, _ = walled
    case = world.case()
    wrong = builders.new_value(case, version=0)
    with pytest.raises(DatabaseRefused) as refused, caplog.at_level(logging.DEBUG), world.as_(world.sender) as stores:
        stores.values.add([wrong])
    assert (refused.value.condition, refused.value.constraint) == ("23514", "ck_sealed_values_version")
    assert chain_of(refused.value) == [refused.value]
    said = str(refused.value) + repr(refused.value) + caplog.text
    for secret in (str(wrong.id), str(case.id), wrong.stored.hex(), "INSERT", case.reference):
        assert secret not in said


@pytest.mark.usefixtures("app_engine")
def test_an_error_of_an_engine_shows_no_value() -> None:
    with room.db.engine.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT 1 / :zero, :name"), {"zero": 0, "name": "canary-of-an-invented-person"})
    assert "canary" not in str(error.value)


def test_a_fault_in_a_block_is_not_the_databases(walled: Walled) -> None:
    world, _ = walled
    with pytest.raises(KeyError), world.as_(world.sender):
        raise KeyError


def test_a_line_that_the_end_of_the_transaction_finds_broken_is_refused_there(walled: Walled) -> None:
    world, _ = walled
    case = world.case()
    offer = world.offer(case)
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    end = text("UPDATE holdings SET until = now(), pseudonym = 'old' WHERE case_id = :case AND part = 'support'")

    def keep_a_gap() -> None:
        with world.as_(world.receiver) as stores:
            stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
            room.db.session.execute(end, {"case": case.id})

    with pytest.raises(DatabaseRefused) as refused:
        keep_a_gap()
    assert refused.value.constraint == "fk_holdings_after"
    with world.as_(world.sender) as stores:
        kept = stores.cases.get(case.id, lock=False)
    assert kept is not None
    assert kept.case == case


def test_a_database_that_is_not_there_is_unavailable() -> None:
    app = Flask("casetrack-tests")
    room.init_app(app, "postgresql+psycopg://nobody@/nothing?host=/nonexistent", statement_timeout_ms=100)
    with app.app_context(), pytest.raises(Unavailable) as refused, work.begin(NOBODY):
        raise AssertionError
    assert chain_of(refused.value) == [refused.value]


def test_a_connection_that_the_server_ended_is_unavailable_and_the_next_one_works(walled: Walled) -> None:
    world, database = walled

    def cut_off() -> None:
        with work.begin(scope_of(world.sender)) as stores:
            number = room.db.session.scalar(text("SELECT pg_backend_pid()"))
            with database.engine(SUPERUSER).connect() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
            stores.holders.all()

    with pytest.raises(Unavailable):
        cut_off()
    with world.as_(world.sender) as stores:
        assert stores.holders.all()


def test_a_statement_that_takes_too_long_is_unavailable(database: Database) -> None:
    app = Flask("casetrack-tests")
    room.init_app(app, database.url("casetrack_app"), statement_timeout_ms=50)

    def slow() -> None:
        with work.begin(NOBODY):
            room.db.session.execute(text("SELECT pg_sleep(5)"))

    with app.app_context():
        with pytest.raises(Unavailable):
            slow()
        room.db.engine.dispose()


def test_what_a_policy_refuses_is_not_permitted(walled: Walled) -> None:
    world, _ = walled
    case = world.case()
    with pytest.raises(NotPermitted), world.as_(world.stranger) as stores:
        stores.keys.add(builders.new_key(case))


def test_refusing_lets_the_rules_own_refusals_pass() -> None:
    with pytest.raises(Stale), refusing():
        raise Stale


def test_of_many_who_change_a_case_at_once_all_but_the_first_are_stale(walled: Walled, store_app: Flask) -> None:
    world, _ = walled
    case = world.case()
    changed = case.place(Areas(home=NORTHMARCH.code), by=actor_of(world.sender), at=after(1))
    together = Barrier(8, timeout=10)

    def change(_: int) -> str:
        with store_app.app_context():
            together.wait()
            try:
                with work.begin(scope_of(world.sender)) as stores:
                    builders.keep_change(stores, changed, case, by=EASTMARCH.code)
            except CasetrackError as refused:
                return type(refused).__name__
            return "kept"

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(change, range(8)))
    assert outcomes == ["Stale"] * 7 + ["kept"]


def test_of_many_who_take_an_offer_at_once_one_takes_it(walled: Walled, store_app: Flask) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case)
    accepted = offer.transfer.accept(by=actor_of(world.receiver), at=after(2))
    taken = case.hand_off(accepted, to=NORTHMARCH, worker=world.receiver.id, by=actor_of(world.receiver), at=after(2))
    together = Barrier(8, timeout=10)

    def take(_: int) -> bool:
        with store_app.app_context(), suppress(CasetrackError):
            together.wait()
            with work.begin(scope_of(world.receiver)) as stores:
                kept = stores.transfers.get(offer.transfer.id, lock=True)
                assert kept is not None
                if not kept.transfer.state.is_open:
                    return False
                stores.transfers.put(builders.kept_offer(accepted, NORTHMARCH.code, like=offer))
                builders.keep_change(stores, taken, case, by=NORTHMARCH.code)
                builders.journal_changes(stores, taken, world.receiver)
            return True
        return False

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(take, range(8))) == [False] * 7 + [True]
    with database.engine(SUPERUSER).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM events WHERE action = 'transfer:accept'")) == 1
