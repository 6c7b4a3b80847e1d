"""The second wall, written against: what the database refuses to whoever goes round the rules by SQL."""

import pytest
from sqlalchemy import text

from casetrack.domain.holdings import Strand
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import OWNER
from casetrack.services.people import Account
from tests.builders import NORTHMARCH, actor_of, after
from tests.persistence.walls import (
    ACCEPT,
    FOR_EVER,
    INSUFFICIENT_PRIVILEGE,
    Full,
    Walled,
    as_,
    full_case,
    refused,
)
from tests.persistence.worlds import handed_off


def test_a_sender_does_not_accept_its_own_offer(full: Full) -> None:
    world, database, case = full
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
def test_what_an_offer_is_about_never_changes(full: Full, column: str) -> None:
    world, database, _ = full

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
        "UPDATE file_chunks SET sealed = sealed",
        "UPDATE keysets SET sign_public = sign_public",
        *(f"UPDATE accounts SET {name} = {name}" for name in ("role", "holder", "national")),  # noqa: S608 - a column of ours
        "UPDATE accounts SET display_name = display_name",
        "DELETE FROM accounts",
        *(f"UPDATE sessions SET {name} = {name}" for name in ("account", "token", "epoch", "since", "auth")),  # noqa: S608 - a column of ours
        *(f"UPDATE tokens SET {name} = {name}" for name in ("account", "digest", "until", "epoch")),  # noqa: S608 - a column of ours
        "UPDATE links SET account = account",
        "UPDATE links SET until = until",
        "UPDATE accounts SET sign_in_name = sign_in_name",
        "UPDATE events SET payload = payload",
        "UPDATE milestone_records SET at = at",
        "UPDATE leaves SET leaf = leaf",
        "UPDATE checkpoints SET note = note",
        "DELETE FROM cases",
        "DELETE FROM holdings",
        "DELETE FROM transfers",
        "DELETE FROM sealed_values",
        "DELETE FROM file_chunks",
        "DELETE FROM events",
        "DELETE FROM event_shown",
        "DELETE FROM milestone_records",
        "DELETE FROM log_queue",
        "DELETE FROM leaves",
        "INSERT INTO log_queue (event) SELECT id FROM events",
        "INSERT INTO leaves (number, event, leaf) SELECT 0, id, commitment FROM events",
    ],
)
def test_what_the_application_was_not_given_it_does_not_touch(full: Full, change: str) -> None:
    world, database, _ = full

    with as_(database, world.sender) as connection:
        assert refused(connection, change) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    "table", ["events", "event_shown", "milestone_records", "leaves", "checkpoints", "cosignatures"]
)
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("role", [OWNER, SUPERUSER])
def test_what_is_written_once_stays_even_for_the_owner(full: Full, table: str, change: str, role: str) -> None:
    with full.database.engine(role).connect() as connection:
        assert refused(connection, change.format(table)) == FOR_EVER
        if role == SUPERUSER:
            connection.execute(text("SET session_replication_role = 'replica'"))
            assert refused(connection, f"DELETE FROM {table}") == FOR_EVER  # noqa: S608 - a table of ours


BEGIN = (
    "INSERT INTO holdings (case_id, position, part, holder, number, since, via, seal_holder, seal_keyset, "
    "seal_signature) VALUES (:case, :position, :part, :holder, :number, now(), :via, :holder, 1, '')"
)


@pytest.mark.parametrize("offered", list(Strand))
def test_a_holding_begins_only_for_oneself_and_only_by_an_offer_that_moves_that_part(
    walled: Walled, offered: Strand
) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case, NORTHMARCH, (offered,)).transfer
    moved = offered.value
    other = next(strand.value for strand in Strand if strand is not offered)

    def begun(account: Account, part: str, *, holder: str | None = None, accepted: bool = True) -> str:
        with as_(database, account) as connection:
            if accepted:
                connection.execute(ACCEPT, {"id": offer.id})
            told = {"case": case.id, "position": 9, "part": part, "holder": holder or account.holder}
            number = 2 if part in {"support", "investigation"} else None
            return refused(connection, BEGIN, **told, number=number, via=offer.id)

    assert begun(world.receiver, moved, accepted=False) == INSUFFICIENT_PRIVILEGE, "it was not accepted"
    assert begun(world.stranger, moved) == INSUFFICIENT_PRIVILEGE
    assert begun(world.receiver, other) == INSUFFICIENT_PRIVILEGE, "it was not offered"
    assert begun(world.receiver, moved, holder=world.stranger.holder) == INSUFFICIENT_PRIVILEGE
    assert begun(world.sender, moved, accepted=False) == INSUFFICIENT_PRIVILEGE, "the offer is to another"
    assert begun(world.receiver, moved) == "23505", "the one before has not ended: that is the next wall"
    if offered is Strand.INVESTIGATION:
        assert begun(world.receiver, "safe-address") == INSUFFICIENT_PRIVILEGE, "it stays with the support"


@pytest.mark.parametrize("part", ["identity", "support"])
def test_nobody_begins_a_holding_in_a_case_that_is_not_new_and_not_theirs(walled: Walled, part: str) -> None:
    world, database = walled
    case = world.case()
    world.offer(case)

    for account in (world.receiver, world.stranger):
        with as_(database, account) as connection:
            told = {"case": case.id, "position": 9, "part": part, "holder": account.holder, "via": None}
            assert refused(connection, BEGIN, **told, number=None) == INSUFFICIENT_PRIVILEGE


def test_a_strand_begins_only_with_whoever_leads_the_other_and_only_once(walled: Walled) -> None:
    world, database = walled
    case = world.case(strands=(Strand.SUPPORT,))
    world.take(case, world.offer(case, strands=(Strand.SUPPORT,)))
    begin = (
        "INSERT INTO holdings (case_id, position, part, holder, number, since, seal_holder, seal_keyset, "
        "seal_signature) VALUES (:case, :position, :part, :holder, 1, now(), :holder, 1, '')"
    )

    def begun(account: Account, part: str = "investigation", *, holder: str | None = None) -> str:
        with as_(database, account) as connection:
            told = {"case": case.id, "position": 20, "part": part, "holder": holder or account.holder}
            return refused(connection, begin, **told)

    assert begun(world.sender) == INSUFFICIENT_PRIVILEGE, "it leads nothing any more"
    assert begun(world.stranger) == INSUFFICIENT_PRIVILEGE
    assert begun(world.receiver, holder=world.stranger.holder) == INSUFFICIENT_PRIVILEGE
    assert begun(world.receiver, "safe-address") == INSUFFICIENT_PRIVILEGE, "it follows a strand"
    assert begun(world.receiver, "support") == INSUFFICIENT_PRIVILEGE, "it is what it leads"
    with as_(database, world.receiver) as connection:
        told = {"case": case.id, "part": "investigation", "holder": world.receiver.holder}
        assert connection.execute(text(begin), {**told, "position": 20}).rowcount == 1
        assert refused(connection, begin, **told, position=21) == "23505", "it has begun: that is the next wall"


END = text("UPDATE holdings SET until = now(), pseudonym = 'old' WHERE case_id = :case RETURNING holder, part")


@pytest.mark.parametrize("offered", [(), (Strand.SUPPORT,), (Strand.INVESTIGATION,), tuple(Strand)], ids=str)
def test_a_holding_ends_only_by_an_offer_that_was_just_accepted_and_moves_it(
    walled: Walled, offered: tuple[Strand, ...]
) -> None:
    world, database = walled
    case = world.case()
    offer = world.offer(case, NORTHMARCH, offered).transfer
    accepted = offer.accept(by=actor_of(world.receiver), at=after(2))
    expected = {
        (row.holder, row.part.value)
        for row in (handed_off(case, accepted, world.receiver.id).holdings.rows if offered else ())
        if row.until is not None
    }

    def ended(account: Account, *, accepts: bool = False) -> set[tuple[str, str]]:
        with as_(database, account) as connection:
            if accepts:
                assert connection.execute(ACCEPT, {"id": offer.id}).rowcount == 1
            found = {(row.holder, row.part) for row in connection.execute(END, {"case": case.id})}
            connection.rollback()
            return found

    assert [ended(each) for each in (world.stranger, world.receiver, world.sender)] == [set(), set(), set()]
    assert ended(world.receiver, accepts=True) == expected


def test_a_retired_key_is_not_brought_back(walled: Walled) -> None:
    world, database = walled
    case = full_case(world)
    with world.as_(world.sender) as stores:
        stores.keys.retire(case.id, [1])

    with as_(database, world.sender) as connection:
        assert refused(connection, "UPDATE case_keys SET retired = false") == INSUFFICIENT_PRIVILEGE


def test_whom_a_list_showed_is_not_added_to_afterwards(full: Full) -> None:
    world, database, case = full

    with as_(database, world.sender) as connection:
        add = "INSERT INTO event_shown (event, position, case_id, salt) SELECT id, 7, :case, salt FROM events"
        assert refused(connection, add, case=case.id) == INSUFFICIENT_PRIVILEGE
