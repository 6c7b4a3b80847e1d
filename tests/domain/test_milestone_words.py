"""Everything that the catalogue and the clocks say has words."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from casetrack.domain import milestone_words
from casetrack.domain.catalogue import Phase, Responsible
from casetrack.domain.clocks import Standing
from casetrack.domain.progress import Status


@pytest.mark.parametrize(
    ("words", "things"),
    [
        (milestone_words.DUTY, Standing),
        (milestone_words.LIMIT, Standing),
        (milestone_words.STATUS, Status),
        (milestone_words.PHASE, Phase),
        (milestone_words.RESPONSIBLE, Responsible),
    ],
)
def test_every_one_has_words_of_its_own(words: Mapping[StrEnum, str], things: type[StrEnum]) -> None:
    assert words.keys() == set(things)
    assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("sentence", milestone_words.LIMIT.values())
def test_every_sentence_about_a_limit_has_room_for_it(sentence: str) -> None:
    assert "one working day" in sentence % {"limit": "one working day"}
