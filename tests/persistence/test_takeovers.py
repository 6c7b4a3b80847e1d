"""Accounts and tokens over PostgreSQL: an honest life verifies as it is kept, and what a thief sealed is named."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from casetrack.crypto.tokens import token_digest
from casetrack.domain.actors import Role
from casetrack.persistence import work
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.roles import AUDITOR
from casetrack.services import passwords
from casetrack.services.accounts import close_account, create_token, reset_account, revoke_token
from casetrack.services.passwords import set_password
from casetrack.services.sessions import NOBODY, check_credentials
from casetrack.services.verifying import verify_database
from casetrack.services.verifying_trust import vet
from tests.persistence.databases import Database
from tests.persistence.test_erasing import UNSEQUENCED
from tests.services.evidence import believed
from tests.world import ACCOUNTS, World, sealed, sealed_token

WORKER, LEAD = ACCOUNTS["worker"], ACCOUNTS["lead"]
PASSWORD = "four words chosen at random"
AT_ANOTHER_COST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
TAKEN_OVER = text("UPDATE accounts SET role = :role, seal_signature = :signature WHERE id = :id")
PROLONGED = text("UPDATE tokens SET until = :until, seal_signature = :signature WHERE id = :id")


def findings(world: World, database: Database) -> list[str]:
    """What both ways of verifying name, which is the same."""
    with inspecting(database.engine(AUDITOR)) as evidence:
        vetted = vet(evidence, believed(world))
    with inspecting(database.engine(AUDITOR)) as evidence:
        found = [each for each in verify_database(evidence, believed(world)) if each.about not in UNSEQUENCED]
    assert [each for each in vetted.findings if each.about not in UNSEQUENCED] == found
    return list(map(str, found))


@pytest.fixture
def world(app_engine: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A deployment in which whatever happens to accounts and tokens has happened; the worker's token still lives."""
    world = World.over(work.begin, app_engine.founding)
    with world.work("administrator") as at:
        link = reset_account(at, LEAD.id).link
    with monkeypatch.context() as once:
        once.setattr(passwords, "hash_password", AT_ANOTHER_COST.hash)
        set_password(work.begin, world.deployment, token_digest(link), PASSWORD, world.now)
    check_credentials(work.begin, world.deployment, "lead", PASSWORD, source="here", now=world.now)
    for name in ("night shift", "day shift"):
        with world.work("worker") as at:
            create_token(at, WORKER.id, name, timedelta(days=30))
    with world.work("worker") as at:
        (revoked,) = (each for each in at.stores.accounts.tokens(WORKER.id) if each.name == "day shift")
        revoke_token(at, WORKER.id, revoked.id)
    with world.work("administrator") as at:
        close_account(at, LEAD.id)
    return world


def test_what_happened_to_accounts_and_tokens_verifies_as_it_is_kept(world: World, app_engine: Database) -> None:
    assert findings(world, app_engine) == []


def test_an_account_and_a_token_that_a_thief_of_the_keys_changed_are_named(world: World, app_engine: Database) -> None:
    with world.begin(NOBODY) as stores:
        (token,) = (each for each in stores.accounts.tokens(WORKER.id) if each.revoked_at is None)
    account = sealed(replace(WORKER, role=Role.ADMINISTRATOR))
    later = sealed_token(replace(token, until=token.until + timedelta(days=3650)))
    with app_engine.engine(SUPERUSER).begin() as connection:
        ours = {"role": "administrator", "signature": account.seal.signature, "id": account.id}
        connection.execute(TAKEN_OVER, ours)
        connection.execute(PROLONGED, {"until": later.until, "signature": later.seal.signature, "id": later.id})

    assert findings(world, app_engine) == [
        f"Account {WORKER.id}: It is not what the journal says that was made.",
        f"Token {token.id}: It is not what the journal says that was made.",
    ]
