"""The second wall, written against: what the database refuses to whoever goes round the rules by SQL."""

import pytest
from sqlalchemy import text

from casetrack.domain.holdings import Strand
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import OWNER
from casetrack.services.ports import Account
from tests.builders import NORTHMARCH
from tests.persistence.walls import (
    FOR_EVER,
    INSUFFICIENT_PRIVILEGE,
    Walled,
    as_,
    full_case,
    refused,
)


def test_a_sender_does_not_accept_its_own_offer(walled: Walled) -> None:
    world, database = walled
    case = full_case(world)
    accept = "UPDATE transfers SET state = 'accepted', seen_at = now(), answered_at = now(), answered_by = :account"

    with as_(database, world.sender) as connection:
        assert refused(connection, accept, account=world.sender.id) == INSUFFICIENT_PRIVILEGE
    with as_(database, world.stranger) as connection:
        assert connection.execute(text(accept), {"account": world.stranger.id}).rowcount == 0
    with as_(database, world.receiver) as connection:
        assert connection.execute(text(accept), {"account": world.receiver.id}).rowcount == 1
        connection.rollback()
    assert case.holdings.lead(next(iter(case.holdings.strands))) == world.sender.holder


@pytest.mark.parametrize("column", ["from_holder", "to_holder", "case_id", "preview", "moves_support"])
def test_what_an_offer_is_about_never_changes(walled: Walled, column: str) -> None:
    world, database = walled
    full_case(world)

    for account in (world.sender, world.receiver):
        with as_(database, account) as connection:
            change = f"UPDATE transfers SET {column} = {column}"  # noqa: S608 - a column of ours
            assert refused(connection, change) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases SET reference = reference",
        "UPDATE cases SET opened_at = opened_at",
        "UPDATE holdings SET holder = holder",
        "UPDATE holdings SET since = since",
        "UPDATE sealed_values SET part = part",
        "UPDATE case_keys SET commitment = commitment",
        "UPDATE wraps SET sealed = sealed",
        "UPDATE keysets SET sign_public = sign_public",
        "UPDATE accounts SET sign_in_name = sign_in_name",
        "UPDATE events SET payload = payload",
        "UPDATE milestone_records SET at = at",
        "UPDATE leaves SET leaf = leaf",
        "UPDATE checkpoints SET note = note",
        "DELETE FROM cases",
        "DELETE FROM holdings",
        "DELETE FROM transfers",
        "DELETE FROM sealed_values",
        "DELETE FROM events",
        "DELETE FROM event_shown",
        "DELETE FROM milestone_records",
        "DELETE FROM log_queue",
        "DELETE FROM leaves",
        "INSERT INTO log_queue (event) SELECT id FROM events",
        "INSERT INTO leaves (number, event, leaf) SELECT 0, id, commitment FROM events",
    ],
)
def test_what_the_application_was_not_given_it_does_not_touch(walled: Walled, change: str) -> None:
    world, database = walled
    full_case(world)

    with as_(database, world.sender) as connection:
        assert refused(connection, change) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("table", ["events", "event_shown", "milestone_records", "leaves", "checkpoints"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("role", [OWNER, SUPERUSER])
def test_what_is_written_once_stays_even_for_the_owner(walled: Walled, table: str, change: str, role: str) -> None:
    world, database = walled
    full_case(world)

    with database.engine(role).connect() as connection:
        assert refused(connection, change.format(table)) == FOR_EVER
        if role == SUPERUSER:
            connection.execute(text("SET session_replication_role = 'replica'"))
            assert refused(connection, f"DELETE FROM {table}") == FOR_EVER  # noqa: S608 - a table of ours


@pytest.mark.parametrize("offered", list(Strand))
def test_a_holding_begins_only_for_oneself_and_only_by_an_offer_of_that_strand(walled: Walled, offered: Strand) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case, NORTHMARCH, (offered,)).transfer
    moved = offered.value
    other = next(strand.value for strand in Strand if strand is not offered)
    begin = (
        "INSERT INTO holdings (case_id, position, part, holder, number, since, via, seal_holder, seal_keyset, "
        "seal_signature) VALUES (:case, 9, :part, :holder, :number, now(), :via, :holder, 1, '')"
    )

    def begun(account: Account, part: str, *, holder: str | None = None, via: object = offer.id) -> str:
        with as_(database, account) as connection:
            return refused(
                connection,
                begin,
                case=case.id,
                part=part,
                holder=holder or account.holder,
                number=2 if part in {"support", "investigation"} else None,
                via=via,
            )

    assert begun(world.stranger, moved) == INSUFFICIENT_PRIVILEGE
    assert begun(world.receiver, other) == INSUFFICIENT_PRIVILEGE, "it was not offered"
    assert begun(world.receiver, moved, holder=world.stranger.holder) == INSUFFICIENT_PRIVILEGE
    assert begun(world.receiver, "identity", via=None) == INSUFFICIENT_PRIVILEGE
    assert begun(world.sender, moved) == INSUFFICIENT_PRIVILEGE, "the offer is to another"
    assert begun(world.receiver, moved) == "23505", "the one before has not ended: that is the next wall"


def test_a_holding_ends_for_oneself_or_for_whoever_offered_it(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    end = text("UPDATE holdings SET until = now() WHERE case_id = :case")

    def ended(account: Account) -> int:
        with as_(database, account) as connection:
            found = connection.execute(end, {"case": case.id}).rowcount
            connection.rollback()
            return found

    assert (ended(world.stranger), ended(world.receiver), ended(world.sender)) == (0, 0, 4)
    world.offer(case)
    assert (ended(world.stranger), ended(world.receiver)) == (0, 4)
    with as_(database, world.sender) as connection:
        assert refused(connection, "UPDATE holdings SET until = NULL") == INSUFFICIENT_PRIVILEGE


def test_a_retired_key_is_not_brought_back(walled: Walled) -> None:
    world, database = walled
    case = full_case(world)
    with world.as_(world.sender) as stores:
        stores.keys.retire(case.id, [1])

    with as_(database, world.sender) as connection:
        assert refused(connection, "UPDATE case_keys SET retired = false") == INSUFFICIENT_PRIVILEGE


def test_whom_a_list_showed_is_not_added_to_afterwards(walled: Walled) -> None:
    world, database = walled
    case = full_case(world)

    with as_(database, world.sender) as connection:
        add = "INSERT INTO event_shown (event, position, case_id, salt) SELECT id, 7, :case, salt FROM events"
        assert refused(connection, add, case=case.id) == INSUFFICIENT_PRIVILEGE
