"""The folder of a demonstration: its settings, its passphrase, and whether it was built to the end."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import click

from casetrack.config import Config, read_config
from casetrack.persistence.embedded import EmbeddedCluster

NAME: Final = "demo.casetrack.example"
MARK: Final = "demonstration.json"
"""The file by which a folder is known as a demonstration's: no other is ever emptied."""
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a file
SETTINGS: Final = """\
# The settings of this demonstration: `casetrack --config {file} …` works in it.
[service]
name = "{name}"
[folder]
data = "."
[keys]
passphrase_file = "{passphrase}"
[server]
host = "127.0.0.1"
port = {port}
[log]
json = false
level = "warning"
[cookies]
secure = false
[hours]
days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
bank_holidays = true
"""


@dataclass(frozen=True)
class Folder:
    """The folder of one demonstration."""

    path: Path

    @property
    def settings(self) -> Path:
        """The file of its settings."""
        return self.path / "config.toml"

    @property
    def config(self) -> Config:
        """The settings, and nothing of the surroundings: no variable leads a demonstration to a real database."""
        return read_config(self.settings, {})

    @property
    def built_on(self) -> date | None:
        """The day that its people's days are counted back from; None if it was not built to the end."""
        mark = self._read()
        return date.fromisoformat(mark["built_on"]) if "built_on" in mark else None

    def prepare(self, port: int) -> Config:
        """The folder is there with its settings, and empty beside them if it was not built to the end before."""
        if self.path.exists() and any(self.path.iterdir()) and not (self.path / MARK).exists():
            raise click.ClickException(f"{self.path} is not empty, and not a demonstration's. Choose another DEMO_DIR.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.path / MARK).touch()
        with self._alone():
            if self.built_on is None:
                self._empty()
                _keep(self.path / PASSPHRASE, secrets.token_urlsafe(32))
            text = SETTINGS.format(file=self.settings, name=NAME, passphrase=PASSPHRASE, port=port)
            _keep(self.settings, text)
        return self.config

    def finish(self, seed: str, built_on: date) -> None:
        """The demonstration was built to the end."""
        _keep(self.path / MARK, json.dumps({"seed": seed, "built_on": built_on.isoformat()}))

    def _read(self) -> dict[str, str]:
        held = (self.path / MARK).read_text(encoding="utf-8") if (self.path / MARK).exists() else ""
        return dict(json.loads(held)) if held else {}

    def _empty(self) -> None:
        """What a build that was interrupted left behind is gone; its server too, if that still runs."""
        server = EmbeddedCluster(self.path / "postgres")
        if server.folder.exists():
            with server:
                taken_over = server.is_starter
            if not taken_over:
                raise click.ClickException(f"Another command is building the demonstration in {self.path}.")
        for path in self.path.iterdir():
            if path.name != MARK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other command prepares the folder meanwhile."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _keep(path: Path, text: str) -> None:
    """The file holds that text, whole, for this account alone."""
    partial = path.with_name(path.name + ".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)
