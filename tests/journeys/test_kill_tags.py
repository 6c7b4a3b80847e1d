"""Tags made anew, killed at any moment: each case is found by its old tags or by its new ones, and by none of both."""

import secrets
from pathlib import Path
from typing import Final

import pytest

from tests.cli.peopled import WORKER, open_cases
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 300
OF_A_CASE: Final = 7
MOST_MS: Final = 200
RENEW: Final = "casetrack keys rotate holder kent"
REMAKE: Final = "casetrack keys rotate index kent"
LEFT: Final = """
SELECT count(*) FROM index_tags
WHERE holder = 'kent' AND keyset_version < (SELECT max(version) FROM keysets WHERE holder = 'kent')
"""
TAGS: Final = "SELECT count(*) FROM index_tags"
MIXED: Final = """
SELECT count(*) FROM (
  SELECT case_id FROM index_tags GROUP BY case_id HAVING count(DISTINCT keyset_version) > 1 OR count(*) <> 7
) AS mixed
"""
REMADE: Final = """
SELECT sum((convert_from(payload, 'UTF8')::jsonb -> 'detail' ->> 'rows')::int)
FROM events WHERE action = 'keyset:retag'
"""


def killed(onlooker: Onlooker, before: int) -> bool:
    """It was begun or gone on with, and killed when it had made some; whether some of those before are left."""
    after_s = secrets.randbelow(MOST_MS) / 1000
    kill(onlooker, REMAKE, begun=lambda: onlooker.count(LEFT) < before, after_s=after_s)
    return onlooker.count(LEFT) > 0


def test_killed_in_the_middle_every_case_has_all_its_tags_of_one_version(tmp_path: Path) -> None:
    with installed_in(tmp_path) as here, looking_on(here) as onlooker:
        here.done(WORKER)
        open_cases(here, CASES)
        cut_short = begun_anew = 0
        for _ in range(TIMES):
            if not (before := onlooker.count(LEFT)):
                here.done(RENEW)
                before, begun_anew = onlooker.count(LEFT), begun_anew + 1
            cut_short += killed(onlooker, before)
            assert (onlooker.count(TAGS), onlooker.count(MIXED)) == (CASES * OF_A_CASE, 0)
            all_is_well(here)
        here.done(REMAKE)
        assert onlooker.count(LEFT) == 0
        assert onlooker.count(REMADE) == begun_anew * CASES * OF_A_CASE, "nothing was made twice"
        all_is_well(here)
    assert cut_short > TIMES // 2
