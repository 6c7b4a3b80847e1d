"""Whoever ships the log is killed at any moment: the file has every signed entry once, and none is lost or torn."""

import os
import secrets
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.cli.peopled import WORKER, open_cases
from tests.journeys.killing import installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
AT_FIRST, EACH_TIME = 300, 10
"""Cases, of which each is three entries."""
MOST_MS: Final = 30
MOST_LOST: Final = 100_000
"""Bytes of the end that no disk had yet."""
SHIP: Final = "casetrack audit ship --out shipped.ndjson"


def test_killed_twenty_times_while_it_ships_each_signed_entry_is_one_whole_line(tmp_path: Path) -> None:
    torn = 0
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        here.done(WORKER)
        open_cases(here, AT_FIRST)
        file = here.folder / "shipped.ndjson"
        for _ in range(TIMES):
            open_cases(here, EACH_TIME)
            here.done("casetrack worker --once")
            begun = partial(_has_grown, file, _size(file))
            kill(onlooker, f"{SHIP} --follow", begun=begun, after_s=secrets.randbelow(MOST_MS) / 1000, pause_s=0)
            os.truncate(file, max(0, _size(file) - secrets.randbelow(MOST_LOST)))
            torn += not file.read_bytes().endswith(b"\n")
        here.done("casetrack worker --once")
        here.done(SHIP)
        shipped = file.read_bytes()
        assert shipped == here.run("casetrack audit ship").stdout_bytes
    assert torn > TIMES // 2
    assert shipped.count(b"\n") > 3 * (AT_FIRST + TIMES * EACH_TIME)


def _has_grown(file: Path, before: int) -> bool:
    return _size(file) > before


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
