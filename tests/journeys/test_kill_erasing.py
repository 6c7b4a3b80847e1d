"""Power that fails in the middle of erasing: each case is whole or gone, and the list outside says which."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from casetrack.cli.erasures import settled
from casetrack.cli.house import database
from casetrack.config import Config, read_config
from casetrack.persistence.inspection import inspecting
from casetrack.persistence.installing import engine_at
from tests.journeys.erasing import FIRST, SECOND
from tests.journeys.killing import Power, power_in

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 240
MOST_MS: Final = 300


@pytest.fixture
def power(tmp_path: Path) -> Iterator[Power]:
    """An installation with its power off, and two people."""
    with power_in(tmp_path) as power:
        for name in (FIRST, SECOND):
            power.command("account", "create", name, "--name", name, "--role", "lead", "--holder", "kent")
        yield power


def erasing(power: Power, *words: str) -> list[str]:
    """The program that erases, as its command line."""
    return [sys.executable, "-m", "tests.journeys.erasing", str(power.folder / "config.toml"), *words]


def killed_while_erasing(power: Power) -> None:
    """The second person agrees to one after another, until everything is killed."""
    process = subprocess.Popen(erasing(power, "approve"), stdout=subprocess.PIPE, start_new_session=True)
    power.running.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"now\n"
    time.sleep(secrets.randbelow(MOST_MS) / 1000)
    power.off()
    process.stdout.close()


def on_the_list_and_gone(config: Config) -> tuple[set[str], set[str], bool]:
    """What the list says is erased, what is; and whether nothing that was erased is there."""
    with database(config) as addresses:
        standing, there = settled(config, addresses)
        with engine_at(addresses.auditor, statement_timeout_ms=20_000) as engine, inspecting(engine) as evidence:
            gone = {str(kept.stone.case) for kept in evidence.tombstones()}
    return {str(each.kept.stone.case) for each in standing}, gone, not there


def test_killed_in_the_middle_of_erasing_each_case_is_whole_or_gone(power: Power) -> None:
    subprocess.run(erasing(power, "prepare", str(CASES)), check=True)
    config = read_config(power.folder / "config.toml", {})
    erased: list[int] = []
    for _ in range(TIMES):
        killed_while_erasing(power)
        listed, gone, clean = on_the_list_and_gone(config)
        assert (listed, clean) == (gone, True)
        erased.append(len(gone))
        power.command("worker", "--once")
        said = power.command("audit", "verify", "--database")
        assert "Every event, case, holding and transfer is as it was recorded" in said
        assert f"nothing else is left: {len(gone)}." in said
    assert erased == sorted(erased)
    assert 0 < erased[-1] < CASES, "it was killed while there was something left to erase"
    assert len(set(erased)) > TIMES // 2
