"""A renewal of keys that is killed at any moment: every key stays where it should be, and the next run goes on."""

import secrets
from pathlib import Path
from typing import Final

import pytest

from tests.cli.peopled import WORKER, open_cases
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 300
MOST_MS: Final = 100
RENEW: Final = "casetrack keys rotate holder kent"
NEWEST: Final = "SELECT max(version) FROM keysets WHERE holder = 'kent'"
LEFT: Final = """
SELECT count(*) FROM wraps
WHERE recipient = 'kent' AND recipient_version < (SELECT max(version) FROM keysets WHERE holder = 'kent')
"""


def killed(onlooker: Onlooker) -> bool:
    """The renewal was begun or gone on with, and killed when it had done something; whether it was in its middle."""
    before = (onlooker.count(NEWEST), onlooker.count(LEFT))
    kill(
        onlooker,
        RENEW,
        begun=lambda: (onlooker.count(NEWEST), onlooker.count(LEFT)) != before,
        after_s=secrets.randbelow(MOST_MS) / 1000,
    )
    return onlooker.count(LEFT) > 0


def test_killed_in_the_middle_it_is_gone_on_with_and_every_key_is_where_it_should_be(tmp_path: Path) -> None:
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        here.done(WORKER)
        open_cases(here, CASES)
        in_the_middle = 0
        for _ in range(TIMES):
            in_the_middle += killed(onlooker)
            assert "Every key is where it should be" in here.done("casetrack keys verify")
        here.done(RENEW)
        assert onlooker.count(LEFT) == 0
        assert in_the_middle > TIMES // 2
        all_is_well(here)
