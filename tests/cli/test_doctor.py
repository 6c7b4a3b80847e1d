"""The doctor: well where everything is, and where something is not, what it is and how to mend it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from casetrack.app import create_app, key_folder, utc_now
from casetrack.audit.checkpoint import Checkpoint
from casetrack.cli import doctor as doctor_room
from casetrack.cli.commands import Surroundings
from casetrack.cli.doctor import KEYSET_MEND, MENDING, Result, look
from casetrack.config import Config
from casetrack.crypto import hpke
from casetrack.crypto.errors import SuiteUnsupported
from casetrack.crypto.roots import PassphraseWork, RootFile
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.persistence.diagnosis import Examined
from casetrack.services.checkpoints import origin_of
from tests.cli.installation import PASSPHRASE, Installation, edited, running_in


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation in which all is well."""
    folder = tmp_path_factory.mktemp("well")
    (folder / "secret").write_text(PASSPHRASE)
    with running_in(folder) as here:
        here.done("casetrack db upgrade")
        here.done("casetrack worker --once")
        here.done(f"casetrack backup make {folder / 'copy'} --passphrase-file {folder / 'secret'}")
        here.done(f"casetrack backup verify {folder / 'copy'} --passphrase-file {folder / 'secret'}")
        yield here


def config_of(here: Installation) -> Config:
    return Surroundings(here.environ, here.folder).config


def wrong(here: Installation) -> dict[str, Result]:
    return {result.name: result for result in look(config_of(here)) if result.wrong}


def test_where_all_is_well_it_says_so_of_each_thing(here: Installation) -> None:
    said = here.done("casetrack doctor")

    assert not wrong(here)
    assert said.count("well") == len(list(look(config_of(here)))) == len(MENDING) + 13


def test_what_waits_for_its_place_in_the_log_is_counted_though_it_is_well(here: Installation) -> None:
    here.done("casetrack keys rotate holder west-yorkshire")
    notes = {result.name: result.note for result in look(config_of(here)) if result.note}
    try:
        assert re.fullmatch(r"\d+ waiting, the oldest for \d+ seconds", notes[MENDING[Examined.QUEUE][0]])
        assert not wrong(here)
    finally:
        here.done("casetrack worker --once")


def test_what_is_wrong_is_shown_with_how_to_mend_it(here: Installation) -> None:
    edited(here, "ALTER TABLE wraps NO FORCE ROW LEVEL SECURITY")
    try:
        assert "1 to mend" in here.refused("casetrack doctor")
        (result,) = wrong(here).values()
    finally:
        edited(here, "ALTER TABLE wraps FORCE ROW LEVEL SECURITY")

    assert (result.name, result.mend) == MENDING[Examined.WALLS]


def test_keys_of_casetrack_itself_that_the_key_folder_does_not_have_are_found(here: Installation) -> None:
    (file,) = here.folder.rglob("service-keys.json")
    file.unlink()
    (result,) = wrong(here).values()
    assert (result.wrong, result.mend) == ("it does not have the newest", "Run: casetrack db upgrade")
    here.done(result.mend.removeprefix("Run: "))
    assert not wrong(here)


def test_a_key_file_that_others_may_read_is_found(here: Installation) -> None:
    keys = here.folder / "var" / "keys.json"
    keys.chmod(0o644)
    try:
        assert wrong(here)["The key file is this account's alone"].mend == f"chmod 600 {keys}"
    finally:
        keys.chmod(0o600)


def test_keys_that_do_not_open_are_found_before_anything_that_stands_on_them(here: Installation) -> None:
    other = Installation(here.folder, {"CASETRACK_PASSPHRASE": "another"})

    assert "the passphrase is wrong" in wrong(other)["The key files open"].wrong
    assert not any("database answers" in name for name in wrong(other))


@contextmanager
def settings(here: Installation, more: str) -> Iterator[None]:
    """Inside the block the file of settings says this too."""
    file = here.folder / "config.toml"
    before = file.read_text()
    file.write_text(f"{before}\n{more}")
    try:
        yield
    finally:
        file.write_text(before)


def test_a_key_provider_that_does_not_answer_is_found(here: Installation) -> None:
    (here.folder / "pin").write_text("1234")
    away = """
        [keys.tokens.vault]
        library = "absent.so"
        label = "vault"
        pin = "file:pin"
        [keys.holders.kent]
        provider = "pkcs11"
        token = "vault"
        key = "kent"
    """
    with settings(here, away):
        found = wrong(here)
        said = " ".join(here.run("casetrack doctor").output.split())

    assert "[keys.holders.kent]" in said
    assert found.keys() == {"The key provider of kent answers"}
    assert found["The key provider of kent answers"].wrong.endswith(
        "absent.so cannot be loaded as a library of PKCS#11, or does not start."
    )
    assert "[keys.holders.kent]" in found["The key provider of kent answers"].mend


def test_organisations_whose_keys_do_not_open_are_named(here: Installation) -> None:
    RootFile.create(here.folder / "var" / "empty.json", PASSPHRASE, PassphraseWork(64, 1, 1))
    with settings(here, '[keys]\nfile = "var/empty.json"'):
        found = wrong(here)

    assert found["The keys of Kent Police open"].wrong == "The key file holds no root key for kent."
    assert found["The keys of Audit desk open"].mend == KEYSET_MEND
    assert len(found) > 40


def test_settings_of_an_organisation_that_there_is_not_are_found(here: Installation) -> None:
    (here.folder / "root").write_text("00" * 32)
    with settings(here, '[keys.holders.knet]\nprovider = "environment"\nroot = "file:root"'):
        found = wrong(here)

    assert found.keys() == {"[keys.holders.knet] is of an organisation"}


def test_keys_that_the_key_file_had_still_open_once_another_provider_is_named(here: Installation) -> None:
    (here.folder / "root").write_text("00" * 32)
    with settings(here, '[keys.holders.kent]\nprovider = "environment"\nroot = "file:root"'):
        assert not wrong(here)


def test_without_a_passphrase_nothing_else_is_looked_at(here: Installation) -> None:
    looked_at = [result.name for result in look(config_of(Installation(here.folder, {})))]
    assert looked_at == ["This machine can wrap keys", "The passphrase is known"]


def test_a_machine_that_cannot_wrap_keys_is_said_so_and_serves_nothing(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> NoReturn:
        raise UnsupportedAlgorithm("ML-KEM-768 is not supported by this backend.")

    monkeypatch.setattr(hpke, "Suite", unsupported)
    first = next(look(config_of(here)))
    assert (first.name, "X-Wing" in first.wrong) == ("This machine can wrap keys", True)
    assert "Install cryptography 50" in first.mend
    with pytest.raises(SuiteUnsupported):
        create_app(config_of(here), "postgresql://nobody@nowhere/nothing")


def test_a_head_of_the_log_that_was_edited_is_found(here: Installation) -> None:
    unlocked = "ALTER TABLE checkpoints DISABLE TRIGGER checkpoints_are_for_ever"
    locked = "ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_are_for_ever"
    turned = "UPDATE checkpoints SET frontier = decode(reverse(encode(frontier, 'hex')), 'hex')"
    edited(here, unlocked, turned, locked)
    try:
        assert "frontier" in wrong(here)["The head of the log is signed"].wrong
    finally:
        edited(here, unlocked, turned, locked)


def test_a_database_that_is_older_than_what_others_hold_of_its_log_is_named(here: Installation) -> None:
    name = "The log goes on from what others hold of it"
    config = config_of(here)
    origin = origin_of(config.service.name)
    note = key_folder(config).signing(config.service.name).signed(Checkpoint(origin, 1_000_000, bytes(32)))
    held = HeldCheckpoint.beside(config.key_file)
    held.keep(note)
    try:
        assert "held checkpoint is of 1000000 entries" in wrong(here)[name].wrong
    finally:
        held.path.unlink()
    assert name not in wrong(here)


def test_an_installation_that_was_never_copied_and_has_not_begun_is_told_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_in(tmp_path_factory.mktemp("new")) as new:
        found = wrong(new)
        new.done("casetrack db upgrade")
        begun = wrong(new)

    assert "The key files open" in found
    assert begun.keys() == {"There is a copy of the database", "A copy was put back"}


def test_a_copy_that_is_old_is_said_to_be(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr(doctor_room, "utc_now", lambda: now + 2 * doctor_room.OLDEST_PROOF)

    assert wrong(here)["A copy was put back"].wrong == "62 days ago"


def test_a_database_that_was_taken_down_is_said_to_be_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_in(tmp_path_factory.mktemp("down")) as down:
        down.done("casetrack db upgrade")
        down.done("casetrack db downgrade base --yes")

        assert wrong(down)["The database has this version's tables"].mend == "Run: casetrack db upgrade"


def test_a_database_that_does_not_answer_is_said_so(here: Installation) -> None:
    nowhere = {
        f"CASETRACK_DATABASE_{role}URL": f"postgresql://{role}x@127.0.0.1:1/x"
        for role in ("", "OWNER_", "SEQUENCER_", "JOBS_", "AUDITOR_", "KEEPER_")
    }
    there = Installation(here.folder, {**here.environ, **nowhere})

    assert "The database answers" in wrong(there)
