"""Who signs in, and by what, is as casetrack wrote it."""

import json
from dataclasses import fields, replace

import pytest
import rfc8785

from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holders import SERVICE
from casetrack.services.people import UNSEALED, Account
from casetrack.services.sessions import NOBODY
from casetrack.services.vouching import canonical_account, check_account, sealed_account
from tests.services.acts import kept
from tests.world import ACCOUNTS, World

WORKER = ACCOUNTS["worker"]


def test_the_form_of_an_account_says_every_column_that_decides_anything() -> None:
    form = canonical_account(WORKER, WORKER.password_digest)
    assert form == rfc8785.dumps(
        {
            "v": 1,
            "kind": "account",
            "id": str(WORKER.id),
            "sign_in_name": "worker",
            "display_name": "Worker Invented",
            "role": "support_worker",
            "holder": "north",
            "national": False,
            "password": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "closed_at": "",
            "epoch": 0,
        }
    )
    said = {"v", "kind", *(each.name for each in fields(Account) if each.name != "seal")}
    assert json.loads(form).keys() == said


def test_what_the_services_next_keyset_sealed_is_believed_by_whoever_began_before_it() -> None:
    world = World.in_memory()
    with world.begin(NOBODY) as stores:
        first = stores.keys.keysets(SERVICE)[0]
        stores.keys.add_keyset(world.deployment.keyring.renew(first))
        changed = sealed_account(WORKER, stores.keys, world.deployment)
        assert changed.seal.keyset_version == 1, "a change leaves it with the keys that sealed it"
        account = sealed_account(replace(WORKER, seal=UNSEALED), stores.keys, world.deployment)
        assert account.seal.keyset_version == 2
        check_account(account, stores.keys, world.deployment)
        check_account(WORKER, stores.keys, world.deployment)


def test_what_another_organisation_sealed_is_not() -> None:
    world = World.in_memory()
    theirs = kept(world).keysets["north", 1]
    form = canonical_account(WORKER, WORKER.password_digest)
    forged = replace(WORKER, seal=world.deployment.keyring.seal(theirs, form))
    with pytest.raises(IntegrityBroken), world.begin(NOBODY) as stores:
        check_account(forged, stores.keys, world.deployment)
