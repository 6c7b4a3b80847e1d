"""A renewal of casetrack's own keys that is killed at any moment: everybody is let in, and the next run goes on."""

import secrets
from pathlib import Path
from typing import Final

import pytest

from tests.cli.peopled import employ
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
ACCOUNTS: Final = 2_000
MOST_MS: Final = 100
RENEW: Final = "casetrack keys rotate service"
NEWEST: Final = "SELECT max(version) FROM keysets WHERE holder = 'service'"
LEFT: Final = f"SELECT count(*) FROM accounts WHERE seal_keyset < ({NEWEST})"  # noqa: S608 - nothing of it is given
SKIPPED: Final = f"SELECT count(*) FROM accounts WHERE seal_keyset < ({NEWEST}) - 1"  # noqa: S608 - nothing of it is given


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


def test_killed_in_the_middle_it_is_gone_on_with_and_everything_verifies(tmp_path: Path) -> None:
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        employ(here, ACCOUNTS)
        in_the_middle = 0
        for _ in range(TIMES):
            in_the_middle += killed(onlooker)
            assert onlooker.count(SKIPPED) == 0, "a version is not made while the one before the last is needed"
            all_is_well(here)
        here.done(RENEW)
        assert onlooker.count(LEFT) == 0
        assert onlooker.count(NEWEST) > 2, "some renewals ended before they were killed, or were gone on with"
        assert in_the_middle > TIMES // 2
        all_is_well(here)
