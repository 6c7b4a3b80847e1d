"""New keys for every case, killed at any moment: each case is under its old keys or its new ones, and none twice."""

import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

from casetrack.cli.house import house
from casetrack.config import read_config
from casetrack.persistence.installing import engine_at
from tests.cli.installation import PASSPHRASE, Installation, running_in
from tests.cli.peopled import WORKER, open_cases

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 400
RENEW: Final = "casetrack keys rotate case --holder kent"
PATIENCE_S: Final = 60
A_MOMENT_S: Final = 0.002
DONE: Final = text("SELECT count(*) FROM events WHERE action = 'datakey:renew'")


@dataclass(frozen=True)
class Log:
    """What the journal says was done, as the database has it."""

    engine: Engine

    def done(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(DONE) or 0


def killed(here: Installation, log: Log) -> bool:
    """The renewal was begun or gone on with, and killed when it had done something; whether it was in its middle."""
    before = log.done()
    process = subprocess.Popen(here.command(RENEW), cwd=here.folder, start_new_session=True)
    until = time.monotonic() + PATIENCE_S
    while process.poll() is None and log.done() == before and time.monotonic() < until:
        time.sleep(A_MOMENT_S)
    time.sleep(secrets.randbelow(100) / 1000)
    process.kill()
    process.wait()
    return before < log.done() < CASES


def test_killed_in_the_middle_it_is_gone_on_with_and_every_key_is_where_it_should_be(tmp_path: Path) -> None:
    with running_in(tmp_path) as here:
        here.folder.joinpath("passphrase").write_text(PASSPHRASE)
        here.folder.joinpath("config.toml").write_text('[keys]\npassphrase_file = "passphrase"\n')
        here.done("casetrack db upgrade")
        here.done(WORKER)
        open_cases(here, CASES)
        here.done("casetrack keys rotate holder kent")
        with house(read_config(here.folder / "config.toml", here.environ)) as at:
            url = at.auditor_url
        with engine_at(url, statement_timeout_ms=20_000) as engine:
            log, in_the_middle = Log(engine), 0
            for _ in range(TIMES):
                in_the_middle += killed(here, log)
                assert "Every key is where it should be" in here.done("casetrack keys verify")
            here.done(RENEW)
            assert log.done() == CASES
        assert in_the_middle > TIMES // 2
        assert "Every key is where it should be" in here.done("casetrack keys verify")
        here.done("casetrack worker --once")
        assert "as it was recorded" in here.done("casetrack audit verify --database")
