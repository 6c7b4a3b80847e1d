"""A renewal of keys that is killed at any moment: every key stays where it should be, and the next run goes on."""

import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from casetrack.app import utc_now
from casetrack.cli.house import house
from casetrack.config import read_config
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.work import begin
from casetrack.services.cases import NewCase, open_case
from casetrack.services.sessions import NOBODY
from casetrack.services.work import at_work
from tests.cli.installation import PASSPHRASE, Installation, running_in

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 300
KENT: Final = HolderCode("kent")
RENEW: Final = "casetrack keys rotate holder kent"
PATIENCE_S: Final = 60
A_MOMENT_S: Final = 0.002
WORKER: Final = 'casetrack account create a.worker --name "A Worker" --role support_worker --holder kent'


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


def open_cases(here: Installation) -> None:
    """An organisation has many cases, with the keys of each."""
    new = NewCase(
        strands=frozenset(Strand),
        age_group=AgeGroup.ADULT,
        areas=Areas(),
        identity=IdentityState.NOT_YET_ASKED,
        names={},
        contact={},
    )
    with house(read_config(here.folder / "config.toml", here.environ)) as at:
        with begin(NOBODY) as stores:
            account = stores.accounts.named("a.worker")
        assert account is not None
        actor = Actor(account.id, account.role, account.holder, Auth.PASSWORD)
        for _ in range(CASES):
            with at_work(begin, at.deployment, actor, utc_now()) as work:
                open_case(work, new)


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
        open_cases(here)
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
