"""The doctor: well where everything is, and where something is not, what it is and how to mend it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from casetrack.app import utc_now
from casetrack.cli import doctor as doctor_room
from casetrack.cli.commands import Surroundings
from casetrack.cli.doctor import MENDING, Result, look
from casetrack.config import Config
from casetrack.persistence.diagnosis import Examined
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.installing import DATABASE
from tests.cli.installation import PASSPHRASE, Installation, running_in


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


def edited(here: Installation, *statements: str) -> None:
    """A superuser has done this."""
    cluster = EmbeddedCluster(here.folder / "var" / "postgres")
    engine = create_engine(cluster.url(SUPERUSER, DATABASE))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_where_all_is_well_it_says_so_of_each_thing(here: Installation) -> None:
    said = here.done("casetrack doctor")

    assert not wrong(here)
    assert said.count("well") == len(list(look(config_of(here)))) == len(MENDING) + 6


def test_what_is_wrong_is_shown_with_how_to_mend_it(here: Installation) -> None:
    edited(here, "ALTER TABLE wraps NO FORCE ROW LEVEL SECURITY")
    try:
        assert "1 to mend" in here.refused("casetrack doctor")
        (result,) = wrong(here).values()
    finally:
        edited(here, "ALTER TABLE wraps FORCE ROW LEVEL SECURITY")

    assert (result.name, result.mend) == MENDING[Examined.WALLS]


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


def test_without_a_passphrase_nothing_else_is_looked_at(here: Installation) -> None:
    assert [result.name for result in look(config_of(Installation(here.folder, {})))] == ["The passphrase is known"]


def test_a_head_of_the_log_that_was_edited_is_found(here: Installation) -> None:
    unlocked = "ALTER TABLE checkpoints DISABLE TRIGGER checkpoints_are_for_ever"
    locked = "ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_are_for_ever"
    turned = "UPDATE checkpoints SET frontier = decode(reverse(encode(frontier, 'hex')), 'hex')"
    edited(here, unlocked, turned, locked)
    try:
        assert "frontier" in wrong(here)["The head of the log is signed"].wrong
    finally:
        edited(here, unlocked, turned, locked)


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
        for role in ("", "OWNER_", "SEQUENCER_", "AUDITOR_")
    }
    there = Installation(here.folder, {**here.environ, **nowhere})

    assert "The database answers" in wrong(there)
