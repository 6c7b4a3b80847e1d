"""The colours of the figures."""

from dataclasses import fields
from itertools import combinations

import pytest

from casetrack.figures.palette import LETTERING, PALETTE
from tests.figures.contrast import contrast

COLOURS = {each.name: getattr(PALETTE, each.name) for each in fields(PALETTE)}


@pytest.mark.parametrize(("one", "other"), list(combinations(COLOURS, 2)))
def test_every_two_colours_of_a_figure_can_be_told_apart(one: str, other: str) -> None:
    assert contrast(COLOURS[one], COLOURS[other]) >= 3


@pytest.mark.parametrize(("letters", "behind"), LETTERING)
def test_text_in_a_figure_can_be_read(letters: str, behind: str) -> None:
    assert contrast(COLOURS[letters], COLOURS[behind]) >= 4.5


def test_contrast_is_measured_as_the_guidelines_measure_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
