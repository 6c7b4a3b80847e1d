"""A renewal of keys that is killed at any moment: everything verifies each time, and the next run goes on with it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.cli.installation import Installation
from tests.cli.peopled import WORKER, employ, open_cases
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 300
ACCOUNTS: Final = 2_000
MOST_MS: Final = 100


def work_on_cases(here: Installation) -> None:
    """There are cases, whose keys are wrapped for the organisation."""
    here.done(WORKER)
    open_cases(here, CASES)


def work_here(here: Installation) -> None:
    """There are accounts, which the service sealed."""
    employ(here, ACCOUNTS)
    here.done("casetrack worker --once")


@dataclass(frozen=True)
class Renewal:
    """A renewal: of whose keys, and the column that says by which version something of theirs was done."""

    command: str
    holder: str
    done_by: str
    prepare: Callable[[Installation], None]

    @property
    def newest(self) -> str:
        """Asks for the newest version."""
        return f"SELECT max(version) FROM keysets WHERE holder = '{self.holder}'"  # noqa: S608 - a code of ours

    def left(self, versions: int = 0) -> str:
        """Asks how many rows are of a version before that, or before one so many versions older."""
        return f"SELECT count(*) FROM {self.done_by} < ({self.newest}) - {versions}"  # noqa: S608 - a column of ours


OF_A_HOLDER: Final = Renewal(
    "casetrack keys rotate holder kent", "kent", "wraps WHERE recipient = 'kent' AND recipient_version", work_on_cases
)
OF_THE_SERVICE: Final = Renewal("casetrack keys rotate service", "service", "accounts WHERE seal_keyset", work_here)


def killed(onlooker: Onlooker, renewal: Renewal) -> bool:
    """The renewal was begun or gone on with, and killed when it had done something; whether it was in its middle."""
    before = (onlooker.count(renewal.newest), onlooker.count(renewal.left()))
    kill(
        onlooker,
        renewal.command,
        begun=lambda: (onlooker.count(renewal.newest), onlooker.count(renewal.left())) != before,
        after_s=secrets.randbelow(MOST_MS) / 1000,
    )
    return onlooker.count(renewal.left()) > 0


@pytest.mark.parametrize("renewal", [OF_A_HOLDER, OF_THE_SERVICE], ids=["holder", "service"])
def test_killed_in_the_middle_it_is_gone_on_with_and_everything_verifies(renewal: Renewal, tmp_path: Path) -> None:
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        renewal.prepare(here)
        in_the_middle = 0
        for _ in range(TIMES):
            in_the_middle += killed(onlooker, renewal)
            assert onlooker.count(renewal.left(1)) == 0, "no version is made while the one before the last is needed"
            all_is_well(here)
        here.done(renewal.command)
        assert onlooker.count(renewal.left()) == 0
        assert onlooker.count(renewal.newest) > 2, "some renewals ended before they were killed, or were gone on with"
        assert in_the_middle > TIMES // 2
        all_is_well(here)
