"""The second wall: an event covers the change that it tells of, and no other.

Unless a test says otherwise the statements are SQL in the application's own role, by somebody who is who they say; each
change is asked about as its transaction would end.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
import rfc8785
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from casetrack.audit.entry import commit
from casetrack.cli.house import COMMAND_LINE
from casetrack.domain.actions import Action
from casetrack.domain.event_kinds import KINDS
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.roles import KEEPER
from casetrack.services.people import Account
from tests import builders
from tests.builders import DESK, HARBOUR
from tests.persistence.databases import Database
from tests.persistence.test_walls_untold import MADE, THE_END
from tests.persistence.walls import (
    INSUFFICIENT_PRIVILEGE,
    SEE,
    UNTOLD,
    WRITE,
    Full,
    act_as,
    as_,
    now_alone,
    refused,
    written,
)

ALLOWED: Final = "allowed"
ELSEWHERE: Final = "00000000-0000-4000-8000-00000000000f"
"""An id that nothing here has."""
CHANGES: Final[Mapping[str, str]] = {
    "password": "password = 'another'",
    "closed_at": "closed_at = now()",
    "epoch": "epoch = epoch + 1",
    "seal": "seal_keyset = 7, seal_signature = 'another'",
}
"""What the application may write of an account that is there, as far as the database's grants say."""
COVERED: Final[Mapping[str, frozenset[str]]] = {
    "account:create": frozenset(),
    "account:close": frozenset({"closed_at", "epoch", "seal"}),
    "account:reset": frozenset({"password", "epoch", "seal"}),
    "password:set": frozenset({"password", "epoch", "seal"}),
    "password:change": frozenset({"password", "epoch", "seal"}),
    "password:rehash": frozenset({"password", "seal"}),
    "account:list": frozenset(),
}
"""What changes with each act about an account."""
NEW_ACCOUNT: Final = """
    INSERT INTO accounts (id, sign_in_name, display_name, role, holder, password, national, epoch, seal_keyset,
                          seal_signature)
    VALUES (:id, 'another', 'Another', 'administrator', 'service', '', true, 0, 1, '')
"""
STEPS: Final = frozenset(
    {
        *(Action.TRANSFER_SEND, Action.TRANSFER_SEE, Action.TRANSFER_ACCEPT, Action.TRANSFER_DECLINE),
        *(Action.TRANSFER_WITHDRAW, Action.HOLD_SET, Action.HOLD_LIFT, Action.ERASURE_PROPOSE),
        *(Action.DESTRUCTION_PROPOSE, Action.ENQUIRY_PROPOSE),
        *(Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE, Action.PROPOSAL_WITHDRAW),
    }
)


@pytest.fixture
def app(full: Full) -> Iterator[Connection]:
    """The application at work for somebody, in a database that tells of no past; nothing of it is kept."""
    with now_alone(full.database), as_(full.database, full.world.sender) as connection:
        yield connection
        connection.rollback()


def about(account: Account, action: str, **said: object) -> dict[str, object]:
    """An event of that act about the account, which does it itself."""
    return written(account, action=action, detail={"account": str(account.id), **said})


def end_of(connection: Connection) -> str:
    """How the transaction would end."""
    with connection.begin_nested() as nested:
        connection.execute(THE_END)
        nested.rollback()
    return ALLOWED


# What is signed


@pytest.mark.parametrize("said", [{"action": "case:view"}, {"action": None}, {"action": ["account:reset"]}, {}])
def test_the_action_of_a_row_is_the_action_that_is_signed(full: Full, app: Connection, said: dict[str, Any]) -> None:
    forged = written(full.world.sender, action="account:reset", payload=rfc8785.dumps(said))
    assert refused(app, WRITE, **forged) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    "said",
    [
        {"at": "1999-01-01T00:00:00+00:00"},
        {"at": "now"},
        {"actor": str(COMMAND_LINE.id)},
        {"actor": None},
        {"holder": HARBOUR.code},
        {"case": ELSEWHERE},
        {"case": None},
        {"transfer": ELSEWHERE},
        {"transfer": None, "proposal": ELSEWHERE},
        {"hold": ELSEWHERE, "transfer": None},
        {"transfer": None, "entry": ELSEWHERE},
        {"case_version": 7},
        {"step": 7},
        {"refusal": "NotPermitted"},
        {"holders_then": [HARBOUR.code]},
        {"holders_then": None},
        {"words": "0" * 64},
        {"event": "Refused", "detail": {"reference": "CT-0000-0000"}},
    ],
    ids=str,
)
def test_what_stands_in_a_column_is_what_is_signed(full: Full, app: Connection, said: dict[str, Any]) -> None:
    """A reveal of one's own is not signed as a colleague's."""
    of_it: dict[str, Any] = {"action": "identity:reveal", "case": full.case.id, "aggregate": offer_in(full.database)}
    told = written(full.world.sender, **of_it)
    assert app.execute(text(WRITE), told).rowcount == 1
    honest = json.loads(told["payload"])
    payload = rfc8785.dumps({**honest, **said})
    again = {**told, "payload": payload, "commitment": commit(payload, bytes(32))}
    assert refused(app, WRITE, **again) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("name", ["at", "action", "actor", "holder", "case", "case_version", "refusal", "holders_then"])
def test_what_is_left_out_or_is_one_of_several_is_not_what_stands_there(full: Full, app: Connection, name: str) -> None:
    told = written(full.world.sender, case=full.case.id)
    honest = json.loads(told["payload"])
    for forged in ({each: said for each, said in honest.items() if each != name}, {**honest, name: [honest[name]]}):
        payload = rfc8785.dumps(forged)
        again = {**told, "payload": payload, "commitment": commit(payload, bytes(32))}
        assert refused(app, WRITE, **again) == INSUFFICIENT_PRIVILEGE
        act_as(app, builders.scope_of(full.world.sender))


@pytest.mark.parametrize("member", ["transfer", "proposal", "hold", "entry"])
@pytest.mark.parametrize("microsecond", [0, 1, 120_000, 999_999])
def test_what_is_the_same_in_both_is_taken(full: Full, member: str, microsecond: int) -> None:
    of = uuid4()
    told = written(full.world.sender, refusal="NotFound", attempted=full.case.reference)
    at = told["at"].replace(microsecond=microsecond)
    said = {**json.loads(told["payload"]), "at": at.isoformat(), member: str(of)}
    payload = rfc8785.dumps(said)
    row = {**told, "at": at, "aggregate": of, "payload": payload, "commitment": commit(payload, bytes(32))}
    with as_(full.database, full.world.sender) as connection:
        assert connection.execute(text(WRITE), row).rowcount == 1


def test_so_it_is_of_what_the_keeper_writes(full: Full) -> None:
    told = written(full.world.sender, action="keyset:make", account=None, holder=None)
    with full.database.engine(KEEPER).connect() as connection:
        assert refused(connection, WRITE, **{**told, "action": "keyset:rewrap"}) == INSUFFICIENT_PRIVILEGE
        assert connection.execute(text(WRITE), told).rowcount == 1


# What makes a version or a step


@pytest.mark.parametrize("action", Action)
def test_a_version_of_a_case_is_told_by_what_changes_a_case_alone(full: Full, app: Connection, action: Action) -> None:
    changing = {kind.__dataclass_fields__["action"].default for kind in KINDS.values() if kind.changes_case}
    made = app.scalar(
        text("UPDATE cases SET version = version + 1 WHERE id = :id RETURNING version"), {"id": full.case.id}
    )
    told = written(full.world.sender, action=action.value, case=full.case.id, version=made)
    if action in changing:
        assert app.execute(text(WRITE), told).rowcount == 1
    else:
        assert refused(app, WRITE, **told) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("action", Action)
def test_a_step_is_told_by_what_takes_one_alone(full: Full, action: Action) -> None:
    receiver, offer = full.world.receiver, offer_in(full.database)
    with now_alone(full.database), as_(full.database, receiver) as connection:
        step = connection.scalar(text(f"{SEE} RETURNING version"), {"id": offer})
        told = written(receiver, action=action.value, case=full.case.id, aggregate=offer, step=step)
        if action in STEPS:
            assert connection.execute(text(WRITE), told).rowcount == 1
        else:
            assert refused(connection, WRITE, **told) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("refusal", ["NotPermitted", None])
def test_what_was_refused_makes_no_version_of_a_case(full: Full, app: Connection, refusal: str | None) -> None:
    made = app.scalar(
        text("UPDATE cases SET version = version + 1 WHERE id = :id RETURNING version"), {"id": full.case.id}
    )
    told = written(full.world.sender, action="note:write", case=full.case.id, version=made, refusal=refusal)
    app.execute(text(WRITE), told)
    assert (end_of(app) if refusal is None else refused(app, str(THE_END))) == (UNTOLD if refusal else ALLOWED)


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("refusal", ["NotPermitted", None])
def test_a_step_of_an_offer_is_told_by_one_of_an_offer_that_was_not_refused(
    full: Full, action: Action, refusal: str | None
) -> None:
    receiver, offer = full.world.receiver, offer_in(full.database)
    with now_alone(full.database), as_(full.database, receiver) as connection:
        step = connection.scalar(text(f"{SEE} RETURNING version"), {"id": offer})
        of_it = {"case": full.case.id, "aggregate": offer, "step": step}
        connection.execute(text(WRITE), written(receiver, action=action.value, refusal=refusal, **of_it))
        if action.noun == "transfer" and refusal is None:
            assert end_of(connection) == ALLOWED
        else:
            assert refused(connection, str(THE_END)) == UNTOLD
        connection.rollback()


OF_PROPOSALS: Final = "proposal erasure destruction enquiry"
STEPPED: Final[Mapping[str, Callable[[Action], bool]]] = {
    "proposals": lambda action: action.noun in OF_PROPOSALS.split() or action is Action.HOLD_LIFT,
    "legal_holds": lambda action: action in (Action.HOLD_SET, Action.PROPOSAL_APPROVE),
}
"""By which actions a step is taken: to lift a hold is proposed, and done when a second person approves it."""


@pytest.mark.parametrize("table", STEPPED)
@pytest.mark.parametrize("action", STEPS)
def test_so_is_a_step_of_a_proposal_and_of_a_hold(full: Full, action: Action, table: str) -> None:
    """Here a superuser writes, whom no policy keeps from a step that is not there to be taken."""
    made = f"INSERT INTO {table} {MADE[table]} RETURNING id, version"
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        row = connection.execute(text(made)).one()
        told = written(full.world.sender, action=action.value, aggregate=row.id, step=row.version)
        connection.execute(text(WRITE), told)
        if STEPPED[table](action):
            assert end_of(connection) == ALLOWED
        else:
            assert refused(connection, str(THE_END)) == UNTOLD
        connection.rollback()


# What lets somebody in


@pytest.mark.parametrize("action", COVERED)
@pytest.mark.parametrize("column", CHANGES)
def test_an_act_covers_what_it_changes_of_an_account_and_nothing_else(
    full: Full, app: Connection, column: str, action: str
) -> None:
    sender = full.world.sender
    app.execute(text(f"UPDATE accounts SET {CHANGES[column]} WHERE id = :id"), {"id": sender.id})  # noqa: S608 - a column of ours
    app.execute(text(WRITE), about(sender, action))
    if column in COVERED[action]:
        assert end_of(app) == ALLOWED
    else:
        assert refused(app, str(THE_END)) == UNTOLD


@pytest.mark.parametrize("action", COVERED)
@pytest.mark.parametrize(
    "column",
    [
        *("sign_in_name = 'another'", "display_name = 'Another'"),
        *("role = 'supervisor'", f"holder = '{HARBOUR.code}'"),
    ],
)
def test_no_act_covers_another_name_or_role_or_organisation(full: Full, column: str, action: str) -> None:
    """The grants keep the application from it; here a superuser does it, whom none keeps."""
    sender = full.world.sender
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text(f"UPDATE accounts SET {column} WHERE id = :id"), {"id": sender.id})  # noqa: S608 - a column of ours
        connection.execute(text(WRITE), about(sender, action))
        assert refused(connection, str(THE_END)) == UNTOLD


@pytest.mark.parametrize("action", COVERED)
def test_an_account_is_made_by_the_act_that_makes_one(full: Full, app: Connection, action: str) -> None:
    made = uuid4()
    app.execute(text(NEW_ACCOUNT), {"id": made})
    app.execute(text(WRITE), written(full.world.sender, action=action, detail={"account": str(made)}))
    if action == "account:create":
        assert end_of(app) == ALLOWED
    else:
        assert refused(app, str(THE_END)) == UNTOLD


@pytest.mark.parametrize("action", ["token:create", "token:revoke"])
def test_a_token_is_made_by_the_act_that_makes_one(full: Full, app: Connection, action: str) -> None:
    made = uuid4()
    new = "INSERT INTO tokens VALUES (:id, 'mine', sha256('1'), :account, 0, now(), NULL, 1, '')"
    app.execute(text(new), {"id": made, "account": full.world.sender.id})
    app.execute(text(WRITE), written(full.world.sender, action=action, detail={"token": str(made)}))
    if action == "token:create":
        assert end_of(app) == ALLOWED
    else:
        assert refused(app, str(THE_END)) == UNTOLD


def test_what_was_refused_covers_nothing(full: Full, app: Connection) -> None:
    sender = full.world.sender
    app.execute(text("UPDATE accounts SET epoch = epoch + 1 WHERE id = :id"), {"id": sender.id})
    detail = {"account": str(sender.id)}
    app.execute(text(WRITE), written(sender, action="account:reset", detail=detail, refusal="NotPermitted"))
    assert refused(app, str(THE_END)) == UNTOLD


def test_what_was_refused_covers_nothing_that_is_for_somebody_else_either(full: Full, app: Connection) -> None:
    sender, raised = full.world.sender, full.world.receiver
    more = "INSERT INTO quota_raises VALUES (gen_random_uuid(), :account, :by, now(), now() + interval '1 hour')"
    for refusal, end in (("NotPermitted", UNTOLD), (None, ALLOWED)):
        act_as(app, builders.scope_of(sender))
        app.execute(text(more), {"account": raised.id, "by": sender.id})
        told = written(sender, action="quota:raise", detail={"account": str(raised.id)}, refusal=refusal)
        app.execute(text(WRITE), told)
        assert (end_of(app) if end == ALLOWED else refused(app, str(THE_END))) == end


# The service's own keys


@pytest.mark.parametrize("action", [action for action in Action if action.noun == "keyset"])
def test_of_keys_the_application_tells_no_more_than_who_looked_and_of_tags(
    full: Full, app: Connection, action: Action
) -> None:
    told = written(full.world.sender, action=action.value)
    if action in (Action.KEYSET_LIST, Action.KEYSET_RETAG):
        assert app.execute(text(WRITE), told).rowcount == 1
    else:
        assert refused(app, WRITE, **told) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    ("column", "said", "covered"),
    [
        ("seal", {"version": 7}, True),
        ("seal", {"version": 6}, False),
        ("seal", {}, False),
        ("password", {"version": 1}, False),
        ("epoch", {"version": 1}, False),
    ],
)
def test_that_the_service_vouches_anew_covers_seals_by_the_keys_that_it_names(
    full: Full, column: str, said: Mapping[str, Any], *, covered: bool
) -> None:
    """The keeper alone could say so; here a superuser does, whom no grant keeps from changing the rest."""
    sender = full.world.sender
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text(f"UPDATE accounts SET {CHANGES[column]} WHERE id = :id"), {"id": sender.id})  # noqa: S608 - a column of ours
        connection.execute(text(WRITE), written(sender, action="keyset:vouch", detail=said))
        if covered:
            assert end_of(connection) == ALLOWED
        else:
            assert refused(connection, str(THE_END)) == UNTOLD
        connection.rollback()


def test_that_the_service_vouches_anew_makes_no_keys(full: Full) -> None:
    with now_alone(full.database), full.database.engine(SUPERUSER).connect() as connection:
        new = "INSERT INTO keysets SELECT holder, 9, kem_public, sign_public, certificate, sealed FROM keysets LIMIT 1"
        told = written(COMMAND_LINE, action="keyset:vouch", account=None, holder=None, detail={"version": 9})
        for made, end in (("UPDATE keysets SET certificate = certificate", ALLOWED), (new, UNTOLD)):
            assert connection.execute(text(made)).rowcount
            connection.execute(text(WRITE), told)
            assert (end_of(connection) if end == ALLOWED else refused(connection, str(THE_END))) == end
            connection.rollback()


def test_the_keeper_speaks_as_the_command_line_or_as_nobody(full: Full) -> None:
    world, database = full.world, full.database
    with database.engine(SUPERUSER).connect() as connection:
        connection.execute(text(NEW_ACCOUNT), {"id": COMMAND_LINE.id})
        said = (
            (None, None, True),
            (COMMAND_LINE.id, "service", True),
            (world.sender.id, world.sender.holder, False),
            (world.national.id, DESK.code, False),
            (world.sender.id, None, False),
            (None, "service", False),
            (COMMAND_LINE.id, world.sender.holder, False),
        )
        connection.execute(text(f"SET LOCAL ROLE {KEEPER}"))
        for account, holder, allowed in said:
            each = written(world.sender, action="keyset:rewrap", account=account, holder=holder)
            with connection.begin_nested() as nested:
                if allowed:
                    assert connection.execute(text(WRITE), each).rowcount == 1
                else:
                    with pytest.raises(ProgrammingError, match="row-level security"):
                        connection.execute(text(WRITE), each)
                nested.rollback()
        connection.rollback()


def offer_in(database: Database) -> object:
    with database.engine(SUPERUSER).connect() as connection:
        return connection.scalar(text("SELECT id FROM transfers"))
