"""The keys of casetrack itself and somebody who stole the old ones: what they planted, took away or put back."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from casetrack.cli.commands import Surroundings
from casetrack.cli.doctor import look
from casetrack.cli.house import house
from casetrack.cli.service_keys import vetted_in
from casetrack.domain.actors import Role
from casetrack.domain.holders import SERVICE
from casetrack.domain.ids import AccountId
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.past import telling_past
from casetrack.persistence.work import begin
from casetrack.services.people import Account
from casetrack.services.renewing_service import renew_service
from casetrack.services.sessions import NOBODY
from casetrack.services.vouching import canonical_account
from tests.cli.installation import Installation, edited, running_in, superuser_url
from tests.cli.peopled import KENT, agree_to_erasures, propose_erasures

RENEW: Final = "casetrack keys rotate service"
PLANTED: Final = AccountId(UUID(int=7))
TAKEN_AWAY: Final = (
    "UPDATE keysets k SET certificate = o.certificate FROM before o WHERE k.holder = o.holder AND k.version = 1",
    "UPDATE accounts a SET seal_keyset = 1, seal_signature = o.seal_signature FROM before_of o WHERE a.id = o.id",
    "DELETE FROM keysets WHERE holder = 'service' AND version > 1",
)


BROKEN: Final = """
UPDATE keysets SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE holder = 'service' AND version = 3
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation that has begun."""
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        yield here


def plant(here: Installation) -> None:
    """Whoever stole the newest keys of the service, and runs the database, has put an administrator into it."""
    planted = Account(PLANTED, "planted", "P Lanted", Role.ADMINISTRATOR, KENT, "", national=True)
    untold = telling_past(superuser_url(here))
    with untold, house(Surroundings(here.environ, here.folder).config) as at, begin(NOBODY) as stores:
        newest = stores.keys.keysets(SERVICE)[-1]
        form = canonical_account(planted, planted.password_digest)
        stores.accounts.add(replace(planted, seal=at.deployment.keyring.seal(newest, form)))


def begin_renewing(here: Installation) -> None:
    """The service has a next version of its keys, and something has stopped the renewal there."""
    with (
        house(Surroundings(here.environ, here.folder).config) as at,
        engine_at(at.keeper_url, statement_timeout_ms=0) as engine,
    ):
        vetted = vetted_in(at.auditor_url, at.config, at.deployment)
        assert renew_service(at.keeper("Renewed", partial(keeping, engine)), vetted).left > 0


def verified(here: Installation) -> str:
    here.done("casetrack worker --once")
    return here.done("casetrack audit verify --database")


def test_what_a_thief_planted_is_named_is_left_as_it_is_and_holds_nobody_up(here: Installation) -> None:
    plant(here)
    unknown = f"Account {PLANTED}: The journal does not know of it."
    assert unknown in here.run(f"{RENEW} --dry-run").stderr
    assert unknown in here.refused("casetrack audit verify --database")

    asked = here.run(RENEW, "n\n")
    assert (asked.exit_code, unknown in asked.stderr) == (1, True)
    assert "Version 2 is new" in here.run(f"{RENEW} --dry-run").output, "nothing was done"

    said = here.run(RENEW, "y\n")
    assert "by version 2" in said.output
    assert said.stderr.splitlines()[-1].startswith("Error: But for what is named above.")
    again = here.run(f"{RENEW} --yes")
    assert "by version 3" in again.output
    assert f"Account {PLANTED}: It is not what was sealed." in here.refused("casetrack audit verify --database")


def test_the_newest_keys_that_are_taken_away_are_missed_and_come_back_from_the_key_folder(here: Installation) -> None:
    edited(
        here,
        "CREATE TABLE before AS SELECT * FROM keysets",
        "CREATE TABLE before_of AS SELECT * FROM accounts",
    )
    here.done(RENEW)
    edited(here, *TAKEN_AWAY)

    for line in ("casetrack keys status", "casetrack audit verify --database", RENEW, "casetrack db upgrade"):
        assert "Run: casetrack backup replay" in here.refused(line)
    assert "the newest keys of casetrack itself" in here.done("casetrack backup replay")
    edited(here, "DROP TABLE before", "DROP TABLE before_of")
    verified(here)
    assert "Version 3 is new" in here.run(f"{RENEW} --dry-run").output


def test_a_copy_from_amid_a_renewal_has_the_newer_keys_and_what_was_erased_since_is_erased_from_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_text("a passphrase of its own\n")
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        propose_erasures(here, 2)
        here.done("casetrack worker --once")
        begin_renewing(here)
        here.done(f"casetrack backup make {tmp_path / 'copy'} --passphrase-file {tmp_path / 'secret'}")
        here.done(RENEW)
        here.done(RENEW)
        agree_to_erasures(here)
        assert "nothing else is left: 2." in verified(here)
    shutil.rmtree(tmp_path / "var" / "postgres")
    with running_in(tmp_path) as here:
        said = here.done(f"casetrack backup restore {tmp_path / 'copy'} --passphrase-file {tmp_path / 'secret'}")
        assert "the newest keys of casetrack itself" in said
        assert "Erased once more, by the list of erasures: 2." in said
        assert "nothing else is left: 2." in verified(here)
        assert "Every key is where it should be" in here.done("casetrack keys verify")
        assert "Version 4 is new" in here.run(f"{RENEW} --dry-run").output


def test_a_journal_that_nobody_signed_is_no_ground_to_renew_on_unasked(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        asked = here.run(RENEW, "n\n")
        assert "The log has no checkpoint to verify against." in asked.stderr
        assert "The journal itself" in asked.output


def test_a_folder_that_cannot_be_written_to_stops_a_renewal_before_it_begins(here: Installation) -> None:
    (file,) = here.folder.rglob("service-keys.json")
    file.with_name(f"{file.name}.part").mkdir()
    assert f"{file} cannot be written" in here.refused(RENEW)
    file.with_name(f"{file.name}.part").rmdir()
    assert "Version 2 is new" in here.done(f"{RENEW} --dry-run")


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose service's keys are of their third version; each test brings back what it takes away."""
    with running_in(tmp_path_factory.mktemp("renewed")) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        here.done(RENEW)
        here.done(RENEW)
        yield here


@pytest.mark.parametrize(
    "gone",
    [
        "DELETE FROM keysets WHERE holder = 'service' AND version = 2",
        "DELETE FROM keysets WHERE holder = 'service' AND version = 3",
        "DELETE FROM keysets WHERE holder = 'service' AND version > 1",
        BROKEN,
    ],
    ids=["one between", "the newest", "all but the first", "a private half"],
)
def test_whatever_of_the_keys_was_taken_away_comes_back_from_the_key_folder(renewed: Installation, gone: str) -> None:
    here = renewed
    edited(here, gone)
    assert "Run: casetrack backup replay" in here.refused("casetrack keys status")
    (result,) = (each for each in look(Surroundings(here.environ, here.folder).config) if "replay" in each.wrong)
    assert (result.name, result.mend) == ("The organisations' keys are the service's own", "As it says")
    said = here.run("casetrack backup replay")
    assert ("the newest keys of casetrack itself" in said.stdout, said.stderr) == (True, "")
    verified(here)
    assert "Every key is where it should be" in here.done("casetrack keys verify")


def test_keys_that_somebody_put_after_the_newest_are_told_from_those_that_are_missing(here: Installation) -> None:
    edited(
        here,
        "INSERT INTO keysets (holder, version, kem_public, sign_public, certificate, sealed) "
        "SELECT 'service', 2, kem_public, sign_public, certificate, sealed FROM keysets WHERE holder = 'kent'",
    )
    for line in ("casetrack keys status", "casetrack backup replay", RENEW):
        assert "do not belong together" in here.refused(line)
    edited(here, "DELETE FROM keysets WHERE holder = 'service' AND version = 2")
    here.done("casetrack keys status")


def test_a_file_of_the_keys_that_is_none_is_named(here: Installation) -> None:
    (file,) = here.folder.rglob("service-keys.json")
    file.write_text("{}")
    for line in ("casetrack keys status", RENEW, "casetrack db upgrade"):
        assert f"{file} is not what casetrack wrote" in here.refused(line)


def test_an_installation_that_begins_again_has_the_keys_that_it_had(here: Installation) -> None:
    here.done(RENEW)
    here.done("casetrack db downgrade base --yes")
    here.done("casetrack db upgrade")
    assert "Version 3 is new" in here.run(f"{RENEW} --dry-run --yes").output
    verified(here)


def test_an_installation_from_before_the_file_was_kept_has_it_once_it_is_upgraded(here: Installation) -> None:
    (file,) = here.folder.rglob("service-keys.json")
    held = file.read_text()
    file.unlink()
    here.done("casetrack db upgrade")
    assert file.read_text() == held
