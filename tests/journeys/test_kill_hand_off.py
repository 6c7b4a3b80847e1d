"""The hand-off killed at any moment: the case and its keys are all of one organisation or all of the other."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.cli.installation import Installation
from tests.journeys.accepting import RECEIVER, RECEIVING, SENDER, SENDING
from tests.journeys.killing import Onlooker, all_is_well, installed_in, looking_on

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 200
MOST_MS: Final = 200
ACCEPTED: Final = "SELECT count(*) FROM transfers WHERE state = 'accepted'"
IS_ACCEPTED: Final = "SELECT count(*) FROM transfers WHERE state = 'accepted' AND id = CAST(:transfer AS uuid)"
HANDED_OFF: Final = "SELECT count(*) FROM events WHERE convert_from(payload, 'UTF8')::jsonb ->> 'event' = 'HandedOff'"
TORN: Final = """
SELECT count(*) FROM transfers t,
  LATERAL (SELECT CASE t.state WHEN 'accepted' THEN t.to_holder ELSE t.from_holder END AS holder) AS now,
  LATERAL (SELECT count(*) AS number, count(*) FILTER (WHERE h.holder = now.holder) AS right_ones
           FROM holdings h WHERE h.case_id = t.case_id AND h.until IS NULL) AS held,
  LATERAL (SELECT count(*) AS number, count(*) FILTER (WHERE w.recipient = now.holder) AS right_ones
           FROM wraps w WHERE w.case_id = t.case_id AND w.number IS NOT NULL) AS wrapped,
  LATERAL (SELECT count(*) AS number, count(*) FILTER (WHERE i.holder = now.holder) AS right_ones
           FROM index_tags i WHERE i.case_id = t.case_id) AS tagged
WHERE held.number <> held.right_ones OR wrapped.number <> wrapped.right_ones OR tagged.number <> tagged.right_ones
   OR (held.number, wrapped.number, tagged.number) <> (4, 4, 7)
"""
"""Cases of which anything is another's than whose they are, or not there: a holding, a wrap, a tag."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation in which so many cases were offered by one organisation to another."""
    with installed_in(tmp_path) as installation:
        for name, holder in ((SENDING, SENDER), (RECEIVING, RECEIVER)):
            installation.done(f'casetrack account create {name} --name "A Lead" --role lead --holder {holder}')
        subprocess.run(accepting(tmp_path, "prepare", str(CASES)), check=True)
        yield installation


def accepting(folder: Path, *words: str) -> list[str]:
    """The program that takes cases over, as its command line."""
    return [sys.executable, "-m", "tests.journeys.accepting", str(folder / "config.toml"), *words]


def killed_while_accepting(folder: Path, onlooker: Onlooker) -> tuple[list[str], str]:
    """The second organisation takes one over after another, until it is killed: which ended, and which was in hand."""
    process = subprocess.Popen(accepting(folder, "accept"), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(secrets.randbelow(MOST_MS) / 1000)
    process.kill()
    said = [line.split() for line in (first + process.stdout.read()).splitlines() if line.endswith(".")]
    process.stdout.close()
    process.wait()
    onlooker.wait_for_quiet()
    ended = [transfer for word, transfer, _ in said if word == "ended"]
    begun = [transfer for word, transfer, _ in said if word == "begun"]
    return ended, "".join(begun[len(ended) :])


def test_killed_in_the_middle_a_case_and_its_keys_are_all_of_one_organisation(
    here: Installation, tmp_path: Path
) -> None:
    undone: list[str] = []
    with looking_on(here) as onlooker:
        assert onlooker.count(TORN) == 0
        for _ in range(TIMES):
            ended, in_hand = killed_while_accepting(tmp_path, onlooker)
            assert all(onlooker.count(IS_ACCEPTED, transfer=each) for each in ended), "what was said to be done is"
            if in_hand and not onlooker.count(IS_ACCEPTED, transfer=in_hand):
                undone.append(in_hand)
            assert onlooker.count(TORN) == 0
            assert onlooker.count(HANDED_OFF) == onlooker.count(ACCEPTED) < CASES
            all_is_well(here)
        assert len(undone) > TIMES // 2
        subprocess.run(accepting(tmp_path, "accept"), check=True, stdout=subprocess.DEVNULL)
        assert onlooker.count(HANDED_OFF) == onlooker.count(ACCEPTED) == CASES, "each once, those that were killed too"
        assert onlooker.count(TORN) == 0
        all_is_well(here)
