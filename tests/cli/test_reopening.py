"""A database that is older than what others hold of its log goes on under a new name, and says what it goes on from."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.app import key_folder
from casetrack.config import read_config
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from tests.cli.installation import Installation, edited, running_in
from tests.cli.peopled import WORKER, open_cases

COPY = "casetrack.backup --passphrase-file backup-passphrase"
REOPEN = "casetrack audit reopen --yes"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation whose newest copy of the database is older than what it gave out since."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backup-passphrase").write_text("only for tests\n")
    with running_in(tmp_path) as here:
        here.done("casetrack db upgrade")
        here.done(WORKER)
        open_cases(here, 1)
        here.done("casetrack worker --once")
        here.done(f"casetrack backup make {COPY}")
        open_cases(here, 2)
        here.done("casetrack worker --once")
        (tmp_path / "kept").write_text(here.done("casetrack audit checkpoint"))
        here.done("casetrack db downgrade base --yes")
        here.done(f"casetrack backup restore {COPY}")
        yield here


def test_it_goes_on_under_a_new_name_and_everything_verifies(here: Installation) -> None:
    assert "run: casetrack audit reopen" in here.refused("casetrack worker --once")
    said = here.done(REOPEN)
    assert "goes on as casetrack.example/audit/2" in said
    key = said.strip().splitlines()[-1]
    assert key == here.done("casetrack audit keys").strip()
    open_cases(here, 1)
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")
    assert here.done("casetrack audit checkpoint").startswith("casetrack.example/audit/2\n")
    (here.folder / "kept-of-the-new").write_text(here.done("casetrack audit checkpoint"))
    open_cases(here, 1)
    here.done("casetrack worker --once")
    here.done("casetrack audit verify --held kept-of-the-new")
    assert "is the first one missing" in here.refused("casetrack audit verify --held kept")
    exported = here.done("casetrack audit export --out evidence --use integrity")
    assert "entries of casetrack.example/audit/2, " in exported
    first = (here.folder / "evidence" / "disclosures.jsonl").read_bytes().splitlines()[0]
    assert b'{"index":0,' in first
    here.done("casetrack audit verify evidence")
    here.done("casetrack audit prove --entry 0")
    assert "well" in here.run("casetrack doctor").output
    assert "keeps its name" in here.refused(REOPEN)


def test_a_log_that_keeps_its_promises_keeps_its_name(here: Installation) -> None:
    config = read_config(here.folder / "config.toml", here.environ)
    HeldCheckpoint.beside(config.key_file).path.unlink()
    before = here.done("casetrack audit keys")
    assert "keeps its name" in here.refused(REOPEN)
    assert here.done("casetrack audit keys") == before
    here.done("casetrack worker --once")


def test_a_crash_before_the_first_entry_is_made_good_by_asking_again(here: Installation) -> None:
    edited(here, "REVOKE INSERT ON leaves FROM casetrack_sequencer")
    here.refused(REOPEN)
    edited(here, "GRANT INSERT ON leaves TO casetrack_sequencer")
    config = read_config(here.folder / "config.toml", here.environ)
    assert key_folder(config).chain().number == 2
    assert "its first entry is not in this database" in here.refused("casetrack worker --once")
    here.done(REOPEN)
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")


def test_what_was_left_of_the_old_log_cannot_change_unseen(here: Installation) -> None:
    here.done(REOPEN)
    here.done("casetrack worker --once")
    lock = "ALTER TABLE {} {} TRIGGER {}_are_for_ever"
    old = "(SELECT max(size) FROM checkpoints WHERE split_part(note, chr(10), 1) = 'casetrack.example/audit')"
    edited(
        here,
        lock.format("checkpoints", "DISABLE", "checkpoints"),
        f"DELETE FROM checkpoints WHERE size = {old}",  # noqa: S608 - words of ours
        lock.format("checkpoints", "ENABLE ALWAYS", "checkpoints"),
    )
    assert "casetrack.example/audit" in here.refused("casetrack audit verify --database")


def test_a_log_shipper_is_given_the_new_log_in_a_file_of_its_own(here: Installation) -> None:
    # Whoever is given the log is told of on it: that waits where the log cannot go on, and is taken by the new one.
    here.refused("casetrack worker --once")
    here.done("casetrack audit ship --out before.ndjson")
    here.done(REOPEN)
    here.done("casetrack worker --once")
    assert "name a new file" in here.refused("casetrack audit ship --out before.ndjson")
    here.done("casetrack audit ship --out after.ndjson")
    first, *_ = (json.loads(line) for line in (here.folder / "after.ndjson").read_bytes().splitlines())
    assert (first["casetrack.log"], first["event.sequence"]) == ("casetrack.example/audit/2", 0)
    assert first["casetrack.event"] == "LogReopened"


def test_a_log_can_begin_again_more_than_once(here: Installation) -> None:
    here.done(REOPEN)
    here.done("casetrack worker --once")
    here.done(f"casetrack backup make again.{COPY}")
    open_cases(here, 1)
    here.done("casetrack worker --once")
    here.done("casetrack audit checkpoint")
    here.done("casetrack db downgrade base --yes")
    here.done(f"casetrack backup restore again.{COPY}")
    assert "goes on as casetrack.example/audit/3" in here.done(REOPEN)
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")
