"""Copies, by the command: sealed, read back, proved, and never written over anything."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.cli.commands import Surroundings
from casetrack.cli.doctor import look
from casetrack.crypto.parcels import seal_parcel
from tests.cli.installation import Installation, edited, free_port, running_in
from tests.cli.peopled import agree_to_erasures, propose_erasures


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that has begun, with a file for the passphrase of copies."""
    folder = tmp_path_factory.mktemp("copied")
    with running_in(folder) as here:
        here.done("casetrack db upgrade")
        yield here


@pytest.fixture
def secret(here: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a test's own, with the passphrase in it."""
    assert here.folder != tmp_path
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("a passphrase of its own\n")
    return tmp_path


def test_a_copy_is_sealed_and_its_accounts_alone(here: Installation, secret: Path) -> None:
    here.done(f"casetrack backup make {secret / 'copy'} --passphrase-file secret")
    copy = (secret / "copy").read_bytes()

    assert (secret / "copy").stat().st_mode & 0o077 == 0
    for inside in (b"PGDMP", b"casetrack_app", b"command-line", b"Audit desk"):
        assert inside not in copy
    assert not list(secret.glob("*.part"))


def test_a_copy_is_never_written_over_another(here: Installation, secret: Path) -> None:
    (secret / "copy").write_text("another")

    assert "is there already" in here.refused(f"casetrack backup make {secret / 'copy'} --passphrase-file secret")
    assert (secret / "copy").read_text() == "another"


def test_a_passphrase_is_typed_twice_where_no_file_has_it(here: Installation, secret: Path) -> None:
    copy = secret / "copy"
    said = here.done(f"casetrack backup make {copy}", "typed by hand\ntyped by hand\n")

    assert "typed by hand" not in said
    assert "can be put back" in here.done(f"casetrack backup verify {copy}", "typed by hand\n")
    assert "passphrase is wrong" in here.refused(f"casetrack backup verify {copy}", "something else\n")


def test_a_copy_that_was_changed_is_not_put_back(here: Installation, secret: Path) -> None:
    here.done(f"casetrack backup make {secret / 'copy'} --passphrase-file secret")
    changed = bytearray((secret / "copy").read_bytes())
    changed[len(changed) // 2] ^= 1
    (secret / "changed").write_bytes(changed)
    (secret / "short").write_bytes(changed[: len(changed) // 2])

    for name in ("changed", "short", "secret"):
        assert here.refused(f"casetrack backup verify {secret / name} --passphrase-file secret").startswith("Error: ")


def test_a_copy_is_not_put_back_over_anything(here: Installation, secret: Path) -> None:
    here.done(f"casetrack backup make {secret / 'copy'} --passphrase-file secret")

    assert "not empty" in here.refused(f"casetrack backup restore {secret / 'copy'} --passphrase-file secret")


def test_an_empty_passphrase_is_none(here: Installation, secret: Path) -> None:
    (secret / "empty").write_text("\n")

    assert "is empty" in here.refused(f"casetrack backup make {secret / 'copy'} --passphrase-file empty")


def test_a_database_of_ones_own_needs_a_superusers_address(here: Installation, secret: Path) -> None:
    port = free_port()
    nowhere = {
        f"CASETRACK_DATABASE_{role}URL": f"postgresql://{role}x@127.0.0.1:{port}/x"
        for role in ("", "OWNER_", "SEQUENCER_", "JOBS_", "AUDITOR_", "KEEPER_")
    }
    there = Installation(here.folder, {**here.environ, **nowhere})
    make = f"casetrack backup make {secret / 'copy'} --passphrase-file secret"

    assert "the address of a superuser" in there.refused(make)
    assert "not an address" in there.refused(f"{make} --as mysql://x@y/z")
    assert "does not answer" in there.refused(f"{make} --as postgresql://root@127.0.0.1:{port}/x")
    assert not (secret / "copy").exists()


NEWER = b'{"v":2,"deployment":"x","made_at":"x","contents":{"revision":"x","rows":{},"checkpoint":"x"}}'


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (b"", "not a copy"),
        (b"a letter to somebody", "not a copy"),
        (b'\0\0\0\x07{"v":1}', "not a copy"),
        (len(NEWER).to_bytes(4) + NEWER, "another version"),
    ],
    ids=["nothing", "letter", "half", "newer"],
)
def test_a_parcel_of_something_else_is_not_put_back(
    here: Installation, secret: Path, held: bytes, sentence: str
) -> None:
    (secret / "parcel").write_bytes(b"".join(seal_parcel([held], "a passphrase of its own")))
    assert sentence in here.refused(f"casetrack backup verify {secret / 'parcel'} --passphrase-file secret")


def test_what_was_erased_since_a_copy_was_made_is_erased_from_it_before_anybody_comes_in(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("erased")
    (folder / "secret").write_text("a passphrase of its own\n")
    with running_in(folder) as here:
        here.done("casetrack db upgrade")
        propose_erasures(here, 2)
        here.done(f"casetrack backup make {folder / 'copy'} --passphrase-file {folder / 'secret'}")
        agree_to_erasures(here)
        here.done("casetrack worker --once")
        assert "until" in here.run("casetrack doctor").output
        assert "nothing else is left: 2." in here.done("casetrack audit verify --database")
    shutil.rmtree(folder / "var" / "postgres")
    with running_in(folder) as here:
        restore = f"casetrack backup restore {folder / 'copy'} --passphrase-file {folder / 'secret'}"
        assert "Erased once more, by the list of erasures: 2." in here.done(restore)
        here.done("casetrack worker --once")
        said = here.done("casetrack audit verify --database")
        assert "nothing else is left: 2." in said
        assert "Erased once more, by the list of erasures: 0." in here.done("casetrack backup replay")
        (folder / "var" / "erasures.jsonl").unlink()
        assert "not the whole list" in here.refused("casetrack backup replay")
        assert "0." in here.done("casetrack backup replay --partly")


UNDONE = (
    "CREATE OR REPLACE FUNCTION pg_catalog.pg_xact_status(xid8) RETURNS text LANGUAGE sql "
    "AS $$ SELECT 'aborted'::text $$"
)
"""A superuser has the database say of every transaction that it came to nothing."""


def test_an_erasure_that_happened_stays_on_the_list_though_the_database_says_that_it_was_undone(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("contradicted")
    (folder / "secret").write_text("a passphrase of its own\n")
    with running_in(folder) as here:
        here.done("casetrack db upgrade")
        propose_erasures(here, 1)
        agree_to_erasures(here)
        erasures = folder / "var" / "erasures.jsonl"
        listed = erasures.read_bytes()
        edited(here, UNDONE)
        said = here.refused(f"casetrack backup make {folder / 'copy'} --passphrase-file {folder / 'secret'}")
        assert "contradicts itself about the erasure in line 1 of the list of erasures" in said
        assert "casetrack audit verify --database" in said
        (result,) = (each for each in look(Surroundings(here.environ, here.folder).config) if "itself" in each.wrong)
        assert result.mend == "Run: casetrack audit verify --database"
        assert erasures.read_bytes() == listed
