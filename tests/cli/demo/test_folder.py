"""The folder of a demonstration: kept from one start to the next, and never anybody else's."""

from datetime import date
from pathlib import Path

import click
import pytest

from casetrack.cli.demo.folder import MARK, NAME, PASSPHRASE, Folder

BUILT_ON = date(2026, 11, 21)


def test_a_new_folder_has_settings_of_its_own_that_leave_this_machine_alone(tmp_path: Path) -> None:
    config = Folder(tmp_path / "demo").prepare(8123)

    assert (config.service.name, config.server.port, config.server.host) == (NAME, 8123, "127.0.0.1")
    assert config.folder.data == tmp_path / "demo"
    assert config.database.is_embedded
    assert not config.cookies.secure
    assert config.keys.passphrase
    assert (tmp_path / "demo" / PASSPHRASE).stat().st_mode & 0o077 == 0


def test_a_folder_that_was_built_is_kept_as_it_is_on_another_port(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "demo")
    first = folder.prepare(8123)
    (folder.path / "keys.json").write_text("kept")
    folder.finish("a seed", BUILT_ON)
    second = folder.prepare(8124)

    assert folder.built_on == BUILT_ON
    assert (folder.path / "keys.json").read_text() == "kept"
    assert second.keys.passphrase == first.keys.passphrase
    assert second.server.port == 8124


def test_what_an_interrupted_build_left_is_gone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "demo")
    first = folder.prepare(8123)
    (folder.path / "keys.json").write_text("half")
    (folder.path / "more").mkdir()
    second = folder.prepare(8123)

    assert folder.built_on is None
    assert {path.name for path in folder.path.iterdir()} == {MARK, PASSPHRASE, "config.toml"}
    assert second.keys.passphrase != first.keys.passphrase


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")

    with pytest.raises(click.ClickException, match="Choose another DEMO_DIR"):
        Folder(tmp_path).prepare(8123)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert Folder(tmp_path).prepare(8123).folder.data == tmp_path
