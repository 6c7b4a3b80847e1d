"""What the tables themselves refuse, even to a superuser: a line of holdings with a gap, and the like."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from casetrack.domain.case import Case
from casetrack.domain.holdings import Part, Strand
from casetrack.persistence.embedded import SUPERUSER
from tests import builders
from tests.builders import NINE, NORTHMARCH, after
from tests.persistence.databases import Database
from tests.persistence.walls import ACCEPT, Full, Walled
from tests.persistence.worlds import World

BEGIN = text(
    "INSERT INTO holdings (case_id, position, part, holder, number, since, until, via, seal_holder, seal_keyset, "
    "seal_signature) VALUES (:case, :position, :part, :holder, :number, :since, :until, :via, :holder, 1, '')"
)
END = text(
    "UPDATE holdings SET until = :until, pseudonym = 'an old name' "
    "WHERE case_id = :case AND part = :part AND until IS NULL"
)
DAY = timedelta(days=1)


@contextmanager
def superuser(database: Database) -> Iterator[Connection]:
    with database.engine(SUPERUSER).begin() as connection:
        yield connection


@contextmanager
def trying(full: Full) -> Iterator[Connection]:
    """A superuser's statements, of which nothing stays; what is asked only at the end of a transaction is asked too."""
    with full.database.engine(SUPERUSER).connect() as connection:
        yield connection
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def broken(error: pytest.ExceptionInfo[DBAPIError]) -> str:
    """The constraint that was broken."""
    return str(error.value.orig.diag.constraint_name)  # type: ignore[union-attr] # an error of psycopg's


def a_transfer(world: World, case: Case) -> UUID:
    return world.offer(case).transfer.id


def pass_on(
    connection: Connection, case: Case, via: UUID, *, ended: timedelta, began: timedelta, number: int = 2
) -> None:
    """Northmarch leads the support strand, so long after nine, where the one before ended so long after nine."""
    connection.execute(END, {"case": case.id, "part": Part.SUPPORT.value, "until": NINE + ended})
    connection.execute(
        BEGIN,
        {
            "case": case.id,
            "position": 9,
            "part": Part.SUPPORT.value,
            "holder": NORTHMARCH.code,
            "number": number,
            "since": NINE + began,
            "until": None,
            "via": via,
        },
    )
    connection.execute(ACCEPT, {"id": via})


def test_a_line_without_gap_or_overlap_is_kept(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    via = a_transfer(world, case)
    with superuser(database) as connection:
        pass_on(connection, case, via, ended=DAY, began=DAY)
    with superuser(database) as connection:
        assert connection.scalar(text("SELECT count(*) FROM holdings WHERE part = 'support'")) == 2


@pytest.mark.parametrize(
    ("ended", "began"),
    [(DAY, 2 * DAY), (2 * DAY, DAY), (DAY, DAY + timedelta(microseconds=1))],
    ids=["a gap of a day", "an overlap of a day", "a gap of a microsecond"],
)
def test_a_gap_and_an_overlap_are_refused(walled: Walled, ended: timedelta, began: timedelta) -> None:
    world, database = walled
    case = world.case()
    via = a_transfer(world, case)
    with pytest.raises(DBAPIError) as error, superuser(database) as connection:
        pass_on(connection, case, via, ended=ended, began=began)
    assert broken(error) in {"fk_holdings_before", "fk_holdings_after"}


def test_a_strand_does_not_end_without_the_next_lead(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    with pytest.raises(DBAPIError) as error, superuser(database) as connection:
        connection.execute(END, {"case": case.id, "part": Part.SUPPORT.value, "until": after(1)})
    assert broken(error) == "fk_holdings_after"


def test_a_lead_does_not_begin_without_the_one_before(walled: Walled) -> None:
    world, database = walled
    case = world.case(world.partner, builders.LANTERN, (Strand.SUPPORT,))
    transfer = builders.new_offer(case, world.partner, NORTHMARCH, (Strand.INVESTIGATION,))
    with world.as_(world.partner) as stores:
        via = builders.keep_offer(stores, transfer).transfer.id
    second = {"part": Part.INVESTIGATION.value, "holder": NORTHMARCH.code, "number": 2, "since": after(1)}

    def begin() -> None:
        with superuser(database) as connection:
            connection.execute(BEGIN, {"case": case.id, "position": 9, "until": None, "via": via, **second})
            connection.execute(ACCEPT, {"id": via})

    with pytest.raises(DBAPIError) as error:
        begin()
    assert broken(error) == "fk_holdings_before"


def test_nobody_takes_a_case_by_an_offer_that_is_not_accepted_or_not_theirs(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    via = a_transfer(world, case)
    taken = {"case": case.id, "position": 9, "part": Part.IDENTITY.value, "number": None, "until": None, "via": via}

    def take(holder: str, *, accepted: bool) -> None:
        with superuser(database) as connection:
            connection.execute(BEGIN, {**taken, "holder": holder, "since": after(1)})
            if accepted:
                connection.execute(ACCEPT, {"id": via})

    for holder, accepted in ((NORTHMARCH.code, False), (builders.HARBOUR.code, True)):
        with pytest.raises(DBAPIError) as error:
            take(holder, accepted=accepted)
        assert broken(error) == "fk_holdings_via"
    take(NORTHMARCH.code, accepted=True)


def test_numbers_do_not_repeat_and_do_not_skip(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    via = a_transfer(world, case)
    for number, constraint in ((1, "uq_holdings_number"), (3, "fk_holdings_before")):
        with pytest.raises(DBAPIError) as error, superuser(database) as connection:
            pass_on(connection, case, via, ended=DAY, began=DAY, number=number)
        assert broken(error) in {constraint, "fk_holdings_after"}


def test_a_strand_has_one_lead_at_a_time(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    via = a_transfer(world, case)
    second = {"part": Part.SUPPORT.value, "holder": NORTHMARCH.code, "number": 2, "since": after(1), "until": None}
    with pytest.raises(DBAPIError) as error, superuser(database) as connection:
        connection.execute(BEGIN, {"case": case.id, "position": 9, "via": via, **second})
    assert broken(error) == "uq_holdings_open_lead"


def test_who_has_a_part_has_it_once(walled: Walled) -> None:
    world, database = walled
    case = world.case()
    again = {"part": Part.IDENTITY.value, "holder": world.sender.holder, "number": None, "since": after(1)}
    with pytest.raises(DBAPIError) as error, superuser(database) as connection:
        connection.execute(BEGIN, {"case": case.id, "position": 9, "until": None, "via": None, **again})
    assert broken(error) == "uq_holdings_open"


@pytest.mark.parametrize(("part", "number"), [(Part.SUPPORT, None), (Part.IDENTITY, 1)])
def test_the_leads_of_a_strand_are_numbered_and_nobody_else_is(walled: Walled, part: Part, number: int | None) -> None:
    world, database = walled
    case = world.case()
    row = {"part": part.value, "holder": NORTHMARCH.code, "number": number, "since": after(1), "until": None}
    with pytest.raises(DBAPIError) as error, superuser(database) as connection:
        connection.execute(BEGIN, {"case": case.id, "position": 9, "via": None, **row})
    assert broken(error) == "ck_holdings_number"


def test_two_offers_of_a_case_are_never_open_at_once(full: Full) -> None:
    again = text(
        "INSERT INTO transfers SELECT :id, case_id, version, from_holder, 'harbour-trust', moves_support, "
        "moves_investigation, reason, state, case_version, already_moved, high_risk, sent_by, sent_at, seen_at, "
        "answered_at, answered_by, decline_reason, commitment, preview, answer, seal_digest, seal_previous, "
        "seal_holder, seal_keyset, seal_signature FROM transfers"
    )
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(again, {"id": uuid4()})
    assert broken(error) == "uq_transfers_open"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE transfers SET to_holder = from_holder", "ck_transfers_sides"),
        (
            "UPDATE transfers SET state = 'lost', seen_at = now(), answered_at = now(), answered_by = sent_by",
            "ck_transfers_state",
        ),
        ("UPDATE transfers SET state = 'accepted', answered_at = now(), answered_by = sent_by", "ck_transfers_seen"),
        ("UPDATE transfers SET state = 'withdrawn'", "ck_transfers_answered"),
        ("UPDATE transfers SET answered_at = now()", "ck_transfers_answered"),
        ("UPDATE transfers SET decline_reason = 'duplicate'", "ck_transfers_declined"),
        ("UPDATE transfers SET seal_keyset = 7", "fk_transfers_seal_holder_keysets"),
        ("UPDATE cases SET status = 'closed'", "ck_cases_close_reason"),
        ("UPDATE cases SET close_reason = 'support-ended'", "ck_cases_close_reason"),
        ("UPDATE cases SET status = 'lost'", "ck_cases_status"),
        ("UPDATE cases SET age_group = 'old'", "ck_cases_age_group"),
        ("UPDATE cases SET home = 'nowhere'", "fk_cases_home_holders"),
        ("UPDATE cases SET seal_digest = ''", "ck_cases_seal"),
        ("UPDATE cases SET seal_keyset = 7", "fk_cases_seal_holder_keysets"),
        ("UPDATE holdings SET until = since - interval '1 day', pseudonym = 'old'", "ck_holdings_instants"),
        ("UPDATE holdings SET until = since", "ck_holdings_pseudonym"),
        ("UPDATE holdings SET pseudonym = 'too early'", "ck_holdings_pseudonym"),
        ("UPDATE holdings SET part = 'everything' WHERE number IS NULL", "ck_holdings_part"),
        ("UPDATE sealed_values SET superseded = version - 1", "ck_sealed_values_superseded"),
        ("UPDATE case_keys SET commitment = ''", "ck_case_keys_commitment"),
        ("UPDATE file_chunks SET part = 'identity'", "ck_file_chunks_part"),
        ("UPDATE file_chunks SET number = -1 WHERE number = 0", "ck_file_chunks_number"),
        ("UPDATE file_chunks SET sealed = sealed || sealed", "ck_file_chunks_sealed"),
        ("UPDATE file_chunks SET number = 1 WHERE number = 0", "ck_file_chunks_sealed"),
        ("UPDATE file_chunks SET case_id = file_id", "fk_file_chunks_case_id_cases"),
        ("UPDATE wraps SET number = 7 WHERE number = 1", "fk_wraps_case_id_case_keys"),
        ("UPDATE wraps SET number = NULL, transfer_id = NULL", "ck_wraps_offer"),
        ("UPDATE wraps SET recipient_version = 7", "fk_wraps_recipient_keysets"),
        ("UPDATE accounts SET national = true WHERE role = 'lead'", "ck_accounts_national"),
        ("UPDATE accounts SET role = 'god'", "ck_accounts_role"),
        ("UPDATE holders SET kind = 'club'", "ck_holders_kind"),
        ("DELETE FROM cases", None),
        ("DELETE FROM accounts", None),
        ("DELETE FROM keysets", None),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(full: Full, change: str, constraint: str | None) -> None:
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(text(change))
    assert broken(error) == constraint or (constraint is None and broken(error).startswith("fk_"))


def test_a_part_is_sealed_under_one_key_at_a_time(full: Full) -> None:
    second = text(
        "INSERT INTO case_keys SELECT case_id, 2, part, commitment, retired FROM case_keys WHERE case_id = :case"
    )
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(second, {"case": full.case.id})
    assert broken(error) == "ex_case_keys_part"


def test_a_log_has_no_leaf_without_its_event_and_no_checkpoint_without_its_leaves(full: Full) -> None:
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(text("INSERT INTO leaves VALUES (0, :event, :leaf)"), {"event": uuid4(), "leaf": bytes(57)})
    assert broken(error) == "fk_leaves_event_events"
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(text("INSERT INTO checkpoints (size, note, frontier, at) VALUES (3, '', '', now())"))
    assert broken(error) == "fk_checkpoints_last_leaf_leaves"


def test_a_number_of_bytes_that_is_no_leaf_is_refused(full: Full) -> None:
    with pytest.raises(DBAPIError) as error, trying(full) as connection:
        connection.execute(text("INSERT INTO leaves SELECT 0, id, commitment FROM events LIMIT 1"))
    assert broken(error) == "ck_leaves_leaf"
