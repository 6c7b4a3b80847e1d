"""A renewal of keys that is killed at any moment: every key stays where it should be, and the next run goes on."""

import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from casetrack.cli.house import house
from casetrack.config import read_config
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from tests.cli.installation import PASSPHRASE, Installation, running_in
from tests.cli.peopled import KENT, WORKER, open_cases

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 300
RENEW: Final = "casetrack keys rotate holder kent"
PATIENCE_S: Final = 60
A_MOMENT_S: Final = 0.002


@dataclass(frozen=True)
class Rows:
    """What is left under older versions, as the database has it."""

    engine: Engine

    def newest(self) -> int:
        with keeping(self.engine) as room:
            return room.keysets(KENT)[-1].public.version

    def left(self) -> int:
        with keeping(self.engine) as room:
            return room.left(KENT, room.keysets(KENT)[-1].public.version)


def killed(here: Installation, rows: Rows) -> bool:
    """The renewal was begun or gone on with, and killed when it had done something; whether it was in its middle."""
    before = (rows.newest(), rows.left())
    process = subprocess.Popen(here.command(RENEW), cwd=here.folder, start_new_session=True)
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and (rows.newest(), rows.left()) == before and time.monotonic() < until:
        time.sleep(A_MOMENT_S)
    time.sleep(secrets.randbelow(100) / 1000)
    process.kill()
    process.wait()
    return rows.left() > 0


def test_killed_in_the_middle_it_is_gone_on_with_and_every_key_is_where_it_should_be(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        here.folder.joinpath("passphrase").write_text(PASSPHRASE)
        here.folder.joinpath("config.toml").write_text('[keys]\npassphrase_file = "passphrase"\n')
        here.done("casetrack db upgrade")
        here.done(WORKER)
        open_cases(here, CASES)
        with house(read_config(here.folder / "config.toml", here.environ)) as at:
            url = at.keeper_url
        with engine_at(url, statement_timeout_ms=20_000) as engine:
            rows = Rows(engine)
            in_the_middle = 0
            for _ in range(TIMES):
                in_the_middle += killed(here, rows)
                assert "Every key is where it should be" in here.done("casetrack keys verify")
            here.done(RENEW)
            assert rows.left() == 0
        assert in_the_middle > TIMES // 2
        assert "Every key is where it should be" in here.done("casetrack keys verify")
        here.done("casetrack worker --once")
        assert "as it was recorded" in here.done("casetrack audit verify --database")
