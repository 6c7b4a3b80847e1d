"""The log's key renewed, killed at any moment: its key file holds, and the journal is told of it by asking again."""

import json
import secrets
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from casetrack.persistence.roles import SEQUENCER
from tests.cli.installation import Installation
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
MOST_MS: Final = 1_000
AT_ONCE_S: Final = 0.0001
BEGIN: Final = "casetrack keys rotate log"
FINISH: Final = "casetrack keys rotate log --finish"
TOLD: Final = "SELECT count(*) FROM events WHERE action IN ('keyset:follow', 'keyset:end')"

NOT_TOLD: Final = "The key of the log was renewed, and the journal does not say so. Run: casetrack keys rotate log"


def statements(file: Path) -> int:
    """How many statements about the log's keys the key file has."""
    return len(json.loads(file.read_bytes()).get("statements", ()))


def signing(file: Path) -> int:
    """How many keys the key file has to sign the log with."""
    return len(json.loads(file.read_bytes())["keys"])


def changed(file: Path) -> Callable[[], bool]:
    """Whether another file has taken the place of the one that is there now."""
    before = file.stat().st_ino
    return lambda: file.stat().st_ino != before


def killed(onlooker: Onlooker, line: str, file: Path, *, at_once: bool) -> None:
    """The renewal is killed in the instant in which the key file has changed, or at any moment since it has the log."""
    if at_once:
        kill(onlooker, line, begun=changed(file), after_s=0, pause_s=AT_ONCE_S)
    else:
        after_s = secrets.randbelow(MOST_MS) / 1000
        kill(onlooker, line, begun=lambda: onlooker.sees_at_work(SEQUENCER), after_s=after_s)


def check(here: Installation, *, is_untold: bool) -> None:
    """Everything holds; but for what the journal was not told, if it was not, and then the log's keys hold too."""
    if not is_untold:
        all_is_well(here)
        return
    here.done("casetrack worker --once")
    assert "Every key is where it should be" in here.done("casetrack keys verify")
    found = here.refused("casetrack audit verify --database").splitlines()
    assert [line.partition(": ")[2] for line in found] == [NOT_TOLD, "1 found that is not as recorded."]


def test_killed_in_the_middle_the_logs_keys_hold_and_asking_again_tells_the_journal(tmp_path: Path) -> None:
    ends: Counter[tuple[bool, bool]] = Counter()
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        here.done("casetrack worker --once")
        (file,) = (tmp_path / "var").rglob("log-key.json")
        for number in range(TIMES):
            line, signs = (FINISH, 1) if number % 2 else (BEGIN, 2)
            killed(onlooker, line, file, at_once=number % 4 < 2)
            kept, told = statements(file) > number, onlooker.count(TOLD) > number
            ends[kept, told] += 1
            check(here, is_untold=kept and not told)
            again = here.run(line)
            assert again.exit_code == 0 or (told and "The log has one key, and nothing to end" in again.stderr)
            assert (statements(file), onlooker.count(TOLD), signing(file)) == (number + 1, number + 1, signs)
            if line == BEGIN:
                here.done("casetrack worker --once")
        all_is_well(here)
    assert ends[False, True] == 0, "the journal speaks of no key that is not kept"
    assert ends[False, False] + ends[True, False] >= TIMES // 4
    assert ends[True, False] > 0, "it was killed between the key file and the journal"
